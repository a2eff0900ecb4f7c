//! "An effect is claimed against people who were left without help: their needs are recorded, and nothing is said."

use crate::support::{
    app::{Setup, TestApp, each_app_with, minutes},
    prompts::prompts,
    tables::tables_with,
};

const TRIGGERS: usize = 24;

fn half(setup: Setup) -> Setup {
    let offer = "tip-1, tip-2, tip-3, tip-4, tip-5, tip-6";
    let lines = "holdout_percent: 50\ncooldown_hours: 0\nrecovery_days: 0\ngrace_minutes: 0";
    let folder = (0..TRIGGERS).fold(prompts(), |prompts, n| prompts.trigger(&name(n).replace(' ', "-"), offer, lines));
    let setup = setup.setting("CADENCE_BUDGET_PER_DAY", "100").setting("CADENCE_BUDGET_PER_WEEK", "100");
    setup.prompts(folder.folder())
}

/// A need of its own for each number.
fn name(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n).unwrap());
    format!("topic {}{}", String::from(letter(n / 5)).repeat(3), String::from(letter(n % 5)).repeat(3))
}

#[tokio::test]
async fn about_half_of_the_needs_get_nothing_and_always_the_same() {
    each_app_with(half, |app: TestApp| async move {
        let mut lots = [Vec::new(), Vec::new()];
        for lot in &mut lots {
            for n in 0..TRIGGERS {
                let said = app.person("ana").says(&name(n)).await;
                // What one person writes within two minutes is read together.
                app.advance(minutes(3)).await;
                let is_answered = app.answers(&said).len() == 1;
                if !is_answered {
                    assert_eq!(app.stopped_by(&said), "Control group");
                }
                lot.push(is_answered);
            }
        }
        assert_eq!(lots[0], lots[1], "whoever is compared stays compared");
        // Of 24 coins, all on one side happens once in eight million runs.
        assert!(lots[0].contains(&true) && lots[0].contains(&false), "{lots:?}");
        assert!(tables_with(app.url(), "holdout").await.contains(&"decisions".to_owned()), "it is recorded");
        let held_out = lots[0].iter().position(|is_answered| !is_answered).unwrap();
        let asked = app.person("ana").says(&format!("@Kairos {}", name(held_out))).await;
        app.answer(&asked);
    })
    .await;
}
