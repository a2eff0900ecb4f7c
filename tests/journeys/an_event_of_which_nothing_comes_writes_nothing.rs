//! "You read along with us all day. What of that lies on your disk?" – What something came of.

use std::{sync::Arc, time::Duration};

use chat::{Event, PlatformKind, What};
use kairos::store::Store;
use tokio::sync::{Notify, oneshot};

use crate::support::{
    databases::{count_beside, each_address},
    double::{World, event, place, says},
    prompts::prompts,
};

const EVENTS: &str = "SELECT COUNT(*) FROM arrivals";
const RAW: &str = "SELECT COUNT(*) FROM arrivals WHERE raw IS NOT NULL";
const DECISIONS: &str = "SELECT COUNT(*) FROM decisions";

/// What a platform's event is answered with: true where it is new.
async fn accepted(world: &World, inbox: &kairos::ingest::Inbox, event: &Event) -> bool {
    let raw = serde_json::to_string(event).unwrap();
    let accepting = inbox.accept(PlatformKind::Slack, raw);
    let accepted = tokio::time::timeout(Duration::from_secs(20), accepting).await.expect("it is acknowledged").unwrap();
    assert!(world.clock.now() >= event.at);
    accepted
}

/// Runs `body` while the worker is at work.
async fn at_work(url: String, body: impl AsyncFnOnce(&World, &kairos::ingest::Inbox, &str)) {
    let store = Store::open(&url).await.unwrap();
    let folder = prompts().trigger("price-talk", "tip-1", "grace_minutes: 10\ncooldown_hours: 0").folder();
    let world = World::new(store.clone(), folder);
    let inbox = world.inbox.clone().handled_by(&world.line);
    let (line, bell, stop) = (world.line.clone(), Arc::clone(&world.bell), oneshot::channel::<()>());
    let worker =
        tokio::spawn(async move { line.work(bell, Arc::new(Notify::new()), async { drop(stop.1.await) }).await });
    while !world.line.is_at_work() {
        tokio::task::yield_now().await;
    }
    body(&world, &inbox, &url).await;
    drop(stop.0);
    worker.await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chat_leaves_no_trace_and_a_question_is_acknowledged_once_its_decision_is_written() {
    each_address(|url| async move {
        at_work(url, async |world, inbox, url| {
            let (channel, now) = (place("T1", "C1"), world.clock.now());
            let chatter = says("m1", now, &channel, "U1", "lunch is ready in the kitchen");
            assert!(accepted(world, inbox, &chatter).await);
            assert!(!accepted(world, inbox, &chatter).await, "it comes a second time");
            assert_eq!(count_beside(url, EVENTS).await, 0);
            let question = says("m2", now, &channel, "U2", "help with the price talk");
            assert!(accepted(world, inbox, &question).await);
            let written = (count_beside(url, EVENTS).await, count_beside(url, RAW).await);
            assert_eq!((written, count_beside(url, DECISIONS).await), ((1, 0), 1), "before it is acknowledged");
            assert!(!accepted(world, inbox, &question).await, "it comes a second time");
            assert_eq!(count_beside(url, DECISIONS).await, 1);
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_to_wait_for_a_platform_is_kept_and_acknowledged_meanwhile() {
    each_address(|url| async move {
        at_work(url, async |world, inbox, url| {
            let channel = place("T1", "C1");
            world.double.hangs("T1");
            let here = event("a", world.clock.now(), &channel, "U1", What::Command { text: "here shadow".to_owned() });
            assert!(accepted(world, inbox, &here).await);
            assert_eq!(count_beside(url, RAW).await, 1);
            let chatter = says("m1", world.clock.now(), &channel, "U2", "lunch is ready in the kitchen");
            assert!(accepted(world, inbox, &chatter).await, "what stands behind it waits with it");
            assert_eq!(count_beside(url, RAW).await, 2);
            let elsewhere = says("m2", world.clock.now(), &place("T2", "C1"), "U2", "lunch is ready in the kitchen");
            assert!(accepted(world, inbox, &elsewhere).await);
            assert_eq!(count_beside(url, RAW).await, 2, "another workspace waits for nothing");
            world.double.answers_again("T1");
            while count_beside(url, RAW).await > 0 {
                tokio::task::yield_now().await;
            }
            assert!(world.store.channel(&channel).await.unwrap().is_some(), "it was done");
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_events_at_once_are_each_decided_once() {
    each_address(|url| async move {
        at_work(url, async |world, inbox, url| {
            let now = world.clock.now();
            let ask = |number: usize| {
                let channel = place("T1", &format!("C{}", number % 7));
                says(&format!("m{number}"), now, &channel, &format!("U{}", number % 40), "help with the price talk")
            };
            let all: Vec<Event> = (0..80).map(ask).collect();
            // Each comes twice, as from two connections.
            let taken =
                futures_util::future::join_all(all.iter().chain(&all).map(|event| accepted(world, inbox, event)));
            assert_eq!(taken.await.into_iter().filter(|is_new| *is_new).count(), 80);
            // A slow machine keeps some first.
            while count_beside(url, RAW).await > 0 {
                tokio::task::yield_now().await;
            }
            assert_eq!(count_beside(url, EVENTS).await, 80);
            assert_eq!(count_beside(url, "SELECT COUNT(DISTINCT event_id) FROM decisions").await, 80);
            assert_eq!(count_beside(url, DECISIONS).await, 80);
        })
        .await;
    })
    .await;
}
