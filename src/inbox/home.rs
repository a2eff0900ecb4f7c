//! The page of one's own: what Kairos knows of me and why, and what I may change.

use chat::{Card, Event, Field, Form, FormId, HOME, Identity, MessageId, PersonId, Text};

use super::{
    Line, LineError,
    line::{Effect, privately},
    messages::SNOOZE,
};
use crate::{
    engine::{
        Setting, WorkingHours,
        compose::{Kept, erase_card, export_card, person_card},
    },
    library::ScenarioId,
    store::{Action, PersonChange},
};

/// The form for working hours, and its one field.
const HOURS: &str = "hours";

impl Line {
    /// Somebody opened their page.
    pub(super) async fn home_opened(&self, event: &Event, effect: &mut Effect) -> Result<(), LineError> {
        let person = self.person(&event.by, effect).await?.id;
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
        draw: impl FnOnce(&crate::library::Library, &Kept<'_>) -> Result<Card, LineError>,
    ) -> Result<Card, LineError> {
        let mut facts = self.facts(who, effect).await?;
        for (person, change) in effect.outcome.people.iter().filter(|(person, _)| *person == facts.id) {
            debug_assert_eq!(*person, facts.id);
            match change {
                PersonChange::Snooze(until) => facts.snoozed_until = *until,
                PersonChange::OptOut(out) => facts.opted_out = *out,
                PersonChange::Hours(hours) => facts.hours = *hours,
                _ => {}
            }
        }
        let library = self.parts.engine.library();
        let practising = self.practising(&facts.id).await?;
        let cadence = self.parts.engine.cadence();
        let kept = Kept {
            facts: &facts,
            practising: &practising,
            usual_hours: cadence.hours,
            usual_zone: &cadence.zone,
            now: self.now(),
        };
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
            Setting::Hours => return self.ask_hours(event, person, effect).await,
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
        let card = if setting == Setting::EraseNow {
            Card::new("Forgotten", Text::paragraph("Nothing is kept about you any more. Ask whenever you like."))
        } else {
            self.about(&event.by, effect).await?
        };
        let action = if message.as_str() == HOME {
            Action::ShowHome { who: event.by.clone() }
        } else {
            Action::Edit { place: event.place.clone(), message: message.clone() }
        };
        effect.outcome.deliveries.push(self.answer(event, "set", person, action, card));
        Ok(())
    }

    async fn export(&self, event: &Event, person: &PersonId, effect: &mut Effect) -> Result<(), LineError> {
        let taps = self.parts.store.taps_of(person).await?;
        let taps: Vec<_> = taps.into_iter().map(|tap| (tap.at, tap.tap)).collect();
        let card = self.describe_as(&event.by, effect, |library, kept| Ok(export_card(library, kept, &taps))).await?;
        effect.outcome.deliveries.push(self.answer(event, "export", person, privately(event), card));
        Ok(())
    }

    /// Opens the form for working hours, with those that hold now.
    async fn ask_hours(&self, event: &Event, person: &PersonId, effect: &mut Effect) -> Result<(), LineError> {
        let facts = self.facts(&event.by, effect).await?;
        let hours = facts.hours.unwrap_or(self.parts.engine.cadence().hours);
        let field =
            Field { id: HOURS.to_owned(), label: "Days and hours".to_owned(), value: hours.to_string(), long: false };
        let form = Form { id: FormId::new(HOURS), title: "Your working hours".to_owned(), fields: vec![field] };
        let asked = match self.parts.platforms.get(event.by.platform) {
            Some(platform) => platform.ask(event, &form).await.is_ok(),
            None => false,
        };
        if !asked {
            let card = Card::new("That took too long", Text::paragraph("The form could not be opened; tap once more."));
            effect.outcome.deliveries.push(self.answer(event, HOURS, person, privately(event), card));
        }
        Ok(())
    }

    /// Working hours were sent; true when the form was that one.
    pub(super) async fn hours_sent(
        &self,
        event: &Event,
        form: &FormId,
        fields: &[(String, String)],
        effect: &mut Effect,
    ) -> Result<bool, LineError> {
        if form.as_str() != HOURS {
            return Ok(false);
        }
        let person = self.person(&event.by, effect).await?.id;
        let written = fields.iter().find(|(field, _)| field == HOURS).map_or("", |(_, written)| written.trim());
        let card = match written.parse::<WorkingHours>() {
            Ok(hours) => {
                effect.outcome.people.push((person.clone(), PersonChange::Hours(Some(hours))));
                Card::new("Noted", Text::paragraph(format!("Your working hours are {hours}.")))
            }
            Err(right) => Card::new("Nothing has changed", Text::paragraph(format!("I could read {right}."))),
        };
        effect.outcome.deliveries.push(self.answer(event, HOURS, &person, privately(event), card));
        let has_home = self.parts.platforms.get(event.by.platform).is_some_and(chat::Platform::has_home);
        if has_home {
            let card = self.about(&event.by, effect).await?;
            let show = Action::ShowHome { who: event.by.clone() };
            effect.outcome.deliveries.push(self.answer(event, HOME, &person, show, card));
        }
        Ok(true)
    }
}
