//! "What I wrote is answered once, even if the machine dies in between."
//!
//! The real binary is killed at moments drawn from a seed while people write. The playground's own journal is the peer
//! that counts: what stands in it was accepted, and what Kairos said stands in it too.

use std::{collections::HashMap, net::SocketAddr, path::Path, sync::mpsc, thread, time::Duration};

use kairos::store::{DeliveryState, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    databases::each_address,
    program::{Serving, post},
    prompts::prompts,
};

const KILLS: u32 = 20;
/// Questions between two kills at most: the playground remembers two thousand messages.
const QUESTIONS: u32 = 30;
const WORDS: &str = "price talk";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_gets_one_card_and_nothing_is_lost() {
    each_address(|url| async move {
        let counted = tokio::task::spawn_blocking({
            let url = url.clone();
            move || killed_again_and_again(&url)
        });
        let counted = counted.await.unwrap();
        let store = Store::open(&url).await.unwrap();
        let (arrivals, queue) = (store.arrival_counts().await.unwrap(), store.queue_counts().await.unwrap());
        store.close().await;
        assert_eq!((arrivals.open, arrivals.parked), (0, 0), "every event is decided");
        let sent = queue.by_state.iter().filter(|(state, _)| *state == DeliveryState::Sent).map(|(_, count)| *count);
        assert_eq!(queue.by_state.len(), 1, "everything is sent: {:?}", queue.by_state);
        assert!(sent.sum::<u64>() >= counted as u64);
    })
    .await;
}

/// How many questions stood in the journal in the end.
fn killed_again_and_again(url: &str) -> usize {
    let folder = TempDir::new().unwrap();
    let library =
        prompts().trigger("price-talk", "tip-1, tip-2, tip-3", "cooldown_hours: 0\nrecovery_days: 0").folder();
    let library = library.path().to_str().unwrap();
    let env = [
        ("KAIROS_STORE_URL", url),
        ("KAIROS_PROMPTS_DIR", library),
        ("KAIROS_CADENCE_BUDGET_PER_DAY", "100"),
        ("KAIROS_CADENCE_BUDGET_PER_WEEK", "100"),
        ("KAIROS_CADENCE_WORKING_HOURS", "00:00-23:59"),
        ("KAIROS_CADENCE_WORKING_DAYS", "Mon-Sun"),
        ("KAIROS_LOG_LEVEL", "error"),
        ("KAIROS_INBOX_LEASE_MS", "1500"),
        ("KAIROS_OUTBOX_LEASE_MS", "2500"),
        ("KAIROS_OUTBOX_CALL_MS", "2000"),
    ];
    let mut lots = Lots(20_261_118);
    let mut promised = Vec::new();
    for kill in 0..KILLS {
        // Some die while they start, too; the first has a new database to make.
        if kill > 0 && lots.below(5) == 0 {
            let starting = Serving::begin(folder.path(), &env);
            pass(Duration::from_millis(lots.below(200)));
            starting.kill();
            continue;
        }
        promised.extend(one_life(folder.path(), &env, kill, &mut lots));
    }
    let serving = Serving::start(folder.path(), &env);
    let cards = all_answered(&serving);
    for message in &promised {
        assert!(cards.contains_key(message), "{message} was accepted and is lost");
    }
    let doubled: Vec<_> = cards.iter().filter(|(_, count)| **count != 1).collect();
    assert!(doubled.is_empty(), "not exactly one card: {doubled:?}");
    let (ended, log) = serving.stop();
    assert!(ended.success(), "{log}");
    print_in_full(&format!(
        "{} kills, {} questions in the journal, {} acknowledged",
        KILLS,
        cards.len(),
        promised.len()
    ));
    cards.len()
}

/// For `cargo test -- --nocapture`: how much was at stake.
#[expect(clippy::print_stdout, reason = "a test may tell what it counted; nobody sees it unless they ask")]
fn print_in_full(counted: &str) {
    println!("{counted}");
}

/// One process, from its start to its violent end; the ids of the messages that it acknowledged.
fn one_life(folder: &Path, env: &[(&str, &str)], life: u32, lots: &mut Lots) -> Vec<String> {
    let serving = Serving::start(folder, env);
    let address = serving.address.unwrap();
    let seed = lots.below(1 << 30);
    let writing = thread::spawn(move || people_write(address, life, &mut Lots(seed)));
    pass(Duration::from_millis(10 + lots.below(300)));
    serving.kill();
    writing.join().unwrap()
}

/// Writes until nobody takes it any more.
fn people_write(address: SocketAddr, life: u32, lots: &mut Lots) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for n in 0..QUESTIONS {
        let person = ["ana", "ben", "chloe", "dev"][usize::try_from(lots.below(4)).unwrap()];
        let channel = ["deals", "support", "general"][usize::try_from(lots.below(3)).unwrap()];
        let to = if lots.below(2) == 0 { "@Kairos " } else { "" };
        // At most so many unasked for one person that no budget stands in the way.
        let text = format!("{to}how do I do the {WORDS} in case {life} {n}?");
        match post(address, "/playground/post", &json!({ "as": person, "channel": channel, "text": text })) {
            Ok(answer) => acknowledged.push(answer["message"].as_str().unwrap().to_owned()),
            Err(_) => return acknowledged,
        }
        if lots.below(6) == 0 && post(address, "/playground/wind", &json!({ "minutes": 4 })).is_err() {
            return acknowledged;
        }
    }
    acknowledged
}

/// Winds the clock until every question has a card, and further, so that a second one would come out as well; cards
/// for each question.
fn all_answered(serving: &Serving) -> HashMap<String, usize> {
    let mut cards = HashMap::new();
    // Each look waits for the answer of the one before: no more than some seconds in all.
    for _ in 0..400 {
        serving.post("/playground/wind", &json!({ "minutes": 10 })).unwrap();
        cards = cards_by_question(&serving.state("ana"));
        if cards.values().all(|count| *count > 0) {
            break;
        }
        pass(Duration::from_millis(20));
    }
    for _ in 0..12 {
        serving.post("/playground/wind", &json!({ "minutes": 60 })).unwrap();
        pass(Duration::from_millis(20));
    }
    assert!(cards.values().all(|count| *count > 0), "never answered: {:?}", unanswered(&cards));
    cards_by_question(&serving.state("ana"))
}

fn unanswered(cards: &HashMap<String, usize>) -> Vec<&String> {
    cards.iter().filter(|(_, count)| **count == 0).map(|(message, _)| message).collect()
}

fn cards_by_question(state: &Value) -> HashMap<String, usize> {
    let messages = state["messages"].as_array().unwrap();
    let is_question = |message: &&Value| message["text"].as_str().unwrap_or_default().contains(WORDS);
    let id = |message: &Value| message["id"].as_str().unwrap().to_owned();
    let mut cards: HashMap<_, _> = messages.iter().filter(is_question).map(|message| (id(message), 0)).collect();
    for message in messages.iter().filter(|message| message["by"]["bot"] == true && message["only"] == false) {
        if let Some(count) = message["thread"].as_str().and_then(|thread| cards.get_mut(thread)) {
            *count += 1;
        }
    }
    cards
}

/// Lets a moment pass that a lot has drawn: here time itself is what is tried out.
fn pass(moment: Duration) {
    let (_kept, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(moment);
}

/// Numbers that look random (Knuth's MMIX), the same for every run.
struct Lots(u64);

impl Lots {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
