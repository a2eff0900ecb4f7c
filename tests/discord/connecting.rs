//! The gateway: connected, kept alive, resumed, and told in words when nothing helps.

use serde_json::json;

use crate::support::program::{run, told};

use super::{
    peer::{Peer, eventually, text_of},
    world::{QUESTION, World},
};

const MESSAGE_CONTENT: u64 = 1 << 15;
const CONTENT_OF: u64 = 1 | 1 << 9 | 1 << 10 | 1 << 12;

/// What comes by the gateway is still answered.
fn serves(world: &World) {
    let interaction = world.peer.commands("ana", &world.deals(), "help", None);
    assert!(text_of(&world.peer.answer_to(&interaction)).contains("Ask me in your own words"));
}

#[test]
fn the_intents_asked_for_are_the_ones_used() {
    let world = World::new();
    let state = world.peer.ask("state", &json!({}));
    assert_eq!(state["intents"], json!([CONTENT_OF | MESSAGE_CONTENT]));
}

#[test]
fn a_reconnect_is_resumed_and_nothing_is_missed() {
    let world = World::new();
    world.peer.ask("frame", &json!({ "frame": { "op": 7, "s": null, "t": null, "d": null } }));
    // It is asked while nobody listens.
    let question = world.peer.says("ana", &world.deals(), QUESTION);
    assert!(text_of(&world.peer.our_message(&question, 0)).contains("Tip number 1"));
    eventually("the resume", || (world.peer.state("resumed") == 1).then_some(()));
    assert_eq!(world.peer.state("identified"), 1);
    world.peer.ask("drop", &json!({ "code": 4000 }));
    eventually("the second resume", || (world.peer.state("resumed") == 2).then_some(()));
    serves(&world);
}

#[test]
fn an_invalid_session_begins_anew() {
    let world = World::new();
    world.peer.ask("frame", &json!({ "frame": { "op": 9, "s": null, "t": null, "d": false } }));
    eventually("the second identify", || (world.peer.state("identified") == 2).then_some(()));
    serves(&world);
    // A session that Discord has forgotten is told only when it is resumed.
    world.peer.ask("forget_sessions", &json!({}));
    world.peer.ask("drop", &json!({ "code": 4000 }));
    eventually("the third identify", || (world.peer.state("identified") == 3).then_some(()));
    serves(&world);
}

#[test]
fn a_lost_heartbeat_ack_connects_anew() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "heartbeat": 300, "mute": 0 }));
    let world = World::beside(peer);
    world.peer.connected();
    eventually("two heartbeats", || (world.peer.state("beats") >= 2).then_some(()));
    world.peer.ask("settings", &json!({ "mute": 1 }));
    eventually("the second identify", || (world.peer.state("identified") >= 2).then_some(()));
    serves(&world);
}

#[test]
fn without_the_message_content_intent_mentions_commands_and_private_messages_are_served() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "denied_intents": ["message_content"] }));
    let world = World::beside(peer);
    world.peer.connected();
    assert_eq!(world.peer.ask("state", &json!({}))["intents"], json!([CONTENT_OF]));
    let deals = world.deals();
    let mention = world.peer.says("ana", &deals, &format!("<@{}> {QUESTION}", world.peer.id("/bot")));
    assert!(text_of(&world.peer.our_message(&mention, 0)).contains("Tip number 1"));
    let private = world.private("ben");
    world.peer.says("ben", &private, QUESTION);
    assert!(text_of(&world.peer.our_message(&private, 0)).contains("Tip number 1"));
    world.peer.answer_to(&world.peer.commands("ben", &deals, "help", None));
    let (_, log) = world.kairos.stop();
    assert!(log.contains("message content intent is off"), "{log}");
}

#[test]
fn a_refused_token_is_told_in_words() {
    let peer = Peer::start();
    let world = World::with(peer, &[("KAIROS_DISCORD_TOKEN", "not-the-token")]);
    eventually("the refusal", || world.peer.requests().iter().any(|request| request["status"] == 401).then_some(()));
    let (_, log) = world.kairos.stop();
    assert!(log.contains("Discord refuses the token") && !log.contains("not-the-token"), "{log}");
}

#[test]
fn a_redirected_api_that_names_discords_own_gateway_is_not_followed() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "gateway_url": "wss://gateway.discord.gg" }));
    let world = World::beside(peer);
    eventually("the question for the gateway", || {
        world.peer.requests().iter().any(|request| request["path"] == "/gateway/bot").then_some(())
    });
    let (_, log) = world.kairos.stop();
    assert!(log.contains("names Discord's own gateway") && log.contains("KAIROS_DISCORD_GATEWAY_URL"), "{log}");
    assert!(!log.contains("can't be reached"), "it was not even tried: {log}");
}

#[test]
fn a_gateway_that_names_discords_own_to_resume_at_is_resumed_where_it_is() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "resume_url": "wss://gateway-us-east1-b.discord.gg" }));
    let world = World::beside(peer);
    world.peer.connected();
    world.peer.ask("drop", &json!({ "code": 4000 }));
    eventually("the resume", || (world.peer.state("resumed") == 1).then_some(()));
    serves(&world);
}

