//! Recognises needs in what people write.
//!
//! A message is cleaned and looked at by meaning and wording. What a manager typed as examples, what sounds alike and
//! what people write all day teach a classifier in a moment; its odds of a need against none are the score, and the
//! threshold is where ordinary traffic seldom comes.
//!
//! Invariants
//! - Pure and in-process: the same text gives the same needs, in bounded time for any text.
//! - A message's own words never leave: evidence is made of the library's phrases.
//! - A model that is missing or damaged is told by [`Recogniser::notes`]; what remains still recognises.

mod alarm_budget;
mod cards;
mod keywords;
mod lately;
mod look;
mod looks;
mod nearness;
mod once;
mod recent;
mod second_look;
mod talks;
mod teaching;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use recognition::{Models, clean, strongest_few, words};

pub use self::{
    alarm_budget::{AlarmBudget, ScoreSketch},
    cards::likeness,
    recent::{OPENINGS, Opened, Parts, Recent, WITHIN},
    teaching::Teaching,
};
pub(super) use self::{cards::CardIndex, talks::TalkIndex};
use self::{
    keywords::Keywords,
    look::Meant,
    looks::{Again, Looks, Text},
};
use super::{Evidence, Need};
use crate::library::{Library, Trigger, TriggerId};

/// How often a thousand ordinary messages may be mistaken for a need, where nobody chose.
const USUAL_BUDGET: AlarmBudget = AlarmBudget::per_1000(1.0);
/// The same for a question put to Kairos: whoever asks wants the nearest thing we have.
const ADDRESSED_BUDGET: AlarmBudget = AlarmBudget::per_1000(50.0);
/// The odds below which nothing is heard, however quiet the traffic: about three in ten that a need is meant. A library of
/// few triggers would keep its budget with a threshold near nothing, and then hear what it has never learnt. Of what is put to
/// Kairos, the nearest cards are named below it instead of one being shown.
const LEAST: f32 = -0.85;
/// Needs that are told of one message.
const TOLD: usize = 5;
/// Words of an example that are told as evidence.
const TOLD_WORDS: usize = 3;

/// Knows every trigger's phrases and examples.
#[derive(Debug)]
pub struct Recogniser {
    keywords: Keywords,
    triggers: Vec<TriggerId>,
    /// What each trigger was taught with, in their order.
    taught: Vec<Vec<Taught>>,
    looks: Looks,
}

/// The odds from which on each trigger is heard.
pub type Thresholds<'a> = &'a dyn Fn(&TriggerId) -> f32;

/// A text that a trigger was taught with.
#[derive(Debug)]
struct Taught {
    meant: Meant,
    text: String,
    seen: Text,
}

