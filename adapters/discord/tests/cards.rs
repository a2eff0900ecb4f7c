//! What Discord is given for a card, and what a reader sees of it.

use std::collections::HashSet;

use any_card::any_card;
use chat::contract::{check_rendering, missing, sample_cards};
use chat::{Card, Choice, ChoiceId, Image, Link, Prominence, Span, Text};
use discord::{components, embeds, fit};
use proptest::prelude::*;
use reader::read;
use serde_json::Value;

#[path = "../../chat/tests/support/any_card.rs"]
mod any_card;
mod reader;

fn sample(name: &str) -> Card {
    sample_cards().into_iter().find(|sample| sample.name == name).expect("a sample of that name").card
}

/// The message for `card`, where every picture has been published.
fn message(card: &Card) -> Value {
    components(card, |file| Some(format!("https://kairos.example/pictures/{}", file.len())))
}

/// Every object in the message that is a component.
fn all(message: &Value) -> Vec<&Value> {
    fn look<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| look(item, found)),
            Value::Object(object) => {
                if object.contains_key("type") {
                    found.push(value);
                }
                object.values().for_each(|value| look(value, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    look(&message["components"], &mut found);
    found
}

/// What a reader sees: Markdown read as Discord reads it, labels and descriptions as they stand.
fn visible(message: &Value) -> String {
    let mut seen = Vec::new();
    for part in all(message) {
        let of = |key: &str| part[key].as_str().unwrap_or_default().to_owned();
        seen.push(read(&of("content")));
        seen.extend([of("label"), of("url")]);
        for inner in ["options", "items"].into_iter().filter_map(|key| part[key].as_array()).flatten() {
            seen.push(inner["label"].as_str().or(inner["description"].as_str()).unwrap_or_default().to_owned());
        }
    }
    seen.join(" ")
}

fn units(text: &Value) -> usize {
    text.as_str().expect("a string").chars().count()
}

/// What Discord documents, written down a second time and without looking at the code under test.
fn assert_obeys_discord(message: &Value) {
    assert_eq!(message["flags"], 32_768);
    assert_eq!(message["allowed_mentions"], serde_json::json!({ "parse": [] }));
    assert!(message.get("content").is_none() && message.get("embeds").is_none());
    let all = all(message);
    assert!(all.len() <= 40);
    let text: usize = all.iter().filter(|part| part["type"] == 10).map(|part| units(&part["content"])).sum();
    assert!(text <= 4_000);
    for part in &all {
        let inner = |key: &str| part[key].as_array().map_or(0, Vec::len);
        match part["type"].as_u64().expect("a type") {
            1 => {
                let of = part["components"].as_array().expect("components");
                let select = of.iter().any(|one| one["type"] == 3);
                assert!((1..=if select { 1 } else { 5 }).contains(&of.len()));
            }
            2 => {
                assert!((1..=80).contains(&units(&part["label"])));
                let leads_elsewhere = part["style"] == 5;
                assert_eq!(part.get("url").is_some(), leads_elsewhere);
                assert_eq!(part.get("custom_id").is_none(), leads_elsewhere);
                assert!(!leads_elsewhere || units(&part["url"]) <= 512);
            }
            3 => {
                assert!((1..=25).contains(&inner("options")));
                for option in part["options"].as_array().expect("options") {
                    assert!(
                        (1..=100).contains(&units(&option["label"])) && (1..=100).contains(&units(&option["value"]))
                    );
                }
            }
            9 => {
                assert!((1..=3).contains(&inner("components")));
                let texts = part["components"].as_array().expect("components");
                assert!(texts.iter().all(|text| text["type"] == 10));
                assert!([2, 11].contains(&part["accessory"]["type"].as_u64().expect("an accessory")));
            }
            10 => assert!((1..=4_000).contains(&units(&part["content"]))),
            12 => {
                let item = &part["items"][0];
                assert!(item.get("description").is_none_or(|alt| (1..=1_024).contains(&units(alt))));
            }
            14 => {}
            17 => assert!((1..=40).contains(&inner("components"))),
            other => panic!("nobody asked for a component of type {other}"),
        }
    }
    let named: Vec<_> = all.iter().filter_map(|part| part["custom_id"].as_str()).collect();
    assert!(named.iter().all(|id| (1..=100).contains(&id.chars().count())));
    assert_eq!(named.iter().collect::<HashSet<_>>().len(), named.len(), "every custom_id is unique");
}

/// The card as an embed, and what a reader sees of it; the picture's description goes along with the file.
fn embedded(card: &Card) -> (Value, String) {
    let message = embeds(card, |file| Some(format!("https://kairos.example/pictures/{}", file.len())));
    let message = message.expect("a card that fits has room in an embed");
    let embed = &message["embeds"][0];
    let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let alt = card.image.as_ref().map(|image| image.alt.clone());
    let mut seen = vec![read(&of(&embed["title"])), read(&of(&embed["description"])), of(&embed["footer"]["text"])];
    seen.extend(alt);
    seen.push(visible(&message));
    (message.clone(), seen.join(" "))
}

#[test]
fn an_embed_keeps_the_contract_too() {
    let breaches = check_rendering(|card| embedded(card).1, fit);
    assert!(breaches.is_empty(), "{breaches:#?}");
}

/// Whoever taps on an embed says the same as whoever taps on components.
#[test]
fn an_embed_has_the_same_choices() {
    fn pressed(value: &Value, ids: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| pressed(item, ids)),
            Value::Object(object) => {
                ids.extend(
                    ["custom_id", "value"].iter().filter_map(|key| Some(object.get(*key)?.as_str()?.to_owned())),
                );
                object.values().for_each(|value| pressed(value, ids));
            }
            _ => {}
        }
    }
    for sample in sample_cards().into_iter().filter(|sample| fit(&sample.card).is_empty()) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        pressed(&message(&sample.card)["components"], &mut ours);
        pressed(&embedded(&sample.card).0["components"], &mut theirs);
        assert_eq!(ours, theirs, "{}", sample.name);
    }
}

