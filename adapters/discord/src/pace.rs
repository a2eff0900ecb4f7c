//! How fast Discord may be asked: by the headers of its answers, and never near the ban.
//!
//! Invariants
//! - Pure: the instant is passed in, nothing waits here.
//! - Discord's own numbers win. Ours are only the ceilings under which we stay until it has told its own.
//! - Every map has a bound: what has run out is forgotten first.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use chat::Timestamp;
use serde_json::{Value, json};

/// Requests a second over all routes: Discord takes 50, and counts by its own clock.
const GLOBAL_A_SECOND: usize = 40;
/// Discord bans an address for 10,000 answers of 401, 403 and 429 in ten minutes; we stop far below.
const INVALID_AT_MOST: usize = 1_000;
const INVALID_WINDOW: Duration = Duration::from_mins(10);
const SECOND: Duration = Duration::from_secs(1);
/// Routes that are remembered at most.
const ROUTES: usize = 4_096;

/// What an answer's headers say about pace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Told {
    /// The status.
    pub(crate) status: u16,
    /// `X-RateLimit-Bucket`.
    pub(crate) bucket: Option<String>,
    /// `X-RateLimit-Remaining`.
    pub(crate) remaining: Option<u32>,
    /// `X-RateLimit-Reset-After`.
    pub(crate) reset_after: Option<Duration>,
    /// `Retry-After`.
    pub(crate) retry_after: Option<Duration>,
    /// `X-RateLimit-Global`, or the scope `global`.
    pub(crate) global: bool,
    /// The scope `shared`: somebody else's doing, which Discord doesn't count against us.
    pub(crate) shared: bool,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    remaining: u32,
    until: Timestamp,
}

/// What is known about pace.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Which bucket a route belongs to, as Discord named it.
    buckets: HashMap<String, String>,
    /// How much of a bucket is left.
    windows: HashMap<String, Window>,
    /// Nothing at all may be asked before: Discord says so.
    silent_until: Timestamp,
    /// Nothing at all may be asked before: the token is refused. A restart may bring a better one.
    hushed_until: Timestamp,
    /// When the last requests went out, oldest first.
    asked: VecDeque<Timestamp>,
    /// When the last answers of 401, 403 and 429 came, oldest first.
    invalid: VecDeque<Timestamp>,
}

impl Pace {
    /// How long to wait before asking on `route`; with nothing to wait for, the request is counted as sent.
    pub(crate) fn take(&mut self, route: &str, now: Timestamp) -> Duration {
        self.forget(now);
        let mut wait = self.silent_until.max(self.hushed_until).since(now);
        if self.invalid.len() >= INVALID_AT_MOST
            && let Some(oldest) = self.invalid.front()
        {
            wait = wait.max((*oldest + INVALID_WINDOW).since(now));
        }
        if self.asked.len() >= GLOBAL_A_SECOND
            && let Some(oldest) = self.asked.front()
        {
            wait = wait.max((*oldest + SECOND).since(now));
        }
        let bucket = self.bucket_of(route);
        if let Some(window) = self.windows.get_mut(&bucket) {
            if window.remaining == 0 {
                wait = wait.max(window.until.since(now));
            } else if wait.is_zero() {
                window.remaining -= 1;
            }
        }
        if wait.is_zero() {
            self.asked.push_back(now);
        }
        wait
    }

    /// Learns from an answer on `route`.
    pub(crate) fn heard(&mut self, route: &str, told: &Told, now: Timestamp) {
        if matches!(told.status, 401 | 403 | 429) && !told.shared {
            self.invalid.push_back(now);
        }
        if let Some(bucket) = &told.bucket {
            self.buckets.insert(route.to_owned(), format!("{bucket} {}", major(route)));
        }
        let bucket = self.bucket_of(route);
        if told.status == 429 {
            let until = now + told.retry_after.or(told.reset_after).unwrap_or(SECOND);
            if told.global {
                self.silent_until = self.silent_until.max(until);
            } else {
                self.windows.insert(bucket, Window { remaining: 0, until });
            }
        } else if let (Some(remaining), Some(after)) = (told.remaining, told.reset_after) {
            let until = now + after;
            // Answers may overtake each other: within one window the smaller number is the newer one.
            let known = self.windows.get(&bucket).filter(|known| known.until.since(now) > after / 2);
            let remaining = known.map_or(remaining, |known| remaining.min(known.remaining));
            self.windows.insert(bucket, Window { remaining, until });
        }
    }

