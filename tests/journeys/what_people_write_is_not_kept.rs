//! "What I write to my colleagues, to Kairos, or to myself is not kept by Kairos."

use crate::support::{
    app::{Setup, TestApp, each_app, each_app_with, hours, minutes},
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
        assert!(after.text().contains("Kairos keeps none of it") && after.card.input.is_none(), "{}", after.text());
        assert!(!after.text().contains("quetzal"));
        nowhere(&app, "quetzal").await;
        app.advance(hours(48)).await;
        nowhere(&app, "quetzal").await;
    })
    .await;
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
