//! Whom a name of another system means, and how they are written to.
//!
//! Invariants
//! - Whom a name means is looked for in the workspaces of its source alone; a look-up that failed anywhere finds nobody
//!   out.
//! - An address that a platform alone knows means nobody before its person has said yes in chat.
//! - What is about somebody unknown waits, and is looked at as soon as they are known; it is never dropped.
//! - A platform is asked about one address once in a while, however many alerts name it.

use std::{collections::HashSet, task::Poll, time::Duration};

use chat::{Event, EventId, Identity, MessageId, PersonId, PersonKey, PlatformKind, Refusal, Said, Scope, Signal};
use tracing::{info, warn};

use super::{
    Line, LineError,
    describing::{Asking, at_once},
    line::Effect,
    lookups::Question,
    messages::OFFER_LASTS,
    signals::{About, BATCH},
};
use crate::{
    engine::{
        code_of,
        compose::{is_this_you_answered_card, is_this_you_card},
    },
    library::TriggerId,
    store::{Action, Delivery, DeliveryKey, DeliveryState, DipChange, NameState, PersonChange, Unconfirmed},
};

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
        let introduced = self.seek_unknown().await? + self.ask_whether_it_is_them().await?;
        let mut found = self.parts.store.signals_found(BATCH).await?;
        found.sort_by_key(|(signal, ..)| std::cmp::Reverse(signal.what.at()));
        let mut series = HashSet::new();
        let is_newest = |(signal, person, _): &&(Signal, PersonId, Scope)| match &signal.what {
            Said::Observation(seen) => series.insert((person.clone(), seen.measure.clone())),
            Said::Alert(_) => true,
        };
        let (newest, past): (Vec<_>, Vec<_>) = found.iter().partition(is_newest);
        let adopt = |(signal, person, _): &(Signal, PersonId, Scope)| DipChange::Adopt {
            signal: signal.id.clone(),
            person: person.clone(),
        };
        let mut effect = Effect::default();
        effect.outcome.dips.extend(past.into_iter().map(adopt));
        self.commit(effect).await?;
        for told in newest {
            let (signal, person, scope) = told;
            let mut effect = Effect::default();
            effect.outcome.dips.push(adopt(told));
            if let Some(identity) = self.way_to(person, scope).await? {
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
        for (scope, key) in self.parts.store.emails_to_seek(now - SEEK_AGAIN, limit).await? {
            self.parts.store.was_sought(&scope, &key, now).await?;
            let (line, sought, within) = (self.clone(), key.clone(), scope.clone());
            let mut asking: Asking<Result<Option<Identity>, Refusal>> =
                Box::pin(async move { line.bearer_of(&sought, &within).await });
            match at_once(&mut asking).await {
                Poll::Ready(answer) => found += usize::from(self.was_told((&scope, &key), answer).await?),
                Poll::Pending => {
                    let (line, seeking) = (self.clone(), self.describing.seek());
                    tokio::spawn(async move {
                        let answer = asking.await;
                        if let Err(error) = line.was_told((&scope, &key), answer).await {
                            warn!(%error, "who bears an address could not be kept");
                        }
                        drop(seeking);
                    });
                }
            }
        }
        Ok(found)
    }

    /// Who bears an address on the platforms of a scope; refused where one of them could not be asked, or several know one.
    async fn bearer_of(&self, key: &PersonKey, scope: &Scope) -> Result<Option<Identity>, Refusal> {
        let mut found = None;
        for platform in self.parts.platforms.all() {
            let workspaces = scope.workspaces_on(platform.kind());
            if workspaces.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            if let Some(who) = platform.person_with(&key.value, workspaces.as_deref()).await?
                && found.replace(who).is_some()
            {
                return Err(Refusal::Definite("the address is that of several people".to_owned()));
            }
        }
        // Whatever a platform answers: what lies outside is out of reach.
        Ok(found.filter(|who: &Identity| scope.contains(&who.tenant())))
    }

    /// What a platform told about an address; true where somebody bears it.
    async fn was_told(
        &self,
        (scope, key): (&Scope, &PersonKey),
        answer: Result<Option<Identity>, Refusal>,
    ) -> Result<bool, LineError> {
        match answer {
            Ok(Some(identity)) => {
                let person = self.known(&identity).await?;
                self.parts.store.name_found(key, &person.id, &identity.tenant()).await?;
                return Ok(true);
            }
            Ok(None) => {}
            Err(refusal) => {
                info!(%refusal, "a platform could not be asked who bears an address");
                if let Refusal::Transient { retry_after, .. } = &refusal {
                    let wait = retry_after.unwrap_or(SOON).clamp(SOON, SEEK_AGAIN);
                    self.parts.store.was_sought(scope, key, self.now() - SEEK_AGAIN + wait).await?;
                }
            }
        }
        Ok(false)
    }

    /// Asks those whom only a platform names by an address whether it is them; how many there were. Numbers about somebody
    /// are never told to somebody else by a guess.
    async fn ask_whether_it_is_them(&self) -> Result<usize, LineError> {
        let unconfirmed = self.parts.store.names_to_confirm(SOUGHT).await?;
        for Unconfirmed { tenant, key, person } in &unconfirmed {
            let mut effect = Effect::default();
            effect.outcome.people.push((person.clone(), PersonChange::Name(key.clone(), NameState::Asked)));
            if let Some(who) = self.way_to(person, &Scope::one(tenant)).await? {
                let facts = self.facts_for(&who, [], &mut effect).await?;
                // Whoever wants nothing unasked gets no number either.
                if !facts.opted_out {
                    let now = self.now();
                    let quiet = facts.snoozed_until.unwrap_or(now).max(now);
                    let due_at = self.parts.engine.opens(&facts, quiet);
                    effect.outcome.deliveries.push(self.is_this_you(person, who, key, due_at));
                }
            }
            self.commit(effect).await?;
        }
        Ok(unconfirmed.len())
    }

    fn is_this_you(&self, person: &PersonId, who: Identity, key: &PersonKey, due_at: chat::Timestamp) -> Delivery {
        Delivery {
            id: self.new_delivery_id(),
            key: DeliveryKey {
                tenant: who.tenant().to_string(),
                event: EventId::new(format!("is-this-you:{}", code_of(&key.value))),
                trigger: TriggerId::new("is-this-you"),
                person: person.clone(),
                step: 0,
            },
            state: DeliveryState::Pending,
            action: Action::PostPrivately { who },
            card: Some(is_this_you_card(&key.value)),
            offer: None,
            due_at,
            expires_at: due_at + OFFER_LASTS,
            created_at: self.now(),
            sent: None,
            sent_at: None,
            last_error: None,
        }
    }

    /// Somebody says whether an address, named by its code, is theirs.
    pub(super) async fn answers_whether(
        &self,
        event: &Event,
        message: &MessageId,
        (code, is_them): (&str, bool),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let names = self.parts.store.names_of(person).await?;
        // Only names that a platform gave to this very person are found here.
        let Some(key) = names.into_iter().find(|key| key.scheme == "email" && code_of(&key.value) == code) else {
            self.say(event, "is-this-you", person, &super::taps::gone(), effect);
            return Ok(());
        };
        let card = is_this_you_answered_card(&key.value, is_them);
        let state = if is_them { NameState::Told } else { NameState::Refused };
        effect.outcome.people.push((person.clone(), PersonChange::Name(key, state)));
        self.replace(event, (message, "is-this-you"), person, card, effect);
        Ok(())
    }

    /// The person a name means within a scope, and how they are written to; `None` where nobody is known or nothing reaches
    /// them there.
    pub(super) async fn person_meant(
        &self,
        key: &PersonKey,
        scope: &Scope,
    ) -> Result<Option<(PersonId, Identity)>, LineError> {
        if let Some(person) = self.parts.store.person_named(key, scope, false).await? {
            return Ok(self.way_to(&person, scope).await?.map(|identity| (person, identity)));
        }
        let Ok(kind) = key.scheme.parse::<PlatformKind>() else { return Ok(None) };
        let identity = Identity::read(kind, &key.value).filter(|identity| scope.contains(&identity.tenant()));
        let Some(identity) = identity else { return Ok(None) };
        if self.look_up_whether(Question::Exists(identity.clone())).await != Some(true) {
            return Ok(None);
        }
        let candidate = PersonId::new(self.parts.ids.new_id());
        let person = self.parts.store.person_of(&identity, &candidate, self.now()).await?;
        Ok(Some((person.id, identity)))
    }

    /// The identity by which somebody can be written to within a scope, on a platform that is connected.
    pub(super) async fn way_to(&self, person: &PersonId, scope: &Scope) -> Result<Option<Identity>, LineError> {
        let mut identities = self.parts.store.identities_of(person).await?;
        identities.retain(|identity| scope.contains(&identity.tenant()));
        let connected = |identity: &Identity| self.parts.platforms.get(identity.platform).is_some();
        Ok(identities.iter().find(|identity| connected(identity)).or(identities.first()).cloned())
    }
}
