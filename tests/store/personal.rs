//! What is held about a person: all of it is shown, all of it goes, and everything that grows has a term.

use std::collections::BTreeSet;

use chat::{DeliveryId, Note, PersonId, PersonKey, PlatformKind};
use kairos::{
    library::TriggerId,
    store::{DipChange, Forgotten, Keeping, Outcome, OwnWordsChange, PERSONAL, PersonChange, SWEPT, Store},
};
use sqlx::{Connection, SqliteConnection};

use super::samples::{
    LEASE, arrival, at, decided, delivery, from, gives, held, identity, keeps, offered, put, session, signal, state_of,
    tap,
};
use crate::support::{
    databases::{Database, each_address, each_database, run_beside},
    tables::tables_with,
};

/// Tables that hold nothing which grows with time, and why.
const KEPT: [&str; 12] = [
    // They go with their person.
    "identities",
    "person_keys",
    "stops",
    // What an operator or an administrator set.
    "channels",
    "pauses",
    "installations",
    "uploads",
    // Each note has an end of its own.
    "notes",
    // Numbers about channels, swept by themselves.
    "channel_scores",
    // The housekeeping of the database itself.
    "leases",
    "write_probe",
    "_sqlx_migrations",
];

/// Ana with something of everything.
async fn a_life(store: &Store) -> PersonId {
    let ana = PersonId::new("ana");
    store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
    put(store, &[offered("d1", "deals", "price", "price-tip", 0), held("h1", "deals", 60), delivery("busy", 0)]).await;
    let outcome = Outcome {
        decisions: vec![decided("e1", Some("d1"), 0)],
        taps: vec![tap("d1", "ana", "know", "price-tip", 1)],
        sessions: vec![session("s1", 1, 0)],
        people: vec![(ana.clone(), PersonChange::Stop(TriggerId::new("angry"), true))],
        own_words: vec![OwnWordsChange::Given(gives("price", "the number scares them", "ana", 1))],
        dips: vec![keeps(&signal("n1", Some("email:ana@example.com"), 9.0, 0), Some("ana"), 0)],
        ..Outcome::default()
    };
    store.conclude(&outcome).await.unwrap();
    ana
}

#[tokio::test]
async fn a_person_is_forgotten_with_a_proof_and_others_are_not() {
    each_database(|store| async move {
        let ana = a_life(&store).await;
        let mut bens = delivery("bens", 0);
        bens.key.person = PersonId::new("ben");
        put(&store, &[bens]).await;
        let held = store.held_about(&ana).await.unwrap();
        let tables =
            ["deliveries", "decisions", "identities", "own_words", "people", "sessions", "signals", "stops", "taps"];
        assert_eq!(held.keys().map(String::as_str).collect::<BTreeSet<_>>(), tables.into());
        assert_eq!(held["deliveries"][0]["offer"]["plan"]["trigger"], "price", "JSON is told as JSON");
        assert_eq!(held["identities"][0]["user_id"], "U1");

        let busy = store.claim_due(at(0), LEASE, 1).await.unwrap().remove(0);
        let forgotten = store.forget(&ana).await.unwrap();
        let gone = |table: &str| forgotten.removed.iter().find(|(name, _)| name == table).map_or(0, |(_, rows)| *rows);
        assert_eq!((gone("deliveries"), gone("taps"), gone("people"), forgotten.under_way), (2, 1, 1, 1));
        assert_eq!(forgotten.rows(), 10);
        assert_eq!(store.people_named("slack/T1/U1").await.unwrap(), []);
        assert_eq!(store.held_about(&ana).await.unwrap().len(), 1, "the card that is being sent");
        assert!(store.delivery(&DeliveryId::new("bens")).await.unwrap().is_some());

        store.finish(&busy.item.id, busy.fence, super::samples::dead("archived")).await.unwrap();
        let rest = store.forget(&ana).await.unwrap();
        assert_eq!(rest, Forgotten { removed: vec![("deliveries".to_owned(), 1)], under_way: 0 });
        assert_eq!(store.held_about(&ana).await.unwrap().len(), 0);
        assert_eq!(store.forget(&ana).await.unwrap(), Forgotten::default());
    })
    .await;
}

