use chat::Privacy;
use serde_json::json;

use super::*;

/// 2024-01-15T14:32:11.123Z.
const ID: &str = "1196461836984123392";

fn export(kind: &str) -> Export {
    let root = json!({"guild": {"id": "10"}, "channel": {"id": "20", "type": kind, "categoryId": "30",
        "category": "deals", "name": "too-expensive"}});
    Export::new(root.as_object().unwrap()).unwrap()
}

fn said(entry: &Value) -> Message {
    match export("GuildTextChat").events(entry).unwrap().swap_remove(0).what {
        What::Message(message) => message,
        other => panic!("a message was expected, not {other:?}"),
    }
}

#[test]
fn a_message_keeps_its_place_instant_and_id() {
    let entry = json!({"id": ID, "type": "Default", "timestamp": "2024-01-15T14:32:11.123+00:00", "content": "hi",
        "author": {"id": "7", "name": "ana", "isBot": false}});
    let event = export("GuildTextChat").events(&entry).unwrap().swap_remove(0);
    assert_eq!(event.id.as_str(), format!("discord:10:20:{ID}"));
    assert_eq!((event.by.user.as_str(), event.place.thread), ("7", None));
    assert_eq!(event.at.as_ms(), 1_705_329_131_123);
}

#[test]
fn a_thread_belongs_to_its_channel() {
    for kind in ["GuildPublicThread", "GuildPrivateThread", "GuildNewsThread"] {
        let export = export(kind);
        assert_eq!(export.name(), "deals");
        assert_eq!(export.place().channel.as_str(), "30");
        assert_eq!(export.place().thread, Some(MessageId::new("20")));
    }
    assert!(export("DirectTextChat").is_direct());
}

/// A replay is about the same people and places as what comes in.
#[test]
fn what_is_exported_bears_the_ids_that_it_has_live() {
    let author = json!({"id": "7", "username": "ana", "name": "ana", "isBot": false});
    let dispatch = json!({"t": "MESSAGE_CREATE", "parent": "30", "d": {"id": ID, "channel_id": "20", "guild_id": "10",
        "author": author, "content": "hi"}});
    let live = crate::translate::events(&dispatch.to_string()).unwrap();
    let entry = json!({"id": ID, "type": "Default", "content": "hi", "author": author});
    let exported = export("GuildPublicThread").events(&entry).unwrap();
    assert_eq!(exported, live);
    let (who, _) = export("GuildPublicThread").author(&entry).unwrap();
    assert_eq!(who, live[0].by);
    let root = json!({"guild": {"id": "0"}, "channel": {"id": "20", "type": "DirectTextChat"}});
    let private = Export::new(root.as_object().unwrap()).unwrap();
    assert_eq!(private.place().privacy, Privacy::Private);
}

#[test]
fn replies_joins_and_housekeeping_are_told_apart() {
    let entry = |kind: &str| json!({"id": ID, "type": kind, "content": "x", "reference": {"messageId": "5"}});
    assert_eq!(said(&entry("Reply")).replies_to, Some(MessageId::new("5")));
    assert_eq!(said(&entry("Default")).replies_to, None);
    assert_eq!(said(&entry("SomeNewKind")).text, "x");
    let export = export("GuildTextChat");
    assert_eq!(export.events(&entry("GuildMemberJoin")).unwrap()[0].what, What::Joined);
    for kind in ["ChannelPinnedMessage", "ThreadCreated", "8"] {
        assert!(export.events(&entry(kind)).unwrap().is_empty(), "{kind}");
    }
}

#[test]
fn embeds_speak_where_the_content_is_empty() {
    let entry = json!({"id": ID, "content": "", "author": {"id": 7, "isBot": true},
        "embeds": [{"title": "Build", "description": "failed"}, {"title": null}]});
    let message = said(&entry);
    assert_eq!(message.text, "Build\nfailed");
    assert!(message.by_bot);
    let mut persons = entry;
    persons["author"] = json!({"id": 7});
    assert_eq!(said(&persons).text, "Build\nfailed");
    persons["content"] = json!("look");
    assert_eq!(said(&persons).text, "look", "a person's embeds are previews of links");
}

#[test]
fn reactions_follow_their_message() {
    let entry = json!({"id": ID, "content": "x", "reactions": [{"emoji": {"name": "👀"}, "count": 1, "users": [{"id": "8"}]},
        {"emoji": {"name": "👍"}, "count": 2}]});
    let events = export("GuildTextChat").events(&entry).unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1].id.as_str(), format!("discord:10:20:{ID}:👀:8"));
}

#[test]
fn what_cannot_be_placed_in_time_is_named_without_its_text() {
    for entry in [json!({"content": "secret"}), json!({"id": "secret"}), json!({"id": "7"}), json!("secret")] {
        let reason = export("GuildTextChat").events(&entry).unwrap_err();
        assert!(!reason.to_string().contains("secret"), "{reason}");
    }
    assert!(Export::new(&Map::new()).is_err());
}

#[test]
fn authors_are_described() {
    let entry = json!({"author": {"id": "7", "name": "ana", "nickname": "Ana", "roles": [{"name": "Seller"}]}});
    let (who, profile) = export("GuildTextChat").author(&entry).unwrap();
    assert_eq!((who.user.as_str(), profile.name.as_str()), ("7", "Ana"));
    assert_eq!(profile.roles, ["seller"]);
}
