//! The delivery protocol in a small world: the real outbox, twice, over one store; a platform that fails in every way it
//! can; a clock that only the world winds; deaths at any moment.
//!
//! The same world must find fault with the naive variants of RELIABILITY.md's table. A checker that never finds anything
//! would prove nothing.

mod world;

use std::time::Duration;

use kairos::outbox::Terms;
use world::{Found, Variant, World};

/// Worlds that each variant has to live through.
const SEEDS: u64 = 48;

const OURS: Variant = Variant { terms: Terms::USUAL, blind: false, unsearchable: false, jumps: false };

async fn lived_through(variant: Variant) -> Found {
    let mut found = Found::default();
    for seed in 0..SEEDS {
        found.add(&World::new(seed, variant).await.live().await);
    }
    found
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_comes_twice() {
    let found = lived_through(OURS).await;
    assert_eq!((found.lost, found.doubled, found.early), (0, 0, 0), "{found:?}");
    assert!(found.faults > 200 && found.deaths > 20, "nothing much happened: {found:?}");
}

/// Whoever repeats what got no answer says it twice.
#[tokio::test]
async fn a_naive_retry_is_found_out() {
    let found = lived_through(Variant { blind: true, ..OURS }).await;
    assert!(found.doubled > 0, "{found:?}");
    assert_eq!(found.lost, 0);
}

/// Somebody sets the clock back by an hour, again and again, in the middle of calls.
#[tokio::test]
async fn a_clock_that_is_set_back_loses_nothing_and_doubles_nothing_and_nothing_is_early() {
    let found = lived_through(Variant { jumps: true, ..OURS }).await;
    assert_eq!((found.lost, found.doubled, found.early), (0, 0, 0), "{found:?}");
    assert!(found.jumps > 20, "{found:?}");
}

/// Where nothing can be looked up, what got no answer comes at most once, and is counted …
#[tokio::test]
async fn what_can_not_be_looked_up_comes_at_most_once() {
    let found = lived_through(Variant { unsearchable: true, ..OURS }).await;
    assert_eq!(found.doubled, 0, "{found:?}");
    assert!(found.lost > 0 && found.unknown >= found.lost, "{found:?}");
}

/// … unless the house would rather have it twice than not at all.
#[tokio::test]
async fn what_can_not_be_looked_up_is_repeated_where_the_house_wants_it() {
    let terms = Terms { repeats_unknown: true, ..Terms::USUAL };
    let found = lived_through(Variant { terms, unsearchable: true, ..OURS }).await;
    assert_eq!((found.lost, found.early), (0, 0), "{found:?}");
    assert!(found.doubled > 0, "{found:?}");
}

/// Whoever looks before the platform is done finds nothing, and says it again.
#[tokio::test]
async fn a_lease_shorter_than_the_platform_takes_is_found_out() {
    let terms = Terms::new(Duration::from_secs(5), Duration::from_secs(2), Terms::USUAL.tries);
    let found = lived_through(Variant { terms, ..OURS }).await;
    assert!(found.doubled > 0, "{found:?}");
}

/// Whoever begins a call late in a lease still calls when another has taken over.
#[tokio::test]
async fn a_missing_deadline_guard_is_found_out() {
    let terms = Terms { guard: Duration::ZERO, ..Terms::USUAL };
    let found = lived_through(Variant { terms, ..OURS }).await;
    assert!(found.doubled > 0, "{found:?}");
}
