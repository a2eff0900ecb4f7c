//! Channels: whether Kairos is live there, and when it last spoke.

use chat::{ChannelId, Place, Timestamp, WorkspaceId};
use sqlx::FromRow;

use super::{
    Channel, Outcome, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::read_name,
};
use crate::library::{Hearing, TriggerId};

#[derive(FromRow)]
struct ChannelRow {
    platform: String,
    workspace: String,
    channel: String,
    name: String,
    mode: String,
    hearing: Option<String>,
}

impl ChannelRow {
    fn into_channel(self) -> Result<Channel, StoreError> {
        Ok(Channel {
            platform: read_name(&self.platform, "platform")?,
            workspace: WorkspaceId::new(self.workspace),
            channel: ChannelId::new(self.channel),
            name: self.name,
            mode: read_name(&self.mode, "mode")?,
            hearing: self.hearing.map(|hearing| read_name(&hearing, "hearing")).transpose()?,
        })
    }
}

/// Keeps a channel with its name and mode, whether it was known or not.
pub(super) async fn keep(tx: &mut Tx, channel: &Channel) -> Result<(), StoreError> {
    let sql = "INSERT INTO channels (platform, workspace, channel, name, mode, hearing) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (platform, workspace, channel)
         DO UPDATE SET name = excluded.name, mode = excluded.mode, hearing = excluded.hearing";
    execute!(
        tx.on(),
        sql,
        channel.platform.as_str(),
        channel.workspace.as_str(),
        channel.channel.as_str(),
        &channel.name,
        channel.mode.as_str(),
        channel.hearing.map(Hearing::as_str)
    )?;
    Ok(())
}

impl Store {
    /// The channel of this place, if its mode was ever set.
    pub async fn channel(&self, place: &Place) -> Result<Option<Channel>, StoreError> {
        let sql = "SELECT platform, workspace, channel, name, mode, hearing FROM channels
             WHERE platform = $1 AND workspace = $2 AND channel = $3";
        let row: Option<ChannelRow> = fetch_optional!(
            self.pools.read(),
            sql,
            place.platform.as_str(),
            place.workspace.as_str(),
            place.channel.as_str()
        )?;
        row.map(ChannelRow::into_channel).transpose()
    }

    /// Every channel whose mode was ever set, by platform, workspace and name.
    pub async fn channels(&self) -> Result<Vec<Channel>, StoreError> {
        let sql = "SELECT platform, workspace, channel, name, mode, hearing FROM channels";
        let rows: Vec<ChannelRow> = fetch_all!(self.pools.read(), sql)?;
        let mut channels = rows.into_iter().map(ChannelRow::into_channel).collect::<Result<Vec<_>, _>>()?;
        // Sorted here, since PostgreSQL sorts text by its locale.
        channels.sort_by(|a, b| {
            (a.platform, &a.workspace, &a.name, &a.channel).cmp(&(b.platform, &b.workspace, &b.name, &b.channel))
        });
        Ok(channels)
    }

    /// Sets a channel's name and mode.
    pub async fn set_channel(&self, channel: &Channel) -> Result<(), StoreError> {
        self.conclude(&Outcome { channels: vec![channel.clone()], ..Outcome::default() }).await?;
        Ok(())
    }

    /// When each trigger last spoke about something heard in this channel, or is about to: not before `since`, which
    /// should lie no further back than any trigger rests, for every row from then on is looked at.
    pub async fn place_facts(
        &self,
        place: &Place,
        since: Timestamp,
    ) -> Result<Vec<(TriggerId, Timestamp)>, StoreError> {
        let sql = "SELECT trigger_id, MAX(COALESCE(sent_at, due_at)) AS spoke_at FROM deliveries
             WHERE heard_channel = $1 AND heard_workspace = $2 AND heard_platform = $3
               AND state IN ('pending', 'sending', 'ambiguous', 'sent') AND COALESCE(sent_at, due_at) >= $4
             GROUP BY trigger_id";
        let rows: Vec<(String, i64)> = fetch_all!(
            self.pools.read(),
            sql,
            place.channel.as_str(),
            place.workspace.as_str(),
            place.platform.as_str(),
            since.as_ms()
        )?;
        let mut spoke: Vec<_> =
            rows.into_iter().map(|(trigger, at)| (TriggerId::new(trigger), Timestamp::from_ms(at))).collect();
        spoke.sort();
        Ok(spoke)
    }
}
