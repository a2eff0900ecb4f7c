//! Phrases that mean a need by themselves, found exactly: one automaton over all triggers.

use aho_corasick::{AhoCorasick, MatchKind};

use recognition::clean;

use super::TrainingData;
use crate::library::TriggerId;

/// Every trigger's phrases, to be found in one pass.
#[derive(Clone, Debug)]
pub(super) struct Keywords {
    /// `None` when no trigger has a phrase, or all together are too large for an automaton.
    automaton: Option<AhoCorasick>,
    phrases: Vec<(TriggerId, String)>,
}

impl Keywords {
    /// Takes the phrases out of what each trigger is trained on.
    pub(super) fn new<'a>(data: impl Iterator<Item = (TriggerId, TrainingData<'a>)>) -> Self {
        let phrases: Vec<_> = data
            .flat_map(|(id, data)| data.keywords.iter().map(move |phrase| (id.clone(), phrase.clone())))
            .filter(|(_, phrase)| !phrase.trim().is_empty())
            .collect();
        Self::of(phrases)
    }

    /// Takes other phrases of one trigger.
    pub(super) fn replace(&mut self, id: &TriggerId, phrases: &[String]) {
        let phrases: Vec<&String> = phrases.iter().filter(|phrase| !phrase.trim().is_empty()).collect();
        let own = self.phrases.iter().filter(|(other, _)| other == id).map(|(_, phrase)| phrase);
        if own.eq(phrases.iter().copied()) {
            // An automaton over ten thousand triggers takes its time.
            return;
        }
        let mut all = std::mem::take(&mut self.phrases);
        all.retain(|(other, _)| other != id);
        all.extend(phrases.into_iter().map(|phrase| (id.clone(), phrase.clone())));
        *self = Self::of(all);
    }

    fn of(phrases: Vec<(TriggerId, String)>) -> Self {
        let patterns = phrases.iter().map(|(_, phrase)| on_one_line(&clean(phrase)));
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
        Self { automaton: automaton.filter(|_| !phrases.is_empty()), phrases }
    }

    /// The phrases that stand in a cleaned text as whole words, with their triggers.
    pub(super) fn find<'a>(&'a self, cleaned: &str) -> Vec<&'a (TriggerId, String)> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let text = on_one_line(cleaned);
        let whole = |at: Option<char>| at.is_none_or(|c| !c.is_alphanumeric());
        automaton
            .find_overlapping_iter(&text)
            .filter(|found| {
                whole(text[..found.start()].chars().next_back()) && whole(text[found.end()..].chars().next())
            })
            .map(|found| &self.phrases[found.pattern().as_usize()])
            .collect()
    }
}

fn on_one_line(cleaned: &str) -> String {
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}
