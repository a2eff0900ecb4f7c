//! "A quick question tells me at once whether it holds, and why."

use crate::support::{
    app::{Seen, Setup, TestApp, each_app_with},
    prompts::prompts,
};

fn one_exercise(setup: Setup) -> Setup {
    setup.prompts(prompts().trigger("price-talk", "tip-1", "practise: the-talk").folder())
}

async fn asked(app: &TestApp) -> Seen {
    let said = app.person("ana").says("@Kairos price talk").await;
    app.person("ana").taps("Practise this", &app.answer(&said)).await;
    for label in ["Ask", "Hold on", "Wait", "One quick question"] {
        app.person("ana").taps(label, &app.last_private("ana")).await;
    }
    let question = app.last_private("ana");
    assert_eq!(question.buttons(), ["An offer", "A question"]);
    question
}

#[tokio::test]
async fn a_right_answer() {
    each_app_with(one_exercise, |app: TestApp| async move {
        let question = asked(&app).await;
        app.person("ana").taps("A question", &question).await;
        let answered = app.again(&question);
        assert!(answered.buttons().is_empty());
        assert!(answered.text().contains("You chose: A question\n\nYes: it opens the talk."), "{}", answered.text());
        assert_eq!(app.last_private("ana").message, question.message, "in place, nothing new is posted");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_answer_shows_what_holds() {
    each_app_with(one_exercise, |app: TestApp| async move {
        let question = asked(&app).await;
        app.person("ana").taps("An offer", &question).await;
        let text = app.again(&question).text();
        assert!(text.contains("You chose: An offer") && text.contains("It comes later."), "{text}");
        assert!(text.contains("Better: A question"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn the_first_of_two_taps_counts() {
    each_app_with(one_exercise, |app: TestApp| async move {
        let question = asked(&app).await;
        app.person("ana").taps_twice("An offer", &question).await;
        assert!(app.again(&question).text().contains("You chose: An offer"));
        assert!(app.person("ana").tries_to_tap("A question", &question).await.is_err(), "it is answered");
    })
    .await;
}
