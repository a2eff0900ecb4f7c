//! Calls to Slack's Web API, through the SDK's client.
//!
//! Invariants
//! - A call is paced before it goes out ([`crate::pace`]), and ends within [`CALL`].
//! - Tokens and secrets stand in the header alone; no error and no log line repeats them or an answer's body.
//! - An answer is read field by field: no answer is refused for a field that is odd.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, header::AUTHORIZATION},
};
use chat::{Refusal, Timestamp};
use hyper_util::{client::legacy, rt::TokioExecutor};
use serde_json::{Value, json};
use slack_morphism::{
    SlackClientApiCallContext, SlackClientHttpConnector,
    api::{SlackOAuthCode, SlackOAuthV2AccessTokenRequest, SlackOAuthV2AccessTokenResponse},
    prelude::{ClientResult, SlackApiToken, SlackApiTokenValue, SlackClient, SlackClientHyperConnector},
};
use tokio::sync::Semaphore;
use tracing::Span;
use url::Url;

use crate::{
    connector::{Client, Connector, connector},
    methods::{self, Method},
    pace::{Lane, Pace},
    refusal::{self, Failure},
};

/// How long one call may take; the outbox allows a call ten seconds, waiting included.
const CALL: Duration = Duration::from_secs(6);

/// Where the time comes from.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A secret, never shown.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Slack in one workspace, or as the app: its own token, and its own pace.
#[derive(Debug)]
pub(crate) struct WorkspaceClient {
    pub(crate) token: SlackApiToken,
    pace: Pace,
    /// Profiles are fetched two at a time: more would wait in the pace for longer than a call may.
    pub(crate) profiles: Semaphore,
}

impl WorkspaceClient {
    /// With a token.
    pub(crate) fn new(token: &str) -> Self {
        let token = SlackApiToken::new(SlackApiTokenValue(token.to_owned()));
        Self { token, pace: Pace::default(), profiles: Semaphore::new(2) }
    }
}

/// The app's id and secret, and the pace at which codes are exchanged.
#[derive(Debug)]
pub(crate) struct AppClient {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) pace: Pace,
}

/// What Slack granted for a code.
#[derive(Debug)]
pub(crate) enum Granted {
    /// A token for one workspace.
    Workspace(Box<SlackOAuthV2AccessTokenResponse>),
    /// A token for a whole organisation.
    Organisation,
}

/// The Web API at one address.
#[derive(Clone)]
pub(crate) struct Api {
    client: Arc<Client>,
    base: String,
    connector: Connector,
    now: Now,
}

impl Api {
    /// The API at `base`, an address without a slash at its end.
    pub(crate) fn new(base: String, now: Now) -> Result<Self, Refusal> {
        if Url::parse(&base).is_err() {
            return Err(Refusal::Definite("Slack's address is none".to_owned()));
        }
        let connector = connector();
        let sdk = SlackClientHyperConnector::with_connector(connector.clone()).with_slack_api_url(&base);
        Ok(Self { client: Arc::new(SlackClient::new(sdk)), base, connector, now })
    }

    /// The SDK's client.
    pub(crate) fn client(&self) -> Arc<Client> {
        Arc::clone(&self.client)
    }

    /// Its address, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Calls `method`; the answer when Slack says that it was done.
    pub(crate) async fn call(&self, method: Method, at: &WorkspaceClient, body: &Value) -> Result<Value, Refusal> {
        let session = self.client.open_session(&at.token);
        let http = &session.http_session_api;
        let asked = async {
            if method.reads {
                http.http_get(method.name(), &parameters(body), None).await
            } else {
                http.http_post(method.name(), body, None).await
            }
        };
        let answer: Value = self.paced(method, method.lane(body), &at.pace, asked).await?;
        if answer["ok"] == true {
            return Ok(answer);
        }
        // The SDK takes an answer of another content type for an empty one.
        Err(refusal::unclear(format!("{}: the answer can't be read", method.name()), method.repeat))
    }

    /// Exchanges a code for a token.
    pub(crate) async fn exchange(&self, app: &AppClient, code: &str, returns_to: &str) -> Result<Granted, Refusal> {
        let asked = SlackOAuthV2AccessTokenRequest {
            client_id: app.id.clone().into(),
            client_secret: app.secret.0.clone().into(),
            code: SlackOAuthCode(code.to_owned()),
            redirect_uri: Url::parse(returns_to).ok(),
        };
        let exchanged = async {
            match self.client.oauth2_access(&asked).await {
                Ok(granted) => Ok(Granted::Workspace(Box::new(granted))),
                // Its type has a workspace in every answer; that of a whole organisation has none.
                Err(error) if refusal::is_of_an_organisation(&error) => Ok(Granted::Organisation),
                Err(error) => Err(error),
            }
        };
        let method = methods::OAUTH_ACCESS;
        self.paced(method, method.lane(&json!({})), &app.pace, exchanged).await
    }

    /// Waits for its turn, and says what an error means.
    async fn paced<T>(
        &self,
        method: Method,
        lane: Lane,
        pace: &Pace,
        asked: impl Future<Output = ClientResult<T>>,
    ) -> Result<T, Refusal> {
        let name = method.name();
        if let Err(wait) = pace.turn(&[(lane.clone(), method.rate)], self.now()).await {
            let reason = format!("{name}: as many as Slack takes are under way");
            return Err(Refusal::Transient { reason, retry_after: Some(wait) });
        }
        let failure = match tokio::time::timeout(CALL, asked).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => Failure::of(&error),
            Err(_) => Failure::NoAnswer("no answer in time"),
        };
        if let Failure::TooFast(wait) = failure {
            pace.shut(&lane, self.now() + wait);
        }
        Err(failure.refusal(name, method.repeat))
    }

    /// What the token may, as Slack lists it in a header; `None` where it does not.
    ///
    /// The SDK gives no header of an answer away (`hyper_tokio/connector.rs` drops them), so this one goes by hand.
    pub(crate) async fn scopes(&self, at: &WorkspaceClient) -> Option<String> {
        let client = legacy::Client::builder(TokioExecutor::new()).build::<_, Body>(self.connector.clone());
        let request = Request::get(format!("{}/{}", self.base, methods::AUTH_TEST.name()))
            .header(AUTHORIZATION, format!("Bearer {}", at.token.token_value.0))
            .body(Body::empty());
        let answer = tokio::time::timeout(CALL, client.request(request.ok()?)).await.ok()?.ok()?;
        Some(answer.headers().get("x-oauth-scopes")?.to_str().ok()?.to_owned())
    }

    /// Puts `bytes` where Slack said, with no token: the session's own upload would send it along.
    pub(crate) async fn upload(&self, url: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let failed = |reason: &str| Refusal::Transient { reason: format!("upload: {reason}"), retry_after: None };
        let url = Url::parse(url).map_err(|_| failed("no address"))?;
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: None,
            tracing_span: &Span::none(),
            is_sensitive_url: true,
        };
        let connector = &self.client.http_api.connector;
        let sent = connector.http_post_uri_binary::<Value>(url, "application/octet-stream".to_owned(), bytes, context);
        match tokio::time::timeout(CALL, sent).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failed(&Failure::of(&error).to_string())),
            Err(_) => Err(failed("no answer in time")),
        }
    }
}

/// Parameters of an address: text as it stands, everything else as JSON, nothing for what is not there.
fn parameters(body: &Value) -> Vec<(&str, Option<String>)> {
    let fields = body.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    fields
        .map(|(name, value)| (name.as_str(), Some(value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned))))
        .collect()
}
