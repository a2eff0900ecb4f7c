//! Whatever is done in whatever order, both databases answer the same, and what must hold holds.

use std::{collections::HashMap, time::Duration};

use chat::{DeliveryId, EventId, PersonId, Scope, Timestamp};
use kairos::{
    engine::{Reason, Rule},
    library::TriggerId,
    store::{DeliveryState, Outcome, OwnWordsChange, PersonChange, Settlement, Store},
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof,
    test_runner::{Config, TestCaseError, TestRunner},
};

use super::samples::{
    arrival, arrived_as, at, back, card, channel, dead, decided, from, gives, held, identity, offered, place, sent,
    session, tap, unclear,
};
use crate::support::databases::{Database, run_beside};

const LEASE: Duration = Duration::from_secs(10);
const DELIVERIES: u8 = 6;

/// One thing that is done; `u8`s choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Accept(u8),
    ClaimArrivals(u8),
    Retry(u8),
    Park(u8),
    Conclude { arrival: u8, delivery: u8, held: bool },
    Settle(u8, u8),
    ClaimDue(u8),
    ClaimAmbiguous(u8),
    Finish(u8, u8),
    Choose(u8),
    Wait(u8),
    Expire,
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => any::<u8>().prop_map(Step::Accept),
        3 => (1..4u8).prop_map(Step::ClaimArrivals),
        1 => any::<u8>().prop_map(Step::Retry),
        1 => any::<u8>().prop_map(Step::Park),
        6 => (any::<u8>(), any::<u8>(), any::<bool>())
            .prop_map(|(arrival, delivery, held)| Step::Conclude { arrival, delivery, held }),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(which, how)| Step::Settle(which, how)),
        4 => (1..4u8).prop_map(Step::ClaimDue),
        2 => (1..4u8).prop_map(Step::ClaimAmbiguous),
        5 => (any::<u8>(), any::<u8>()).prop_map(|(which, how)| Step::Finish(which, how)),
        2 => any::<u8>().prop_map(Step::Choose),
        4 => (1..15u8).prop_map(Step::Wait),
        1 => Just(Step::Expire),
        1 => Just(Step::Sweep),
    ];
    vec(step, 1..40)
}

/// What a worker remembers between two steps: old claims included, since those must fail.
#[derive(Clone, Default)]
struct Memory {
    now: i64,
    arrivals: Vec<(EventId, i64)>,
    deliveries: Vec<(DeliveryId, i64)>,
}

fn pick<T: Clone>(from: &[T], choice: u8) -> Option<T> {
    (!from.is_empty()).then(|| from[usize::from(choice) % from.len()].clone())
}

fn name(choice: u8) -> String {
    format!("d{}", choice % DELIVERIES)
}

impl Memory {
    fn now(&self) -> Timestamp {
        at(self.now)
    }

    fn outcome(&self, step: &Step) -> Outcome {
        match step {
            Step::Conclude { arrival, delivery, held: is_held } => {
                let mut new = if *is_held {
                    held(&name(*delivery), "deals", self.now + 5)
                } else {
                    offered(&name(*delivery), "deals", "price", "price-tip", self.now)
                };
                new.expires_at = new.due_at + Duration::from_secs(25);
                Outcome {
                    arrival: pick(&self.arrivals, *arrival),
                    decisions: vec![decided("e", Some(new.id.as_str()), self.now)],
                    deliveries: vec![new],
                    taps: vec![tap(&name(*delivery), "ana", "know", &name(*arrival), self.now)],
                    own_words: vec![if *is_held {
                        OwnWordsChange::Given(gives("price", &name(*arrival), "ana", self.now))
                    } else {
                        OwnWordsChange::Reviewed { scope: Scope::All, trigger: "price".into(), text: name(*arrival) }
                    }],
                    sessions: vec![session("s", u32::from(*arrival % 5), 0)],
                    ..Outcome::default()
                }
            }
            Step::Settle(which, how) => {
                let settlement = match how % 5 {
                    0 => Settlement::Send {
                        card: card("settled"),
                        offer: Box::new(offered("d", "deals", "price", "other-tip", 0).offer.unwrap()),
                        due_at: self.now(),
                    },
                    1 => Settlement::Hold { until: at(self.now + 4) },
                    2 => Settlement::Tell { card: card("digest") },
                    3 => Settlement::PutBy {
                        offer: Box::new(offered("d", "deals", "price", "third-tip", 0).offer.unwrap()),
                        until: at(self.now + 9),
                    },
                    _ => Settlement::Cancel { reason: Reason::stopped(Rule::Answered, "answered") },
                };
                Outcome { settled: vec![(DeliveryId::new(name(*which)), settlement)], ..Outcome::default() }
            }
            Step::Choose(choice) => {
                let change = match choice % 6 {
                    0 => PersonChange::OptOut(choice % 2 == 0),
                    1 => PersonChange::Snooze(Some(self.now())),
                    2 => PersonChange::Digest(choice % 4 == 0),
                    3 => PersonChange::Budget(
                        (choice % 4 == 1).then_some(kairos::engine::Budget { per_day: 1, per_week: 2 }),
                    ),
                    4 => PersonChange::DaysOff("2026-12-24".parse().unwrap()),
                    _ => PersonChange::Stop(TriggerId::new(name(*choice)), choice % 2 == 0),
                };
                Outcome { people: vec![(PersonId::new("ana"), change)], ..Outcome::default() }
            }
            _ => Outcome::default(),
        }
    }

