//! Slack, connected: which way is chosen by what is configured.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::Router;
use chat::Refusal;
use slack_morphism::signature_verifier::SlackEventSignatureVerifier;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    api::{Now, WorkspaceClient},
    door::{Door, Host},
    http::{self, Receiving},
    install::{App, Installing},
    pictures::Album,
    platform::SlackPlatform,
    socket_mode::{CONNECTIONS, Socket},
    workspaces::{Installations, Workspaces},
};

/// Why a token that expires is refused: it would work for twelve hours, and then no more.
pub(crate) const ROTATING: &str = "the bot token expires (xoxe-…), and Kairos does not renew tokens: make an app without \
                                   token rotation, `kairos slack manifest` prints one";

/// What an operator has to tell about Slack.
#[derive(Clone)]
pub struct Settings {
    /// The address of the Web API, without a slash at its end.
    pub api_url: String,
    /// Whom Kairos speaks as.
    pub workspaces: Speaking,
    /// The token of the app, `xapp-…`: events come over Socket Mode.
    pub app_token: Option<String>,
    /// The signing secret: events come over HTTP.
    pub signing_secret: Option<String>,
}

/// In which workspaces Kairos is.
#[derive(Clone)]
pub enum Speaking {
    /// In one, as the bot of this token, `xoxb-…`.
    InOne(String),
    /// In all that install this app; the house keeps the installations.
    InMany(App, Arc<dyn Installations>),
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// Slack, before it runs.
#[derive(Clone)]
pub struct Slack {
    platform: SlackPlatform,
    settings: Settings,
    forged: Arc<AtomicU64>,
}

/// What listens to Slack until it is told to stop.
#[derive(Debug)]
pub struct Listening {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Listening {
    /// Finishes what is in hand and closes every connection.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            // One that failed has nothing left to finish.
            let _ = task.await;
        }
    }
}

impl Slack {
    /// Slack with these settings; nothing is connected yet.
    pub fn new(settings: Settings, album: Arc<dyn Album>, now: Now) -> Result<Self, Refusal> {
        if let Speaking::InOne(token) = &settings.workspaces
            && token.starts_with("xoxe")
        {
            return Err(Refusal::Definite(ROTATING.to_owned()));
        }
        let workspaces = match &settings.workspaces {
            Speaking::InOne(token) => Workspaces::one(token),
            Speaking::InMany(_, kept) => Workspaces::installed(Arc::clone(kept)),
        };
        let platform = SlackPlatform::new(&settings.api_url, workspaces, album, now)?;
        Ok(Self { platform, settings, forged: Arc::default() })
    }

    /// What speaks to Slack.
    pub fn platform(&self) -> SlackPlatform {
        self.platform.clone()
    }

    /// What keeps Slack from being heard or spoken to, for operators; `None`: nothing that is known.
    pub fn trouble(&self) -> Option<String> {
        self.platform.standing.trouble(self.settings.app_token.is_some())
    }

    /// How many requests came that Slack never sent.
    pub fn forged(&self) -> u64 {
        self.forged.load(Ordering::Relaxed)
    }

    /// The addresses under `/slack/`: those of events with a signing secret, those of installing with an app.
    pub fn router(&self, host: Arc<dyn Host>) -> Router {
        let mut router = Router::new();
        if let Speaking::InMany(app, _) = &self.settings.workspaces {
            let (api, workspaces) = (self.platform.api.clone(), self.platform.workspaces.clone());
            router = router.merge(Installing::new(app.clone(), api, workspaces).router());
        }
        if let Some(secret) = &self.settings.signing_secret {
            router = router.merge(http::router(Receiving {
                verifier: SlackEventSignatureVerifier::new(&secret.clone().into()),
                door: Door::new(host, self.platform.clone()),
                forged: Arc::clone(&self.forged),
            }));
        }
        router
    }

    /// Connects by Socket Mode, where there is an app token, and stays connected.
    pub fn listen(&self, host: Arc<dyn Host>) -> Listening {
        let stop = watch::Sender::new(false);
        let door = Door::new(host, self.platform.clone());
        let slots = if self.settings.app_token.is_some() { CONNECTIONS } else { 0 };
        let app = Arc::new(WorkspaceClient::new(self.settings.app_token.as_deref().unwrap_or_default()));
        let tasks = (0..slots).map(|slot| {
            let (api, app, door) = (self.platform.api.clone(), Arc::clone(&app), door.clone());
            let socket = Socket { api, app, door, standing: Arc::clone(&self.platform.standing), slot };
            tokio::spawn(socket.keep(stop.subscribe()))
        });
        Listening { tasks: tasks.collect(), stop }
    }
}
