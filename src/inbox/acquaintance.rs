//! Whom a name of another system means, and how they are written to.
//!
//! Invariants
//! - What is about somebody unknown waits, and is looked at as soon as they are known; it is never dropped.
//! - A platform is asked about one address once in a while, however many alerts name it.

use std::time::Duration;

use chat::{Identity, PersonId, PersonKey, PlatformKind};
use tracing::info;

use super::{
    Line, LineError,
    line::Effect,
    signals::{About, BATCH},
};
use crate::store::DipChange;

/// How long after a platform knew nobody by an address it is asked again.
const SEEK_AGAIN: Duration = Duration::from_hours(6);
/// Addresses that platforms are asked about in one go.
const SOUGHT: u32 = 8;

impl Line {
    /// Looks at signals whose person has become known; how many there were.
    pub(super) async fn take_found(&self) -> Result<usize, LineError> {
        let introduced = self.seek_unknown().await?;
        let found = self.parts.store.signals_found(BATCH).await?;
        for (signal, person) in &found {
            let mut effect = Effect::default();
            effect.outcome.dips.push(DipChange::Adopt { signal: signal.id.clone(), person: person.clone() });
            if let Some(identity) = self.way_to(person).await? {
                self.weigh(About { signal, person, identity: &identity }, &mut effect).await?;
            }
            self.commit(effect).await?;
        }
        Ok(introduced + found.len())
    }

    /// Asks the platforms for those whose e-mail address something waits for; how many were found.
    async fn seek_unknown(&self) -> Result<usize, LineError> {
        let now = self.now();
        let mut found = 0;
        for key in self.parts.store.emails_to_seek(now - SEEK_AGAIN, SOUGHT).await? {
            self.parts.store.was_sought(&key, now).await?;
            for platform in self.parts.platforms.all() {
                match platform.person_with(&key.value).await {
                    Ok(Some(identity)) => {
                        let candidate = PersonId::new(self.parts.ids.new_id());
                        let person = self.parts.store.person_of(&identity, &candidate, now).await?;
                        self.parts.store.name_person(&key, &person.id).await?;
                        found += 1;
                        break;
                    }
                    Ok(None) => {}
                    Err(refusal) => info!(%refusal, "a platform could not be asked who bears an address"),
                }
            }
        }
        Ok(found)
    }

    /// The person a name means, and how they are written to; `None` where nobody is known or nothing reaches them.
    pub(super) async fn person_meant(&self, key: &PersonKey) -> Result<Option<(PersonId, Identity)>, LineError> {
        if let Some(person) = self.parts.store.person_named(key).await? {
            return Ok(self.way_to(&person).await?.map(|identity| (person, identity)));
        }
        let Ok(kind) = key.scheme.parse::<PlatformKind>() else { return Ok(None) };
        let Some(platform) = self.parts.platforms.get(kind) else { return Ok(None) };
        let Some(identity) = Identity::read(kind, &key.value) else { return Ok(None) };
        if !matches!(platform.describe(&identity).await, Ok(Some(_))) {
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
