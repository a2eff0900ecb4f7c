//! How the scores of each channel's messages are spread: numbers only, from which its threshold is set.

use chat::{ChannelId, PlatformKind, Timestamp, WorkspaceId};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{Tx, execute, fetch_all},
};

/// What a channel's messages scored since the last time it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelScores {
    /// The platform.
    pub platform: PlatformKind,
    /// The workspace or guild.
    pub workspace: WorkspaceId,
    /// The channel.
    pub channel: ChannelId,
    /// What had been learnt when they were scored: other lessons, other scores.
    pub learnt: String,
    /// Bin of scores to how many messages more (or fewer) fell into it, by bin.
    pub counts: Vec<(i16, i64)>,
    /// All that was counted before is halved first: what is long ago fades.
    pub fades: bool,
    /// When.
    pub at: Timestamp,
}

#[derive(FromRow)]
struct ScoreRow {
    bin: i64,
    messages: i64,
}

/// Adds to what is kept of a channel.
pub(super) async fn add(tx: &mut Tx, scores: &ChannelScores) -> Result<(), StoreError> {
    let ChannelScores { platform, workspace, channel, learnt, .. } = scores;
    let (platform, workspace, channel) = (platform.as_str(), workspace.as_str(), channel.as_str());
    if scores.fades {
        let halve = "UPDATE channel_scores SET messages = messages / 2
             WHERE platform = $1 AND workspace = $2 AND channel = $3 AND learnt = $4";
        execute!(tx.on(), halve, platform, workspace, channel, learnt)?;
    }
    // In the order of bins, so that two who write about the same channel never wait for each other.
    for (bin, messages) in &scores.counts {
        let sql = "INSERT INTO channel_scores (platform, workspace, channel, learnt, bin, messages, counted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (platform, workspace, channel, learnt, bin) DO UPDATE
             SET messages = channel_scores.messages + excluded.messages, counted_at = excluded.counted_at";
        execute!(tx.on(), sql, platform, workspace, channel, learnt, i64::from(*bin), *messages, scores.at.as_ms())?;
    }
    Ok(())
}

impl Store {
    /// How many messages of a channel (`None`: of its workspace) fell into each bin of scores, as far as what was learnt
    /// then is what is learnt now.
    pub async fn scores_in(
        &self,
        platform: PlatformKind,
        workspace: &WorkspaceId,
        channel: Option<&ChannelId>,
        learnt: &str,
    ) -> Result<Vec<(i16, u32)>, StoreError> {
        let of_channel = "SELECT bin, messages FROM channel_scores
             WHERE platform = $1 AND workspace = $2 AND learnt = $3 AND channel = $4 AND messages > 0 ORDER BY bin";
        let of_all = "SELECT bin, CAST(SUM(messages) AS BIGINT) AS messages FROM channel_scores
             WHERE platform = $1 AND workspace = $2 AND learnt = $3 AND messages > 0 GROUP BY bin ORDER BY bin";
        let (platform, workspace) = (platform.as_str(), workspace.as_str());
        let rows: Vec<ScoreRow> = match channel {
            Some(channel) => fetch_all!(self.pools.read(), of_channel, platform, workspace, learnt, channel.as_str())?,
            None => fetch_all!(self.pools.read(), of_all, platform, workspace, learnt)?,
        };
        let unreadable = |_| StoreError::Unreadable { column: "bin", source: None };
        rows.into_iter()
            .map(|row| {
                let messages = u32::try_from(row.messages).unwrap_or(u32::MAX);
                Ok((i16::try_from(row.bin).map_err(unreadable)?, messages))
            })
            .collect()
    }
}
