//! "What most of us don't want stops by itself, and whoever answers for it is told and decides."

use crate::support::app::{Said, Seen, Setup, TestApp, each_app_with, hours, minutes};

const QUESTION: &str = "any line for a price objection?";

/// Three answers are enough; taps of people, not time or budgets, are what this is about.
fn soon(setup: Setup) -> Setup {
    setup.setting("CADENCE_PAUSE_PEOPLE", "3").setting("CADENCE_WORKING_HOURS", "00:00-23:59")
}

/// Somebody turns to Kairos, and taps on the card.
async fn asks_and_taps(app: &TestApp, who: &str, label: &str) -> Seen {
    let asked = app.person(who).says(&format!("@Kairos {QUESTION}")).await;
    let card = app.answer(&asked);
    app.person(who).taps(label, &card).await;
    app.advance(minutes(3)).await;
    card
}

async fn overheard(app: &TestApp, who: &str) -> Said {
    let said = app.person(who).says(QUESTION).in_channel("support").await;
    app.advance(hours(1)).await;
    said
}

#[tokio::test]
async fn it_pauses_tells_its_manager_and_speaks_again_when_they_let_it() {
    each_app_with(soon, |app: TestApp| async move {
        asks_and_taps(&app, "ana", "Not for me").await;
        asks_and_taps(&app, "ben", "Stop this trigger").await;
        assert!(app.private_cards("dev").is_empty(), "two people are not enough");
        asks_and_taps(&app, "chloe", "Useful").await;
        let told = app.last_private("dev");
        assert_eq!(told.card.title, "“A buyer says it is too expensive” pauses itself");
        assert!(told.text().contains("2 of 3 people who answered said “Not for me” or “Stop”"), "{}", told.text());

        let quiet = overheard(&app, "chloe").await;
        app.is_left_alone(&quiet);
        assert_eq!(app.stopped_by(&quiet), "Its own limit");
        asks_and_taps(&app, "chloe", "Useful").await;

        app.person("dev").taps("Let it speak again", &told).await;
        assert_eq!(app.last_private("dev").card.title, "Noted");
        let heard = overheard(&app, "chloe").await;
        app.answer(&heard);
        asks_and_taps(&app, "ana", "Not for me").await;
        let quiet_again =
            app.private_cards("dev").iter().filter(|card| card.card.title.ends_with("pauses itself")).count();
        assert_eq!(quiet_again, 1, "what lies before counts no more");
    })
    .await;
}

#[tokio::test]
async fn only_a_manager_may_let_it_speak_again() {
    each_app_with(soon, |app: TestApp| async move {
        for who in ["ana", "ben", "chloe"] {
            asks_and_taps(&app, who, "Not for me").await;
        }
        app.person("ana").commands("triggers").await;
        assert!(app.last_private("ana").card.title.contains("for those who answer for triggers"));
        app.person("dev").commands("triggers").await;
        let list = app.last_private("dev");
        assert!(list.text().contains("A buyer says it is too expensive: pauses: 3 of 3 people"), "{}", list.text());
        assert!(list.text().contains("0 of 3 people found it right; it takes more to be heard"), "{}", list.text());
        app.person("dev").taps("Let speak again", &list).await;
        app.person("dev").taps("Let speak again", &list).await;
        assert_eq!(app.last_private("dev").card.title, "It does not pause");
    })
    .await;
}
