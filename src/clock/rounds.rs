//! The rounds of a worker: what it is rung for it does at once; what is due besides is looked for now and then.
//!
//! Invariants
//! - While there is much to do, a look follows the last one after [`BETWEEN_LOOKS`]: each reads the store several times.
//! - A bell that was missed costs no more than [`NAP`].

use std::{future::Future, time::Duration};

use chat::Timestamp;

use super::Clock;

/// The longest nap.
const NAP: Duration = Duration::from_secs(5);
/// How long nobody looks again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The rounds of one worker.
#[derive(Debug)]
pub struct Rounds<'a> {
    clock: &'a Clock,
    looked_at: Option<Timestamp>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// When it began.
    pub began: Timestamp,
    /// Whether what is due is looked for.
    pub looks: bool,
}

impl<'a> Rounds<'a> {
    /// Rounds by a clock; the first one looks.
    pub fn by(clock: &'a Clock) -> Self {
        Self { clock, looked_at: None }
    }

    /// Begins the next round.
    pub fn begin(&mut self) -> Round {
        let began = self.clock.now();
        let looks = self.looked_at.is_none_or(|at| !began.is_within(BETWEEN_LOOKS, at));
        if looks {
            self.looked_at = Some(began);
        }
        Round { began, looks }
    }

    /// Lets the next round look, however soon it begins.
    pub fn look_again(&mut self) {
        self.looked_at = None;
    }

    /// Sleeps after a round in which nothing was left to do: until the next look, or after a look until `next_due`.
    pub async fn nap(&self, round: Round, next_due: impl Future<Output = Option<Timestamp>>) {
        if !round.looks {
            return tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        let until = next_due.await.unwrap_or(round.began + NAP);
        tokio::select! {
            () = self.clock.sleep_until(until) => {}
            () = tokio::time::sleep(NAP) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_worker_looks_ten_times_a_second() {
        let clock = Clock::manual(Timestamp::from_ms(1_000_000));
        let mut rounds = Rounds::by(&clock);
        let mut looks = || (rounds.begin().looks, clock.wind(Duration::from_millis(40))).0;
        assert_eq!([looks(), looks(), looks(), looks(), looks()], [true, false, false, true, false]);
    }

    #[test]
    fn where_there_may_be_more_and_where_the_clock_was_set_back_the_next_one_looks() {
        let clock = Clock::manual(Timestamp::from_ms(1_000_000));
        let mut rounds = Rounds::by(&clock);
        assert!(rounds.begin().looks && !rounds.begin().looks);
        rounds.look_again();
        assert!(rounds.begin().looks && !rounds.begin().looks);
        rounds.looked_at = Some(clock.now() + Duration::from_hours(1));
        assert!(rounds.begin().looks);
    }
}
