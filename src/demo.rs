//! The playground at home: its own time, the story a newcomer finds, and what Kairos decided beside each message.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use chat::{MessageId, PlatformKind, Timestamp};
use jiff::{ToSpan, civil::Weekday, tz::TimeZone};
use playground::{Deed, Fault, Note, Outcome, Playground, Room, STORY_MINUTES, Step, story};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    clock::Clock,
    engine::{Act, Decision, Engine, Rule, Settled},
    inbox::{Observed, Observer, Unobserved},
    run::Kairos,
};

/// Decisions that may wait to be shown; beyond, the oldest page is only missing a note.
const WAITING: usize = 1_024;

/// The playground's time at the start: where an earlier run left it, or a working morning, so that a first look at
/// midnight or on a Sunday is no different.
pub(crate) fn opening_time(playground: &Playground, machine: &Clock) -> Timestamp {
    playground.last_instant().unwrap_or_else(|| working_morning(machine.now()))
}

/// 09:58 UTC today, or on the Friday before a week-end.
fn working_morning(now: Timestamp) -> Timestamp {
    let today = jiff::Timestamp::from_millisecond(now.as_ms()).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let back = match today.weekday() {
        Weekday::Saturday => 1,
        Weekday::Sunday => 2,
        _ => 0,
    };
    let day = today.checked_sub(back.days()).unwrap_or(today);
    let morning = day.at(9, 58, 0, 0).to_zoned(TimeZone::UTC);
    morning.map_or(now, |at| Timestamp::from_ms(at.timestamp().as_millisecond()))
}

/// Plays the story through the real line, so that what Kairos decides in it is decided, not painted.
pub(crate) async fn tell(kairos: &Kairos, playground: &Arc<Playground>) -> Result<()> {
    let start = kairos.clock.now();
    let mut posted: Vec<Option<MessageId>> = Vec::new();
    for step in story() {
        advance_to(kairos, start + Duration::from_mins(u64::from(step.minutes))).await?;
        posted.push(perform(playground, &step, &posted).await?);
        kairos.settle().await?;
    }
    advance_to(kairos, start + Duration::from_mins(u64::from(STORY_MINUTES))).await
}

/// Does what a step says; the message that it posted, where it did.
async fn perform(
    playground: &Arc<Playground>,
    step: &Step,
    posted: &[Option<MessageId>],
) -> Result<Option<MessageId>, Fault> {
    let earlier = |index: usize| posted.get(index).and_then(Option::as_ref);
    match step.what {
        Deed::Says(text) => playground.post(step.who, step.room, None, text).await.map(Some),
        Deed::ReplyTo(index, text) => playground.post(step.who, step.room, earlier(index), text).await.map(Some),
        Deed::ReactsTo(index, emoji) => {
            if let Some(message) = earlier(index) {
                playground.react(step.who, message, emoji, true).await?;
            }
            Ok(None)
        }
        Deed::Taps(index, label) => {
            // With other prompts than the starter library there may be no card to tap on.
            let card = earlier(index).and_then(|opening| playground.card_under(opening));
            let choice = card.and_then(|(message, card)| {
                let choice = card.choices.into_iter().find(|choice| choice.label == label)?;
                Some((message, choice.id))
            });
            if let Some((message, choice)) = choice {
                playground.tap(step.who, &message, &choice).await?;
            }
            Ok(None)
        }
    }
}

/// Winds the clock minute by minute, so that what falls due on the way happens at its time.
async fn advance_to(kairos: &Kairos, at: Timestamp) -> Result<()> {
    loop {
        let left = at.since(kairos.clock.now());
        if left.is_zero() {
            return Ok(());
        }
        kairos.clock.wind(left.min(Duration::from_mins(1)));
        kairos.settle().await?;
    }
}

