//! What Slack is given for a card, and what a reader sees of it.

use std::collections::HashSet;

use any_card::any_card;
use chat::contract::{check_rendering, missing, sample_cards};
use chat::{Block, Card, Choice, ChoiceId, Prominence, Span, Text};
use proptest::prelude::*;
use serde_json::Value;
use slack::{Picture, blocks, fit};

#[path = "../../chat/tests/support/any_card.rs"]
mod any_card;

/// The message for `card`, where every picture has been published.
fn message(card: &Card) -> Value {
    blocks(card, |file| Some(Picture::At(format!("https://kairos.example/pictures/{file}"))))
}

fn sample(name: &str) -> Card {
    sample_cards().into_iter().find(|sample| sample.name == name).expect("a sample of that name").card
}

/// What a reader sees: text of `rich_text` as it stands, text objects with Slack's three entities read back.
fn visible(message: &Value) -> String {
    let mut seen = Vec::new();
    look(&message["blocks"], &mut seen);
    seen.join(" ")
}

fn look(value: &Value, seen: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| look(item, seen)),
        Value::Object(object) => {
            let of = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
            match of("type") {
                "plain_text" => seen.push(of("text").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")),
                "text" => seen.push(of("text").to_owned()),
                "link" => seen.push(format!("{} {}", of("text"), of("url"))),
                "image" => seen.push(of("alt_text").to_owned()),
                "mrkdwn" => panic!("mrkdwn would be interpreted"),
                _ => object.values().for_each(|value| look(value, seen)),
            }
        }
        _ => {}
    }
}

/// Every object below `value` that has `key`.
fn with_key<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| with_key(item, key, found)),
        Value::Object(object) => {
            if object.contains_key(key) {
                found.push(value);
            }
            object.values().for_each(|value| with_key(value, key, found));
        }
        _ => {}
    }
}

fn units(text: &Value) -> usize {
    text.as_str().expect("a string").encode_utf16().count()
}

/// What Slack documents, written down a second time and without looking at the code under test.
fn assert_obeys_slack(message: &Value) {
    let all = message["blocks"].as_array().expect("blocks");
    assert!((1..=50).contains(&all.len()));
    assert!((1..=40_000).contains(&units(&message["text"])));
    assert!(!message["text"].as_str().expect("text").contains(['<', '>']));
    let mut texts = Vec::new();
    with_key(&message["blocks"], "type", &mut texts);
    for object in &texts {
        match object["type"].as_str().expect("a type") {
            "header" => assert!(units(&object["text"]["text"]) <= 150),
            "plain_text" => {
                assert!(!object["text"].as_str().expect("text").contains(['<', '>']));
                assert!((1..=3_000).contains(&units(&object["text"])));
            }
            "image" => assert!((1..=2_000).contains(&units(&object["alt_text"]))),
            "button" => assert!(units(&object["text"]["text"]) <= 75 && units(&object["value"]) <= 2_000),
            "actions" => assert!(object["elements"].as_array().is_some_and(|all| (1..=6).contains(&all.len()))),
            "overflow" => assert!(object["options"].as_array().is_some_and(|all| (2..=5).contains(&all.len()))),
            "static_select" => assert!(object["options"].as_array().is_some_and(|all| (6..=100).contains(&all.len()))),
            "link" => assert!(object["url"].as_str().is_some_and(|url| url.starts_with("https://"))),
            "text" => assert!((1..=3_000).contains(&units(&object["text"]))),
            "user" | "usergroup" | "channel" | "broadcast" | "emoji" | "mrkdwn" => panic!("nobody asked for {object}"),
            kind if kind.starts_with("rich_text") => {
                assert!(object["elements"].as_array().is_some_and(|all| !all.is_empty()));
            }
            _ => {}
        }
    }
    for key in ["action_id", "block_id"] {
        let mut named = Vec::new();
        with_key(&message["blocks"], key, &mut named);
        let ids: HashSet<_> = named.iter().map(|object| object[key].as_str().expect("an id")).collect();
        assert_eq!(ids.len(), named.len(), "every {key} is unique");
        assert!(ids.iter().all(|id| (1..=255).contains(&id.len())));
    }
    let mut options = Vec::new();
    with_key(&message["blocks"], "options", &mut options);
    for option in options.iter().flat_map(|menu| menu["options"].as_array().expect("options")) {
        assert!(units(&option["text"]["text"]) <= 75 && (1..=150).contains(&units(&option["value"])));
    }
}

