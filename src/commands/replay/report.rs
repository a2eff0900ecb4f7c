//! Adds up what the triggers would have done.
//!
//! Invariants
//! - Pure: the same outcomes give the same summary.
//! - Every need that was heard ends in exactly one way: spoken, answered by people, silent, or still waiting.
//! - Text is kept of the examples that will be shown, and of nothing else.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chat::{Event, EventId, PersonId, Timestamp, What};
use jiff::{Timestamp as Instant, Zoned, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::{Outcome, Phase};
use crate::{
    engine::{Act, Rule},
    history::{Broken, NotRead},
    library::TriggerId,
};

/// How many broken entries are named; the others are counted.
const NAMED_BROKEN: usize = 20;

/// Takes outcomes in and gives a [`Summary`] at any time.
pub struct Report {
    zone: TimeZone,
    examples: usize,
    channels: usize,
    left_out: usize,
    not_read: NotRead,
    messages: u64,
    by_programs: u64,
    broken: u64,
    named_broken: Vec<Broken>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    unheard: BTreeMap<Rule, u64>,
    triggers: BTreeMap<TriggerId, Tally>,
    total: Tally,
    /// Needs that are held; an entry goes when its need has ended.
    waiting: HashSet<(EventId, TriggerId)>,
}

/// What is counted of one trigger, or of all.
#[derive(Default)]
struct Tally {
    heard: u64,
    held: u64,
    spoken: u64,
    answered: u64,
    silent: BTreeMap<Rule, u64>,
    people: BTreeSet<PersonId>,
    weeks: BTreeMap<(i16, i8), (u64, BTreeSet<PersonId>)>,
    days: BTreeMap<Date, u64>,
    examples: Vec<Example>,
}

/// How a need ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Spoken,
    Answered,
    Silent(Rule),
}

impl Ending {
    fn label(self) -> String {
        match self {
            Self::Spoken => "would speak".into(),
            Self::Answered => "people answered first".into(),
            Self::Silent(rule) => format!("silent: {rule}"),
        }
    }

    /// Examples of what would have been said are the most telling, then what people answered.
    fn order(self) -> u8 {
        match self {
            Self::Spoken => 0,
            Self::Answered => 1,
            Self::Silent(_) => 2,
        }
    }
}

/// What the triggers would have done in a history.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Messages read, those of programs included.
    pub messages: u64,
    /// Messages of programs.
    pub by_programs: u64,
    /// Channels read.
    pub channels: usize,
    /// Private conversations between people, which are never read, and comments of canvases.
    pub left_out: usize,
    /// Files that hold no conversation.
    pub not_read: NotRead,
    /// The day of the first event.
    pub from: Option<String>,
    /// The day of the last event.
    pub to: Option<String>,
    /// Entries and files that could not be read.
    pub broken: u64,
    /// The first of them.
    pub named_broken: Vec<Broken>,
    /// Messages in which no trigger heard anything, by the rule that said so.
    pub unheard: BTreeMap<Rule, u64>,
    /// All triggers together.
    pub total: TriggerSummary,
    /// Every trigger that heard something, the one that would speak most first.
    pub triggers: Vec<TriggerSummary>,
}

/// What one trigger would have done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TriggerSummary {
    /// Its name; `None` for all together.
    pub trigger: Option<TriggerId>,
    /// Needs it recognised: the sum of the four endings.
    pub heard: u64,
    /// Needs it would have spoken to.
    pub spoken: u64,
    /// Needs that people answered first.
    pub answered: u64,
    /// Needs it would have stayed silent about.
    pub silent: u64,
    /// The same, by the rule that decided it.
    pub silent_because: BTreeMap<Rule, u64>,
    /// Needs still held when the history ended.
    pub waiting: u64,
    /// Needs that were held at some time.
    pub held: u64,
    /// How many people it would have spoken to.
    pub people: usize,
    /// How often it would have spoken a week, weeks without a word included.
    pub per_week: f64,
    /// How often it would have spoken in 1,000 messages.
    pub per_1000_messages: f64,
    /// The weeks in which it would have spoken.
    pub weeks: Vec<Week>,
    /// The day on which it would have spoken most; the first of several.
    pub worst_day: Option<Day>,
    /// Messages it was heard in, those it would have spoken to first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// An ISO week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Its name, e.g. `2024-W10`.
    pub week: String,
    /// How often it would have spoken.
    pub spoken: u64,
    /// To how many people.
    pub people: usize,
}

