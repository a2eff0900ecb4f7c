//! Slack and Discord as they are configured, before they connect. Both have the machine's time, whatever the playground's
//! clock shows.

use std::sync::Arc;

use anyhow::{Context, Result};
use chat::{Note, Notebook, Noted, PlatformKind, Timestamp};
use discord::{Clockwork, Connection, Discord};
use slack::{App, Settings, Slack, Speaking};

use super::{Installed, album::Album};
use crate::{
    clock::{Clock, Ids},
    config::{Config, Secret, SlackApp},
    engine::Engine,
    store::Store,
    vault::Vault,
};

/// Slack as it is configured, before it connects.
pub(super) async fn slack_of(config: &Config, store: &Store, engine: &Arc<Engine>) -> Result<Option<Slack>> {
    let expose = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
    let workspaces = match (&config.slack.app, expose(&config.slack.bot_token)) {
        (Some(app), _) => {
            let installed = Installed::of(config, store.clone())?;
            installed.renew().await.context("the installed workspaces can't be read")?;
            Speaking::InMany(app_of(config, app), Arc::new(installed))
        }
        (None, Some(token)) => Speaking::InOne(token),
        (None, None) => return Ok(None),
    };
    let settings = Settings {
        api_url: config.slack.api_url.clone(),
        workspaces,
        app_token: expose(&config.slack.app_token),
        signing_secret: expose(&config.slack.signing_secret),
    };
    // Slack has the machine's time, whatever the playground's clock shows.
    let machine = Clock::system();
    let album = Album { engine: Arc::clone(engine), store: store.clone(), clock: machine.clone() };
    let slack = Slack::new(settings, Arc::new(album), Arc::new(move || machine.now()));
    Ok(Some(slack.context("Slack can't be reached as it is configured")?))
}

/// The app that workspaces install.
fn app_of(config: &Config, app: &SlackApp) -> App {
    let ids = Ids::random();
    App {
        client_id: app.client_id.clone(),
        client_secret: app.client_secret.expose().to_owned(),
        public_url: config.public_url.clone().unwrap_or_default(),
        chance: Arc::new(move || ids.secret_bytes()),
    }
}

/// How Discord is reached, as it is configured.
pub fn discord_connection(config: &Config) -> Option<Connection> {
    // Discord has the machine's time, whatever the playground's clock shows.
    let machine = Clock::system();
    Some(Connection {
        token: config.discord.token.as_ref()?.expose().to_owned(),
        api_url: config.discord.api_url.clone(),
        gateway_url: config.discord.gateway_url.clone(),
        public_key: config.discord.public_key.clone(),
        clock: Clockwork::new(move || machine.now()),
        picture: Arc::new(|_| None),
        suggest: Arc::new(|_| Vec::new()),
        notebook: Arc::new(()),
    })
}

/// Discord as it is configured, before it connects.
pub(super) fn discord_of(config: &Config, engine: &Arc<Engine>, store: &Store) -> Result<Option<Arc<Discord>>> {
    let Some(connection) = discord_connection(config) else { return Ok(None) };
    let (pictures, titles) = (Arc::clone(engine), Arc::clone(engine));
    let connection = Connection {
        picture: Arc::new(move |file| pictures.library().pictures.get(file).cloned()),
        suggest: Arc::new(move |typed| titles.library().titles_like(typed)),
        notebook: Arc::new(KeptNotes {
            store: store.clone(),
            platform: PlatformKind::Discord,
            // The bot's token stands nowhere in the database, and is as long and as random as a key has to be.
            vault: Vault::new(&connection.token, None, Ids::random()),
        }),
        ..connection
    };
    let discord = Discord::new(connection).map_err(anyhow::Error::msg);
    Ok(Some(discord.context("Discord can't be reached as it is configured")?))
}

/// The notes of one adapter, in the store, sealed: they hold the keys by which people are answered.
struct KeptNotes {
    store: Store,
    platform: PlatformKind,
    vault: Vault,
}

/// What a sealed note belongs to.
fn belongs_to(platform: PlatformKind, name: &str) -> String {
    format!("note {platform} {name}")
}

impl Notebook for KeptNotes {
    fn read(&self, now: Timestamp) -> Noted<'_, Vec<Note>> {
        Box::pin(async move {
            let sealed = self.store.notes(self.platform, now).await.map_err(|error| error.to_string())?;
            // What another token sealed, or a version that sealed nothing, is of no use any more.
            let opened = sealed.into_iter().filter_map(|note| {
                let opened = self.vault.open(&note.text, &belongs_to(self.platform, &note.name)).ok()?;
                Some(Note { text: opened.text, ..note })
            });
            Ok(opened.collect())
        })
    }

    fn write(&self, note: Note, now: Timestamp) -> Noted<'_, ()> {
        Box::pin(async move {
            let text = self.vault.seal(&note.text, &belongs_to(self.platform, &note.name));
            let note = Note { text, ..note };
            self.store.write_note(self.platform, &note, now).await.map_err(|error| error.to_string())
        })
    }

    fn strike<'a>(&'a self, name: &'a str) -> Noted<'a, ()> {
        Box::pin(async move { self.store.strike_note(self.platform, name).await.map_err(|error| error.to_string()) })
    }
}
