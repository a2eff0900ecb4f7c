//! What is of one workspace is read, counted and changed in that workspace, and by operators.

use chat::{DeliveryId, Identity, PersonId, PersonKey, PlatformKind, Profile, Scope, Tenant};
use kairos::{
    engine::{Learnt, Mark},
    library::{MeasureId, TriggerId},
    store::{
        DipChange, Duty, NameState, Outcome, OwnWords, OwnWordsChange, Pause, PauseChange, PersonChange, Step, Store,
        Tap, TriggerStep,
    },
};

use super::samples::{at, offered, put, signal};
use crate::support::databases::{each_address, each_database, run_beside};

fn tenant(workspace: &str) -> Tenant {
    Tenant::of(PlatformKind::Slack, &workspace.into())
}

fn only(workspace: &str) -> Scope {
    Scope::one(&tenant(workspace))
}

fn identity(workspace: &str) -> Identity {
    Identity { platform: PlatformKind::Slack, workspace: workspace.into(), user: "U1".into() }
}

/// The same user id in either workspace, as the person of that workspace.
async fn people(store: &Store) -> [PersonId; 2] {
    let mut people = Vec::new();
    for workspace in ["T1", "T2"] {
        let candidate = PersonId::new(format!("of {workspace}"));
        people.push(store.person_of(&identity(workspace), &candidate, at(0)).await.unwrap().id);
    }
    people.try_into().unwrap()
}

fn pause(workspace: &str) -> PauseChange {
    let (trigger, reason) = (TriggerId::new("price"), "by a manager".to_owned());
    let tenant = if workspace == "*" { Tenant::every() } else { tenant(workspace) };
    PauseChange::Pause(Pause { tenant, trigger, by: Some(PersonId::new("dev")), reason, at: at(1) })
}

fn resume(workspace: &str) -> PauseChange {
    let tenant = if workspace == "*" { Tenant::every() } else { tenant(workspace) };
    PauseChange::Resume { tenant, trigger: TriggerId::new("price"), by: PersonId::new("dev"), at: at(2) }
}

async fn paused(store: &Store) -> [usize; 3] {
    let mut counts = Vec::new();
    for scope in [only("T1"), only("T2"), Scope::All] {
        counts.push(store.pauses(&scope).await.unwrap().len());
    }
    counts.try_into().unwrap()
}

async fn change(store: &Store, outcome: Outcome) {
    store.conclude(&outcome).await.unwrap();
}

#[tokio::test]
async fn a_pause_holds_in_its_workspace_and_an_operators_in_all() {
    each_database(|store: Store| async move {
        let changes = |change| Outcome { pauses: vec![change], ..Outcome::default() };
        change(&store, changes(pause("T1"))).await;
        assert_eq!(paused(&store).await, [1, 0, 1]);
        change(&store, changes(resume("T2"))).await;
        assert_eq!(paused(&store).await, [1, 0, 1], "another workspace ends nothing");
        change(&store, changes(pause("*"))).await;
        assert_eq!(paused(&store).await, [2, 1, 2]);
        change(&store, changes(resume("T1"))).await;
        assert_eq!(paused(&store).await, [1, 1, 1], "what holds everywhere stays");
        change(&store, changes(pause("T2"))).await;
        change(&store, changes(resume("*"))).await;
        assert_eq!(paused(&store).await, [0, 0, 0], "an operator ends all of them");
    })
    .await;
}

#[tokio::test]
async fn a_pause_takes_back_what_is_on_its_way_in_its_workspace_alone() {
    each_database(|store: Store| async move {
        let mut other = offered("d2", "deals", "price", "price-tip", 0);
        other.key.tenant = tenant("T2").to_string();
        put(&store, &[offered("d1", "deals", "price", "price-tip", 0), other]).await;
        change(&store, Outcome { pauses: vec![pause("T2")], ..Outcome::default() }).await;
        let states = [super::samples::state_of(&store, "d1").await, super::samples::state_of(&store, "d2").await];
        assert_eq!(states.map(kairos::store::DeliveryState::as_str), ["pending", "cancelled"]);
    })
    .await;
}

