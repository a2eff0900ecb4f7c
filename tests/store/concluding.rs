//! An outcome is written whole or not at all, and a second time changes nothing.

use chat::{DeliveryId, EventId, PersonId, Profile};
use kairos::{
    engine::{Reason, Rule},
    library::{Mode, TriggerId},
    store::{
        Concluded, DeliveryState, Keeping, Outcome, OwnWordsChange, Pause, PauseChange, PersonChange, Settlement, Step,
        Store, TriggerStep,
    },
};

use super::samples::{
    LEASE, arrival, at, card, channel, decided, delivery, from, gives, held, identity, keeps, now_of, offered,
    outcome_of, place, put, session, signal, state_of, tap, tenant,
};
use crate::support::databases::each_database;

fn settled(id: &str, settlement: Settlement) -> Outcome {
    Outcome { settled: vec![(DeliveryId::new(id), settlement)], ..Outcome::default() }
}

fn done(inserted: &[&str], settled: &[&str]) -> Concluded {
    let ids = |ids: &[&str]| ids.iter().map(|id| DeliveryId::new(*id)).collect();
    Concluded::Done { inserted: ids(inserted), settled: ids(settled) }
}

fn cancel() -> Settlement {
    Settlement::Cancel { reason: Reason::stopped(Rule::Answered, "a person replied after 3 minutes") }
}

/// Another asset than the one that was held.
fn send(title: &str, seconds: i64) -> Settlement {
    let offer = offered("h1", "deals", "price", "other-tip", 0).offer.unwrap();
    Settlement::Send { card: card(title), offer: Box::new(offer), due_at: at(seconds) }
}

/// Something of everything, about one arrival.
fn everything(fence: i64) -> Outcome {
    let ana = PersonId::new("ana");
    Outcome {
        arrival: Some((EventId::new("e1"), fence)),
        direct: None,
        decisions: vec![decided("e1", Some("d1"), 1)],
        deliveries: vec![delivery("d1", 1)],
        settled: vec![(DeliveryId::new("h1"), cancel())],
        taps: vec![tap("d0", "ana", "know", "price-tip", 1)],
        sessions: vec![session("s1", 0, 1)],
        people: vec![(ana, PersonChange::OptOut(true))],
        channels: vec![channel("deals", Mode::Live)],
        pauses: vec![PauseChange::Pause(pause(1))],
        steps: vec![TriggerStep {
            tenant: tenant(),
            trigger: TriggerId::new("price"),
            what: Step::Learnt(70),
            reason: "a few".to_owned(),
            by: None,
            at: at(1),
        }],
        own_words: vec![OwnWordsChange::Given(gives("price", "the number scares them", "ana", 1))],
        dips: vec![keeps(&signal("s1", Some("crm:7"), 9.0, 1), None, 1)],
        scores: vec![super::scores::scores("deals", "lessons", &[(7, 1)])],
    }
}

fn pause(seconds: i64) -> Pause {
    let reason = "by a manager".to_owned();
    let (tenant, trigger, by) = (tenant(), TriggerId::new("price"), Some(PersonId::new("ana")));
    Pause { tenant, trigger, by, reason, at: at(seconds) }
}

fn resume(trigger: &str) -> PauseChange {
    PauseChange::Resume { tenant: tenant(), trigger: TriggerId::new(trigger), by: PersonId::new("ana"), at: at(9) }
}

async fn prepare(store: &Store) -> i64 {
    store.person_of(&identity("U1"), &PersonId::new("ana"), at(0)).await.unwrap();
    put(store, &[held("h1", "deals", 600)]).await;
    store.accept(&arrival("e1", 0)).await.unwrap();
    store.claim_arrivals(at(0), LEASE, 1).await.unwrap()[0].fence
}