    /// Does one step and says all that came of it.
    async fn take(&mut self, store: &Store, step: &Step) -> String {
        let now = self.now();
        match step {
            Step::Wait(seconds) => {
                self.now += i64::from(*seconds);
                String::new()
            }
            Step::Accept(choice) => {
                let arrival = arrival(&format!("e{}", choice % 8), self.now);
                format!("{:?}", store.accept(&arrival).await)
            }
            Step::ClaimArrivals(limit) => {
                let claimed = store.claim_arrivals(now, LEASE, u32::from(*limit)).await.unwrap();
                self.arrivals.extend(claimed.iter().map(|claimed| (claimed.item.id.clone(), claimed.fence)));
                format!("{claimed:?}")
            }
            Step::Retry(which) => match pick(&self.arrivals, *which) {
                Some((id, fence)) => format!("{:?}", store.retry_arrival(&id, fence, at(self.now + 3), "busy").await),
                None => String::new(),
            },
            Step::Park(which) => match pick(&self.arrivals, *which) {
                Some((id, fence)) => format!("{:?}", store.park_arrival(&id, fence, "odd").await),
                None => String::new(),
            },
            Step::Conclude { .. } | Step::Settle(..) | Step::Choose(_) => {
                format!("{:?}", store.conclude(&self.outcome(step)).await)
            }
            Step::ClaimDue(limit) | Step::ClaimAmbiguous(limit) => {
                let limit = u32::from(*limit);
                let claimed = match step {
                    Step::ClaimDue(_) => store.claim_due(now, LEASE, limit).await.unwrap(),
                    _ => store.claim_ambiguous(now, LEASE, limit).await.unwrap(),
                };
                self.deliveries.extend(claimed.iter().map(|claimed| (claimed.item.id.clone(), claimed.fence)));
                format!("{claimed:?}")
            }
            Step::Finish(which, how) => match pick(&self.deliveries, *which) {
                Some((id, fence)) => finish(store, &id, fence, *how, now).await,
                None => String::new(),
            },
            Step::Expire => {
                format!("{:?} {:?}", store.hold_late(now).await, store.expire_overdue(now).await)
            }
            Step::Sweep => format!("{:?}", store.sweep(&from(self.now - 30)).await),
        }
    }
}

async fn finish(store: &Store, id: &DeliveryId, fence: i64, how: u8, now: Timestamp) -> String {
    let done = match how % 4 {
        0 => store.finish(id, fence, arrived_as(&sent("deals", id.as_str()), now)).await,
        1 => store.finish(id, fence, back(now + Duration::from_secs(2), "429")).await,
        2 => store.finish(id, fence, unclear("timed out")).await,
        _ => store.finish(id, fence, dead("archived")).await,
    };
    format!("{done:?}")
}

async fn facts_for(store: &Store, ana: &PersonId, now: Timestamp) -> kairos::engine::PersonFacts {
    let person = store.person(ana).await.unwrap().unwrap();
    store.facts_for(person, &["price-tip".into(), "other-tip".into()], at(0), now).await.unwrap()
}