#[tokio::test]
async fn tuning_examples_and_words_are_of_their_workspace() {
    each_database(|store: Store| async move {
        let step = |tenant: Tenant, what, seconds| TriggerStep {
            tenant,
            trigger: TriggerId::new("price"),
            what,
            reason: "a few".to_owned(),
            by: None,
            at: at(seconds),
        };
        let text = || "the number scares them".to_owned();
        let steps = vec![
            step(tenant("T1"), Step::Learnt(70), 1),
            step(tenant("T1"), Step::TakenIn(text()), 2),
            step(Tenant::every(), Step::LeftOut("too much".to_owned()), 3),
            step(tenant("T2"), Step::BackIn("too much".to_owned()), 4),
        ];
        change(&store, Outcome { steps, ..Outcome::default() }).await;
        let of = |learnt: Vec<(TriggerId, Learnt)>| learnt.into_iter().map(|(_, of)| of).next().unwrap_or_default();
        let (one, two) = (of(store.learnt(&only("T1")).await.unwrap()), of(store.learnt(&only("T2")).await.unwrap()));
        assert_eq!(
            (one.shift, &one.taken_in[..], &one.left_out[..]),
            (70, &[text()][..], &["too much".to_owned()][..])
        );
        assert_eq!((two.shift, two.taken_in.len(), two.left_out.len()), (0, 0, 0));
        assert_eq!(of(store.learnt(&Scope::All).await.unwrap()).taken_in, [text()], "an operator sees all");
        assert_eq!(store.taught_tenants().await.unwrap(), [tenant("T1")]);
        // What an operator takes out is out everywhere.
        change(&store, Outcome { steps: vec![step(Tenant::every(), Step::TakenOut(text()), 5)], ..Outcome::default() })
            .await;
        assert!(of(store.learnt(&only("T1")).await.unwrap()).taken_in.is_empty());

        let given = |workspace: &str, by: &str| {
            let (trigger, by) = (TriggerId::new("price"), PersonId::new(by));
            OwnWordsChange::Given(OwnWords { tenant: tenant(workspace), trigger, text: text(), by, at: at(1) })
        };
        let own_words = vec![given("T1", "ana"), given("T2", "ben")];
        change(&store, Outcome { own_words, ..Outcome::default() }).await;
        assert_eq!(store.own_words(&only("T2")).await.unwrap()[0].by, PersonId::new("ben"));
        let reviewed = OwnWordsChange::Reviewed { scope: only("T2"), trigger: TriggerId::new("price"), text: text() };
        change(&store, Outcome { own_words: vec![reviewed], ..Outcome::default() }).await;
        assert_eq!(store.own_words(&only("T2")).await.unwrap(), []);
        assert_eq!(store.own_words(&only("T1")).await.unwrap().len(), 1, "those of the other workspace wait on");
    })
    .await;
}

