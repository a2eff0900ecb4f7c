//! Slack and Discord as they are configured, before they connect. Both have the machine's time, whatever the playground's
//! clock shows.

use std::sync::Arc;

use anyhow::{Context, Result};
use chat::{Note, Notebook, Noted, PlatformKind, Timestamp};
use discord::{Clockwork, Connection, Discord};
use slack::{Settings, Slack};

use crate::{
    clock::Clock,
    config::{Config, Secret},
    engine::Engine,
    inbox::Inbox,
    store::Store,
};

/// What Slack's adapter has to know, where there is a token.
pub fn slack_settings(config: &Config) -> Option<Settings> {
    let expose = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
    Some(Settings {
        api_url: config.slack.api_url.clone(),
        bot_token: expose(&config.slack.bot_token)?,
        app_token: expose(&config.slack.app_token),
        signing_secret: expose(&config.slack.signing_secret),
    })
}

/// Slack as it is configured, before it connects.
pub(super) fn slack_of(config: &Config) -> Result<Option<Slack>> {
    let Some(settings) = slack_settings(config) else { return Ok(None) };
    // Slack has the machine's time, whatever the playground's clock shows.
    let machine = Clock::system();
    let slack = Slack::new(settings, Arc::new(|_| None), Arc::new(move || machine.now()));
    Ok(Some(slack.context("Slack can't be reached as it is configured")?))
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
        notebook: Arc::new(KeptNotes { store: store.clone(), platform: PlatformKind::Discord }),
        ..connection
    };
    let discord = Discord::new(connection).map_err(anyhow::Error::msg);
    Ok(Some(discord.context("Discord can't be reached as it is configured")?))
}

/// Where Discord's events come in.
pub(super) fn discord_door(inbox: &Inbox) -> discord::Door {
    let inbox = inbox.clone();
    Arc::new(move |raw| {
        let inbox = inbox.clone();
        Box::pin(async move { inbox.accept(PlatformKind::Discord, raw).await.map_err(|error| error.to_string()) })
    })
}

/// The notes of one adapter, in the store.
struct KeptNotes {
    store: Store,
    platform: PlatformKind,
}

impl Notebook for KeptNotes {
    fn read(&self, now: Timestamp) -> Noted<'_, Vec<Note>> {
        Box::pin(async move { self.store.notes(self.platform, now).await.map_err(|error| error.to_string()) })
    }

    fn write(&self, note: Note, now: Timestamp) -> Noted<'_, ()> {
        Box::pin(
            async move { self.store.write_note(self.platform, &note, now).await.map_err(|error| error.to_string()) },
        )
    }

    fn strike<'a>(&'a self, name: &'a str) -> Noted<'a, ()> {
        Box::pin(async move { self.store.strike_note(self.platform, name).await.map_err(|error| error.to_string()) })
    }
}
