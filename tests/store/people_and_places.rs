//! What a decision may know: about the person, and about the place.

use chat::{AssetId, PersonId, Profile};
use kairos::{
    engine::{Budget, DaysOff, Load, Own, PersonFacts, Received, WorkingHours},
    library::{Mode, TriggerId},
    store::{Outcome, Person, PersonChange, StoreError},
};

use super::samples::{LEASE, arrived_as, at, channel, dead, delivery, held, identity, offered, place, put, sent, tap};
use crate::support::databases::each_database;

fn nobody_yet(id: &str) -> Person {
    Person {
        id: PersonId::new(id),
        profile: Profile::default(),
        described_at: None,
        hours: None,
        opted_out: false,
        snoozed_until: None,
        zone_asked_at: None,
        own: Own::default(),
    }
}

#[tokio::test]
async fn a_new_identity_becomes_a_person_and_stays_one() {
    each_database(|store| async move {
        let ana = PersonId::new("ana");
        assert_eq!(store.person(&ana).await.unwrap(), None);
        assert_eq!(store.person_of(&identity("U1"), &ana, at(0)).await.unwrap(), nobody_yet("ana"));
        assert_eq!(store.person_of(&identity("U1"), &PersonId::new("p2"), at(1)).await.unwrap(), nobody_yet("ana"));
        assert_eq!(store.person(&PersonId::new("p2")).await.unwrap(), None, "the candidate was not needed");
        assert_eq!(store.person_of(&identity("U2"), &PersonId::new("ben"), at(1)).await.unwrap(), nobody_yet("ben"));
        assert_eq!(store.identities_of(&ana).await.unwrap(), [identity("U1")]);
        assert_eq!(store.identities_of(&PersonId::new("nobody")).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn two_humans_never_become_one_by_accident() {
    each_database(|store| async move {
        let ana = PersonId::new("ana");
        store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
        let refused = store.person_of(&identity("U2"), &ana, at(0)).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Taken(taken) if *taken == ana), "{refused}");
        assert_eq!(store.identities_of(&ana).await.unwrap(), [identity("U1")]);
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_first_creates_the_person() {
    each_database(|store| async move {
        let callers: Vec<_> = (0..8)
            .map(|number| {
                let store = store.clone();
                let candidate = PersonId::new(format!("p{number}"));
                tokio::spawn(async move { store.person_of(&identity("U1"), &candidate, at(0)).await.unwrap().id })
            })
            .collect();
        let mut found = Vec::new();
        for caller in callers {
            found.push(caller.await.unwrap());
        }
        found.dedup();
        assert_eq!(found.len(), 1);
        assert_eq!(store.identities_of(&found[0]).await.unwrap(), [identity("U1")]);
    })
    .await;
}

#[tokio::test]
async fn what_a_person_chose_is_kept() {
    each_database(|store| async move {
        let ana = PersonId::new("ana");
        store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
        let profile = Profile {
            name: "Ana 'A' Müller".to_owned(),
            zone: Some("Europe/Lisbon".to_owned()),
            language: None,
            roles: vec!["seller".to_owned()],
            do_not_disturb_until: Some(at(50)),
            email: Some("Ana@Example.org".to_owned()),
        };
        let hours: WorkingHours = "Mon,Wed 08:15-12:00".parse().unwrap();
        let changes = [
            PersonChange::Described(profile.clone(), at(5)),
            PersonChange::Hours(Some(hours)),
            PersonChange::OptOut(true),
            PersonChange::Snooze(Some(at(99))),
            PersonChange::Zone(Some("Asia/Kolkata".to_owned())),
            PersonChange::ZoneAsked(at(7)),
            PersonChange::Budget(Some(Budget { per_day: 0, per_week: 2 })),
            PersonChange::DaysOff("2026-12-24 to 2027-01-02\n2027-03-01".parse().unwrap()),
            PersonChange::Digest(false),
            PersonChange::Pulse(Some(at(8))),
            PersonChange::Load(Some(Load::Unsure)),
        ];
        let people = changes.into_iter().map(|change| (ana.clone(), change)).collect();
        store.conclude(&Outcome { people, ..Outcome::default() }).await.unwrap();
        let kept = Person {
            profile,
            described_at: Some(at(5)),
            hours: Some(hours),
            opted_out: true,
            snoozed_until: Some(at(99)),
            zone_asked_at: Some(at(7)),
            own: Own {
                zone: Some("Asia/Kolkata".to_owned()),
                budget: Some(Budget { per_day: 0, per_week: 2 }),
                days_off: "2026-12-24 to 2027-01-02\n2027-03-01".parse().unwrap(),
                no_digest: true,
                pulse: Some(at(8)),
                load: Some(Load::Unsure),
            },
            ..nobody_yet("ana")
        };
        assert_eq!(store.person(&ana).await.unwrap(), Some(kept.clone()));
        assert_eq!(store.person_of(&identity("U1"), &PersonId::new("p2"), at(6)).await.unwrap(), kept);
        assert_eq!(store.facts_about(&ana, at(0)).await.unwrap().own, kept.own);
        assert_eq!(store.pulses_due(at(7), 9).await.unwrap(), []);
        assert_eq!(store.pulses_due(at(8), 9).await.unwrap(), [(ana.clone(), at(8))]);
        assert_eq!(store.next_due(at(7)).await.unwrap(), Some(at(8)));
        let back = [
            PersonChange::OptOut(false),
            PersonChange::Snooze(None),
            PersonChange::Hours(None),
            PersonChange::Zone(None),
            PersonChange::Budget(None),
            PersonChange::DaysOff(DaysOff::default()),
            PersonChange::Digest(true),
            PersonChange::Pulse(None),
            PersonChange::Load(None),
        ];
        let people = back.into_iter().map(|change| (ana.clone(), change)).collect();
        store.conclude(&Outcome { people, ..Outcome::default() }).await.unwrap();
        let kept = Person { opted_out: false, snoozed_until: None, hours: None, own: Own::default(), ..kept };
        assert_eq!(store.person(&ana).await.unwrap(), Some(kept));
    })
    .await;
}

#[tokio::test]
async fn a_decision_knows_what_reached_the_person_and_what_they_want() {
    each_database(|store| async move {
        let ana = PersonId::new("ana");
        store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
        let mut bens = offered("bens", "deals", "price", "price-tip", 50);
        bens.key.person = PersonId::new("ben");
        let mut practice = offered("practice", "deals", "close", "", 70);
        practice.offer.as_mut().unwrap().plan.molecule.assets.clear();
        practice.offer.as_mut().unwrap().plan.unasked = false;
        put(
            &store,
            &[
                offered("long ago", "deals", "price", "price-tip", 10),
                offered("sent", "deals", "price", "price-tip", 50),
                offered("on its way", "deals", "close", "close-list", 60),
                practice,
                held("not yet", "deals", 80),
                delivery("a plain answer", 55),
                bens,
            ],
        )
        .await;
        for claimed in store.claim_due(at(50), LEASE, 10).await.unwrap() {
            store.finish(&claimed.item.id, claimed.fence, arrived_as(&sent("deals", "m7"), at(52))).await.unwrap();
        }
        let stop = |trigger, stopped| (ana.clone(), PersonChange::Stop(TriggerId::new(trigger), stopped));
        let outcome = Outcome {
            taps: vec![
                tap("sent", "ana", "know", "price-tip", 1),
                tap("other", "ana", "know", "price-tip", 2),
                tap("sent", "ana", "useful", "other-tip", 1),
                tap("sent", "ben", "know", "bens-tip", 1),
            ],
            people: vec![stop("price", true), stop("price", true), stop("angry", true), stop("angry", false)],
            ..Outcome::default()
        };
        store.conclude(&outcome).await.unwrap();

        let received = |seconds, trigger, asset, unasked| Received {
            at: at(seconds),
            trigger: TriggerId::new(trigger),
            asset: AssetId::new(asset),
            unasked,
        };
        let expected = PersonFacts {
            id: ana.clone(),
            profile: Profile::default(),
            hours: None,
            own: Own::default(),
            opted_out: false,
            snoozed_until: None,
            stopped: vec![TriggerId::new("price")],
            known: vec![AssetId::new("price-tip")],
            received: vec![
                received(70, "close", "", false),
                received(60, "close", "close-list", true),
                received(52, "price", "price-tip", true),
                received(52, "price", "price-tip", true),
            ],
            awaited: false,
        };
        let facts = store.facts_about(&ana, at(52)).await.unwrap();
        assert_eq!(facts, expected);
        assert_eq!(store.facts_about(&ana, at(53)).await.unwrap().received, expected.received[..2]);

        let person = store.person(&ana).await.unwrap().unwrap();
        let assets = ["price-tip", "other-tip"].map(AssetId::new);
        let needed = store.facts_for(person.clone(), &assets, at(0), at(90)).await.unwrap();
        let had = received(52, "", "price-tip", false);
        assert_eq!((&needed.stopped, &needed.known), (&expected.stopped, &expected.known));
        let sorted = |mut received: Vec<Received>| {
            received.sort_by_key(|card| (card.at, card.asset.clone(), card.unasked));
            received
        };
        let mut unasked = expected.received[1..].to_vec();
        unasked.push(had);
        assert_eq!(sorted(needed.received), sorted(unasked), "every unasked card, and when each asset was last had");
        let later = at(90 + 7 * 86_400);
        let needed = store.facts_for(person, &[], at(0), later).await.unwrap();
        assert_eq!(needed.received, [], "a week later no budget asks for them");
    })
    .await;
}

#[tokio::test]
async fn a_channel_keeps_its_mode() {
    each_database(|store| async move {
        assert_eq!(store.channel(&place("deals")).await.unwrap(), None);
        store.set_channel(&channel("help", Mode::Shadow)).await.unwrap();
        store.set_channel(&channel("deals", Mode::Off)).await.unwrap();
        store.set_channel(&channel("deals", Mode::Live)).await.unwrap();
        assert_eq!(store.channel(&place("deals")).await.unwrap(), Some(channel("deals", Mode::Live)));
        let both = [channel("deals", Mode::Live), channel("help", Mode::Shadow)];
        assert_eq!(store.channels().await.unwrap(), both);
    })
    .await;
}

#[tokio::test]
async fn a_place_knows_when_each_trigger_last_spoke() {
    each_database(|store| async move {
        put(
            &store,
            &[
                offered("d1", "deals", "price", "price-tip", 10),
                offered("d2", "deals", "price", "price-tip", 20),
                offered("d3", "deals", "close", "close-list", 5),
                offered("d4", "help", "price", "price-tip", 90),
                held("h1", "deals", 95),
                delivery("a plain answer", 60),
            ],
        )
        .await;
        let spoke = |trigger, seconds| (TriggerId::new(trigger), at(seconds));
        let all = [spoke("close", 5), spoke("price", 20)];
        assert_eq!(store.place_facts(&place("deals"), at(0)).await.unwrap(), all);
        assert_eq!(store.place_facts(&place("deals"), at(6)).await.unwrap(), all[1..]);
        assert_eq!(store.place_facts(&place("quiet"), at(0)).await.unwrap(), []);
        let claimed = store.claim_due(at(5), LEASE, 1).await.unwrap().remove(0);
        store.finish(&claimed.item.id, claimed.fence, arrived_as(&sent("deals", "m1"), at(33))).await.unwrap();
        assert_eq!(store.place_facts(&place("deals"), at(30)).await.unwrap(), [spoke("close", 33)]);
        let claimed = store.claim_due(at(10), LEASE, 1).await.unwrap().remove(0);
        store.finish(&claimed.item.id, claimed.fence, dead("is_archived")).await.unwrap();
        assert_eq!(store.place_facts(&place("deals"), at(0)).await.unwrap(), [spoke("close", 33), spoke("price", 20)]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_forgotten_is_a_stranger_and_nobody_else_is_touched() {
    each_database(|store| async move {
        let (ana, ben) = (PersonId::new("ana"), PersonId::new("ben"));
        store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
        store.person_of(&identity("U2"), &ben, at(0)).await.unwrap();
        let out = |person: &PersonId| (person.clone(), PersonChange::OptOut(true));
        store.conclude(&Outcome { people: vec![out(&ana), out(&ben)], ..Outcome::default() }).await.unwrap();
        let forget = Outcome { people: vec![(ana.clone(), PersonChange::Erase)], ..Outcome::default() };
        store.conclude(&forget).await.unwrap();
        assert_eq!(store.person(&ana).await.unwrap(), None);
        assert_eq!(store.identities_of(&ana).await.unwrap(), []);
        assert_eq!(store.taps_of(&ana).await.unwrap(), []);
        assert!(store.person(&ben).await.unwrap().is_some_and(|ben| ben.opted_out));
        let again = store.person_of(&identity("U1"), &PersonId::new("anew"), at(1)).await.unwrap();
        assert_eq!(again, nobody_yet("anew"), "not even that they wanted nothing");
    })
    .await;
}