/// A day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// Its date, e.g. `2024-03-04`.
    pub date: String,
    /// How often it would have spoken.
    pub spoken: u64,
}

/// A message in which a need was heard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// How it ended.
    pub ending: String,
    /// When it was written, to the minute.
    pub said_at: String,
    /// In which channel.
    pub channel: String,
    /// How strongly the need was heard.
    pub score: f32,
    /// The title of the card that would be shown first, where one would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// Its text on one line.
    pub text: String,
    #[serde(skip)]
    order: u8,
}

impl Report {
    /// A report whose days and weeks are those of `zone`, with up to `examples` examples of each trigger.
    pub fn new(zone: TimeZone, examples: usize) -> Self {
        Self {
            zone,
            examples,
            channels: 0,
            left_out: 0,
            not_read: NotRead::default(),
            messages: 0,
            by_programs: 0,
            broken: 0,
            named_broken: Vec::new(),
            first: None,
            last: None,
            unheard: BTreeMap::new(),
            triggers: BTreeMap::new(),
            total: Tally::default(),
            waiting: HashSet::new(),
        }
    }

    /// Notes how many channels will be read, and what will not.
    pub fn opened(&mut self, channels: usize, left_out: usize, not_read: NotRead) {
        self.channels = channels;
        self.left_out = left_out;
        self.not_read = not_read;
    }

    /// Counts an event that was read.
    pub fn read(&mut self, event: &Event) {
        self.first.get_or_insert(event.at);
        self.last = Some(event.at);
        if let What::Message(message) = &event.what {
            self.messages += 1;
            self.by_programs += u64::from(message.by_bot);
        }
    }

    /// Counts something that could not be read.
    pub fn broken(&mut self, broken: Broken) {
        self.broken += 1;
        if self.named_broken.len() < NAMED_BROKEN {
            self.named_broken.push(broken);
        }
    }

    /// Takes an outcome in; `text` is that of its message, on one line, where examples are to be shown.
    pub fn take(&mut self, outcome: &Outcome, text: Option<&str>) {
        let heard = match &outcome.decision.act {
            Act::Speak(_) | Act::Hold { .. } => true,
            Act::Silent { because } => {
                let heard = outcome.decision.need.as_ref().is_some_and(crate::engine::Need::is_heard);
                if !heard && outcome.phase == Phase::First {
                    *self.unheard.entry(*because).or_default() += 1;
                }
                heard || outcome.phase != Phase::First
            }
        };
        let Some(trigger) = outcome.trigger().filter(|_| heard).cloned() else { return };
        let key = (outcome.event.clone(), trigger.clone());
        let was_waiting = self.waiting.remove(&key);
        let ending = match (&outcome.decision.act, outcome.phase) {
            (_, Phase::Cancelled) | (Act::Silent { because: Rule::Answered }, _) => Some(Ending::Answered),
            (Act::Speak(_), _) => Some(Ending::Spoken),
            (Act::Hold { .. }, _) => None,
            (Act::Silent { because }, _) => Some(Ending::Silent(*because)),
        };
        let day = date(&self.zone, outcome.at);
        let tally = self.triggers.entry(trigger).or_default();
        for tally in [&mut *tally, &mut self.total] {
            tally.heard += u64::from(!was_waiting);
            match ending {
                Some(ending) => tally.end(ending, &outcome.person, day),
                None => tally.held += u64::from(!was_waiting),
            }
        }
        match (ending, text) {
            (None, _) => _ = self.waiting.insert(key),
            (Some(ending), Some(text)) => tally.show(example(&self.zone, outcome, ending, text), self.examples),
            _ => {}
        }
    }

