//! "Whatever a platform sends, twice or broken, nobody is answered twice and nobody is lost."

use crate::support::app::{Said, TestApp, each_app, minutes};

const QUESTION: &str = "any line for a price objection?";

/// A message as the playground would bring it, under an id of its own.
fn raw(app: &TestApp, id: &str, by: &str, text: &str, rest: &str) -> String {
    let at = app.now().as_ms();
    let text = serde_json::to_string(text).unwrap();
    format!(
        r#"{{"id":"playground:{id}","at":{at},"place":{{"platform":"playground","workspace":"playground","channel":"deals","privacy":"shared"}},"by":{{"platform":"playground","workspace":"playground","user":"{by}"}},"what":{{"kind":"message","id":"{id}","text":{text}{rest}}}}}"#
    )
}

#[tokio::test]
async fn the_same_event_twice_is_one() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).await;
        let again = app.playground().message(&question.id).unwrap().event.unwrap();
        let event = raw(&app, "x", "ana", QUESTION, "").replace("playground:x", again.as_str());
        assert!(!app.receives(&event).await, "it is known while it waits");
        app.advance(minutes(10)).await;
        app.answer(&question);
        assert!(!app.receives(&event).await, "and when it was answered");
        app.advance(minutes(60)).await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn a_thousand_times_the_same_is_one() {
    each_app(|app: TestApp| async move {
        let event = raw(&app, "tap-tap", "ana", "good morning", "");
        let mut fresh = 0;
        for n in 0..1_000 {
            fresh += u32::from(app.receives(&event).await);
            if n % 100 == 0 {
                app.settle().await;
            }
        }
        app.settle().await;
        assert_eq!(fresh, 1);
        assert_eq!(app.store().arrival_counts().await.unwrap(), kairos::store::ArrivalCounts::default());
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_counted_and_stops_nobody() {
    each_app(|app: TestApp| async move {
        let deep = "[".repeat(100_000);
        let message = raw(&app, "m", "ana", "hello", "");
        let broken = ["", "not json", "{}", &message[..message.len() / 2], "\u{0}\u{1}\u{7f}", &deep, "null", "[1,2]"];
        let without_nul: Vec<_> = broken.iter().map(|raw| raw.replace('\0', "")).collect();
        for raw in &without_nul {
            assert!(app.receives(raw).await, "it is new");
        }
        let question = app.person("ana").says(QUESTION).await;
        app.advance(minutes(10)).await;
        app.answer(&question);
        let parked = app.store().parked_arrivals(100).await.unwrap();
        assert_eq!(parked.len(), broken.len());
        assert!(parked.iter().all(|parked| without_nul.contains(&parked.arrival.raw)), "kept as it came");
        assert!(parked.iter().all(|parked| !parked.reason.contains("hello")), "no reason quotes it");
        assert_eq!(app.store().arrival_counts().await.unwrap().parked, broken.len() as u64);
        assert!(!app.receives("not json").await, "it is known by its digest");
        app.expect_parked(broken.len() as u64);
    })
    .await;
}

/// PostgreSQL takes no NUL in a text: the event could not even be refused.
#[tokio::test]
async fn a_zero_byte_is_taken_in_as_well() {
    each_app(|app: TestApp| async move {
        assert!(app.receives("bro\0ken").await);
        assert!(app.receives(&raw(&app, "nul", "ana", "he\0llo", "")).await);
        app.settle().await;
        app.expect_parked(1);
    })
    .await;
}

#[tokio::test]
async fn an_odd_field_does_not_cost_an_answer() {
    each_app(|app: TestApp| async move {
        let opening = app.person("ben").says("Northwind called.").await;
        let odd = raw(
            &app,
            "odd",
            "ana",
            &format!("@Kairos {QUESTION}"),
            r#","mentions_us":true,"by_bot":"no","blocks":[{"type":7}]"#,
        )
        .replace(r#""privacy""#, &format!(r#""thread":"{}","privacy""#, opening.id));
        assert!(app.receives(&odd).await);
        app.settle().await;
        assert_eq!(app.answers(&opening).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_bot_is_not_answered_and_settles_nothing() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).await;
        let thread = format!(r#""thread":"{}","privacy""#, question.id);
        let bot = raw(&app, "bot", "buildbot", "ask what they compare it with", r#","by_bot":true"#);
        app.receives(&bot.replace(r#""privacy""#, &thread)).await;
        let asking =
            raw(&app, "bot-2", "buildbot", &format!("@Kairos {QUESTION}"), r#","by_bot":true,"mentions_us":true"#);
        app.receives(&asking).await;
        app.settle().await;
        assert_eq!(app.cards("deals", "ben").len(), 0);
        app.advance(minutes(10)).await;
        app.answer(&question);
        let bot = Said { id: "bot-2".into(), room: playground::Room::Deals };
        assert!(app.decisions(&bot).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_tap_on_something_long_gone_is_told_so() {
    each_app(|app: TestApp| async move {
        let place = serde_json::to_string(&playground::Room::Private(playground::Person::Ana).place()).unwrap();
        let by = serde_json::to_string(&playground::Person::Ana.identity()).unwrap();
        let choices =
            ["useful:0", "why:0", "practise:0", "show:nothing", "start:nothing", "turn:0:0:0", "answer:nothing:0", "x", ""];
        for (n, choice) in choices.iter().enumerate() {
            let event = format!(
                r#"{{"id":"playground:t{n}","at":1,"place":{place},"by":{by},"what":{{"kind":"choice","message":"m","choice":"{choice}"}}}}"#
            );
            app.receives(&event).await;
            app.settle().await;
            assert_eq!(app.last_private("ana").card.title, "This card has expired", "{choice}");
        }
        assert_eq!(app.private_cards("ana").len(), choices.len());
    })
    .await;
}
