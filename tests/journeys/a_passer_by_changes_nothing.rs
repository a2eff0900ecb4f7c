//! "What stands on my card is mine: whoever passes by, opens or sends it changes nothing of it."

use kairos::engine::{Setting, Tap};

use crate::support::{
    app::{Seen, Setup, TestApp, each_app, each_app_with},
    prompts::prompts,
};

fn a_reflection(setup: Setup) -> Setup {
    setup.prompts(prompts().trigger("price-talk", "think-back", "").folder())
}

fn last(app: &TestApp, who: &str) -> Seen {
    app.cards("deals", who).pop().unwrap()
}

#[tokio::test]
async fn a_reflection_is_written_by_somebody_else_beside_the_card() {
    each_app_with(a_reflection, |app: TestApp| async move {
        let asked = app.person("ana").says("@Kairos price talk").await;
        let card = app.answer(&asked);
        assert!(card.card.input.is_some());
        app.person("ben").writes_into(&card, "I would ask what stands behind it").await;
        assert_eq!(app.again(&card), card, "it stands as it stood");
        let thanks = last(&app, "ben");
        assert_eq!(thanks.only, Some(playground::Person::Ben));
        assert!(thanks.text().contains("You wrote it down"), "{}", thanks.text());
        app.person("ana").writes_into(&card, "I would ask, too").await;
        assert!(app.again(&card).card.input.is_none(), "hers changes it");
    })
    .await;
}

fn an_exercise(setup: Setup) -> Setup {
    setup.prompts(prompts().trigger("price-talk", "first-words", "").folder())
}

#[tokio::test]
async fn an_exercise_is_answered_by_somebody_else_beside_the_card() {
    each_app_with(an_exercise, |app: TestApp| async move {
        let asked = app.person("ana").says("@Kairos price talk").await;
        let card = app.answer(&asked);
        app.person("ben").forges_tap(&Tap::Answer("first-words".into(), 0).to_choice(), &card).await;
        assert_eq!(app.again(&card), card, "it stands as it stood");
        assert!(last(&app, "ben").text().contains("You chose: An offer"), "{}", last(&app, "ben").text());
    })
    .await;
}

#[tokio::test]
async fn a_setting_of_ones_own_is_never_written_over_somebody_elses_page() {
    each_app(|app: TestApp| async move {
        app.person("ana").commands("me").await;
        let page = app.last_private("ana");
        app.person("ben").forges_tap(&Tap::Set(Setting::Out).to_choice(), &page).await;
        assert_eq!(app.again(&page), page, "it stands as it stood");
        app.person("ana").commands("me").await;
        assert_eq!(app.last_private("ana").text(), page.text(), "nothing of hers has changed");
        app.person("ben").commands("me").await;
        assert_ne!(app.last_private("ben").text(), page.text(), "it was his own choice, and counts for him");
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_one_person_is_opened_by_nobody_else() {
    each_app(|app: TestApp| async move {
        let asked = app.person("ana").says("@Kairos any line for a price objection?").await;
        let card = app.answer(&asked);
        let delivery = match Tap::read(&card.choice("Useful")) {
            Some(Tap::Useful(id)) => id,
            other => panic!("{other:?}"),
        };
        app.person("ben").forges_tap(&Tap::Open(delivery.clone()).to_choice(), &card).await;
        assert_eq!(last(&app, "ben").card.title, "This one isn’t for you");
        app.person("ana").forges_tap(&Tap::Open(delivery).to_choice(), &card).await;
        assert_eq!(last(&app, "ana").card.title, card.card.title);
        assert_eq!(app.again(&card), card);
    })
    .await;
}
