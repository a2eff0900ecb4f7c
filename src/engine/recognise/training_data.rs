//! What a trigger is trained on.

use recognition::ClassTexts;

use crate::library::{Library, Trigger, TriggerId};

/// What is known of one trigger's need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrainingData<'a> {
    /// Phrases that mean the need by themselves.
    pub keywords: &'a [String],
    /// Messages that mean the need.
    pub examples: &'a [String],
    /// Messages that sound alike and mean something else.
    pub unlike: &'a [String],
    /// The need in a sentence, and what is offered for it: it says what the need is about, but not how people speak.
    pub described: Vec<&'a str>,
}

impl<'a> TrainingData<'a> {
    /// What the model of its class is trained on.
    pub(super) fn texts(&self) -> ClassTexts<'a> {
        ClassTexts {
            positives: self.examples.iter().map(String::as_str).collect(),
            hard_negatives: self.unlike.iter().map(String::as_str).collect(),
            descriptions: self.described.clone(),
        }
    }

    /// What a trigger says of itself.
    pub fn of(trigger: &'a Trigger) -> (TriggerId, Self) {
        let data = Self {
            keywords: &trigger.keywords,
            examples: &trigger.examples,
            unlike: &trigger.unlike,
            described: vec![&trigger.need],
        };
        (trigger.id.clone(), data)
    }

    /// What a trigger and the titles of what it offers say.
    pub fn within(library: &'a Library, trigger: &'a Trigger) -> (TriggerId, Self) {
        let (id, mut data) = Self::of(trigger);
        let offered = trigger.offer.iter().filter_map(|asset| library.assets.get(asset));
        data.described.extend(offered.map(|asset| asset.title.as_str()));
        (id, data)
    }
}
