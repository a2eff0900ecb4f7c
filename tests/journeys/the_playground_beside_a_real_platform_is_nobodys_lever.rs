//! "The demo page stands open beside our Discord: nobody who finds it winds our time, or manages anything."

use chat::Scope;
use kairos::engine::{Setting, Tap};

use crate::support::app::{Setup, TestApp, each_app_with, hours};

fn beside_discord(setup: Setup) -> Setup {
    setup.setting("DISCORD_TOKEN", "a-token-of-nobody").setting("PLAYGROUND_ENABLED", "on")
}

#[tokio::test]
async fn nobody_there_winds_the_clock() {
    each_app_with(beside_discord, |app: TestApp| async move {
        let before = app.now();
        assert!(app.playground().wind(hours(1)).is_err());
        app.settle().await;
        assert_eq!(app.now(), before);
    })
    .await;
}

#[tokio::test]
async fn nobody_there_manages_triggers_or_channels() {
    each_app_with(beside_discord, |app: TestApp| async move {
        app.person("dev").commands("me").await;
        let page = app.last_private("dev");
        assert!(!page.buttons().contains(&"Triggers"), "{:?}", page.buttons());
        let asked = app.person("ana").says("@Kairos any line for a price objection?").await;
        let card = app.answer(&asked);
        app.person("dev").taps("Why this?", &card).await;
        assert_eq!(app.cards("deals", "dev").pop().unwrap().buttons(), [""; 0]);
        for tap in [Tap::Set(Setting::Triggers), Tap::Pause("too-expensive".into())] {
            app.person("dev").forges_tap(&tap.to_choice(), &card).await;
        }
        assert!(app.last_private("dev").text().contains("Only workspace admins and the managers"));
        assert_eq!(app.store().pauses(&Scope::All).await.unwrap(), []);
        app.person("dev").commands("here off").await;
        assert_eq!(app.store().channels().await.unwrap(), []);
    })
    .await;
}
