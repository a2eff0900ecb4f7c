//! Signals, names of people, looks and dips.

use chat::{DeliveryId, PersonId, PersonKey};
use kairos::{
    engine::dip::{Numbers, Outcome as Found, Verdict},
    library::{MeasureId, TriggerId},
    store::{DipChange, KeptDip, Outcome, Store},
};

use super::samples::{at, from, identity, keeps, signal};
use crate::support::databases::each_database;

fn key(text: &str) -> PersonKey {
    PersonKey::read(text).unwrap()
}

async fn change(store: &Store, dips: Vec<DipChange>) {
    store.conclude(&Outcome { dips, ..Outcome::default() }).await.unwrap();
}

async fn somebody(store: &Store, user: &str, id: &str) -> PersonId {
    store.person_of(&identity(user), &PersonId::new(id), at(0)).await.unwrap().id
}

fn dip(opened: i64, held_out: bool) -> KeptDip {
    KeptDip {
        trigger: TriggerId::new("fewer-close"),
        person: PersonId::new("ana"),
        opened_at: at(opened),
        held_out,
        delivery: None,
        fingerprint: Some("f1".to_owned()),
        verdict: Some(Verdict {
            outcome: Found::Moved,
            sentence: "9 of 60".to_owned(),
            numbers: Numbers {
                events: 9.0,
                of: 60.0,
                usual: Some(0.25),
                chance: Some(0.045),
                accepted: Some(0.08),
                ..Numbers::default()
            },
        }),
        closed_at: None,
    }
}