impl Recogniser {
    /// Learns the triggers, with the models that ship.
    pub fn new<'a>(triggers: impl Iterator<Item = &'a Trigger> + Clone) -> Self {
        Self::learn(shipped(), triggers.map(Teaching::of))
    }

    /// Knows all triggers of a library, and what they offer, with the models that ship. It is learnt once: the same triggers
    /// give the same recogniser again.
    pub fn of(library: &Library) -> Arc<Self> {
        // A trigger that listens to numbers is not heard in what people write, whatever it offers.
        let heard = library.triggers.values().filter(|trigger| trigger.dip.is_none());
        let teachings = heard.map(|trigger| Teaching::within(library, trigger));
        once::learnt(teachings.clone(), || Self::learn(shipped(), teachings))
    }

    /// The same with other examples for some triggers. They change while the house runs, and each recogniser that is
    /// remembered takes memory: this one is known to whoever asked for it alone.
    pub fn with(library: &Library, examples: &BTreeMap<TriggerId, Vec<String>>) -> Arc<Self> {
        let heard = library.triggers.values().filter(|trigger| trigger.dip.is_none());
        let teachings = heard.map(|trigger| {
            let (id, mut teaching) = Teaching::within(library, trigger);
            teaching.examples = examples.get(&id).unwrap_or(&trigger.examples);
            (id, teaching)
        });
        Arc::new(Self::learn(shipped(), teachings))
    }

    /// Learns from what is known of each trigger, with given models.
    pub fn learn<'a>(models: Arc<Models>, teachings: impl Iterator<Item = (TriggerId, Teaching<'a>)> + Clone) -> Self {
        let keywords = Keywords::new(teachings.clone());
        let mut triggers = Vec::new();
        let mut texts = Vec::new();
        for (trigger, (id, teaching)) in teachings.enumerate() {
            triggers.push(id);
            texts.extend(texts_of(trigger, &teaching));
        }
        let mut taught: Vec<Vec<Taught>> = triggers.iter().map(|_| Vec::new()).collect();
        for text in see(&models, texts) {
            if let Some(own) = text.meant.whose().and_then(|trigger| taught.get_mut(trigger)) {
                own.push(text);
            }
        }
        let looks = Looks::learn(models, triggers.len(), &all(&taught));
        Self { keywords, triggers, taught, looks }
    }

    /// Learns one trigger anew, or one more, in a fraction of the time that all take.
    pub fn relearn(&mut self, id: &TriggerId, teaching: &Teaching<'_>) {
        let known = self.triggers.iter().position(|other| other == id);
        let trigger = known.unwrap_or(self.triggers.len());
        if known.is_none() {
            self.triggers.push(id.clone());
            self.taught.push(Vec::new());
        }
        self.taught[trigger] = see(self.looks.models(), texts_of(trigger, teaching).collect());
        self.keywords.replace(id, teaching.keywords);
        self.looks.relearn(trigger, &all(&self.taught));
    }

    /// The needs that `text` may mean, strongest first, at most five; those that count are [`Need::is_heard`].
    ///
    /// `addressed`: it was put to Kairos, so that less is enough, and several misses are told and not only the nearest.
    pub fn hear(&self, text: &str, addressed: bool) -> Vec<Need> {
        let usual = if addressed { self.threshold_addressed() } else { self.threshold(USUAL_BUDGET, &[]) };
        self.hear_within(text, addressed, &|_| usual)
    }

    /// The odds from which on a need is heard that nobody put to Kairos: set by the first of `traffic` that knows the
    /// budget, the channel's own before its workspace's, or by the messages that ship.
    pub fn threshold(&self, budget: AlarmBudget, traffic: &[Arc<ScoreSketch>]) -> f32 {
        let own = traffic.iter().find(|sketch| sketch.knows(budget)).map(|sketch| sketch.threshold(budget));
        own.unwrap_or_else(|| self.looks.threshold(budget)).max(LEAST)
    }

    /// A threshold that people's taps moved by so many hundredths of a logarithm of odds: never so far that what is hardly likely is heard.
    pub fn moved(&self, threshold: f32, shift: i32) -> f32 {
        (threshold + shift as f32 / 100.0).max(LEAST)
    }

    /// The same for what was put to Kairos.
    pub fn threshold_addressed(&self) -> f32 {
        self.looks.threshold(ADDRESSED_BUDGET).max(LEAST)
    }

    /// [`Recogniser::hear`] with thresholds that were set elsewhere, e.g. from a channel's own traffic: the odds from
    /// which on each trigger is heard.
    pub fn hear_within(&self, text: &str, addressed: bool, threshold: Thresholds<'_>) -> Vec<Need> {
        let mut heard = Text::begun(self.looks.models(), text);
        let mut needs: Vec<Need> = Vec::new();
        for (trigger, phrase) in self.keywords.find(heard.cleaned()) {
            if needs.iter().all(|need| need.trigger != *trigger) {
                let evidence = Evidence::Keyword { phrase: phrase.clone() };
                let threshold = shown(threshold(trigger));
                needs.push(Need { trigger: trigger.clone(), score: 1.0, threshold, evidence });
            }
        }
        let usual = self.threshold(USUAL_BUDGET, &[]);
        let more = |trigger: usize| threshold(&self.triggers[trigger]) - usual;
        let again = if addressed { Again::Surely } else { Again::PromisingFor(&more) };
        for (trigger, score) in strongest_few(&self.looks.odds(&mut heard, again), TOLD) {
            let id = &self.triggers[trigger];
            if needs.iter().any(|need| need.trigger == *id) {
                continue;
            }
            let from = threshold(id);
            // Of what nobody asked for, the nearest miss is told and no other: evidence takes longer than the odds.
            if !addressed && score < from && needs.iter().any(|need| !need.is_heard()) {
                continue;
            }
            let Some(evidence) = self.evidence(trigger, &heard, score >= from) else { continue };
            needs.push(Need { trigger: id.clone(), score: shown(score), threshold: shown(from), evidence });
        }
        needs.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.trigger.cmp(&b.trigger)));
        needs.truncate(TOLD);
        needs
    }

    /// [`Recogniser::hear_within`] of a message that goes on from others: the same person's of a moment ago ([`Recent`]), or
    /// the opening of its thread.
    ///
    /// A need of all together counts only where nothing was heard without the last message, nor in it alone: what was
    /// heard before has had its answer, and a text of several sentences resembles some other need soon enough. What is
    /// no stronger together than in parts is not looked at.
    pub fn hear_on(&self, before: &[String], text: &str, addressed: bool, threshold: Thresholds<'_>) -> Vec<Need> {
        let mut needs = self.hear_within(text, addressed, threshold);
        let is_any_heard = |needs: &[Need]| needs.iter().any(Need::is_heard);
        if before.is_empty() || is_any_heard(&needs) {
            return needs;
        }
        let so_far = before.join("\n");
        let together = format!("{so_far}\n{text}");
        let strength = |text: &str| self.looks.strongest_at_first(&Text::begun(self.looks.models(), text));
        if strength(&together) <= strength(text).max(strength(&so_far))
            || is_any_heard(&self.hear_within(&so_far, addressed, threshold))
        {
            return needs;
        }
        for need in self.hear_within(&together, addressed, threshold) {
            let alone = needs.iter().find(|other| other.trigger == need.trigger).map(|other| other.score);
            if alone.is_none_or(|alone| need.score > alone) {
                needs.retain(|other| other.trigger != need.trigger);
                needs.push(need);
            }
        }
        needs.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.trigger.cmp(&b.trigger)));
        needs.truncate(TOLD);
        needs
    }

    /// How much a text resembles the example that is nearest to it, of whatever trigger.
    pub(super) fn nearest(&self, text: &str) -> f32 {
        let seen = Text::all(self.looks.models(), &[text]);
        let Some(seen) = seen.first() else { return 0.0 };
        let own = self.taught.iter().flatten().filter(|taught| matches!(taught.meant, Meant::Need(_)));
        own.map(|taught| taught.seen.likeness(seen)).fold(0.0, f32::max)
    }

    /// How strongly each trigger is meant: the logarithm of its odds against no need, in the order of the triggers.
    pub fn scores(&self, text: &str) -> Vec<f32> {
        self.looks.odds(&mut Text::begun(self.looks.models(), text), Again::Promising)
    }

    /// The triggers, in the order of [`Recogniser::scores`].
    pub fn triggers(&self) -> &[TriggerId] {
        &self.triggers
    }

    /// What is missing for hearing as well as it could, in words for an operator; empty when all is there.
    pub fn notes(&self) -> &[String] {
        &self.looks.models().notes
    }

    /// Bytes of the models in use.
    pub fn model_bytes(&self) -> usize {
        self.looks.models().bytes
    }

    /// The example that is nearest, and (`closely`) those of its words that the message comes closest to.
    fn evidence(&self, trigger: usize, heard: &Text, closely: bool) -> Option<Evidence> {
        let own = self.taught[trigger].iter().filter(|taught| taught.meant == Meant::Need(trigger));
        let nearness = own.map(|taught| (taught, taught.seen.likeness(heard)));
        let (nearest, _) = nearness.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let words = if closely { self.words(&nearest.text, heard) } else { Vec::new() };
        Some(Evidence::Example { nearest: nearest.text.clone(), words })
    }

    /// The words of an example that a message comes closest to, of those that it has: what nobody wrote is no evidence.
    fn words(&self, example: &str, heard: &Text) -> Vec<String> {
        let mut by_word: Vec<(f32, String)> = Vec::new();
        let said: Vec<String> = words(heard.cleaned()).collect();
        for word in words(&clean(example)).filter(|word| said.contains(word)) {
            let weight = Text::begun(self.looks.models(), &word).likeness(heard);
            if weight > 0.1 && by_word.iter().all(|(_, known)| *known != word) {
                by_word.push((weight, word));
            }
        }
        by_word.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        by_word.into_iter().take(TOLD_WORDS).map(|(_, word)| word).collect()
    }
}

