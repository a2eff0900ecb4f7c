//! Words that people gave on purpose, so that a trigger is heard in them too: until somebody has reviewed them.
//!
//! Invariants
//! - The same words of one person for one trigger stand here once.
//! - A card that quotes them is kept no longer than it takes to arrive: the words are in one place, and can be erased there.

use chat::{PersonId, Timestamp};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{Tx, execute, fetch_all},
};
use crate::library::TriggerId;

/// What answers with the card that quotes own words, as its key names it: no trigger's id has such a letter. The statements
/// about it have it in letters.
pub const REVIEW: &str = "triggers_card";

/// Words that wait for review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnWords {
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
        /// For which trigger.
        trigger: TriggerId,
        /// What was written.
        text: String,
    },
}

#[derive(FromRow)]
struct OwnWordsRow {
    trigger_id: String,
    text: String,
    person_id: String,
    given_at: i64,
}

/// Keeps words, or erases what was reviewed.
pub(super) async fn change(tx: &mut Tx, change: &OwnWordsChange) -> Result<(), StoreError> {
    match change {
        OwnWordsChange::Given(OwnWords { trigger, text, by, at }) => {
            let sql = "INSERT INTO own_words (trigger_id, text, person_id, given_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (trigger_id, text, person_id) DO NOTHING";
            execute!(tx.on(), sql, trigger.as_str(), text, by.as_str(), at.as_ms())?;
        }
        OwnWordsChange::Reviewed { trigger, text } => {
            let sql = "DELETE FROM own_words WHERE trigger_id = $1 AND text = $2";
            execute!(tx.on(), sql, trigger.as_str(), text)?;
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
    /// All words that wait for review, the oldest first.
    pub async fn own_words(&self) -> Result<Vec<OwnWords>, StoreError> {
        let sql = "SELECT trigger_id, text, person_id, given_at FROM own_words";
        let rows: Vec<OwnWordsRow> = fetch_all!(self.pools.read(), sql)?;
        let read = |row: OwnWordsRow| OwnWords {
            trigger: TriggerId::new(row.trigger_id),
            text: row.text,
            by: PersonId::new(row.person_id),
            at: Timestamp::from_ms(row.given_at),
        };
        let mut waiting: Vec<_> = rows.into_iter().map(read).collect();
        // Databases differ in how they order text.
        let order = |words: &OwnWords| (words.at, words.trigger.clone(), words.text.clone(), words.by.clone());
        waiting.sort_by_cached_key(order);
        Ok(waiting)
    }
}
