//! Whether the tokens work, and what they lack.

use std::collections::BTreeSet;

use chat::Refusal;
use serde_json::json;

use crate::{
    api::{Api, Now, WorkspaceClient},
    connect::ROTATING,
    manifest::scopes,
    methods,
};

/// What Slack says about a bot's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduced {
    /// The workspace's own name.
    pub workspace: String,
    /// Scopes that the token should have and has not; `None`: Slack did not list them.
    pub lacking: Option<Vec<String>>,
}

/// Asks Slack at `api_url` whose the bot's token is, and what it may.
pub async fn examine(api_url: &str, bot_token: &str, now: Now) -> Result<Introduced, Refusal> {
    let api = Api::new(api_url.to_owned(), now)?;
    if bot_token.starts_with("xoxe") {
        return Err(Refusal::Definite(ROTATING.to_owned()));
    }
    let at = WorkspaceClient::new(bot_token);
    let answer = api.call(methods::AUTH_TEST, &at, &json!({})).await?;
    if answer["is_enterprise_install"] == true {
        return Err(Refusal::Definite(
            "the bot token is for a whole organisation; Kairos is installed workspace by workspace".to_owned(),
        ));
    }
    let lacking = api.scopes(&at).await.map(|listed| {
        let listed: BTreeSet<&str> = listed.split(',').map(str::trim).collect();
        scopes().into_iter().filter(|scope| !listed.contains(scope)).map(ToOwned::to_owned).collect()
    });
    Ok(Introduced { workspace: answer["team"].as_str().unwrap_or_default().to_owned(), lacking })
}

/// Asks Slack at `api_url` whether the app's token opens Socket Mode.
pub async fn examine_app(api_url: &str, app_token: &str, now: Now) -> Result<(), Refusal> {
    let api = Api::new(api_url.to_owned(), now)?;
    api.call(methods::CONNECTIONS_OPEN, &WorkspaceClient::new(app_token), &json!({})).await.map(drop)
}