    /// Forbids everything for a while: the token is refused, and every further try counts towards the ban.
    pub(crate) fn hush(&mut self, until: Timestamp) {
        self.hushed_until = self.hushed_until.max(until);
    }

    /// True while nothing is asked since the token is refused.
    pub(crate) fn is_hushed(&self, now: Timestamp) -> bool {
        self.hushed_until > now
    }

    /// What must hold after a restart too: silence that Discord asked for, and how near the ban we are.
    pub(crate) fn told(&self) -> Value {
        let waits: Vec<_> = self.windows.iter().filter(|(_, window)| window.remaining == 0).collect();
        let waits: Vec<_> = waits.into_iter().map(|(bucket, window)| json!([bucket, window.until])).collect();
        let buckets: Vec<_> = self.buckets.iter().map(|(route, bucket)| json!([route, bucket])).collect();
        json!({ "silent_until": self.silent_until, "invalid": self.invalid, "waits": waits, "buckets": buckets })
    }

    /// When the last of it is over.
    pub(crate) fn over_at(&self) -> Timestamp {
        let waits = self.windows.values().map(|window| window.until);
        let invalid = self.invalid.back().map(|at| *at + INVALID_WINDOW);
        waits.chain(invalid).fold(self.silent_until, Timestamp::max)
    }

    /// Takes up what [`Pace::told`] told before a restart.
    pub(crate) fn recall(&mut self, told: &Value, now: Timestamp) {
        let instant = |value: &Value| value.as_i64().map(Timestamp::from_ms);
        self.silent_until = self.silent_until.max(instant(&told["silent_until"]).unwrap_or_default());
        self.invalid.extend(told["invalid"].as_array().into_iter().flatten().filter_map(instant));
        for bucket in told["buckets"].as_array().into_iter().flatten() {
            if let (Some(route), Some(name)) = (bucket[0].as_str(), bucket[1].as_str()) {
                self.buckets.insert(route.to_owned(), name.to_owned());
            }
        }
        for wait in told["waits"].as_array().into_iter().flatten() {
            if let (Some(bucket), Some(until)) = (wait[0].as_str(), instant(&wait[1])) {
                self.windows.insert(bucket.to_owned(), Window { remaining: 0, until });
            }
        }
        self.forget(now);
    }

    fn bucket_of(&self, route: &str) -> String {
        self.buckets.get(route).cloned().unwrap_or_else(|| route.to_owned())
    }

    fn forget(&mut self, now: Timestamp) {
        while self.asked.front().is_some_and(|at| now.since(*at) >= SECOND) {
            self.asked.pop_front();
        }
        while self.invalid.front().is_some_and(|at| now.since(*at) >= INVALID_WINDOW) {
            self.invalid.pop_front();
        }
        self.windows.retain(|_, window| window.until > now);
        if self.buckets.len() > ROUTES {
            self.buckets.clear();
        }
    }
}

/// The route of a request: its method and path without the ids that Discord doesn't pace by.
pub(crate) fn route_name(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let mut route = method.to_owned();
    let mut before = "";
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let is_id = part.bytes().all(|byte| byte.is_ascii_digit());
        let is_major = matches!(before, "channels" | "guilds" | "webhooks");
        route.push('/');
        // A token, which stands behind the id of a webhook or an interaction, is no part of what may be remembered.
        let is_token = part.len() > 40 || part.contains('%');
        route.push_str(if (is_id && !is_major) || is_token { ":" } else { part });
        before = part;
    }
    route
}

