//! What the playground lets people try out beside the chat, through the same engine and line as the chat itself.
//!
//! Invariants
//! - A text that is tried and an export that is dropped are read and thrown away; neither is logged or kept.
//! - One export is read at a time, and no more than its first messages.

use std::io::Write as _;

use chat::{PersonId, Timestamp};
use jiff::tz::TimeZone;
use playground::{
    Comes, Experiments, Numbers, Person, Rehearsed, RehearsedMessage, RehearsedTopic, Topic, Trying, Verdict,
};
use serde_json::json;

use super::hosts::House;
use crate::{
    alerts::read_entry,
    clock::Ids,
    commands::replay::{self, Rehearsal, Replay, Screen, Summary, TriggerSummary},
    engine::{
        Conversation,
        dip::{Outcome, Watched, judge},
    },
    library::{Dip, Library, Measure, Trigger},
    store::Origin,
};

/// The source by which numbers come that are tried out.
const SOURCE: &str = "demo";
/// The measure whose numbers are tried out, and how many cases each tells of.
const MEASURE: &str = "negotiation-close-rate";
const CASES: u32 = 60;
/// What is usual of it in the playground's company.
const USUAL: f64 = 0.25;
/// Messages of an export that are read; about half a minute's work.
const MOST_MESSAGES: u64 = 20_000;
/// Messages of an export that are shown of each topic.
const EXAMPLES: usize = 3;

impl Experiments for House {
    fn hear(&self, text: &str) -> Vec<Topic> {
        let triggers = &self.engine.library().triggers;
        let topics = self.engine.topics(text, &Conversation::none(false)).into_iter();
        topics
            .map(|found| Topic {
                title: triggers.get(&found.trigger).map_or_else(String::new, |trigger| trigger.title.clone()),
                topic: found.trigger.to_string(),
                score: found.score,
                threshold: found.threshold,
                heard: found.heard,
            })
            .collect()
    }

    fn limits_are_loose(&self) -> bool {
        self.limits.are_loose()
    }

    fn loosen_limits(&self, loose: bool) -> Trying<'_, ()> {
        Box::pin(async move { self.limits.loosen(loose, &self.works).await.map_err(|error| went_wrong(&error)) })
    }

    fn numbers(&self) -> Trying<'_, Option<Numbers>> {
        Box::pin(async move { self.all_numbers().await.map_err(|error| went_wrong(&error)) })
    }

    fn send_number(&self, events: u32) -> Trying<'_, ()> {
        Box::pin(async move {
            if events > CASES {
                return Err(format!("a number of 0 to {CASES} is needed"));
            }
            let now = self.works.clock.now();
            let told = json!({
                "person": format!("playground:{}", Person::Ben.id()), "measure": MEASURE,
                "numerator": events, "denominator": CASES, "baseline": USUAL,
            });
            let signal = read_entry(SOURCE, &told, now).map_err(|error| error.to_string())?;
            let origin = Origin::Alerts(SOURCE.to_owned());
            self.works.line.take_signal(&signal, &origin, now).await.map_err(|error| went_wrong(&error.into()))?;
            self.works.settle().await.map_err(|error| went_wrong(&error))
        })
    }

    fn rehearse(&self, export: Vec<u8>) -> Trying<'_, Rehearsed> {
        Box::pin(async move {
            let Ok(_one_at_a_time) = self.rehearsing.try_lock() else {
                return Err("another export is being read; try again when it is done".to_owned());
            };
            let (config, engine) = (self.config.clone(), std::sync::Arc::clone(&self.engine));
            let runtime = tokio::runtime::Handle::current();
            let work = move || runtime.block_on(rehearse(&config, engine.library(), &export));
            tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err("reading it failed".to_owned()))
        })
    }
}

