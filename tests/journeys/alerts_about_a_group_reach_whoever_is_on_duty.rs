//! "The alert is about all of us: whoever is on duty hears of it, and a bad hour is one message, not a thousand."

use std::fmt::Write as _;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use chat::PersonId;
use kairos::{
    library::Mode,
    store::{Channel, Duty, EVERY_TEAM, Outcome},
};
use playground::{Person, Room};
use tower::ServiceExt;

use crate::support::{
    app::{Setup, TestApp, days, each_app_with},
    prompts::prompts,
};

/// A trigger that takes an alert at its word.
fn on_alert(alert: &str, tip: u8) -> String {
    let id = alert.to_lowercase();
    format!(
        "---\nkind: trigger\nid: {id}\ntitle: The queue grows\nneed: The queue grows.\nalert: {alert}\noffer: [tip-{tip}]\n\
         moments: [solve]\nmode: live\nowner: Support\n---\n## Message\nHere is a way.\n"
    )
}

/// Alerts of the team `support` go into #support, once somebody switched Kairos on there.
fn watched(setup: Setup) -> Setup {
    let prompts = prompts()
        .with("queue.trigger.md", &on_alert("QueueLong", 1))
        .with("wait.trigger.md", &on_alert("WaitLong", 2))
        .with("backlog.trigger.md", &on_alert("BacklogOld", 3));
    setup
        .prompts(prompts.folder())
        .setting("ALERTS_SOURCES_DEMO_TOKEN", "playground")
        .setting("ALERTS_SOURCES_DEMO_CHANNEL", "support=playground/playground/support")
        .setting("CADENCE_BUDGET_PER_DAY", "100")
        .setting("CADENCE_BUDGET_PER_WEEK", "100")
}

fn alert(name: &str, team: &str, fingerprint: &str, state: &str, at: &str) -> String {
    format!(
        r#"{{"alert": "{name}", "fingerprint": "{fingerprint}", "state": "{state}", "at": "{at}",
            "labels": {{"team": "{team}"}}}}"#
    )
}

async fn posts(app: &TestApp, body: String) {
    let request = Request::post("/alerts/demo")
        .header("authorization", "Bearer playground")
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    let answer = app.kairos.alerts.router().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    app.settle().await;
}

async fn is_on_duty(app: &TestApp, who: Person, team: &str) {
    let person = app.store().person_of(&who.identity(), &PersonId::new(who.name()), app.now()).await.unwrap().id;
    let duty = Duty { person, team: team.to_owned(), from: app.now(), until: app.now() + days(7) };
    app.store().put_on_duty(&duty).await.unwrap();
}

async fn switch(app: &TestApp, room: &str, mode: Mode) {
    let place = room.parse::<Room>().unwrap().place();
    let channel = Channel {
        platform: place.platform,
        workspace: place.workspace,
        channel: place.channel,
        name: room.to_owned(),
        mode,
        hearing: None,
    };
    app.store().conclude(&Outcome { channels: vec![channel], ..Outcome::default() }).await.unwrap();
    app.settle().await;
}

#[tokio::test]
async fn whoever_is_on_duty_is_told_in_private_and_nobody_else() {
    each_app_with(watched, |app: TestApp| async move {
        is_on_duty(&app, Person::Chloe, "Support").await;
        is_on_duty(&app, Person::Ben, "sales").await;
        posts(&app, alert("QueueLong", "support", "f1", "firing", "2026-11-18T09:50:00Z")).await;
        assert_eq!(app.last_private("chloe").card.title, "Tip number 1");
        for other in ["ana", "ben", "dev"] {
            assert!(app.private_cards(other).is_empty(), "{other} is not on duty for this team");
        }
        assert!(app.cards("support", "ana").is_empty(), "a channel hears nothing while somebody is on duty");
        let dips = |who: &'static str| {
            let app = &app;
            async move { app.store().dips_of(&PersonId::new(who)).await.unwrap() }
        };
        let chloe = app.store().person_of(&Person::Chloe.identity(), &PersonId::new("x"), app.now()).await.unwrap().id;
        assert!(dips("nobody").await.is_empty());
        let open = app.store().dips_of(&chloe).await.unwrap();
        assert_eq!((open.len(), open[0].closed_at), (1, None));
        posts(&app, alert("QueueLong", "support", "other", "resolved", "2026-11-18T09:55:00Z")).await;
        assert_eq!(app.store().dips_of(&chloe).await.unwrap()[0].closed_at, None, "another alert is over");
        posts(&app, alert("QueueLong", "support", "f1", "resolved", "2026-11-18T09:56:00Z")).await;
        assert!(app.store().dips_of(&chloe).await.unwrap()[0].closed_at.is_some(), "the matter is closed");
        assert_eq!(app.private_cards("chloe").len(), 1, "she did not take it up, so nothing more is said");
    })
    .await;
}

