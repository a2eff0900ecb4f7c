//! "One message a day and three a week that I did not ask for, whatever the triggers."

use crate::support::{
    app::{Setup, TestApp, each_app, each_app_with, hours, minutes},
    prompts::prompts,
};

#[tokio::test]
async fn the_second_need_of_a_day_gets_nothing_whichever_trigger_hears_it() {
    each_app(|app: TestApp| async move {
        let price = app.person("ana").says("any line for a price objection?").in_channel("deals").await;
        let angry = app.person("ana").says("how to answer an angry customer?").in_channel("support").await;
        app.advance(minutes(10)).await;
        assert_eq!(app.answers(&price).len() + app.answers(&angry).len(), 1, "one of two at the same time");
        app.advance(hours(2)).await;
        let feedback = app.person("ana").says("how do I give negative feedback?").in_channel("team-leads").await;
        app.advance(hours(1)).await;
        app.is_left_alone(&feedback);
        assert_eq!(app.stopped_by(&feedback), "Daily limit");
        let theirs = app.person("ben").says("how do I give negative feedback?").in_channel("team-leads").await;
        app.advance(minutes(10)).await;
        app.answer(&theirs);
    })
    .await;
}

fn daily(setup: Setup) -> Setup {
    setup.prompts(
        prompts()
            .trigger("price-talk", "tip-1, tip-2, tip-3, tip-4", "cooldown_hours: 0")
            .trigger("angry-call", "tip-5, tip-6", "cooldown_hours: 0")
            .folder(),
    )
}

#[tokio::test]
async fn three_in_seven_days_and_no_fourth() {
    each_app_with(daily, |app: TestApp| async move {
        let mut answered = Vec::new();
        // Wednesday, Thursday, Friday, and from Monday on again: the week-end holds nothing back that is not asked.
        for (hour, day) in (10..).zip(["18", "19", "20", "23", "24", "25"]) {
            app.advance_to(&format!("2026-11-{day}T{hour}:30:00Z")).await;
            let said = app.person("ana").says("help with the price talk").await;
            app.advance(minutes(11)).await;
            if app.answers(&said).is_empty() {
                assert_eq!(app.stopped_by(&said), "Daily limit");
            } else {
                answered.push(day);
            }
        }
        assert_eq!(answered, ["18", "19", "20", "25"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_asked_for_does_not_count() {
    each_app_with(daily, |app: TestApp| async move {
        for _ in 0..3 {
            let asked = app.person("ana").says("@Kairos price talk").await;
            app.answer(&asked);
        }
        let unasked = app.person("ana").says("this angry call was hard").await;
        app.advance(minutes(10)).await;
        app.answer(&unasked);
    })
    .await;
}
