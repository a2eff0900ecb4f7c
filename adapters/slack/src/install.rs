//! Into a workspace by a click: `/slack/install` sends people to Slack, `/slack/oauth` takes them back (OAuth v2).
//!
//! Invariants
//! - What comes back is believed only with a state of ours that is ten minutes old at most, in the browser that got it.
//! - A page that says *installed* is shown after the token is durable, never before.
//! - No page and no log line holds a code, a token or a secret.

use std::{collections::HashMap, fmt, sync::Arc};

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chat::{Refusal, Timestamp, WorkspaceId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use slack_morphism::api::SlackOAuthV2AccessTokenResponse;
use subtle::ConstantTimeEq;
use tracing::warn;
use url::Url;

use crate::{
    api::{Api, AppClient, Granted, Secret},
    install_page::{Page, page},
    manifest::scopes,
    pace::Pace,
    workspaces::{Installation, Workspaces},
};

/// How long somebody may take at Slack.
const PATIENCE_MS: i64 = 10 * 60 * 1_000;
/// The browser's half of the state.
const COOKIE: &str = "kairos_slack_install";

/// Gives 32 bytes that nobody can guess.
pub type Chance = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// The app that workspaces install.
#[derive(Clone)]
pub struct App {
    /// Its id at Slack.
    pub client_id: String,
    /// Its secret at Slack.
    pub client_secret: String,
    /// Where browsers reach Kairos, without a slash at its end.
    pub public_url: String,
    /// Where states come from.
    pub chance: Chance,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// What the two addresses need.
#[derive(Clone)]
pub(crate) struct Installing {
    app: App,
    api: Api,
    client: Arc<AppClient>,
    workspaces: Workspaces,
}

impl Installing {
    /// Installs `app` into `workspaces`.
    pub(crate) fn new(app: App, api: Api, workspaces: Workspaces) -> Self {
        let secret = Secret(app.client_secret.clone());
        let client = Arc::new(AppClient { id: app.client_id.clone(), secret, pace: Pace::default() });
        Self { app, api, client, workspaces }
    }

    /// The addresses.
    pub(crate) fn router(self) -> Router {
        Router::new().route("/slack/install", get(leave)).route("/slack/oauth", get(come_back)).with_state(self)
    }

    fn returns_to(&self) -> String {
        format!("{}/slack/oauth", self.app.public_url)
    }

    /// Where people agree: on the same host as the API.
    fn agreement(&self, state: &str) -> Option<String> {
        let scopes = scopes().into_iter().collect::<Vec<_>>().join(",");
        let asked = [
            ("client_id", self.app.client_id.as_str()),
            ("scope", &scopes),
            ("redirect_uri", &self.returns_to()),
            ("state", state),
        ];
        let base = format!("{}/oauth/v2/authorize", self.api.base().trim_end_matches("/api"));
        Url::parse_with_params(&base, asked).ok().map(String::from)
    }

    /// Exchanges the code for a token, and keeps it.
    async fn install(&self, code: &str) -> Result<Installation, Page> {
        let granted = self.api.exchange(&self.client, code, &self.returns_to()).await.map_err(|refusal| {
            warn!(%refusal, "a workspace could not install");
            if matches!(refusal, Refusal::Definite(_) | Refusal::TokenRefused(_)) {
                Page::Refused
            } else {
                Page::NoAnswer
            }
        })?;
        let installation = match granted {
            Granted::Workspace(granted) => installation(&granted, self.api.now())?,
            Granted::Organisation => return Err(Page::WholeOrganisation),
        };
        self.workspaces.install(&installation).await.map_err(|reason| {
            warn!(reason, "an installation could not be kept");
            Page::NotKept
        })?;
        Ok(installation)
    }
}

/// What Slack granted. A token that expires begins with `xoxe`: the app has token rotation on, which can't be undone.
fn installation(granted: &SlackOAuthV2AccessTokenResponse, now: Timestamp) -> Result<Installation, Page> {
    let token = &granted.access_token.0;
    if token.starts_with("xoxe") {
        return Err(Page::RotatingToken);
    }
    if !token.starts_with("xoxb-") {
        return Err(Page::Refused);
    }
    let id = &granted.team.id.0;
    Ok(Installation {
        team: WorkspaceId::new(id.as_str()),
        name: granted.team.name.as_ref().unwrap_or(id).clone(),
        token: token.clone(),
        installed_at: now,
    })
}

/// To Slack, with a state that comes back.
async fn leave(State(at): State<Installing>) -> Response {
    let nonce = hex::encode((at.app.chance)());
    let state = state(&at.app.client_secret, at.api.now(), &nonce);
    let Some(url) = at.agreement(&state) else { return page(&Page::NoAnswer) };
    let secure = if at.app.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={nonce}; Path=/slack; Max-Age=600; HttpOnly; SameSite=Lax{secure}");
    let headers = [(header::LOCATION, url), (header::SET_COOKIE, cookie), (header::CACHE_CONTROL, "no-store".into())];
    (StatusCode::FOUND, headers).into_response()
}

/// Back from Slack.
async fn come_back(
    State(at): State<Installing>,
    Query(told): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let told = |name: &str| told.get(name).map_or("", String::as_str);
    let is_ours = is_ours(&at.app.client_secret, told("state"), cookie(&headers), at.api.now());
    let shown = match (is_ours, told("error"), told("code")) {
        (false, ..) => Page::NotOurs,
        (true, "access_denied", _) => Page::Declined,
        (true, "", code) if !code.is_empty() => match at.install(code).await {
            Ok(installation) => Page::Installed(installation.name),
            Err(page) => page,
        },
        (true, ..) => Page::Refused,
    };
    let mut response = page(&shown);
    // The state was good for this once.
    let spent = HeaderValue::from_static("kairos_slack_install=; Path=/slack; Max-Age=0; HttpOnly; SameSite=Lax");
    response.headers_mut().insert(header::SET_COOKIE, spent);
    response
}

/// A state: when it was made, the browser's half, and our signature over both.
fn state(secret: &str, now: Timestamp, nonce: &str) -> String {
    let ms = now.as_ms().to_string();
    format!("{ms}.{nonce}.{}", signature(secret, &ms, nonce))
}

fn is_ours(secret: &str, state: &str, nonce: &str, now: Timestamp) -> bool {
    let mut parts = state.splitn(3, '.');
    let (Some(ms), Some(theirs), Some(signed)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let is_fresh = ms.parse::<i64>().is_ok_and(|at| (0..=PATIENCE_MS).contains(&now.as_ms().saturating_sub(at)));
    let is_signed: bool = signature(secret, ms, theirs).as_bytes().ct_eq(signed.as_bytes()).into();
    let is_this_browser: bool = nonce.as_bytes().ct_eq(theirs.as_bytes()).into();
    is_fresh && is_signed && is_this_browser && !nonce.is_empty()
}

/// The SDK's own pages for installing (`axum_support/slack_oauth_routes.rs`) send no state, so it is signed here.
fn signature(secret: &str, ms: &str, nonce: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        // A key of any length is taken; were it not, no state would be ours.
        return String::new();
    };
    mac.update(format!("install:{ms}:{nonce}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn cookie(headers: &HeaderMap) -> &str {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_state_is_good_for_ten_minutes_in_one_browser_and_for_one_app() {
        let at = |ms| Timestamp::from_ms(1_000_000 + ms);
        let made = state("secret", at(0), "abc");
        assert!(is_ours("secret", &made, "abc", at(0)));
        assert!(is_ours("secret", &made, "abc", at(PATIENCE_MS)));
        assert!(!is_ours("secret", &made, "abc", at(PATIENCE_MS + 1)), "too old");
        assert!(!is_ours("secret", &made, "abc", at(-1)), "from the future");
        assert!(!is_ours("secret", &made, "abd", at(0)), "another browser");
        assert!(!is_ours("other", &made, "abc", at(0)), "another app");
        assert!(!is_ours("secret", &made.replace("abc", ""), "", at(0)));
        for odd in ["", "..", "x.abc.00", "1000000.abc"] {
            assert!(!is_ours("secret", odd, "abc", at(0)), "{odd}");
        }
    }

    #[test]
    fn a_token_of_a_person_and_one_that_expires_are_no_installation() {
        let now = Timestamp::from_ms(7);
        let granted = |token: &str| {
            let answer = json!({
                "access_token": token, "token_type": "bot", "scope": "chat:write", "app_id": "A1",
                "team": { "id": "T1", "name": "One" }, "authed_user": { "id": "U1" },
            });
            serde_json::from_value(answer).expect("an answer")
        };
        let installed = installation(&granted("xoxb-1"), now).expect("an installation");
        assert_eq!((installed.team.as_str(), installed.name.as_str(), installed.installed_at), ("T1", "One", now));
        assert_eq!(installation(&granted("xoxp-1"), now), Err(Page::Refused));
        assert_eq!(installation(&granted("xoxe.xoxb-1-abc"), now), Err(Page::RotatingToken));
    }
}
