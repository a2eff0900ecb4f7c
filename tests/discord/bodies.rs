//! Every request body is what Discord's own description of its API says, and keeps the limits which that leaves out.

use std::{collections::HashMap, fs};

use chat::{Card, Key, Link, Place, Platform, PlatformKind, Privacy, ShownTo, Text, contract::sample_cards};
use jsonschema::Validator;
use kairos::{
    engine::compose::{asset_card, exercise_card},
    library::{Library, Source},
};
use serde_json::{Value, json};

use super::{contract::adapter, peer::Peer};

const OPENAPI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/discord/openapi.json");

/// Discord's description, and the validators that were made of it so far.
pub(crate) struct Description {
    whole: Value,
    made: HashMap<String, Validator>,
}

impl Description {
    pub(crate) fn read() -> Self {
        Self { whole: serde_json::from_str(&fs::read_to_string(OPENAPI).unwrap()).unwrap(), made: HashMap::new() }
    }

    /// What is wrong with a request that Kairos made; nothing for one without a body.
    pub(crate) fn complaints(&mut self, request: &Value) -> Vec<String> {
        let body = &request["body"];
        if body.is_null() {
            return Vec::new();
        }
        let method = request["method"].as_str().unwrap().to_lowercase();
        let path = request["path"].as_str().unwrap().split('?').next().unwrap().to_owned();
        let Some(template) = self.template(&path, &method) else { return vec![format!("{method} {path}: unknown")] };
        let name = format!("{method} {template}");
        if !self.made.contains_key(&name) {
            let schema =
                &self.whole["paths"][&template][&method]["requestBody"]["content"]["application/json"]["schema"];
            let mut schema = schema.clone();
            assert!(schema.is_object(), "{name} has no description");
            schema["components"] = self.whole["components"].clone();
            self.made.insert(name.clone(), jsonschema::draft202012::new(&schema).unwrap());
        }
        let errors = self.made[&name].iter_errors(body);
        errors.map(|error| format!("{name}: {error} at {}", error.instance_path)).collect()
    }

    /// The path as the description has it, e.g. `/channels/{channel_id}/messages`: the one with the most fixed parts.
    fn template(&self, path: &str, method: &str) -> Option<String> {
        let parts: Vec<_> = path.split('/').collect();
        let fits = |template: &&String| {
            let wanted: Vec<_> = template.split('/').collect();
            wanted.len() == parts.len()
                && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
        };
        let paths = self.whole["paths"].as_object().unwrap();
        let known = paths.iter().filter(|(_, methods)| methods[method].is_object()).map(|(template, _)| template);
        known.filter(fits).min_by_key(|template| template.matches('{').count()).cloned()
    }
}

/// What the description leaves out, written down a second time.
fn beyond_limits(body: &Value) -> Vec<String> {
    fn each(value: &Value, look: &mut dyn FnMut(&Value)) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| each(item, look)),
            Value::Object(object) => {
                look(value);
                object.values().for_each(|value| each(value, look));
            }
            _ => {}
        }
    }
    let (mut wrong, mut ids, mut components, mut text) = (Vec::new(), Vec::new(), 0, 0);
    each(&body["components"], &mut |part| {
        components += usize::from(part.get("type").is_some());
        text += part["content"].as_str().map_or(0, |content| content.chars().count());
        ids.extend(part["custom_id"].as_str().map(ToOwned::to_owned));
    });
    let told = ids.len();
    ids.sort();
    ids.dedup();
    if ids.len() != told {
        wrong.push("a custom_id twice".to_owned());
    }
    if components > 40 || text > 4_000 {
        wrong.push(format!("{components} components, {text} characters"));
    }
    if body["content"].as_str().is_some_and(|content| content.chars().count() > 2_000) {
        wrong.push("content of more than 2,000 characters".to_owned());
    }
    let embeds = body["embeds"].as_array().map_or(0, Vec::len);
    if embeds == 0 && body["components"].as_array().is_some_and(Vec::is_empty) {
        wrong.push("an empty message".to_owned());
    }
    let mut together = 0;
    each(&body["embeds"], &mut |part| {
        let of = |key: &str| part[key].as_str().map_or(0, |text| text.chars().count());
        together += of("title") + of("description") + of("text");
    });
    if together > 6_000 {
        wrong.push(format!("{together} characters in embeds"));
    }
    let is_message = embeds > 0 || body["flags"].as_u64().is_some_and(|flags| flags & (1 << 15) != 0);
    if is_message && body["allowed_mentions"] != json!({ "parse": [] }) {
        wrong.push("mentions are allowed".to_owned());
    }
    wrong
}

