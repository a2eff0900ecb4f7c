//! What people do with Kairos in Slack.

use serde_json::{Value, json};

use super::{
    checks::seen,
    peer::{Mode, until},
    stage::{ALICE, BOB, GENERAL, QUESTION, Stage},
};

async fn asked(stage: &Stage) -> Value {
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_answers_gets_a_card_in_its_thread() {
    for mode in [Mode::Socket, Mode::Http] {
        let stage = Stage::open(mode).await;
        let question = stage.says(ALICE, GENERAL, QUESTION).await;
        let card = stage.sees(GENERAL, "Useful").await;
        assert_eq!(card["thread_ts"], json!(question), "in the thread, {mode:?}");
        stage.has_heard().await;
        let cards = stage.said(GENERAL).await.iter().filter(|message| seen(message).contains("Useful")).count();
        assert_eq!(cards, 1, "once, although every connection heard it, {mode:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rating_changes_the_card_where_it_stands() {
    for (label, noted) in
        [("Useful", "Thanks, good to know"), ("Not for me", "suggest this less"), ("I know this", "Got it")]
    {
        let stage = Stage::open(Mode::Socket).await;
        let card = asked(&stage).await;
        stage.presses(ALICE, &card, label).await;
        let rated = stage.sees(GENERAL, noted).await;
        assert_eq!(rated["ts"], card["ts"]);
        assert!(!seen(&rated).contains("I know this"), "nobody rates twice: {}", seen(&rated));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ways_out_stand_in_the_menu() {
    for (label, noted) in
        [("Quiet for a week", "Quiet for a week."), ("Don’t show me this topic", "You won’t get cards about")]
    {
        let stage = Stage::open(Mode::Http).await;
        let card = asked(&stage).await;
        stage.presses(ALICE, &card, label).await;
        assert_eq!(stage.sees(GENERAL, noted).await["ts"], card["ts"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_is_told_to_whoever_asks_and_nobody_else() {
    let stage = Stage::open(Mode::Socket).await;
    let card = asked(&stage).await;
    stage.presses(BOB, &card, "Why this?").await;
    // Bob is not the one it is for: he hears of the topic, and nothing of whom it came to.
    let why = stage.sees(GENERAL, "Why this card is here").await;
    assert_eq!(why["ephemeral_to"], BOB);
    assert!(!why.to_string().contains("It passed these rules"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn practice_is_private() {
    let stage = Stage::open(Mode::Socket).await;
    let card = asked(&stage).await;
    stage.presses(ALICE, &card, "Practise this").await;
    let scene = stage.sees_privately(ALICE, "private · leave and come back").await;
    let option = scene["blocks"].as_array().unwrap().iter().find(|block| block["type"] == "actions").unwrap();
    let option = option["elements"][0]["text"]["text"].as_str().unwrap().to_owned();
    stage.presses(ALICE, &scene, &option).await;
    let taken = stage.sees_privately(ALICE, "You chose:").await;
    assert_eq!(taken["ts"], scene["ts"], "the old turn offers nothing any more");
    stage.sees_privately(ALICE, "Step 2").await;
    assert!(stage.said(GENERAL).await.iter().all(|message| !seen(message).contains("private · leave and come back")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reflection_is_written_into_a_form_and_kept_by_nobody() {
    let stage = Stage::open(Mode::Socket).await;
    let mut card = asked(&stage).await;
    // The card offers further assets by its menu; this one is offered here whatever it holds.
    card["blocks"] = json!([{ "type": "actions", "block_id": "choices", "elements": [
        { "type": "button", "action_id": "choice-0", "text": { "text": "Reflect" },
          "value": "show:price-objection-reflection" }] }]);
    stage.presses(ALICE, &card, "Reflect").await;
    let reflection = stage.sees_privately(ALICE, "The last time price came up").await;
    let actions = reflection["blocks"].as_array().unwrap().iter().find(|block| block["type"] == "actions").unwrap();
    let label = actions["elements"].as_array().unwrap().iter().find(|element| element["action_id"] == "form").unwrap();
    stage.presses(ALICE, &reflection, label["text"]["text"].as_str().unwrap()).await;
    stage.called("views.open", 1).await;
    let view = stage.standin.calls("views.open")[0].body["view"].clone();
    assert_eq!(view["type"], "modal");
    let values = json!({ "text": { "field": { "type": "plain_text_input", "value": "the canary in my own words" } } });
    until("the form is there to be sent", || async {
        stage.peer.submit_view(ALICE, values.clone()).await;
        let channel = stage.private(ALICE).await;
        let said = stage.said(&channel).await;
        said.iter().any(|message| seen(message).contains("I don’t store it")).then_some(())
    })
    .await;
    let after = stage.sees_privately(ALICE, "I don’t store it").await;
    assert_eq!(after["ts"], reflection["ts"]);
    let kept = "SELECT COUNT(*) FROM arrivals WHERE raw LIKE '%canary%'";
    until("it is kept nowhere", || async { (stage.house.count(kept).await == 0).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_helped_may_say_it_in_their_own_words() {
    let stage = Stage::open(Mode::Socket).await;
    let card = asked(&stage).await;
    // Slack shows the card a moment before Kairos has written down where it stands.
    let sent = "SELECT COUNT(*) FROM deliveries WHERE state = 'sent' AND offer IS NOT NULL";
    until("it is known where the card stands", || async { (stage.house.count(sent).await == 1).then_some(()) }).await;
    stage.presses(ALICE, &card, "Useful").await;
    let rated = stage.sees(GENERAL, "Say it in your own words").await;
    assert_eq!(rated["ts"], card["ts"]);
    stage.presses(ALICE, &rated, "Say it in your own words").await;
    let invitation = stage.sees(GENERAL, "without your name").await;
    assert_eq!(invitation["ephemeral_to"], ALICE);
    stage.presses(ALICE, &invitation, "Say it in your own words").await;
    stage.called("views.open", 1).await;
    let view = stage.standin.calls("views.open")[0].body["view"].clone();
    assert_eq!(view["title"]["text"], "Say it in your own words");
    let values = json!({ "text": { "field": { "type": "plain_text_input", "value": "they balk at our canary" } } });
    until("the form is there to be sent", || async {
        stage.peer.submit_view(ALICE, values.clone()).await;
        stage.said(GENERAL).await.iter().any(|message| seen(message).contains("Your words go to")).then_some(())
    })
    .await;
    assert_eq!(stage.sees(GENERAL, "Your words go to").await["ephemeral_to"], ALICE);
    let waits = "SELECT COUNT(*) FROM own_words WHERE text = 'they balk at our canary'";
    assert_eq!(stage.house.count(waits).await, 1);
    let kept = "SELECT COUNT(*) FROM arrivals WHERE raw LIKE '%canary%'";
    until("it is kept nowhere else", || async { (stage.house.count(kept).await == 0).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_gets_an_answer_or_a_reason() {
    let stage = Stage::open_with(Mode::Socket, &[("KAIROS_CHANNELS_DEFAULT", "off")]).await;
    let mention = stage.says(ALICE, GENERAL, "<@U0BOT> how do I answer when they say we're too expensive?").await;
    assert_eq!(stage.sees(GENERAL, "Useful").await["thread_ts"], json!(mention));
    let nonsense = stage.says(BOB, GENERAL, "<@U0BOT> what do zebras drink on Tuesdays?").await;
    let sorry = stage.sees(GENERAL, "I don’t have a card for that yet").await;
    assert_eq!(sorry["thread_ts"], json!(nonsense));
    stage.commands(BOB, GENERAL, "how do I answer when they say we're too expensive?").await;
    let card = stage.sees_privately(BOB, "Useful").await;
    let private = card["channel"].as_str().unwrap().to_owned();
    stage.says(BOB, &private, "what do zebras drink on Wednesdays?").await;
    stage.sees(&private, "I don’t have a card for that yet").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_answered() {
    let stage = Stage::open(Mode::Http).await;
    let card = asked(&stage).await;
    assert!(seen(&card).contains("Useful"));
    for (typed, answer) in [
        ("", "pauses suggestions for a week"),
        ("help", "pauses suggestions for a week"),
        ("ask how do I answer when they say we're too expensive?", "Useful"),
        ("why", "Why you see this"),
        ("snooze", "Quiet for a week. You can still ask"),
        ("settings", "quiet until"),
        ("resume", "Suggestions are back on"),
        ("stop", "You won’t get suggestions any more"),
        ("here", "This channel"),
    ] {
        stage.commands(ALICE, GENERAL, typed).await;
        let said = stage.sees_privately(ALICE, answer).await;
        assert_eq!(said["thread_ts"], Value::Null, "{typed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_switched_on_by_whoever_may_and_is_told() {
    let stage = Stage::open_with(Mode::Socket, &[("KAIROS_CHANNELS_DEFAULT", "off")]).await;
    stage.commands(BOB, GENERAL, "here live").await;
    stage.sees_privately(BOB, "Only workspace admins").await;
    stage.says(BOB, GENERAL, QUESTION).await;
    stage.commands(ALICE, GENERAL, "here sometimes").await;
    stage.sees_privately(ALICE, "Use live, shadow (watch only) or off").await;
    assert!(stage.said(GENERAL).await.is_empty(), "off until somebody switches it on");
    stage.commands(ALICE, GENERAL, "here live").await;
    let told = stage.sees(GENERAL, "What I do in this channel").await;
    assert_eq!(told["thread_ts"], Value::Null);
    stage.sees_privately(ALICE, "Set for general").await;
    stage.says(BOB, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_made_a_channel_switches_it_on_without_running_the_workspace() {
    let stage = Stage::open_with(Mode::Http, &[("KAIROS_CHANNELS_DEFAULT", "off")]).await;
    stage.commands(BOB, "C03BOB", "here live").await;
    stage.sees("C03BOB", "What I do in this channel").await;
    stage.says(ALICE, "C03BOB", QUESTION).await;
    stage.sees("C03BOB", "Useful").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_peace_is_left_in_peace_and_answered_when_they_ask() {
    let stage = Stage::open(Mode::Http).await;
    let now = stage.peer.now_ms().await / 1_000;
    stage.standin.leave_in_peace(BOB, now - 60, now + 3_600);
    stage.says(BOB, GENERAL, QUESTION).await;
    let held = "SELECT COUNT(*) FROM deliveries WHERE state = 'held'";
    until("it waits", || async { (stage.house.count(held).await == 1).then_some(()) }).await;
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
    stage.says(BOB, GENERAL, "<@U0BOT> how do I answer when they ask for a discount?").await;
    until("whoever asks is answered", || async {
        let cards = stage.said(GENERAL).await.iter().filter(|message| seen(message).contains("Useful")).count();
        (cards == 2).then_some(())
    })
    .await;
    assert_eq!(stage.house.count(held).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_ones_own_shows_what_is_known_and_changes_it() {
    let stage = Stage::open(Mode::Socket).await;
    asked(&stage).await;
    let page = stage.opens_home(ALICE).await;
    let text = seen(&page);
    for words in ["You and Kairos", "America/Los_Angeles", "Working hours", "You had a card on"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let shown = stage.standin.calls("views.publish").len();
    stage.presses_at_home(ALICE, &page, "Quiet for a week").await;
    let quiet = stage.home_after(shown).await;
    assert!(seen(&quiet).contains("quiet until"), "{}", seen(&quiet));
    stage.presses_at_home(ALICE, &quiet, "Show everything stored about me").await;
    stage.sees_privately(ALICE, "Everything stored about you").await;
    stage.presses_at_home(ALICE, &quiet, "Working hours").await;
    stage.called("views.open", 1).await;
    let values = json!({ "hours": { "field": { "type": "plain_text_input", "value": "Mon-Fri 08:00-14:00" } } });
    until("the form is there to be sent", || async {
        stage.peer.submit_view(ALICE, values.clone()).await;
        let channel = stage.private(ALICE).await;
        let said = stage.said(&channel).await;
        said.iter().any(|message| seen(message).contains("Mon-Fri 08:00-14:00")).then_some(())
    })
    .await;
    until("the page says so", || async {
        let last = stage.standin.calls("views.publish").pop()?;
        seen(&last.body["view"]).contains("Mon-Fri 08:00-14:00 (your own)").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_to_is_forgotten() {
    let stage = Stage::open(Mode::Socket).await;
    let card = asked(&stage).await;
    stage.presses(ALICE, &card, "Useful").await;
    stage.sees(GENERAL, "Thanks, good to know").await;
    let page = stage.opens_home(ALICE).await;
    stage.presses_at_home(ALICE, &page, "Forget me").await;
    let sure = stage.sees_privately(ALICE, "Forget you?").await;
    stage.presses(ALICE, &sure, "Yes, forget me").await;
    stage.sees_privately(ALICE, "Forgotten").await;
    for table in ["SELECT COUNT(*) FROM people", "SELECT COUNT(*) FROM taps", "SELECT COUNT(*) FROM decisions"] {
        assert_eq!(stage.house.count(table).await, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_answers_first_is_enough() {
    let stage = Stage::open_with(Mode::Http, &[("KAIROS_CADENCE_GRACE_MINUTES", "10")]).await;
    let held = "SELECT COUNT(*) FROM deliveries WHERE state = 'held'";
    let given_up = "SELECT COUNT(*) FROM deliveries WHERE state = 'cancelled'";
    for round in 0..4 {
        let question = stage.says(ALICE, GENERAL, QUESTION).await;
        until("the question waits", || async { (stage.house.count(held).await == 1).then_some(()) }).await;
        let (channel, ts) = (json!(GENERAL), json!(question));
        match round {
            0 => drop(
                stage
                    .posts(
                        &json!({ "channel": channel, "user": BOB, "text": "Ask them against what", "thread_ts": ts }),
                    )
                    .await,
            ),
            1 => drop(
                stage
                    .peer
                    .control("reaction", &json!({ "channel": channel, "ts": ts, "user": BOB, "name": "eyes" }))
                    .await,
            ),
            2 => drop(
                stage.peer.control("delete-message", &json!({ "channel": channel, "ts": ts, "user": ALICE })).await,
            ),
            _ => drop(
                stage
                    .posts(
                        &json!({ "channel": channel, "user": ALICE, "text": "never mind, found it", "thread_ts": ts }),
                    )
                    .await,
            ),
        }
        let settled = || async { (stage.house.count(given_up).await == round + 1).then_some(()) };
        until(&format!("round {round} is settled"), settled).await;
    }
    assert!(stage.said(GENERAL).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_edited_into_a_question_is_heard_and_answered_once() {
    let stage = Stage::open(Mode::Socket).await;
    let message = stage.says(ALICE, GENERAL, "Morning, everybody").await;
    let edit = |text: &str| json!({ "channel": GENERAL, "ts": message, "user": ALICE, "text": text });
    stage.peer.control("edit-message", &edit(QUESTION)).await;
    let card = stage.sees(GENERAL, "Useful").await;
    assert_eq!(card["thread_ts"], json!(message));
    stage.peer.control("edit-message", &edit(&format!("{QUESTION} Anybody?"))).await;
    stage.has_heard().await;
    assert_eq!(stage.said(GENERAL).await.iter().filter(|message| seen(message).contains("Useful")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn help_with_this_asks_with_the_words_of_a_message() {
    let stage = Stage::open(Mode::Socket).await;
    let shortcut = json!({ "type": "message_action", "callback_id": "help_with_this", "team": { "id": "T01TEST" },
        "user": { "id": BOB }, "channel": { "id": GENERAL }, "trigger_id": "1.2.slipped",
        "message": { "ts": "1700000000.000100", "user": ALICE, "text": QUESTION } });
    stage.standin.relay().deliver("interactive", &shortcut);
    stage.sees_privately(BOB, "Useful").await;
    assert!(stage.said(GENERAL).await.is_empty(), "what was asked in private is answered in private");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_what_the_tokens_lack() {
    let stage = Stage::open(Mode::Socket).await;
    let slack = || {
        let report: Value = serde_json::from_str(&stage.house.command(&["doctor", "--json"])).unwrap();
        report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "slack").unwrap().clone()
    };
    let found = slack();
    assert_eq!(
        (&found["state"], &found["found"]),
        (&json!("ok"), &json!("Test Workspace, by Socket Mode; every scope is there"))
    );
    stage.standin.take_away("reactions:read");
    let found = slack();
    assert_eq!(found["state"], "wrong");
    assert!(found["found"].as_str().unwrap().contains("lacks reactions:read"), "{found}");
    stage.standin.next("auth.test", [super::standin::Wrong::Error("token_revoked")]);
    assert!(slack()["found"].as_str().unwrap().contains("token_revoked"));
}
