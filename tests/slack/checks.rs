//! What Slack would find fault with, written down without looking at the code under test.

use std::collections::HashSet;

use serde_json::Value;

/// What is wrong with a call; empty when Slack would take it.
pub(super) fn of_call(method: &str, asked: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    match method {
        "chat.postMessage" => {
            must(asked["unfurl_links"] == false && asked["unfurl_media"] == false, "links would unfold");
            must(asked["metadata"]["event_type"] == "kairos_delivery", "no metadata to find it by");
            must(!asked.to_string().contains("reply_broadcast"), "a reply would be broadcast");
        }
        "chat.postEphemeral" => must(asked["user"].is_string(), "nobody to show it to"),
        "chat.update" => must(asked["ts"].is_string(), "no message to change"),
        "views.open" | "views.publish" => of_view(&asked["view"], &mut wrong),
        _ => {}
    }
    if method.starts_with("chat.") {
        of_message(asked, &mut wrong);
    }
    wrong
}

fn of_message(asked: &Value, wrong: &mut Vec<String>) {
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    must(asked["channel"].is_string(), "no channel");
    let text = asked["text"].as_str().unwrap_or_default();
    must((1..=40_000).contains(&units(text)), "no text, or too much of it");
    must(!text.contains(['<', '>']), "the text would ping, link or format");
    must(asked["mrkdwn"] != true, "the text would be formatted");
    let count = asked["blocks"].as_array().map_or(0, Vec::len);
    must((1..=50).contains(&count), "no blocks, or too many");
    of_blocks(&asked["blocks"], wrong);
}

fn of_view(view: &Value, wrong: &mut Vec<String>) {
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    must(view["blocks"].as_array().is_some_and(|blocks| (1..=100).contains(&blocks.len())), "no blocks, or too many");
    if view["type"] == "modal" {
        must((1..=24).contains(&units(view["title"]["text"].as_str().unwrap_or_default())), "title");
        must(units(view["private_metadata"].as_str().unwrap_or_default()) <= 3_000, "private_metadata");
        must((1..=255).contains(&units(view["callback_id"].as_str().unwrap_or_default())), "callback_id");
        must(view["submit"]["text"].is_string(), "a form that can't be sent");
    } else {
        must(view["type"] == "home", "another kind of view");
    }
    of_blocks(&view["blocks"], wrong);
}

/// The rules for blocks, those included that the public checkers miss.
pub(super) fn of_blocks(blocks: &Value, wrong: &mut Vec<String>) {
    for key in ["block_id", "action_id"] {
        let mut ids = Vec::new();
        each(blocks, &mut |object| ids.extend(object[key].as_str().map(ToOwned::to_owned)));
        let different: HashSet<_> = ids.iter().collect();
        if different.len() != ids.len() && key == "block_id" || ids.iter().any(|id| id.is_empty() || id.len() > 255) {
            wrong.push(format!("{key}s that are empty, too long or alike"));
        }
    }
    each(blocks, &mut |object| wrong.extend(of_object(object)));
}

fn of_object(object: &Value) -> Option<String> {
    let text = |value: &Value| units(value.as_str().unwrap_or_default());
    let list = |key: &str| object[key].as_array().map_or(0, Vec::len);
    let kind = object["type"].as_str().unwrap_or_default();
    let holds = match kind {
        "header" => (1..=150).contains(&text(&object["text"]["text"])),
        "section" | "context" => list("elements") > 0 || object["text"].is_object(),
        "actions" => (1..=25).contains(&list("elements")) && distinct(&object["elements"], "action_id"),
        "button" => (1..=75).contains(&text(&object["text"]["text"])) && text(&object["value"]) <= 2_000,
        "overflow" => (2..=5).contains(&list("options")),
        "static_select" => (1..=100).contains(&list("options")),
        "image" => {
            let one_place = is_https(&object["image_url"]) != object["slack_file"]["id"].is_string();
            (1..=2_000).contains(&text(&object["alt_text"])) && one_place
        }
        "video" => {
            let said = (1..200).contains(&text(&object["title"]["text"])) && text(&object["alt_text"]) > 0;
            said && is_https(&object["video_url"]) && is_https(&object["thumbnail_url"])
        }
        "link" => is_https(&object["url"]),
        "plain_text" => (1..=3_000).contains(&text(&object["text"])) && !object["text"].as_str()?.contains(['<', '>']),
        "input" => (1..=2_000).contains(&text(&object["label"]["text"])) && object["element"].is_object(),
        "mrkdwn" | "user" | "usergroup" | "channel" | "broadcast" => false,
        _ => !kind.is_empty() || !object.as_object()?.contains_key("type"),
    };
    (!holds).then(|| format!("a {kind} that Slack would refuse, or that would ping: {object}"))
}

fn is_https(url: &Value) -> bool {
    url.as_str().is_some_and(|url| url.starts_with("https://"))
}

fn distinct(elements: &Value, key: &str) -> bool {
    let ids: Vec<_> = elements.as_array().into_iter().flatten().map(|element| element[key].as_str()).collect();
    ids.iter().collect::<HashSet<_>>().len() == ids.len() && ids.iter().all(Option::is_some)
}

fn each(value: &Value, look: &mut impl FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each(item, look)),
        Value::Object(fields) => {
            look(value);
            fields.values().for_each(|inner| each(inner, look));
        }
        _ => {}
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What a reader sees of a message or a view: titles, running text, buttons, menu entries, descriptions, addresses.
pub(super) fn seen(message: &Value) -> String {
    let mut seen = Vec::new();
    look(&message["blocks"], &mut seen);
    seen.join(" ")
}

fn look(value: &Value, seen: &mut Vec<String>) {
    let Value::Object(fields) = value else {
        value.as_array().into_iter().flatten().for_each(|item| look(item, seen));
        return;
    };
    let of = |key: &str| value[key].as_str().unwrap_or_default();
    match of("type") {
        "plain_text" => seen.push(of("text").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")),
        "text" => seen.push(of("text").to_owned()),
        "link" => seen.push(format!("{} {}", of("text"), of("url"))),
        "image" => seen.push(of("alt_text").to_owned()),
        _ => fields.values().for_each(|inner| look(inner, seen)),
    }
}

/// Whether something in the blocks or the text would notify somebody.
pub(super) fn pings(message: &Value) -> bool {
    let mut found = message["text"].as_str().is_some_and(|text| text.contains(['<', '>']));
    each(&message["blocks"], &mut |object| {
        found |= matches!(object["type"].as_str(), Some("mrkdwn" | "user" | "usergroup" | "broadcast" | "channel"));
    });
    found
}
