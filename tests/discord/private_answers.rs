//! What is private stays private, also where private messages are closed or a permission is missing.

use serde_json::json;

use super::{
    bodies::assert_sound,
    peer::{Peer, eventually, text_of},
    world::{QUESTION, World},
};

/// Permissions by Discord's names.
const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
const SEND_MESSAGES: u64 = 1 << 11;

#[test]
fn closed_private_messages_leave_practice_to_ones_own_eyes() {
    let world = World::new();
    world.peer.ask("close_private", &json!({ "user": "ana" }));
    let thread = world.peer.says("ana", &world.deals(), QUESTION);
    let card = world.peer.our_message(&thread, 0);
    let interaction = world.peer.presses("ana", &card, "Practise this");
    let answers = world.peer.answered(&interaction, |answers| {
        answers["messages"].as_array().unwrap().iter().any(|message| text_of(message).contains("the price is high"))
    });
    let turn =
        answers["messages"].as_array().unwrap().iter().find(|message| text_of(message).contains("price is high"));
    let turn = turn.unwrap();
    assert_eq!(turn["flags"].as_u64().unwrap() & 64, 64, "only the one who practises sees it");
    let next = world.peer.presses("ana", turn, "Ask");
    world.peer.answered(&next, |answers| {
        answers["messages"].as_array().unwrap().iter().any(|message| text_of(message).contains("You learn something"))
    });
    assert!(world.peer.ours(&world.private("ana")).is_empty());
}

#[test]
fn a_button_in_the_channel_opens_what_could_not_be_sent() {
    let world = World::new();
    let deals = world.deals();
    world.peer.ask("close_private", &json!({ "user": "ana" }));
    // The command's acknowledgement comes too late, so that nothing can be shown to its author alone.
    let late = json!({ "how": "answer", "method": "POST", "path": "/callback$", "status": 404,
        "body": { "code": 10062, "message": "Unknown interaction" } });
    world.peer.ask("fault", &late);
    world.peer.commands("ana", &deals, "ask", Some(("question", "a price objection, what now?")));
    let notice = world.peer.our_message(&deals, 0);
    assert!(!text_of(&notice).contains("Tip number"), "what it is stays private: {}", text_of(&notice));
    let curious = world.peer.answer_to(&world.peer.presses("ben", &notice, "Open (only you)"));
    assert!(text_of(&curious).contains("isn’t for you"), "{}", text_of(&curious));
    let opened = world.peer.answer_to(&world.peer.presses("ana", &notice, "Open (only you)"));
    assert!(text_of(&opened).contains("Tip number 1"), "{}", text_of(&opened));
    assert_eq!(opened["flags"].as_u64().unwrap() & 64, 64);
    let before = text_of(&opened);
    let tapped = world.peer.presses("ana", &opened, "Useful");
    eventually("the tap on the private copy", || {
        let answers = world.peer.ask("answers", &json!({ "interaction": tapped }));
        (text_of(&answers["source"]) != before).then_some(())
    });
    assert!(!text_of(&world.peer.our_message(&deals, 0)).contains("Tip number"), "the notice never shows the card");
}

#[test]
fn without_leave_for_threads_the_answer_is_a_reply() {
    let world = World::new();
    let deals = world.deals();
    world.peer.ask("deny", &json!({ "channel": deals, "permissions": CREATE_PUBLIC_THREADS.to_string() }));
    let question = world.peer.says("ana", &deals, QUESTION);
    let reply = world.peer.our_message(&deals, 0);
    assert_eq!(reply["message_reference"]["message_id"], *question);
    world.peer.presses("ana", &reply, "Useful");
    let before = text_of(&reply);
    eventually("the reply after a tap", || (text_of(&world.peer.our_message(&deals, 0)) != before).then_some(()));
}

#[test]
fn without_leave_to_write_nothing_is_tried_for_ever() {
    let world = World::new();
    let deals = world.deals();
    let denied = CREATE_PUBLIC_THREADS | SEND_MESSAGES;
    world.peer.ask("deny", &json!({ "channel": deals, "permissions": denied.to_string() }));
    let question = world.peer.says("ana", &deals, QUESTION);
    eventually("the refusal", || {
        let refused = |request: &serde_json::Value| request["status"] == 403 && request["body"]["nonce"].is_string();
        world.peer.requests().iter().any(refused).then_some(())
    });
    // Something that comes later and works shows that nothing waits for what can't be.
    let interaction = world.peer.commands("ana", &deals, "help", None);
    world.peer.answer_to(&interaction);
    let tries = world.peer.requests().into_iter().filter(|request| request["status"] == 403).count();
    assert!(tries <= 2, "{tries} tries for {question}");
}

#[test]
fn an_interaction_that_somebody_acknowledged_is_still_answered() {
    let world = World::new();
    let thread = world.peer.says("ana", &world.deals(), QUESTION);
    let card = world.peer.our_message(&thread, 0);
    let faster = json!({ "how": "answer", "method": "POST", "path": "/callback$", "status": 400,
        "body": { "code": 40060, "message": "Interaction has already been acknowledged." } });
    world.peer.ask("fault", &faster);
    let interaction = world.peer.presses("ana", &card, "Why this?");
    assert!(text_of(&world.peer.answer_to(&interaction)).contains("owner:"));
}

#[test]
fn a_wait_that_discord_asks_for_outlives_a_restart() {
    let mut world = World::new();
    let deals = world.deals();
    let busy = json!({ "how": "answer", "method": "POST", "path": "^/channels/\\d+/messages$", "status": 429,
        "headers": { "Retry-After": "4", "X-RateLimit-Scope": "user" }, "body": { "retry_after": 4.0, "global": false } });
    world.peer.ask("fault", &busy);
    let question = world.peer.says("ana", &deals, QUESTION);
    eventually("the 429", || world.peer.requests().iter().any(|request| request["status"] == 429).then_some(()));
    world = world.restart();
    let card = world.peer.our_message(&question, 0);
    assert!(text_of(&card).contains("Tip number 1"));
    assert_eq!(world.peer.ours(&question).len(), 1, "{:?}", world.peer.requests());
}

/// An older API, or something that stands for Discord, knows no components of the second system.
#[test]
fn where_only_embeds_can_be_had_everything_goes_on_in_embeds() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "without_v2": true }));
    let world = World::beside(peer);
    world.peer.connected();
    let thread = world.peer.says("ana", &world.deals(), QUESTION);
    let card = world.peer.our_message(&thread, 0);
    assert!(card["embeds"][0]["description"].is_string() && text_of(&card).contains("Tip number 1"), "{card}");
    let why = world.peer.answer_to(&world.peer.presses("ben", &card, "Why this?"));
    assert!(text_of(&why).contains("owner:"), "{why}");
    assert_eq!(why["flags"].as_u64().unwrap() & 64, 64, "still for one pair of eyes");
    world.peer.presses("ana", &card, "Useful");
    eventually("the embed after a tap", || text_of(&world.peer.our_message(&thread, 0)).contains('✓').then_some(()));
    let page = world.peer.answer_to(&world.peer.commands("ana", &world.deals(), "me", None));
    assert!(page["embeds"][0].is_object());
    assert_sound(&world.peer.requests());
}
