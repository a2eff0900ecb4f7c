//! Whether the tokens work, and what they lack.

use std::collections::BTreeSet;

use chat::Refusal;
use serde_json::json;

use crate::{
    api::{self, Api, Now, Token},
    connect::Settings,
    manifest::scopes,
};

/// What Slack says about our tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduced {
    /// The workspace's own name.
    pub workspace: String,
    /// Scopes that the bot's token should have and has not; `None`: Slack did not list them.
    pub lacking: Option<Vec<String>>,
    /// What became of the app's token, where there is one.
    pub socket: Option<Result<(), Refusal>>,
}

/// Asks Slack who we are and what we may.
pub async fn examine(settings: &Settings, now: Now) -> Result<Introduced, Refusal> {
    let api = Api::new(settings.api_url.clone(), now)?;
    let answer = api.ask(api::AUTH_TEST, &Token(settings.bot_token.clone()), &json!({})).await?;
    let lacking = answer.scopes.map(|listed| {
        let listed: BTreeSet<&str> = listed.split(',').map(str::trim).collect();
        scopes().into_iter().filter(|scope| !listed.contains(scope)).map(ToOwned::to_owned).collect()
    });
    let mut socket = None;
    if let Some(token) = &settings.app_token {
        let opened = api.call(api::CONNECTIONS_OPEN, &Token(token.clone()), &json!({})).await;
        socket = Some(opened.map(drop));
    }
    Ok(Introduced { workspace: answer.body["team"].as_str().unwrap_or_default().to_owned(), lacking, socket })
}
