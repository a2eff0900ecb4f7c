//! Phrases that mean a need by themselves, found exactly: one automaton over all triggers.

use aho_corasick::{AhoCorasick, MatchKind};

use recognition::clean;

use super::Teaching;
use crate::library::TriggerId;

/// Every trigger's phrases, to be found in one pass.
#[derive(Debug)]
pub(super) struct Keywords {
    /// `None` when no trigger has a phrase, or all together are too large for an automaton.
    automaton: Option<AhoCorasick>,
    phrases: Vec<(TriggerId, String)>,
}

impl Keywords {
    /// Takes the phrases out of what each trigger teaches.
    pub(super) fn new<'a>(teachings: impl Iterator<Item = (TriggerId, Teaching<'a>)>) -> Self {
        let phrases: Vec<_> = teachings
            .flat_map(|(id, teaching)| teaching.keywords.iter().map(move |phrase| (id.clone(), phrase.clone())))
            .filter(|(_, phrase)| !phrase.trim().is_empty())
            .collect();
        Self::of(phrases)
    }

    /// Takes other phrases of one trigger.
    pub(super) fn replace(&mut self, id: &TriggerId, phrases: &[String]) {
        let mut all = std::mem::take(&mut self.phrases);
        all.retain(|(other, _)| other != id);
        all.extend(
            phrases.iter().filter(|phrase| !phrase.trim().is_empty()).map(|phrase| (id.clone(), phrase.clone())),
        );
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
