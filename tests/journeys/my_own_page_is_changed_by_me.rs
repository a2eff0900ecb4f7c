//! "I see what Kairos knows of me, and every setting is mine to change there."

use kairos::{
    engine::{Budget, Own},
    store::{Outcome, PersonChange},
};

use crate::support::app::{Seen, TestApp, each_app, hours, minutes};

async fn page(app: &TestApp, who: &str) -> Seen {
    app.person(who).commands("me").await;
    app.last_private(who)
}

#[tokio::test]
async fn every_setting_is_changed_by_a_form_or_a_button() {
    each_app(|app: TestApp| async move {
        let before = page(&app, "ana").await;
        for part in ["Europe/Lisbon", "1 a day, 3 a week (company default)", "in a weekly summary"] {
            assert!(before.text().contains(part), "{part} is missing in: {}", before.text());
        }
        let written = [
            ("Working hours", "hours", "Mon-Thu 10:00-16:00"),
            ("Daily and weekly limit", "budget", "0 a day, 0 a week"),
            ("Days off", "days-off", "2026-12-24 to 2027-01-02"),
            ("Time zone", "zone", "new york"),
        ];
        for (button, form, text) in written {
            app.person("ana").taps(button, &before).await;
            app.person("ana").fills_in(form, text).await;
            assert_eq!(app.last_private("ana").card.title, "Done", "{button}");
        }
        app.person("ana").taps("No weekly summary", &before).await;
        let changed = app.again(&before);
        for part in ["10:00-16:00 (your own)", "0 a day, 0 a week (your own)", "2026-12-24 to 2027-01-02", "skipped"] {
            assert!(changed.text().contains(part), "{part} is missing in: {}", changed.text());
        }
        assert!(changed.text().contains("America/New_York, as you told me"), "{}", changed.text());
        app.person("ana").taps("Send me a weekly summary", &changed).await;
        assert!(app.again(&before).text().contains("in a weekly summary"));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_changes_nothing_and_says_what_would_be_right() {
    each_app(|app: TestApp| async move {
        let card = page(&app, "ana").await;
        for (button, form, right) in [
            ("Working hours", "hours", "Mon-Fri 09:00-17:30"),
            ("Daily and weekly limit", "budget", "1 a day, 3 a week"),
            ("Days off", "days-off", "2026-12-24"),
            ("Time zone", "zone", "Europe/Lisbon"),
        ] {
            app.person("ana").taps(button, &card).await;
            app.person("ana").fills_in(form, "whenever, it's fine").await;
            let told = app.last_private("ana");
            assert_eq!(told.card.title, "Not changed");
            assert!(told.text().contains(right), "{}", told.text());
        }
        let ana =
            app.store().person_of(&playground::Person::Ana.identity(), &"nobody".into(), app.now()).await.unwrap();
        assert_eq!((ana.hours, ana.own), (None, Own::default()));
    })
    .await;
}

#[tokio::test]
async fn ones_own_budget_holds_at_once() {
    each_app(|app: TestApp| async move {
        let card = page(&app, "ana").await;
        app.person("ana").taps("Daily and weekly limit", &card).await;
        app.person("ana").fills_in("budget", "0 a day, 0 a week").await;
        app.person("ana").taps("No weekly summary", &card).await;
        let question = app.person("ana").says("any line for a price objection?").await;
        app.advance(hours(1)).await;
        app.is_left_alone(&question);
        assert_eq!(app.stopped_by(&question), "Daily limit");
        let ana =
            app.store().person_of(&playground::Person::Ana.identity(), &"nobody".into(), app.now()).await.unwrap();
        assert_eq!(ana.own.budget, Some(Budget { per_day: 0, per_week: 0 }));
    })
    .await;
}

#[tokio::test]
async fn on_a_day_off_nothing_comes_until_one_is_back() {
    each_app(|app: TestApp| async move {
        let card = page(&app, "ana").await;
        app.person("ana").taps("Days off", &card).await;
        app.person("ana").fills_in("days-off", "2026-11-18 to 2026-11-19").await;
        let question = app.person("ana").says("any line for a price objection?").await;
        app.advance_to("2026-11-20T08:59:00Z").await;
        app.is_left_alone(&question);
        assert_eq!(app.stopped_by(&question), "Working hours");
        app.advance(minutes(1)).await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn a_zone_that_nobody_knows_is_asked_for_once() {
    each_app(|app: TestApp| async move {
        let ana = playground::Person::Ana.identity();
        let known = app.store().person_of(&ana, &"ana".into(), app.now()).await.unwrap();
        // As on a platform that tells no zone.
        let people = vec![(known.id, PersonChange::Described(chat::Profile::default(), app.now()))];
        app.store().conclude(&Outcome { people, ..Outcome::default() }).await.unwrap();
        let asked = |app: &TestApp| {
            let seen = app.cards("deals", "ana").into_iter();
            seen.filter(|card| card.card.title == "What time zone are you in?").collect::<Vec<_>>()
        };
        app.person("ana").commands("help").await;
        assert!(asked(&app).is_empty(), "the answer comes first");
        app.advance(minutes(2)).await;
        let question = asked(&app).pop().expect("a question");
        assert_eq!(question.only, Some(playground::Person::Ana));
        assert!(question.text().contains("I use UTC"), "{}", question.text());
        app.person("ana").commands("help").await;
        app.advance(minutes(2)).await;
        assert_eq!(asked(&app).len(), 1, "asked once");
        app.person("ana").taps("UTC is right", &question).await;
        let ana = app.store().person_of(&ana, &"ana".into(), app.now()).await.unwrap();
        assert_eq!(ana.own.zone.as_deref(), Some("UTC"));
    })
    .await;
}

/// As `kairos export` does: every table that holds something about them, with as many rows.
#[tokio::test]
async fn everything_that_is_kept_is_shown_to_me_too() {
    each_app(|app: TestApp| async move {
        let asked = app.person("ana").says("@Kairos how do I answer when they say we're too expensive?").await;
        let card = app.answer(&asked);
        app.person("ana").taps("Practise", &card).await;
        app.person("ana").says("lunch, anybody?").await;
        app.person("ana").taps("Show everything", &page(&app, "ana").await).await;
        let shown = app.last_private("ana").text();
        let ana = app.store().people_named("playground/playground/ana").await.unwrap().remove(0);
        let held = app.store().held_about(&ana).await.unwrap();
        let headings = [("decisions", "What I decided"), ("sessions", "Practice"), ("identities", "Your accounts")];
        for (table, heading) in headings {
            let rows = held.get(table).and_then(serde_json::Value::as_array).map_or(0, Vec::len);
            assert!(rows > 0, "{table} in {:?}", held.keys());
            assert!(shown.contains(&format!("{heading} ({rows})")), "{heading} with {rows} rows in: {shown}");
        }
        assert!(shown.contains("playground/playground/ana"), "{shown}");
    })
    .await;
}
