use chat::{Privacy, What};
use serde_json::json;

use super::*;

const AT: &str = "1573240682359816199";

fn one(raw: &Value) -> Event {
    let events = events(&raw.to_string()).unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
    events.into_iter().next().unwrap()
}

fn dispatch(kind: &str, data: &Value) -> Value {
    json!({ "t": kind, "d": data, "us": "9", "at": 5, "turn": "s-1" })
}

fn written(more: &Value) -> Value {
    let mut data =
        json!({ "id": AT, "channel_id": "20", "guild_id": "10", "author": { "id": "1" }, "content": "how?" });
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    data
}

#[test]
fn a_message_in_a_channel_a_thread_and_in_private() {
    let event = one(&dispatch("MESSAGE_CREATE", &written(&json!({}))));
    assert_eq!(event.id.as_str(), format!("discord:10:20:{AT}"));
    assert_eq!((event.place.workspace.as_str(), event.place.channel.as_str()), ("10", "20"));
    let mut raw = dispatch("MESSAGE_CREATE", &written(&json!({ "channel_id": "30" })));
    raw["parent"] = json!("20");
    let place = one(&raw).place;
    assert_eq!((place.channel.as_str(), place.thread.unwrap().as_str()), ("20", "30"));
    let private = one(&dispatch("MESSAGE_CREATE", &written(&json!({ "guild_id": null }))));
    assert_eq!(private.place.privacy, Privacy::Private);
    assert_eq!(private.by, event.by, "one person stays one person");
}

#[test]
fn who_is_meant_and_what_is_answered() {
    let what = |more: &Value| match one(&dispatch("MESSAGE_CREATE", &written(more))).what {
        What::Message(message) => message,
        other => panic!("{other:?}"),
    };
    assert!(what(&json!({ "content": "<@9> help" })).mentions_us);
    assert!(what(&json!({ "mentions": [{ "id": "9" }] })).mentions_us);
    assert!(!what(&json!({ "content": "<@8> help" })).mentions_us);
    assert!(what(&json!({ "author": { "id": "9" } })).by_bot);
    assert!(what(&json!({ "author": { "id": "2", "bot": true } })).by_bot);
    assert!(what(&json!({ "webhook_id": "7" })).by_bot);
    let reply = what(&json!({ "type": 19, "message_reference": { "message_id": "77" } }));
    assert_eq!(reply.replies_to.unwrap().as_str(), "77");
}

#[test]
fn what_a_program_reports_is_read_from_its_embeds() {
    let alert = json!({ "author": { "id": "2", "bot": true }, "content": "", "webhook_id": "7", "embeds": [{
        "title": "DealsSlow", "description": "p95 over 2 s", "fields": [{ "name": "owner", "value": "ana" }],
        "footer": { "text": "Grafana" } }],
        "components": [{ "type": 17, "components": [{ "type": 10, "content": "since 9:00" }] }] });
    let What::Message(message) = one(&dispatch("MESSAGE_CREATE", &written(&alert))).what else { panic!("a message") };
    assert!(message.by_bot);
    assert_eq!(message.text, "DealsSlow\np95 over 2 s\nowner\nana\nGrafana\nsince 9:00");
}

#[test]
fn only_a_persons_change_is_an_edit() {
    let unfolded = dispatch("MESSAGE_UPDATE", &written(&json!({ "edited_timestamp": null })));
    assert!(events(&unfolded.to_string()).unwrap().is_empty());
    let edited = one(&dispatch("MESSAGE_UPDATE", &written(&json!({ "edited_timestamp": "2026-11-20T08:00:00Z" }))));
    assert!(matches!(edited.what, What::Edited(_)));
    assert!(edited.id.as_str().contains(":edited:"));
}

#[test]
fn reactions_deletions_and_joins() {
    let reaction =
        json!({ "channel_id": "20", "guild_id": "10", "message_id": AT, "user_id": "1", "emoji": { "name": "👀" } });
    let added = one(&dispatch("MESSAGE_REACTION_ADD", &reaction));
    let removed = one(&dispatch("MESSAGE_REACTION_REMOVE", &reaction));
    assert_ne!(added.id, removed.id);
    assert_eq!(added.at.as_ms(), 5);
    let mut ours = reaction;
    ours["user_id"] = json!("9");
    assert!(events(&dispatch("MESSAGE_REACTION_ADD", &ours).to_string()).unwrap().is_empty());
    let deleted = one(&dispatch("MESSAGE_DELETE", &json!({ "id": AT, "channel_id": "20", "guild_id": "10" })));
    assert!(matches!(deleted.what, What::Deleted { .. }));
    let joined = one(&dispatch("MESSAGE_CREATE", &written(&json!({ "type": 7 }))));
    assert_eq!(joined.what, What::Joined);
    let member = json!({ "guild_id": "10", "user": { "id": "3" }, "joined_at": "2026-11-20T08:00:00+00:00" });
    let entered = one(&dispatch("GUILD_MEMBER_ADD", &member));
    assert_eq!((&entered.what, entered.by.user.as_str()), (&What::Joined, "3"));
    let pinned = dispatch("MESSAGE_CREATE", &written(&json!({ "type": 6 })));
    assert!(events(&pinned.to_string()).unwrap().is_empty(), "housekeeping is no event");
}

fn interaction(kind: u8, data: &Value) -> Value {
    dispatch(
        "INTERACTION_CREATE",
        &json!({ "id": AT, "type": kind, "token": "t", "guild_id": "10", "channel_id": "30",
        "channel": { "id": "30", "type": 11, "parent_id": "20" }, "member": { "user": { "id": "1" } },
        "message": { "id": "40" }, "data": data }),
    )
}

#[test]
fn commands_clicks_and_forms() {
    let ask = interaction(
        2,
        &json!({ "name": "kairos", "type": 1, "options": [
        { "name": "ask", "type": 1, "options": [{ "name": "question", "type": 3, "value": "how?" }] }] }),
    );
    let event = one(&ask);
    assert_eq!(event.what, What::Command { text: "ask how?".to_owned() });
    assert_eq!(event.place.thread.unwrap().as_str(), "30");
    let help = interaction(
        2,
        &json!({ "name": "Help with this", "type": 3, "target_id": "40",
        "resolved": { "messages": { "40": { "content": "too expensive" } } } }),
    );
    assert_eq!(one(&help).what, What::Command { text: "ask too expensive".to_owned() });
    for data in [json!({ "custom_id": "choice:useful:1" }), json!({ "custom_id": "more-0", "values": ["useful:1"] })] {
        assert!(
            matches!(one(&interaction(3, &data)).what, What::Choice { choice, .. } if choice.as_str() == "useful:1")
        );
    }
    assert!(events(&interaction(3, &json!({ "custom_id": "form:a" })).to_string()).unwrap().is_empty());
    for below in [
        json!({ "type": 1, "components": [{ "custom_id": "text", "value": "mine" }] }),
        json!({ "type": 18, "component": { "custom_id": "text", "value": "mine" } }),
    ] {
        let sent = one(&interaction(5, &json!({ "custom_id": "form:reflect:a", "components": [below] })));
        let What::Form { form, message, fields } = sent.what else { panic!("a form") };
        assert_eq!((form.as_str(), message.unwrap().as_str()), ("reflect:a", "40"));
        assert_eq!(fields, [("text".to_owned(), "mine".to_owned())]);
    }
}
