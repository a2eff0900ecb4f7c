//! What goes out: claimed under a lease, sent, and finished only by whoever still holds it.
//!
//! Invariants
//! - The lease is written before the platform is called, and no call can outlive it.
//! - A definite refusal goes back with a delay in its row; no answer is looked up, never blindly repeated.
//! - Nothing is sent before it is due or after it expired.
//! - What goes to one conversation goes in order; conversations don't wait for each other.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chat::{
    Card, ChannelId, DeliveryId, HOME, Identity, Key, MessageId, Place, Platform, Platforms, Privacy, Refusal, Sent,
    ShownTo, Timestamp,
};
use futures_util::future::join_all;
use tokio::sync::Notify;
use tracing::{error, warn};

use crate::{
    clock::Clock,
    store::{Action, Claimed, Delivery, Store, StoreError},
};

/// How long a delivery is held.
const LEASE: Duration = Duration::from_secs(30);
/// How long one call to a platform may take; two calls fit into a lease, so that none outlives it.
const CALL: Duration = Duration::from_secs(10);
/// Deliveries that are claimed in one go.
const BATCH: u32 = 16;
/// How often a delivery is tried before a person should look.
const TRIES: u32 = 8;
/// The longest nap: a bell that was missed costs no more than this.
const NAP: Duration = Duration::from_secs(5);

/// What is said in the open where a private message can't be delivered: that something is there, never what.
pub type Notice = fn(&DeliveryId) -> Card;

/// Sends what is due.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: Store,
    platforms: Platforms,
    clock: Clock,
    notice: Option<Notice>,
}

/// What became of one attempt.
enum Attempt {
    Sent(Sent),
    Refused(Refusal),
}

impl Outbox {
    /// An outbox over `store`.
    pub fn new(store: Store, platforms: Platforms, clock: Clock) -> Self {
        Self { store, platforms, clock, notice: None }
    }

    /// The same outbox, which tells people in the open when their private messages are closed.
    #[must_use]
    pub fn with_notice(self, notice: Notice) -> Self {
        Self { notice: Some(notice), ..self }
    }

