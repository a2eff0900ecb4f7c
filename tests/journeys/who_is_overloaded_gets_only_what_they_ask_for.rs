//! "If I want, Kairos asks me once a week how full it is; when I say too full, it leaves me alone until it asks again."

use kairos::engine::{Load, Own};

use crate::support::app::{Seen, TestApp, days, each_app, hours, minutes};

const QUESTION: &str = "any line for a price objection?";

async fn page(app: &TestApp, who: &str) -> Seen {
    app.person(who).commands("me").await;
    app.last_private(who)
}

/// Questions that still wait for an answer: an answered one is no question any more.
fn asked(app: &TestApp, who: &str) -> usize {
    app.private_cards(who).iter().filter(|card| card.card.title == "How busy is your week?").count()
}

async fn own(app: &TestApp, who: playground::Person) -> Own {
    app.store().person_of(&who.identity(), &"nobody".into(), app.now()).await.unwrap().own
}

async fn opts_in(app: &TestApp, who: &str) -> Seen {
    let page = page(app, who).await;
    app.person(who).taps("Ask me each week", &page).await;
    app.last_private(who)
}

async fn overheard(app: &TestApp, who: &str, room: &str) -> crate::support::app::Said {
    let said = app.person(who).says(QUESTION).in_channel(room).await;
    app.advance(minutes(11)).await;
    said
}

#[tokio::test]
async fn nobody_is_asked_who_did_not_choose_to_be() {
    each_app(|app: TestApp| async move {
        page(&app, "ana").await;
        app.advance(days(15)).await;
        for who in ["ana", "ben", "chloe", "dev"] {
            assert_eq!(asked(&app, who), 0, "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_overloaded_are_left_alone_until_they_are_asked_again() {
    each_app(|app: TestApp| async move {
        let question = opts_in(&app, "ana").await;
        assert_eq!(
            question.buttons(),
            ["Ready for more", "Unsure", "Overloaded", "Don’t ask me again"],
            "one tap, and it can be refused"
        );
        let waiting = app.person("ana").says(QUESTION).await;
        app.person("ana").taps("Overloaded", &question).await;
        app.advance(minutes(11)).await;
        app.is_left_alone(&waiting);
        assert_eq!(app.stopped_by(&waiting), "Workload");
        let turned_to = app.person("ana").says(&format!("@Kairos {QUESTION}")).await;
        app.answer(&turned_to);
        assert!(page(&app, "ana").await.text().contains("overloaded, so you only get what you ask for"));

        app.advance(days(6)).await;
        app.is_left_alone(&overheard(&app, "ana", "support").await);
        app.advance(days(1)).await;
        assert_eq!(asked(&app, "ana"), 1, "a week later");
        app.answer(&overheard(&app, "ana", "general").await);
    })
    .await;
}

/// What was put by before they said so is not told either.
#[tokio::test]
async fn the_overloaded_get_no_digest() {
    each_app(|app: TestApp| async move {
        app.answer(&overheard(&app, "ana", "deals").await);
        let over = app.person("ana").says("a customer is furious, how do I answer them?").in_channel("support").await;
        app.advance(minutes(11)).await;
        app.is_left_alone(&over);
        let question = opts_in(&app, "ana").await;
        app.person("ana").taps("Overloaded", &question).await;
        let before = app.private_cards("ana").len();
        app.advance(days(2)).await;
        assert_eq!(app.private_cards("ana").len(), before);
        assert_eq!(app.stopped_by(&over), "Workload");
    })
    .await;
}

#[tokio::test]
async fn they_may_say_otherwise_on_their_page_and_refuse_the_question() {
    each_app(|app: TestApp| async move {
        let question = opts_in(&app, "ana").await;
        app.person("ana").taps("Overloaded", &question).await;
        app.person("ana").taps("I’m free for suggestions again", &page(&app, "ana").await).await;
        app.answer(&overheard(&app, "ana", "deals").await);

        app.person("ana").taps("Don’t ask me again", &app.again(&question)).await;
        assert_eq!(own(&app, playground::Person::Ana).await, Own::default(), "nothing is left of it");
        app.advance(days(15)).await;
        assert_eq!(asked(&app, "ana"), 0);
        assert!(page(&app, "ana").await.buttons().contains(&"Ask me each week how busy I am"));
    })
    .await;
}

#[tokio::test]
async fn it_is_asked_in_working_hours_and_not_of_those_who_want_quiet() {
    each_app(|app: TestApp| async move {
        app.advance(hours(9)).await;
        let card = page(&app, "ana").await;
        app.person("ana").taps("Ask me each week", &card).await;
        assert_eq!(asked(&app, "ana"), 0, "seven in the evening");
        app.advance(hours(13)).await;
        assert_eq!(asked(&app, "ana"), 0, "eight in the morning");
        app.advance(hours(2)).await;
        assert_eq!(asked(&app, "ana"), 1);
        app.advance(days(4)).await;
        app.person("ana").commands("snooze").await;
        app.advance(days(6)).await;
        assert_eq!(asked(&app, "ana"), 1, "a quiet week is a quiet week");
        app.advance(days(2)).await;
        assert_eq!(asked(&app, "ana"), 2);
    })
    .await;
}

#[tokio::test]
async fn it_is_told_to_oneself_and_erased_and_no_manager_sees_it() {
    each_app(|app: TestApp| async move {
        let question = opts_in(&app, "ana").await;
        app.person("ana").taps("Overloaded", &question).await;
        let ana =
            app.store().person_of(&playground::Person::Ana.identity(), &"nobody".into(), app.now()).await.unwrap();
        assert_eq!(ana.own.load, Some(Load::Overloaded));
        let held = app.store().held_about(&ana.id).await.unwrap();
        assert_eq!(held["people"][0]["load"], "overloaded");
        app.person("ana").taps("Show everything", &page(&app, "ana").await).await;
        assert!(app.last_private("ana").text().contains("overloaded"));

        app.person("dev").taps("Triggers", &page(&app, "dev").await).await;
        assert!(!app.last_private("dev").text().to_lowercase().contains("overloaded"));
        app.store().forget(&ana.id).await.unwrap();
        assert!(app.store().held_about(&ana.id).await.unwrap().is_empty());
        app.advance(days(8)).await;
        assert_eq!(asked(&app, "ana"), 0);
    })
    .await;
}
