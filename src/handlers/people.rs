//! What a handler knows of people and places: asked of the store, and of a platform where that is old.

use std::time::Duration;

use chat::{Identity, PersonId, Place, Scope};

use super::{
    Changes, Cx, Handled,
    asks::{Answer, Question, Told},
};
use crate::{
    engine::{PersonFacts, PlaceFacts},
    library::{Hearing, Mode, TriggerId},
    store::{Person, PersonChange},
};

/// How long the platform's word about a person is believed.
const PROFILE_LASTS: Duration = Duration::from_hours(24);
/// How long the platform's word is believed that somebody may be disturbed.
const PEACE_LASTS: Duration = Duration::from_mins(5);
/// How far back a person's past is told on their page.
pub(super) const PAST: Duration = Duration::from_hours(24 * 400);
/// How long a decision waits at least on a profile that is on its way.
const A_MOMENT: Duration = Duration::from_secs(1);

/// The person behind an identity, as far as they are known here.
pub(super) fn known(cx: &Cx<'_>, who: &Identity) -> Handled<Person> {
    cx.person_of(who)
}

/// The same with what the platform tells about them when that is old; true where it has still to be told.
fn described(cx: &Cx<'_>, who: &Identity, within: Duration, out: &mut Changes) -> Handled<(Person, bool)> {
    let mut person = known(cx, who)?;
    if person.described_at.is_some_and(|at| cx.now().since(at) < within) {
        return Ok((person, false));
    }
    if let Some(profile) = out.described(&person.id) {
        person.profile = profile.clone();
        return Ok((person, false));
    }
    match told(cx, who, &person.id) {
        Some(Told::Now(profile)) => {
            person.profile = (*profile).clone();
            out.stored.people.push((person.id.clone(), PersonChange::Described(*profile, cx.now())));
            Ok((person, false))
        }
        Some(Told::Later(_)) => Ok((person, true)),
        Some(Told::Nothing) | None => Ok((person, false)),
    }
}

fn told(cx: &Cx<'_>, who: &Identity, person: &PersonId) -> Option<Told> {
    match cx.look_up(Question::Profile(who.clone(), person.clone())) {
        Some(Answer::Profile(told)) => Some(told),
        _ => None,
    }
}

/// How long it will take until the profile is there that a decision about somebody rests on.
pub(super) fn will_take(cx: &Cx<'_>, who: &Identity, person: &PersonId) -> Duration {
    match told(cx, who, person) {
        Some(Told::Later(wait)) => wait,
        _ => A_MOMENT,
    }
}

/// Waits a little for somebody whose profile is on its way; what is then known of them.
pub(super) fn known_by_now(cx: &Cx<'_>, who: &Identity) -> Handled<Person> {
    cx.look_up(Question::ProfileIsThere(who.clone()));
    known(cx, who)
}

/// Everything about a person, for their own page.
pub(super) fn facts(cx: &Cx<'_>, who: &Identity, out: &mut Changes) -> Handled<PersonFacts> {
    let (person, is_asked) = described(cx, who, PROFILE_LASTS, out)?;
    let facts = cx.facts_about(&person.id, cx.now() - PAST)?;
    let awaited = is_asked && person.described_at.is_none();
    Ok(PersonFacts { profile: person.profile, awaited, ..facts })
}

/// What a decision about these triggers may look at.
pub(super) fn facts_for<'a>(
    cx: &Cx<'_>,
    who: &Identity,
    triggers: impl IntoIterator<Item = &'a TriggerId>,
    out: &mut Changes,
) -> Handled<PersonFacts> {
    let (person, is_asked) = described(cx, who, PROFILE_LASTS, out)?;
    // What was told some days ago will do; whoever was never described may live anywhere.
    let awaited = is_asked && person.described_at.is_none();
    past_of(cx, &person, awaited, triggers)
}

/// The same just before something unasked is said: whether they want to be left in peace is asked again, and awaited.
pub(super) fn fresh_facts<'a>(
    cx: &Cx<'_>,
    who: &Identity,
    triggers: impl IntoIterator<Item = &'a TriggerId>,
    out: &mut Changes,
) -> Handled<PersonFacts> {
    let (person, awaited) = described(cx, who, PEACE_LASTS, out)?;
    past_of(cx, &person, awaited, triggers)
}

/// The past of somebody as far as these triggers' cards are concerned.
pub(super) fn past_of<'a>(
    cx: &Cx<'_>,
    person: &Person,
    awaited: bool,
    triggers: impl IntoIterator<Item = &'a TriggerId>,
) -> Handled<PersonFacts> {
    let assets = cx.engine.assets_of(triggers);
    let facts = cx.facts_for(person, &assets, cx.now() - cx.engine.longest_recovery())?;
    Ok(PersonFacts { awaited, ..facts })
}

/// A place with what was said there lately.
pub(super) fn place_facts(cx: &Cx<'_>, place: &Place) -> Handled<PlaceFacts> {
    let mut facts = mode_of(cx, place)?;
    facts.last_spoke = cx.place_facts(place, cx.now() - cx.engine.longest_cooldown())?;
    let scope = Scope::one(&place.tenant());
    facts.paused = cx.pauses(&scope)?.into_iter().map(|pause| pause.trigger).collect();
    Ok(facts)
}

/// The mode of a place, without what was said there or is paused.
pub(super) fn mode_of(cx: &Cx<'_>, place: &Place) -> Handled<PlaceFacts> {
    let (mode, hearing, channel) = set_in(cx, place)?;
    let learnt = cx.learnt(&place.tenant())?;
    let limits = cx.defaults.limits.as_ref().map(|limits| limits(place)).unwrap_or_default();
    Ok(PlaceFacts { mode, hearing, channel, last_spoke: Vec::new(), paused: Vec::new(), learnt, limits })
}

/// What Kairos does in a place, how soon it recognises a need there, and the channel's name or id.
fn set_in(cx: &Cx<'_>, place: &Place) -> Handled<(Mode, Hearing, String)> {
    let (unlisted, usual) = (cx.defaults.unlisted)(place);
    if place.is_private() {
        return Ok((Mode::Live, usual, String::new()));
    }
    Ok(match cx.channel(place)? {
        Some(kept) => (kept.mode, kept.hearing.unwrap_or(usual), kept.name),
        None => (unlisted, usual, place.channel.to_string()),
    })
}
