//! The playground at home: its own time, the story a newcomer finds, and what Kairos decided beside each message.

mod limits;

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use chat::{Identity, MessageId, PlatformKind, Timestamp};
use jiff::{ToSpan, civil::Weekday, tz::TimeZone};
use playground::{Fault, Note, Outcome, Person, Playground, Room, seed};
use tokio::sync::{mpsc, oneshot};

use crate::{
    clock::Clock,
    config::Config,
    engine::{Act, Decision, Engine, Rule, Settled},
    ingest::{Observed, Observer},
    messages::say,
    run::Works,
};

pub(crate) use limits::DemoLimits;

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

/// Those who answer for triggers: as configured; in a playground that is all there is Dev leads the team.
pub(crate) fn managers(config: &Config) -> Arc<[Identity]> {
    let is_alone = config.playground && !config.slack.is_configured() && !config.discord.is_configured();
    let dev = (is_alone && config.managers.is_empty()).then(|| Person::Dev.identity());
    config.managers.iter().cloned().chain(dev).collect()
}

/// Plays the story through the real line, so that what Kairos decides in it is decided, not painted.
pub(crate) async fn tell(works: &Works, playground: &Arc<Playground>) -> Result<()> {
    let start = works.clock.now();
    let mut posted: Vec<Option<MessageId>> = Vec::new();
    for step in seed::story() {
        works.let_pass_until(start + Duration::from_mins(u64::from(step.minutes))).await?;
        posted.push(match seed::play(playground, &step, &posted).await {
            // With other prompts than the starter library there may be no card to tap on.
            Err(Fault::Outdated) => None,
            played => played?,
        });
        works.settle().await?;
    }
    works.let_pass_until(start + Duration::from_mins(u64::from(seed::MINUTES))).await
}

/// The way of decisions to the page. Clones are the same way.
#[derive(Clone)]
pub(crate) struct Notes(mpsc::Sender<Shown>);

enum Shown {
    Note(Box<Note>),
    /// Everything before it is shown.
    Mark(oneshot::Sender<()>),
}

impl Notes {
    /// Shows decisions beside the messages of `playground` from now on.
    pub(crate) fn beside(playground: Arc<Playground>) -> Self {
        let (notes, mut waiting) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            while let Some(shown) = waiting.recv().await {
                match shown {
                    Shown::Note(note) => {
                        if let Err(fault) = playground.note(*note).await {
                            tracing::warn!(%fault, "a decision could not be shown");
                        }
                    }
                    Shown::Mark(reached) => {
                        // Whoever waited may have gone.
                        let _ = reached.send(());
                    }
                }
            }
        });
        Self(notes)
    }

    /// Waits until every decision so far is shown.
    pub(crate) async fn flush(&self) {
        let (reached, waiting) = oneshot::channel();
        if self.0.send(Shown::Mark(reached)).await.is_ok() {
            let _ = waiting.await;
        }
    }

    /// What shows the decisions of `engine`.
    pub(crate) fn observer(&self, engine: &Arc<Engine>) -> Arc<dyn Observer> {
        Arc::new(Beside { notes: self.0.clone(), engine: Arc::clone(engine) })
    }
}

struct Beside {
    notes: mpsc::Sender<Shown>,
    engine: Arc<Engine>,
}

impl Observer for Beside {
    fn decided(&self, observed: &Observed) {
        if observed.place.platform == PlatformKind::Playground && Room::of(&observed.place).is_some() {
            // A full channel loses a note on the page, never a decision.
            let _ = self.notes.try_send(Shown::Note(Box::new(note(observed, &self.engine))));
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
    let who = Person::of(&observed.asker).map_or("", Person::name);
    let heard = need.as_ref().filter(|need| need.is_heard());
    let trigger = heard.and_then(|need| engine.library().triggers.get(&need.trigger));
    Note {
        message: observed.message.clone(),
        channel: observed.place.channel.clone(),
        outcome,
        headline: headline(act, observed.settled, who),
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

/// What became of a message, in a line; `who` wrote it.
fn headline(act: &Act, settled: Option<Settled>, who: &str) -> String {
    match (act, settled) {
        (_, Some(settled)) => say!("shown-resolved", why = settled.words()),
        (Act::Speak(plan), _) if plan.shadow => say!("shown-shadow").to_owned(),
        (Act::Speak(plan), _) if plan.unasked => say!("shown-answered").to_owned(),
        (Act::Speak(_), _) => say!("shown-asked").to_owned(),
        (Act::Hold { because: Rule::QuietHours, .. }, _) => say!("shown-hours").to_owned(),
        (Act::Hold { because: Rule::Digest, .. }, _) => say!("shown-summary", who = who),
        (Act::Hold { .. }, _) => say!("shown-grace").to_owned(),
        (Act::Silent { because }, _) => match because {
            Rule::Recognition => say!("shown-nothing").to_owned(),
            Rule::Budget => say!("shown-limit", who = who),
            Rule::Cooldown => say!("shown-cooldown").to_owned(),
            Rule::Recovery => say!("shown-repeat", who = who),
            Rule::Choice => say!("shown-quiet", who = who),
            Rule::Channel | Rule::Trigger => say!("shown-off").to_owned(),
            Rule::Holdout => say!("shown-control", who = who),
            Rule::Answered => say!("shown-by-people").to_owned(),
            Rule::Condition => say!("shown-condition").to_owned(),
            Rule::Role => say!("shown-role", who = who),
            Rule::Load => say!("shown-workload", who = who),
            Rule::Author => say!("shown-author").to_owned(),
            other => say!("shown-rule", rule = other.label()),
        },
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
