//! What is due by itself: holds and digests, signals whose person was found, alerts that somebody can hear by now,
//! questions to people.

use std::{collections::HashSet, task::Poll, time::Duration};

use chat::{Identity, PersonId, PersonKey, Refusal, Said, Scope, Signal};
use tracing::{info, warn};

use super::{
    DispatchError, Dispatcher,
    profiles::{Asking, at_once},
};
use crate::{
    handlers::{self, Asked, Changes, Input, identity_resolution::adopt},
    store::{Origin, Outcome, Settlement},
};

/// Holds, signals and people that are looked at in one go.
const BATCH: u32 = 64;
/// How long something waits on that could not be handled.
const PUT_OFF: Duration = Duration::from_mins(1);
/// How long after a platform knew nobody by an address it is asked again.
const SEEK_AGAIN: Duration = Duration::from_hours(6);
/// How long after a platform could not be asked just now.
const SOON: Duration = Duration::from_secs(30);
/// Addresses that platforms are asked about at the same time.
const SOUGHT: u32 = 8;

/// What is due by itself, for a dispatcher to handle.
pub(super) struct Background<'a>(pub(super) &'a Dispatcher);

impl Background<'_> {
    /// Handles everything that is due by itself; how much that was.
    pub(super) async fn take_due(&self) -> Result<usize, DispatchError> {
        Ok(self.wake_due().await?
            + self.take_found().await?
            + self.take_undelivered().await?
            + self.check_workloads().await?)
    }

    /// Decides again about the holds whose hour has come; how many there were.
    ///
    /// One that fails is put off, so that it does not stand in the way of all the others.
    pub(super) async fn wake_due(&self) -> Result<usize, DispatchError> {
        let due = self.0.services.store.due_holds(self.0.now(), BATCH).await?;
        for delivery in &due {
            if let Err(failed) = self.0.see_through(&Input::Due(delivery)).await {
                warn!(delivery = %delivery.id, error = %failed, "what waits could not be decided and waits on");
                let settled = vec![(delivery.id.clone(), Settlement::Hold { until: self.0.now() + PUT_OFF })];
                self.0.services.store.conclude(&Outcome { settled, ..Outcome::default() }).await?;
            }
        }
        Ok(due.len())
    }

    /// Looks at signals whose person has become known; how many there were.
    ///
    /// The newest number of a series says what is still true: it alone is judged, the older ones being its past.
    async fn take_found(&self) -> Result<usize, DispatchError> {
        let introduced = self.seek_unknown().await? + self.confirm_addresses().await?;
        let mut found = self.0.services.store.signals_found(BATCH).await?;
        found.sort_by_key(|(signal, ..)| std::cmp::Reverse(signal.what.at()));
        let mut series = HashSet::new();
        let is_newest = |(signal, person, _): &&(Signal, PersonId, Scope)| match &signal.what {
            Said::Observation(seen) => series.insert((person.clone(), seen.measure.clone())),
            Said::Alert(_) => true,
        };
        let (newest, past): (Vec<_>, Vec<_>) = found.iter().partition(is_newest);
        let mut changes = Changes::default();
        changes.stored.dips.extend(past.into_iter().map(|(signal, person, _)| adopt(signal, person)));
        self.0.commit(changes).await?;
        for (signal, person, scope) in newest {
            self.0.see_through(&Input::Found(signal, person, scope)).await?;
        }
        Ok(introduced + found.len())
    }

    /// Asks the platforms for those whose e-mail address something waits for; how many were found at once. Whoever takes
    /// longer to find is looked for beside the line.
    async fn seek_unknown(&self) -> Result<usize, DispatchError> {
        let (now, mut found) = (self.0.now(), 0);
        let limit = SOUGHT.saturating_sub(self.0.profiles.sought());
        for (scope, key) in self.0.services.store.emails_to_seek(now - SEEK_AGAIN, limit).await? {
            self.0.services.store.was_sought(&scope, &key, now).await?;
            let (dispatcher, sought, within) = (self.0.clone(), key.clone(), scope.clone());
            let mut asking: Asking<Result<Option<Identity>, Refusal>> =
                Box::pin(async move { Background(&dispatcher).bearer_of(&sought, &within).await });
            match at_once(&mut asking).await {
                Poll::Ready(answer) => found += usize::from(self.was_told((&scope, &key), answer).await?),
                Poll::Pending => {
                    let (dispatcher, seeking) = (self.0.clone(), self.0.profiles.seek());
                    tokio::spawn(async move {
                        let answer = asking.await;
                        if let Err(error) = Background(&dispatcher).was_told((&scope, &key), answer).await {
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
        for platform in self.0.services.platforms.all() {
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
    ) -> Result<bool, DispatchError> {
        let store = &self.0.services.store;
        match answer {
            Ok(Some(identity)) => {
                let candidate = PersonId::new(self.0.services.ids.new_id());
                let person = store.person_of(&identity, &candidate, self.0.now()).await?;
                store.name_found(key, &person.id, &identity.tenant()).await?;
                return Ok(true);
            }
            Ok(None) => {}
            Err(refusal) => {
                info!(%refusal, "a platform could not be asked who bears an address");
                if let Refusal::Transient { retry_after, .. } = &refusal {
                    let wait = retry_after.unwrap_or(SOON).clamp(SOON, SEEK_AGAIN);
                    store.was_sought(scope, key, self.0.now() - SEEK_AGAIN + wait).await?;
                }
            }
        }
        Ok(false)
    }

    /// Asks those whom only a platform names by an address whether it is them; how many there were.
    async fn confirm_addresses(&self) -> Result<usize, DispatchError> {
        let unconfirmed = self.0.services.store.names_to_confirm(SOUGHT).await?;
        for one in &unconfirmed {
            self.0.see_through(&Input::Confirm(one)).await?;
        }
        Ok(unconfirmed.len())
    }

    /// Looks at alerts that nobody heard, where somebody is on call by now or a channel is open; how many there were.
    async fn take_undelivered(&self) -> Result<usize, DispatchError> {
        let mut taken = 0;
        for (team, source) in self.0.services.store.unheard_teams(BATCH).await? {
            let is_heard =
                self.0.await_all(&mut Asked::default(), |cx| handlers::groups::is_heard(cx, &source, &team)).await?;
            if !is_heard {
                continue;
            }
            let origin = Origin::Alerts(source.clone());
            for signal in self.0.services.store.unheard(&team, &source, BATCH).await? {
                self.0.see_through(&Input::Undelivered(&signal, &origin)).await?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    /// Asks people how much they have to do, where their time has come; how many were thought of.
    async fn check_workloads(&self) -> Result<usize, DispatchError> {
        let due = self.0.services.store.pulses_due(self.0.now(), BATCH).await?;
        for (person, due_at) in &due {
            self.0.see_through(&Input::WorkloadCheck(person, *due_at)).await?;
        }
        Ok(due.len())
    }
}
