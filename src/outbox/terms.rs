//! How long a delivery is held, how long a call may take, and when it is tried again.

use std::time::Duration;

use chat::Timestamp;

use crate::clock::{Clock, Stopwatch};

/// What the outbox keeps to. No call may outlive the lease under which it is made: [`Terms::new`] sees to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long a delivery is held by whoever claimed it; longer than a platform may take to do what it was asked.
    pub lease: Duration,
    /// How long one delivery may take: opening the conversation and writing into it.
    pub call: Duration,
    /// The deadline guard: how much of its lease must be left when a call begins.
    pub guard: Duration,
    /// How often a delivery is tried before a person should look.
    pub tries: u32,
    /// Whether what got no answer, where the platform can't be searched for it, is sent again, perhaps twice then; else it
    /// is sent at most once.
    pub repeats_unknown: bool,
}

impl Terms {
    /// The terms of a house that names none: restarts and lost answers are settled after half a minute.
    pub const USUAL: Self = Self::new(Duration::from_secs(30), Duration::from_secs(20), 8);

    /// Terms under which a call of `call` fits into a lease of `lease`.
    pub const fn new(lease: Duration, call: Duration, tries: u32) -> Self {
        Self { lease, call, guard: call, tries, repeats_unknown: false }
    }
}

/// A lease that somebody holds. It ends by the clock, which others judge by, and by the time that really passed, in case
/// somebody sets the clock back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    ends: Timestamp,
    length: Duration,
    held: Stopwatch,
}

impl Lease {
    /// A lease that begins at `now`; to be made before it is asked for.
    pub(super) fn from(now: Timestamp, length: Duration) -> Self {
        Self { ends: now + length, length, held: Stopwatch::start() }
    }

    /// What is left of it.
    pub(super) fn left(&self, clock: &Clock) -> Duration {
        self.ends.since(clock.now()).min(self.length.saturating_sub(self.held.elapsed()))
    }
}

/// 2, 4, 8 … seconds and up to half as much again, by the delivery's own lot; at most about six minutes.
pub(super) fn backoff(id: &str, attempts: u32) -> Duration {
    let base_ms = 2_000_u64 << attempts.saturating_sub(1).min(7);
    let lot = id.bytes().fold(u64::from(attempts), |lot, byte| lot.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Duration::from_millis(base_ms + lot % (base_ms / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_delay_never_shrinks_much_and_stays_bounded(id in "[a-z0-9]{1,32}", attempts in 1_u32..50) {
            let (now, next) = (backoff(&id, attempts), backoff(&id, attempts + 1));
            proptest::prop_assert!(now >= Duration::from_secs(2) && now < Duration::from_mins(7));
            proptest::prop_assert!(next >= now.mul_f32(0.6));
        }
    }

    #[test]
    fn a_lease_ends_by_the_clock_too() {
        let clock = Clock::manual(Timestamp::from_ms(0));
        let lease = Lease::from(clock.now(), Duration::from_mins(10));
        assert!(lease.left(&clock) > Duration::from_mins(9));
        clock.wind(Duration::from_mins(10));
        assert_eq!(lease.left(&clock), Duration::ZERO);
    }
}
