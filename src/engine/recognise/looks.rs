//! The two looks at a message: a quick one at every message, a thorough one at the few that are promising.
//!
//! Invariants
//! - A message without a second look never scores as high as one with it.
//! - Without the sentence encoder the first look decides alone.

use std::{
    num::NonZeroUsize,
    panic::resume_unwind,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use recognition::{DIMS, Features, HIDDEN, Models, Vectors, add_to_all, clean};

use super::{
    alarm_budget::{AlarmBudget, ScoreSketch},
    lately::Lately,
    look::{Look, Meant, Seen},
    second_look::SecondLook,
};

/// How many of a thousand ordinary messages get a second look. People say what they need in words that no manager typed: a
/// narrow gate throws away what the encoder learnt (`models/README.md`, "What stage 1 lets through"). A second look takes
/// about a millisecond.
const SECOND_LOOKS: AlarmBudget = AlarmBudget::per_1000(200.0);
/// What asking adds to the odds: a bonus, never a gate, since many need something without asking.
const ASKING_BONUS: f32 = 1.5;
/// What a text of everyday words alone is put back by: it resembles much and means little.
const EMPTINESS: f32 = 1.0;
/// What a message without a second look is put back by.
const UNPROMISING: f32 = 20.0;
/// Word pieces that are looked at.
const MOST_PIECES: usize = 256;
/// Word pieces that are looked at again: what somebody needs is said by then, and time grows with every piece.
const MOST_PIECES_AGAIN: usize = 62;

/// Threads that learn together, at most.
const MOST_THREADS: usize = 8;
/// So few texts are not worth a thread.
const FEW: usize = 16;

/// A text as the looks see it.
#[derive(Debug)]
pub(super) struct Text {
    cleaned: String,
    /// What its manner adds to the odds of any need.
    bonus: f32,
    /// In another language than English.
    is_foreign: bool,
    ids: Vec<u32>,
    features: Features,
    first: Seen,
    /// Made when it is needed: it takes a hundred times as long.
    second: Option<Seen>,
}

impl Text {
    /// A text at first look.
    pub(super) fn begun(models: &Models, text: &str) -> Self {
        let cleaned = clean(text);
        let features = models.statistics.lexical.features(&cleaned);
        let mut ids = Vec::new();
        // The models know English: what they would make of another language is chance, so that its wording decides.
        let is_foreign = recognition::other_language(&cleaned).is_some();
        let first = match &models.first {
            Some(first) if !is_foreign => {
                first.pieces.cut(&cleaned, MOST_PIECES, &mut ids);
                Seen::new(&first.table.embed(&ids), &features)
            }
            Some(_) => Seen::new(&[0.0; DIMS], &features),
            None => Seen::new(&[], &features),
        };
        let bonus = bonus(recognition::asks(&cleaned), models.statistics.lexical.substance(&cleaned));
        Self { bonus, is_foreign, cleaned, ids, features, first, second: None }
    }

    /// Texts at both looks, by all cores of the machine: the second look takes its time.
    pub(super) fn all(models: &Models, texts: &[&str]) -> Vec<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS);
        let mut begun: Vec<Self> = texts.iter().map(|text| Self::begun(models, text)).collect();
        // Texts of a length go together, and every core gets some of each.
        let mut by_length: Vec<&mut Self> = begun.iter_mut().collect();
        by_length.sort_by_key(|text| text.ids.len());
        let mut shares: Vec<Vec<&mut Self>> =
            (0..by_length.len().div_ceil(FEW).clamp(1, cores)).map(|_| vec![]).collect();
        let count = shares.len();
        for (number, text) in by_length.into_iter().enumerate() {
            shares[number % count].push(text);
        }
        thread::scope(|scope| {
            let mut shares = shares.into_iter();
            let own = shares.next();
            let others: Vec<_> = shares.map(|share| scope.spawn(|| look_again_at_all(models, share))).collect();
            if let Some(share) = own {
                look_again_at_all(models, share);
            }
            for other in others {
                other.join().unwrap_or_else(|panic| resume_unwind(panic));
            }
        });
        begun
    }

    /// The second look, unless the same was looked at lately.
    fn look_again(&mut self, models: &Models, lately: &Mutex<Lately>) -> Option<&Seen> {
        if let Some(second) = &models.second
            && self.second.is_none()
        {
            let held = || lately.lock().unwrap_or_else(PoisonError::into_inner);
            let key = Lately::key(&self.cleaned);
            let known = if self.is_foreign { Some(Arc::from(vec![0.0; HIDDEN])) } else { held().get(&key) };
            let vector = known.unwrap_or_else(|| {
                let vector: Arc<[f32]> = second.encoder.embed(self.pieces_again()).into();
                held().put(key, Arc::clone(&vector));
                vector
            });
            self.second = Some(Seen::new(&vector, &self.features));
        }
        self.second.as_ref()
    }

    fn pieces_again(&self) -> &[u32] {
        &self.ids[..self.ids.len().min(MOST_PIECES_AGAIN)]
    }

    /// What the person said.
    pub(super) fn cleaned(&self) -> &str {
        &self.cleaned
    }

    /// What the second look made of it, where there was one.
    pub(super) fn second(&self) -> Option<&Seen> {
        self.second.as_ref()
    }

    /// How alike two texts are, by the most thorough look that both had.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        match (&self.second, &other.second) {
            (Some(ours), Some(theirs)) => ours.likeness(theirs),
            _ => self.first.likeness(&other.first),
        }
    }
}