#[tokio::test]
async fn taps_and_totals_count_in_their_workspace() {
    each_database(|store: Store| async move {
        let taps = (0..5).map(|n| Tap {
            tenant: tenant("T2"),
            delivery: DeliveryId::new("d"),
            person: PersonId::new(format!("p{n}")),
            tap: "not_for_me".to_owned(),
            asset: None,
            trigger: Some("price".into()),
            at: at(1),
        });
        change(&store, Outcome { taps: taps.collect(), ..Outcome::default() }).await;
        let (price, since) = (TriggerId::new("price"), at(0));
        assert!(store.marks_on(&only("T1"), &price, since).await.unwrap().is_empty());
        let marks = store.marks_on(&only("T2"), &price, since).await.unwrap();
        assert_eq!((marks.len(), marks[0].mark), (5, Mark::NotForMe));
        assert!(store.trigger_totals(&only("T1"), since).await.unwrap().is_empty());
        assert_eq!(store.trigger_totals(&only("T2"), since).await.unwrap()[&price].tapped("not_for_me").people, 5);
        assert_eq!(store.trigger_totals(&Scope::All, since).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn names_and_duties_mean_the_person_of_the_workspace() {
    each_database(|store: Store| async move {
        let [one, two] = people(&store).await;
        let key = PersonKey::read("crm:7").unwrap();
        store.name_person(&key, &one).await.unwrap();
        store.name_person(&key, &two).await.unwrap();
        let named = |scope: Scope| {
            let (store, key) = (store.clone(), key.clone());
            async move { store.person_named(&key, &scope, false).await.unwrap() }
        };
        assert_eq!(named(only("T1")).await, Some(one.clone()), "the same name in another workspace took nothing away");
        assert_eq!(named(only("T2")).await, Some(two.clone()));
        assert_eq!(named(Scope::All).await, None, "of two nobody is meant");
        let by_id = PersonKey::read("slack:U1").unwrap();
        assert_eq!(store.person_named(&by_id, &only("T2"), false).await.unwrap(), Some(two.clone()));
        assert_eq!(store.person_named(&by_id, &Scope::All, false).await.unwrap(), None);
        let outside = PersonKey::read("slack:T2/U1").unwrap();
        assert_eq!(store.person_named(&outside, &only("T1"), false).await.unwrap(), None, "out of reach");

        let duty = Duty { person: two.clone(), team: "sales".to_owned(), from: at(0), until: at(9) };
        store.put_on_duty(&duty).await.unwrap();
        assert!(store.on_duty("sales", &only("T1"), at(1)).await.unwrap().is_empty());
        assert_eq!(store.on_duty("sales", &only("T2"), at(1)).await.unwrap(), std::slice::from_ref(&two));
        // Whoever is known in a third workspace as well bears their names and duties there.
        assert!(store.add_identity(&identity("T3"), &two).await.unwrap());
        assert_eq!(store.on_duty("sales", &only("T3"), at(1)).await.unwrap(), std::slice::from_ref(&two));
        assert_eq!(named(only("T3")).await, Some(two));
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_found_within_reach_alone_and_by_one_person_alone() {
    each_database(|store: Store| async move {
        let [one, two] = people(&store).await;
        let key = PersonKey::read("crm:7").unwrap();
        store.name_person(&key, &two).await.unwrap();
        let keep = |id: &str, who: &str, scope| DipChange::Keep {
            signal: Box::new(signal(id, Some(who), 9.0, 1)),
            person: None,
            scope,
            received_at: at(1),
        };
        let both = || Scope::Of([tenant("T1"), tenant("T2")].into());
        let dips = vec![
            keep("a:1", "crm:7", only("T1")),
            keep("b:1", "crm:7", only("T2")),
            keep("c:1", "slack:U1", both()),
            keep("d:1", "slack:U1", only("T1")),
            keep("e:1", "crm:7", Scope::Of([].into())),
        ];
        change(&store, Outcome { dips, ..Outcome::default() }).await;
        let found = || async {
            let found = store.signals_found(9).await.unwrap();
            found.into_iter().map(|(signal, person, _)| (signal.id, person)).collect::<Vec<_>>()
        };
        assert_eq!(found().await, [("b:1".to_owned(), two.clone()), ("d:1".to_owned(), one.clone())]);
        assert_eq!(store.signals_waiting(9).await.unwrap().iter().map(|it| it.count).sum::<u64>(), 2, "out of reach");
        // The configuration binds a source anew.
        assert_eq!(store.bind_waiting("a", &only("T2")).await.unwrap(), 1);
        assert_eq!(found().await.len(), 3);
        store.name_person(&key, &one).await.unwrap();
        assert_eq!(store.bind_waiting("a", &both()).await.unwrap(), 1);
        assert_eq!(found().await.len(), 2, "of two nobody is meant");
        let measured = MeasureId::new("close-rate");
        let adopt = DipChange::Adopt { signal: "b:1".to_owned(), person: two };
        change(&store, Outcome { dips: vec![adopt], ..Outcome::default() }).await;
        assert_eq!(store.people_measured(&measured, &only("T1"), at(0)).await.unwrap(), 0);
        assert_eq!(store.people_measured(&measured, &only("T2"), at(0)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_address_means_its_person_once_they_have_said_yes() {
    each_database(|store: Store| async move {
        let [one, _] = people(&store).await;
        let key = PersonKey::read("ana@example.org").unwrap();
        let profile = Profile { email: Some("Ana@example.org".to_owned()), ..Profile::default() };
        let people = vec![(one.clone(), PersonChange::Described(profile, at(1)))];
        change(&store, Outcome { people, ..Outcome::default() }).await;
        let means = |unconfirmed| {
            let (store, key) = (store.clone(), key.clone());
            async move { store.person_named(&key, &Scope::All, unconfirmed).await.unwrap() }
        };
        assert_eq!((means(false).await, means(true).await), (None, Some(one.clone())));
        assert_eq!(store.names_to_confirm(9).await.unwrap(), [], "nothing waits for it");
        let keep = |scope| DipChange::Keep {
            signal: Box::new(signal("a:1", Some("ana@example.org"), 9.0, 1)),
            person: None,
            scope,
            received_at: at(1),
        };
        change(&store, Outcome { dips: vec![keep(only("T1"))], ..Outcome::default() }).await;
        let asked = store.names_to_confirm(9).await.unwrap();
        assert_eq!((asked.len(), &asked[0].person, &asked[0].tenant), (1, &one, &tenant("T1")));
        assert!(store.emails_to_seek(at(0), 9).await.unwrap().is_empty(), "somebody bears it, perhaps");
        assert!(store.signals_waiting(9).await.unwrap()[0].unconfirmed);
        for (state, found, waiting) in
            [(NameState::Asked, 0, true), (NameState::Refused, 0, false), (NameState::Told, 1, false)]
        {
            let people = vec![(one.clone(), PersonChange::Name(key.clone(), state))];
            change(&store, Outcome { people, ..Outcome::default() }).await;
            assert_eq!(store.signals_found(9).await.unwrap().len(), found, "{state:?}");
            assert_eq!(store.names_to_confirm(9).await.unwrap(), [], "asked once");
            let waits = store.signals_waiting(9).await.unwrap();
            assert_eq!(waits.first().is_some_and(|it| it.unconfirmed), waiting, "{state:?}");
        }
        assert_eq!(store.everybody(9).await.unwrap()[0].names, [(key.clone(), NameState::Told)]);
        assert!(store.unname(&key).await.unwrap());
        assert_eq!(means(true).await, None);
    })
    .await;
}

/// An address that is looked up for one workspace was not looked up for another.
#[tokio::test]
async fn a_look_up_is_of_its_scope() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        for (id, workspace) in [("a:1", "T1"), ("b:1", "T2")] {
            let signal = Box::new(signal(id, Some("ana@example.org"), 9.0, 1));
            let keep = DipChange::Keep { signal, person: None, scope: only(workspace), received_at: at(1) };
            change(&store, Outcome { dips: vec![keep], ..Outcome::default() }).await;
        }
        let key = PersonKey::read("ana@example.org").unwrap();
        assert_eq!(store.emails_to_seek(at(5), 9).await.unwrap().len(), 2);
        store.was_sought(&only("T1"), &key, at(9)).await.unwrap();
        assert_eq!(store.emails_to_seek(at(5), 9).await.unwrap(), [(only("T2"), key)]);
        store.close().await;
        run_beside(&url, "DELETE FROM sought").await;
    })
    .await;
}
