//! Labelled messages: is the right label found, and is what means none of them refused?

use std::{collections::BTreeMap, fmt::Write, path::Path};

use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::Value;

use super::{
    Args, lines,
    lines::Labelled,
    measures::{Spread, auroc, refused_at, share},
    strongest, thresholds,
};
use crate::{
    clock::Stopwatch,
    engine::{Recogniser, TrainingData, shipped},
    library::TriggerId,
};

#[derive(Serialize)]
pub(super) struct Intents {
    accuracy: f64,
    auroc: Option<f64>,
    none_recall_at_95_coverage: Option<f64>,
    none_recall_at_90_coverage: Option<f64>,
    per_label: BTreeMap<String, OfLabel>,
    train_ms: f64,
    us_per_message: Spread,
    model_bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    recall_at_budget: Option<BTreeMap<u16, f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    realised_false_alarms_per_1000: Option<BTreeMap<u16, f64>>,
    notes: Vec<String>,
}

/// How one label fared.
#[derive(Default, Serialize)]
struct OfLabel {
    messages: usize,
    recall: f64,
    precision: f64,
}

/// Learns from one file, and recognises the other.
pub(super) fn measure(args: &Args, train: &Path, test: &Path, history: Option<&[String]>) -> Result<Intents> {
    let none = args.none.as_deref();
    let (lessons, test) = (drawn(lines::read(train)?, args.shots, args.seed), lines::read(test)?);
    let watch = Stopwatch::start();
    let recogniser = learn(&lessons, none)?;
    let train_ms = watch.micros() / 1000.0;
    let mut inside = Vec::new();
    let mut outside = Vec::new();
    let mut times = Vec::with_capacity(test.len());
    for row in &test {
        let watch = Stopwatch::start();
        let scores = recogniser.scores(&row.text);
        times.push(watch.micros());
        let (found, score) = strongest(&scores);
        if Some(row.label.as_str()) == none {
            outside.push(score);
        } else {
            let found = recogniser.triggers().get(found).map_or("", TriggerId::as_str);
            inside.push((row.label.as_str(), found.to_owned(), score));
        }
    }
    if inside.is_empty() {
        bail!("the test holds no message with another label than that of none");
    }
    let scores: Vec<f32> = inside.iter().map(|(_, _, score)| *score).collect();
    let right = inside.iter().filter(|(label, found, _)| label == found).count();
    let against_none = |figure: f64| (!outside.is_empty()).then_some(figure);
    let (mut recall, mut realised) = (BTreeMap::new(), BTreeMap::new());
    for measured in history.map(|history| thresholds(&recogniser, history)).unwrap_or_default() {
        let heard = inside.iter().filter(|(label, found, score)| label == found && *score >= measured.threshold);
        recall.insert(measured.budget, share(heard.count(), inside.len()));
        realised.insert(measured.budget, measured.realised_per_1000);
    }
    Ok(Intents {
        accuracy: share(right, inside.len()),
        auroc: against_none(auroc(&scores, &outside)),
        none_recall_at_95_coverage: against_none(refused_at(0.95, &scores, &outside)),
        none_recall_at_90_coverage: against_none(refused_at(0.90, &scores, &outside)),
        per_label: per_label(&inside),
        train_ms,
        us_per_message: Spread::of(times),
        model_bytes: recogniser.model_bytes(),
        recall_at_budget: history.map(|_| recall),
        realised_false_alarms_per_1000: history.map(|_| realised),
        notes: recogniser.notes().to_vec(),
    })
}

fn learn(lessons: &[Labelled], none: Option<&str>) -> Result<Recogniser> {
    let mut examples: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut unlike = Vec::new();
    for lesson in lessons {
        if Some(lesson.label.as_str()) == none {
            unlike.push(lesson.text.clone());
        } else {
            examples.entry(&lesson.label).or_default().push(lesson.text.clone());
        }
    }
    if examples.is_empty() {
        bail!("there is no example to learn from");
    }
    // Whatever one trigger is not, no trigger is: it doesn't matter which of them names it.
    let teachings = examples.iter().enumerate().map(|(number, (label, examples))| {
        let unlike: &[String] = if number == 0 { &unlike } else { &[] };
        (TriggerId::new(*label), TrainingData { examples, unlike, ..TrainingData::default() })
    });
    Ok(Recogniser::learn(shipped(), teachings))
}

/// So many lessons of each label, drawn by a seed; all when no number was asked for.
fn drawn(mut lessons: Vec<Labelled>, shots: Option<usize>, seed: u64) -> Vec<Labelled> {
    let Some(shots) = shots else { return lessons };
    // SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
    let mut state = seed;
    let mut draw = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    lessons.sort_by_cached_key(|_| draw());
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    lessons.retain(|lesson| {
        let count = taken.entry(lesson.label.clone()).or_default();
        *count += 1;
        *count <= shots
    });
    lessons
}

fn per_label(inside: &[(&str, String, f32)]) -> BTreeMap<String, OfLabel> {
    let mut figures: BTreeMap<String, OfLabel> = BTreeMap::new();
    let mut found_as: BTreeMap<&str, usize> = BTreeMap::new();
    for (label, found, _) in inside {
        let figure = figures.entry((*label).to_owned()).or_default();
        figure.messages += 1;
        figure.recall += f64::from(u8::from(label == found));
        *found_as.entry(found).or_default() += 1;
    }
    for (label, figure) in &mut figures {
        let right = figure.recall;
        figure.recall = right / figure.messages as f64;
        figure.precision = right / found_as.get(label.as_str()).copied().unwrap_or(0).max(1) as f64;
    }
    figures
}

impl Intents {
    /// For programs and for people.
    pub(super) fn told(&self) -> Result<(Value, String)> {
        let mut text = String::new();
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        let or_none = |share: Option<f64>| share.map_or("–".to_owned(), percent);
        writeln!(text, "accuracy            {}", percent(self.accuracy))?;
        writeln!(text, "AUROC against none  {}", or_none(self.auroc))?;
        writeln!(text, "none refused        {} at 95 % coverage", or_none(self.none_recall_at_95_coverage))?;
        writeln!(text, "                    {} at 90 % coverage", or_none(self.none_recall_at_90_coverage))?;
        if let (Some(recall), Some(realised)) = (&self.recall_at_budget, &self.realised_false_alarms_per_1000) {
            for (budget, recall) in recall {
                let (recall, real) = (percent(*recall), realised[budget]);
                writeln!(text, "at {budget} a thousand     {recall} heard, {real:.1} false alarms a thousand")?;
            }
        }
        let times = self.us_per_message;
        writeln!(text, "learnt in           {:.0} ms", self.train_ms)?;
        writeln!(text, "a message takes     {:.0} µs, {:.0} µs at the 99th percentile", times.p50, times.p99)?;
        writeln!(text, "models              {:.1} MB", self.model_bytes as f64 / 1e6)?;
        for note in &self.notes {
            writeln!(text, "note: {note}")?;
        }
        Ok((serde_json::to_value(self)?, text))
    }
}
