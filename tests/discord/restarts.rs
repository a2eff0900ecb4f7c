//! What was open when Kairos was killed is taken up again: what somebody waits for, how long Discord asked to be left
//! alone.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use discord::{Clockwork, Connection, Discord};
use kairos::clock::Clock;
use serde_json::{Value, json};

use super::{
    contract::connection,
    peer::{Peer, eventually, text_of},
    receiving::Noting,
    world::{QUESTION, World},
};

#[test]
fn what_is_asked_while_kairos_is_dead_is_answered_when_it_lives_again() {
    let world = World::new();
    let (deals, general) = (world.deals(), world.peer.id("/channels/general"));
    // Both are channels in which something was heard; what was said is kept before what is done after it is answered.
    world.peer.says("ben", &deals, "good morning");
    world.peer.says("ana", &general, "good morning");
    world.peer.answer_to(&world.peer.commands("ana", &deals, "help", None));
    // A proper stop keeps at once until when they were heard.
    let down = world.restart().killed();
    let question = down.peer.says("ana", &deals, QUESTION);
    // Nobody has told who we are when the channels are read.
    let mention = format!("<@{}> what do whales weigh?", down.peer.id("/bot"));
    let mention = down.peer.says("ben", &general, &mention);
    let world = down.up();
    assert!(text_of(&world.peer.our_message(&question, 0)).contains("Tip number 1"));
    assert!(text_of(&world.peer.our_message(&mention, 0)).contains("have a card for that"), "it is addressed");
}

#[test]
fn a_restart_begins_a_new_session_and_says_nothing_twice() {
    let mut world = World::new();
    let before = world.peer.says("ana", &world.deals(), QUESTION);
    world.peer.our_message(&before, 0);
    world = world.restart();
    eventually("a new session", || (world.peer.state("identified") == 2).then_some(()));
    let after = world.peer.says("ben", &world.peer.id("/channels/general"), QUESTION);
    world.peer.our_message(&after, 0);
    assert_eq!(world.peer.ours(&before).len(), 1);
}

#[test]
fn an_answer_that_was_promised_comes_after_a_kill() {
    let world = World::new();
    let deals = world.deals();
    let busy = json!({ "how": "answer", "method": "PATCH", "path": "@original$", "status": 503, "times": 1 });
    world.peer.ask("fault", &busy);
    let interaction = world.peer.commands("ana", &deals, "ask", Some(("question", "a price objection, what now?")));
    eventually("the failed answer", || {
        world.peer.requests().iter().any(|request| request["status"] == 503).then_some(())
    });
    let down = world.killed();
    let kept = std::fs::read(down.home().join("kairos.sqlite")).unwrap();
    let token = down.peer.ask("token", &json!({ "interaction": interaction }))["token"].as_str().unwrap().to_owned();
    let holds = |bytes: &[u8]| bytes.windows(token.len()).any(|part| part == token.as_bytes());
    assert!(!holds(&kept) && !holds(&std::fs::read(down.home().join("kairos.sqlite-wal")).unwrap_or_default()));
    let world = down.up();
    let answer = world.peer.answer_to(&interaction);
    assert!(text_of(&answer).contains("Tip number 1"), "{}", text_of(&answer));
    assert_eq!(answer["flags"].as_u64().unwrap() & 64, 64, "still for one pair of eyes");
    assert!(world.peer.ours(&world.private("ana")).is_empty());
    // What one person sees is reached in the life after as well, once it is on record that it was said.
    let before = text_of(&answer);
    let is_on_record =
        |queue: &str| !queue.lines().skip(1).any(|line| !line.is_empty() && !line.contains("zone-asked"));
    eventually("a record of the answer", || is_on_record(&world.queue()).then_some(()));
    let world = world.killed().up();
    world.peer.presses("ana", &answer, "Useful");
    eventually("the card after a tap", || (text_of(&world.peer.answer_to(&interaction)) != before).then_some(()));
}

#[test]
fn a_kill_between_keeping_and_acknowledging_is_made_good() {
    let world = World::new();
    let thread = world.peer.says("ana", &world.deals(), QUESTION);
    let card = world.peer.our_message(&thread, 0);
    world.peer.ask("fault", &json!({ "how": "hang", "method": "POST", "path": "/callback$" }));
    let interaction = world.peer.presses("ana", &card, "Why this?");
    eventually("the first try", || {
        let tried = |request: &Value| request["path"].as_str().unwrap().ends_with("/callback");
        world.peer.requests().iter().any(tried).then_some(())
    });
    // How fast a test's machine starts Kairos again is no promise of ours.
    world.peer.ask("grant_time", &json!({ "interaction": interaction }));
    let world = world.killed().up();
    let answers = world.peer.answered(&interaction, |answers| answers["kind"] != Value::Null);
    assert_eq!(answers["kind"], "deferred_update");
    // The life that was killed may have had the answer in hand; nobody else takes it up before its lease is over.
    eventually("the end of the lease", || world.queue().contains(" 0 on their way").then_some(()));
    assert!(text_of(&world.peer.answer_to(&interaction)).contains("owner:"));
}

#[test]
fn silence_that_discord_asks_of_everything_outlives_a_kill() {
    const SILENCE: f64 = 5.0;
    let world = World::new();
    let everywhere = json!({ "how": "answer", "method": "POST", "path": "/threads$", "status": 429,
        "headers": { "Retry-After": "5", "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global" },
        "body": { "retry_after": SILENCE, "global": true } });
    world.peer.ask("fault", &everywhere);
    let question = world.peer.says("ana", &world.deals(), QUESTION);
    eventually("the 429", || world.peer.requests().iter().any(|request| request["status"] == 429).then_some(()));
    let world = world.killed().up();
    world.peer.our_message(&question, 0);
    let requests = world.peer.requests();
    let refused = requests.iter().position(|request| request["status"] == 429).unwrap();
    let at = |request: &Value| request["at"].as_f64().unwrap();
    let next = requests.get(refused + 1).expect("the card was sent");
    assert!(at(next) - at(&requests[refused]) > SILENCE - 0.5, "{next}");
}

/// A machine whose clock can be wound on.
fn winding(peer: &Peer) -> (Connection, Arc<AtomicI64>) {
    let (machine, ahead) = (Clock::system(), Arc::new(AtomicI64::new(0)));
    let wound = Arc::clone(&ahead);
    let clock = Clockwork::new(move || {
        machine.now() + std::time::Duration::from_secs(u64::try_from(wound.load(Ordering::Relaxed)).unwrap())
    });
    (Connection { clock, ..connection(peer) }, ahead)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nothing_comes_of_ends_in_words_before_discord_ends_it() {
    let peer = Peer::start();
    let (connection, ahead) = winding(&peer);
    let discord = Discord::new(connection).unwrap();
    let (stopping, stop) = tokio::sync::watch::channel(false);
    // Whatever comes is kept, and nobody ever decides.
    let connected = tokio::spawn(discord.connect(Arc::new(Noting::default()), stop));
    tokio::task::block_in_place(|| {
        peer.connected();
        let interaction = peer.commands("ana", &peer.id("/channels/deals"), "help", None);
        peer.answered(&interaction, |answers| answers["kind"] == "deferred");
        ahead.store(13 * 60 + 1, Ordering::Relaxed);
        let ended = peer.answered(&interaction, |answers| {
            answers["messages"].as_array().unwrap().iter().any(|message| !text_of(message).is_empty())
        });
        assert!(text_of(&ended["messages"][0]).contains("ask me again"), "{ended}");
    });
    stopping.send_replace(true);
    connected.await.unwrap();
}
