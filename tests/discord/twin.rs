//! The same journeys on a second wire: `discord-digital-twin`, with gateway, threads and interactions of its own making.
//!
//! It has no ephemeral messages, no resume and no limits; those are shown against `simcord`.

use serde_json::{Value, json};

use super::{
    peer::{Peer, eventually, text_of},
    world::{QUESTION, World},
};

fn beside_the_twin() -> World {
    let world = World::beside(Peer::twin());
    world.peer.connected();
    world
}

/// Asks in #deals; the thread, and the card in it.
fn asked(world: &World, user: &str) -> (String, Value) {
    let question = world.peer.says(user, &world.deals(), QUESTION);
    let thread = eventually("the thread", || {
        world.peer.ask("thread", &json!({ "message": question }))["id"].as_str().map(ToOwned::to_owned)
    });
    let card = world.peer.our_message(&thread, 0);
    (thread, card)
}

#[test]
fn a_question_gets_a_card_in_its_thread_and_a_tap_changes_it_in_place() {
    let world = beside_the_twin();
    let (thread, card) = asked(&world, "ana");
    assert!(text_of(&card).contains("Tip number 1"), "{card}");
    assert_eq!(card["flags"].as_u64().unwrap() & (1 << 15), 1 << 15, "of components");
    let tapped = world.peer.presses("ana", &card, "Useful");
    world.peer.answered(&tapped, |answers| answers["kind"] == "deferred_update");
    eventually("the card after a tap", || text_of(&world.peer.our_message(&thread, 0)).contains('✓').then_some(()));
    assert_eq!(world.peer.ours(&thread).len(), 1);
    let why = world.peer.presses("ben", &card, "Why this?");
    world.peer.answered(&why, |answers| answers["kind"] == "deferred_update");
    let told = world.peer.our_message(&thread, 1);
    assert!(text_of(&told).contains("owner:"), "{told}");
    assert_eq!(told["flags"].as_u64().unwrap() & 64, 64, "it is asked to be for one pair of eyes");
}

#[test]
fn commands_are_deferred_answered_and_completed() {
    let world = beside_the_twin();
    let deals = world.deals();
    let ask = world.peer.commands("ana", &deals, "ask", Some(("question", "a price objection, what now?")));
    assert!(text_of(&world.peer.answer_to(&ask)).contains("Tip number 1"));
    let me = world.peer.answer_to(&world.peer.commands("ben", &deals, "me", None));
    assert!(text_of(&me).contains("Quiet"), "{}", text_of(&me));
    let typed = json!({ "id": "1", "name": "kairos", "type": 1, "options": [{ "type": 1, "name": "ask", "options": [
        { "type": 3, "name": "question", "value": "tip 3", "focused": true }] }] });
    let completed = world.peer.interact(4, "ana", &deals, &typed, None);
    let answers = world.peer.answered(&completed, |answers| answers["kind"] == "autocomplete");
    assert_eq!(answers["suggestions"][0]["value"], "Tip number 3");
}

#[test]
fn a_field_opens_a_form_and_what_is_written_is_answered() {
    let world = beside_the_twin();
    let asked = world.peer.commands("ana", &world.deals(), "ask", Some(("question", "how do I look back here?")));
    let card = world.peer.answer_to(&asked);
    let opened = world.peer.presses("ana", &card, "What I would ask");
    let modal = world.peer.answered(&opened, |answers| !answers["modal"].is_null())["modal"].clone();
    let data = json!({ "custom_id": modal["custom_id"], "components": [
        { "type": 1, "components": [{ "type": 4, "custom_id": "text", "value": "What does it cost to wait?" }] }] });
    world.peer.interact(5, "ana", &world.deals(), &data, Some(&card));
    eventually("the card after the form", || {
        text_of(&world.peer.answer_to(&asked)).contains("I don’t store it").then_some(())
    });
}