/// Every body among these requests is as it should be.
pub(crate) fn assert_sound(requests: &[Value]) {
    let mut description = Description::read();
    let mut wrong = Vec::new();
    for request in requests {
        let mut complaints = description.complaints(request);
        complaints.extend(beyond_limits(&request["body"]));
        let place = format!("{} {}", request["method"], request["path"]);
        wrong.extend(complaints.into_iter().map(|complaint| format!("{place}: {complaint}\n  {}", request["body"])));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_asset_and_the_longest_texts_are_taken() {
    sends_everything(&Peer::start()).await;
}

#[tokio::test]
async fn every_asset_and_the_longest_texts_are_taken_as_embeds() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "without_v2": true }));
    sends_everything(&peer).await;
}

/// Every card of the library and the longest ones, to a channel; some of them are changed as well.
async fn sends_everything(peer: &Peer) {
    let discord = adapter(peer);
    let place = Place {
        platform: PlatformKind::Discord,
        workspace: peer.id("/guild").as_str().into(),
        channel: peer.id("/channels/deals").as_str().into(),
        thread: None,
        privacy: Privacy::Shared,
    };
    let library = Library::read(&Source::Starter).library;
    let assets = library
        .assets
        .values()
        .map(|asset| if asset.answers.is_empty() { asset_card(asset) } else { exercise_card(asset) });
    let samples = sample_cards().into_iter().filter(|sample| sample.must_fit).map(|sample| sample.card);
    let cards: Vec<_> = assets.chain(samples).collect();
    assert!(cards.len() > 30, "{}", cards.len());
    for (n, card) in cards.iter().enumerate() {
        let sent = discord.send(&place, &ShownTo::Everyone, card, &Key(n.to_string())).await;
        let sent = sent.unwrap_or_else(|refusal| panic!("{:?}: {refusal}", card.title));
        if n % 10 == 0 {
            discord.edit(&sent, card).await.unwrap_or_else(|refusal| panic!("{:?}: {refusal}", card.title));
        }
    }
    let beside = Card {
        link: Some(Link { label: "Read on".to_owned(), url: "https://kairos.example/price".to_owned() }),
        ..Card::new("Price objections", Text::paragraph("Ask what it is compared with, before you defend it."))
    };
    let key = Key("a link beside its text".to_owned());
    let sent = discord.send(&place, &ShownTo::Everyone, &beside, &key).await.unwrap();
    discord.edit(&sent, &beside).await.unwrap();
    assert_eq!(adapter(peer).find(&place, &key).await.unwrap(), Some(sent), "it is known by its marks");
    assert_sound(&peer.requests());
}

/// A check that finds nothing wrong anywhere would pass as well.
#[test]
fn a_body_that_discord_refuses_is_found() {
    let button = |n: usize| json!({ "type": 2, "style": 2, "label": "x", "custom_id": n.to_string() });
    let row = |buttons: usize| json!([{ "type": 1, "components": (0..buttons).map(button).collect::<Vec<_>>() }]);
    let request = |components: &Value| {
        json!({ "method": "POST", "path": "/channels/1/messages", "body": {
        "components": components, "allowed_mentions": { "parse": [] } } })
    };
    let mut description = Description::read();
    assert_eq!(description.complaints(&request(&row(5))), Vec::<String>::new());
    assert_ne!(description.complaints(&request(&row(6))), Vec::<String>::new());
    assert_ne!(beyond_limits(&json!({ "components": [button(1), button(1)] })), Vec::<String>::new());
    assert_ne!(beyond_limits(&json!({ "content": "x".repeat(2_001) })), Vec::<String>::new());
}
