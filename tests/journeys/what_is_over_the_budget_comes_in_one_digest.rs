//! "What I had no room for comes once a week, in one message, and I may refuse it."

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use tower::ServiceExt;

use crate::support::{
    app::{Said, Seen, Setup, TestApp, days, each_app_with, hours, minutes},
    prompts::prompts,
};

fn two_triggers(setup: Setup) -> Setup {
    setup.prompts(
        prompts()
            .trigger("price-talk", "tip-1, tip-2", "cooldown_hours: 0")
            .trigger("angry-call", "tip-3, tip-4", "cooldown_hours: 0\npriority: 90")
            .trigger("late-pay", "tip-5", "cooldown_hours: 0")
            .folder(),
    )
}

/// Uses up the budget of the day, and then needs something.
async fn over(app: &TestApp, who: &str, words: &str) -> Said {
    let first = app.person(who).says("help with the price talk").await;
    app.advance(minutes(10)).await;
    app.answer(&first);
    let second = app.person(who).says(words).await;
    app.advance(minutes(10)).await;
    app.is_left_alone(&second);
    assert_eq!(app.stopped_by(&second), "Daily limit");
    second
}

fn digests(app: &TestApp, who: &str) -> Vec<Seen> {
    let mut cards = app.private_cards(who);
    cards.retain(|card| card.card.title == "This week’s summary");
    cards
}

#[tokio::test]
async fn it_comes_on_its_day_lists_what_was_held_back_and_opens_it() {
    each_app_with(two_triggers, |app: TestApp| async move {
        over(&app, "ana", "this angry call was hard").await;
        app.advance_to("2026-11-19T13:59:00Z").await;
        assert!(digests(&app, "ana").is_empty(), "not before its hour");
        app.advance(minutes(1)).await;
        let digest = digests(&app, "ana").pop().expect("a digest");
        assert!(
            digest.text().contains("Tip number 3. You asked on 18 Nov in #deals: The need angry call"),
            "{}",
            digest.text()
        );
        app.person("ana").taps("Open: Tip number 3", &digest).await;
        let card = app.last_private("ana");
        assert_eq!(card.card.title, "Tip number 3");
        app.person("ana").taps("Useful", &card).await;
        assert!(app.again(&card).card.footer.contains("good to know"));
        app.person("ana").taps("Why this?", &app.again(&card)).await;
        app.person("ana").taps("Details", &app.last_private("ana")).await;
        assert!(app.last_private("ana").text().contains("it was in your weekly summary, and you opened it"));
        app.advance(days(14)).await;
        assert_eq!(digests(&app, "ana").len(), 1, "nothing is told twice");
    })
    .await;
}

#[tokio::test]
async fn opened_twice_it_is_one_card_and_the_digest_counts_against_no_budget() {
    each_app_with(two_triggers, |app: TestApp| async move {
        over(&app, "ana", "this angry call was hard").await;
        app.advance_to("2026-11-19T14:00:00Z").await;
        let digest = digests(&app, "ana").pop().expect("a digest");
        app.person("ana").taps_twice("Open: Tip number 3", &digest).await;
        app.person("ana").taps("Open: Tip number 3", &digest).await;
        let need = app.person("ana").says("a late pay again").await;
        app.advance(minutes(10)).await;
        app.answer(&need);
    })
    .await;
}

