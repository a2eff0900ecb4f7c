//! What Discord refuses, limits or fails at becomes what can be said, at once.

use chat::{Card, Identity, Image, Key, Place, Platform, PlatformKind, Privacy, Refusal, ShownTo, Text, What};
use serde_json::json;

use super::{
    contract::adapter,
    peer::{Peer, eventually, text_of},
    world::World,
};

const ATTACH_FILES: u64 = 1 << 15;

fn deals(peer: &Peer) -> Place {
    Place {
        platform: PlatformKind::Discord,
        workspace: peer.id("/guild").as_str().into(),
        channel: peer.id("/channels/deals").as_str().into(),
        thread: None,
        privacy: Privacy::Shared,
    }
}

fn with_picture() -> Card {
    let image = Image { file: "a/map.png".to_owned(), alt: "Two lines that meet".to_owned() };
    Card { image: Some(image), ..Card::new("Price", Text::paragraph("Ask what it is compared with.")) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_files_may_be_attached_a_picture_is_described() {
    let peer = Peer::start();
    let (discord, place) = (adapter(&peer), deals(&peer));
    peer.ask("deny", &json!({ "channel": place.channel, "permissions": ATTACH_FILES.to_string() }));
    let sent = discord.send(&place, &ShownTo::Everyone, &with_picture(), &Key("k".to_owned())).await.unwrap();
    let ours = peer.ours(place.channel.as_str());
    assert_eq!(ours.len(), 1);
    assert!(text_of(&ours[0]).contains("Picture: Two lines that meet"), "{}", text_of(&ours[0]));
    discord.edit(&sent, &with_picture()).await.unwrap();
    assert!(text_of(&peer.ours(place.channel.as_str())[0]).contains("Picture: Two lines that meet"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_discord_fails_at_is_said_by_the_next_try_and_once() {
    let peer = Peer::start();
    let (discord, place) = (adapter(&peer), deals(&peer));
    let fails = json!({ "how": "answer", "method": "POST", "path": "/messages$", "status": 500, "times": 2 });
    peer.ask("fault", &fails);
    let card = Card::new("Price", Text::paragraph("Ask what it is compared with."));
    discord.send(&place, &ShownTo::Everyone, &card, &Key("k".to_owned())).await.unwrap();
    assert_eq!(peer.ours(place.channel.as_str()).len(), 1);
    let statuses: Vec<_> = peer.requests().iter().map(|request| request["status"].clone()).collect();
    assert_eq!(statuses, [json!(500), json!(500), json!(200)]);
}

#[test]
fn a_command_is_answered_however_many_private_conversations_discord_lets_open() {
    let world = World::new();
    let full = json!({ "how": "answer", "method": "POST", "path": "/users/@me/channels$", "status": 429, "times": 100,
        "headers": { "Retry-After": "600", "X-RateLimit-Scope": "user" }, "body": { "retry_after": 600.0, "global": false } });
    world.peer.ask("fault", &full);
    let page = world.peer.answer_to(&world.peer.commands("ana", &world.deals(), "me", None));
    assert_eq!(page["flags"].as_u64().unwrap() & 64, 64, "only she sees it");
    let opened = |request: &&serde_json::Value| request["path"] == "/users/@me/channels";
    assert_eq!(world.peer.requests().iter().filter(opened).count(), 0, "none was needed");
}

#[test]
fn between_two_people_a_command_is_answered_there_for_its_author_alone() {
    let world = World::new();
    let data = json!({ "id": "1", "name": "kairos", "type": 1, "options": [{ "type": 1, "name": "help" }] });
    let asked = json!({ "kind": 2, "user": "ana", "channel": world.deals(), "data": data, "sent": false });
    let mut interaction = world.peer.ask("interact", &asked);
    let payload = interaction["payload"].as_object_mut().unwrap();
    payload.remove("guild_id");
    let member = payload.remove("member").unwrap();
    payload.insert("user".to_owned(), member["user"].clone());
    payload.insert("context".to_owned(), json!(2));
    world.peer.ask("emit", &json!({ "event": "INTERACTION_CREATE", "data": payload }));
    let answer = world.peer.answer_to(interaction["id"].as_str().unwrap());
    assert!(text_of(&answer).contains("Ask me in your own words"));
    assert_eq!(answer["flags"].as_u64().unwrap() & 64, 64, "only she sees it");
    let opened = |request: &&serde_json::Value| request["path"] == "/users/@me/channels";
    assert_eq!(world.peer.requests().iter().filter(opened).count(), 0, "no private message was needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_holds_what_waits() {
    let peer = Peer::start();
    let (discord, place) = (adapter(&peer), deals(&peer));
    peer.ask("settings", &json!({ "token": "another" }));
    let card = Card::new("Price", Text::paragraph("Ask what it is compared with."));
    let sent = discord.send(&place, &ShownTo::Everyone, &card, &Key("k".to_owned())).await;
    assert!(matches!(sent, Err(Refusal::TokenRefused(_))), "{sent:?}");
    // Every further try would count towards Discord's ban.
    let again = discord.send(&place, &ShownTo::Everyone, &card, &Key("l".to_owned())).await;
    assert!(matches!(again, Err(Refusal::TokenRefused(_))), "{again:?}");
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_keeps_a_margin_below_discords_fifty_a_second() {
    let peer = Peer::start();
    let discord = adapter(&peer);
    let who = |n: usize| Identity {
        platform: PlatformKind::Discord,
        workspace: "0".into(),
        user: (1_000 + n).to_string().as_str().into(),
    };
    let people: Vec<_> = (0..120).map(who).collect();
    let described = discord.describe_many(&people).await;
    assert!(described.iter().all(|told| matches!(told, Ok(None))), "{described:?}");
    let mut at: Vec<_> = peer.requests().iter().map(|request| request["at"].as_f64().unwrap()).collect();
    at.sort_by(f64::total_cmp);
    assert_eq!(at.len(), 120);
    let most = at.iter().map(|from| at.iter().filter(|at| (*from..*from + 0.9).contains(*at)).count()).max();
    assert!(most.unwrap() < 50, "{most:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_opened_a_thread_is_one_question_to_the_channel() {
    let peer = Peer::start();
    let (discord, place) = (adapter(&peer), deals(&peer));
    let question = peer.says("ana", place.channel.as_str(), "how do I do this?");
    let thread = place.in_thread(&question.as_str().into());
    let card = Card::new("Price", Text::paragraph("Ask what it is compared with."));
    discord.send(&thread, &ShownTo::Everyone, &card, &Key("k".to_owned())).await.unwrap();
    let answer = peer.says("ben", &question, "like that");
    let before = peer.requests().len();
    let found = discord.message(&thread, &question.as_str().into()).await.unwrap().unwrap();
    assert!(matches!(&found.what, What::Message(message) if message.text == "how do I do this?"), "{found:?}");
    assert_eq!(peer.requests().len(), before + 1);
    let found = discord.message(&thread, &answer.as_str().into()).await.unwrap().unwrap();
    assert!(matches!(&found.what, What::Message(message) if message.text == "like that"), "{found:?}");
    let history = discord.history(&place, chat::Timestamp::from_ms(0)).await.unwrap().unwrap();
    let said = |text: &str| history.iter().any(|event| matches!(&event.what, What::Message(it) if it.text == text));
    assert!(said("how do I do this?"), "{history:?}");
}

#[test]
fn an_alert_in_components_is_heard_although_the_gateway_leaves_them_out() {
    let world = World::new();
    let deals = world.deals();
    let id = "1573240682359816200";
    let components = json!([{ "type": 17, "components": [{ "type": 10, "content": "DealsSlow fires" }] }]);
    let whole = json!({ "how": "answer", "method": "GET", "path": format!("/messages/{id}$"), "status": 200,
        "body": { "id": id, "components": components } });
    world.peer.ask("fault", &whole);
    let message = json!({ "id": id, "type": 0, "channel_id": deals, "guild_id": world.peer.id("/guild"), "content": "",
        "author": { "id": "42", "username": "x", "bot": true, "discriminator": "0", "avatar": null },
        "timestamp": "2026-11-20T08:00:00+00:00", "edited_timestamp": null, "tts": false, "mention_everyone": false,
        "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": false, "flags": 1 << 15,
        "components": components });
    world.peer.ask("emit", &json!({ "event": "MESSAGE_CREATE", "data": message }));
    eventually("the question for the whole message", || {
        let asked = |request: &serde_json::Value| request["path"].as_str().unwrap().ends_with(id);
        world.peer.requests().iter().any(asked).then_some(())
    });
}
