//! Answers to what handlers ask: the store's, from what is committed; and the platforms', within a time.

use std::time::Duration;

use chat::{Pending, PersonId, PlatformKind, Timestamp, What};

use super::{Channels, Services, profiles::Profiles, tuning::Tuning};
use crate::{
    handlers::asks::{Answer, Found, Query, Question},
    store::StoreError,
};

/// How long a platform is asked while somebody waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for what would be good to know, and can be done without.
const LITTLE_PATIENCE: Duration = Duration::from_secs(2);

/// What a platform answers within a time.
async fn within<T>(patience: Duration, asked: Pending<'_, T>) -> Option<T> {
    tokio::time::timeout(patience, asked).await.ok()?.ok()
}

/// What the store answers at an instant.
pub(super) async fn of_store(
    services: &Services,
    tuning: &Tuning,
    query: &Query,
    now: Timestamp,
) -> Result<Found, StoreError> {
    let store = &services.store;
    Ok(match query {
        Query::Channel { place } => Found::Channel(store.channel(place).await?),
        Query::PersonOf { who } => {
            let candidate = PersonId::new(services.ids.new_id());
            Found::PersonOf(store.person_of(who, &candidate, now).await?)
        }
        Query::FactsFor { person, assets, since } => {
            Found::FactsFor(store.facts_for(person.clone(), assets, *since, now).await?)
        }
        Query::FactsAbout { person, since } => Found::FactsAbout(store.facts_about(person, *since).await?),
        Query::PlaceFacts { place, since } => Found::PlaceFacts(store.place_facts(place, *since).await?),
        Query::Pauses { scope } => Found::Pauses(store.pauses(scope).await?),
        Query::Tuned { tenant } => Found::Tuned(tuning.of(tenant, now).await?),
        Query::TunedIn { scope } => Found::TunedIn(store.learnt(scope).await?),
        Query::ScoresIn { of: (platform, workspace, channel) } => {
            let model = services.engine.learnt();
            Found::ScoresIn(store.scores_in(*platform, workspace, channel.as_ref(), model).await?)
        }
        Query::MayBeBehind { place } => Found::MayBeBehind(Channels::may_be_behind(&services.channels, place)),
        Query::HeldIn { platform, workspace, channel } => {
            Found::HeldIn(store.held_in(*platform, workspace, channel).await?)
        }
        Query::OffersAbout { tenant, event } => Found::OffersAbout(store.offers_about(tenant, event).await?),
        Query::OneDelivery { id } => Found::OneDelivery(store.delivery(id).await?),
        Query::DeliveryAt { platform, workspace, channel, message } => {
            Found::DeliveryAt(store.delivery_at(*platform, workspace, channel, message).await?)
        }
        Query::DecisionFor { id } => Found::DecisionFor(store.decision_for(id).await?),
        Query::DecisionsOf { person, limit } => Found::DecisionsOf(store.decisions_of(person, *limit).await?),
        Query::TapsOn { id } => Found::TapsOn(store.taps_on(id).await?),
        Query::TapsOf { person } => Found::TapsOf(store.taps_of(person).await?),
        Query::MarksOn { scope, trigger, since } => Found::MarksOn(store.marks_on(scope, trigger, *since).await?),
        Query::TriggerTotals { scope, since } => Found::TriggerTotals(store.trigger_totals(scope, *since).await?),
        Query::SuggestedExamples { scope } => Found::SuggestedExamples(store.own_words(scope).await?),
        Query::HeldAbout { person } => Found::HeldAbout(store.held_about(person).await?),
        Query::OpenSessions { person } => Found::OpenSessions(store.open_sessions(person).await?),
        Query::OneSession { id } => Found::OneSession(store.session(id).await?),
        Query::DeferredFor { person, now } => Found::DeferredFor(store.put_by_for(person, *now).await?),
        Query::DigestOf { person } => Found::DigestOf(store.digest_of(person).await?),
        Query::KnowsSignal { id } => Found::KnowsSignal(store.knows_signal(id).await?),
        Query::SignalsOf { person, subject, since, limit } => {
            Found::SignalsOf(store.signals_of(person, subject, *since, *limit).await?)
        }
        Query::GroupSignals { source, subject, since } => {
            Found::GroupSignals(store.group_signals(source, subject, *since).await?)
        }
        Query::NumbersOfGroups { source, measure, since, limit } => {
            Found::NumbersOfGroups(store.numbers_of_groups(source, measure, *since, *limit).await?)
        }
        Query::PeopleMeasured { measure, scope, since } => {
            Found::PeopleMeasured(store.people_measured(measure, scope, *since).await?)
        }
        Query::LastLook { trigger, person } => Found::LastLook(store.last_look(trigger, person).await?),
        Query::OpenDip { trigger, person } => Found::OpenDip(store.open_dip(trigger, person).await?),
        Query::DipsOfAlert { trigger, fingerprint } => {
            Found::DipsOfAlert(store.dips_of_alert(trigger, fingerprint).await?)
        }
        Query::OnDuty { team, scope, now } => Found::OnDuty(store.on_duty(team, scope, *now).await?),
        Query::PersonNamed { key, scope, unconfirmed } => {
            Found::PersonNamed(store.person_named(key, scope, *unconfirmed).await?)
        }
        Query::NamesOf { person } => Found::NamesOf(store.names_of(person).await?),
        Query::IdentitiesOf { person } => Found::IdentitiesOf(store.identities_of(person).await?),
    })
}

/// What a platform answers; where it does not in time, that nobody knows.
pub(super) async fn of_platform(services: &Services, profiles: &Profiles, question: Question) -> Answer {
    let on = |kind: PlatformKind| services.platforms.get(kind);
    match question {
        Question::Opening(place) => {
            let found = match (on(place.platform), &place.thread) {
                (Some(platform), Some(opening)) => within(LITTLE_PATIENCE, platform.message(&place, opening)).await,
                _ => None,
            };
            Answer::Opening(found.flatten().and_then(|event| match event.what {
                What::Message(message) if !message.by_bot => Some((event.by, message.text)),
                _ => None,
            }))
        }
        Question::RunsWorkspace(who) => Answer::Is(match on(who.platform) {
            Some(platform) => within(PATIENCE, platform.runs_workspace(&who)).await,
            None => None,
        }),
        Question::MaySteer(who, place) => Answer::Is(match on(place.platform) {
            Some(platform) => within(PATIENCE, platform.may_steer(&who, &place)).await,
            None => None,
        }),
        Question::NameOf(place) => Answer::Name(match on(place.platform) {
            Some(platform) => within(PATIENCE, platform.name_of(&place)).await.flatten(),
            None => None,
        }),
        Question::Join(place) => Answer::Joining(match on(place.platform) {
            Some(platform) => within(PATIENCE, platform.join(&place)).await,
            None => None,
        }),
        Question::Exists(who) => Answer::Is(match on(who.platform) {
            Some(platform) => within(PATIENCE, platform.describe(&who)).await.map(|profile| profile.is_some()),
            None => None,
        }),
        Question::Profile(who, person) => Answer::Profile(profiles.ask_who_is(&who, &person).await),
        Question::ProfileIsThere(who) => {
            profiles.until_described(&who).await;
            Answer::ProfileIsThere
        }
    }
}