#[tokio::test]
async fn one_a_week_the_most_urgent_first_and_no_card_twice() {
    each_app_with(two_triggers, |app: TestApp| async move {
        over(&app, "ana", "a late pay again").await;
        for words in ["this angry call was hard", "another angry call", "and a late pay"] {
            app.person("ana").says(words).await;
            app.advance(minutes(20)).await;
        }
        app.advance_to("2026-11-19T14:00:00Z").await;
        let lines = digests(&app, "ana").pop().expect("a digest").text();
        let (angry, late) = (lines.find("Tip number 3"), lines.find("Tip number 5"));
        assert!(angry.is_some() && angry < late, "{lines}");
        assert_eq!(lines.matches("Open: Tip number").count(), 2, "{lines}");
        app.advance(days(6)).await;
        assert_eq!(digests(&app, "ana").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_refuses_it_gets_none_and_nothing_waits() {
    each_app_with(two_triggers, |app: TestApp| async move {
        let first = over(&app, "ana", "this angry call was hard").await;
        app.person("ana").commands("me").await;
        app.person("ana").taps("No weekly summary", &app.last_private("ana")).await;
        app.advance(days(9)).await;
        assert!(digests(&app, "ana").is_empty());
        assert_eq!(app.stopped_by(&first), "Weekly summary");
        let again = app.person("ana").says("help with the price talk").await;
        app.advance(minutes(10)).await;
        app.answer(&again);
        let over = app.person("ana").says("a late pay again").await;
        app.advance(hours(1)).await;
        assert_eq!(app.stopped_by(&over), "Daily limit");
        assert_eq!(app.decision(&over).outcome, playground::Outcome::Cancelled);
        app.advance(days(9)).await;
        assert!(digests(&app, "ana").is_empty());
    })
    .await;
}

#[tokio::test]
async fn whoever_is_quiet_or_out_gets_none() {
    each_app_with(two_triggers, |app: TestApp| async move {
        for (who, word) in [("ana", "snooze"), ("ben", "stop")] {
            over(&app, who, "this angry call was hard").await;
            app.person(who).commands(word).await;
            app.advance(hours(1)).await;
        }
        app.advance(days(9)).await;
        for who in ["ana", "ben"] {
            assert!(digests(&app, who).is_empty(), "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_settled_meanwhile_or_stopped_is_not_told() {
    each_app_with(two_triggers, |app: TestApp| async move {
        let answered = over(&app, "ana", "this angry call was hard").await;
        app.person("ben").says("lunch, anybody?").await;
        app.person("ben").replies_to(&answered, "let me tell you").await;
        let stopped = app.person("ana").says("a late pay again").await;
        app.advance(minutes(10)).await;
        app.person("dev").commands("me").await;
        app.person("dev").taps("Triggers", &app.last_private("dev")).await;
        app.person("dev").taps("Pause: The need late pay", &app.last_private("dev")).await;
        app.advance_to("2026-11-20T17:00:00Z").await;
        assert!(digests(&app, "ana").is_empty());
        assert_eq!(app.stopped_by(&answered), "Answered by people");
        assert_eq!(app.stopped_by(&stopped), "Topic");
    })
    .await;
}

#[tokio::test]
async fn on_a_day_off_it_waits_until_one_is_back() {
    each_app_with(two_triggers, |app: TestApp| async move {
        over(&app, "ana", "this angry call was hard").await;
        app.person("ana").commands("me").await;
        app.person("ana").taps("Days off", &app.last_private("ana")).await;
        app.person("ana").fills_in("days-off", "2026-11-19 to 2026-11-20").await;
        app.advance_to("2026-11-23T08:59:00Z").await;
        assert!(digests(&app, "ana").is_empty());
        app.advance(minutes(1)).await;
        assert_eq!(digests(&app, "ana").len(), 1);
    })
    .await;
}

/// Ben's close rate, 9 of 60 where 25 % are usual.
const NINE_OF_SIXTY: &str = r#"{"person": "playground:ben", "measure": "negotiation-close-rate", "numerator": 9,
    "denominator": 60, "baseline": 0.25}"#;

fn told_by_a_crm(setup: Setup) -> Setup {
    setup.setting("ALERTS_SOURCES_DEMO_TOKEN", "playground")
}

#[tokio::test]
async fn a_number_that_moved_over_the_budget_is_told_in_it_unless_it_is_back() {
    for is_back in [false, true] {
        let body = move |app: TestApp| async move {
            let asked = app.person("ben").says("how do I answer when they say we're too expensive?").await;
            app.advance(minutes(10)).await;
            app.answer(&asked);
            app.advance(hours(2)).await;
            posts(&app, NINE_OF_SIXTY).await;
            assert!(app.private_cards("ben").is_empty(), "he had his message of today");
            if is_back {
                app.advance(hours(1)).await;
                posts(&app, &NINE_OF_SIXTY.replace("9,", "17,")).await;
            }
            app.advance_to("2026-11-19T14:00:00Z").await;
            let told = digests(&app, "ben");
            assert_eq!(told.len(), usize::from(!is_back));
            let Some(digest) = told.first() else { return };
            assert!(digest.text().contains("Five minutes on value before a negotiation"), "{}", digest.text());
            assert!(!digest.text().contains("15 %"), "about the task, not about him");
            app.person("ben").taps("Open: Five minutes on value before a negotiation", digest).await;
            assert_eq!(app.last_private("ben").card.title, "Five minutes on value before a negotiation");
        };
        each_app_with(told_by_a_crm, body).await;
    }
}

async fn posts(app: &TestApp, body: &str) {
    let request = Request::post("/alerts/demo")
        .header("authorization", "Bearer playground")
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap();
    assert_eq!(app.kairos.alerts.router().oneshot(request).await.unwrap().status(), StatusCode::ACCEPTED);
    app.settle().await;
}
