//! What channels' messages scored is added up, fades, and goes when it is old.

use chat::{ChannelId, PlatformKind, Timestamp, WorkspaceId};
use kairos::store::{ChannelScores, Keeping, Outcome, Store, Swept};

use super::samples::from;
use crate::support::databases::each_database;

pub(super) fn scores(channel: &str, learnt: &str, counts: &[(i16, i64)]) -> ChannelScores {
    ChannelScores {
        platform: PlatformKind::Slack,
        workspace: WorkspaceId::new("T1"),
        channel: ChannelId::new(channel),
        learnt: learnt.to_owned(),
        counts: counts.to_vec(),
        fades: false,
        at: Timestamp::from_ms(1_000),
    }
}

async fn add(store: &Store, scores: ChannelScores) {
    store.conclude(&Outcome { scores: vec![scores], ..Outcome::default() }).await.unwrap();
}

async fn kept(store: &Store, learnt: &str) -> Vec<(String, i16, u32)> {
    let mut kept = Vec::new();
    for channel in ["C1", "C2"] {
        let id = ChannelId::new(channel);
        let rows = store.scores_in(PlatformKind::Slack, &WorkspaceId::new("T1"), Some(&id), learnt).await.unwrap();
        kept.extend(rows.into_iter().map(|(bin, messages)| row(channel, bin, messages)));
    }
    kept
}

fn row(channel: &str, bin: i16, messages: u32) -> (String, i16, u32) {
    (channel.to_owned(), bin, messages)
}

#[tokio::test]
async fn they_are_added_up_by_channel_and_by_what_was_learnt() {
    each_database(|store: Store| async move {
        add(&store, scores("C1", "a", &[(-50, 30), (7, 2)])).await;
        add(&store, scores("C1", "a", &[(-50, 31), (7, -1), (900, 1)])).await;
        add(&store, scores("C2", "a", &[(7, 5)])).await;
        add(&store, scores("C1", "b", &[(7, 9)])).await;
        let all = [row("C1", -50, 61), row("C1", 7, 1), row("C1", 900, 1), row("C2", 7, 5)];
        assert_eq!(kept(&store, "a").await, all);
        assert_eq!(kept(&store, "b").await, [row("C1", 7, 9)]);
        let whole = store.scores_in(PlatformKind::Slack, &WorkspaceId::new("T1"), None, "a").await.unwrap();
        assert_eq!(whole, [(-50, 61), (7, 6), (900, 1)], "the workspace is the sum of its channels");
        add(&store, ChannelScores { fades: true, ..scores("C1", "a", &[(900, 1)]) }).await;
        assert_eq!(kept(&store, "a").await, [row("C1", -50, 30), row("C1", 900, 1), row("C2", 7, 5)]);
        let before = |ms| Keeping { decisions: Timestamp::from_ms(ms), ..from(0) };
        assert_eq!(store.sweep(&before(1_000)).await.unwrap(), Swept::default());
        assert_eq!(store.sweep(&before(1_001)).await.unwrap(), Swept(vec![("channel_scores", 5)]));
        assert_eq!(kept(&store, "a").await, []);
    })
    .await;
}
