//! "Another company uses the same Kairos. I notice nothing of it, and they notice nothing of us."
//!
//! Whatever is done in one workspace, the other sees exactly what it would see alone: the same channels, people, texts and
//! addresses, in any order, over every surface that chat and alerts have.

use std::time::Duration;

use chat::Scope;
use kairos::{
    engine::{Setting, Tap},
    store::Store,
};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use crate::support::{
    app::{days, hours, minutes},
    databases::{Database, each_database},
    twins::{ADMIN, BOTH, Shown, Twins, identity, tenant},
};

/// Nothing that the examples come near to.
const OWN: &str = "procurement turned pale at the quetzal line";
const PEOPLE: [&str; 7] = [ADMIN, "U1", "U2", "U3", "U4", "U5", "U6"];

/// Buttons that anybody may find somewhere.
const LABELS: [&str; 20] = [
    "Useful",
    "Not for me",
    "I know this",
    "Why this?",
    "Don’t show me this topic",
    "Quiet for a week",
    "Say it in your own words",
    "Good timing",
    "Bad timing",
    "Pause: ",
    "Resume: ",
    "Disable: ",
    "Enable: ",
    "Approve: ",
    "Decline: ",
    "Remove: ",
    "Yes, that",
    "Not me",
    "Resume",
    "Show everything",
];

const SAID: [&str; 6] = [
    "@Kairos how do I answer when they say we're too expensive?",
    "how do I answer when they say we're too expensive?",
    "@Kairos price talk",
    "that was an angry call",
    OWN,
    "nothing in particular",
];

const COMMANDS: [&str; 8] = [
    "me",
    "why",
    "snooze",
    "resume",
    "here",
    "here shadow",
    "here live",
    "ask how to react when they ask for a lower price",
];

#[derive(Clone, Debug)]
enum Step {
    Says { user: usize, channel: usize, text: usize },
    Commands { user: usize, text: usize },
    Taps { user: usize, label: usize },
    Lists,
    Writes { user: usize },
    NotForUs,
    Alerts { about: usize, firing: bool },
    OnDuty { user: usize },
}

#[derive(Clone, Debug)]
enum Act {
    In(usize, Step),
    Passes(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let user = 0..PEOPLE.len();
    prop_oneof![
        6 => (user.clone(), 0_usize..2, 0..SAID.len())
            .prop_map(|(user, channel, text)| Step::Says { user, channel, text }),
        2 => (user.clone(), 0..COMMANDS.len()).prop_map(|(user, text)| Step::Commands { user, text }),
        8 => (user.clone(), 0..LABELS.len()).prop_map(|(user, label)| Step::Taps { user, label }),
        3 => Just(Step::Lists),
        3 => user.clone().prop_map(|user| Step::Writes { user }),
        1 => Just(Step::NotForUs),
        2 => (0_usize..4, any::<bool>()).prop_map(|(about, firing)| Step::Alerts { about, firing }),
        1 => user.prop_map(|user| Step::OnDuty { user }),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0..BOTH.len(), step()).prop_map(|(workspace, step)| Act::In(workspace, step)),
        2 => prop_oneof![Just(1_u64), Just(15), Just(1_440), Just(10_080)].prop_map(Act::Passes),
    ]
}

async fn take(twins: &Twins, workspace: &str, step: &Step) {
    match *step {
        Step::Says { user, channel, text } => {
            twins.says(workspace, PEOPLE[user], ["deals", "general"][channel], SAID[text]).await;
        }
        Step::Commands { user, text } => twins.commands(workspace, PEOPLE[user], COMMANDS[text]).await,
        Step::Taps { user, label } => {
            if let Some((on, choice)) = twins.with_choice(workspace, LABELS[label]) {
                twins.taps(workspace, PEOPLE[user], &on, &choice).await;
            }
        }
        Step::Lists => {
            let Some(on) = twins.shown(workspace).pop() else { return };
            twins.taps(workspace, ADMIN, &on, &Tap::Set(Setting::Triggers).to_choice()).await;
        }
        Step::Writes { user } => {
            let on = twins.shown(workspace).into_iter().rev().find(|it| it.card.input.is_some());
            if let Some(on) = on {
                let form = on.card.input.clone().unwrap().form;
                twins.sends(workspace, PEOPLE[user], &on, &form, OWN).await;
            }
        }
        Step::NotForUs => {
            let Some((on, choice)) = twins.with_choice(workspace, "Not for me") else { return };
            for user in &PEOPLE[1..6] {
                twins.taps(workspace, user, &on, &choice).await;
            }
        }
        Step::Alerts { about, firing } => {
            let about =
                ["\"person\": \"u1@example.org\",", "\"person\": \"slack:U2\",", "\"person\": \"crm:7\",", ""][about];
            let state = if firing { "firing" } else { "resolved" };
            let at = twins.now().as_ms() / 1_000;
            let body = format!(
                r#"{{{about} "alert": "RateLow", "state": "{state}", "fingerprint": "f", "at": {at}, "labels": {{"team": "sales"}}}}"#
            );
            twins.tells(workspace, &body).await;
        }
        Step::OnDuty { user } => {
            let candidate = chat::PersonId::new(format!("{workspace}-{}", PEOPLE[user]));
            let who = identity(workspace, PEOPLE[user]);
            let person = twins.store.person_of(&who, &candidate, twins.now()).await.unwrap().id;
            let (from, until) = (twins.now(), twins.now() + days(3));
            let duty = kairos::store::Duty { person, team: "sales".to_owned(), from, until };
            twins.store.put_on_duty(&duty).await.unwrap();
        }
    }
}