#[tokio::test]
async fn a_series_comes_back_in_order_and_each_number_once() {
    each_database(|store| async move {
        let (first, second) = (signal("s1", Some("crm:7"), 9.0, 10), signal("s2", Some("crm:7"), 8.0, 20));
        change(&store, vec![keeps(&second, Some("ana"), 21), keeps(&first, Some("ana"), 22)]).await;
        change(&store, vec![keeps(&first, Some("ben"), 23)]).await;
        let (ana, ben) = (PersonId::new("ana"), PersonId::new("ben"));
        let series = |person: PersonId, since: i64, limit: u32| {
            let store = store.clone();
            async move { store.signals_of(&person, "close-rate", at(since), limit).await.unwrap() }
        };
        assert_eq!(series(ana.clone(), 0, 9).await, [first, second.clone()]);
        assert_eq!(series(ana.clone(), 11, 9).await, std::slice::from_ref(&second));
        assert_eq!(series(ana, 0, 1).await, [second], "the newest are kept");
        assert!(series(ben, 0, 9).await.is_empty(), "what is known stays whose it was");
        assert!(store.knows_signal("s1").await.unwrap() && !store.knows_signal("s3").await.unwrap());
        assert_eq!(store.people_measured(&MeasureId::new("close-rate"), &chat::Scope::All, at(0)).await.unwrap(), 1);
        assert_eq!(store.sweep(&from(22)).await.unwrap().0, [("signals", 1)]);
        assert!(!store.knows_signal("s2").await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_found_when_somebody_bears_the_name() {
    each_database(|store| async move {
        let by_name = signal("s1", Some("crm:7"), 9.0, 10);
        let by_platform = signal("s2", Some("slack:T1/U2"), 9.0, 11);
        let group = signal("s3", None, 9.0, 12);
        change(&store, [&by_name, &by_platform, &group].map(|it| keeps(it, None, 13)).into()).await;
        let waiting = store.signals_waiting(9).await.unwrap();
        assert_eq!(waiting.iter().map(|it| it.who.clone()).collect::<Vec<_>>(), [key("crm:7"), key("slack:T1/U2")]);
        assert!(store.signals_found(9).await.unwrap().is_empty());
        let ana = somebody(&store, "U1", "ana").await;
        store.name_person(&key("crm:7"), &ana).await.unwrap();
        assert_eq!(store.signals_found(9).await.unwrap(), [(by_name.clone(), ana.clone(), chat::Scope::All)]);
        let ben = somebody(&store, "U2", "ben").await;
        assert_eq!(store.signals_found(9).await.unwrap().len(), 2);
        assert_eq!(store.signals_found(1).await.unwrap().len(), 2, "one of each kind");
        let adopt =
            |signal: &str, person: &PersonId| DipChange::Adopt { signal: signal.to_owned(), person: person.clone() };
        change(&store, vec![adopt("s1", &ana), adopt("s2", &ben)]).await;
        assert!(store.signals_found(9).await.unwrap().is_empty());
        assert!(store.signals_waiting(9).await.unwrap().is_empty());
        assert_eq!(store.signals_of(&ana, "close-rate", at(0), 9).await.unwrap(), [by_name]);
    })
    .await;
}

#[tokio::test]
async fn a_name_means_one_person() {
    each_database(|store| async move {
        let (ana, ben) = (somebody(&store, "U1", "ana").await, somebody(&store, "U2", "ben").await);
        assert_eq!(store.person_named(&key("crm:7"), &chat::Scope::All, false).await.unwrap(), None);
        store.name_person(&key("crm:7"), &ana).await.unwrap();
        store.name_person(&key("crm:7"), &ben).await.unwrap();
        assert_eq!(
            store.person_named(&key("crm:7"), &chat::Scope::All, false).await.unwrap(),
            Some(ben.clone()),
            "the last word counts"
        );
        assert_eq!(store.person_named(&key("slack:T1/U1"), &chat::Scope::All, false).await.unwrap(), Some(ana.clone()));
        assert_eq!(store.person_named(&key("slack:U1"), &chat::Scope::All, false).await.unwrap(), Some(ana.clone()));
        assert!(store.add_identity(&identity("U3"), &ana).await.unwrap());
        assert!(store.add_identity(&identity("U3"), &ana).await.unwrap(), "a second time changes nothing");
        assert!(!store.add_identity(&identity("U3"), &ben).await.unwrap(), "it is somebody else's");
        assert_eq!(store.identities_of(&ana).await.unwrap(), [identity("U1"), identity("U3")]);
    })
    .await;
}

#[tokio::test]
async fn one_dip_is_open_at_a_time_and_its_record_stays() {
    each_database(|store| async move {
        let (trigger, ana) = (TriggerId::new("fewer-close"), PersonId::new("ana"));
        change(&store, vec![DipChange::Open(Box::new(dip(1, true)))]).await;
        change(&store, vec![DipChange::Open(Box::new(dip(2, false)))]).await;
        assert_eq!(store.open_dip(&trigger, &ana).await.unwrap(), Some(dip(1, true)));
        let delivery = DeliveryId::new("d1");
        change(
            &store,
            vec![
                DipChange::Helped { trigger: trigger.clone(), person: ana.clone(), delivery: delivery.clone() },
                DipChange::Close { trigger: trigger.clone(), person: ana.clone(), at: at(3) },
                DipChange::Open(Box::new(dip(4, false))),
            ],
        )
        .await;
        let closed = KeptDip { delivery: Some(delivery), closed_at: Some(at(3)), ..dip(1, true) };
        assert_eq!(store.dips_of(&ana).await.unwrap(), [closed, dip(4, false)]);
        assert_eq!(store.sweep(&from(4)).await.unwrap().0, [("dips", 1)], "what is open stays");
        assert_eq!(store.dips_of(&ana).await.unwrap(), [dip(4, false)]);
    })
    .await;
}

#[tokio::test]
async fn looks_are_remembered_and_everybody_is_there_for_a_total() {
    each_database(|store| async move {
        let (trigger, measure) = (TriggerId::new("fewer-close"), MeasureId::new("close-rate"));
        let ana = PersonId::new("ana");
        assert_eq!(store.last_look(&trigger, &ana).await.unwrap(), None);
        for seconds in [5, 9] {
            let (trigger, person) = (trigger.clone(), ana.clone());
            change(&store, vec![DipChange::Looked { trigger, person, at: at(seconds) }]).await;
        }
        assert_eq!(store.last_look(&trigger, &ana).await.unwrap(), Some(at(9)));
        change(&store, vec![DipChange::Open(Box::new(dip(1, false)))]).await;
        for n in 0..5 {
            let kept = keeps(&signal(&format!("s{n}"), Some("crm:7"), 9.0, 10), Some(&format!("p{n}")), 11);
            change(&store, vec![kept]).await;
        }
        let observed = store.observed_since(&measure, at(10)).await.unwrap();
        let people: Vec<_> = observed.iter().map(|(person, _)| person.as_str()).collect();
        assert_eq!(people, ["p0", "p1", "p2", "p3", "p4"]);
        assert!(store.observed_since(&measure, at(11)).await.unwrap().is_empty());
        assert_eq!(store.dips_since(&trigger, at(1)).await.unwrap(), [dip(1, false)]);
        assert!(store.dips_since(&trigger, at(2)).await.unwrap().is_empty());
        assert_eq!(store.dips_of_alert(&trigger, "f1").await.unwrap().len(), 1);
        assert!(store.dips_of_alert(&trigger, "f2").await.unwrap().is_empty());
    })
    .await;
}
