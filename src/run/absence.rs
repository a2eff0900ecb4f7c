//! What was said while nobody ran: from where channels were heard last.

use anyhow::Result;
use chat::Timestamp;

use crate::{
    config::{Config, Reach},
    connections::Connections,
    ingest::{CatchUp, Dispatcher, Inbox},
    library::Mode,
    store::{Cursor, Store},
};

/// Channels that are switched on, and of which nothing was heard yet, are heard from now on.
pub(super) async fn begin(store: &Store, config: &Config, now: Timestamp) -> Result<()> {
    let configured = config.channels.modes.iter().filter(|(_, (mode, _))| *mode != Mode::Off).map(|(key, _)| Cursor {
        platform: key.platform,
        workspace: key.workspace.clone(),
        channel: key.channel.clone(),
        heard_at: now,
    });
    let kept = store.channels().await?.into_iter().filter(|channel| channel.mode != Mode::Off).map(|channel| Cursor {
        platform: channel.platform,
        workspace: channel.workspace,
        channel: channel.channel,
        heard_at: now,
    });
    Ok(store.begin_cursors(&configured.chain(kept).collect::<Vec<_>>()).await?)
}

/// Reads what may have been missed, whenever that is told, until `stop` ends.
pub(super) async fn catch_up(
    dispatcher: Dispatcher,
    inbox: Inbox,
    connections: &Connections,
    reach: Reach,
    stop: impl Future<Output = ()>,
) {
    CatchUp::new(dispatcher, inbox, (reach.back, reach.messages)).keep_up(connections, stop).await;
}