/// What was set aside since it can't be read may hold words of theirs all the same.
#[tokio::test]
async fn what_was_set_aside_unread_goes_with_its_writer() {
    each_database(|store| async move {
        let ana = PersonId::new("ana");
        store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
        for (id, user) in [("hers", "U1"), ("another's", "U17")] {
            let mut odd = arrival(id, 0);
            odd.raw = format!(r#"{{"user":"{user}","odd":true}}"#);
            store.accept(&odd).await.unwrap();
        }
        for claimed in store.claim_arrivals(at(0), LEASE, 10).await.unwrap() {
            store.park_arrival(&claimed.item.id, claimed.fence, "odd").await.unwrap();
        }
        store.forget(&ana).await.unwrap();
        let left = store.parked_arrivals(10).await.unwrap();
        assert_eq!(left.iter().map(|parked| parked.arrival.id.as_str()).collect::<Vec<_>>(), ["another's"]);
    })
    .await;
}

/// Reactions and newcomers have ids of the platform's making that name who did it; other people's decisions hold such ids.
#[tokio::test]
async fn no_id_address_or_note_that_names_the_forgotten_is_left() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        let (ana, ben) = (PersonId::new("ana"), PersonId::new("ben"));
        store.person_of(&identity("UANNA"), &ana, at(0)).await.unwrap();
        store.person_of(&identity("UBENN"), &ben, at(0)).await.unwrap();
        store.name_person(&PersonKey::read("email:zebulonia@example.com").unwrap(), &ana).await.unwrap();
        for (n, id) in ["slack:T1:C1:5:+1:UANNA", "slack:T1:C1:5:+1:UBENN"].into_iter().enumerate() {
            store.accept(&arrival(id, 0)).await.unwrap();
            let claimed = store.claim_arrivals(at(0), LEASE, 1).await.unwrap().remove(0);
            let mut of_ben = decided(id, None, 0);
            of_ben.person = ben.clone();
            let mut bens = delivery(&format!("card {n}"), 0);
            bens.key.event = claimed.item.id.clone();
            bens.key.person = ben.clone();
            let outcome = Outcome {
                arrival: Some((claimed.item.id, claimed.fence)),
                decisions: vec![of_ben],
                deliveries: vec![bens],
                ..Outcome::default()
            };
            store.conclude(&outcome).await.unwrap();
        }
        let mut alert = arrival("alerts:crm:1", 0);
        alert.raw = r#"{"owner":"Zebulonia@Example.com","odd":true}"#.to_owned();
        store.accept(&alert).await.unwrap();
        let claimed = store.claim_arrivals(at(0), LEASE, 1).await.unwrap().remove(0);
        store.park_arrival(&claimed.item.id, claimed.fence, "odd").await.unwrap();
        let note = Note { name: "interaction/7".to_owned(), text: r#"{"user":"UANNA"}"#.to_owned(), until: at(900) };
        store.write_note(PlatformKind::Discord, &note, at(0)).await.unwrap();

        store.forget(&ana).await.unwrap();
        for words in ["UANNA", "zebulonia"] {
            assert_eq!(tables_with(&url, words).await, Vec::<String>::new(), "{words} is kept");
        }
        assert_eq!(tables_with(&url, "UBENN").await.len(), 4, "events, decisions, cards and who he is");
        assert_eq!(store.decisions_of(&ben, 10).await.unwrap().len(), 2, "others keep what was decided about them");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn numbers_that_wait_for_their_name_are_forgotten_too() {
    each_database(|store| async move {
        let ana = PersonId::new("ana");
        store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
        let known = PersonKey::read("email:ana@example.com").unwrap();
        store.name_person(&known, &ana).await.unwrap();
        let waiting: Vec<DipChange> = vec![keeps(&signal("n1", Some("email:ana@example.com"), 9.0, 0), None, 0)];
        store.conclude(&Outcome { dips: waiting, ..Outcome::default() }).await.unwrap();
        assert_eq!(store.people_named("email:ana@example.com").await.unwrap(), std::slice::from_ref(&ana));
        let forgotten = store.forget(&ana).await.unwrap();
        assert!(forgotten.removed.contains(&("signals".to_owned(), 1)), "{forgotten:?}");
        assert_eq!(store.people_named("email:ana@example.com").await.unwrap(), []);
    })
    .await;
}

/// Nobody described them, and they said nothing themselves.
#[tokio::test]
async fn somebody_of_whom_numbers_come_is_not_forgotten_while_they_come() {
    each_database(|store| async move {
        for (id, user, number) in [("ana", "U1", 90), ("ben", "U2", 10)] {
            let person = PersonId::new(id);
            store.person_of(&identity(user), &person, at(0)).await.unwrap();
            let kept = keeps(&signal(&format!("n{number}"), None, 9.0, number), Some(id), number);
            store.conclude(&Outcome { dips: vec![kept], ..Outcome::default() }).await.unwrap();
        }
        store.sweep(&Keeping { people: at(50), ..from(0) }).await.unwrap();
        assert!(store.person(&PersonId::new("ana")).await.unwrap().is_some(), "a number came since");
        assert_eq!(store.person(&PersonId::new("ben")).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn nothing_about_anybody_is_left_out_and_everything_that_grows_has_a_term() {
    let database = Database::of_sqlite();
    Store::open(&database.url).await.unwrap().close().await;
    let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    for (table, column) in &columns {
        let is_named = PERSONAL.iter().any(|(known, _)| known == table);
        assert!(
            column != "person_id" || is_named || ["pauses", "trigger_steps"].contains(&table.as_str()),
            "{table} is about people: name it in store/personal.rs"
        );
        let has_term = SWEPT.iter().any(|(known, ..)| known == table) || KEPT.contains(&table.as_str());
        assert!(has_term, "{table} has no term: name it in store/retention.rs");
    }
}

#[tokio::test]
async fn what_is_old_goes_and_who_wants_no_messages_stays_known() {
    each_database(|store| async move {
        let ana = a_life(&store).await;
        let (ben, cleo) = (PersonId::new("ben"), PersonId::new("cleo"));
        store.person_of(&identity("U2"), &ben, at(0)).await.unwrap();
        store.person_of(&identity("U3"), &cleo, at(0)).await.unwrap();
        let out = Outcome { people: vec![(ben.clone(), PersonChange::OptOut(true))], ..Outcome::default() };
        store.conclude(&out).await.unwrap();
        let swept = store.sweep(&Keeping { people: at(100), ..from(100) }).await.unwrap();
        let rows = |table: &str| swept.0.iter().find(|(name, _)| *name == table).map_or(0, |(_, rows)| *rows);
        assert_eq!((rows("taps"), rows("sessions"), rows("signals"), rows("people")), (1, 1, 1, 1), "{swept:?}");
        assert!(store.person(&ana).await.unwrap().is_some(), "she stopped a trigger");
        assert!(store.person(&ben).await.unwrap().is_some(), "he opted out");
        assert_eq!(store.person(&cleo).await.unwrap(), None);
        assert_eq!(state_of(&store, "h1").await.as_str(), "held", "what is under way stays");
    })
    .await;
}

/// On SQLite what is erased is overwritten in the file, and the write-ahead log holds no copy of it.
#[tokio::test]
async fn erased_text_is_in_no_byte_of_the_file() {
    let database = Database::of_sqlite();
    let store = Store::open(&database.url).await.unwrap();
    let ana = PersonId::new("ana");
    store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
    let mut said = delivery("d1", 0);
    said.card = Some(super::samples::card("zebra-crossing-secret"));
    put(&store, &[said]).await;
    let path = database.url.trim_start_matches("sqlite:").to_owned();
    let bytes = || -> Vec<u8> {
        let read = |path: &str| std::fs::read(path).unwrap_or_default();
        [read(&path), read(&format!("{path}-wal"))].concat()
    };
    let holds = |bytes: &[u8]| bytes.windows(21).any(|window| window == b"zebra-crossing-secret");
    assert!(holds(&bytes()));
    store.forget(&ana).await.unwrap();
    assert!(!holds(&bytes()));
    store.close().await;
}

#[tokio::test]
async fn a_newcomer_and_the_forgotten_are_nobody() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        assert_eq!(store.people_named("slack/T1/U1").await.unwrap(), []);
        store.person_of(&identity("U1"), &PersonId::new("ana"), at(0)).await.unwrap();
        for named in ["ana", "slack/T1/U1"] {
            assert_eq!(store.people_named(named).await.unwrap(), [PersonId::new("ana")], "{named}");
        }
        run_beside(&url, "INSERT INTO person_keys VALUES ('slack/T1', 'crm', '7', 'ana', 'told')").await;
        assert_eq!(store.people_named("crm:7").await.unwrap(), [PersonId::new("ana")]);
        store.close().await;
    })
    .await;
}
