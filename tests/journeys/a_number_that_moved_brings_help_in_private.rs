//! "My number went down, and nobody but me got a message: a way to practise, in my hours, once."

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use chat::{Identity, PersonId};
use kairos::store::Store;
use tower::ServiceExt;

use crate::support::app::{Setup, TestApp, days, each_app, each_app_with};

/// PRODUCT.md, story 2.
const NINE_OF_SIXTY: &str = r#"{"person": "playground:ben", "measure": "negotiation-close-rate", "numerator": 9,
    "denominator": 60, "baseline": 0.25}"#;

/// Posts to the demo source as `curl` would.
async fn posts(app: &TestApp, token: &str, body: &str) -> StatusCode {
    let request = Request::post("/alerts/demo")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let answer = app.kairos.alerts.router().oneshot(request).await.unwrap();
    app.settle().await;
    answer.status()
}

async fn ben(store: &Store) -> PersonId {
    let who: Identity = playground::Person::Ben.identity();
    store.person_of(&who, &PersonId::new("nobody"), chat::Timestamp::from_ms(0)).await.unwrap().id
}

fn observed(numerator: u32, from: &str, until: &str) -> String {
    format!(
        r#"{{"person": "playground:ben", "measure": "negotiation-close-rate", "numerator": {numerator},
            "denominator": 60, "baseline": 0.25, "from": "{from}", "until": "{until}"}}"#
    )
}

#[tokio::test]
async fn from_the_webhook_to_a_private_card_to_the_scenario() {
    each_app(|app: TestApp| async move {
        assert_eq!(posts(&app, "playground", NINE_OF_SIXTY).await, StatusCode::ACCEPTED);
        let card = app.last_private("ben");
        assert_eq!(card.card.title, "Five minutes on value before a negotiation");
        assert!(card.text().contains("Here is a way to prepare the next one"), "{}", card.text());
        assert!(!card.text().contains("15 %") && !card.text().contains("You failed"), "about the task, not the person");
        assert_eq!(app.private_cards("ben").len(), 1);
        for other in ["ana", "chloe", "dev"] {
            assert!(app.private_cards(other).is_empty(), "{other} sees nothing of it");
        }
        app.person("ben").taps("Why this?", &card).await;
        let why = app.last_private("ben").text();
        assert!(why.contains("9 of 60 negotiations (15 %); usual are 25 %"), "{why}");
        assert!(why.contains("at most about one false alarm per person and year"), "{why}");
        app.person("ben").taps("Practise this", &card).await;
        assert!(app.last_private("ben").text().contains("The team likes it"), "the scenario begins");
        // The same again, and the same number a minute later, change nothing.
        let cards = app.private_cards("ben").len();
        assert_eq!(posts(&app, "playground", NINE_OF_SIXTY).await, StatusCode::OK);
        app.advance(days(1)).await;
        posts(&app, "playground", &observed(8, "2026-09-20T00:00:00Z", "2026-11-18T00:00:00Z")).await;
        assert_eq!(app.private_cards("ben").len(), cards, "once until it is back");
    })
    .await;
}

#[tokio::test]
async fn what_is_forged_leaves_nothing_behind() {
    each_app(|app: TestApp| async move {
        assert_eq!(posts(&app, "wrong", NINE_OF_SIXTY).await, StatusCode::UNAUTHORIZED);
        assert!(app.private_cards("ben").is_empty());
        assert_eq!(app.kairos.alerts.refused(), 1);
    })
    .await;
}

#[tokio::test]
async fn chance_is_left_alone() {
    each_app(|app: TestApp| async move {
        posts(&app, "playground", &NINE_OF_SIXTY.replace("9,", "12,")).await;
        assert!(app.private_cards("ben").is_empty(), "12 of 60 may be chance");
    })
    .await;
}

fn in_the_evening(setup: Setup) -> Setup {
    setup.starting_at("2026-11-18T19:00:00Z")
}

#[tokio::test]
async fn at_night_it_waits_and_what_is_back_by_then_is_not_told() {
    each_app_with(in_the_evening, |app: TestApp| async move {
        posts(&app, "playground", &observed(9, "2026-09-01T00:00:00Z", "2026-10-30T00:00:00Z")).await;
        assert!(app.private_cards("ben").is_empty(), "nobody is written to at night");
        posts(&app, "playground", &observed(16, "2026-10-30T00:00:00Z", "2026-11-18T00:00:00Z")).await;
        app.advance_to("2026-11-19T12:00:00Z").await;
        assert!(app.private_cards("ben").is_empty(), "it is no longer true");
        let dips = app.store().dips_of(&ben(app.store()).await).await.unwrap();
        assert_eq!(dips.len(), 1);
        assert!(dips[0].closed_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn at_night_it_waits_for_the_persons_own_morning() {
    each_app_with(in_the_evening, |app: TestApp| async move {
        posts(&app, "playground", NINE_OF_SIXTY).await;
        app.advance_to("2026-11-19T07:59:59Z").await;
        assert!(app.private_cards("ben").is_empty());
        app.advance_to("2026-11-19T08:00:00Z").await;
        assert_eq!(app.private_cards("ben").len(), 1, "nine in Berlin");
    })
    .await;
}

#[tokio::test]
async fn when_it_is_back_only_who_took_it_up_is_told() {
    for engages in [false, true] {
        let body = move |app: TestApp| async move {
            posts(&app, "playground", &observed(9, "2026-09-01T00:00:00Z", "2026-10-30T00:00:00Z")).await;
            let card = app.last_private("ben");
            if engages {
                app.person("ben").taps("Useful", &card).await;
            }
            app.advance(days(1)).await;
            let before = app.private_cards("ben").len();
            posts(&app, "playground", &observed(17, "2026-10-30T00:00:00Z", "2026-11-19T00:00:00Z")).await;
            let told = app.private_cards("ben").len() - before;
            assert_eq!(told, usize::from(engages));
            if engages {
                assert_eq!(app.last_private("ben").card.title, "Back where it usually is");
            }
        };
        each_app(body).await;
    }
}

#[tokio::test]
async fn a_thousand_alerts_are_one_message() {
    each_app(|app: TestApp| async move {
        let entries: Vec<String> = (0..1_000)
            .map(|n| {
                let at = format!("2026-11-18T09:{:02}:{:02}Z", n / 60 % 60, n % 60);
                observed(n % 10, "2026-09-01T00:00:00Z", &at)
            })
            .collect();
        posts(&app, "playground", &format!("[{}]", entries.join(","))).await;
        assert_eq!(app.private_cards("ben").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_about_somebody_unknown_waits_until_they_are_known() {
    each_app(|app: TestApp| async move {
        posts(&app, "playground", &NINE_OF_SIXTY.replace("playground:ben", "crm:0055")).await;
        let waiting = app.store().signals_waiting(10).await.unwrap();
        assert_eq!(waiting.iter().map(|it| (it.who.value.as_str(), it.count)).collect::<Vec<_>>(), [("0055", 1)]);
        assert!(app.private_cards("ben").is_empty());
        let ben = ben(app.store()).await;
        app.store().name_person(&chat::PersonKey::new("crm", "0055").unwrap(), &ben).await.unwrap();
        app.settle().await;
        assert_eq!(app.private_cards("ben").len(), 1);
        assert!(app.store().signals_waiting(10).await.unwrap().is_empty());
    })
    .await;
}
