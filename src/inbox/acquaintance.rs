//! Whom a name of another system means, and how they are written to.
//!
//! Invariants
//! - What is about somebody unknown waits, and is looked at as soon as they are known; it is never dropped.
//! - A platform is asked about one address once in a while, however many alerts name it.

use std::{collections::HashSet, task::Poll, time::Duration};

use chat::{Identity, PersonId, PersonKey, PlatformKind, Refusal, Said, Signal};
use tracing::{info, warn};

use super::{
    Line, LineError,
    describing::{Asking, at_once},
    line::Effect,
    lookups::Question,
    signals::{About, BATCH},
};
use crate::store::DipChange;

/// How long after a platform knew nobody by an address it is asked again.
const SEEK_AGAIN: Duration = Duration::from_hours(6);
/// How long after a platform could not be asked just now.
const SOON: Duration = Duration::from_secs(30);
/// Addresses that platforms are asked about at the same time.
const SOUGHT: u32 = 8;

impl Line {
    /// Looks at signals whose person has become known; how many there were.
    ///
    /// The newest number of a series says what is still true: it alone is judged, the older ones being its past.
    pub(super) async fn take_found(&self) -> Result<usize, LineError> {
        let introduced = self.seek_unknown().await?;
        let mut found = self.parts.store.signals_found(BATCH).await?;
        found.sort_by_key(|(signal, _)| std::cmp::Reverse(signal.what.at()));
        let mut series = HashSet::new();
        let is_newest = |(signal, person): &&(Signal, PersonId)| match &signal.what {
            Said::Observation(seen) => series.insert((person.clone(), seen.measure.clone())),
            Said::Alert(_) => true,
        };
        let (newest, past): (Vec<_>, Vec<_>) = found.iter().partition(is_newest);
        let adopt = |(signal, person): &(Signal, PersonId)| DipChange::Adopt {
            signal: signal.id.clone(),
            person: person.clone(),
        };
        let mut effect = Effect::default();
        effect.outcome.dips.extend(past.into_iter().map(adopt));
        self.commit(effect).await?;
        for told in newest {
            let (signal, person) = told;
            let mut effect = Effect::default();
            effect.outcome.dips.push(adopt(told));
            if let Some(identity) = self.way_to(person).await? {
                self.weigh(About { signal, person, identity: &identity, matter: None }, &mut effect).await?;
            }
            self.commit(effect).await?;
        }
        Ok(introduced + found.len())
    }

    /// Asks the platforms for those whose e-mail address something waits for; how many were found at once. Whoever takes
    /// longer to find is looked for beside the line.
    async fn seek_unknown(&self) -> Result<usize, LineError> {
        let (now, mut found) = (self.now(), 0);
        let limit = SOUGHT.saturating_sub(self.describing.sought());
        for key in self.parts.store.emails_to_seek(now - SEEK_AGAIN, limit).await? {
            self.parts.store.was_sought(&key, now).await?;
            let (line, sought) = (self.clone(), key.clone());
            let mut asking: Asking<Result<Option<Identity>, Refusal>> =
                Box::pin(async move { line.bearer_of(&sought).await });
            match at_once(&mut asking).await {
                Poll::Ready(answer) => found += usize::from(self.was_told(&key, answer).await?),
                Poll::Pending => {
                    let (line, seeking) = (self.clone(), self.describing.seek());
                    tokio::spawn(async move {
                        let answer = asking.await;
                        if let Err(error) = line.was_told(&key, answer).await {
                            warn!(%error, "who bears an address could not be kept");
                        }
                        drop(seeking);
                    });
                }
            }
        }
        Ok(found)
    }

    async fn bearer_of(&self, key: &PersonKey) -> Result<Option<Identity>, Refusal> {
        let mut refused = None;
        for platform in self.parts.platforms.all() {
            match platform.person_with(&key.value).await {
                Ok(Some(identity)) => return Ok(Some(identity)),
                Ok(None) => {}
                Err(refusal) => refused = Some(refusal),
            }
        }
        refused.map_or(Ok(None), Err)
    }

    /// What a platform told about an address; true where somebody bears it.
    async fn was_told(&self, key: &PersonKey, answer: Result<Option<Identity>, Refusal>) -> Result<bool, LineError> {
        match answer {
            Ok(Some(identity)) => {
                let person = self.known(&identity).await?;
                self.parts.store.name_person(key, &person.id).await?;
                return Ok(true);
            }
            Ok(None) => {}
            Err(refusal) => {
                info!(%refusal, "a platform could not be asked who bears an address");
                if let Refusal::Transient { retry_after, .. } = &refusal {
                    let wait = retry_after.unwrap_or(SOON).clamp(SOON, SEEK_AGAIN);
                    self.parts.store.was_sought(key, self.now() - SEEK_AGAIN + wait).await?;
                }
            }
        }
        Ok(false)
    }

    /// The person a name means, and how they are written to; `None` where nobody is known or nothing reaches them.
    pub(super) async fn person_meant(&self, key: &PersonKey) -> Result<Option<(PersonId, Identity)>, LineError> {
        if let Some(person) = self.parts.store.person_named(key).await? {
            return Ok(self.way_to(&person).await?.map(|identity| (person, identity)));
        }
        let Ok(kind) = key.scheme.parse::<PlatformKind>() else { return Ok(None) };
        let Some(identity) = Identity::read(kind, &key.value) else { return Ok(None) };
        if self.look_up_whether(Question::Exists(identity.clone())).await != Some(true) {
            return Ok(None);
        }
        let candidate = PersonId::new(self.parts.ids.new_id());
        let person = self.parts.store.person_of(&identity, &candidate, self.now()).await?;
        Ok(Some((person.id, identity)))
    }

    /// The identity by which somebody can be written to, on a platform that is connected.
    pub(super) async fn way_to(&self, person: &PersonId) -> Result<Option<Identity>, LineError> {
        let identities = self.parts.store.identities_of(person).await?;
        let connected = |identity: &Identity| self.parts.platforms.get(identity.platform).is_some();
        Ok(identities.iter().find(|identity| connected(identity)).or(identities.first()).cloned())
    }
}
