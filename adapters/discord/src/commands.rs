//! The commands that people find in Discord, registered only when they changed.

use serde_json::{Value, json};

use crate::{fault::Fault, rest::Rest};

/// The slash command.
pub(crate) const NAME: &str = "kairos";
/// The entry of a message's menu.
pub(crate) const HELP_WITH_THIS: &str = "Help with this";

/// What Kairos may do where it was invited: see channels, write, read what was written before, attach pictures, open
/// threads and write in them. Nothing else is asked for.
pub const PERMISSIONS: u64 = 1 << 10 | 1 << 11 | 1 << 15 | 1 << 16 | 1 << 35 | 1 << 38;

const CHAT_INPUT: u8 = 1;
const MESSAGE: u8 = 3;
const SUBCOMMAND: u8 = 1;
const STRING: u8 = 3;
/// In servers and in the conversation with Kairos; not between other people.
const CONTEXTS: [u8; 2] = [0, 1];

/// The link by which whoever runs a server invites Kairos, with exactly the permissions it uses.
pub fn install_link(application: &str) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={PERMISSIONS}"
    )
}

/// Every command, as Discord takes it.
pub(crate) fn all() -> Value {
    let plain = |name: &str, about: &str| json!({ "type": SUBCOMMAND, "name": name, "description": about });
    let question = json!({
        "type": STRING,
        "name": "question",
        "description": "What you would like to do, in your own words",
        "required": true,
        "autocomplete": true,
        "max_length": 1_000,
    });
    let mut ask = plain("ask", "Ask for help; only you see the answer");
    ask["options"] = json!([question]);
    let mut here = plain("here", "See or change what Kairos does in this channel");
    here["options"] = json!([{
        "type": STRING,
        "name": "mode",
        "description": "What Kairos should do here",
        "choices": [
            { "name": "off: nothing", "value": "off" },
            { "name": "shadow: decide and record, say nothing", "value": "shadow" },
            { "name": "live: help in the thread", "value": "live" },
        ],
    }]);
    json!([
        {
            "type": CHAT_INPUT,
            "name": NAME,
            "description": "Help in the moment of need",
            "contexts": CONTEXTS,
            "options": [
                ask,
                plain("me", "What Kairos knows about you, and your settings; only you see it"),
                here,
                plain("snooze", "Nothing unasked for a week"),
                plain("resume", "End the quiet"),
                plain("stop", "Nothing unasked at all, until you resume"),
                plain("why", "Why the last card reached you"),
                plain("help", "What Kairos can do"),
            ],
        },
        { "type": MESSAGE, "name": HELP_WITH_THIS, "contexts": CONTEXTS },
    ])
}

/// Registers the commands unless Discord has them already; true when something changed.
pub(crate) async fn register(rest: &Rest, application: &str) -> Result<bool, Fault> {
    let path = format!("/applications/{application}/commands");
    let theirs = match rest.get(&path).await {
        Err(Fault::Refused { status: 404 | 405, .. }) => Value::Null,
        told => told?,
    };
    let ours = all();
    if same_commands(&ours, &theirs) {
        return Ok(false);
    }
    rest.call(reqwest::Method::PUT, &path, Some(&ours), &[]).await?;
    Ok(true)
}

/// True when `theirs` says all that `ours` does: Discord adds fields of its own and keeps commands in any order.
fn same_commands(ours: &Value, theirs: &Value) -> bool {
    let (Some(ours), Some(theirs)) = (ours.as_array(), theirs.as_array()) else { return false };
    ours.len() == theirs.len() && ours.iter().all(|our| theirs.iter().any(|their| says(our, their)))
}

fn says(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.iter().all(|(key, value)| theirs.get(key).is_some_and(|their| says(value, their)))
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| says(ours, theirs))
        }
        _ => ours == theirs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_discord_adds_is_no_change_and_what_we_change_is() {
        let ours = all();
        let mut theirs = ours.clone();
        theirs.as_array_mut().unwrap().reverse();
        theirs[0]["id"] = json!("1");
        theirs[1]["options"][0]["options"][0]["min_length"] = json!(0);
        assert!(same_commands(&ours, &theirs));
        theirs[1]["options"][0]["description"] = json!("another");
        assert!(!same_commands(&ours, &theirs));
        assert!(!same_commands(&ours, &json!([])));
    }

    #[test]
    fn the_link_asks_for_what_is_used_and_nothing_else() {
        assert!(install_link("42").ends_with("client_id=42&scope=bot+applications.commands&permissions=309237746688"));
    }
}
