//! "I practise where nobody sees it, stop when I like, and go on where I was."

use crate::support::{
    app::{Seen, Setup, TestApp, each_app, each_app_with, minutes},
    databases::each_address,
    prompts::prompts,
};

async fn opened(app: &TestApp) -> Seen {
    let asked = app.person("ana").says("@Kairos any line for a price objection?").in_channel("deals").await;
    let card = app.answer(&asked);
    app.person("ana").taps("Practise this", &card).await;
    card
}

#[tokio::test]
async fn all_the_way_to_the_debrief() {
    each_app(|app: TestApp| async move {
        let offer = opened(&app).await;
        let told = app.cards("deals", "ana").pop().unwrap();
        assert_eq!((told.card.title.as_str(), told.only), ("Your practice is ready", Some(playground::Person::Ana)));
        assert_eq!(app.cards("deals", "ben"), [offer], "nobody else learns of it");
        let mut turns = 0;
        loop {
            let turn = app.last_private("ana");
            if turn.card.footer.starts_with("Done.") {
                break;
            }
            assert!(turn.card.footer.starts_with(&format!("Step {} of about", turns + 1)), "{}", turn.card.footer);
            let first = turn.buttons()[0].to_owned();
            app.person("ana").taps(&first, &turn).await;
            let taken = app.again(&turn);
            assert!(taken.buttons().is_empty() && taken.text().contains("You chose: "), "{}", taken.text());
            turns += 1;
            assert!(turns < 20, "it has no end");
        }
        assert!(turns >= 3);
        let end = app.last_private("ana");
        assert!(end.text().contains("What to take away"), "{}", end.text());
        assert_eq!(end.buttons(), ["One quick question", "Try again, differently"]);
        app.person("ana").taps("Try again, differently", &end).await;
        assert!(app.last_private("ana").card.footer.starts_with("Step 1 of"));
    })
    .await;
}

#[tokio::test]
async fn it_goes_on_where_it_was_left() {
    each_app(|app: TestApp| async move {
        let offer = opened(&app).await;
        let first = app.last_private("ana");
        app.person("ana").taps(first.buttons()[0], &first).await;
        let second = app.last_private("ana");
        app.advance(minutes(600)).await;
        app.person("ana").taps("Practise this", &offer).await;
        let resumed = app.last_private("ana");
        assert_ne!(resumed.message, second.message, "it comes to the end of the conversation");
        assert_eq!(resumed.card, second.card);
        app.person("ana").taps(resumed.buttons()[0], &resumed).await;
        assert!(app.last_private("ana").card.footer.starts_with("Step 3 of"));
    })
    .await;
}

#[tokio::test]
async fn two_taps_on_a_turn_are_one() {
    each_app(|app: TestApp| async move {
        opened(&app).await;
        let first = app.last_private("ana");
        app.person("ana").taps_twice(first.buttons()[0], &first).await;
        assert_eq!(app.private_cards("ana").len(), 2, "one turn taken, one to take");
        assert!(app.last_private("ana").card.footer.starts_with("Step 2 of"));
    })
    .await;
}

/// The first card of a turn stays where it was when the practice was resumed: a late tap on it is a tap on the turn.
#[tokio::test]
async fn a_tap_on_a_turn_that_is_over_changes_nothing() {
    each_app(|app: TestApp| async move {
        let offer = opened(&app).await;
        let first = app.last_private("ana");
        // At once it would be the same tap.
        app.advance(minutes(1)).await;
        app.person("ana").taps("Practise this", &offer).await;
        let resumed = app.last_private("ana");
        app.person("ana").taps(resumed.buttons()[0], &resumed).await;
        let before = app.private_cards("ana").len();
        app.person("ana").taps(first.buttons()[1], &first).await;
        assert_eq!(app.private_cards("ana").len(), before);
        assert!(app.last_private("ana").card.footer.starts_with("Step 2 of"));
    })
    .await;
}

#[tokio::test]
async fn nobody_plays_for_somebody_else() {
    each_app(|app: TestApp| async move {
        opened(&app).await;
        let first = app.last_private("ana");
        let label = first.buttons()[0].to_owned();
        assert!(app.person("ben").tries_to_tap(&label, &first).await.is_err(), "Ben does not even see it");
        // As a platform would bring it that is less careful.
        let raw = serde_json::json!({
            "id": "playground:forged", "at": app.now(), "place": first.room.place(),
            "by": playground::Person::Ben.identity(),
            "what": { "kind": "choice", "message": first.message, "choice": first.card.choices[0].id },
        });
        app.receives(&raw.to_string()).await;
        app.settle().await;
        assert_eq!(app.again(&first), first, "Ana's practice stands where it stood");
        app.person("ana").taps(&label, &first).await;
        assert!(app.last_private("ana").card.footer.starts_with("Step 2 of"));
    })
    .await;
}

#[tokio::test]
async fn two_people_practise_the_same_without_meeting() {
    each_app(|app: TestApp| async move {
        let offer = opened(&app).await;
        app.person("ben").taps("Practise this", &offer).await;
        let bens = app.last_private("ben");
        app.person("ben").taps(bens.buttons()[0], &bens).await;
        assert!(app.last_private("ben").card.footer.starts_with("Step 2 of"));
        assert!(app.last_private("ana").card.footer.starts_with("Step 1 of"));
    })
    .await;
}

fn one_scenario(setup: Setup) -> Setup {
    setup.prompts(prompts().trigger("price-talk", "tip-1", "practise: the-talk").folder())
}

#[tokio::test]
async fn a_short_scenario_of_ones_own() {
    each_app_with(one_scenario, |app: TestApp| async move {
        let asked = app.person("ana").says("@Kairos price talk").await;
        app.person("ana").taps("Practise this", &app.answer(&asked)).await;
        for label in ["Ask", "Hold on", "Wait"] {
            app.person("ana").taps(label, &app.last_private("ana")).await;
        }
        let end = app.last_private("ana");
        assert!(end.text().contains("> Silence works.") && end.text().contains("Ask first."), "{}", end.text());
    })
    .await;
}

#[tokio::test]
async fn a_scenario_that_was_rewritten_says_so_and_begins_again() {
    each_address(|url| async move {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.jsonl");
        let setup = one_scenario(Setup::default()).journal(&journal);
        let app = TestApp::open(&url, setup).await;
        let asked = app.person("ana").says("@Kairos price talk").await;
        app.person("ana").taps("Practise this", &app.answer(&asked)).await;
        app.person("ana").taps("Ask", &app.last_private("ana")).await;
        let second = app.last_private("ana");
        app.close().await;
        // The first house holds its journal until the process ends.
        let copy = folder.path().join("copy.jsonl");
        std::fs::copy(&journal, &copy).unwrap();

        let rewritten = prompts().trigger("price-talk", "tip-1", "practise: the-talk").rewritten().folder();
        let app = TestApp::open(&url, Setup::default().prompts(rewritten).journal(&copy)).await;
        app.person("ana").taps("Show worth", &second).await;
        let told = app.last_private("ana");
        assert!(told.text().contains("rewritten since you started"), "{}", told.text());
        app.person("ana").taps("Start again", &told).await;
        assert!(app.last_private("ana").text().contains("A buyer calls instead."));
    })
    .await;
}
