//! A topic that somebody calls by its name: "feedback", "price objections", "angry customers?".
//!
//! Invariants
//! - A few words, each of which stands in the name; whoever writes a sentence is understood by what it means.

use super::Engine;
use crate::library::{SkillId, TriggerId};

/// The most words that a name has.
const MOST_WORDS: usize = 4;
/// Letters by which two forms of a word are one: "delegate" and "delegating".
const STEM: usize = 5;
/// Words of a name that say nothing by themselves.
const EMPTY: &[&str] = &[
    "the", "a", "an", "to", "of", "with", "about", "on", "in", "and", "or", "for", "my", "how", "is", "it", "i", "me",
    "please",
];

impl Engine {
    /// The topics that a text names, the most likely first; none where it is no name.
    pub fn named(&self, text: &str) -> Vec<TriggerId> {
        let asked = words(text);
        if asked.is_empty() || asked.len() > MOST_WORDS {
            return Vec::new();
        }
        let heard = self.library.triggers.values().filter(|trigger| trigger.dip.is_none());
        let mut found: Vec<(usize, &TriggerId)> = Vec::new();
        for trigger in heard {
            let skill = self.library.skills.get(&trigger.skill).map_or("", |skill| skill.title.as_str());
            let names = [skill, trigger.title.as_str(), trigger.id.as_str(), trigger.skill.as_str()];
            let names = names.into_iter().map(words).chain(trigger.keywords.iter().map(|keyword| words(keyword)));
            let extra = names.filter(|name| asked.iter().all(|word| name.iter().any(|other| is_same(word, other))));
            if let Some(least) = extra.map(|name| name.len() - asked.len().min(name.len())).min() {
                found.push((least, &trigger.id));
            }
        }
        found.sort();
        found.into_iter().map(|(_, id)| id.clone()).collect()
    }

    /// The topic that stands for a skill: the first that is heard in what people write.
    pub fn topic_of(&self, skill: &SkillId) -> Option<&TriggerId> {
        let mut own = self.library.triggers.values().filter(|trigger| trigger.skill == *skill && trigger.dip.is_none());
        own.find(|trigger| !trigger.is_private).or_else(|| own.next()).map(|trigger| &trigger.id)
    }
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let all = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !EMPTY.contains(word));
    all.map(ToOwned::to_owned).collect()
}

/// The same word, or another form of it.
fn is_same(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let stem = |word: &str| word.chars().take(STEM).collect::<String>();
    let is_long = |word: &str| word.chars().count() >= STEM;
    is_long(a) && is_long(b) && stem(a) == stem(b)
}
