//! Triggers as managers write them, and messages as people write them: what is heard at which price?

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{measures::share, strongest, thresholds};
use crate::{
    engine::{Recogniser, TrainingData, shipped},
    library::TriggerId,
};

/// The file's form.
#[derive(Deserialize)]
struct File {
    triggers: Vec<Written>,
    #[serde(default)]
    chatter: Vec<String>,
}

#[derive(Deserialize)]
struct Written {
    id: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    need: Option<String>,
    examples: Vec<String>,
    #[serde(default)]
    positives: Vec<String>,
    #[serde(default)]
    hard_negatives: Vec<String>,
}

/// What was measured. A message counts as recalled when the right trigger is the strongest, and over the threshold.
#[derive(Serialize)]
pub(super) struct Workplace {
    triggers: usize,
    messages: usize,
    accuracy: f64,
    recall: BTreeMap<u16, f64>,
    /// Messages that mean a need and were heard as any need, the right one or not.
    fired: BTreeMap<u16, f64>,
    realised_false_alarms_per_1000: BTreeMap<u16, f64>,
    hard_negatives_fired: BTreeMap<u16, f64>,
    chatter_fired: BTreeMap<u16, f64>,
    notes: Vec<String>,
}

/// Learns the triggers of a file from their examples, and recognises its messages.
pub(super) fn measure(path: &Path, areas: &[String], history: &[String]) -> Result<Workplace> {
    let text = fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    let mut file: File = serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?;
    file.triggers.retain(|trigger| areas.is_empty() || areas.contains(&trigger.area));
    if file.triggers.is_empty() {
        bail!("{} holds no trigger that was asked for", path.display());
    }
    let teachings = file.triggers.iter().map(|trigger| {
        let described = trigger.need.iter().map(String::as_str).collect();
        (
            TriggerId::new(&trigger.id),
            TrainingData { examples: &trigger.examples, described, ..TrainingData::default() },
        )
    });
    let recogniser = Recogniser::learn(shipped(), teachings);
    let hear = |text: &String| strongest(&recogniser.scores(text));
    let meant: Vec<(usize, usize, f32)> = (file.triggers.iter().enumerate())
        .flat_map(|(own, trigger)| trigger.positives.iter().map(move |text| (own, text)))
        .map(|(own, text)| {
            let (found, score) = hear(text);
            (own, found, score)
        })
        .collect();
    let scores = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| hear(text).1).collect::<Vec<f32>>();
    let near = scores(&mut file.triggers.iter().flat_map(|trigger| &trigger.hard_negatives));
    let chatter = scores(&mut file.chatter.iter());
    let mut measured = Workplace {
        triggers: file.triggers.len(),
        messages: meant.len(),
        accuracy: share(meant.iter().filter(|(own, found, _)| own == found).count(), meant.len()),
        recall: BTreeMap::new(),
        fired: BTreeMap::new(),
        realised_false_alarms_per_1000: BTreeMap::new(),
        hard_negatives_fired: BTreeMap::new(),
        chatter_fired: BTreeMap::new(),
        notes: recogniser.notes().to_vec(),
    };
    for at in thresholds(&recogniser, history) {
        let over = |score: &f32| *score >= at.threshold;
        let right = meant.iter().filter(|(own, found, score)| own == found && over(score)).count();
        let any = meant.iter().filter(|(_, _, score)| over(score)).count();
        measured.recall.insert(at.budget, share(right, meant.len()));
        measured.fired.insert(at.budget, share(any, meant.len()));
        measured.realised_false_alarms_per_1000.insert(at.budget, at.realised_per_1000);
        let share_over = |scores: &[f32]| share(scores.iter().filter(|score| over(score)).count(), scores.len());
        measured.hard_negatives_fired.insert(at.budget, share_over(&near));
        measured.chatter_fired.insert(at.budget, share_over(&chatter));
    }
    Ok(measured)
}

impl Workplace {
    /// For programs and for people.
    pub(super) fn told(&self) -> Result<(Value, String)> {
        let mut text = String::new();
        let percent = |share: f64| format!("{:5.1} %", share * 100.0);
        writeln!(text, "{} messages, {} triggers", self.messages, self.triggers)?;
        writeln!(text, "right trigger  {}", percent(self.accuracy))?;
        writeln!(text, "budget  recall   fired    realised  near misses  chatter")?;
        for (budget, recall) in &self.recall {
            writeln!(
                text,
                "{budget:>6}  {}  {}  {:>8.1}  {:>11}  {}",
                percent(*recall),
                percent(self.fired[budget]),
                self.realised_false_alarms_per_1000[budget],
                percent(self.hard_negatives_fired[budget]),
                percent(self.chatter_fired[budget]),
            )?;
        }
        for note in &self.notes {
            writeln!(text, "note: {note}")?;
        }
        Ok((serde_json::to_value(self)?, text))
    }
}