#[test]
fn keeps_the_contract_of_an_adapter() {
    let breaches = check_rendering(|card| visible(&message(card)), fit);
    assert!(breaches.is_empty(), "{breaches:#?}");
    let unpublished = check_rendering(|card| visible(&blocks(card, |_| None)), fit);
    assert!(unpublished.is_empty(), "{unpublished:#?}");
}

#[test]
fn a_card_looks_like_this() {
    let message = message(&sample("every part"));
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(message) });
}

#[test]
fn a_long_text_is_split_where_a_paragraph_ends() {
    let message = message(&sample("three long paragraphs"));
    let parts = message["blocks"].as_array().expect("blocks").iter().filter(|block| block["type"] == "rich_text");
    assert_eq!(parts.count(), 2);
}

/// Slack leaves no gap between a list and what follows it: headings in a row of lists would drown.
#[test]
fn a_heading_stands_off_from_the_list_above() {
    let plain = |text: &str| vec![Span::Plain(text.to_owned())];
    let part = |title: &str| [Block::Heading(plain(title)), Block::Bullets(vec![plain("one"), plain("two")])];
    let text = Text([part("First"), part("Second")].concat());
    let message = message(&Card { text, ..Card::default() });
    let parts = message["blocks"][0]["elements"].as_array().expect("parts");
    let begins: Vec<_> = parts.iter().map(|part| part["elements"][0]["text"].as_str().unwrap_or_default()).collect();
    assert_eq!(begins, ["First", "", "\n", ""]);
}

#[test]
fn a_card_is_never_crowded() {
    let message = message(&sample("crowded"));
    let actions = message["blocks"].as_array().and_then(|all| all.last()).expect("actions");
    let kinds: Vec<_> =
        actions["elements"].as_array().expect("elements").iter().map(|one| one["type"].clone()).collect();
    assert_eq!(kinds, ["button", "button", "button", "button", "button", "static_select"]);
}

#[test]
fn a_menu_of_more_than_five_is_the_larger_one() {
    let tucked = |n: usize| Choice {
        id: ChoiceId::new(n.to_string()),
        label: "Later".to_owned(),
        prominence: Prominence::Tucked,
    };
    let menu_of = |count| {
        let message = message(&Card { choices: (0..count).map(tucked).collect(), ..Card::default() });
        message["blocks"][0]["elements"][0]["type"].clone()
    };
    assert_eq!([menu_of(1), menu_of(2), menu_of(5), menu_of(6)], ["button", "overflow", "overflow", "static_select"]);
}

#[test]
fn what_is_over_a_limit_is_named() {
    let choice =
        |label: &str| Choice { id: ChoiceId::new("same"), label: label.to_owned(), prominence: Prominence::Usual };
    let card = Card {
        choices: vec![choice("Yes"), choice(&"n".repeat(76))],
        ..Card::new("t".repeat(151), Text::paragraph("p".repeat(3_001)))
    };
    let misfits: Vec<_> = fit(&card).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(misfits.join("\n"));
}

proptest! {
    /// Nothing that anybody can write breaks a message, or is lost from it.
    #[test]
    fn any_card_that_fits_is_shown_whole_and_within_limits(card in any_card()) {
        let message = message(&card);
        if fit(&card).is_empty() {
            assert_obeys_slack(&message);
            prop_assert_eq!(missing(&card, &visible(&message)), Vec::<String>::new());
        }
    }
}