/// Which texts are worth a second look.
#[derive(Clone, Copy)]
pub(super) enum Again<'a> {
    /// Any.
    Surely,
    /// Those that are among the strongest of ordinary messages.
    Promising,
    /// The same; so much more than usual is asked of each trigger to be heard, and of its first look as well.
    PromisingFor(&'a dyn Fn(usize) -> f32),
}

/// What was learnt, for both looks.
#[derive(Debug)]
pub(super) struct Looks {
    models: Arc<Models>,
    first: Look,
    second: Option<SecondLook>,
    /// From this score on at first look, a second is worth its time.
    promising: f32,
    /// What was looked at again a moment ago.
    lately: Mutex<Lately>,
    /// Scores of ordinary messages: they set the thresholds where a channel has none of its own.
    traffic: ScoreSketch,
}

impl Looks {
    /// Learns `triggers` triggers from texts that had both looks.
    pub(super) fn learn(models: Arc<Models>, triggers: usize, texts: &[(Meant, &Text)]) -> Self {
        let (first_lines, second_lines) = (Lines::first(&models), Lines::second(&models));
        let (first, second) = thread::scope(|scope| {
            let first = scope.spawn(|| Look::learn(triggers, with_background(firsts(texts), &first_lines)));
            let second = models.second.as_ref();
            let second = second.map(|_| SecondLook::learn(triggers, texts, &second_lines.background));
            (first.join().unwrap_or_else(|panic| resume_unwind(panic)), second)
        });
        let (traffic, lately) = (ScoreSketch::default(), Mutex::default());
        let mut learnt = Self { models, first, second, promising: f32::MIN, lately, traffic };
        learnt.set_by_traffic(&first_lines.traffic, &second_lines.traffic);
        learnt
    }

    /// Learns one trigger anew, or the next, from all texts; the others stay as they are.
    pub(super) fn relearn(&mut self, trigger: usize, texts: &[(Meant, &Text)]) {
        let (first_lines, second_lines) = (Lines::first(&self.models), Lines::second(&self.models));
        self.first.relearn(trigger, with_background(firsts(texts), &first_lines));
        if let Some(second) = &mut self.second {
            second.relearn(trigger, texts, &second_lines.background);
        }
        self.set_by_traffic(&first_lines.traffic, &second_lines.traffic);
    }

    /// What ordinary messages reach decides what is promising, and from where on a need is heard.
    fn set_by_traffic(&mut self, first: &[Seen], second: &[Seen]) {
        self.traffic = ScoreSketch::default();
        let traffic = self.models.statistics.traffic.iter();
        let bonuses: Vec<f32> = traffic.map(|line| bonus(line.asks, line.substance)).collect();
        let strongest = |odds: Vec<f32>| Some(recognition::strongest(&odds)?.1);
        let mut sketch = ScoreSketch::default();
        let firsts = first.iter().zip(&bonuses).filter_map(|(seen, bonus)| strongest(odds(&self.first, seen, *bonus)));
        let firsts: Vec<f32> = firsts.collect();
        for score in &firsts {
            sketch.add(*score);
        }
        let Some(look) = &self.second else {
            self.traffic = sketch;
            return;
        };
        self.promising = sketch.threshold(SECOND_LOOKS);
        for ((seen, bonus), first) in second.iter().zip(&bonuses).zip(firsts) {
            let twice = first >= self.promising;
            let score = if twice { strongest(look.odds(seen, false, *bonus)) } else { Some(first - UNPROMISING) };
            if let Some(score) = score {
                self.traffic.add(score);
            }
        }
    }

