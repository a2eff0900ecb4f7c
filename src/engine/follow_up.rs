//! Whether a message goes on from what was said before, so that it is read together with that.
//!
//! Invariants
//! - Pure, and by a few words of English and German: whoever asks something whole is understood by what it means.

use super::asks;

/// The most words of a follow-up: what is longer says what it is about.
const MOST_WORDS: usize = 16;
/// What a follow-up begins with.
const BEGINNINGS: &[&str] = &[
    "and",
    "but",
    "or",
    "so",
    "then",
    "also",
    "what if",
    "what about",
    "how about",
    "if",
    "ok but",
    "ok and",
    "okay but",
    "yes but",
    "even if",
    "why",
    "more",
    "another",
    "else",
    "anything else",
    "something else",
    "something shorter",
    "shorter",
    "which one",
    "like what",
    "such as",
    "for example",
    "can you",
    "do you have",
    "have you got",
    "got",
    "und",
    "aber",
    "oder",
    "dann",
    "was ist mit",
    "was wenn",
    "wenn",
    "ja aber",
    "noch",
    "hast du",
    "warum",
];
/// What points back to something that was said.
const POINTERS: &[&str] = &[
    "it", "that", "this", "they", "them", "he", "him", "she", "her", "those", "these", "one", "there", "das", "sie",
    "er", "ihm", "ihr", "ihnen", "es", "davon", "dazu",
];

/// True for a message that goes on from what was said before.
pub fn follows_on(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').filter(|word| !word.is_empty()).collect();
    if words.is_empty() || words.len() > MOST_WORDS {
        return false;
    }
    let said = format!("{} ", words.join(" "));
    let begins = BEGINNINGS.iter().any(|beginning| said.starts_with(&format!("{beginning} ")));
    begins || (asks(text) && words.iter().any(|word| POINTERS.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_points_back_goes_on_and_a_whole_question_stands_for_itself() {
        for text in [
            "and if they still say no?",
            "what about by email?",
            "But he won't listen",
            "anything shorter? do you have a picture of it?",
            "Und wenn er auflegt?",
            "how do I say that in writing?",
            "something shorter",
        ] {
            assert!(follows_on(text), "{text}");
        }
        for text in ["", "what is the boiling point of tungsten?", "thanks", "lunch at noon", "how do I delegate work?"]
        {
            assert!(!follows_on(text), "{text}");
        }
    }
}