/// Shows decisions beside the playground's messages; where it is closed, nobody looks on.
pub(crate) fn observer(
    playground: Option<&Arc<Playground>>,
    engine: &Arc<Engine>,
) -> (Arc<dyn Observer>, Option<JoinHandle<()>>) {
    let Some(playground) = playground.cloned() else { return (Arc::new(Unobserved), None) };
    let (notes, mut waiting) = mpsc::channel::<Note>(WAITING);
    let showing = tokio::spawn(async move {
        while let Some(note) = waiting.recv().await {
            if let Err(fault) = playground.note(note).await {
                tracing::warn!(%fault, "a decision could not be shown");
            }
        }
    });
    (Arc::new(Beside { notes, engine: Arc::clone(engine) }), Some(showing))
}

struct Beside {
    notes: mpsc::Sender<Note>,
    engine: Arc<Engine>,
}

impl Observer for Beside {
    fn decided(&self, observed: &Observed) {
        if observed.place.platform == PlatformKind::Playground && Room::of(&observed.place).is_some() {
            // A full channel loses a note on the page, never a decision.
            let _ = self.notes.try_send(note(observed, &self.engine));
        }
    }
}

/// A decision in words.
fn note(observed: &Observed, engine: &Engine) -> Note {
    let Decision { act, need, reasons } = &observed.decision;
    let outcome = match act {
        Act::Speak(plan) if plan.shadow => Outcome::Silent,
        Act::Speak(_) => Outcome::Speaks,
        Act::Hold { .. } => Outcome::Waits,
        Act::Silent { .. } if observed.again => Outcome::Cancelled,
        Act::Silent { .. } => Outcome::Silent,
    };
    let heard = need.as_ref().filter(|need| need.is_heard());
    let trigger = heard.and_then(|need| engine.library().triggers.get(&need.trigger));
    Note {
        message: observed.message.clone(),
        channel: observed.place.channel.clone(),
        outcome,
        headline: headline(act, observed.settled),
        trigger: trigger.map(|trigger| trigger.title.clone()),
        until: if let Act::Hold { until, .. } = act { Some(*until) } else { None },
        reasons: reasons
            .iter()
            .map(|reason| playground::Line {
                rule: reason.rule.label().to_owned(),
                passed: reason.passed,
                text: reason.value.clone(),
            })
            .collect(),
    }
}

fn headline(act: &Act, settled: Option<Settled>) -> String {
    match (act, settled) {
        (_, Some(settled)) => format!("Stays silent: {}", settled.words()),
        (Act::Speak(plan), _) if plan.shadow => "Would answer, but only watches here (shadow)".to_owned(),
        (Act::Speak(_), _) => "Answers".to_owned(),
        (Act::Hold { because: Rule::QuietHours, .. }, _) => "Waits for working hours".to_owned(),
        (Act::Hold { .. }, _) => "Waits for people to answer first".to_owned(),
        (Act::Silent { because }, _) => match because {
            Rule::Recognition => "Silent: no need was heard",
            Rule::Budget => {
                "Silent: the person had their share of unasked messages; mention @Kairos to ask all the same"
            }
            Rule::Cooldown => "Silent: the trigger spoke here a short time ago; mention @Kairos to ask all the same",
            Rule::Recovery => "Silent: nothing new to show",
            Rule::Choice => "Silent: the person wants it so",
            Rule::Channel | Rule::Trigger => "Silent: switched off here",
            Rule::Holdout => "Silent: in the comparison group",
            _ => "Silent: a rule says no",
        }
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_look_falls_on_a_working_morning() {
        let at = |text: &str| Timestamp::from_ms(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        assert_eq!(working_morning(at("2026-11-18T23:50:00Z")), at("2026-11-18T09:58:00Z"));
        assert_eq!(working_morning(at("2026-11-21T03:00:00Z")), at("2026-11-20T09:58:00Z"));
        assert_eq!(working_morning(at("2026-11-22T12:00:00Z")), at("2026-11-20T09:58:00Z"));
    }
}
