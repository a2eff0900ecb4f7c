//! "Where nobody switched it on, it says nothing."

use kairos::{library::Mode, store::Channel};
use playground::Room;

use crate::support::{
    app::{Setup, TestApp, each_app, each_app_with, hours, minutes},
    prompts::prompts,
    tables::tables_with,
};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

/// Sets the mode of a channel.
pub(super) async fn switch(app: &TestApp, room: Room, mode: Mode) {
    let place = room.place();
    let (platform, workspace, channel) = (place.platform, place.workspace, place.channel);
    let channel = Channel { platform, workspace, channel, name: room.name().to_owned(), mode, hearing: None };
    app.store().set_channel(&channel).await.unwrap();
}

#[tokio::test]
async fn a_channel_that_is_off_gets_no_card_and_leaves_no_record() {
    each_app(|app: TestApp| async move {
        switch(&app, Room::Deals, Mode::Off).await;
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        app.advance(hours(24)).await;
        app.is_left_alone(&question);
        assert_eq!(app.stopped_by(&question), "Channel");
        assert_eq!(tables_with(app.url(), "expensive").await, Vec::<String>::new());
        assert_eq!(tables_with(app.url(), "too-expensive").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn switched_off_while_a_card_waits_it_does_not_come() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        switch(&app, Room::Deals, Mode::Off).await;
        app.advance(hours(24)).await;
        app.is_left_alone(&question);
        assert_eq!(app.stopped_by(&question), "Channel");
    })
    .await;
}

#[tokio::test]
async fn asked_by_name_it_answers_there_too() {
    each_app(|app: TestApp| async move {
        switch(&app, Room::Deals, Mode::Off).await;
        let question = app.person("ana").says(&format!("@Kairos {QUESTION}")).in_channel("deals").await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn a_trigger_that_is_off_never_speaks() {
    fn one_off(setup: Setup) -> Setup {
        setup.prompts(prompts().trigger("price-talk", "tip-1", "mode: off").folder())
    }
    each_app_with(one_off, |app: TestApp| async move {
        let overheard = app.person("ana").says("price talk").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&overheard);
        assert_eq!(app.stopped_by(&overheard), "Topic");
        let asked = app.person("ana").says("@Kairos price talk").await;
        let answer = app.answer(&asked).text();
        assert!(!answer.contains("Tip number 1"), "{answer}");
    })
    .await;
}
