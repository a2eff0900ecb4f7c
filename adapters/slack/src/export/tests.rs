use serde_json::json;

use super::*;

fn export() -> Export {
    let mut export = Export::new(WorkspaceId::new("export"));
    let ana = json!({"id": "U1", "team_id": "T1", "name": "ana", "tz": "Europe/Lisbon", "locale": "pt-PT",
        "profile": {"display_name": "Ana", "title": "Seller"}});
    export.meet(&ana).unwrap();
    export.meet(&json!({"id": "U9", "name": "deploybot", "is_bot": true})).unwrap();
    export
}

fn read(entry: &Value) -> Vec<Event> {
    export().events(&ChannelId::new("C1"), entry).unwrap()
}

fn said(entry: &Value) -> Message {
    match read(entry).swap_remove(0).what {
        What::Message(message) => message,
        other => panic!("a message was expected, not {other:?}"),
    }
}

#[test]
fn a_message_keeps_its_place_instant_and_id() {
    let event = read(&json!({"type": "message", "user": "U1", "ts": "1546411029.441000", "text": "hi"})).swap_remove(0);
    assert_eq!(event.id.as_str(), "slack:T1:C1:1546411029.441000");
    assert_eq!(event.at.as_ms(), 1_546_411_029_441);
    assert_eq!(event.place.thread, None);
    assert_eq!(event.by.user.as_str(), "U1");
}

#[test]
fn the_opening_of_a_thread_stands_in_the_channel_and_its_replies_in_the_thread() {
    let opening = read(&json!({"user": "U1", "ts": "1.0", "thread_ts": "1.0", "text": "?"})).swap_remove(0);
    assert_eq!(opening.place.thread, None);
    for subtype in ["", "thread_broadcast"] {
        let reply = json!({"user": "U1", "ts": "2.0", "thread_ts": "1.0", "subtype": subtype, "text": "!"});
        assert_eq!(read(&reply).swap_remove(0).place.thread, Some(MessageId::new("1.0")));
    }
}

#[test]
fn programs_are_told_from_people() {
    assert!(said(&json!({"ts": "1.0", "user": "U1", "bot_id": "B1", "text": "x"})).by_bot);
    assert!(said(&json!({"ts": "1.0", "subtype": "bot_message", "username": "ci", "text": "x"})).by_bot);
    assert!(said(&json!({"ts": "1.0", "user": "U9", "text": "x"})).by_bot);
    assert!(said(&json!({"ts": "1.0", "user": "USLACKBOT", "text": "x"})).by_bot);
    assert!(!said(&json!({"ts": "1.0", "user": "U1", "text": "x"})).by_bot);
}

#[test]
fn joins_are_told_and_housekeeping_is_not() {
    let joined = json!({"type": "message", "subtype": "channel_join", "user": "U1", "ts": "1.0", "text": "joined"});
    assert_eq!(read(&joined).swap_remove(0).what, What::Joined);
    for subtype in ["channel_topic", "message_changed", "tombstone", "pinned_item"] {
        assert!(read(&json!({"subtype": subtype, "ts": "1.0", "user": "U1", "text": "x"})).is_empty(), "{subtype}");
    }
}

#[test]
fn kinds_that_are_not_known_yet_keep_their_text() {
    for subtype in ["file_share", "me_message", "some_new_kind"] {
        assert_eq!(said(&json!({"subtype": subtype, "ts": "1.0", "user": "U1", "text": "x"})).text, "x");
    }
    let odd = json!({"ts": 1_546_411_029.5, "user": 7, "text": "x", "reactions": "none", "thread_ts": [], "blocks": 3});
    assert_eq!(said(&odd).text, "x");
}

#[test]
fn markup_becomes_words() {
    let text = "<@U1|ana> see <https://a.example/x|the page>, <#C2|deals> &lt;b&gt; &amp;lt; <!here> <https://b.example> \
        <!subteam^S1|@sales> <!date^1^{date}|May 1> 1 < 2";
    assert_eq!(
        said(&json!({"ts": "1.0", "user": "U1", "text": text})).text,
        "<@U1> see the page, #deals <b> &lt; @here https://b.example @sales May 1 1 < 2"
    );
}

#[test]
fn words_are_taken_from_blocks_or_attachments_where_the_text_is_empty() {
    let rich = json!({"ts": "1.0", "user": "U1", "text": "", "blocks": [{"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U2"}, {"type": "text", "text": " a < b "},
            {"type": "link", "url": "https://a.example"}, {"type": "emoji", "name": "eyes"}]}]}]});
    assert_eq!(said(&rich).text, "<@U2> a < b https://a.example:eyes:");
    let section = json!({"ts": "1.0", "bot_id": "B", "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "1 &lt; 2"}},
        {"type": "header", "text": {"type": "plain_text", "text": "Done"}}]});
    assert_eq!(said(&section).text, "1 < 2\nDone");
    let attached = json!({"ts": "1.0", "bot_id": "B", "text": " ",
        "attachments": [{"title": "Build", "text": "failed", "fallback": "Build failed"}, {"fallback": "see log"}]});
    assert_eq!(said(&attached).text, "Build\nfailed\nsee log");
}

#[test]
fn reactions_follow_their_message() {
    let events = read(&json!({"ts": "1.0", "user": "U1", "text": "x",
        "reactions": [{"name": "eyes", "users": ["U2", "U3"], "count": 2}, {"name": "odd"}]}));
    let who: Vec<_> = events.iter().map(|event| event.by.user.as_str()).collect();
    assert_eq!(who, ["U1", "U2", "U3"]);
    assert_eq!(events[2].id.as_str(), "slack:T1:C1:1.0:eyes:U3");
    assert!(events.iter().all(|event| event.at.as_ms() == 1000));
}

#[test]
fn what_cannot_be_placed_in_time_is_named_without_its_text() {
    for entry in [json!({"text": "secret"}), json!({"ts": "soon", "text": "secret"}), json!("secret"), json!(null)] {
        let reason = export().events(&ChannelId::new("C1"), &entry).unwrap_err();
        assert!(!reason.to_string().contains("secret"), "{reason}");
    }
    for ts in ["", ".", ".5", "-1.0", "99999999999999999999", "1e9", "1.é00"] {
        assert!(export().events(&ChannelId::new("C1"), &json!({"ts": ts})).is_err(), "{ts}");
    }
}

#[test]
fn people_are_described() {
    let export = export();
    let (who, profile) = export.people().next().unwrap();
    assert_eq!((who.workspace.as_str(), who.user.as_str()), ("T1", "U1"));
    assert_eq!((profile.name.as_str(), profile.zone.as_deref()), ("Ana", Some("Europe/Lisbon")));
    assert_eq!((profile.language.as_deref(), profile.roles.as_slice()), (Some("pt"), &["seller".to_owned()][..]));
}

#[test]
fn channels_have_a_folder_and_an_id() {
    assert_eq!(channel(&json!({"id": "C1", "name": "deals"})).unwrap(), ("deals".into(), ChannelId::new("C1")));
    assert_eq!(channel(&json!({"id": "D1"})).unwrap(), ("D1".into(), ChannelId::new("D1")));
    assert!(channel(&json!({"name": "deals"})).is_err());
}
