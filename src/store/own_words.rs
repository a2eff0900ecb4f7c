//! Words that people gave on purpose, so that a trigger is heard in them too: until somebody has reviewed them.
//!
//! Invariants
//! - The same words of one person for one trigger stand here once, in the workspace in which they were given.
//! - A card that quotes them is kept no longer than it takes to arrive: the words are in one place, and can be erased there.

use chat::{PersonId, Scope, Tenant, Timestamp};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{Tx, execute, fetch_all, within},
};
use crate::library::TriggerId;

/// What answers with the card that quotes own words, as its key names it: no trigger's id has such a letter. The statements
/// about it have it in letters.
pub const REVIEW: &str = "triggers_card";

/// Words that wait for review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnWords {
    /// In which workspace.
    pub tenant: Tenant,
    /// For which trigger.
    pub trigger: TriggerId,
    /// What was written.
    pub text: String,
    /// Who gave them.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// A change to what waits for review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnWordsChange {
    /// Somebody gave words; the same a second time change nothing.
    Given(OwnWords),
    /// They are reviewed, whoever gave them, and wait no more.
    Reviewed {
        /// In which workspaces.
        scope: Scope,
        /// For which trigger.
        trigger: TriggerId,
        /// What was written.
        text: String,
    },
}

#[derive(FromRow)]
struct OwnWordsRow {
    tenant: String,
    trigger_id: String,
    text: String,
    person_id: String,
    given_at: i64,
}

/// Keeps words, or erases what was reviewed.
pub(super) async fn change(tx: &mut Tx, change: &OwnWordsChange) -> Result<(), StoreError> {
    match change {
        OwnWordsChange::Given(OwnWords { tenant, trigger, text, by, at }) => {
            let sql =
                "INSERT INTO own_words (trigger_id, text, person_id, given_at, tenant) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (tenant, trigger_id, text, person_id) DO NOTHING";
            execute!(tx.on(), sql, trigger.as_str(), text, by.as_str(), at.as_ms(), tenant.as_str())?;
        }
        OwnWordsChange::Reviewed { scope, trigger, text } => {
            let sql = concat!("DELETE FROM own_words WHERE trigger_id = $1 AND text = $2 AND ", within!(3));
            execute!(tx.on(), sql, trigger.as_str(), text, scope.to_stored())?;
        }
    }
    Ok(())
}

/// Erases what quotes a person's words and has not arrived.
pub(super) async fn erase_quotations(tx: &mut Tx, person: &PersonId) -> Result<(), StoreError> {
    let sql = "UPDATE deliveries SET card = NULL, state = CASE WHEN state = 'pending' THEN 'cancelled' ELSE state END
         WHERE trigger_id = 'triggers_card' AND card IS NOT NULL AND state IN ('pending', 'dead', 'cancelled', 'expired')
            AND EXISTS (SELECT 1 FROM own_words WHERE person_id = $1)";
    execute!(tx.on(), sql, person.as_str())?;
    Ok(())
}

impl Store {
    /// All words that wait for review within a scope, the oldest first.
    pub async fn own_words(&self, scope: &Scope) -> Result<Vec<OwnWords>, StoreError> {
        let sql = concat!("SELECT tenant, trigger_id, text, person_id, given_at FROM own_words WHERE ", within!(1));
        let mut scoped = self.pools.within(scope).await?;
        let rows: Vec<OwnWordsRow> = fetch_all!(scoped.on(), sql, scope.to_stored())?;
        let read = |row: OwnWordsRow| OwnWords {
            tenant: Tenant::stored(row.tenant),
            trigger: TriggerId::new(row.trigger_id),
            text: row.text,
            by: PersonId::new(row.person_id),
            at: Timestamp::from_ms(row.given_at),
        };
        let mut waiting: Vec<_> = rows.into_iter().map(read).collect();
        // Databases differ in how they order text.
        let order = |words: &OwnWords| {
            (words.at, words.trigger.clone(), words.text.clone(), words.by.clone(), words.tenant.clone())
        };
        waiting.sort_by_cached_key(order);
        Ok(waiting)
    }
}