/// What a trigger says, and what each of it is meant for.
fn texts_of<'a>(trigger: usize, teaching: &Teaching<'a>) -> impl Iterator<Item = (Meant, &'a str)> + use<'a> {
    let (examples, unlike) = (teaching.examples.iter(), teaching.unlike.iter());
    let described = teaching.described.clone().into_iter().map(move |text| (Meant::Described(trigger), text));
    let examples = examples.map(move |text| (Meant::Need(trigger), text.as_str()));
    examples.chain(unlike.map(move |text| (Meant::Alike(trigger), text.as_str()))).chain(described)
}

fn see(models: &Models, texts: Vec<(Meant, &str)>) -> Vec<Taught> {
    let seen = Text::all(models, &texts.iter().map(|(_, text)| *text).collect::<Vec<_>>());
    let taught = texts.into_iter().zip(seen);
    taught.map(|((meant, text), seen)| Taught { meant, text: text.to_owned(), seen }).collect()
}

fn all(taught: &[Vec<Taught>]) -> Vec<(Meant, &Text)> {
    taught.iter().flatten().map(|taught| (taught.meant, &taught.seen)).collect()
}

/// The models that ship, read once.
pub fn shipped() -> Arc<Models> {
    static SHIPPED: OnceLock<Arc<Models>> = OnceLock::new();
    Arc::clone(SHIPPED.get_or_init(|| Arc::new(Models::shipped())))
}

/// The language of a text as two letters, where it is not English; `und` where it is none that is known.
///
/// What is not English is met by its wording alone: the models would make chance of it.
pub fn other_language(text: &str) -> Option<&'static str> {
    recognition::other_language(&clean(text))
}

/// True when a text asks for something.
pub fn asks(text: &str) -> bool {
    recognition::asks(&clean(text))
}

/// Odds as people read them: from 0 to 1.
pub(super) fn shown(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

#[cfg(test)]
mod tests;
