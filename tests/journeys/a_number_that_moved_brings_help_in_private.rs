//! "My number went down, and nobody but me got a message: a way to practise, in my hours, once."

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use chat::{Identity, PersonId};
use kairos::store::Store;
use tower::ServiceExt;

use crate::support::{
    app::{Setup, TestApp, days, each_app, each_app_with},
    prompts::prompts,
};

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
        let text = card.text();
        assert!(
            text.contains("Negotiations that close (yours): usually 25 % → now 15 %"),
            "whose, and how far: {text}"
        );
        assert!(text.contains("By luck alone, 16.7 % to 33.3 % is normal."), "{text}");
        assert!(text.contains("●") && text.contains("░░│░░"), "the band of chance is drawn: {text}");
        assert!(text.to_lowercase().matches("minute").count() <= 2, "{text}");
        assert_eq!(app.private_cards("ben").len(), 1);
        for other in ["ana", "chloe", "dev"] {
            assert!(app.private_cards(other).is_empty(), "{other} sees nothing of it");
        }
        app.person("ben").taps("Why this?", &card).await;
        let why = app.last_private("ben").text();
        assert!(why.contains("9 of 60 negotiations (15 %); usually 25 %"), "{why}");
        app.person("ben").taps("Details", &app.last_private("ben")).await;
        let details = app.last_private("ben").text();
        assert!(details.contains("at most about one false alarm per person and year"), "{details}");
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
async fn many_at_once_are_each_taken_once() {
    each_app(|app: TestApp| async move {
        let posts = (0..60).map(|n| {
            let body =
                format!(r#"{{"person": "crm:{}", "measure": "calls", "value": 1, "until": 1790000000}}"#, n % 30);
            let request = Request::post("/alerts/demo").header("authorization", "Bearer playground");
            let (door, request) = (app.kairos.alerts.router(), request.body(Body::from(body)).unwrap());
            async move { door.oneshot(request).await.unwrap().status() }
        });
        let answers = futures_util::future::join_all(posts).await;
        let with = |status| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((with(StatusCode::ACCEPTED), with(StatusCode::OK)), (30, 30));
        app.settle().await;
        assert_eq!(app.store().signals_waiting(99).await.unwrap().len(), 30);
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
                assert_eq!(app.last_private("ben").card.title, "Back to normal");
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

#[tokio::test]
async fn what_is_no_longer_true_when_somebody_becomes_known_is_not_told() {
    for (earlier, later, is_told) in [(9, 24, false), (16, 4, true)] {
        let body = move |app: TestApp| async move {
            let told = |numerator, from, until| observed(numerator, from, until).replace("playground:ben", "crm:0055");
            posts(&app, "playground", &told(earlier, "2026-09-20T00:00:00Z", "2026-10-20T00:00:00Z")).await;
            posts(&app, "playground", &told(later, "2026-10-20T00:00:00Z", "2026-11-17T00:00:00Z")).await;
            let ben = ben(app.store()).await;
            app.store().name_person(&chat::PersonKey::new("crm", "0055").unwrap(), &ben).await.unwrap();
            app.settle().await;
            assert_eq!(app.private_cards("ben").len(), usize::from(is_told));
            let dips = app.store().dips_of(&ben).await.unwrap();
            assert_eq!(dips.len(), usize::from(is_told), "nothing was opened only to be closed");
            if is_told {
                let numbers = dips[0].verdict.as_ref().unwrap().numbers;
                assert_eq!((numbers.events, numbers.of), (20.0, 120.0), "both months are looked at together");
            }
        };
        each_app(body).await;
    }
}

const ON_ALERT: &str = "---\nkind: trigger\nid: rate-low\ntitle: The rate is low\nneed: The rate is low.\nalert: RateLow\noffer: [tip-1]\nmoments: [solve]\nmode: live\nowner: Sales\n---\n## Message\nHere is a way.\n";

/// A source that posts, and reads what bots post in #deals.
fn with_an_alerts_channel(setup: Setup) -> Setup {
    let mapping = r#"body.text.startsWith("[FIRING]") ? [{"alert": "RateLow", "fingerprint": "f1", "person": "playground:ben"}] : []"#;
    setup
        .prompts(prompts().with("rate-low.trigger.md", ON_ALERT).folder())
        .setting("ALERTS_SOURCES_DEMO_TOKEN", "playground")
        .setting("ALERTS_SOURCES_DEMO_CHANNEL", "playground/playground/deals")
        .setting("ALERTS_SOURCES_BOTS_FORMAT", "mapped")
        .setting("ALERTS_SOURCES_BOTS_MAPPING", mapping)
        .setting("ALERTS_SOURCES_BOTS_READS", "playground/playground/support")
}

#[tokio::test]
async fn an_alert_about_a_group_reaches_its_channel_once() {
    each_app_with(with_an_alerts_channel, |app: TestApp| async move {
        let alert = |state: &str, at: &str| {
            format!(r#"{{"alert": "RateLow", "fingerprint": "g", "state": "{state}", "at": "{at}"}}"#)
        };
        posts(&app, "playground", &alert("firing", "2026-11-18T09:50:00Z")).await;
        let seen = |app: &TestApp| app.cards("deals", "ana").len();
        assert_eq!(seen(&app), 1);
        posts(&app, "playground", &alert("firing", "2026-11-18T09:55:00Z")).await;
        assert_eq!(seen(&app), 1, "once until it is over");
        posts(&app, "playground", &alert("resolved", "2026-11-18T09:56:00Z")).await;
        app.advance(days(2)).await;
        posts(&app, "playground", &alert("firing", "2026-11-20T09:50:00Z")).await;
        assert_eq!(seen(&app), 1, "the same card rests for its recovery days");
        for who in ["ana", "ben"] {
            assert!(app.private_cards(who).is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn what_another_bot_posts_in_the_alerts_channel_is_read() {
    each_app_with(with_an_alerts_channel, |app: TestApp| async move {
        let says = |text: &'static str, channel: &'static str, by_bot: bool| chat::Event {
            id: format!("bot:{text}:{channel}").as_str().into(),
            at: app.now(),
            place: channel.parse::<playground::Room>().unwrap().place(),
            by: playground::Person::Dev.identity(),
            what: chat::What::Message(chat::Message {
                id: "m1".into(),
                text: text.to_owned(),
                by_bot,
                mentions_us: false,
                replies_to: None,
            }),
        };
        for event in
            [says("[FIRING] x", "deals", true), says("[FIRING] x", "support", false), says("all well", "support", true)]
        {
            app.kairos.works.line.take(&event).await.unwrap();
        }
        app.settle().await;
        assert!(app.private_cards("ben").is_empty(), "another channel, a person, another text");
        app.kairos.works.line.take(&says("[FIRING] the rate is low", "support", true)).await.unwrap();
        app.settle().await;
        assert_eq!(app.last_private("ben").card.title, "Tip number 1");
    })
    .await;
}

fn with_a_holdout(setup: Setup) -> Setup {
    let trigger = ON_ALERT.replace("mode: live", "mode: live\nholdout_percent: 50");
    setup.prompts(prompts().with("rate-low.trigger.md", &trigger).folder())
}

#[tokio::test]
async fn the_share_without_help_is_recorded_as_such_and_hears_nothing() {
    each_app_with(with_a_holdout, |app: TestApp| async move {
        for who in ["ana", "ben", "chloe", "dev"] {
            posts(
                &app,
                "playground",
                &format!(r#"{{"alert": "RateLow", "fingerprint": "f", "person": "playground:{who}"}}"#),
            )
            .await;
        }
        app.advance(days(1)).await;
        for who in ["ana", "ben", "chloe", "dev"] {
            let identity = who.parse::<playground::Person>().unwrap().identity();
            let person = app.store().person_of(&identity, &PersonId::new("nobody"), app.now()).await.unwrap().id;
            let dips = app.store().dips_of(&person).await.unwrap();
            assert_eq!(dips.len(), 1, "{who}: helped or not, it is on record");
            assert_eq!(dips[0].held_out, dips[0].delivery.is_none());
            assert_eq!(app.private_cards(who).len(), usize::from(!dips[0].held_out), "{who}");
        }
    })
    .await;
}
