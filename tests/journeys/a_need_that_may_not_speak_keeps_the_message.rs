//! "When what I meant may not be answered, I get nothing, and not some other card; and I can ask why."

use crate::support::{
    app::{Setup, TestApp, each_app_with, minutes},
    prompts::prompts,
};

fn two_topics(setup: Setup) -> Setup {
    let topics = prompts()
        .with("skill.md", crate::support::prompts::SKILL)
        .trigger("price-talk", "tip-1, tip-2", "priority: 60")
        .trigger("angry-call", "tip-3, tip-4", "priority: 70");
    setup.prompts(topics.folder())
}

#[tokio::test]
async fn a_topic_that_was_stopped_is_not_replaced_by_the_second_best() {
    each_app_with(two_topics, |app: TestApp| async move {
        let first = app.person("ana").says("price talk in an angry call").await;
        app.advance(minutes(10)).await;
        assert_eq!(app.answer(&first).card.title, "Tip number 3", "the higher priority");
        let again = app.person("ben").says("price talk in an angry call").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&again);
        assert_eq!(app.stopped_by(&again), "Not too often");
        app.person("ben").commands("why").await;
        let why = app.last_private("ben");
        assert_eq!(why.card.title, "Why I said nothing");
        assert!(why.text().contains("angry-call") || why.text().contains("angry call"), "{}", why.text());
    })
    .await;
}

fn two_that_are_near(setup: Setup) -> Setup {
    let topics = prompts()
        .with("skill.md", crate::support::prompts::SKILL)
        .trigger("price-talk", "tip-1, tip-2", "")
        .trigger("angry-call", "tip-3, tip-4", "");
    setup.prompts(topics.folder())
}

#[tokio::test]
async fn two_that_are_near_are_asked_about_in_private_and_a_tap_opens_one() {
    each_app_with(two_that_are_near, |app: TestApp| async move {
        let both = app.person("ana").says("price talk in an angry call").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&both);
        let which = app.last_private("ana");
        assert_eq!(which.card.title, "Which of these?");
        app.person("ana").taps(&title_of(&which, 1), &which).await;
        let opened = app.last_private("ana");
        assert!(["Tip number 1", "Tip number 3"].contains(&opened.card.title.as_str()), "{}", opened.card.title);
        assert!(opened.buttons().contains(&"Useful"), "{:?}", opened.buttons());
        assert_eq!(app.again(&which).buttons(), [""; 0], "it was chosen");
        assert_eq!(app.private_cards("ana").len(), 2);
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_chooses_in_place_and_others_choose_nothing_for_them() {
    each_app_with(two_that_are_near, |app: TestApp| async move {
        let asked = app.person("ana").says("@Kairos price talk in an angry call").await;
        let which = app.answer(&asked);
        assert_eq!(which.card.title, "Which of these?");
        app.person("ben").taps(&title_of(&which, 0), &which).await;
        assert_eq!(app.answers(&asked).len(), 1, "it is for whoever asked");
        app.person("ana").taps("None of these", &which).await;
        assert_eq!(app.again(&which).buttons(), [""; 0]);
        assert_eq!(app.answers(&asked).len(), 1);
    })
    .await;
}

/// The label of a title to choose.
fn title_of(card: &crate::support::app::Seen, index: usize) -> String {
    card.buttons()[index].to_owned()
}
