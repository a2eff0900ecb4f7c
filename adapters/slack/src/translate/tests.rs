use chat::{ChoiceId, FormId, Message};
use serde_json::json;

use super::*;

fn envelope(event: &Value) -> String {
    json!({
        "type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event,
        "authorizations": [{ "team_id": "T1", "user_id": "UBOT", "is_bot": true }],
    })
    .to_string()
}

fn read(event: &Value) -> Vec<Event> {
    events(&envelope(event)).expect("readable")
}

fn message(event: &Value) -> Message {
    match read(event).remove(0).what {
        What::Message(message) | What::Edited(message) => message,
        other => panic!("{other:?} is no message"),
    }
}

#[test]
fn a_message_is_the_same_whichever_way_it_comes() {
    let as_message = json!({ "type": "message", "channel": "C1", "user": "U1", "ts": "1700000000.000100",
        "text": "<@UBOT> hello &amp; welcome", "channel_type": "channel" });
    let mut as_mention = as_message.clone();
    as_mention["type"] = json!("app_mention");
    let (one, other) = (read(&as_message), read(&as_mention));
    assert_eq!(one[0].id, other[0].id);
    assert_eq!(one[0].what, other[0].what);
    assert_eq!(message(&as_message).text, "<@UBOT> hello & welcome");
    assert!(message(&as_message).mentions_us);
    let kept = of_history(&as_message, &one[0].place).expect("a message");
    assert_eq!(kept.id, one[0].id);
}

#[test]
fn an_alert_is_read_from_every_field() {
    let alert = json!({ "type": "message", "subtype": "bot_message", "channel": "C1", "bot_id": "B9",
        "ts": "1700000000.000100", "text": "",
        "attachments": [{ "pretext": "Pretext", "title": "Close rate fell", "title_link": "https://crm.example/7",
            "text": "9 of 60", "fields": [{ "title": "Baseline", "value": 25, "short": true }, { "value": "amber" }],
            "footer": "CRM", "image_url": "https://crm.example/graph.png",
            "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": "Since *March*" } }] }],
        "blocks": [{ "type": "header", "text": { "type": "plain_text", "text": "Weekly report" } }] });
    let Message { text, by_bot, .. } = message(&alert);
    assert!(by_bot);
    for words in [
        "Pretext",
        "Close rate fell",
        "https://crm.example/7",
        "9 of 60",
        "Baseline: 25",
        "amber",
        "CRM",
        "https://crm.example/graph.png",
        "Since *March*",
        "Weekly report",
    ] {
        assert!(text.contains(words), "{words} is lost: {text}");
    }
}

#[test]
fn what_only_unfolds_a_link_is_no_edit() {
    let changed = |now: &str, before: &str| {
        let entry = |text| json!({ "type": "message", "user": "U1", "ts": "1700000000.000100", "text": text });
        read(&json!({ "type": "message", "subtype": "message_changed", "channel": "C1", "hidden": true,
            "ts": "1700000001.000100", "message": entry(now), "previous_message": entry(before) }))
    };
    assert_eq!(changed("see https://a.example", "see https://a.example"), Vec::new());
    let edited = changed("better words", "words").remove(0);
    assert!(matches!(&edited.what, What::Edited(message) if message.text == "better words"));
    assert_eq!(edited.by.user.as_str(), "U1");
}

#[test]
fn taking_back_names_the_message_and_its_author() {
    let deleted = read(&json!({ "type": "message", "subtype": "message_deleted", "channel": "C1", "hidden": true,
        "ts": "1700000001.000100", "deleted_ts": "1700000000.000100",
        "previous_message": { "user": "U1", "ts": "1700000000.000100", "thread_ts": "1699999999.000100", "text": "x" } }));
    assert_eq!(deleted[0].what, What::Deleted { message: "1700000000.000100".into() });
    assert_eq!(deleted[0].by.user.as_str(), "U1");
    assert_eq!(deleted[0].place.thread, Some("1699999999.000100".into()));
}

#[test]
fn every_subscription_is_read_and_nothing_else_is() {
    let sample = |kind: &str| {
        let (name, channel_type) = kind.split_once('.').unwrap_or((kind, "channel"));
        json!({ "type": name, "channel": "C1", "user": "U1", "ts": "1700000000.000100", "event_ts": "1700000000.000100",
            "text": "hello", "channel_type": channel_type.trim_end_matches('s'), "tab": "home", "reaction": "eyes",
            "item": { "type": "message", "channel": "C1", "ts": "1700000000.000100" } })
    };
    // How an installation ends concerns the connection, and is read there.
    for (kind, _) in SUBSCRIPTIONS.iter().filter(|(kind, _)| !["app_uninstalled", "tokens_revoked"].contains(kind)) {
        assert_eq!(read(&sample(kind)).len(), 1, "{kind} is subscribed to and not read");
    }
    for kind in ["channel_created", "team_join", "message_metadata_posted", "file_shared", "user_change"] {
        assert_eq!(read(&sample(kind)), Vec::new(), "{kind}");
    }
}

