//! The commands that people find in Discord, registered only when they changed.

use serde_json::{Value, json};

use serenity::{
    builder::{CreateCommand, CreateCommandOption},
    http::{LightMethod, Route},
    model::{
        Permissions,
        application::{CommandOptionType, CommandType, InteractionContext},
    },
};

use crate::{fault::Fault, rest::Rest, wire::id};

/// The slash command.
pub(crate) const NAME: &str = "kairos";
/// The entry of a message's menu.
pub(crate) const HELP_WITH_THIS: &str = "Help with this";

/// What Kairos may do where it was invited: see channels, write, read what was written before, attach pictures, open
/// threads and write in them. Nothing else is asked for.
pub const PERMISSIONS: u64 = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::ATTACH_FILES)
    .union(Permissions::READ_MESSAGE_HISTORY)
    .union(Permissions::CREATE_PUBLIC_THREADS)
    .union(Permissions::SEND_MESSAGES_IN_THREADS)
    .bits();

/// The link by which whoever runs a server invites Kairos, with exactly the permissions it uses.
pub fn install_link(application: &str) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={PERMISSIONS}"
    )
}

/// Every command, as Discord takes it. They stand in servers, in the conversation with Kairos, and between people where one
/// of them installed Kairos for themselves.
pub(crate) fn all() -> Value {
    let plain = |name: &str, about: &str| CreateCommandOption::new(CommandOptionType::SubCommand, name, about);
    let question = "What you would like to do, in your own words";
    let question = CreateCommandOption::new(CommandOptionType::String, "question", question)
        .required(true)
        .set_autocomplete(true)
        .max_length(1_000);
    let mode = CreateCommandOption::new(CommandOptionType::String, "mode", "What Kairos should do here")
        .add_string_choice("off: stay away", "off")
        .add_string_choice("shadow: watch only", "shadow")
        .add_string_choice("live: answer in the thread", "live");
    let kairos = CreateCommand::new(NAME).kind(CommandType::ChatInput).description("Help in the moment of need");
    let kairos = [
        plain("ask", "Ask for help; only you see the answer").add_sub_option(question),
        plain("me", "What Kairos knows about you, and your settings; only you see it"),
        plain("here", "See or change what Kairos does in this channel").add_sub_option(mode),
        plain("snooze", "Pause suggestions for a week"),
        plain("resume", "Turn suggestions back on"),
        plain("stop", "Turn off suggestions"),
        plain("why", "Why you saw the last card"),
        plain("help", "What Kairos can do"),
    ]
    .into_iter()
    .fold(kairos, CreateCommand::add_option);
    let help = CreateCommand::new(HELP_WITH_THIS).kind(CommandType::Message);
    let contexts = || vec![InteractionContext::Guild, InteractionContext::BotDm, InteractionContext::PrivateChannel];
    without_nothing(json!([kairos.contexts(contexts()), help.contexts(contexts())]))
}

/// Without the fields that say nothing, which serenity's builders write out and Discord leaves out.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nothing).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, without_nothing(value)))
            .filter(|(_, value)| !is_nothing(value))
            .collect(),
        other => other,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Registers the commands unless Discord has them already; true when something changed.
pub(crate) async fn register(rest: &Rest, application: &str) -> Result<bool, Fault> {
    let route = Route::Commands { application_id: id(application)? };
    let theirs = match rest.get(route).await {
        Err(Fault::Refused { status: 404 | 405, .. }) => Value::Null,
        told => told?,
    };
    let ours = all();
    if same_commands(&ours, &theirs) {
        return Ok(false);
    }
    rest.send(LightMethod::Put, route, &ours).await?;
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
