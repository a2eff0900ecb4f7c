//! Forgetting: what is older than an operator keeps it.
//!
//! Invariants
//! - Nothing that is still under way is forgotten: a delivery goes once it is at an end.
//! - A parked arrival goes like any other: nobody's text is kept beyond the term.
//! - Somebody about whom numbers come, or to whom something is said, is known: a person goes when nothing has happened.
//! - Who refused to be spoken to stays known: forgetting that would mean to speak to them again.
//! - [`SWEPT`] names every table that grows; a test finds one that is missing.

use chat::Timestamp;

use super::{Store, StoreError, backend::execute};

/// Before when what is forgotten: for each kind of thing an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// Decisions and their reasons.
    pub decisions: Timestamp,
    /// Deliveries and arrivals.
    pub deliveries: Timestamp,
    /// Numbers and alerts, and what they led to.
    pub observations: Timestamp,
    /// What people tapped.
    pub taps: Timestamp,
    /// Words that wait for review.
    pub own_words: Timestamp,
    /// Practices.
    pub practices: Timestamp,
    /// People of whom nothing was heard since.
    pub people: Timestamp,
}

/// How much was forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept(pub Vec<(&'static str, u64)>);

/// Rows of one transaction: others write in between.
const BATCH: i64 = 1_000;

/// Which instant of [`Keeping`] a table goes by.
type Term = fn(&Keeping) -> Timestamp;

/// Every table that grows with time: what goes from it (`$1`: before when, `$2`: rows at a time), and by which term. What
/// a person's row refers to goes with it.
pub const SWEPT: [(&str, &str, Term); 18] = [
    (
        "decisions",
        "DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE decided_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.decisions,
    ),
    (
        "deliveries",
        "DELETE FROM deliveries WHERE id IN (
             SELECT id FROM deliveries
             WHERE state IN ('sent', 'dead', 'cancelled', 'expired') AND due_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.deliveries,
    ),
    (
        "channel_scores",
        "DELETE FROM channel_scores WHERE (platform, workspace, channel, learnt, bin) IN (
             SELECT platform, workspace, channel, learnt, bin FROM channel_scores WHERE counted_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.decisions,
    ),
    (
        "channel_cursors",
        "DELETE FROM channel_cursors WHERE (platform, workspace, channel) IN (
             SELECT platform, workspace, channel FROM channel_cursors WHERE heard_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.deliveries,
    ),
    // The latest of each kind is in force and stays. Of what was taken out nothing stays: they are somebody's words.
    (
        "trigger_steps",
        "DELETE FROM trigger_steps WHERE id IN (
             SELECT id FROM trigger_steps WHERE at < $1 AND (EXISTS (
                 SELECT 1 FROM trigger_steps AS newer
                 WHERE newer.trigger_id = trigger_steps.trigger_id
                    AND (newer.tenant = trigger_steps.tenant OR newer.step = 'taken_out' AND newer.tenant = '*')
                    AND (newer.step = trigger_steps.step OR newer.step = 'taken_out' AND trigger_steps.step = 'taken_in')
                    AND COALESCE(newer.example, '') = COALESCE(trigger_steps.example, '')
                    AND newer.id > trigger_steps.id)
             OR step = 'taken_out' AND NOT EXISTS (
                 SELECT 1 FROM trigger_steps AS older
                 WHERE older.trigger_id = trigger_steps.trigger_id AND older.example = trigger_steps.example
                    AND trigger_steps.tenant IN (older.tenant, '*')
                    AND older.step = 'taken_in' AND older.id < trigger_steps.id)) LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.decisions,
    ),
    (
        "own_words",
        "DELETE FROM own_words WHERE (tenant, trigger_id, text, person_id) IN (
             SELECT tenant, trigger_id, text, person_id FROM own_words WHERE given_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.own_words,
    ),
    // A card that quotes them and never arrived.
    (
        "deliveries",
        "UPDATE deliveries SET card = NULL WHERE id IN (
             SELECT id FROM deliveries WHERE trigger_id = 'triggers_card' AND card IS NOT NULL
                AND state IN ('dead', 'cancelled', 'expired') AND due_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.own_words,
    ),
    // From then on their ids would be accepted again.
    (
        "arrivals",
        "DELETE FROM arrivals WHERE id IN (
             SELECT id FROM arrivals WHERE received_at < $1 AND state IN ('done', 'parked') LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.deliveries,
    ),
    (
        "quarantine",
        "DELETE FROM quarantine WHERE (kind, id) IN (
             SELECT kind, id FROM quarantine WHERE since < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.deliveries,
    ),
    (
        "signals",
        "DELETE FROM signals WHERE id IN (SELECT id FROM signals WHERE received_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.observations,
    ),
    (
        "dips",
        "DELETE FROM dips WHERE (trigger_id, person_id, opened_at) IN (
             SELECT trigger_id, person_id, opened_at FROM dips WHERE COALESCE(closed_at, opened_at) < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.observations,
    ),
    (
        "looks",
        "DELETE FROM looks WHERE (trigger_id, person_id) IN (
             SELECT trigger_id, person_id FROM looks WHERE looked_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.observations,
    ),
    (
        "unheard",
        "DELETE FROM unheard WHERE signal_id IN (SELECT signal_id FROM unheard WHERE since < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.observations,
    ),
    (
        "duties",
        "DELETE FROM duties WHERE (tenant, team, starts_at, person_id) IN (
             SELECT tenant, team, starts_at, person_id FROM duties WHERE ends_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.observations,
    ),
    (
        "sought",
        "DELETE FROM sought WHERE (scope, scheme, value) IN (
             SELECT scope, scheme, value FROM sought WHERE asked_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.observations,
    ),
    (
        "taps",
        "DELETE FROM taps WHERE (delivery_id, person_id, tap) IN (
             SELECT delivery_id, person_id, tap FROM taps WHERE tapped_at < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.taps,
    ),
    (
        "sessions",
        "DELETE FROM sessions WHERE id IN (
             SELECT id FROM sessions WHERE COALESCE(finished_at, started_at) < $1 LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.practices,
    ),
    (
        "people",
        "DELETE FROM people WHERE id IN (
             SELECT id FROM people WHERE COALESCE(described_at, created_at) < $1 AND NOT opted_out
                AND NOT EXISTS (SELECT 1 FROM stops WHERE stops.person_id = people.id)
                AND NOT EXISTS (SELECT 1 FROM signals WHERE signals.person_id = people.id AND received_at >= $1)
                AND NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.person_id = people.id AND decided_at >= $1)
                AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.person_id = people.id AND created_at >= $1)
             LIMIT CAST($2 AS BIGINT))",
        |keeping| keeping.people,
    ),
];

impl Store {
    /// Forgets what is older than `keeping` says and at an end; how many rows, of tables in which there were any.
    pub async fn sweep(&self, keeping: &Keeping) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        for (table, sql, term) in SWEPT {
            let rows = self.delete_all(sql, term(keeping)).await?;
            if rows > 0 {
                swept.0.push((table, rows));
            }
        }
        Ok(swept)
    }

    async fn delete_all(&self, sql: &'static str, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let mut tx = self.pools.begin().await?;
            let batch = execute!(tx.on(), sql, before.as_ms(), BATCH)?;
            tx.commit().await?;
            deleted += batch;
            if batch == 0 {
                return Ok(deleted);
            }
        }
    }
}
