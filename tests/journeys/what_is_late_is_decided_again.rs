//! "After a standstill nothing comes at night, and nothing that was answered meanwhile."

use kairos::store::{DeliveryState, Settlement};

use crate::support::app::{Said, TestApp, each_app, hours};

/// A question whose card was decided at half past five, and not sent.
async fn decided_and_not_sent(app: &TestApp) -> Said {
    app.advance_to("2026-11-18T17:25:00Z").await;
    let question = app.person("ana").says("any line for a price objection?").await;
    // The machine stops in the moment between the decision and the call.
    app.kairos.works.clock.wind(std::time::Duration::from_secs(285));
    let held = app.store().due_holds(far_ahead(), 10).await.unwrap().remove(0);
    let offer = held.offer.clone().unwrap();
    let card = chat::Card::new("Decided", chat::Text::paragraph("At half past five."));
    let send = Settlement::Send { card, offer: Box::new(offer), due_at: app.now() };
    let settled = vec![(held.id.clone(), send)];
    app.store().conclude(&kairos::store::Outcome { settled, ..kairos::store::Outcome::default() }).await.unwrap();
    assert_eq!(app.store().delivery(&held.id).await.unwrap().unwrap().state, DeliveryState::Pending);
    app.kairos.works.clock.wind(hours(3));
    question
}

fn far_ahead() -> chat::Timestamp {
    chat::Timestamp::from_ms(i64::MAX)
}

#[tokio::test]
async fn it_waits_for_the_morning() {
    each_app(|app: TestApp| async move {
        let question = decided_and_not_sent(&app).await;
        app.settle().await;
        app.is_left_alone(&question);
        app.advance_to("2026-11-19T09:00:00Z").await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn answered_meanwhile_it_does_not_come() {
    each_app(|app: TestApp| async move {
        let question = decided_and_not_sent(&app).await;
        app.person("ben").replies_to(&question, "try this").await;
        app.advance_to("2026-11-19T12:00:00Z").await;
        app.is_left_alone(&question);
    })
    .await;
}