/// All that can be seen.
async fn everything(store: &Store, now: Timestamp) -> Vec<String> {
    let (ana, deals) = (PersonId::new("ana"), place("deals"));
    let mut seen = vec![
        format!("{:?}", store.arrival_counts().await),
        format!("{:?}", store.parked_arrivals(10).await),
        format!("{:?}", store.queue_counts().await),
        format!("{:?}", store.next_due(now).await),
        format!("{:?}", store.due_holds(now, 10).await),
        format!("{:?}", store.held_in(deals.platform, &deals.workspace, &deals.channel).await),
        format!("{:?}", store.person(&ana).await),
        format!("{:?}", store.facts_about(&ana, at(3)).await),
        format!("{:?}", store.digest_of(&ana).await),
        format!("{:?}", store.put_by_for(&ana, at(3)).await),
        format!("{:?}", facts_for(store, &ana, now).await),
        format!("{:?}", store.place_facts(&deals, at(3)).await),
        format!("{:?}", store.decisions_of(&ana, 100).await),
        format!("{:?}", store.taps_of(&ana).await),
        format!("{:?}", store.own_words(&Scope::All).await),
        format!("{:?} {:?}", store.pauses(&Scope::All).await, store.trigger_totals(&Scope::All, at(3)).await),
        format!("{:?}", store.open_sessions(&ana).await),
    ];
    for choice in 0..DELIVERIES {
        let id = DeliveryId::new(name(choice));
        let message = chat::MessageId::new(id.as_str());
        seen.push(format!("{:?}", store.delivery(&id).await));
        seen.push(format!("{:?}", store.delivery_at(deals.platform, &deals.workspace, &deals.channel, &message).await));
        seen.push(format!("{:?} {:?}", store.taps_on(&id).await, store.decision_for(&id).await));
    }
    seen
}

/// Fails when a step breaks the protocol: a delivery that ended stays ended, and a fence never falls.
async fn ends_stay_ends(store: &Store, ended: &mut HashMap<String, DeliveryState>) -> Result<(), TestCaseError> {
    for choice in 0..DELIVERIES {
        let Some(delivery) = store.delivery(&DeliveryId::new(name(choice))).await.unwrap() else {
            // Swept; its key may be used again.
            ended.remove(&name(choice));
            continue;
        };
        if let Some(before) = ended.get(delivery.id.as_str())
            && *before != delivery.state
        {
            return Err(TestCaseError::fail(format!("{} was {before:?} and is {:?}", delivery.id, delivery.state)));
        }
        if matches!(
            delivery.state,
            DeliveryState::Sent | DeliveryState::Dead | DeliveryState::Cancelled | DeliveryState::Expired
        ) {
            ended.insert(delivery.id.to_string(), delivery.state);
        }
    }
    Ok(())
}

async fn compare(on_server: &Store, steps: &[Step]) -> Result<(), TestCaseError> {
    let in_memory = Store::open("sqlite::memory:").await.unwrap();
    for store in [&in_memory, on_server] {
        store.person_of(&identity("U1"), &PersonId::new("ana"), at(0)).await.unwrap();
        store.set_channel(&channel("deals", kairos::library::Mode::Live)).await.unwrap();
    }
    let (mut one, mut other) = (Memory::default(), Memory::default());
    let mut ended = HashMap::new();
    for step in steps {
        let (sqlite, postgres) = (one.take(&in_memory, step).await, other.take(on_server, step).await);
        if sqlite != postgres {
            return Err(TestCaseError::fail(format!("{step:?}\nSQLite:     {sqlite}\nPostgreSQL: {postgres}")));
        }
        ends_stay_ends(&in_memory, &mut ended).await?;
    }
    let (sqlite, postgres) = (everything(&in_memory, one.now()).await, everything(on_server, one.now()).await);
    in_memory.close().await;
    match sqlite.iter().zip(&postgres).find(|(sqlite, postgres)| sqlite != postgres) {
        Some((sqlite, postgres)) => {
            Err(TestCaseError::fail(format!("in the end\nSQLite:     {sqlite}\nPostgreSQL: {postgres}")))
        }
        None => Ok(()),
    }
}

#[test]
fn both_databases_answer_the_same_whatever_is_done() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(Database::of_postgres());
    let store = runtime.block_on(Store::open(&database.url)).unwrap();
    let config = Config { cases: 32, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let kept = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(async {
            let everything =
                "TRUNCATE arrivals, deliveries, people, identities, stops, taps, channels, sessions, decisions, person_keys, \
                 signals, looks, dips, pauses, own_words CASCADE";
            run_beside(&database.url, everything).await;
            compare(&store, &steps).await
        })
    });
    runtime.block_on(async {
        store.close().await;
        database.remove().await;
    });
    if let Err(broken) = kept {
        panic!("{broken}");
    }
}
