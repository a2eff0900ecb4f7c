//! Words by which people say that they need something: a bonus, never a gate, since many say it without them.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

/// Phrases in cleaned text, at the beginning of a word.
const CUES: &[&str] = &[
    "how do i",
    "how do you",
    "how do we",
    "how can i",
    "how can we",
    "how to ",
    "how should",
    "how would you",
    "how does one",
    "what do i",
    "what do you",
    "what should",
    "what can i",
    "what would you",
    "what now",
    "anyone ",
    "any tips",
    "any idea",
    "any advice",
    "anybody",
    "is there a way",
    "is it ok",
    "am i allowed",
    "are we allowed",
    "can i ",
    "can we ",
    "should i ",
    "should we",
    "do i have to",
    "not sure",
    "no idea",
    "don't know",
    "dont know",
    "stuck",
    "struggling",
    "help",
    "advice",
    "keep getting",
    "what's the best",
    "whats the best",
    "where do i",
    "who can",
    "need to ",
    "trying to",
    "at a loss",
];

/// True when a cleaned text asks for something.
pub fn asks(cleaned: &str) -> bool {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let Some(cues) = AUTOMATON.get_or_init(|| AhoCorasick::new(CUES).ok()) else { return cleaned.contains('?') };
    let at_start = |at: usize| !cleaned[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    cleaned.contains('?') || cues.find_overlapping_iter(cleaned).any(|found| at_start(found.start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_heard_at_the_beginning_of_a_word() {
        for (text, right) in [
            ("any idea", true),
            ("so how do i say it", true),
            ("unhelpful", false),
            ("he is unhelpful, help", true),
            ("really?", true),
            ("", false),
        ] {
            assert_eq!(asks(text), right, "{text}");
        }
    }
}