#[test]
fn a_configured_gateway_is_the_only_one() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "gateway_url": "wss://gateway.discord.gg" }));
    let gateway = format!("{}/gw", peer.id("/base").replace("http://", "ws://"));
    let world = World::with(peer, &[("KAIROS_DISCORD_GATEWAY_URL", &gateway)]);
    world.peer.connected();
    serves(&world);
}

#[test]
fn a_close_for_good_is_told_in_words_and_not_tried_again() {
    for (code, words) in [(4_004, "refuses the token"), (4_013, "doesn't know an intent")] {
        let world = World::new();
        world.peer.ask("drop", &json!({ "code": code }));
        eventually("the end of the connection", || (world.peer.state("connections") == 0).then_some(()));
        eventually("what is told to those who watch", || {
            let ready = world.kairos.text("/readyz");
            let is_told = ready.contains("\"refused\"") && ready.contains(words);
            (ready.starts_with("HTTP/1.1 503") && is_told).then_some(())
        });
        let (_, log) = world.kairos.stop();
        assert!(log.contains(words) && log.contains("nothing is served on Discord"), "{code}: {log}");
        assert_eq!(world.peer.state("resumed") + world.peer.state("identified"), 1, "{code}");
    }
}

#[test]
fn requests_go_through_the_proxy_of_the_environment() {
    let peer = Peer::start();
    // Nobody has such a name: only a proxy can lead there, and what stands for one is the simulated Discord itself.
    let (proxy, api) = (peer.id("/base"), "http://discord.invalid/api/v10");
    let world =
        World::with(peer, &[("KAIROS_DISCORD_API_URL", api), ("HTTP_PROXY", &proxy), ("NO_PROXY", "127.0.0.1")]);
    world.peer.connected();
    serves(&world);
}

#[test]
fn more_shards_that_discord_wants_meanwhile_are_connected() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "heartbeat": 1_000 }));
    let world = World::beside(peer);
    world.peer.connected();
    world.peer.ask("settings", &json!({ "shards": 2 }));
    world.peer.ask("frame", &json!({ "frame": { "op": 9, "s": null, "t": null, "d": false } }));
    eventually("the refusal of one shard", || (world.peer.state("refused") >= 1).then_some(()));
    eventually("the first of two shards", || (world.peer.state("identified") >= 2).then_some(()));
    eventually("both shards", || (world.peer.state("identified") == 3).then_some(()));
    let (_, log) = world.kairos.stop();
    assert!(log.contains("asking anew how many shards it wants") || log.contains("no longer answers"), "{log}");
}

#[test]
fn commands_that_could_not_be_registered_are_registered_with_the_next_connection() {
    let peer = Peer::start();
    peer.ask("fault", &json!({ "how": "answer", "method": "PUT", "path": "/commands$", "status": 500 }));
    // The first connection ends before it stands.
    peer.ask("settings", &json!({ "denied_intents": ["message_content"] }));
    let world = World::beside(peer);
    world.peer.connected();
    let done = |request: &serde_json::Value| {
        let path = request["path"].as_str().unwrap();
        request["method"] == "PUT" && path.ends_with("/commands") && request["status"] == 200
    };
    eventually("the commands", || world.peer.requests().iter().any(done).then_some(()));
}

#[test]
fn the_commands_are_registered_once_and_again_when_they_change() {
    let mut world = World::new();
    let puts = |world: &World| {
        let commands = |request: &&serde_json::Value| {
            request["method"] == "PUT" && request["path"].as_str().unwrap().ends_with("/commands")
        };
        world.peer.requests().iter().filter(commands).count()
    };
    assert_eq!(puts(&world), 1);
    world = world.restart();
    assert_eq!(puts(&world), 1, "Discord knew them");
    world.peer.ask("commands", &json!({ "commands": [{ "type": 1, "name": "other", "description": "another" }] }));
    world = world.restart();
    assert_eq!(puts(&world), 2, "they had changed");
}

#[test]
fn several_shards_are_all_connected() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "shards": 2 }));
    let world = World::beside(peer);
    eventually("both shards", || (world.peer.state("identified") == 2).then_some(()));
}

#[test]
fn the_link_and_the_doctor_ask_discord_with_the_token() {
    let peer = Peer::start();
    let home = tempfile::TempDir::new().unwrap();
    let (api, token) = (peer.api(), peer.id("/token"));
    let env = [
        ("KAIROS_DISCORD_TOKEN", token.as_str()),
        ("KAIROS_DISCORD_API_URL", &api),
        ("KAIROS_STORE_URL", "sqlite::memory:"),
    ];
    let printed = told(&run(home.path(), &["discord", "install-link"], &env).stdout);
    let wanted =
        format!("client_id={}&scope=bot+applications.commands&permissions=309237746688", peer.id("/application"));
    assert!(printed.trim().ends_with(&wanted), "{printed}");
    let examined = told(&run(home.path(), &["doctor"], &env).stdout);
    assert!(examined.contains("discord         the token works"), "{examined}");
    let wrong = [("KAIROS_DISCORD_TOKEN", "wrong"), env[1], env[2]];
    let examined = told(&run(home.path(), &["doctor"], &wrong).stdout);
    assert!(examined.contains("wrong    discord         Discord does not take the token"), "{examined}");
}
