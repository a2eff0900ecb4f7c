//! What an employee in Discord meets: a card in the thread, buttons, a form, commands that complete.

use serde_json::{Value, json};

use super::{
    bodies::assert_sound,
    peer::{eventually, text_of},
    world::{QUESTION, World},
};

/// Asks in #deals; the question's id, which is the thread's, and the card in it.
fn asked(world: &World, user: &str) -> (String, Value) {
    let asked = world.peer.says(user, &world.deals(), QUESTION);
    let card = world.peer.our_message(&asked, 0);
    (asked, card)
}

#[test]
fn a_question_gets_a_card_in_its_thread() {
    let world = World::new();
    let (peer, deals) = (&world.peer, world.deals());
    let (thread, card) = asked(&world, "ana");
    assert!(text_of(&card).contains("Tip number 1"), "{card}");
    assert_eq!(peer.ours(&deals).len(), 0, "nothing is said in the channel itself");
    let path = format!("/channels/{thread}/messages");
    let sent = peer.requests().into_iter().find(|request| request["path"] == path && request["method"] == "POST");
    let body = sent.expect("it was sent")["body"].clone();
    assert_eq!(body["allowed_mentions"], json!({ "parse": [] }));
    assert_eq!((&body["enforce_nonce"], &body["flags"]), (&json!(true), &json!(32_768)));
    assert!(body["nonce"].as_str().is_some_and(|nonce| (1..=25).contains(&nonce.len())), "{body}");
    assert_sound(&world.peer.requests());
}

#[test]
fn what_bots_write_is_left_alone_and_what_comes_twice_is_answered_once() {
    let world = World::new();
    let peer = &world.peer;
    let (thread, card) = asked(&world, "ana");
    let messages = peer.ask("messages", &json!({ "channel": world.deals() }));
    let question = messages.as_array().unwrap().iter().find(|message| message["id"] == *thread).unwrap().clone();
    peer.ask("emit", &json!({ "event": "MESSAGE_CREATE", "data": question }));
    let mut ours = card;
    ours["content"] = json!(QUESTION);
    ours["id"] = json!((thread.parse::<u64>().unwrap() + 1).to_string());
    peer.ask("emit", &json!({ "event": "MESSAGE_CREATE", "data": ours }));
    // In another channel, since the trigger rests in this one.
    let second = peer.says("ben", &peer.id("/channels/general"), QUESTION);
    peer.our_message(&second, 0);
    assert_eq!(peer.ours(&thread).len(), 1, "the same question was answered once");
}

#[test]
fn every_button_of_a_card_does_what_it_says() {
    for label in ["Useful", "Not for me", "I know this", "Quiet for a week", "Don’t show me this topic"] {
        let world = World::new();
        let (thread, card) = asked(&world, "ana");
        let before = text_of(&card);
        let interaction = world.peer.presses("ana", &card, label);
        world.peer.answered(&interaction, |answers| answers["kind"] == "deferred_update");
        let after = eventually(&format!("the card after {label:?}"), || {
            let now = text_of(&world.peer.our_message(&thread, 0));
            (now != before).then_some(now)
        });
        assert!(after.contains("Tip number 1") && after.contains('✓'), "{label}: {after}");
        assert_eq!(world.peer.ours(&thread).len(), 1, "{label}: the card changes in place");
    }
}

#[test]
fn whoever_was_helped_may_say_it_in_their_own_words() {
    let world = World::new();
    let (thread, card) = asked(&world, "ana");
    world.peer.presses("ana", &card, "Useful");
    let way = "Say it in your own words";
    let rated = eventually("the card after a tap", || {
        let now = world.peer.our_message(&thread, 0);
        text_of(&now).contains(way).then_some(now)
    });
    let invitation = world.peer.answer_to(&world.peer.presses("ana", &rated, way));
    assert_eq!(invitation["flags"].as_u64().unwrap() & 64, 64, "only she sees it");
    assert!(text_of(&invitation).contains("without your name"), "{}", text_of(&invitation));
    let opened = world.peer.presses("ana", &invitation, way);
    let modal = world.peer.answered(&opened, |answers| !answers["modal"].is_null())["modal"].clone();
    assert_eq!(modal["title"], way);
    let data = json!({ "custom_id": modal["custom_id"], "components": [
        { "type": 1, "components": [{ "type": 4, "custom_id": "text", "value": "they balk at our canary" }] }] });
    let sent = world.peer.interact(5, "ana", &thread, &data, Some(&invitation));
    assert!(text_of(&world.peer.answer_to(&sent)).contains("Your words go to"));
    assert!(world.peer.ours(&thread).iter().all(|message| !text_of(message).contains("canary")));
    assert_sound(&world.peer.requests());
}

