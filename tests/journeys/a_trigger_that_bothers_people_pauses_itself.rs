//! "What most of us don't want stops by itself, and whoever answers for it is told and decides."

use chat::{DeliveryId, PersonId};
use kairos::store::{Outcome, Tap};

use crate::support::{
    app::{Said, Setup, TestApp, each_app_with, hours, minutes},
    prompts::prompts,
};

const QUESTION: &str = "who knows about price talk?";

fn price_talk(setup: Setup) -> Setup {
    setup.prompts(prompts().trigger("price-talk", "tip-1, tip-2, tip-3, tip-4", "").folder())
}

/// Somebody turns to Kairos, and taps on the card.
async fn asks_and_taps(app: &TestApp, who: &str, label: &str) {
    let asked = app.person(who).says(&format!("@Kairos {QUESTION}")).await;
    app.person(who).taps(label, &app.answer(&asked)).await;
    app.advance(minutes(3)).await;
}

/// Somebody who is not in the playground has tapped before.
async fn tapped_elsewhere(app: &TestApp, who: &str) {
    let tap = Tap {
        tenant: playground::Person::Ana.identity().tenant(),
        delivery: DeliveryId::new("elsewhere"),
        person: PersonId::new(who),
        tap: "not_for_me".to_owned(),
        asset: None,
        trigger: Some("price-talk".into()),
        at: app.now(),
    };
    app.store().conclude(&Outcome { taps: vec![tap], ..Outcome::default() }).await.unwrap();
}

async fn five_do_not_want_it(app: &TestApp) {
    tapped_elsewhere(app, "eva").await;
    for who in ["dev", "ana", "ben", "chloe"] {
        asks_and_taps(app, who, "Not for me").await;
    }
}

fn told(app: &TestApp) -> usize {
    app.private_cards("dev").iter().filter(|card| card.card.title.ends_with("paused itself")).count()
}

async fn overheard(app: &TestApp, who: &str) -> Said {
    let said = app.person(who).says(QUESTION).in_channel("support").await;
    app.advance(hours(1)).await;
    said
}

#[tokio::test]
async fn it_pauses_tells_its_manager_once_and_speaks_again_when_they_let_it() {
    each_app_with(price_talk, |app: TestApp| async move {
        tapped_elsewhere(&app, "eva").await;
        for who in ["dev", "ana"] {
            asks_and_taps(&app, who, "Not for me").await;
        }
        asks_and_taps(&app, "ben", "Don’t show me this topic").await;
        assert_eq!(told(&app), 0, "four people are not enough");
        let waiting = app.person("ana").says(QUESTION).in_channel("general").await;
        asks_and_taps(&app, "chloe", "Useful").await;
        assert_eq!(told(&app), 1);
        let card = app.last_private("dev");
        assert_eq!(card.card.title, "“The need price talk” paused itself");
        assert!(
            card.text().contains("4 of 5 people who answered said “Not for me” or turned it off"),
            "{}",
            card.text()
        );
        assert_eq!(card.buttons(), ["Resume"]);

        app.advance(minutes(30)).await;
        app.is_left_alone(&waiting);
        let quiet = overheard(&app, "chloe").await;
        app.is_left_alone(&quiet);
        assert_eq!(app.stopped_by(&quiet), "Topic");
        asks_and_taps(&app, "chloe", "Not for me").await;
        assert_eq!(told(&app), 1, "once");

        app.person("dev").taps("Resume", &card).await;
        assert!(app.again(&card).text().contains("The need price talk: on."), "{:?}", app.again(&card));
        app.answer(&overheard(&app, "chloe").await);
        asks_and_taps(&app, "ana", "Not for me").await;
        assert_eq!(told(&app), 0, "the one card is the list now, and what lies before counts no more");
    })
    .await;
}

#[tokio::test]
async fn the_list_says_that_it_paused_itself_and_only_a_manager_may_let_it_speak() {
    each_app_with(price_talk, |app: TestApp| async move {
        five_do_not_want_it(&app).await;
        let card = app.last_private("dev");
        let resume = card.card.choices[0].id.clone();
        let asked = app.person("ana").says(&format!("@Kairos {QUESTION}")).await;
        app.person("ana").forges_tap(&resume, &app.answer(&asked)).await;
        let refusal = app.cards("deals", "ana").pop().unwrap().text();
        assert!(refusal.contains("Only workspace admins and the managers"), "{refusal}");
        assert_eq!(app.store().pauses(&chat::Scope::All).await.unwrap().len(), 1, "it goes on pausing");

        app.person("dev").commands("me").await;
        app.person("dev").taps("Triggers", &app.last_private("dev")).await;
        let list = app.last_private("dev");
        let why = "paused, by itself: 5 of 5 people who answered said “Not for me” or turned it off";
        assert!(list.text().contains(why), "{}", list.text());
        app.person("dev").taps("Resume: The need", &list).await;
        assert_eq!(app.store().pauses(&chat::Scope::All).await.unwrap(), []);
    })
    .await;
}

fn never(setup: Setup) -> Setup {
    price_talk(setup).setting("CADENCE_PAUSE_PERCENT", "0")
}

#[tokio::test]
async fn a_house_may_do_without() {
    each_app_with(never, |app: TestApp| async move {
        five_do_not_want_it(&app).await;
        assert_eq!((told(&app), app.store().pauses(&chat::Scope::All).await.unwrap().len()), (0, 0));
    })
    .await;
}

/// Whoever is asleep is told in the morning.
#[tokio::test]
async fn its_manager_is_told_in_their_working_hours() {
    each_app_with(price_talk, |app: TestApp| async move {
        app.advance(hours(3)).await;
        five_do_not_want_it(&app).await;
        assert_eq!(told(&app), 0, "half past six in Kolkata");
        assert_eq!(app.store().pauses(&chat::Scope::All).await.unwrap().len(), 1, "the trigger does not wait");
        app.advance(hours(16)).await;
        assert_eq!(told(&app), 1);
    })
    .await;
}
