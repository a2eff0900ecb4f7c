//! Up to when everything that was said in a channel is known.
//!
//! Invariants
//! - A cursor never goes back, and holds an instant, never text.

use chat::{ChannelId, PlatformKind, Timestamp, WorkspaceId};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{execute, fetch_all},
    columns::read_name,
};

/// Up to when everything that was said in a channel is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The platform.
    pub platform: PlatformKind,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The channel.
    pub channel: ChannelId,
    /// Up to then.
    pub heard_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    platform: String,
    workspace: String,
    channel: String,
    heard_at: i64,
}

impl Row {
    fn into_cursor(self) -> Result<Cursor, StoreError> {
        Ok(Cursor {
            platform: read_name(&self.platform, "platform")?,
            workspace: WorkspaceId::new(self.workspace),
            channel: ChannelId::new(self.channel),
            heard_at: Timestamp::from_ms(self.heard_at),
        })
    }
}

impl Store {
    /// The channels of a platform of which it is known up to when they were heard.
    pub async fn cursors(&self, platform: PlatformKind) -> Result<Vec<Cursor>, StoreError> {
        let sql = "SELECT platform, workspace, channel, heard_at FROM channel_cursors WHERE platform = $1
             ORDER BY heard_at DESC, workspace, channel";
        let rows: Vec<Row> = fetch_all!(self.pools.read(), sql, platform.as_str())?;
        rows.into_iter().map(Row::into_cursor).collect()
    }

    /// Begins cursors of channels that have none.
    pub async fn begin_cursors(&self, cursors: &[Cursor]) -> Result<(), StoreError> {
        let sql = "INSERT INTO channel_cursors (platform, workspace, channel, heard_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (platform, workspace, channel) DO NOTHING";
        for Cursor { platform, workspace, channel, heard_at } in cursors {
            let (workspace, channel) = (workspace.as_str(), channel.as_str());
            execute!(self.pools.write(), sql, platform.as_str(), workspace, channel, heard_at.as_ms())?;
        }
        Ok(())
    }

    /// Moves cursors forward, in one commit.
    pub async fn keep_cursors(&self, cursors: &[Cursor]) -> Result<(), StoreError> {
        if cursors.is_empty() {
            return Ok(());
        }
        let mut tx = self.pools.begin().await?;
        let sql = "INSERT INTO channel_cursors (platform, workspace, channel, heard_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (platform, workspace, channel) DO UPDATE SET heard_at =
                 CASE WHEN excluded.heard_at > channel_cursors.heard_at THEN excluded.heard_at
                      ELSE channel_cursors.heard_at END";
        for Cursor { platform, workspace, channel, heard_at } in cursors {
            execute!(tx.on(), sql, platform.as_str(), workspace.as_str(), channel.as_str(), heard_at.as_ms())?;
        }
        tx.commit().await
    }
}
