//! "What is said in our channel all day is not taken for a need; how soon one is heard, we say in a word."

use std::sync::Arc;

use chat::{PlatformKind, WorkspaceId};
use kairos::{
    config::Config,
    engine::Engine,
    library::{Library, Source},
    store::{ChannelScores, Outcome},
};

use crate::support::app::{TestApp, each_app, hours};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

/// As if so many messages had been heard in a channel, all of this bin of scores.
async fn has_heard(app: &TestApp, room: &str, bin: i16, messages: i64) {
    let memory = ("KAIROS_STORE_URL".to_owned(), "sqlite::memory:".to_owned());
    let cadence = Config::load(None, std::iter::once(memory), None).unwrap().cadence;
    let library = Arc::new(Library::read(&Source::Starter).library);
    let scores = ChannelScores {
        platform: PlatformKind::Playground,
        workspace: WorkspaceId::new(playground::WORKSPACE),
        channel: room.parse::<playground::Room>().unwrap().place().channel,
        learnt: Engine::new(library, cadence).learnt().to_owned(),
        counts: vec![(bin, messages)],
        fades: false,
        at: app.now(),
    };
    app.store().conclude(&Outcome { scores: vec![scores], ..Outcome::default() }).await.unwrap();
}

#[tokio::test]
async fn its_own_traffic_counts_once_it_is_enough_and_the_others_until_then() {
    each_app(|app: TestApp| async move {
        has_heard(&app, "deals", 1_400, 2_000).await;
        has_heard(&app, "general", -75, 3_000_000).await;
        let talk_of_the_day = app.person("ana").says(QUESTION).in_channel("deals").await;
        assert_eq!(app.stopped_by(&talk_of_the_day), "Match");
        let elsewhere = app.person("ana").says(QUESTION).in_channel("support").await;
        app.advance(hours(24)).await;
        app.is_left_alone(&talk_of_the_day);
        app.answer(&elsewhere);
        let asked = app.person("ana").says(&format!("@Kairos {QUESTION}")).in_channel("deals").await;
        assert!(app.answer(&asked).text().contains("Answering price objections"), "asked, it answers anywhere");
    })
    .await;
}

#[tokio::test]
async fn too_little_traffic_sets_nothing() {
    each_app(|app: TestApp| async move {
        has_heard(&app, "deals", 1_400, 1_900).await;
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        app.advance(hours(24)).await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn whoever_may_says_in_a_word_how_soon_a_need_is_heard() {
    each_app(|app: TestApp| async move {
        app.person("dev").commands("here live hasty").await;
        assert!(app.last_private("dev").text().contains("careful, balanced or eager"));
        app.person("dev").commands("here live eager").await;
        app.person("dev").commands("here").await;
        assert!(
            app.last_private("dev").text().contains("About 5 in 1,000 messages may get a card it didn’t need (eager)")
        );
        app.person("dev").commands("here live").await;
        app.person("dev").commands("here").await;
        assert!(app.last_private("dev").text().contains("(eager)"), "what was said before stays");
        // 1,900 are too few for "balanced", and enough for "eager".
        has_heard(&app, "deals", 1_400, 1_900).await;
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        assert_eq!(app.stopped_by(&question), "Match");
    })
    .await;
}
