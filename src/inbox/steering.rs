//! What a manager may do: see the triggers in totals, pause them, let them go on.
//!
//! Invariants
//! - Only whoever the configuration names, or runs the workspace by the platform's word; asked at every tap.

use std::time::Duration;

use chat::{Card, Event, Identity, MessageId, PersonId, Text};

use super::{
    Line, LineError,
    line::{Effect, privately},
};
use crate::{
    engine::compose::{Steered, steering_card},
    library::TriggerId,
    store::{Action, Pause, PauseChange},
};

/// How long a platform is asked who somebody is, while they wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// What totals look back on.
const MONTH: Duration = Duration::from_hours(24 * 30);

impl Line {
    /// Whether somebody may see and pause triggers; no, where the platform does not answer.
    pub(super) async fn steers(&self, who: &Identity) -> bool {
        if self.parts.managers.contains(who) {
            return true;
        }
        let Some(platform) = self.parts.platforms.get(who.platform) else { return false };
        matches!(tokio::time::timeout(PATIENCE, platform.runs_workspace(who)).await, Ok(Ok(true)))
    }

    /// The triggers, for whoever may pause them.
    pub(super) async fn show_triggers(
        &self,
        event: &Event,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let card = if self.steers(&event.by).await { self.triggers_card(None).await? } else { not_yours() };
        effect.outcome.deliveries.push(self.answer(event, "triggers", person, privately(event), card));
        Ok(())
    }

    /// Pauses a trigger, or lets it go on; the card shows it in place.
    pub(super) async fn steer(
        &self,
        event: &Event,
        message: &MessageId,
        (trigger, pauses): (TriggerId, bool),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        if !self.steers(&event.by).await {
            self.say(event, "steered", person, &not_yours(), effect);
            return Ok(());
        }
        let reason = "by a manager".to_owned();
        let change = if pauses {
            PauseChange::Pause(Pause { trigger, by: Some(person.clone()), reason, at: self.now() })
        } else {
            PauseChange::Resume(trigger)
        };
        let card = self.triggers_card(Some(&change)).await?;
        effect.outcome.pauses.push(change);
        let edit = Action::Edit { place: event.place.clone(), message: message.clone() };
        effect.outcome.deliveries.push(self.answer(event, "steered", person, edit, card));
        Ok(())
    }

    /// The triggers with what is about to change.
    async fn triggers_card(&self, change: Option<&PauseChange>) -> Result<Card, LineError> {
        let mut paused = self.parts.store.pauses().await?;
        match change {
            Some(PauseChange::Pause(pause)) if !paused.iter().any(|known| known.trigger == pause.trigger) => {
                paused.push(pause.clone());
            }
            Some(PauseChange::Resume(trigger)) => paused.retain(|pause| pause.trigger != *trigger),
            Some(PauseChange::Pause(_)) | None => {}
        }
        let mut totals = self.parts.store.trigger_totals(self.now() - MONTH).await?;
        let library = self.parts.engine.library();
        let steered: Vec<_> = library
            .triggers
            .values()
            .map(|trigger| Steered {
                trigger,
                paused: paused.iter().find(|pause| pause.trigger == trigger.id).map(|pause| pause.reason.clone()),
                totals: totals.remove(&trigger.id).unwrap_or_default(),
            })
            .collect();
        Ok(steering_card(&steered))
    }
}

fn not_yours() -> Card {
    let text = "Only whoever runs the workspace, or is named as a manager in the configuration, may do that.";
    Card::new("Nothing has changed", Text::paragraph(text))
}
