//! Whatever level is asked for, no log line holds what people write on Discord, who they are, or a token.

use super::{
    peer::{Peer, eventually, text_of},
    world::World,
};
use crate::commands::logs::{EVERYTHING, holds_nothing};

#[test]
fn nothing_that_comes_from_discord_is_logged() {
    let world = World::with(Peer::start(), &[("KAIROS_LOG_LEVEL", EVERYTHING)]);
    world.peer.connected();
    let asked = world.peer.says("ana", &world.deals(), "does the quetzal have a price objection answer?");
    let card = world.peer.our_message(&asked, 0);
    let tapped = world.peer.presses("ana", &card, "Why this?");
    world.peer.answered(&tapped, |answers| answers["kind"] != "none");
    let deals = world.deals();
    let ask = world.peer.commands("ana", &deals, "ask", Some(("question", "a price objection of the quetzal")));
    assert!(text_of(&world.peer.answer_to(&ask)).contains("Tip number 1"));
    let token = world.peer.id("/token");
    eventually("the log", || (world.peer.requests().len() > 3).then_some(()));
    let interactions: Vec<String> = (world.peer.requests().iter())
        .filter_map(|request| {
            request["path"].as_str()?.split("/webhooks/").nth(1)?.split('/').nth(1).map(str::to_owned)
        })
        .collect();
    let World { kairos, .. } = world;
    let (_, log) = kairos.stop();
    assert!(log.contains("DEBUG"), "there is much of it");
    holds_nothing(&log);
    for secret in interactions.iter().chain([&token]) {
        assert!(!log.contains(secret.as_str()), "a token is logged");
    }
}
