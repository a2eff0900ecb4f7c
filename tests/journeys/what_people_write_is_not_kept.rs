//! "What I write to my colleagues, to Kairos, or to myself is not kept by Kairos."

use std::path::Path;

use kairos::store::Store;

use crate::support::{
    app::{Setup, TestApp, each_app, each_app_with, hours, minutes},
    databases::Database,
    files::{files_with, is_soon_in_no_file},
    prompts::prompts,
    tables::tables_with,
};

async fn nowhere(app: &TestApp, words: &str) {
    assert_eq!(tables_with(app.url(), words).await, Vec::<String>::new(), "{words:?} is kept");
}

#[tokio::test]
async fn a_question_is_erased_with_the_decision_about_it() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("Zebulon has a price objection about the quetzal, any line?").await;
        nowhere(&app, "quetzal").await;
        app.advance(minutes(10)).await;
        app.answer(&question);
        nowhere(&app, "quetzal").await;
        nowhere(&app, "Zebulon").await;
        app.person("ana").says("Zebulon walked away").await;
        app.person("ana").edits(&question, "Zebulon has another price objection about the quetzal").await;
        app.person("ben").replies_to(&question, "tell Zebulon what it is worth").await;
        nowhere(&app, "Zebulon").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_of_kairos_is_erased_too() {
    each_app(|app: TestApp| async move {
        app.person("ana").writes_privately("quetzal price objection").await;
        app.person("ana").writes_privately("the quetzal has a colour").await;
        app.person("ana").commands("what do I say about the quetzal").await;
        app.person("ana").says("@Kairos the quetzal").await;
        assert_eq!(app.private_cards("ana").len(), 3);
        nowhere(&app, "quetzal").await;
    })
    .await;
}

#[tokio::test]
async fn a_reflection_is_the_writers_own() {
    fn reflecting(setup: Setup) -> Setup {
        setup.prompts(prompts().trigger("price-talk", "think-back", "").folder())
    }
    each_app_with(reflecting, |app: TestApp| async move {
        let asked = app.person("ana").says("@Kairos price talk").await;
        let card = app.answer(&asked);
        assert_eq!(card.card.input.as_ref().unwrap().label, "What I would ask");
        app.person("ana").writes_into(&card, "I should have asked about the quetzal").await;
        let after = app.again(&card);
        assert!(after.text().contains("I don’t store it") && after.card.input.is_none(), "{}", after.text());
        assert!(!after.text().contains("quetzal"));
        nowhere(&app, "quetzal").await;
        app.advance(hours(48)).await;
        nowhere(&app, "quetzal").await;
    })
    .await;
}

#[tokio::test]
async fn of_what_is_said_where_kairos_is_off_nothing_at_all_is_kept() {
    each_app(|app: TestApp| async move {
        app.person("dev").commands("here off").await;
        app.advance(minutes(1)).await;
        let among_us = app.person("ana").says("any line for a price objection?").await;
        app.person("ben").replies_to(&among_us, "tell them what it is worth").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&among_us);
        assert_eq!(app.stopped_by(&among_us), "Channel");
        nowhere(&app, among_us.id.as_str()).await;
        let asked = app.person("ana").says("@Kairos any line for a price objection?").await;
        app.answer(&asked);
        app.person("dev").commands("here live").await;
        let heard = app.person("ben").says("lunch, anybody?").await;
        assert_ne!(
            tables_with(app.url(), heard.id.as_str()).await,
            Vec::<String>::new(),
            "it is on record, without its text"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_said_right_behind_the_command_that_switches_kairos_on_is_heard() {
    each_app(|app: TestApp| async move {
        app.person("dev").commands("here off").await;
        app.advance(minutes(1)).await;
        app.person("ana").says("lunch, anybody?").await;
        app.person("dev").commands("here live").await;
        let question = app.person("ana").says("any line for a price objection?").await;
        app.advance(minutes(10)).await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn people_settle_what_waits_from_before_kairos_was_switched_off() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("any line for a price objection?").await;
        app.person("dev").commands("here off").await;
        app.advance(minutes(1)).await;
        app.person("ben").replies_to(&question, "tell them what it is worth").await;
        app.person("dev").commands("here live").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&question);
    })
    .await;
}

/// Answered, held, settled, silent, edited, taken back, unread and dropped, forgotten in chat and by the operator: whatever
/// became of a message, its words are in no file of SQLite, a backup included.
#[tokio::test]
async fn no_file_holds_what_people_wrote_however_it_was_decided() {
    let database = Database::of_sqlite();
    let folder = Path::new(database.url.trim_start_matches("sqlite:")).parent().unwrap();
    let app = TestApp::open(&database.url, Setup::default()).await;
    app.person("ana").says("@Kairos a price objection about the quetzal").await;
    is_soon_in_no_file(folder, "quetzal").await;
    let held = app.person("ben").says("any line for a price objection about the quetzal?").await;
    is_soon_in_no_file(folder, "quetzal").await;
    app.person("ben").edits(&held, "any line for a price objection about the second quetzal?").await;
    app.person("ana").replies_to(&held, "tell the quetzal what it is worth").await;
    app.person("chloe").says("the quetzal flew away").await;
    let taken_back = app.person("chloe").says("any line for a price objection about my quetzal?").await;
    app.person("chloe").takes_back(&taken_back).await;
    app.person("dev").writes_privately("the quetzal of my own").await;
    is_soon_in_no_file(folder, "quetzal").await;
    app.receives("{\"id\":\"the quetzal that nobody can read\"").await;
    app.settle().await;
    app.store().copy_to(&folder.join("backup.sqlite")).await.unwrap();
    let unread = app.store().quarantined(10).await.unwrap();
    assert_eq!(files_with(folder, "quetzal").len(), 1, "what can't be read is kept until somebody decides about it");
    assert!(app.store().drop_quarantined(&unread[0].id).await.unwrap());
    is_soon_in_no_file(folder, "quetzal").await;
    app.advance(hours(24)).await;
    app.person("dev").commands("me").await;
    app.person("dev").taps("Forget me", &app.last_private("dev")).await;
    app.person("dev").taps("Yes, forget me", &app.last_private("dev")).await;
    let operators = Store::open(&database.url).await.unwrap();
    for named in ["playground/playground/ana", "playground/playground/ben"] {
        for person in operators.people_named(named).await.unwrap() {
            operators.forget(&person).await.unwrap();
        }
    }
    operators.close().await;
    is_soon_in_no_file(folder, "quetzal").await;
    app.close().await;
    assert_eq!(files_with(folder, "quetzal"), Vec::<String>::new());
}

/// The search itself: a library's own words are found where they belong.
#[tokio::test]
async fn the_search_finds_what_is_there() {
    each_app(|app: TestApp| async move {
        let asked = app.person("ana").says("@Kairos price objection").await;
        app.answer(&asked);
        let tables = tables_with(app.url(), "price objection").await;
        assert!(tables.contains(&"decisions".to_owned()) && tables.contains(&"deliveries".to_owned()), "{tables:?}");
    })
    .await;
}
