//! The page of one's own: what Kairos knows of me and why, and what I may change.

use chat::{Card, Event, HOME, Identity, MessageId, PersonId, Text};

use super::{
    Line, LineError,
    held::with_everything,
    line::{Effect, privately},
    messages::SNOOZE,
};
use crate::{
    access::{self, authorise},
    engine::{
        PersonFacts, Setting,
        compose::{Kept, erase_card, export_card, person_card, pulse_noted_card},
    },
    library::{Library, ScenarioId},
    messages::say,
    store::{Action, PersonChange},
};

impl Line {
    /// Somebody opened their page.
    pub(super) async fn home_opened(&self, event: &Event, effect: &mut Effect) -> Result<(), LineError> {
        let person = self.known(&event.by).await?.id;
        let card = self.about(&event.by, effect).await?;
        let show = Action::ShowHome { who: event.by.clone() };
        effect.outcome.deliveries.push(self.answer(event, HOME, &person, show, card));
        Ok(())
    }

    /// What is known of a person, with what the event is about to change.
    pub(super) async fn about(&self, who: &Identity, effect: &mut Effect) -> Result<Card, LineError> {
        self.describe_as(who, effect, |library, kept| Ok(person_card(library, kept))).await
    }

    async fn describe_as(
        &self,
        who: &Identity,
        effect: &mut Effect,
        draw: impl FnOnce(&Library, &Kept<'_>) -> Result<Card, LineError>,
    ) -> Result<Card, LineError> {
        let mut facts = self.facts(who, effect).await?;
        for (person, change) in &effect.outcome.people {
            if *person == facts.id {
                apply(change, &mut facts);
            }
        }
        let library = self.parts.engine.library();
        let practising = self.practising(&facts.id).await?;
        let usual = self.parts.engine.cadence();
        // Whoever is still being asked about is known next time; nobody else waits for it.
        let steers =
            !facts.awaited && authorise(&self.actor(who, &facts.id).await, access::Action::SeeTriggers).is_ok();
        let kept = Kept { facts: &facts, practising: &practising, usual, steers, now: self.now() };
        draw(library, &kept)
    }

    async fn practising(&self, person: &PersonId) -> Result<Vec<ScenarioId>, LineError> {
        let mut open = Vec::new();
        for id in self.parts.engine.library().scenarios.keys() {
            if self.parts.store.open_session(person, id).await?.is_some() {
                open.push(id.clone());
            }
        }
        Ok(open)
    }

    /// A setting was tapped, on the page or on its card.
    pub(super) async fn set(
        &self,
        event: &Event,
        message: &MessageId,
        setting: Setting,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let changes = match setting {
            Setting::Snooze => vec![PersonChange::Snooze(Some(self.now() + SNOOZE))],
            Setting::Resume => vec![PersonChange::Snooze(None), PersonChange::OptOut(false)],
            Setting::Out => vec![PersonChange::OptOut(true)],
            Setting::UsualZone => {
                let zone = self.parts.engine.cadence().zone.iana_name().unwrap_or("UTC").to_owned();
                vec![PersonChange::Zone(Some(zone))]
            }
            Setting::Digest => vec![PersonChange::Digest(true)],
            Setting::NoDigest => vec![PersonChange::Digest(false)],
            Setting::Pulse => vec![PersonChange::Pulse(Some(self.now()))],
            Setting::NoPulse => vec![PersonChange::Pulse(None), PersonChange::Load(None)],
            Setting::Load(load) => vec![PersonChange::Load(Some(load))],
            Setting::RoomAgain => vec![PersonChange::Load(None)],
            Setting::Hours | Setting::Budget | Setting::DaysOff | Setting::Zone => {
                return self.ask_about(event, setting, person, effect).await.map(drop);
            }
            Setting::Triggers => return self.show_triggers(event, person, effect).await,
            Setting::Export => return self.export(event, person, effect).await,
            Setting::Erase => {
                let card = erase_card();
                effect.outcome.deliveries.push(self.answer(event, "erase", person, privately(event), card));
                return Ok(());
            }
            Setting::EraseNow => {
                // Nothing that this event learned about the person may outlive them.
                effect.outcome.people.retain(|(about, _)| about != person);
                self.recent().forget(&event.by);
                vec![PersonChange::Erase]
            }
        };
        effect.outcome.people.extend(changes.into_iter().map(|change| (person.clone(), change)));
        let card = match setting {
            Setting::EraseNow => Card::new(say!("erased-title"), Text::paragraph(say!("erased-text"))),
            Setting::Load(load) => pulse_noted_card(load),
            _ => self.about(&event.by, effect).await?,
        };
        if message.as_str() != HOME && !self.is_theirs(event, message, person).await? {
            // What they change is their own; the card of somebody else stays as it is.
            let answer = self.answer(event, "set", person, privately(event), card);
            effect.outcome.deliveries.push(answer);
            return Ok(());
        }
        self.show_page(event, message, person, card, effect);
        Ok(())
    }

    /// Shows a person's page in the place of the message on which they tapped.
    pub(super) fn show_page(
        &self,
        event: &Event,
        message: &MessageId,
        person: &PersonId,
        card: Card,
        effect: &mut Effect,
    ) {
        let action = if message.as_str() == HOME {
            Action::ShowHome { who: event.by.clone() }
        } else {
            Action::Edit { place: event.place.clone(), message: message.clone() }
        };
        effect.outcome.deliveries.push(self.answer(event, "set", person, action, card));
    }

    async fn export(&self, event: &Event, person: &PersonId, effect: &mut Effect) -> Result<(), LineError> {
        let taps = self.parts.store.taps_of(person).await?;
        let taps: Vec<_> = taps.into_iter().map(|tap| (tap.at, tap.tap)).collect();
        let mut given = self.parts.store.own_words(&chat::Scope::All).await?;
        given.retain(|words| words.by == *person);
        let given: Vec<_> = given.into_iter().map(|words| (words.at, words.text)).collect();
        let held = self.parts.store.held_about(person).await?;
        let draw = |library: &Library, kept: &Kept<'_>| {
            let card = export_card(library, kept, &taps, &given);
            Ok(with_everything(card, &held, library, |at| kept.date(at)))
        };
        let card = self.describe_as(&event.by, effect, draw).await?;
        effect.outcome.deliveries.push(self.answer(event, "export", person, privately(event), card));
        Ok(())
    }
}

/// What a change makes of what is known.
fn apply(change: &PersonChange, facts: &mut PersonFacts) {
    match change {
        PersonChange::Described(profile, _) => facts.profile = profile.clone(),
        PersonChange::Snooze(until) => facts.snoozed_until = *until,
        PersonChange::OptOut(out) => facts.opted_out = *out,
        PersonChange::Hours(hours) => facts.hours = *hours,
        PersonChange::Zone(zone) => facts.own.zone.clone_from(zone),
        PersonChange::Budget(budget) => facts.own.budget = *budget,
        PersonChange::DaysOff(days) => facts.own.days_off = days.clone(),
        PersonChange::Digest(wanted) => facts.own.no_digest = !*wanted,
        PersonChange::Pulse(next) => facts.own.pulse = *next,
        PersonChange::Load(load) => facts.own.load = *load,
        PersonChange::Stop(trigger, true) => facts.stopped.push(trigger.clone()),
        PersonChange::Stop(trigger, false) => facts.stopped.retain(|stopped| stopped != trigger),
        PersonChange::ZoneAsked(_) | PersonChange::Name(..) | PersonChange::Untap(..) | PersonChange::Erase => {}
    }
}
