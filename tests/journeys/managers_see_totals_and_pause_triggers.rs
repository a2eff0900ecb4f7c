//! "I see how my triggers do, never who; and with one tap one of them is quiet."

use chat::Scope;
use kairos::engine::{Setting, Tap, code_of};

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
        // Whatever somebody else sends is refused, with the reason.
        let asked = app.person("ana").says("@Kairos any line for a price objection?").await;
        let answer = app.answer(&asked);
        let refusal = || app.cards("deals", "ana").pop().unwrap().text();
        app.person("ana").forges_tap(&card.choice("Pause: A buyer"), &answer).await;
        assert!(refusal().contains("Only workspace admins and the managers"), "{}", refusal());
        assert_eq!(app.store().pauses(&Scope::All).await.unwrap(), []);
        app.person("ana").forges_tap(&Tap::Set(Setting::Triggers).to_choice(), &answer).await;
        assert!(app.last_private("ana").text().contains("Only workspace admins and the managers"));
        let example = "how do I answer when they say we're too expensive?";
        app.person("ana")
            .forges_tap(&Tap::LeaveOut("too-expensive".into(), code_of(example)).to_choice(), &answer)
            .await;
        assert!(refusal().contains("Only workspace admins and the managers"), "{}", refusal());
        assert_eq!(app.store().learnt(&Scope::All).await.unwrap(), []);
        assert_eq!(app.again(&answer), answer, "nor does the card change");
        // A pause that stands is not ended by them either.
        app.person("chloe").taps("Pause: A buyer", &card).await;
        app.person("ana").forges_tap(&app.again(&card).choice("Resume: A buyer"), &answer).await;
        assert_eq!(app.store().pauses(&Scope::All).await.unwrap().len(), 1);
    })
    .await;
}