    /// What turns text into numbers.
    pub(super) fn models(&self) -> &Models {
        &self.models
    }

    /// The score from which on a need is heard, where a channel's own traffic is not known.
    pub(super) fn threshold(&self, budget: AlarmBudget) -> f32 {
        self.traffic.threshold(budget)
    }

    /// How strong the strongest trigger is at first look.
    pub(super) fn strongest_at_first(&self, text: &Text) -> f32 {
        recognition::strongest(&odds(&self.first, &text.first, text.bonus)).map_or(f32::MIN, |(_, odds)| odds)
    }

    /// For each trigger, the logarithm of the odds that its need is meant and not none.
    pub(super) fn odds(&self, text: &mut Text, again: Again<'_>) -> Vec<f32> {
        let mut first = odds(&self.first, &text.first, text.bonus);
        let Some(look) = &self.second else { return first };
        let (bonus, is_foreign) = (text.bonus, text.is_foreign);
        let among_strongest = recognition::strongest(&first).is_some_and(|(_, odds)| odds >= self.promising);
        let promising = match again {
            Again::Surely => true,
            Again::Promising => among_strongest,
            Again::PromisingFor(more) => {
                let asked = |trigger: usize| self.promising + more(trigger).max(0.0);
                let is_promising = |(trigger, odds): (usize, &f32)| *odds >= self.promising && *odds >= asked(trigger);
                among_strongest && first.iter().enumerate().any(is_promising)
            }
        };
        if let Some(second) = promising.then(|| text.look_again(&self.models, &self.lately)).flatten() {
            return look.odds(second, is_foreign, bonus);
        }
        add_to_all(&mut first, -UNPROMISING);
        first
    }
}

fn look_again_at_all(models: &Models, texts: Vec<&mut Text>) {
    let Some(second) = &models.second else { return };
    let ids: Vec<&[u32]> = texts.iter().map(|text| text.pieces_again()).collect();
    let vectors = second.encoder.embed_all(&ids);
    for (text, vector) in texts.into_iter().zip(vectors) {
        let vector = if text.is_foreign { vec![0.0; HIDDEN] } else { vector };
        text.second = Some(Seen::new(&vector, &text.features));
    }
}

/// What the manner of a text adds to the odds of any need, whatever it is about.
fn bonus(asks: bool, substance: f32) -> f32 {
    let asking = if asks { ASKING_BONUS } else { 0.0 };
    asking - EMPTINESS * (1.0 - substance)
}

fn odds(look: &Look, seen: &Seen, bonus: f32) -> Vec<f32> {
    let mut odds = look.odds(seen);
    add_to_all(&mut odds, bonus);
    odds
}

/// What ordinary people write, that means no need.
struct Lines {
    /// What teaches it.
    background: Vec<Seen>,
    /// What nothing was taught with.
    traffic: Vec<Seen>,
}

impl Lines {
    fn first(models: &Models) -> Self {
        Self::seen(models, models.first.as_ref().map(|first| &first.background))
    }

    fn second(models: &Models) -> Self {
        Self::seen(models, models.second.as_ref().map(|second| &second.background))
    }

    fn seen(models: &Models, meanings: Option<&Vectors>) -> Self {
        let statistics = &models.statistics;
        let lines = statistics.background.iter().chain(&statistics.traffic).enumerate();
        let mut background: Vec<Seen> = lines
            .map(|(number, line)| {
                let meaning = meanings.and_then(|vectors| vectors.get(number)).unwrap_or_default();
                Seen::new(&meaning, &line.features)
            })
            .collect();
        let traffic = background.split_off(statistics.background.len());
        Self { background, traffic }
    }
}

fn firsts<'a>(texts: &'a [(Meant, &'a Text)]) -> impl Iterator<Item = (Meant, &'a Seen)> {
    texts.iter().map(|(meant, text)| (*meant, &text.first))
}

fn with_background<'a>(
    texts: impl Iterator<Item = (Meant, &'a Seen)>,
    lines: &'a Lines,
) -> impl Iterator<Item = (Meant, &'a Seen)> {
    texts.chain(lines.background.iter().map(|seen| (Meant::Background, seen)))
}
