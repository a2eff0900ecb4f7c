//! Everything the library can say passes what Slack checks, and the longest texts that are allowed do as well.

use chat::{Card, Text, Video, contract::sample_cards};
use kairos::{
    engine::compose::{asset_card, exercise_card},
    library::{Library, Source},
};
use serde_json::{Value, json};

use super::{
    checkers::{self, Shown},
    checks::of_call,
};

/// The message of a card, as it is sent.
fn message(card: &Card) -> Value {
    let mut message = slack::blocks(card, |file| Some(slack::Picture::File(format!("F0{:08}", file.len()))));
    message["channel"] = json!("C1");
    message["unfurl_links"] = json!(false);
    message["unfurl_media"] = json!(false);
    message["metadata"] = json!({ "event_type": "kairos_delivery", "event_payload": { "key": "k" } });
    message
}

/// What Slack would find fault with, by everybody's checks.
fn faults(cards: &[(String, Card)]) -> Vec<String> {
    let method = "chat.postMessage";
    let messages: Vec<_> = cards.iter().map(|(name, card)| (name, message(card))).collect();
    let ours = messages
        .iter()
        .flat_map(|(name, message)| of_call(method, message).into_iter().map(move |fault| format!("{name}: {fault}")));
    let theirs: Vec<_> = messages.iter().filter_map(|(_, message)| Shown::of(method, message)).collect();
    ours.chain(checkers::faults(&theirs)).collect()
}

#[test]
fn every_asset_of_the_library_can_be_said() {
    let library = Library::read(&Source::Starter).library;
    assert!(library.assets.len() > 50);
    let cards = library
        .assets
        .values()
        .flat_map(|asset| [asset_card(asset), exercise_card(asset)].map(|card| (asset.id.to_string(), card)));
    let cards: Vec<_> = cards.collect();
    for (name, card) in &cards {
        assert_eq!(slack::fit(card), Vec::new(), "{name}");
    }
    assert_eq!(faults(&cards), Vec::<String>::new());
}

#[test]
fn the_longest_and_the_worst_can_be_said() {
    let samples = sample_cards().into_iter().filter(|sample| sample.must_fit);
    let mut cards: Vec<_> = samples.map(|sample| (sample.name.to_owned(), sample.card)).collect();
    let video = Video {
        url: "https://www.youtube.com/watch?v=dQw4w9WgXcQ".to_owned(),
        label: "How to answer when they say that you are too expensive ".repeat(9),
        captions_url: "https://example.org/captions".to_owned(),
    };
    cards.push(("a player".to_owned(), Card { video: Some(video), ..Card::new("Watch", Text::default()) }));
    assert_eq!(faults(&cards), Vec::<String>::new());
}