/// What a workspace has seen, and what is kept of it.
async fn seen(twins: &Twins, workspace: &str) -> (Vec<String>, String) {
    let shown = twins.shown(workspace).iter().map(Shown::seen).collect();
    let (store, scope) = (&twins.store, Scope::one(&tenant(workspace)));
    let words: Vec<_> = store.own_words(&scope).await.unwrap().into_iter().map(|it| (it.trigger, it.text)).collect();
    let paused: Vec<_> = store.pauses(&scope).await.unwrap().into_iter().map(|it| (it.trigger, it.reason)).collect();
    let totals = store.trigger_totals(&scope, chat::Timestamp::from_ms(0)).await.unwrap();
    (shown, format!("{:?} {words:?} {paused:?} {totals:?}", store.learnt(&scope).await.unwrap()))
}

/// The acts of one workspace, or of both, on a store of its own.
async fn lives(acts: &[Act], alone: Option<usize>) -> Twins {
    let twins = Twins::open(Store::open("sqlite::memory:").await.unwrap(), &[]);
    for act in acts {
        match act {
            Act::Passes(length) => twins.passes(minutes(*length)).await,
            Act::In(workspace, step) if alone.is_none_or(|alone| alone == *workspace) => {
                take(&twins, BOTH[*workspace], step).await;
            }
            Act::In(..) => {}
        }
    }
    twins.passes(Duration::from_hours(24 * 8)).await;
    twins
}

async fn is_unnoticed(acts: Vec<Act>) -> Result<(), String> {
    let together = lives(&acts, None).await;
    for (index, workspace) in BOTH.into_iter().enumerate() {
        let alone = lives(&acts, Some(index)).await;
        let (expected, found) = (seen(&alone, workspace).await, seen(&together, workspace).await);
        if expected != found {
            let differs = expected.0.iter().zip(&found.0).find(|(a, b)| a != b);
            return Err(format!(
                "{workspace} notices the other: {differs:#?}, {} and {} cards, kept {} and {}",
                expected.0.len(),
                found.0.len(),
                expected.1,
                found.1
            ));
        }
    }
    Ok(())
}

#[test]
fn each_workspace_sees_what_it_would_see_alone() {
    let config =
        ProptestConfig { cases: 24, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let kept = runner.run(&proptest::collection::vec(act(), 20..60), |acts| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(is_unnoticed(acts)).map_err(TestCaseError::fail)
    });
    if let Err(broken) = kept {
        panic!("{broken}");
    }
}

/// Five people of a workspace help themselves to a card each, and rate it.
async fn five_say(twins: &Twins, workspace: &str, label: &str) {
    for user in &PEOPLE[1..6] {
        twins.says(workspace, user, "deals", "@Kairos price talk").await;
        let (card, choice) = twins.with_choice(workspace, label).expect("a card");
        twins.taps(workspace, user, &card, &choice).await;
        twins.passes(minutes(3)).await;
    }
}

/// The admin's list of triggers.
async fn list(twins: &Twins, workspace: &str, user: &str) -> Shown {
    twins.commands(workspace, user, "me").await;
    let (page, triggers) = twins.with_choice(workspace, "Triggers").expect("the button of who manages");
    twins.taps(workspace, user, &page, &triggers).await;
    twins.shown(workspace).pop().unwrap()
}