/// The part of a route that splits a bucket.
fn major(route: &str) -> &str {
    let mut parts = route.split('/');
    parts.find(|part| matches!(*part, "channels" | "guilds" | "webhooks")).and_then(|_| parts.next()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn told(status: u16) -> Told {
        Told { status, ..Told::default() }
    }

    #[test]
    fn a_bucket_that_is_empty_is_waited_for_and_others_are_not() {
        let mut pace = Pace::default();
        let (here, there) = (route_name("POST", "/channels/1/messages"), route_name("POST", "/channels/2/messages"));
        let answer = Told {
            bucket: Some("b".into()),
            remaining: Some(1),
            reset_after: Some(Duration::from_secs(5)),
            ..told(200)
        };
        assert_eq!(pace.take(&here, at(0)), Duration::ZERO);
        pace.heard(&here, &answer, at(0));
        assert_eq!(pace.take(&here, at(1)), Duration::ZERO, "one is left");
        assert_eq!(pace.take(&here, at(2)), Duration::from_millis(4_998));
        assert_eq!(pace.take(&there, at(2)), Duration::ZERO, "another channel is another bucket");
        assert_eq!(pace.take(&here, at(5_000)), Duration::ZERO, "a new window");
    }

    #[test]
    fn a_429_is_waited_out_here_or_everywhere() {
        let mut pace = Pace::default();
        let busy = Told { retry_after: Some(Duration::from_secs(2)), ..told(429) };
        pace.heard("a", &busy, at(0));
        assert_eq!(pace.take("a", at(0)), Duration::from_secs(2));
        assert_eq!(pace.take("b", at(0)), Duration::ZERO);
        pace.heard("a", &Told { global: true, ..busy }, at(0));
        assert_eq!(pace.take("b", at(500)), Duration::from_millis(1_500));
    }

    #[test]
    fn we_stop_far_below_the_ban() {
        let mut pace = Pace::default();
        for _ in 0..INVALID_AT_MOST {
            assert_eq!(pace.take("x", at(0)).max(SECOND), SECOND);
            pace.heard("x", &told(403), at(0));
        }
        assert_eq!(pace.take("y", at(60_000)), Duration::from_mins(9));
        assert_eq!(pace.take("y", at(600_000)), Duration::ZERO);
        let mut others = Pace::default();
        for _ in 0..2 * INVALID_AT_MOST {
            others.heard("x", &Told { shared: true, ..told(429) }, at(0));
        }
        assert!(others.take("y", at(1)).is_zero(), "what somebody else did is not counted against us");
    }

    #[test]
    fn what_discord_asked_for_holds_after_a_restart() {
        let mut before = Pace::default();
        let bucket = Some("b".to_owned());
        before.heard("a", &Told { bucket, retry_after: Some(Duration::from_mins(1)), ..told(429) }, at(0));
        let everywhere = Told { retry_after: Some(Duration::from_secs(9)), global: true, ..told(429) };
        before.heard("c", &everywhere, at(0));
        for _ in 0..INVALID_AT_MOST - 2 {
            before.heard("x", &told(403), at(0));
        }
        assert_eq!(before.over_at(), at(600_000));
        let mut after = Pace::default();
        after.recall(&before.told(), at(1_000));
        assert_eq!(after.take("new", at(1_000)), Duration::from_secs(599), "the guard goes on counting");
        let mut after = Pace::default();
        let mut lighter = before.told();
        lighter["invalid"] = json!([]);
        after.recall(&lighter, at(1_000));
        assert_eq!(after.take("new", at(1_000)), Duration::from_secs(8), "all of Discord asked for silence");
        assert_eq!(after.take("a", at(10_000)), Duration::from_secs(50), "this route longer");
        assert!(after.take("new", at(10_000)).is_zero());
    }

    #[test]
    fn all_routes_together_have_a_ceiling() {
        let mut pace = Pace::default();
        let sent = (0..200).filter(|n| pace.take(&n.to_string(), at(0)).is_zero()).count();
        assert_eq!(sent, GLOBAL_A_SECOND);
        assert!(pace.take("more", at(1_000)).is_zero());
    }

    #[test]
    fn a_route_keeps_what_discord_paces_by_and_no_token() {
        assert_eq!(route_name("PATCH", "/channels/11/messages/22?x=1"), "PATCH/channels/11/messages/:");
        let token = "t".repeat(60);
        assert_eq!(route_name("POST", &format!("/webhooks/11/{token}")), "POST/webhooks/11/:");
        assert_eq!(route_name("GET", "/users/@me"), "GET/users/@me");
    }
}