#[test]
fn why_this_is_told_to_whoever_asks_and_to_nobody_else() {
    let world = World::new();
    let (thread, card) = asked(&world, "ana");
    let interaction = world.peer.presses("ben", &card, "Why this?");
    let answer = world.peer.answer_to(&interaction);
    assert_eq!(answer["flags"].as_u64().unwrap() & 64, 64, "it is ephemeral");
    assert!(text_of(&answer).contains("owner:"), "{}", text_of(&answer));
    let open: Vec<_> =
        world.peer.ours(&thread).into_iter().filter(|message| message["flags"].as_u64().unwrap() & 64 == 0).collect();
    assert_eq!(open.len(), 1);
    assert_sound(&world.peer.requests());
}

#[test]
fn practice_goes_on_in_private() {
    let world = World::new();
    let (_, card) = asked(&world, "ana");
    let interaction = world.peer.presses("ana", &card, "Practise this");
    assert!(text_of(&world.peer.answer_to(&interaction)).contains("private conversation"));
    let private = world.private("ana");
    let turn = world.peer.our_message(&private, 0);
    assert!(text_of(&turn).contains("the price is high"), "{}", text_of(&turn));
    world.peer.presses("ana", &turn, "Ask");
    let next = world.peer.our_message(&private, 1);
    assert!(text_of(&next).contains("You learn something"), "{}", text_of(&next));
    assert_sound(&world.peer.requests());
}

#[test]
fn a_command_is_answered_where_it_was_typed_for_its_author_alone() {
    let world = World::new();
    let deals = world.deals();
    let interaction = world.peer.commands("ana", &deals, "ask", Some(("question", "a price objection, what now?")));
    let answer = world.peer.answer_to(&interaction);
    assert!(text_of(&answer).contains("Tip number 1"), "{}", text_of(&answer));
    assert_eq!(answer["flags"].as_u64().unwrap() & 64, 64);
    world.peer.presses("ana", &answer, "Useful");
    let before = text_of(&answer);
    eventually("the ephemeral card after a tap", || {
        let now = text_of(&world.peer.answer_to(&interaction));
        (now != before).then_some(())
    });
    for (subcommand, says) in
        [("snooze", "Quiet for a week"), ("resume", "Suggestions are back on"), ("help", "Ask me in your own words")]
    {
        let answer = world.peer.answer_to(&world.peer.commands("ana", &deals, subcommand, None));
        assert!(text_of(&answer).contains(says), "{subcommand}: {}", text_of(&answer));
    }
    assert_sound(&world.peer.requests());
}