/// The whole of it once by hand, on both databases: a property that never reached these would hold for nothing.
#[tokio::test]
async fn five_complaints_a_pause_and_words_count_where_they_were_given() {
    each_database(|store| async move {
        let twins = Twins::open(store, &[identity("T1", "U6")]);
        five_say(&twins, "T2", "Not for me").await;
        let paused = |scope: Scope| {
            let store = twins.store.clone();
            async move { store.pauses(&scope).await.unwrap().len() }
        };
        assert_eq!(paused(Scope::one(&tenant("T2"))).await, 1, "it paused itself there");
        assert_eq!(paused(Scope::one(&tenant("T1"))).await, 0);
        let before = twins.shown("T1").len();
        twins.says("T1", "U1", "deals", "who knows about price talk?").await;
        assert_eq!(twins.shown("T1").len(), before + 1, "it speaks on");
        let mine = list(&twins, "T1", ADMIN).await;
        assert!(mine.card.plain().contains("The need price talk: on. Not enough people yet"), "{}", mine.card.plain());
        let theirs = list(&twins, "T2", ADMIN).await;
        assert!(
            theirs.card.plain().contains("The need price talk: paused, by itself: 5 of 5"),
            "{}",
            theirs.card.plain()
        );

        // Whatever T1's admin sends: T2's pause stands, and T1's is T1's alone.
        let (pause, resume) =
            (mine.choice("Pause: The need price").unwrap(), theirs.choice("Resume: The need").unwrap());
        twins.taps("T1", ADMIN, &mine, &resume).await;
        assert_eq!(paused(Scope::one(&tenant("T2"))).await, 1);
        twins.taps("T1", ADMIN, &mine, &pause).await;
        twins.taps("T2", ADMIN, &theirs, &resume).await;
        assert_eq!((paused(Scope::one(&tenant("T1"))).await, paused(Scope::one(&tenant("T2"))).await), (1, 0));

        // An operator, whom the configuration names, sees and ends all.
        let all = list(&twins, "T1", "U6").await;
        assert!(all.card.plain().contains("paused, in slack/T1, by a manager"), "{}", all.card.plain());
        twins.taps("T1", "U6", &all, &all.choice("Resume: The need price").unwrap()).await;
        assert_eq!(paused(Scope::All).await, 0);
        let all = list(&twins, "T1", "U6").await;
        twins.taps("T1", "U6", &all, &all.choice("Pause: The need price").unwrap()).await;
        let mine = list(&twins, "T2", ADMIN).await;
        assert!(mine.card.plain().contains("paused, for every workspace, by a manager"), "{}", mine.card.plain());
        assert_eq!(mine.choice("Resume: The need price"), None);
        twins.taps("T2", ADMIN, &mine, &resume).await;
        assert!(twins.shown("T2").pop().unwrap().card.plain().contains("belongs to another workspace, or to all"));
        assert_eq!(paused(Scope::All).await, 1);
    })
    .await;
}

#[tokio::test]
async fn words_are_seen_and_heard_where_they_were_given() {
    each_database(|store| async move {
        let twins = Twins::open(store, &[]);
        twins.says("T1", "U1", "deals", SAID[0]).await;
        let (card, useful) = twins.with_choice("T1", "Useful").unwrap();
        twins.taps("T1", "U1", &card, &useful).await;
        let (card, own) = twins.with_choice("T1", "Say it in your own words").unwrap();
        twins.taps("T1", "U1", &card, &own).await;
        let asked = twins.shown("T1").pop().unwrap();
        let form = asked.card.input.clone().unwrap().form;
        twins.sends("T1", "U1", &asked, &form, OWN).await;
        let (mine, theirs) = (list(&twins, "T1", ADMIN).await, list(&twins, "T2", ADMIN).await);
        assert!(mine.card.plain().contains("quetzal") && !theirs.card.plain().contains("quetzal"));
        let take = mine.choice("Approve: ").unwrap();
        let refused = |workspace: &str| twins.shown(workspace).pop().unwrap().card.title;
        twins.taps("T2", ADMIN, &theirs, &take).await;
        assert_eq!(refused("T2"), "This card has expired", "there is nothing of the kind in T2");
        assert_eq!(twins.store.own_words(&Scope::All).await.unwrap().len(), 1);
        twins.taps("T1", ADMIN, &mine, &take).await;
        twins.passes(hours(1)).await;
        for (workspace, heard) in [("T1", 1), ("T2", 0)] {
            let before = twins.shown(workspace).len();
            twins.says(workspace, "U3", "general", OWN).await;
            assert_eq!(twins.shown(workspace).len() - before, heard, "{workspace}");
        }
        let theirs = list(&twins, "T2", ADMIN).await;
        assert!(!theirs.card.plain().contains("quetzal"), "{}", theirs.card.plain());
    })
    .await;
}

/// A database of its own for what is not run on both.
#[tokio::test]
async fn on_postgres_too_each_workspace_sees_what_it_would_see_alone() {
    let acts = vec![
        Act::In(0, Step::Says { user: 1, channel: 0, text: 0 }),
        Act::In(1, Step::Says { user: 1, channel: 0, text: 0 }),
        Act::In(1, Step::NotForUs),
        Act::In(0, Step::Lists),
        Act::In(1, Step::Lists),
        Act::In(1, Step::Taps { user: 0, label: 9 }),
        Act::Passes(15),
        Act::In(0, Step::Says { user: 2, channel: 1, text: 1 }),
        Act::In(0, Step::Lists),
    ];
    let mut found = Vec::new();
    for alone in [None, Some(0)] {
        let database = Database::of_postgres().await;
        let twins = Twins::open(Store::open(&database.url).await.unwrap(), &[]);
        for act in &acts {
            match act {
                Act::Passes(length) => twins.passes(minutes(*length)).await,
                Act::In(workspace, step) if alone.is_none_or(|alone: usize| alone == *workspace) => {
                    take(&twins, BOTH[*workspace], step).await;
                }
                Act::In(..) => {}
            }
        }
        found.push(seen(&twins, "T1").await);
        twins.store.close().await;
        database.remove().await;
    }
    assert_eq!(found[0], found[1]);
}