/// What Discord documents of embeds, written down a second time.
fn assert_embed_obeys_discord(message: &Value) {
    assert_eq!(message["allowed_mentions"], serde_json::json!({ "parse": [] }));
    assert!(message.get("flags").is_none() && message.get("content").is_none());
    let embed = &message["embeds"][0];
    let of = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let sizes = [of(&embed["title"]), of(&embed["description"]), of(&embed["footer"]["text"])];
    assert!(sizes[0] <= 256 && sizes[1] <= 4_096 && sizes[2] <= 2_048 && sizes.iter().sum::<usize>() <= 6_000);
    assert!(sizes[0] + sizes[1] > 0, "an empty message is refused");
    let rows = message["components"].as_array().expect("rows");
    assert!(rows.len() <= 5 && rows.iter().all(|row| row["type"] == 1));
    for row in rows {
        let of = row["components"].as_array().expect("components");
        let select = of.iter().any(|one| one["type"] == 3);
        assert!((1..=if select { 1 } else { 5 }).contains(&of.len()));
    }
}

#[test]
fn keeps_the_contract_of_an_adapter() {
    let breaches = check_rendering(|card| visible(&message(card)), fit);
    assert!(breaches.is_empty(), "{breaches:#?}");
    let unpublished = check_rendering(|card| visible(&components(card, |_| None)), fit);
    assert!(unpublished.is_empty(), "{unpublished:#?}");
}

#[test]
fn a_card_looks_like_this() {
    let message = message(&sample("every part"));
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(message) });
}

/// A link stands beside the text that it belongs to, as long as that is short.
#[test]
fn the_only_link_of_a_short_text_stands_beside_it() {
    let link = |url: &str| Some(Link { label: "Read on".to_owned(), url: url.to_owned() });
    let short = Card {
        link: link("https://kairos.example/price"),
        footer: "Only you see this.".to_owned(),
        ..Card::new("Price objections", Text::paragraph("Ask what it is compared with, before you defend it."))
    };
    let shown = message(&short);
    assert_obeys_discord(&shown);
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(shown["components"][0]["components"]) });
    let kinds = |card: &Card| -> Vec<u64> {
        let shown = message(card);
        let parts = shown["components"][0]["components"].as_array().expect("parts").clone();
        parts.iter().map(|part| part["type"].as_u64().expect("a type")).collect()
    };
    let long = Card { text: Text::paragraph("word ".repeat(100)), ..short.clone() };
    assert_eq!(kinds(&long), [10, 1, 14, 10], "under a long text it has a row of its own");
    let written = Card { link: link(&format!("https://kairos.example/{}", "x".repeat(600))), ..short };
    assert_eq!(kinds(&written), [10, 14, 10], "what can be no button stands in the text");
}

#[test]
fn text_that_people_wrote_looks_like_this() {
    let message = message(&sample("hostile"));
    insta::assert_snapshot!(message["components"][0]["components"][0]["content"].as_str().expect("text"));
}

#[test]
fn a_card_is_never_crowded() {
    let message = message(&sample("crowded"));
    let rows: Vec<_> = all(&message).into_iter().filter(|part| part["type"] == 1).collect();
    let sizes: Vec<_> = rows.iter().map(|row| row["components"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(sizes, [5, 1]);
    assert_eq!(rows[1]["components"][0]["options"].as_array().map(Vec::len), Some(15));
}

/// Two spans may together say what neither says alone.
#[test]
fn signs_that_meet_at_a_joint_mean_nothing() {
    let plain = |text: &str| Span::Plain(text.to_owned());
    let spans = vec![
        plain("https:"),
        plain("//evil.example "),
        plain("1"),
        plain(". x "),
        Span::Code("a".into()),
        Span::Code("b".into()),
    ];
    let card = Card { steps: vec![spans], ..Card::default() };
    let message = message(&card);
    let written = message["components"][0]["components"][0]["content"].as_str().expect("text");
    assert_eq!(written, "1. https\\://evil.example 1\\. x `a`\u{200b}`b`");
}

#[test]
fn what_is_over_a_limit_is_named() {
    let choice =
        |label: &str| Choice { id: ChoiceId::new("same"), label: label.to_owned(), prominence: Prominence::Usual };
    let card = Card {
        choices: vec![choice("Yes"), choice(&"n".repeat(81))],
        image: Some(Image { file: "a.png".to_owned(), alt: "a".repeat(1_025) }),
        ..Card::new("Too long", Text::paragraph("p".repeat(4_001)))
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
            assert_obeys_discord(&message);
            prop_assert_eq!(missing(&card, &visible(&message)), Vec::<String>::new());
            if embeds(&card, |_| None).is_some() {
                let (message, seen) = embedded(&card);
                assert_embed_obeys_discord(&message);
                prop_assert_eq!(missing(&card, &seen), Vec::<String>::new());
            }
        }
    }
}
