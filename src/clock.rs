//! The clock and the source of ids: the only file that reads the machine's time and randomness.
//!
//! Everything else is told what time it is, so a night, a cool-down or a grace period is tested in microseconds, and
//! the playground can wind its clock forward to show what would happen on Monday.
//!
//! Invariants
//! - Clones of a clock tell the same time: winding one winds all.
//! - A clock is never wound back.
//! - A sleeper never wakes before its time by this clock, and wakes at once when winding passes it.

mod rounds;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use chat::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::watch;
use uuid::Uuid;

pub use rounds::Rounds;

/// The longest nap before a sleeper looks at the clock again: the machine may have been suspended, or its clock set.
const NAP: Duration = Duration::from_secs(30);

/// Measures how long something takes, whatever happens to the machine's clock meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    #[expect(clippy::disallowed_methods, reason = "this file reads the machine's time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since it began.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Microseconds since it began.
    pub fn micros(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1e6
    }
}

/// A clock. Clones share one dial.
#[derive(Clone, Debug)]
pub struct Clock {
    kind: Kind,
    /// Milliseconds that were added by winding; for a manual clock the time itself. Written by [`Clock::wind`] only.
    dial: watch::Sender<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    System,
    Shifted,
    Manual,
}

impl Clock {
    /// The machine's clock, which can't be wound.
    pub fn system() -> Self {
        Self { kind: Kind::System, dial: watch::Sender::new(0) }
    }

    /// A clock that shows `start` now and runs as fast as the machine's: for the playground, which has its own time.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { kind: Kind::Shifted, dial: watch::Sender::new(start.as_ms().saturating_sub(machine_ms())) }
    }

    /// A clock that stands at `start` and moves by winding only: for tests and backtests.
    pub fn manual(start: Timestamp) -> Self {
        Self { kind: Kind::Manual, dial: watch::Sender::new(start.as_ms()) }
    }

    /// The time by this clock.
    pub fn now(&self) -> Timestamp {
        let dial = *self.dial.borrow();
        match self.kind {
            Kind::Manual => Timestamp::from_ms(dial),
            Kind::System | Kind::Shifted => Timestamp::from_ms(machine_ms().saturating_add(dial)),
        }
    }

    /// Winds the clock forward, and tells those who sleep by it. False for the system clock, which stays as it is.
    pub fn wind(&self, by: Duration) -> bool {
        if self.kind == Kind::System {
            return false;
        }
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.dial.send_modify(|ms| *ms = ms.saturating_add(by_ms));
        true
    }

    /// Sets a manual clock back, as somebody may do with a machine's. False for any other clock.
    pub fn set_back(&self, by: Duration) -> bool {
        if self.kind != Kind::Manual {
            return false;
        }
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.dial.send_modify(|ms| *ms = ms.saturating_sub(by_ms));
        true
    }

    /// Waits until the clock shows `at`: at once when it does already, and early by the wall when it is wound.
    /// By a manual clock only winding ends the wait.
    pub async fn sleep_until(&self, at: Timestamp) {
        let mut dial = self.dial.subscribe();
        loop {
            let left = at.since(self.now());
            if left.is_zero() {
                return;
            }
            if self.kind == Kind::Manual {
                wound(&mut dial).await;
            } else {
                tokio::select! {
                    () = tokio::time::sleep(left.min(NAP)) => {}
                    () = wound(&mut dial) => {}
                }
            }
        }
    }

    /// Waits until the clock is wound after this call, whenever the future is first polled.
    pub fn changed(&self) -> impl Future<Output = ()> + Send + 'static {
        // The future keeps a dial of its own alive, so that it never ends because a clock was dropped.
        let (kept, mut dial) = (self.dial.clone(), self.dial.subscribe());
        async move {
            wound(&mut dial).await;
            drop(kept);
        }
    }
}

/// Waits for the next winding. The caller holds a sender, so the channel can't be closed; if it were, nobody could
/// ever wind this clock again.
async fn wound(dial: &mut watch::Receiver<i64>) {
    if dial.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Milliseconds since 1970 by the machine; 0 for a machine that is set before that.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
fn machine_ms() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}

/// A source of ids that are never given out twice. Clones share one source.
#[derive(Clone, Debug)]
pub struct Ids {
    /// The number of ids given out, where they are counted instead of drawn.
    counted: Option<Arc<AtomicU64>>,
}

