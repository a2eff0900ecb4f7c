//! How Slack is reached: one workspace by its token, or several that install the app.

use super::{
    Secret,
    mistake::Mistake,
    reader::Reader,
    values::{address, secret},
};

/// How Slack is reached.
#[derive(Clone, Debug)]
pub struct Slack {
    /// The app-level token for Socket Mode.
    pub app_token: Option<Secret>,
    /// The bot token of the workspace, where there is one workspace.
    pub bot_token: Option<Secret>,
    /// The secret that signs events sent over HTTP.
    pub signing_secret: Option<Secret>,
    /// The app that several workspaces install.
    pub app: Option<SlackApp>,
    /// The base address of the Web API, without a slash at the end.
    pub api_url: String,
}

/// The app that several workspaces install.
#[derive(Clone, Debug)]
pub struct SlackApp {
    /// Its id at Slack.
    pub client_id: String,
    /// Its secret at Slack.
    pub client_secret: Secret,
}

impl Slack {
    /// True when there is a workspace to connect to, or may be one.
    pub fn is_configured(&self) -> bool {
        self.bot_token.is_some() || self.app.is_some()
    }
}

/// What seals the secrets that are kept.
#[derive(Clone, Debug)]
pub struct SecretKeys {
    /// Seals and opens.
    pub current: Option<Secret>,
    /// The one before it: opens only.
    pub previous: Option<Secret>,
}

pub(super) fn secret_keys(reader: &mut Reader) -> Option<SecretKeys> {
    let key = |text: &str| {
        let right = "at least 32 characters without spaces, such as `openssl rand -hex 32` prints,";
        match secret(text, "", right)? {
            Some(key) if key.expose().len() < 32 => Err(right.to_owned()),
            key => Ok(key),
        }
    };
    let current = reader.read("secret.key", key);
    let previous = reader.read("secret.previous_key", key);
    Some(SecretKeys { current: current?, previous: previous? })
}

/// `beside`: whether there is a key that seals, and an address that browsers reach.
pub(super) fn slack(reader: &mut Reader, beside: (bool, bool)) -> Option<Slack> {
    let app_token = reader.read("slack.app_token", |text| secret(text, "xapp-", "an app-level token, xapp-…,"));
    let bot_token = reader.read("slack.bot_token", |text| secret(text, "xoxb-", "a bot token, xoxb-…,"));
    let signing_secret = reader.read("slack.signing_secret", |text| secret(text, "", "a secret without spaces"));
    let client_id = reader.read("slack.client_id", |text| {
        let is_whole = !text.contains(char::is_whitespace);
        if is_whole { Ok((!text.is_empty()).then(|| text.to_owned())) } else { Err("an id without spaces".to_owned()) }
    });
    let client_secret = reader.read("slack.client_secret", |text| secret(text, "", "a secret without spaces"));
    let api_url = reader.read("slack.api_url", |text| address(text, &["https", "http"]));
    let (bot_token, client_id, client_secret) = (bot_token?, client_id?, client_secret?);
    if client_id.is_some() || client_secret.is_some() {
        let there = [client_id.is_some(), client_secret.is_some(), beside.0, beside.1, bot_token.is_none()];
        lacking(reader, there);
    }
    Some(Slack {
        app: client_id.zip(client_secret).map(|(client_id, client_secret)| SlackApp { client_id, client_secret }),
        app_token: app_token?,
        bot_token,
        signing_secret: signing_secret?,
        api_url: api_url?,
    })
}

/// Tells what an app that several workspaces install lacks.
fn lacking(reader: &mut Reader, there: [bool; 5]) {
    let key = if there[0] { "slack.client_id" } else { "slack.client_secret" };
    let needs = [
        "needs slack.client_id beside it",
        "needs slack.client_secret beside it",
        "needs secret.key beside it, which seals the tokens that are kept (KAIROS_SECRET_KEY)",
        "needs http.public_url beside it, where Slack sends people back to (KAIROS_HTTP_PUBLIC_URL)",
        "and slack.bot_token exclude each other: each workspace that installs brings a token of its own",
    ];
    let source = reader.source(key);
    let missing = needs.iter().zip(there).filter(|(_, is_there)| !is_there);
    reader.mistakes.extend(missing.map(|(need, _)| Mistake::other(source.clone(), format!("{key} {need}"))));
}