#[tokio::test]
async fn all_of_it_is_written_together() {
    each_database(|store| async move {
        let fence = prepare(&store).await;
        assert_eq!(store.conclude(&everything(fence)).await.unwrap(), done(&["d1"], &["h1"]));

        let ana = PersonId::new("ana");
        assert_eq!(store.arrival_counts().await.unwrap().open, 0);
        assert_eq!(store.decision_for(&DeliveryId::new("d1")).await.unwrap(), Some(decided("e1", Some("d1"), 1)));
        assert_eq!(now_of(&store, "d1").await, delivery("d1", 1));
        let cancelled = now_of(&store, "h1").await;
        assert_eq!(cancelled.state, DeliveryState::Cancelled);
        assert_eq!(cancelled.last_error.as_deref(), Some("Answered by people: a person replied after 3 minutes"));
        assert_eq!(store.taps_of(&ana).await.unwrap(), [tap("d0", "ana", "know", "price-tip", 1)]);
        assert_eq!(store.session(&session("s1", 0, 1).id).await.unwrap(), Some(session("s1", 0, 1)));
        assert!(store.person(&ana).await.unwrap().unwrap().opted_out);
        assert_eq!(store.channel(&place("deals")).await.unwrap(), Some(channel("deals", Mode::Live)));
        assert!(store.knows_signal("s1").await.unwrap());
        assert_eq!(store.pauses(&chat::Scope::All).await.unwrap(), [pause(1)]);
        assert_eq!(store.learnt(&chat::Scope::All).await.unwrap()[0].1.shift, 70);
        assert_eq!(
            store.own_words(&chat::Scope::All).await.unwrap(),
            [gives("price", "the number scares them", "ana", 1)]
        );
        let pauses = vec![PauseChange::Pause(pause(9)), resume("other")];
        store.conclude(&Outcome { pauses, ..Outcome::default() }).await.unwrap();
        assert_eq!(store.pauses(&chat::Scope::All).await.unwrap(), [pause(1)], "paused already");
        let pauses = vec![resume("price")];
        store.conclude(&Outcome { pauses, ..Outcome::default() }).await.unwrap();
        assert_eq!(store.pauses(&chat::Scope::All).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_holder_that_was_overtaken_writes_nothing() {
    each_database(|store| async move {
        let stale = prepare(&store).await;
        let fresh = store.claim_arrivals(at(30), LEASE, 1).await.unwrap()[0].fence;
        assert_eq!(store.conclude(&everything(stale)).await.unwrap(), Concluded::Stale);

        let ana = PersonId::new("ana");
        assert_eq!(store.arrival_counts().await.unwrap().open, 1);
        assert_eq!(store.decisions_of(&ana, 10).await.unwrap(), []);
        assert_eq!(store.delivery(&DeliveryId::new("d1")).await.unwrap(), None);
        assert_eq!(state_of(&store, "h1").await, DeliveryState::Held);
        assert_eq!(store.taps_of(&ana).await.unwrap(), []);
        assert_eq!(store.session(&session("s1", 0, 1).id).await.unwrap(), None);
        assert!(!store.person(&ana).await.unwrap().unwrap().opted_out);
        assert_eq!(store.channels().await.unwrap(), []);

        assert_eq!(store.conclude(&everything(fresh)).await.unwrap(), done(&["d1"], &["h1"]));
        assert_eq!(store.conclude(&everything(fresh)).await.unwrap(), Concluded::Stale, "done once");
    })
    .await;
}

#[tokio::test]
async fn an_empty_outcome_is_nothing() {
    each_database(|store| async move {
        assert_eq!(store.conclude(&Outcome::default()).await.unwrap(), done(&[], &[]));
    })
    .await;
}

#[tokio::test]
async fn the_same_key_twice_is_one_delivery() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0)]).await;
        let mut again = delivery("d2", 5);
        again.key = delivery("d1", 0).key;
        let mut next_step = delivery("d3", 0);
        next_step.key = delivery("d1", 0).key;
        next_step.key.step = 1;
        assert_eq!(store.conclude(&outcome_of(&[again, next_step])).await.unwrap(), done(&["d3"], &[]));
        assert_eq!(now_of(&store, "d1").await, delivery("d1", 0), "left as it was");
        assert_eq!(store.delivery(&DeliveryId::new("d2")).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_same_tap_twice_is_one() {
    each_database(|store| async move {
        let first = tap("d1", "ana", "useful", "price-tip", 1);
        let (other, bens) = (tap("d1", "ana", "know", "price-tip", 2), tap("d1", "ben", "useful", "price-tip", 3));
        let taps = vec![first.clone(), tap("d1", "ana", "useful", "price-tip", 9), other.clone(), bens.clone()];
        for _ in 0..2 {
            store.conclude(&Outcome { taps: taps.clone(), ..Outcome::default() }).await.unwrap();
        }
        assert_eq!(store.taps_on(&DeliveryId::new("d1")).await.unwrap(), [first.clone(), other.clone(), bens]);
        assert_eq!(store.taps_of(&PersonId::new("ana")).await.unwrap(), [first, other]);
        assert_eq!(store.taps_on(&DeliveryId::new("d2")).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_hold_becomes_a_card_or_waits_on_or_ends() {
    each_database(|store| async move {
        put(&store, &[held("h1", "deals", 10), held("h2", "deals", 10), held("h3", "deals", 10)]).await;
        let outcome = Outcome {
            settled: vec![
                (DeliveryId::new("h3"), cancel()),
                (DeliveryId::new("h1"), send("now", 12)),
                (DeliveryId::new("h2"), Settlement::Hold { until: at(90) }),
                (DeliveryId::new("h4"), cancel()),
            ],
            ..Outcome::default()
        };
        assert_eq!(store.conclude(&outcome).await.unwrap(), done(&[], &["h1", "h2", "h3"]));
        let sends = now_of(&store, "h1").await;
        assert_eq!((sends.state, sends.due_at, sends.card), (DeliveryState::Pending, at(12), Some(card("now"))));
        assert_eq!(sends.offer.unwrap().plan.molecule.assets, ["other-tip".into()]);
        let waits = now_of(&store, "h2").await;
        assert_eq!((waits.state, waits.due_at, waits.card), (DeliveryState::Held, at(90), None));
        let ends = now_of(&store, "h3").await;
        assert_eq!((ends.state, ends.due_at), (DeliveryState::Cancelled, at(10)));
    })
    .await;
}

#[tokio::test]
async fn only_what_is_held_or_pending_can_be_taken_back() {
    each_database(|store| async move {
        put(&store, &[held("held", "deals", 600), delivery("pending", 600), delivery("sending", 0)]).await;
        store.claim_due(at(0), LEASE, 1).await.unwrap();
        for (id, taken_back) in [("held", true), ("pending", true), ("sending", false), ("held", false)] {
            let concluded = store.conclude(&settled(id, cancel())).await.unwrap();
            assert_eq!(concluded, if taken_back { done(&[], &[id]) } else { done(&[], &[]) }, "{id}");
        }
        assert_eq!(state_of(&store, "sending").await, DeliveryState::Sending);
        assert_eq!(store.claim_due(at(600), LEASE, 10).await.unwrap(), [], "never sent after it was taken back");
        assert_eq!(store.conclude(&settled("held", send("again", 1))).await.unwrap(), done(&[], &[]));
    })
    .await;
}

#[tokio::test]
async fn a_practice_never_goes_back() {
    each_database(|store| async move {
        let keep = |kept| Outcome { sessions: vec![kept], ..Outcome::default() };
        let mut second = session("s1", 2, 0);
        second.finished_at = Some(at(9));
        let mut at_once = session("s1", 2, 0);
        at_once.state = "another way".to_owned();
        for kept in [session("s1", 0, 0), second.clone(), session("s1", 1, 0), at_once] {
            store.conclude(&keep(kept)).await.unwrap();
        }
        assert_eq!(store.session(&second.id).await.unwrap(), Some(second));
    })
    .await;
}

#[tokio::test]
async fn the_newest_unfinished_practice_comes_first() {
    each_database(|store| async move {
        let mut finished = session("s3", 4, 30);
        finished.finished_at = Some(at(40));
        let sessions = vec![session("s1", 1, 10), session("s2", 2, 20), finished];
        store.conclude(&Outcome { sessions, ..Outcome::default() }).await.unwrap();
        let open = store.open_sessions(&PersonId::new("ana")).await.unwrap();
        assert_eq!(open, [session("s2", 2, 20), session("s1", 1, 10)]);
        assert_eq!(store.open_sessions(&PersonId::new("ben")).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn the_latest_decision_about_a_delivery_answers_why() {
    each_database(|store| async move {
        let decisions = vec![decided("e1", Some("d1"), 1), decided("e2", Some("d1"), 5), decided("e3", None, 3)];
        store.conclude(&Outcome { decisions: decisions.clone(), ..Outcome::default() }).await.unwrap();
        assert_eq!(store.decision_for(&DeliveryId::new("d1")).await.unwrap().as_ref(), Some(&decisions[1]));
        assert_eq!(store.decision_for(&DeliveryId::new("d2")).await.unwrap(), None);
        let ana = PersonId::new("ana");
        let newest: Vec<_> = [1, 2, 0].map(|index: usize| decisions[index].clone()).into();
        assert_eq!(store.decisions_of(&ana, 10).await.unwrap(), newest);
        assert_eq!(store.decisions_of(&ana, 2).await.unwrap(), newest[..2]);
    })
    .await;
}

#[tokio::test]
async fn a_change_about_somebody_unknown_changes_nothing() {
    each_database(|store| async move {
        let nobody = PersonId::new("nobody");
        let people = [
            PersonChange::OptOut(true),
            PersonChange::Described(Profile::default(), at(0)),
            PersonChange::Snooze(Some(at(1))),
            PersonChange::Hours(None),
            PersonChange::Stop("price".into(), true),
            PersonChange::Stop("price".into(), false),
        ];
        let people = people.into_iter().map(|change| (nobody.clone(), change)).collect();
        store.conclude(&Outcome { people, ..Outcome::default() }).await.unwrap();
        assert_eq!(store.person(&nobody).await.unwrap(), None);
        assert_eq!(store.facts_about(&nobody, at(0)).await.unwrap().stopped, []);
    })
    .await;
}

#[tokio::test]
async fn what_is_old_is_forgotten_and_what_is_under_way_is_not() {
    each_database(|store| async move {
        let fence = prepare(&store).await;
        store.conclude(&everything(fence)).await.unwrap();
        put(&store, &[held("waits", "deals", 2)]).await;
        for (id, seconds) in [("parked", 0), ("open", 0), ("young", 50)] {
            store.accept(&arrival(id, seconds)).await.unwrap();
            let claimed = store.claim_arrivals(at(60), LEASE, 1).await.unwrap().remove(0);
            match id {
                "parked" => drop(store.park_arrival(&claimed.item.id, claimed.fence, "odd").await.unwrap()),
                "young" => {
                    let arrival = Some((claimed.item.id, claimed.fence));
                    store.conclude(&Outcome { arrival, ..Outcome::default() }).await.unwrap();
                }
                _ => {}
            }
        }
        let keeping =
            |decisions, deliveries| Keeping { decisions: at(decisions), deliveries: at(deliveries), ..from(0) };
        assert_eq!(
            store.sweep(&keeping(1, 40)).await.unwrap().0,
            [("channel_scores", 1), ("arrivals", 2)],
            "h1 was due at 600"
        );
        let swept = store.sweep(&keeping(2, 601)).await.unwrap();
        assert_eq!(swept.0, [("decisions", 1), ("deliveries", 1), ("arrivals", 1)]);
        assert_eq!(store.delivery(&DeliveryId::new("h1")).await.unwrap(), None);
        assert_eq!(state_of(&store, "waits").await, DeliveryState::Held);
        assert_eq!(state_of(&store, "d1").await, DeliveryState::Pending);
        assert_eq!(store.arrival_counts().await.unwrap().open, 1);
        assert_eq!(store.taps_of(&PersonId::new("ana")).await.unwrap().len(), 1, "what somebody knows stays known");
        assert!(store.accept(&arrival("e1", 0)).await.unwrap(), "forgotten, so it would be new");
    })
    .await;
}

#[tokio::test]
async fn what_was_offered_about_an_event_is_found_whatever_became_of_it() {
    each_database(|store| async move {
        let (first, mut second) = (held("d1", "deals", 10), offered("d2", "deals", "angry", "tip", 20));
        second.key.event = first.key.event.clone();
        let mut answer = delivery("d3", 30);
        answer.key.event = first.key.event.clone();
        let other = held("d4", "deals", 10);
        let deliveries = vec![second, first.clone(), answer, other];
        store.conclude(&Outcome { deliveries, ..Outcome::default() }).await.unwrap();
        let about = store.offers_about(&first.key.tenant, &first.key.event).await.unwrap();
        assert_eq!(about.iter().map(|found| found.id.as_str()).collect::<Vec<_>>(), ["d1", "d2"]);
        assert_eq!(about.iter().map(|found| found.state.is_said()).collect::<Vec<_>>(), [false, true]);
        assert!(store.offers_about("another", &first.key.event).await.unwrap().is_empty());
    })
    .await;
}
