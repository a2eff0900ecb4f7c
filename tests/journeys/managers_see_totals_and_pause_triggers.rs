//! "I see how my triggers do, never who; and with one tap one of them is quiet."

use crate::support::app::{Seen, Setup, TestApp, each_app, each_app_with, hours, minutes};

async fn triggers(app: &TestApp, who: &str) -> Seen {
    app.person(who).commands("me").await;
    app.person(who).taps("Triggers", &app.last_private(who)).await;
    app.last_private(who)
}

#[tokio::test]
async fn a_paused_trigger_says_nothing_unasked_until_it_goes_on() {
    each_app(|app: TestApp| async move {
        let waiting = app.person("ana").says("any line for a price objection?").await;
        let card = triggers(&app, "dev").await;
        app.person("dev").taps("Pause: A buyer says", &card).await;
        assert!(app.again(&card).text().contains("A buyer says it is too expensive: paused, by a manager"));
        app.advance(hours(1)).await;
        app.is_left_alone(&waiting);
        assert_eq!(app.stopped_by(&waiting), "Topic");
        let asked = app.person("ben").says("@Kairos any line for a price objection?").await;
        app.answer(&asked);
        app.person("dev").taps("Resume: A buyer says", &app.again(&card)).await;
        let after = app.person("chloe").says("any line for a price objection?").in_channel("general").await;
        app.advance(minutes(10)).await;
        app.answer(&after);
    })
    .await;
}

#[tokio::test]
async fn fewer_than_five_people_are_never_a_number() {
    each_app(|app: TestApp| async move {
        for who in ["ana", "ben", "chloe", "dev"] {
            let asked = app.person(who).says("@Kairos any line for a price objection?").await;
            app.person(who).taps("Useful", &app.answer(&asked)).await;
        }
        let card = triggers(&app, "dev").await;
        let told = "A buyer says it is too expensive: on. Not enough people yet (fewer than 5).";
        assert!(card.text().contains(told), "{}", card.text());
    })
    .await;
}

fn chloe_too(setup: Setup) -> Setup {
    setup.setting("PEOPLE_MANAGERS", "playground/playground/chloe")
}

#[tokio::test]
async fn only_managers_have_the_button_and_may_use_it() {
    each_app_with(chloe_too, |app: TestApp| async move {
        let card = triggers(&app, "chloe").await;
        assert_eq!(card.card.title, "Triggers");
        app.person("ana").commands("me").await;
        let page = app.last_private("ana");
        assert!(!page.buttons().contains(&"Triggers"), "{:?}", page.buttons());
        // A tap that somebody made up is refused all the same.
        let asked = app.person("ana").says("@Kairos any line for a price objection?").await;
        let made_up = card.card.choices.iter().find(|choice| choice.label.starts_with("Pause: A buyer")).unwrap();
        let answer = app.answer(&asked).message;
        let _ = app.playground().tap(playground::Person::Ana, &answer, &made_up.id).await;
        app.settle().await;
        assert!(app.store().pauses().await.unwrap().is_empty());
    })
    .await;
}
