//! Totals over people, and how few are too few to be shown.

use std::collections::BTreeMap;

/// Fewer people than this are never behind a number that a manager sees.
pub const FEWEST: u64 = 5;

/// A number of happenings, and of the people behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How often.
    pub times: u64,
    /// Of how many people.
    pub people: u64,
}

impl Total {
    /// What a manager sees: the number, or a dash where too few people are behind it (none at all included, so that
    /// nobody is picked out by a dash).
    pub fn shown(self) -> String {
        if self.people >= FEWEST { self.times.to_string() } else { "–".to_owned() }
    }
}

/// What a trigger did, and what people said to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Cards that arrived.
    pub spoken: Total,
    /// Taps on its cards, by their name.
    pub taps: BTreeMap<String, Total>,
}

impl Totals {
    /// The taps of a name.
    pub fn tapped(&self, name: &str) -> Total {
        self.taps.get(name).copied().unwrap_or_default()
    }
}
