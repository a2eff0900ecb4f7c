//! What a trigger teaches the recogniser.

use crate::library::{Library, Trigger, TriggerId};

/// What is known of one trigger's need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Teaching<'a> {
    /// Phrases that mean the need by themselves.
    pub keywords: &'a [String],
    /// Messages that mean the need.
    pub examples: &'a [String],
    /// Messages that sound alike and mean something else.
    pub unlike: &'a [String],
    /// The need in a sentence, and what is offered for it: it says what the need is about, but not how people speak.
    pub described: Vec<&'a str>,
}

impl<'a> Teaching<'a> {
    /// What a trigger says of itself.
    pub fn of(trigger: &'a Trigger) -> (TriggerId, Self) {
        let teaching = Self {
            keywords: &trigger.keywords,
            examples: &trigger.examples,
            unlike: &trigger.unlike,
            described: vec![&trigger.need],
        };
        (trigger.id.clone(), teaching)
    }

    /// What a trigger and the titles of what it offers say.
    pub fn within(library: &'a Library, trigger: &'a Trigger) -> (TriggerId, Self) {
        let (id, mut teaching) = Self::of(trigger);
        let offered = trigger.offer.iter().filter_map(|asset| library.assets.get(asset));
        teaching.described.extend(offered.map(|asset| asset.title.as_str()));
        (id, teaching)
    }
}
