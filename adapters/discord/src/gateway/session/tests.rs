use serenity::model::event::GatewayEvent;

use super::*;

fn handed_over(event: &str, data: &Value) -> (String, Value) {
    let frame = json!({ "op": 0, "s": 1, "t": event, "d": data });
    match serde_json::from_value(frame).unwrap() {
        GatewayEvent::Dispatch(_, event) => told(&event).expect("it is of use"),
        other => panic!("{other:?}"),
    }
}

fn user(id: &str) -> Value {
    json!({ "id": id, "username": "ana", "discriminator": "0", "avatar": null, "global_name": "Ana" })
}

fn message() -> Value {
    json!({ "id": "1573240682359816300", "type": 19, "channel_id": "11", "guild_id": "9", "author": user("3"),
        "content": "how do I do this, <@5>?", "timestamp": "2026-11-20T08:00:00+00:00", "edited_timestamp": null,
        "tts": false, "mention_everyone": false, "mentions": [user("5")], "mention_roles": [], "attachments": [],
        "embeds": [], "pinned": false, "message_reference": { "message_id": "8", "channel_id": "11" } })
}

#[test]
fn a_message_keeps_what_its_translation_needs() {
    let (kind, data) = handed_over("MESSAGE_CREATE", &message());
    assert_eq!(kind, "MESSAGE_CREATE");
    for field in ["id", "channel_id", "guild_id", "content", "type"] {
        assert_eq!(data[field], message()[field], "{field}");
    }
    assert_eq!((&data["author"]["id"], &data["mentions"][0]["id"]), (&json!("3"), &json!("5")));
    assert_eq!(data["message_reference"]["message_id"], "8");
    assert!(data.get("webhook_id").is_none(), "what is not there stays away: {data}");
}

#[test]
fn what_serenity_cannot_read_comes_as_it_came() {
    let mut odd = message();
    odd["author"] = json!("nobody");
    let (kind, data) = handed_over("MESSAGE_CREATE", &odd);
    assert_eq!((kind.as_str(), &data["author"], &data["content"]), ("MESSAGE_CREATE", &odd["author"], &odd["content"]));
}

#[test]
fn an_interaction_says_of_which_kind_it_is() {
    let data = json!({ "id": "7", "application_id": "2", "type": 2, "token": "t", "version": 1, "channel_id": "11",
        "guild_id": "9", "locale": "en-GB", "context": 2, "entitlements": [], "attachment_size_limit": 1,
        "member": { "user": user("3"), "roles": [], "joined_at": "2026-01-01T08:00:00+00:00", "deaf": false,
            "mute": false, "flags": 0, "permissions": "16" },
        "data": { "id": "4", "name": "kairos", "type": 1, "options": [{ "name": "ask", "type": 1, "options": [
            { "name": "question", "type": 3, "value": "what now?" }] }] } });
    let (_, handed) = handed_over("INTERACTION_CREATE", &data);
    assert_eq!((&handed["type"], &handed["token"]), (&json!(2), &json!("t")));
    assert_eq!(handed["context"], 2, "it says whether others read along");
    assert_eq!(handed["member"]["permissions"], "16");
    assert_eq!(handed["data"]["options"][0]["options"][0]["value"], "what now?");
}

#[test]
fn what_a_program_says_in_components_is_left_out_whole_and_so_has_to_be_asked_for() {
    let mut alert = message();
    alert["type"] = json!(0);
    alert["content"] = json!("");
    alert["flags"] = json!(1 << 15);
    alert["author"] = json!({ "id": "42", "username": "x", "bot": true, "discriminator": "0", "avatar": null });
    alert["components"] = json!([{ "type": 17, "components": [{ "type": 10, "content": "DealsSlow fires" }] }]);
    let (_, data) = handed_over("MESSAGE_CREATE", &alert);
    assert_eq!(crate::wire::words(&data, true), "");
    assert_eq!((&data["components"], &data["flags"]), (&json!([]), &json!(0)), "an update of serenity may keep them");
}
