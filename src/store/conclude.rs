//! What one event changes: all of it, or nothing.
//!
//! Invariants
//! - A holder whose arrival was claimed again by another writes nothing.
//! - Done twice it has the same effect as done once: keys, taps and turns are known again.

use chat::DeliveryId;

use super::{
    Outcome, PersonChange, Store, StoreError,
    backend::{Tx, execute},
    decisions, deliveries,
    inbox::FINISH_ARRIVAL,
    own_words, pauses, people, personal, places, practice, scores, signals, steering, taps,
};

/// What became of an [`Outcome`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concluded {
    /// It is written.
    Done {
        /// The deliveries whose key was new.
        inserted: Vec<DeliveryId>,
        /// The deliveries that were held or pending and were settled.
        settled: Vec<DeliveryId>,
    },
    /// Another holds the arrival by now, or has concluded it: nothing is written.
    Stale,
}

/// Records an event that was handled before anything was written; nothing where it is known.
const DONE_AT_ONCE: &str = "INSERT INTO arrivals (id, platform, raw, received_at, state, due_at, seq)
     VALUES ($1, $2, NULL, $3, 'done', $3, 0) ON CONFLICT (id) DO NOTHING";

impl Store {
    /// Writes everything that one event changes in one transaction, or nothing.
    ///
    /// An outcome of nothing but its arrival is a single statement.
    pub async fn conclude(&self, outcome: &Outcome) -> Result<Concluded, StoreError> {
        let nothing = Concluded::Done { inserted: Vec::new(), settled: Vec::new() };
        if outcome.is_bare() {
            let Some((id, fence)) = &outcome.arrival else { return Ok(nothing) };
            let done = execute!(self.pools.write(), FINISH_ARRIVAL, id.as_str(), *fence)?;
            return Ok(if done == 1 { nothing } else { Concluded::Stale });
        }
        let mut tx = self.pools.begin().await?;
        if let Some((id, fence)) = &outcome.arrival
            && execute!(tx.on(), FINISH_ARRIVAL, id.as_str(), *fence)? == 0
        {
            tx.rollback().await?;
            return Ok(Concluded::Stale);
        }
        if let Some((id, origin, received_at)) = &outcome.direct
            && execute!(tx.on(), DONE_AT_ONCE, id.as_str(), origin.to_string(), received_at.as_ms())? == 0
        {
            tx.rollback().await?;
            return Ok(Concluded::Stale);
        }
        let concluded = write(&mut tx, outcome).await?;
        tx.commit().await?;
        Ok(concluded)
    }

    /// The same for several outcomes of events that were never kept, in one commit. One whose event was done before writes
    /// nothing, and is [`Concluded::Stale`]. An error: nothing of any is written.
    pub async fn conclude_together(&self, outcomes: &[&Outcome]) -> Result<Vec<Concluded>, StoreError> {
        let mut tx = self.pools.begin().await?;
        let mut concluded = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let is_new = match &outcome.direct {
                Some((id, origin, at)) => {
                    execute!(tx.on(), DONE_AT_ONCE, id.as_str(), origin.to_string(), at.as_ms())? == 1
                }
                None => true,
            };
            concluded.push(if is_new { write(&mut tx, outcome).await? } else { Concluded::Stale });
        }
        tx.commit().await?;
        Ok(concluded)
    }
}

async fn write(tx: &mut Tx, outcome: &Outcome) -> Result<Concluded, StoreError> {
    for (person, _) in outcome.people.iter().filter(|(_, change)| *change == PersonChange::Erase) {
        personal::erase(tx, person).await?;
    }
    for recorded in &outcome.decisions {
        decisions::insert(tx, recorded).await?;
    }
    let mut inserted = Vec::new();
    for delivery in &outcome.deliveries {
        if deliveries::insert(tx, delivery).await? {
            inserted.push(delivery.id.clone());
        }
    }
    let mut settled = Vec::new();
    // In one order for all, so that two outcomes about the same deliveries never wait for each other.
    let mut settlements: Vec<_> = outcome.settled.iter().collect();
    settlements.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (id, settlement) in settlements {
        if deliveries::settle(tx, id, settlement).await? {
            settled.push(id.clone());
        }
    }
    for tap in &outcome.taps {
        taps::insert(tx, tap).await?;
    }
    for session in &outcome.sessions {
        practice::keep(tx, session).await?;
    }
    for (person, change) in &outcome.people {
        people::change(tx, person, change).await?;
    }
    for channel in &outcome.channels {
        places::keep(tx, channel).await?;
    }
    for pause in &outcome.pauses {
        pauses::change(tx, pause).await?;
    }
    for step in &outcome.steps {
        steering::add(tx, step).await?;
    }
    for words in &outcome.own_words {
        own_words::change(tx, words).await?;
    }
    for dip in &outcome.dips {
        signals::change(tx, dip).await?;
    }
    for counted in &outcome.scores {
        scores::add(tx, counted).await?;
    }
    Ok(Concluded::Done { inserted, settled })
}