#[tokio::test]
async fn without_anybody_on_duty_it_goes_to_the_channel_that_was_opened_for_it() {
    each_app_with(watched, |app: TestApp| async move {
        switch(&app, "support", Mode::Off).await;
        posts(&app, alert("QueueLong", "support", "f1", "firing", "2026-11-18T09:50:00Z")).await;
        assert!(app.cards("support", "ana").is_empty(), "nobody has opened the channel");
        assert_eq!(app.store().unheard_count().await.unwrap(), 1, "it waits, and can be seen to");
        switch(&app, "support", Mode::Live).await;
        assert_eq!(app.cards("support", "ana").len(), 1);
        assert_eq!(app.store().unheard_count().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_reached_nobody_is_told_when_somebody_comes_on_duty_if_it_is_still_true() {
    each_app_with(watched, |app: TestApp| async move {
        posts(&app, alert("QueueLong", "billing", "f1", "firing", "2026-11-18T09:50:00Z")).await;
        posts(&app, alert("WaitLong", "billing", "f2", "firing", "2026-11-18T09:50:00Z")).await;
        posts(&app, alert("QueueLong", "billing", "f1", "resolved", "2026-11-18T09:52:00Z")).await;
        assert_eq!(app.store().unheard_count().await.unwrap(), 2);
        is_on_duty(&app, Person::Dev, EVERY_TEAM).await;
        app.settle().await;
        let titles: Vec<_> = app.private_cards("dev").into_iter().map(|card| card.card.title).collect();
        assert_eq!(titles, ["Tip number 2"], "what was over by then is not told");
        assert_eq!(app.store().unheard_count().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_thousand_different_alerts_in_a_minute_are_one_message_to_each() {
    each_app_with(watched, |app: TestApp| async move {
        is_on_duty(&app, Person::Chloe, "support").await;
        is_on_duty(&app, Person::Dev, EVERY_TEAM).await;
        let names = ["QueueLong", "WaitLong", "BacklogOld"];
        let mut body = String::from("[");
        for n in 0..1_000 {
            let at = format!("2026-11-18T09:50:{:02}Z", n % 60);
            let separator = if n == 0 { "" } else { "," };
            let one = alert(names[n % 3], "support", &format!("f{n}"), "firing", &at);
            write!(body, "{separator}{one}").unwrap();
        }
        body.push(']');
        posts(&app, body).await;
        for who in ["chloe", "dev"] {
            assert_eq!(app.private_cards(who).len(), 1, "{who}: whatever the budget allows");
        }
        // What the burst held back is not lost: the week's digest has it, and nothing else does.
        app.advance_to("2026-11-19T14:00:00Z").await;
        for who in ["chloe", "dev"] {
            let digest = app.last_private(who);
            assert_eq!(digest.card.title, "This week’s summary", "{who}");
            let text = digest.text();
            assert!(text.contains("Open: Tip number 2") && text.contains("Open: Tip number 3"), "{who}: {text}");
            assert_eq!((text.matches("Open: ").count(), app.private_cards(who).len()), (2, 2), "{who}: {text}");
        }
    })
    .await;
}

/// What the CRM tells of the close rate of a whole team; usually 25 %.
fn observed(team: &str, numerator: u32, from: &str, until: &str) -> String {
    format!(
        r#"{{"measure": "negotiation-close-rate", "numerator": {numerator}, "denominator": 60, "baseline": 0.25,
            "from": "2026-{from}T00:00:00Z", "until": "2026-{until}T00:00:00Z", "labels": {{"team": "{team}"}}}}"#
    )
}

/// The library that ships; numbers of the team `support` go into #support.
fn measured(setup: Setup) -> Setup {
    setup
        .setting("ALERTS_SOURCES_DEMO_TOKEN", "playground")
        .setting("ALERTS_SOURCES_DEMO_CHANNEL", "support=playground/playground/support")
        .setting("CADENCE_BUDGET_PER_DAY", "100")
        .setting("CADENCE_BUDGET_PER_WEEK", "100")
}

const HELP: &str = "Five minutes on value before a negotiation";

#[tokio::test]
async fn a_number_of_a_team_reaches_whoever_is_on_duty_once_until_it_is_back() {
    each_app_with(measured, |app: TestApp| async move {
        is_on_duty(&app, Person::Chloe, "Sales").await;
        posts(&app, observed("sales", 15, "08-01", "09-01")).await;
        assert!(app.private_cards("chloe").is_empty(), "15 of 60 are usual");
        posts(&app, observed("sales", 12, "09-01", "09-16")).await;
        assert!(app.private_cards("chloe").is_empty(), "12 of 60 may be chance");
        posts(&app, observed("sales", 7, "09-20", "11-17")).await;
        let card = app.last_private("chloe");
        assert_eq!(card.card.title, HELP);
        app.person("chloe").taps("Why this?", &card).await;
        let why = app.last_private("chloe").text();
        assert!(why.contains("7 of 60 negotiations (11.7 %); usually 25 %"), "{why}");
        let cards = app.private_cards("chloe").len();
        app.advance(days(1)).await;
        posts(&app, observed("sales", 5, "10-20", "11-18")).await;
        assert_eq!(app.private_cards("chloe").len(), cards, "once until it is back");
        for other in ["ana", "ben", "dev"] {
            assert!(app.private_cards(other).is_empty(), "{other} hears nothing of it");
        }
        posts(&app, observed("support", 16, "10-20", "11-19")).await;
        let chloe = app.store().person_of(&Person::Chloe.identity(), &PersonId::new("x"), app.now()).await.unwrap().id;
        assert_eq!(app.store().dips_of(&chloe).await.unwrap()[0].closed_at, None, "another team is well");
        posts(&app, observed("sales", 40, "11-18", "11-19")).await;
        assert!(app.store().dips_of(&chloe).await.unwrap()[0].closed_at.is_some(), "it is back");
    })
    .await;
}

#[tokio::test]
async fn a_number_of_a_team_goes_to_its_open_channel_or_waits_for_somebody() {
    each_app_with(measured, |app: TestApp| async move {
        switch(&app, "support", Mode::Live).await;
        posts(&app, observed("support", 9, "09-18", "11-17")).await;
        let cards = app.cards("support", "ana");
        assert_eq!(cards.iter().map(|card| card.card.title.as_str()).collect::<Vec<_>>(), [HELP]);
        // Nobody hears of the others; one of them is back by the time that somebody does.
        posts(&app, observed("sales", 7, "09-18", "11-17")).await;
        posts(&app, observed("billing", 7, "09-18", "11-16")).await;
        assert_eq!(app.store().unheard_count().await.unwrap(), 2);
        posts(&app, observed("billing", 17, "11-16", "11-17")).await;
        app.advance(days(1)).await;
        is_on_duty(&app, Person::Ana, "billing").await;
        is_on_duty(&app, Person::Dev, "sales").await;
        app.settle().await;
        assert_eq!(app.store().unheard_count().await.unwrap(), 0);
        assert!(app.private_cards("ana").is_empty(), "it is no longer true");
        assert_eq!(app.last_private("dev").card.title, HELP);
    })
    .await;
}
