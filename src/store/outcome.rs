//! Everything that one input changes.

use chat::{DeliveryId, EventId, PersonId, Timestamp};

use super::{
    Channel, ChannelScores, Delivery, DipChange, Origin, OwnWordsChange, PauseChange, PersonChange, Recorded,
    Settlement, Tap, TriggerStep,
};
use crate::practice::Session;

/// Everything that one event changes: written in one transaction, or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The arrival that is finished by it, with its fence; its raw text is erased.
    pub arrival: Option<(EventId, i64)>,
    /// An event that was never kept raw: this very commit records that it is done, and writes nothing where it was done before.
    pub direct: Option<(EventId, Origin, Timestamp)>,
    /// Decisions to record.
    pub decisions: Vec<Recorded>,
    /// New deliveries; one whose key exists already is left as it is.
    pub deliveries: Vec<Delivery>,
    /// What becomes of deliveries that are still held or pending; others are left as they are.
    pub settled: Vec<(DeliveryId, Settlement)>,
    /// What people tapped; a repeated tap changes nothing.
    pub taps: Vec<Tap>,
    /// Practices begun or carried on; one that has taken as many turns already is left as it is.
    pub sessions: Vec<Session>,
    /// Changes to people.
    pub people: Vec<(PersonId, PersonChange)>,
    /// Channels whose mode was set.
    pub channels: Vec<Channel>,
    /// Triggers that are paused or go on.
    pub pauses: Vec<PauseChange>,
    /// What else became of triggers by taps.
    pub steps: Vec<TriggerStep>,
    /// Words that people gave for review, or that were reviewed.
    pub own_words: Vec<OwnWordsChange>,
    /// Signals that were heard, and what they did to dips.
    pub dips: Vec<DipChange>,
    /// What messages of channels scored.
    pub scores: Vec<ChannelScores>,
}

impl Outcome {
    /// Takes in what another outcome writes; the arrival that is finished stays.
    pub fn extend(&mut self, more: Self) {
        // Taken apart, so that a new field can't be forgotten here.
        let Outcome {
            arrival,
            direct,
            decisions,
            deliveries,
            settled,
            taps,
            sessions,
            people,
            channels,
            pauses,
            steps,
            own_words,
            dips,
            scores,
        } = more;
        self.arrival = self.arrival.take().or(arrival);
        self.direct = self.direct.take().or(direct);
        self.decisions.extend(decisions);
        self.deliveries.extend(deliveries);
        self.settled.extend(settled);
        self.taps.extend(taps);
        self.sessions.extend(sessions);
        self.people.extend(people);
        self.channels.extend(channels);
        self.pauses.extend(pauses);
        self.steps.extend(steps);
        self.own_words.extend(own_words);
        self.dips.extend(dips);
        self.scores.extend(scores);
    }

    /// True where nothing changes but that its arrival is finished.
    pub fn is_bare(&self) -> bool {
        // Taken apart, so that a new field can't be forgotten here.
        let Outcome {
            arrival: _,
            direct: _,
            decisions,
            deliveries,
            settled,
            taps,
            sessions,
            people,
            channels,
            pauses,
            steps,
            own_words,
            dips,
            scores,
        } = self;
        decisions.is_empty()
            && deliveries.is_empty()
            && settled.is_empty()
            && taps.is_empty()
            && sessions.is_empty()
            && people.is_empty()
            && channels.is_empty()
            && pauses.is_empty()
            && steps.is_empty()
            && own_words.is_empty()
            && dips.is_empty()
            && scores.is_empty()
    }
}