#[test]
fn our_own_arrival_is_nobodys() {
    let joined = |user: &str| {
        read(&json!({ "type": "member_joined_channel", "channel": "C1", "user": user,
        "event_ts": "1700000000.000100" }))
    };
    assert_eq!(joined("U1")[0].what, What::Joined);
    assert_eq!(joined("UBOT"), Vec::new());
}

fn pressed(action: &Value) -> Value {
    json!({ "type": "block_actions", "team": { "id": "T1" }, "user": { "id": "U1", "team_id": "T1" },
        "trigger_id": "1.2.abc", "channel": { "id": "C1" }, "actions": [action],
        "message": { "ts": "1700000000.000200", "thread_ts": "1700000000.000100" },
        "container": { "type": "message", "message_ts": "1700000000.000200", "channel_id": "C1" } })
}

#[test]
fn a_button_and_a_menu_entry_are_choices_and_a_form_is_none() {
    let of = |action: &Value| events(&pressed(action).to_string()).expect("readable");
    let button = of(&json!({ "action_id": "choice-0", "value": "useful:1", "action_ts": "1700000002.5" }));
    let place = place(&WorkspaceId::new("T1"), "C1", None).in_thread(&"1700000000.000100".into());
    assert_eq!(button[0].place, place);
    assert_eq!(button[0].at, Timestamp::from_ms(1_700_000_002_500));
    let choice = |id: &str| What::Choice { message: "1700000000.000200".into(), choice: ChoiceId::new(id) };
    assert_eq!(button[0].what, choice("useful:1"));
    assert_eq!(trigger_of(&button[0].id), Some("1.2.abc"));
    let entry = of(&json!({ "action_id": "more", "selected_option": { "value": "stop:1" } }));
    assert_eq!(entry[0].what, choice("stop:1"));
    let form = json!({ "action_id": "form", "value": "reflect:a", "text": { "text": "Your words" } });
    assert_eq!(of(&form), Vec::new());
    let opening = opening(&pressed(&form)).expect("a form");
    assert_eq!((opening.trigger.as_str(), opening.label.as_str()), ("1.2.abc", "Your words"));
}

#[test]
fn a_form_leads_back_to_where_it_was_opened() {
    let action = json!({ "action_id": "form", "value": "reflect:a", "text": { "text": "Your words" } });
    let opening = opening(&pressed(&action)).expect("a form");
    let form = chat::Form { id: opening.form.clone(), title: "T".to_owned(), fields: Vec::new() };
    let modal = crate::form::modal(&form, &opening.origin);
    let submitted = json!({ "type": "view_submission", "team": { "id": "T1" }, "user": { "id": "U1" },
        "trigger_id": "9.9.z", "view": { "id": "V1", "callback_id": modal["callback_id"],
        "private_metadata": modal["private_metadata"],
        "state": { "values": { "text": { "field": { "type": "plain_text_input", "value": "mine" } } } } } });
    let sent = events(&submitted.to_string()).expect("readable").remove(0);
    let fields = vec![("text".to_owned(), "mine".to_owned())];
    let message = Some("1700000000.000200".into());
    assert_eq!(sent.what, What::Form { form: FormId::new("reflect:a"), message, fields });
    assert_eq!(sent.place.thread, Some("1700000000.000100".into()));
}

#[test]
fn the_home_has_no_channel_and_leads_to_the_person_alone() {
    let tapped = json!({ "type": "block_actions", "team": { "id": "T1" }, "user": { "id": "U1" }, "trigger_id": "1.2.x",
        "container": { "type": "view", "view_id": "V1" }, "view": { "type": "home" },
        "actions": [{ "action_id": "choice-0", "value": "set:snooze" }] });
    let event = events(&tapped.to_string()).expect("readable").remove(0);
    assert!(event.place.is_private());
    assert!(matches!(&event.what, What::Choice { message, .. } if message.as_str() == chat::HOME));
}

#[test]
fn a_command_and_a_shortcut_ask_for_whoever_gave_them() {
    let command = json!({ "command": "/kairos", "text": "help &amp; more", "team_id": "T1", "channel_id": "D1",
        "channel_name": "directmessage", "user_id": "U1", "trigger_id": "1.2.y", RECEIVED: "1700000000.123000" });
    let event = events(&command.to_string()).expect("readable").remove(0);
    assert_eq!(event.what, What::Command { text: "help & more".to_owned() });
    assert_eq!(event.at, Timestamp::from_ms(1_700_000_000_123));
    assert!(event.place.is_private());
    let shortcut = json!({ "type": "message_action", "callback_id": "help_with_this", "team": { "id": "T1" },
        "user": { "id": "U2" }, "channel": { "id": "C1" }, "trigger_id": "1.2.s",
        "message": { "ts": "1700000000.000100", "user": "U1", "text": "they say it is too expensive" } });
    let event = events(&shortcut.to_string()).expect("readable").remove(0);
    assert_eq!(event.what, What::Command { text: "ask they say it is too expensive".to_owned() });
    assert_eq!(event.by.user.as_str(), "U2");
}
