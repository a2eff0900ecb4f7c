//! Who is on duty, what nobody heard, and names of people.

use chat::{PersonId, PersonKey, Profile};
use kairos::store::{DipChange, Duty, EVERY_TEAM, Outcome, PersonChange, Store, Unheard};

use super::samples::{at, identity, keeps, signal};
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

fn duty(person: &PersonId, team: &str, from: i64, until: i64) -> Duty {
    Duty { person: person.clone(), team: team.to_owned(), from: at(from), until: at(until) }
}

#[tokio::test]
async fn a_rota_says_who_is_on_duty() {
    each_database(|store| async move {
        let (ana, ben) = (somebody(&store, "U1", "ana").await, somebody(&store, "U2", "ben").await);
        for duty in [duty(&ana, "Sales", 10, 20), duty(&ana, "sales", 10, 30), duty(&ben, EVERY_TEAM, 20, 25)] {
            store.put_on_duty(&duty).await.unwrap();
        }
        assert_eq!(store.duties(at(0)).await.unwrap(), [duty(&ana, "sales", 10, 30), duty(&ben, EVERY_TEAM, 20, 25)]);
        assert_eq!(store.duties(at(25)).await.unwrap().len(), 1);
        for (team, now, who) in [
            ("sales", 9, vec![]),
            ("SALES", 10, vec![&ana]),
            ("sales", 20, vec![&ana, &ben]),
            ("support", 20, vec![&ben]),
            ("sales", 25, vec![&ana]),
            ("sales", 30, vec![]),
        ] {
            assert_eq!(
                store.on_duty(team, &chat::Scope::All, at(now)).await.unwrap().iter().collect::<Vec<_>>(),
                who,
                "{team} at {now}"
            );
        }
        assert_eq!(store.take_off_duty(&ana, "sales").await.unwrap(), 1);
        assert!(store.on_duty("sales", &chat::Scope::All, at(10)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_nobody_heard_is_kept_until_it_is_heard() {
    each_database(|store| async move {
        let (first, second) = (signal("crm:s1", None, 9.0, 10), signal("crm:s2", None, 9.0, 20));
        change(&store, vec![keeps(&first, None, 11), keeps(&second, None, 21)]).await;
        let unheard = |id: &str, team: &str, since: i64| {
            let (signal, team, source) = (id.to_owned(), team.to_owned(), "crm".to_owned());
            DipChange::Unheard(Unheard { signal, team, source, since: at(since) })
        };
        change(&store, vec![unheard("crm:s2", "Sales", 21), unheard("crm:s1", "sales", 11), unheard("crm:s1", "", 12)])
            .await;
        assert_eq!(store.unheard_teams(9).await.unwrap(), [("sales".to_owned(), "crm".to_owned())]);
        assert_eq!(store.unheard("sales", "crm", 9).await.unwrap(), [first.clone(), second.clone()]);
        assert_eq!(store.unheard("sales", "crm", 1).await.unwrap(), std::slice::from_ref(&first));
        assert!(store.unheard("sales", "tower", 9).await.unwrap().is_empty());
        assert_eq!(store.unheard_count().await.unwrap(), 2);
        change(&store, vec![DipChange::Heard { signal: "crm:s1".to_owned() }]).await;
        assert_eq!(store.unheard("sales", "crm", 9).await.unwrap(), [second]);
        assert_eq!(store.group_signals("crm", "close-rate", at(10)).await.unwrap().len(), 2);
        assert_eq!(store.group_signals("crm", "close-rate", at(11)).await.unwrap().len(), 1);
        let about_somebody = signal("crm:s3", Some("crm:7"), 9.0, 15);
        change(&store, vec![keeps(&about_somebody, None, 16)]).await;
        let ids = |numbers: Vec<chat::Signal>| numbers.into_iter().map(|number| number.id).collect::<Vec<_>>();
        assert_eq!(ids(store.numbers_of_groups("crm", "close-rate", at(10), 9).await.unwrap()), ["crm:s1", "crm:s2"]);
        assert_eq!(
            ids(store.numbers_of_groups("crm", "close-rate", at(10), 1).await.unwrap()),
            ["crm:s2"],
            "the newest"
        );
        assert!(store.numbers_of_groups("crm", "other", at(0), 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_address_that_the_platform_tells_is_a_name_and_takes_none_away() {
    each_database(|store| async move {
        let (ana, ben) = (somebody(&store, "U1", "ana").await, somebody(&store, "U2", "ben").await);
        let described = |email: &str| {
            PersonChange::Described(Profile { email: Some(email.to_owned()), ..Profile::default() }, at(1))
        };
        for (who, email) in [(&ana, "Ana@Example.org"), (&ben, "ana@example.org")] {
            let people = vec![(who.clone(), described(email))];
            store.conclude(&Outcome { people, ..Outcome::default() }).await.unwrap();
        }
        assert_eq!(
            store.person_named(&key("ana@example.org"), &chat::Scope::All, true).await.unwrap(),
            Some(ana.clone())
        );
        assert_eq!(store.names_of(&ana).await.unwrap(), [key("ana@example.org")]);
        assert!(store.names_of(&ben).await.unwrap().is_empty());
        let everybody = store.everybody(9).await.unwrap();
        assert_eq!(everybody.len(), 2);
        assert_eq!((everybody[0].person.clone(), everybody[0].names.len(), everybody[0].identities.len()), (ana, 1, 1));
        assert!(store.unname(&key("ana@example.org")).await.unwrap());
        assert!(!store.unname(&key("ana@example.org")).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn platforms_are_asked_about_an_address_once_in_a_while() {
    each_database(|store| async move {
        let known = somebody(&store, "U1", "ana").await;
        store.name_person(&key("ana@example.org"), &known).await.unwrap();
        let waiting = ["ana@example.org", "ben@example.org", "crm:7"];
        for (index, name) in waiting.iter().enumerate() {
            change(&store, vec![keeps(&signal(&format!("s{index}"), Some(name), 9.0, 10), None, 11)]).await;
        }
        assert_eq!(store.emails_to_seek(at(0), 9).await.unwrap(), [(chat::Scope::All, key("ben@example.org"))]);
        store.was_sought(&chat::Scope::All, &key("ben@example.org"), at(20)).await.unwrap();
        assert!(store.emails_to_seek(at(20), 9).await.unwrap().is_empty());
        assert_eq!(store.emails_to_seek(at(21), 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_forgotten_leaves_no_number_behind() {
    each_database(|store| async move {
        let ana = somebody(&store, "U1", "ana").await;
        store.name_person(&key("crm:7"), &ana).await.unwrap();
        let (told, waits) = (signal("crm:s1", Some("crm:7"), 9.0, 10), signal("crm:s2", Some("crm:7"), 8.0, 20));
        let other = signal("crm:s3", Some("crm:8"), 8.0, 20);
        change(&store, vec![keeps(&told, Some("ana"), 11), keeps(&waits, None, 21), keeps(&other, Some("ben"), 21)])
            .await;
        store.put_on_duty(&duty(&ana, "sales", 0, 99)).await.unwrap();
        assert_eq!(store.signals_about(&ana).await.unwrap(), [told]);
        let people = vec![(ana.clone(), PersonChange::Erase)];
        store.conclude(&Outcome { people, ..Outcome::default() }).await.unwrap();
        assert!(store.signals_about(&ana).await.unwrap().is_empty());
        assert!(store.signals_waiting(9).await.unwrap().is_empty(), "what waited for a name of theirs");
        assert!(store.duties(at(0)).await.unwrap().is_empty());
        assert_eq!(store.signals_about(&PersonId::new("ben")).await.unwrap(), [other]);
    })
    .await;
}
