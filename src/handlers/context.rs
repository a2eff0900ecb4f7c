//! What a handler may look at.

use std::{cell::Cell, fmt, sync::Arc};

use chat::{DeliveryId, Identity, Place, PlatformKind, Timestamp};

use super::{Asked, Memory};
use crate::{
    alerts::Sources,
    engine::{Engine, Limits},
    library::{Hearing, Mode},
};

/// What holds in a channel that nobody set from within.
pub type Unlisted = Arc<dyn Fn(&Place) -> (Mode, Hearing) + Send + Sync>;

/// Which limits hold in a place.
pub type LimitsOf = Arc<dyn Fn(&Place) -> Limits + Send + Sync>;

/// What holds in channels before anybody says otherwise.
#[derive(Clone)]
pub struct ChannelDefaults {
    /// Mode and sensitivity.
    pub unlisted: Unlisted,
    /// Limits; the usual ones where nothing is said.
    pub limits: Option<LimitsOf>,
}

impl fmt::Debug for ChannelDefaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelDefaults").finish_non_exhaustive()
    }
}

/// Everything that a handler sees beside its input. Nothing in it changes while the handler runs.
pub(crate) struct Cx<'a> {
    /// What can be recognised and said, and by which rules.
    pub(super) engine: &'a Engine,
    /// Operators, whom the configuration names.
    pub(super) managers: &'a [Identity],
    /// Reads what other systems sent, and knows whom it is for.
    pub(super) alerts: &'a Sources,
    /// What holds in channels before anybody says otherwise.
    pub(super) defaults: &'a ChannelDefaults,
    /// Platforms that are connected, each with whether it has a page for every person.
    pub(super) connected: &'a [(PlatformKind, bool)],
    /// What is known from a moment ago.
    pub(super) memory: &'a Memory,
    /// What has been asked so far, with its answers.
    pub(super) asked: &'a Asked,
    ids: IdSeries<'a>,
    now: Timestamp,
}

/// What a context is made of beside the memory and the answers: the same for every input.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) managers: &'a [Identity],
    pub(crate) alerts: &'a Sources,
    pub(crate) defaults: &'a ChannelDefaults,
    pub(crate) connected: &'a [(PlatformKind, bool)],
}

impl<'a> Cx<'a> {
    /// A context at an instant; `ids` are given out in their order, the same ones in every run over an input.
    pub(crate) fn new(
        around: Surroundings<'a>,
        memory: &'a Memory,
        asked: &'a Asked,
        (seed, now): (&'a str, Timestamp),
    ) -> Self {
        let Surroundings { engine, managers, alerts, defaults, connected } = around;
        Self {
            engine,
            managers,
            alerts,
            defaults,
            connected,
            memory,
            asked,
            ids: IdSeries { seed, given: Cell::new(0) },
            now,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn new_id(&self) -> String {
        self.ids.next()
    }

    pub(super) fn new_delivery_id(&self) -> DeliveryId {
        DeliveryId::new(self.new_id())
    }

    pub(super) fn is_connected(&self, kind: PlatformKind) -> bool {
        self.connected.iter().any(|(known, _)| *known == kind)
    }

    pub(super) fn has_home(&self, kind: PlatformKind) -> bool {
        self.connected.contains(&(kind, true))
    }
}

/// Ids that follow from one that was drawn: 32 hexadecimal digits, of which four in the middle count on. The last ones tell
/// series apart, whether ids are drawn at random or counted.
struct IdSeries<'a> {
    seed: &'a str,
    given: Cell<u16>,
}

impl IdSeries<'_> {
    /// Where the counting digits stand.
    const COUNTING: std::ops::Range<usize> = 20..24;

    fn next(&self) -> String {
        let number = self.given.replace(self.given.get().wrapping_add(1));
        let (Some(head), Some(digits), Some(tail)) =
            (self.seed.get(..Self::COUNTING.start), self.seed.get(Self::COUNTING), self.seed.get(Self::COUNTING.end..))
        else {
            return format!("{}{number:04x}", self.seed);
        };
        let next = u16::from_str_radix(digits, 16).unwrap_or_default().wrapping_add(number);
        format!("{head}{next:04x}{tail}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_series_differ_and_are_the_same_in_every_run() {
        let seed = "0192f0c1a2b37c4d8e9fffff00000007";
        let series = || IdSeries { seed, given: Cell::new(0) };
        let (one, two) = (series(), series());
        let first: Vec<String> = (0..3).map(|_| one.next()).collect();
        assert_eq!(first, (0..3).map(|_| two.next()).collect::<Vec<_>>());
        assert_eq!(first, [seed, "0192f0c1a2b37c4d8e9f000000000007", "0192f0c1a2b37c4d8e9f000100000007"]);
    }
}
