//! The app's manifest: what an operator pastes into Slack to make the app.
//!
//! Invariants
//! - It asks for the scopes of the methods that are called and of the events that are read, and for no others.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    methods::{EMAIL_SCOPE, METHODS},
    translate::SUBSCRIPTIONS,
    video,
};

/// How events arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By Socket Mode.
    Socket,
    /// Over HTTP, at this public address, without a slash at its end.
    Http(String),
}

/// What the bot's token must allow.
pub(crate) fn scopes() -> BTreeSet<&'static str> {
    let of_methods = METHODS.iter().flat_map(|method| method.scopes());
    let of_events = SUBSCRIPTIONS.iter().flat_map(|(_, scopes)| *scopes);
    // The slash command and the shortcut, and players in messages.
    of_methods.chain(of_events).copied().chain(["commands", video::SCOPE]).collect()
}

/// The manifest of an app named Kairos. With `installed_at`, the public address of Kairos without a slash at its end,
/// several workspaces can install it there.
pub fn manifest(mode: &Mode, installed_at: Option<&str>) -> Value {
    let url = |path: &str| match mode {
        Mode::Socket => Value::Null,
        Mode::Http(base) => json!(format!("{base}/slack/{path}")),
    };
    let events: Vec<_> = SUBSCRIPTIONS.iter().map(|(event, _)| *event).collect();
    let manifest = json!({
        "display_information": {
            "name": "Kairos",
            "description": "Helps in the moment of need, in the conversation you are already in",
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": true,
                "messages_tab_enabled": true,
                "messages_tab_read_only_enabled": false,
            },
            "unfurl_domains": video::DOMAINS,
            "bot_user": { "display_name": "Kairos", "always_online": true },
            "shortcuts": [{
                "name": "Help with this",
                "type": "message",
                "callback_id": "help_with_this",
                "description": "A card about this message, only for you",
            }],
            "slash_commands": [{
                "command": "/kairos",
                "url": url("commands"),
                "description": "Ask Kairos, or change your settings",
                "usage_hint": "ask … | why | snooze | stop | settings | help",
                "should_escape": true,
            }],
        },
        "oauth_config": {
            "redirect_urls": installed_at.map(|base| [format!("{base}/slack/oauth")]),
            "scopes": { "bot": scopes() },
        },
        "settings": {
            "event_subscriptions": { "request_url": url("events"), "bot_events": events },
            "interactivity": { "is_enabled": true, "request_url": url("interactions") },
            "org_deploy_enabled": false,
            "socket_mode_enabled": *mode == Mode::Socket,
            "token_rotation_enabled": false,
        },
    });
    without_nulls(manifest)
}

/// The same manifest, with leave to find people by their e-mail addresses: for alerts that name people so.
#[must_use]
pub fn with_emails(mut manifest: Value) -> Value {
    if let Some(scopes) = manifest["oauth_config"]["scopes"]["bot"].as_array_mut() {
        scopes.push(json!(EMAIL_SCOPE));
    }
    manifest
}

/// Slack takes no `null` where an address belongs.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down a second time: a scope that comes or goes is a decision of its own.
    #[test]
    fn the_scopes_are_those_that_are_used() {
        let expected = [
            "app_mentions:read",
            "channels:history",
            "channels:read",
            "chat:write",
            "commands",
            "dnd:read",
            "files:write",
            "groups:history",
            "groups:read",
            "im:history",
            "im:write",
            "links.embed:write",
            "mpim:history",
            "reactions:read",
            "users:read",
        ];
        assert_eq!(scopes().into_iter().collect::<Vec<_>>(), expected);
        assert_eq!(manifest(&Mode::Socket, None)["oauth_config"]["scopes"]["bot"], json!(expected));
    }

    #[test]
    fn addresses_are_asked_for_only_where_somebody_wants_it() {
        let has = |manifest: &Value| {
            let scopes = manifest["oauth_config"]["scopes"]["bot"].as_array().cloned().unwrap_or_default();
            scopes.contains(&json!(EMAIL_SCOPE))
        };
        let plain = manifest(&Mode::Socket, None);
        assert!(!has(&plain));
        assert!(has(&with_emails(plain)));
    }

    /// Every method that the code names is in the table, so its scopes are asked for.
    #[test]
    fn every_method_that_is_called_is_in_the_table() {
        let source = [include_str!("platform.rs"), include_str!("socket_mode.rs"), include_str!("examine.rs")].concat()
            + include_str!("api.rs")
            + include_str!("pictures.rs")
            + include_str!("past.rs");
        let table = include_str!("methods.rs");
        for method in METHODS {
            let line = table.lines().find(|line| line.contains(&format!("= \"{}\"", method.name()))).expect("a line");
            let constant = line.split_whitespace().next().expect("a name");
            assert!(
                source.contains(&format!("methods::{constant}")),
                "{} is asked for and never called",
                method.name()
            );
        }
    }

    #[test]
    fn each_mode_has_what_it_needs_and_nothing_of_the_other() {
        let socket = manifest(&Mode::Socket, None);
        assert_eq!(socket["settings"]["socket_mode_enabled"], true);
        assert!(!socket.to_string().contains("_url"), "no address is needed");
        let http = manifest(&Mode::Http("https://kairos.example".to_owned()), None);
        assert_eq!(http["settings"]["socket_mode_enabled"], false);
        assert_eq!(http["settings"]["event_subscriptions"]["request_url"], "https://kairos.example/slack/events");
        assert_eq!(http["settings"]["interactivity"]["request_url"], "https://kairos.example/slack/interactions");
        assert_eq!(http["features"]["slash_commands"][0]["url"], "https://kairos.example/slack/commands");
        assert_eq!(http["oauth_config"]["redirect_urls"], Value::Null);
        let many = manifest(&Mode::Socket, Some("https://kairos.example"));
        assert_eq!(many["oauth_config"]["redirect_urls"], json!(["https://kairos.example/slack/oauth"]));
    }
}