    /// Works until `stop` ends; what is in hand is finished first. `bell` is rung when there may be something to send.
    pub async fn work(&self, bell: Arc<Notify>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            let looked_at = self.clock.now();
            match self.step().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => error!(%error, "the outbox waits: the store does not answer"),
            }
            tokio::select! {
                () = &mut stop => return,
                () = bell.notified() => {}
                () = self.nap(looked_at) => {}
            }
        }
    }

    /// Until something is due that was not at the last look, but no longer than a nap.
    async fn nap(&self, looked_at: Timestamp) {
        let until = match self.store.next_due(looked_at).await {
            Ok(Some(due)) => due,
            _ => looked_at + NAP,
        };
        tokio::select! {
            () = self.clock.sleep_until(until) => {}
            () = tokio::time::sleep(NAP) => {}
        }
    }

    /// Sends what is due and looks up what is unclear; how much that was.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        self.store.expire_overdue(now).await?;
        let due = self.store.claim_due(now, LEASE, BATCH).await?;
        let lanes = lanes(&due).into_values().map(async |lane| {
            for claimed in lane {
                self.deliver(claimed, now + LEASE).await?;
            }
            Ok::<_, StoreError>(())
        });
        for done in join_all(lanes).await {
            done?;
        }
        let now = self.clock.now();
        let unclear = self.store.claim_ambiguous(now, LEASE, BATCH).await?;
        for claimed in &unclear {
            self.look_up(claimed, now + LEASE).await?;
        }
        Ok(due.len() + unclear.len())
    }

    async fn deliver(&self, claimed: &Claimed<Delivery>, lease_ends: Timestamp) -> Result<(), StoreError> {
        let Some(platform) = self.platform_of(&claimed.item) else {
            let later = self.clock.now() + backoff(claimed.item.id.as_str(), TRIES);
            self.store.put_back(&claimed.item.id, claimed.fence, later, "its platform is not connected").await?;
            return Ok(());
        };
        // The deadline guard: whoever claims this next must find nobody still calling.
        if self.clock.now() + 2 * CALL > lease_ends {
            let now = self.clock.now();
            self.store.put_back(&claimed.item.id, claimed.fence, now, "not reached in time").await?;
            return Ok(());
        }
        let attempt = tokio::time::timeout(2 * CALL, self.attempt(platform, &claimed.item))
            .await
            .unwrap_or_else(|_| Attempt::Refused(Refusal::Unknown("timed out".to_owned())));
        self.settle(claimed, attempt).await
    }

    async fn settle(&self, claimed: &Claimed<Delivery>, attempt: Attempt) -> Result<(), StoreError> {
        let (id, fence) = (&claimed.item.id, claimed.fence);
        let now = self.clock.now();
        match attempt {
            Attempt::Sent(sent) => self.store.finish_sent(id, fence, &sent, now).await?,
            Attempt::Refused(Refusal::Definite(reason) | Refusal::Closed(reason)) => {
                warn!(delivery = %id, reason, "a delivery was refused for good");
                self.store.give_up(id, fence, &reason).await?
            }
            Attempt::Refused(Refusal::Transient { reason, .. }) if claimed.attempts >= TRIES => {
                warn!(delivery = %id, reason, "a delivery was refused too often");
                self.store.give_up(id, fence, &reason).await?
            }
            Attempt::Refused(Refusal::Transient { reason, retry_after }) => {
                let wait = backoff(id.as_str(), claimed.attempts).max(retry_after.unwrap_or_default());
                self.store.put_back(id, fence, now + wait, &reason).await?
            }
            Attempt::Refused(Refusal::Unknown(reason)) => self.store.mark_ambiguous(id, fence, &reason).await?,
        };
        Ok(())
    }

    /// Looks whether an attempt whose answer never came has arrived after all.
    async fn look_up(&self, claimed: &Claimed<Delivery>, lease_ends: Timestamp) -> Result<(), StoreError> {
        // Without its platform nobody can tell; the lease that was just taken is the time until the next look.
        let Some(platform) = self.platform_of(&claimed.item) else { return Ok(()) };
        let (id, fence, now) = (&claimed.item.id, claimed.fence, self.clock.now());
        if now + 2 * CALL > lease_ends {
            return Ok(());
        }
        if matches!(claimed.item.action, Action::Edit { .. } | Action::ShowHome { .. }) {
            // The same edit twice is one edit; so is the same page.
            self.store.put_back(id, fence, now, "no answer; an edit may be repeated").await?;
            return Ok(());
        }
        let found = tokio::time::timeout(2 * CALL, self.find(platform, &claimed.item)).await;
        match found {
            Ok(Ok(Some(sent))) => self.store.finish_sent(id, fence, &sent, now).await?,
            Ok(Ok(None)) if claimed.attempts < TRIES => {
                self.store.put_back(id, fence, now, "no answer; it had not arrived").await?
            }
            Ok(Ok(None)) => self.store.give_up(id, fence, "no answer, too often").await?,
            Ok(Err(Refusal::Definite(reason) | Refusal::Closed(reason))) => {
                self.store.give_up(id, fence, &reason).await?
            }
            // Still unclear: the lease that was just taken is the time until the next look.
            Ok(Err(Refusal::Transient { .. } | Refusal::Unknown(_))) | Err(_) => true,
        };
        Ok(())
    }

    async fn attempt(&self, platform: &dyn Platform, delivery: &Delivery) -> Attempt {
        let Some(card) = &delivery.card else {
            return Attempt::Refused(Refusal::Definite("it has no card".to_owned()));
        };
        let key = delivery.key.to_key();
        let sent = match &delivery.action {
            Action::Post { place, shown_to } => platform.send(place, shown_to, card, &key).await,
            Action::PostPrivately { who } => {
                let sent = match platform.open_private(who).await {
                    Ok(place) => platform.send(&place, &ShownTo::Everyone, card, &key).await,
                    Err(refusal) => Err(refusal),
                };
                match (sent, where_asked(delivery), self.notice) {
                    (Err(Refusal::Closed(_)), Some(place), Some(notice)) => {
                        platform.send(&place, &ShownTo::Everyone, &notice(&delivery.id), &key).await
                    }
                    (sent, ..) => sent,
                }
            }
            Action::ShowHome { who } => platform.show_home(who, card).await.map(|()| home_of(who)),
            Action::Edit { place, message } => {
                let sent = Sent { place: place.clone(), message: message.clone() };
                platform.edit(&sent, card).await.map(|()| sent)
            }
        };
        sent.map_or_else(Attempt::Refused, Attempt::Sent)
    }

    async fn find(&self, platform: &dyn Platform, delivery: &Delivery) -> Result<Option<Sent>, Refusal> {
        let key: Key = delivery.key.to_key();
        match &delivery.action {
            Action::Post { place, .. } | Action::Edit { place, .. } => platform.find(place, &key).await,
            Action::ShowHome { who } => Ok(Some(home_of(who))),
            Action::PostPrivately { who } => {
                let place = platform.open_private(who).await?;
                match (platform.find(&place, &key).await?, where_asked(delivery), self.notice) {
                    (None, Some(place), Some(_)) => platform.find(&place, &key).await,
                    (found, ..) => Ok(found),
                }
            }
        }
    }

    fn platform_of(&self, delivery: &Delivery) -> Option<&dyn Platform> {
        self.platforms.get(match &delivery.action {
            Action::Post { place, .. } | Action::Edit { place, .. } => place.platform,
            Action::PostPrivately { who } | Action::ShowHome { who } => who.platform,
        })
    }
}

/// The thread of the question that a delivery answers, where others read along; of a command the channel.
fn where_asked(delivery: &Delivery) -> Option<Place> {
    let offer = delivery.offer.as_ref().filter(|offer| !offer.place.is_private())?;
    if offer.message.as_str() == offer.heard_in.as_str() {
        return Some(offer.place.clone());
    }
    let opening = offer.place.thread.as_ref().unwrap_or(&offer.message);
    Some(offer.place.in_thread(opening))
}

/// What goes to one conversation goes one after the other, so that of two edits the later one stays; a conversation that
/// its platform holds up holds up no other.
fn lanes(due: &[Claimed<Delivery>]) -> BTreeMap<(&str, &str), Vec<&Claimed<Delivery>>> {
    let mut lanes = BTreeMap::<_, Vec<_>>::new();
    for claimed in due {
        let lane = match &claimed.item.action {
            Action::Post { place, .. } | Action::Edit { place, .. } => {
                (place.workspace.as_str(), place.channel.as_str())
            }
            Action::PostPrivately { who } | Action::ShowHome { who } => (who.workspace.as_str(), who.user.as_str()),
        };
        lanes.entry(lane).or_default().push(claimed);
    }
    lanes
}

/// The page that a platform keeps for somebody, as if it were a message.
fn home_of(who: &Identity) -> Sent {
    let place = Place {
        platform: who.platform,
        workspace: who.workspace.clone(),
        channel: ChannelId::new(who.user.as_str()),
        thread: None,
        privacy: Privacy::Private,
    };
    Sent { place, message: MessageId::new(HOME) }
}

/// 2, 4, 8 … seconds and up to half as much again, by the delivery's own lot; at most about six minutes.
fn backoff(id: &str, attempts: u32) -> Duration {
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
}
