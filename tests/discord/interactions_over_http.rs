//! Commands that Discord sends over HTTP instead of the gateway.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use kairos::clock::Clock;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::{
    peer::{Peer, text_of},
    world::World,
};

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Sends an interaction as Discord does; the status and the answer.
fn deliver(world: &World, body: &str, at: i64, signature: &str) -> (u16, Value) {
    let address = world.kairos.address.unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST /discord/interactions HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\
         X-Signature-Ed25519: {signature}\r\nX-Signature-Timestamp: {at}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[test]
fn a_signed_command_is_answered_and_a_touched_one_is_refused() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let key = hex(pair.public_key().as_ref());
    let now = Clock::system().now().as_ms() / 1_000;
    let signed_at = |at: i64, body: &str| hex(pair.sign(format!("{at}{body}").as_bytes()).as_ref());
    let sign = |body: &str| signed_at(now, body);
    let world = World::with(Peer::start(), &[("KAIROS_DISCORD_PUBLIC_KEY", &key)]);
    world.peer.connected();
    let ping = r#"{"type":1}"#;
    assert_eq!(deliver(&world, ping, now, &sign(ping)), (200, json!({ "type": 1 })));
    assert_eq!(deliver(&world, r#"{"type":2}"#, now, &sign(ping)).0, 401);
    let old = now - 301;
    assert_eq!(deliver(&world, ping, old, &signed_at(old, ping)).0, 401, "somebody may have kept it");
    let data = json!({ "id": "1", "name": "kairos", "type": 1, "options": [{ "type": 1, "name": "help" }] });
    let asked = json!({ "kind": 2, "user": "ana", "channel": world.deals(), "data": data, "sent": false });
    let interaction = world.peer.ask("interact", &asked);
    let (body, id) = (interaction["payload"].to_string(), interaction["id"].as_str().unwrap());
    let (status, first) = deliver(&world, &body, now, &sign(&body));
    assert_eq!((status, &first), (200, &json!({ "type": 5, "data": { "flags": 64 } })));
    world.peer.ask("callback", &json!({ "interaction": id, "answer": first }));
    assert!(text_of(&world.peer.answer_to(id)).contains("Ask me in your own words"));
}
