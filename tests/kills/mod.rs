//! "What was accepted is said once, even if the machine dies in between": the real program is killed at moments drawn
//! from a seed, under load, against a peer that counts, loses answers, and says 429 and 500.
//!
//! ```text
//! load ─▶ kairos serve (one, or three that share PostgreSQL) ─▶ peer: every twentieth call or so goes wrong
//!                  ▲ SIGKILL, again and again
//! ```
//!
//! `tests/run kills` runs it; `KAIROS_TEST_KILLS=1000 tests/run kills` for longer.

mod crashes;
mod load;
mod lots;
mod peer;
mod replicas;

use std::{env, time::Duration};

use kairos::store::{DeliveryState, Store};

use crate::support::databases::Database;
use load::Load;
use lots::Lots;
use peer::Peer;
use replicas::Replicas;

/// Kills in a run, unless `KAIROS_TEST_KILLS` says otherwise.
const KILLS: u32 = 100;
/// How long the last ones may take to arrive when nobody is killed any more.
const CALM: Duration = Duration::from_mins(2);
/// How much longer for each delivery that has to be looked up: Slack lets us look up 50 a minute, one every 1.2 s, and a
/// look-up may lose its turn to another that is given up.
const EACH_LOOK_UP: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes minutes: tests/run kills"]
async fn one_process_on_sqlite_loses_nothing_and_says_nothing_twice() {
    let database = Database::of_sqlite();
    killed_again_and_again("SQLite", &database.url, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes minutes: tests/run kills"]
async fn three_replicas_on_postgresql_lose_nothing_and_say_nothing_twice() {
    let database = Database::of_postgres().await;
    let url = database.url.clone();
    // A task of its own, so that the database goes when this panics.
    let done = tokio::spawn(async move { killed_again_and_again("PostgreSQL", &url, 3).await }).await;
    database.remove().await;
    done.unwrap();
}

async fn killed_again_and_again(name: &str, url: &str, processes: usize) {
    let kills = env::var("KAIROS_TEST_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let peer = Peer::start(20_261_120).await;
    let mut lots = Lots::from(20_261_121);
    let mut replicas = Replicas::start(url, &peer.api(), processes).await;
    let load = Load::start(&replicas.doors);
    for _ in 0..kills {
        // Some die before they are ready.
        if processes == 1 && lots.below(5) > 0 {
            replicas.is_ready(0).await;
        }
        let moment = Duration::from_millis(50 + lots.below(800));
        tokio::time::sleep(moment).await;
        let one = usize::try_from(lots.below(processes as u64)).unwrap();
        replicas.kill_and_restart(one);
    }
    let accepted = load.stop().await;
    let mut missing = peer.missing(&accepted);
    // What arrived without an answer is looked up before it is on record, and Slack lets us look up 50 a minute.
    let store = Store::open(url).await.unwrap();
    let unknown = deliveries(&store, &[DeliveryState::Ambiguous, DeliveryState::Sending]).await;
    let patience = CALM + EACH_LOOK_UP * u32::try_from(unknown).unwrap();
    let calm = tokio::time::timeout(patience, async {
        while !missing.is_empty() || deliveries(&store, &[DeliveryState::Sent]).await < accepted.len() as u64 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            missing = peer.missing(&accepted);
        }
    });
    let is_calm = calm.await.is_ok();
    replicas.stop();
    let (arrivals, left) = (store.arrival_counts().await.unwrap(), store.queue(20).await.unwrap());
    store.close().await;
    let left = format!("{arrivals:?}, {left:?}");
    let counted = peer.counted();
    print_in_full(&format!(
        "| {name}, {processes} process{} | {kills} | {} × 429, {} × 500, {} answers lost | {} | {} | {} |",
        if processes == 1 { "" } else { "es" },
        counted.too_fast,
        counted.failed,
        counted.lost,
        accepted.len(),
        missing.len(),
        counted.doubled.len(),
    ));
    assert!(missing.is_empty(), "accepted and lost: {missing:?}; {left}; {}", replicas.logs());
    assert!(is_calm, "said and not on record after {patience:?} with {unknown} to look up: {left}");
    assert!(counted.doubled.is_empty(), "said twice: {:?}; {}", counted.doubled, replicas.logs());
    assert!(accepted.len() > kills as usize, "there was hardly any load: {} questions", accepted.len());
    assert_eq!((arrivals.open, arrivals.parked), (0, 0), "every event is decided");
}

/// How many deliveries are in one of these states.
async fn deliveries(store: &Store, states: &[DeliveryState]) -> u64 {
    let queue = store.queue_counts().await.unwrap();
    queue.by_state.iter().filter(|(state, _)| states.contains(state)).map(|(_, count)| count).sum()
}

/// For `tests/run kills`: the row of the table in the README.
#[expect(clippy::print_stdout, reason = "the counts are what this run is for")]
fn print_in_full(row: &str) {
    println!("{row}");
}