    /// What came of it so far.
    pub fn summary(&self) -> Summary {
        let mut triggers: Vec<_> = self.triggers.iter().map(|(id, tally)| self.sum(Some(id.clone()), tally)).collect();
        triggers.sort_by(|a, b| (b.spoken, b.heard, &a.trigger).cmp(&(a.spoken, a.heard, &b.trigger)));
        let day = |at: Option<Timestamp>| at.and_then(|at| date(&self.zone, at)).map(|date| date.to_string());
        Summary {
            messages: self.messages,
            by_programs: self.by_programs,
            channels: self.channels,
            left_out: self.left_out,
            not_read: self.not_read.clone(),
            from: day(self.first),
            to: day(self.last),
            broken: self.broken,
            named_broken: self.named_broken.clone(),
            unheard: self.unheard.clone(),
            total: self.sum(None, &self.total),
            triggers,
        }
    }

    fn sum(&self, trigger: Option<TriggerId>, tally: &Tally) -> TriggerSummary {
        let silent = tally.silent.values().sum();
        let week = |(&(year, week), (spoken, people)): (&(i16, i8), &(u64, BTreeSet<PersonId>))| Week {
            week: format!("{year}-W{week:02}"),
            spoken: *spoken,
            people: people.len(),
        };
        let worst = tally.days.iter().rev().max_by_key(|(_, spoken)| **spoken);
        TriggerSummary {
            trigger,
            heard: tally.heard,
            spoken: tally.spoken,
            answered: tally.answered,
            silent,
            silent_because: tally.silent.clone(),
            waiting: tally.heard - tally.spoken - tally.answered - silent,
            held: tally.held,
            people: tally.people.len(),
            per_week: share(tally.spoken, self.weeks()),
            per_1000_messages: share(tally.spoken * 1_000, self.messages),
            weeks: tally.weeks.iter().map(week).collect(),
            worst_day: worst.map(|(date, spoken)| Day { date: date.to_string(), spoken: *spoken }),
            examples: tally.examples.clone(),
        }
    }

    /// How many ISO weeks the history touches.
    fn weeks(&self) -> u64 {
        let monday = |at: Option<Timestamp>| {
            let date = date(&self.zone, at?)?;
            let back = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(jiff::Span::new().days(back)).ok()
        };
        let (Some(first), Some(last)) = (monday(self.first), monday(self.last)) else { return 0 };
        let days = first.until(last).map_or(0, |span| span.get_days());
        u64::try_from(days / 7 + 1).unwrap_or(0)
    }
}

impl Tally {
    fn end(&mut self, ending: Ending, person: &PersonId, day: Option<Date>) {
        match ending {
            Ending::Answered => self.answered += 1,
            Ending::Silent(rule) => *self.silent.entry(rule).or_default() += 1,
            Ending::Spoken => {
                self.spoken += 1;
                self.people.insert(person.clone());
                if let Some(day) = day {
                    let week = day.iso_week_date();
                    let (spoken, people) = self.weeks.entry((week.year(), week.week())).or_default();
                    *spoken += 1;
                    people.insert(person.clone());
                    *self.days.entry(day).or_default() += 1;
                }
            }
        }
    }

    /// Keeps an example where it is among the most telling: by its ending, then the earliest.
    fn show(&mut self, example: Example, limit: usize) {
        let at = self.examples.partition_point(|other| other.order <= example.order);
        if at < limit {
            self.examples.insert(at, example);
            self.examples.truncate(limit);
        }
    }
}

fn example(zone: &TimeZone, outcome: &Outcome, ending: Ending, text: &str) -> Example {
    let said_at = local(zone, outcome.said_at).map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
    Example {
        ending: ending.label(),
        said_at: said_at.unwrap_or_default(),
        channel: outcome.channel.clone(),
        score: outcome.decision.need.as_ref().map_or(0.0, |need| need.score),
        card: outcome.card.clone(),
        text: text.to_owned(),
        order: ending.order(),
    }
}

fn local(zone: &TimeZone, at: Timestamp) -> Option<Zoned> {
    Instant::from_millisecond(at.as_ms()).ok().map(|at| at.to_zoned(zone.clone()))
}

fn date(zone: &TimeZone, at: Timestamp) -> Option<Date> {
    local(zone, at).map(|at| at.date())
}

/// `part` of `whole` to two digits behind the point; nothing of nothing is none.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 100.0).round() / 100.0 }
}
