//! How fast Slack is called: per method, per channel, and never before it asked us to come back.
//!
//! Invariants
//! - A call waits here for no longer than [`PATIENCE`]; what would wait longer is told so, and does not go out.
//! - A wait that Slack asked for is never cut short.
//! - Whoever gives up waiting leaves their place to others: else calls that are given up would keep all others waiting.
//! - What is remembered is bounded: a lane that is free again is forgotten.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chat::Timestamp;

/// The longest wait within a call: the outbox gives a call ten seconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// Lanes that are remembered before those that are free again are forgotten.
const LANES: usize = 2_048;

/// How often something may be called: on average once in `every`, with up to `burst` at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) every: Duration,
    pub(crate) burst: u32,
}

impl Rate {
    /// A rate of so many calls a minute, a tenth of them at once.
    pub(crate) const fn per_minute(calls: u32) -> Self {
        Self { every: Duration::from_millis(60_000 / calls as u64), burst: if calls < 20 { 1 } else { calls / 10 } }
    }

    /// What Slack allows for messages in one channel: one a second, with short bursts.
    pub(crate) const fn per_channel() -> Self {
        Self { every: Duration::from_secs(1), burst: 3 }
    }
}

/// One lane: a method, or a method in a channel.
pub(crate) type Lane = (&'static str, String);

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// When the lane would be empty if nobody came any more (the generic cell rate algorithm's arrival time).
    full_until: Timestamp,
    /// Slack said: not before.
    shut_until: Timestamp,
}

/// The lanes of one workspace.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    lanes: Mutex<HashMap<Lane, State>>,
}

/// A place in lanes, held until it is used.
struct Turn<'a> {
    pace: &'a Pace,
    lanes: &'a [(Lane, Rate)],
    is_used: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_used {
            self.pace.leave(self.lanes);
        }
    }
}

impl Pace {
    /// Waits for its turn in every lane; `Err`: that would take so long, and no place was taken.
    pub(crate) async fn turn(&self, lanes: &[(Lane, Rate)], now: Timestamp) -> Result<(), Duration> {
        let wait = self.enter(lanes, now)?;
        let mut turn = Turn { pace: self, lanes, is_used: false };
        tokio::time::sleep(wait).await;
        turn.is_used = true;
        Ok(())
    }

    /// Takes a place in every lane, and says how long to wait for it; `Err`: too long, and no place was taken.
    fn enter(&self, lanes: &[(Lane, Rate)], now: Timestamp) -> Result<Duration, Duration> {
        let mut known = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > LANES {
            known.retain(|_, state| state.full_until > now || state.shut_until > now);
        }
        let mut wait = Duration::ZERO;
        for (lane, rate) in lanes {
            let state = known.get(lane).copied().unwrap_or_default();
            let room = rate.every * rate.burst.saturating_sub(1);
            let free_at = state.full_until.max(now) - room;
            wait = wait.max(free_at.since(now)).max(state.shut_until.since(now));
        }
        if wait > PATIENCE {
            return Err(wait);
        }
        for (lane, rate) in lanes {
            let state = known.entry(lane.clone()).or_default();
            state.full_until = state.full_until.max(now) + rate.every;
        }
        Ok(wait)
    }

    /// Gives a place in every lane back.
    fn leave(&self, lanes: &[(Lane, Rate)]) {
        let mut known = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        for (lane, rate) in lanes {
            if let Some(state) = known.get_mut(lane) {
                state.full_until = state.full_until - rate.every;
            }
        }
    }

    /// Slack asked not to be called in this lane for a while.
    pub(crate) fn shut(&self, lane: &Lane, until: Timestamp) {
        let mut known = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let state = known.entry(lane.clone()).or_default();
        state.shut_until = state.shut_until.max(until);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn lane(channel: &str) -> Vec<(Lane, Rate)> {
        vec![(("chat.postMessage", channel.to_owned()), Rate::per_channel())]
    }

    #[test]
    fn a_channel_gets_a_burst_and_then_one_a_second_and_others_do_not_wait_for_it() {
        let (pace, now) = (Pace::default(), Timestamp::from_ms(1_000_000));
        let waits: Vec<_> = (0..7).map(|_| pace.enter(&lane("C1"), now).map(|wait| wait.as_secs())).collect();
        assert_eq!(waits[..6], [Ok(0), Ok(0), Ok(0), Ok(1), Ok(2), Ok(3)]);
        assert_eq!(pace.enter(&lane("C1"), now), Err(Duration::from_secs(4)), "it is told, and takes no place");
        assert_eq!(pace.enter(&lane("C2"), now), Ok(Duration::ZERO));
        assert_eq!(pace.enter(&lane("C1"), now + Duration::from_secs(4)), Ok(Duration::ZERO));
    }

    #[test]
    fn a_wait_that_was_asked_for_is_kept() {
        let (pace, now) = (Pace::default(), Timestamp::from_ms(1_000_000));
        pace.shut(&lane("C1")[0].0, now + Duration::from_secs(30));
        pace.shut(&lane("C1")[0].0, now + Duration::from_secs(2));
        assert_eq!(pace.enter(&lane("C1"), now), Err(Duration::from_secs(30)));
        assert_eq!(pace.enter(&lane("C1"), now + Duration::from_secs(28)), Ok(Duration::from_secs(2)));
    }

    #[tokio::test]
    async fn who_gives_up_holds_nobody_up() {
        let (pace, now) = (Pace::default(), Timestamp::from_ms(1_000_000));
        for _ in 0..3 {
            assert_eq!(pace.turn(&lane("C1"), now).await, Ok(()));
        }
        for _ in 0..20 {
            assert_eq!(pace.turn(&lane("C1"), now).now_or_never(), None, "it waits, and is given up");
        }
        assert_eq!(pace.enter(&lane("C1"), now), Ok(Duration::from_secs(1)));
    }

    proptest::proptest! {
        /// Never more than the burst and one for each interval, whoever comes when.
        #[test]
        fn no_second_is_overfull(gaps in proptest::collection::vec(0_u64..900, 1..60)) {
            let (pace, mut now, mut sent) = (Pace::default(), Timestamp::from_ms(1_000_000), Vec::new());
            for gap in gaps {
                now = now + Duration::from_millis(gap);
                if let Ok(wait) = pace.enter(&lane("C1"), now) {
                    sent.push(now + wait);
                }
            }
            for (n, first) in sent.iter().enumerate() {
                let within = sent[n..].iter().filter(|at| at.since(*first) < Duration::from_secs(10)).count();
                proptest::prop_assert!(within <= 3 + 10, "{} in ten seconds", within);
            }
        }
    }
}