#[test]
fn a_question_is_completed_over_skills_and_titles() {
    let world = World::new();
    let data = |typed: &str| {
        json!({ "id": "1", "name": "kairos", "type": 1, "options": [{ "type": 1, "name": "ask", "options": [
            { "type": 3, "name": "question", "value": typed, "focused": true }] }] })
    };
    let complete = |typed: &str| {
        let interaction = world.peer.interact(4, "ana", &world.deals(), &data(typed), None);
        let answers = world.peer.answered(&interaction, |answers| answers["kind"] == "autocomplete");
        let found = answers["suggestions"].as_array().unwrap().clone();
        found.iter().map(|choice| choice["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(complete("sell"), ["Selling"]);
    assert_eq!(complete("tip 3"), ["Tip number 3"]);
    assert_eq!(complete("nothing like it"), Vec::<String>::new());
    assert_sound(&world.peer.requests());
}

#[test]
fn help_with_this_works_on_somebody_elses_message() {
    let world = World::new();
    let deals = world.deals();
    let message = world.peer.says("ben", &deals, "they said it is a price objection again");
    let found = world.peer.ask("messages", &json!({ "channel": deals }))[0].clone();
    let data = json!({ "id": "2", "name": "Help with this", "type": 3, "target_id": message,
        "resolved": { "messages": { &message: found } } });
    let interaction = world.peer.interact(2, "ana", &deals, &data, None);
    assert!(text_of(&world.peer.answer_to(&interaction)).contains("Tip number 1"));
}

#[test]
fn a_field_on_a_card_opens_a_form() {
    let world = World::new();
    let question = Some(("question", "how do I look back here?"));
    let interaction = world.peer.commands("ana", &world.deals(), "ask", question);
    let card = world.peer.answer_to(&interaction);
    let opened = world.peer.presses("ana", &card, "What I would ask");
    let modal = world.peer.answered(&opened, |answers| !answers["modal"].is_null())["modal"].clone();
    assert_eq!(modal["title"], "What I would ask");
    let data = json!({ "custom_id": modal["custom_id"], "components": [
        { "type": 1, "components": [{ "type": 4, "custom_id": "text", "value": "What does it cost to wait?" }] }] });
    world.peer.interact(5, "ana", &world.deals(), &data, Some(&card));
    eventually("the card after the form", || {
        text_of(&world.peer.answer_to(&interaction)).contains("I don’t store it").then_some(())
    });
    assert_sound(&world.peer.requests());
}

#[test]
fn the_personal_page_is_shown_to_its_owner_and_changed_there() {
    let world = World::new();
    let deals = world.deals();
    let interaction = world.peer.commands("ana", &deals, "me", None);
    let page = world.peer.answer_to(&interaction);
    assert_eq!(page["flags"].as_u64().unwrap() & 64, 64, "only its owner sees it");
    let before = text_of(&page);
    let label = before.lines().find(|line| line.starts_with("Quiet for")).expect("a setting").to_owned();
    world.peer.presses("ana", &page, &label);
    eventually("the page after a setting", || (text_of(&world.peer.answer_to(&interaction)) != before).then_some(()));
    let hours = before.lines().find(|line| line.to_lowercase().contains("hours") && line.len() < 40);
    let hours = hours.expect("working hours can be changed").to_owned();
    let page = world.peer.answer_to(&interaction);
    let offered = world.peer.presses("ana", &page, &hours);
    let button = world.peer.answer_to(&offered);
    let opened = world.peer.presses("ana", &button, "Your working hours");
    let modal = world.peer.answered(&opened, |answers| !answers["modal"].is_null())["modal"].clone();
    let field = modal["components"][0]["components"][0]["custom_id"].clone();
    let data = json!({ "custom_id": modal["custom_id"], "components": [
        { "type": 1, "components": [{ "type": 4, "custom_id": field, "value": "Mon-Thu 08:00-16:00" }] }] });
    let sent = world.peer.interact(5, "ana", &deals, &data, Some(&button));
    eventually("the new hours", || {
        let there = text_of(&world.peer.answer_to(&world.peer.commands("ana", &deals, "me", None)));
        there.replace('\\', "").contains("08:00-16:00").then_some(())
    });
    world.peer.answered(&sent, |answers| answers["kind"] != Value::Null);
    assert_sound(&world.peer.requests());
}

/// The forms behind the personal page open as modals, also from its menu.
#[test]
fn every_setting_of_the_personal_page_is_a_modal_away() {
    let world = World::new();
    let deals = world.deals();
    for (label, title, written, shown) in [
        ("Daily and weekly limit", "Daily and weekly limit", "2 a day, 4 a week", "2 a day, 4 a week"),
        ("Days off", "Your days off", "2031-12-24 to 2032-01-02", "2031-12-24 to 2032-01-02"),
        ("Time zone", "Your time zone", "new york", "America/New_York"),
    ] {
        let page = world.peer.answer_to(&world.peer.commands("ana", &deals, "me", None));
        let offered = world.peer.presses("ana", &page, label);
        let button = world.peer.answer_to(&offered);
        let opened = world.peer.presses("ana", &button, title);
        let modal = world.peer.answered(&opened, |answers| !answers["modal"].is_null())["modal"].clone();
        let field = modal["components"][0]["components"][0]["custom_id"].clone();
        let data = json!({ "custom_id": modal["custom_id"], "components": [
            { "type": 1, "components": [{ "type": 4, "custom_id": field, "value": written }] }] });
        world.peer.interact(5, "ana", &deals, &data, Some(&button));
        eventually(label, || {
            let there = text_of(&world.peer.answer_to(&world.peer.commands("ana", &deals, "me", None)));
            there.replace('\\', "").contains(shown).then_some(())
        });
    }
    assert_sound(&world.peer.requests());
}

#[test]
fn who_may_manage_a_channel_says_what_kairos_does_there() {
    let world = World::new();
    let deals = world.deals();
    let no = world.peer.answer_to(&world.peer.commands("ana", &deals, "here", Some(("mode", "off"))));
    assert!(text_of(&no).contains("Not changed"), "{}", text_of(&no));
    world.peer.ask("grant", &json!({ "user": "ben", "permissions": (1_u64 << 4).to_string() }));
    world.peer.answer_to(&world.peer.commands("ben", &deals, "here", Some(("mode", "off"))));
    eventually("the word to everybody", || {
        let open = |message: &Value| message["flags"].as_u64().unwrap() & 64 == 0;
        let told = world.peer.ours(&deals).into_iter().find(open)?;
        text_of(&told).contains("What I do in this channel").then_some(())
    });
    let told = world.peer.answer_to(&world.peer.commands("ana", &deals, "here", None));
    assert!(text_of(&told).contains("I’m off here"), "{}", text_of(&told));
    assert_sound(&world.peer.requests());
}
