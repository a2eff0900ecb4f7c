//! Everything the library can say passes what Slack checks, and the longest texts that are allowed do as well.

use chat::{Card, contract::sample_cards};
use kairos::{
    engine::compose::{asset_card, exercise_card},
    library::{Library, Source},
};
use serde_json::json;

use super::checks::of_call;

/// What Slack would find fault with in the message of a card.
fn faults(card: &Card) -> Vec<String> {
    let mut message = slack::blocks(card, |file| Some(format!("https://kairos.example/{file}")));
    message["channel"] = json!("C1");
    message["unfurl_links"] = json!(false);
    message["unfurl_media"] = json!(false);
    message["metadata"] = json!({ "event_type": "kairos_delivery", "event_payload": { "key": "k" } });
    of_call("chat.postMessage", &message)
}

#[test]
fn every_asset_of_the_library_can_be_said() {
    let library = Library::read(&Source::Starter).library;
    assert!(library.assets.len() > 50);
    for asset in library.assets.values() {
        for card in [asset_card(asset), exercise_card(asset)] {
            assert_eq!(slack::fit(&card), Vec::new(), "{}", asset.id);
            assert_eq!(faults(&card), Vec::<String>::new(), "{}", asset.id);
        }
    }
}

#[test]
fn the_longest_and_the_worst_can_be_said() {
    for sample in sample_cards().into_iter().filter(|sample| sample.must_fit) {
        assert_eq!(faults(&sample.card), Vec::<String>::new(), "{}", sample.name);
    }
}