impl House {
    async fn all_numbers(&self) -> anyhow::Result<Option<Numbers>> {
        let library = self.engine.library();
        let Some((trigger, dip, measure)) = judged(library) else { return Ok(None) };
        let (store, now) = (&self.works.store, self.works.clock.now());
        let candidate = PersonId::new(Ids::random().new_id());
        let person = store.person_of(&Person::Ben.identity(), &candidate, now).await?.id;
        let last_look = store.last_look(&trigger.id, &person).await?;
        let number = |events: u32| chat::Observation {
            measure: MEASURE.to_owned(),
            numerator: Some(f64::from(events)),
            denominator: Some(f64::from(CASES)),
            value: None,
            from: None,
            until: now,
            baseline: Some(USUAL),
            labels: std::collections::BTreeMap::new(),
        };
        let verdicts: Vec<Verdict> = (0..=CASES)
            .filter_map(|events| judge(measure, dip, &Watched { series: &[number(events)], last_look, people: 1 }))
            .map(|verdict| Verdict {
                outcome: match verdict.outcome {
                    Outcome::Moved => Comes::Moved,
                    Outcome::Steady => Comes::Chance,
                    Outcome::Recovered => Comes::Usual,
                    Outcome::Waiting => Comes::Waits,
                },
                chance: verdict.numbers.chance,
                accepted: verdict.numbers.accepted,
            })
            .collect();
        let waits = verdicts.iter().any(|verdict| verdict.outcome == Comes::Waits);
        Ok(Some(Numbers {
            title: measure.title.clone(),
            unit: measure.unit.clone(),
            of: CASES,
            usual: USUAL,
            helped: store.open_dip(&trigger.id, &person).await?.is_some(),
            next: last_look.filter(|_| waits).map(|last| next_look(dip, last)),
            verdicts,
        }))
    }
}

/// The trigger that listens to the measure, with its rule.
fn judged(library: &Library) -> Option<(&Trigger, &Dip, &Measure)> {
    library.triggers.values().find_map(|trigger| {
        let dip = trigger.dip.as_ref()?;
        let measure = dip.measure.as_ref().filter(|id| id.as_str() == MEASURE)?;
        Some((trigger, dip, library.measures.get(measure)?))
    })
}

fn next_look(dip: &Dip, last: Timestamp) -> Timestamp {
    last + std::time::Duration::from_hours(24) * dip.look_days
}

/// Reads an export from a file of its own, which is gone afterwards.
async fn rehearse(config: &crate::config::Config, library: &Library, export: &[u8]) -> Result<Rehearsed, String> {
    let failed = |error: std::io::Error| format!("it can't be laid aside for reading: {error}");
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    file.write_all(export).and_then(|()| file.flush()).map_err(failed)?;
    let replay = Replay {
        path: file.path().to_owned(),
        show: EXAMPLES,
        json: false,
        text: false,
        channels: Vec::new(),
        from: None,
        to: None,
        zone: TimeZone::UTC,
        prompts: None,
    };
    let mut history = replay.open().map_err(|_| {
        "this is no Slack export: the zip with channels.json, or one JSON file of DiscordChatExporter, would be right"
            .to_owned()
    })?;
    history.stop_after(MOST_MESSAGES);
    let mut line = Rehearsal::new(config, None, &history).await.map_err(|error| went_wrong(&error))?;
    let screen = Screen { width: 80, colours: false };
    let summary = replay::run(&replay, history, &mut line, &mut std::io::sink(), screen).await;
    Ok(told(library, summary.map_err(|error| went_wrong(&error))?))
}

fn told(library: &Library, summary: Summary) -> Rehearsed {
    Rehearsed {
        messages: summary.messages,
        cut: summary.messages >= MOST_MESSAGES,
        channels: summary.channels,
        from: summary.from,
        to: summary.to,
        broken: summary.broken,
        topics: summary.triggers.into_iter().map(|found| topic(library, found)).collect(),
    }
}

fn topic(library: &Library, found: TriggerSummary) -> RehearsedTopic {
    let trigger = found.trigger.as_ref().and_then(|id| library.triggers.get(id));
    RehearsedTopic {
        title: trigger.map_or_else(String::new, |trigger| trigger.title.clone()),
        spoken: found.spoken,
        answered: found.answered,
        silent: found.silent,
        people: found.people,
        examples: found
            .examples
            .into_iter()
            .map(|example| RehearsedMessage {
                channel: example.channel,
                said_at: example.said_at,
                text: example.text,
                ending: example.ending,
            })
            .collect(),
    }
}

/// What a person reads; the cause is logged, without anybody's words.
fn went_wrong(error: &anyhow::Error) -> String {
    tracing::warn!(%error, "an experiment of the playground failed");
    "that did not work; the log says why".to_owned()
}
