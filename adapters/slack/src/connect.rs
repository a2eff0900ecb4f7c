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
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    api::{Now, Token},
    door::{Door, Host},
    http::{self, Receiving},
    platform::{PictureUrl, SlackPlatform},
    socket::{CONNECTIONS, Socket},
};

/// What an operator has to tell about Slack.
#[derive(Clone)]
pub struct Settings {
    /// The address of the Web API, without a slash at its end.
    pub api_url: String,
    /// The token of the bot, `xoxb-…`.
    pub bot_token: String,
    /// The token of the app, `xapp-…`: events come over Socket Mode.
    pub app_token: Option<String>,
    /// The signing secret: events come over HTTP.
    pub signing_secret: Option<String>,
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
    now: Now,
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
    pub fn new(settings: Settings, picture_url: PictureUrl, now: Now) -> Result<Self, Refusal> {
        let platform = SlackPlatform::new(&settings.api_url, &settings.bot_token, picture_url, Arc::clone(&now))?;
        Ok(Self { platform, settings, now, forged: Arc::default() })
    }

    /// What speaks to Slack.
    pub fn platform(&self) -> SlackPlatform {
        self.platform.clone()
    }

    /// How many requests came that Slack never sent.
    pub fn forged(&self) -> u64 {
        self.forged.load(Ordering::Relaxed)
    }

    /// The addresses under `/slack/`; none without a signing secret.
    pub fn router(&self, host: Arc<dyn Host>) -> Router {
        let Some(secret) = &self.settings.signing_secret else { return Router::new() };
        http::router(Receiving {
            secret: Token(secret.clone()),
            door: Door::new(host, self.platform.clone()),
            now: Arc::clone(&self.now),
            forged: Arc::clone(&self.forged),
        })
    }

    /// Connects by Socket Mode, where there is an app token, and stays connected.
    pub fn listen(&self, host: Arc<dyn Host>) -> Listening {
        let stop = watch::Sender::new(false);
        let door = Door::new(host, self.platform.clone());
        let slots = if self.settings.app_token.is_some() { CONNECTIONS } else { 0 };
        let token = Token(self.settings.app_token.clone().unwrap_or_default());
        let tasks = (0..slots).map(|slot| {
            let socket = Socket { api: self.platform.api.clone(), token: token.clone(), door: door.clone(), slot };
            tokio::spawn(socket.keep(stop.subscribe()))
        });
        Listening { tasks: tasks.collect(), stop }
    }
}