impl Ids {
    /// Ids that are unique everywhere and sort by the time they were made (UUID version 7).
    pub fn random() -> Self {
        Self { counted: None }
    }

    /// 1, 2, 3 … in the same shape, so that a test sees the same ids on every run.
    pub fn counted() -> Self {
        Self { counted: Some(Arc::default()) }
    }

    /// A new id: 32 lower-case hexadecimal digits.
    pub fn new_id(&self) -> String {
        match &self.counted {
            Some(given) => format!("{:032x}", given.fetch_add(1, Ordering::Relaxed) + 1),
            None => random_id(),
        }
    }

    /// 32 bytes that nobody can guess; counted ones are the same on every run.
    pub fn secret_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        match &self.counted {
            Some(given) => bytes[..8].copy_from_slice(&given.fetch_add(1, Ordering::Relaxed).to_le_bytes()),
            None => SystemRandom::new().fill(&mut bytes).expect("the machine gives random bytes"),
        }
        bytes
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that draws ids")]
fn random_id() -> String {
    Uuid::now_v7().simple().to_string()
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Poll};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    /// Polls once, and says whether the future has ended.
    async fn has_ended(future: &mut std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await
    }

    #[tokio::test]
    async fn a_manual_clock_moves_by_winding_only() {
        let clock = Clock::manual(Timestamp::from_ms(1_000));
        let twin = clock.clone();
        assert_eq!(clock.now().as_ms(), 1_000);
        assert!(twin.wind(Duration::from_secs(2)));
        assert_eq!(clock.now().as_ms(), 3_000);
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_winding_reaches_its_time_and_not_before() {
        for clock in [Clock::manual(Timestamp::from_ms(0)), Clock::starting_at(Timestamp::from_ms(0))] {
            let mut sleeper = pin!(clock.sleep_until(clock.now() + 2 * HOUR));
            assert!(!has_ended(&mut sleeper).await, "{clock:?}: nothing has moved");
            clock.wind(HOUR);
            assert!(!has_ended(&mut sleeper).await, "{clock:?}: an hour is left");
            clock.wind(HOUR);
            assert!(has_ended(&mut sleeper).await, "{clock:?}: its time has come");
        }
    }

    #[tokio::test]
    async fn a_sleeper_sleeps_on_when_the_clock_is_set_back() {
        let clock = Clock::manual(Timestamp::from_ms(0));
        let mut sleeper = pin!(clock.sleep_until(clock.now() + HOUR));
        clock.wind(HOUR / 2);
        assert!(clock.set_back(HOUR));
        clock.wind(HOUR);
        assert!(!has_ended(&mut sleeper).await, "half an hour is left");
        clock.wind(HOUR / 2);
        assert!(has_ended(&mut sleeper).await);
        assert!(!Clock::system().set_back(HOUR));
    }

    #[tokio::test]
    async fn what_is_past_is_not_waited_for() {
        let clock = Clock::system();
        assert!(has_ended(&mut pin!(clock.sleep_until(clock.now()))).await);
        assert!(has_ended(&mut pin!(clock.sleep_until(Timestamp::from_ms(0)))).await);
    }

    #[tokio::test]
    async fn the_system_clock_is_not_wound() {
        let clock = Clock::system();
        assert!(!clock.wind(HOUR));
        assert!(!has_ended(&mut pin!(clock.changed())).await);
    }

    /// A winding between asking and the first poll was once lost: the server then slept through it.
    #[tokio::test]
    async fn a_winding_before_the_first_poll_is_noticed() {
        let clock = Clock::starting_at(Timestamp::from_ms(0));
        let mut changed = pin!(clock.changed());
        clock.wind(HOUR);
        assert!(has_ended(&mut changed).await);
    }

    #[test]
    fn counted_ids_repeat_from_run_to_run_and_never_within_one() {
        let (ids, fresh) = (Ids::counted(), Ids::counted());
        assert_eq!(ids.new_id(), "00000000000000000000000000000001");
        assert_eq!(ids.clone().new_id(), "00000000000000000000000000000002");
        assert_eq!(fresh.new_id(), "00000000000000000000000000000001");
    }

    #[test]
    fn random_ids_have_one_shape_and_differ() {
        let ids = Ids::random();
        let (one, other) = (ids.new_id(), ids.new_id());
        assert_ne!(one, other);
        assert_ne!(ids.secret_bytes(), ids.secret_bytes());
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()));
    }
}
