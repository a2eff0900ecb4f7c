//! Words that people give on purpose, so that a trigger is heard in them too: what may wait for review.
//!
//! Invariants
//! - Only what a person says is taken: nothing that names somebody by a mention or an address, points elsewhere, or is code.
//! - Bounded in length and in number; the same words twice are one.

use chat::PersonId;
use recognition::clean;

use crate::messages::say;

/// The fewest characters that say anything.
const SHORTEST: usize = 3;
/// The most: an example is a sentence.
const LONGEST: usize = 200;
/// How much of one person may wait for review, for one trigger.
const MOST_OF_ONE: usize = 3;
/// How much may wait for one trigger.
const MOST_WAITING: usize = 20;
/// How many words may be taken in for one trigger.
pub const MOST_TAKEN_IN: usize = 20;
/// For how many days they wait for review at most.
pub const OWN_WORDS_DAYS: u32 = 30;

/// Words that wait for review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// What was written.
    pub text: String,
    /// Who gave them.
    pub by: PersonId,
}

/// What becomes of words that somebody gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// They wait for review.
    New,
    /// They wait already, given by the same person.
    Waiting,
    /// They are an example already.
    Known,
    /// As much of this person waits as may.
    EnoughOfOne,
    /// As much waits as may.
    Enough,
}

/// What somebody wrote, as it may become an example; or what would be right.
pub fn read_own_words(written: &str) -> Result<String, String> {
    let words: Vec<&str> = written.split_whitespace().collect();
    let text = words.join(" ");
    let length = text.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(say!("own-words-length", shortest = SHORTEST, longest = LONGEST, length = length));
    }
    let is_plain = |word: &&str| !points_elsewhere(word) && !clean(word).trim().is_empty();
    // Looked at whole as well: code and quotations may have blanks in them.
    let says_all = clean(&text).split_whitespace().count() >= words.len();
    if text.chars().any(is_hidden) || text.contains('`') || !words.iter().all(is_plain) || !says_all {
        return Err(say!("own-words-plain").to_owned());
    }
    if !text.chars().any(char::is_alphabetic) {
        return Err(say!("own-words-letters").to_owned());
    }
    Ok(text)
}

/// What becomes of such words, with what is known and what waits for the same trigger.
pub fn admit<'a>(
    text: &str,
    by: &PersonId,
    known: impl IntoIterator<Item = &'a String>,
    waiting: &[Waits],
) -> Admission {
    let said = clean(text);
    if known.into_iter().any(|example| clean(example) == said) {
        return Admission::Known;
    }
    if waiting.iter().any(|other| other.by == *by && clean(&other.text) == said) {
        return Admission::Waiting;
    }
    if waiting.iter().filter(|other| other.by == *by).count() >= MOST_OF_ONE {
        return Admission::EnoughOfOne;
    }
    if waiting.len() >= MOST_WAITING { Admission::Enough } else { Admission::New }
}

/// An address of a person or a page: what [`clean`] leaves in is refused here too, since an example is shown to others.
fn points_elsewhere(word: &str) -> bool {
    word.contains(['@', '<', '>']) || word.contains("://") || word.to_lowercase().starts_with("www.")
}

/// What nobody sees: it could make words look like others.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_taken_with_single_blanks() {
        assert_eq!(read_own_words("  they\tbalk\n at  my number "), Ok("they balk at my number".to_owned()));
        assert_eq!(
            read_own_words("Wie reagiere ich auf «zu teuer»?"),
            Ok("Wie reagiere ich auf «zu teuer»?".to_owned())
        );
        assert_eq!(read_own_words("they say we´re dear"), Ok("they say we´re dear".to_owned()), "another apostrophe");
        assert_eq!(read_own_words("10 of 12 buyers say so"), Ok("10 of 12 buyers say so".to_owned()));
        assert_eq!(read_own_words(&"a".repeat(200)).map(|text| text.len()), Ok(200));
    }

    #[test]
    fn what_is_no_sentence_of_ones_own_is_refused_with_what_would_be_right() {
        for (written, found) in [("", 0), (" a b".trim_end_matches('b'), 1), ("  \n ", 0)] {
            let right = format!("a sentence of 3 to 200 characters (this has {found})");
            assert_eq!(read_own_words(written), Err(right), "{written:?}");
        }
        assert!(read_own_words(&"é".repeat(201)).unwrap_err().ends_with("(this has 201)"));
        assert_eq!(read_own_words("?!? 123"), Err(say!("own-words-letters").to_owned()));
        for written in [
            "ask @ben about the price",
            "ask <@U123> about it",
            "see https://acme.test/price now",
            "see www.acme.test now",
            "ana@example.com says no",
            "why does `price` fail",
            "why does ```price objection``` fail",
            "> they said it costs too much",
            "if (price > budget) { return refuse; }",
            "2024-03-05T10:00:01Z ERROR the price failed",
            "so :smile: expensive",
            "pri\u{200b}ce too high",
            "price \u{202e}too high",
        ] {
            let right = "plain words, without mentions, links, e-mail addresses or code";
            assert_eq!(read_own_words(written), Err(right.to_owned()), "{written:?}");
        }
    }

    fn waits(text: &str, by: &str) -> Waits {
        Waits { text: text.to_owned(), by: PersonId::new(by) }
    }

    #[test]
    fn the_same_words_twice_are_one_and_there_is_room_for_few() {
        let (ana, ben) = (PersonId::new("ana"), PersonId::new("ben"));
        let known = ["They say it costs too much".to_owned()];
        let mut waiting = vec![waits("the number scares them", "ana")];
        assert_eq!(admit("they say  it costs too MUCH", &ana, &known, &waiting), Admission::Known);
        assert_eq!(admit("The number scares them", &ana, &known, &waiting), Admission::Waiting);
        assert_eq!(admit("the number scares them", &ben, &known, &waiting), Admission::New, "another may say so too");
        assert_eq!(admit("they walk away", &ana, &known, &waiting), Admission::New);
        waiting.extend([waits("two", "ana"), waits("three", "ana")]);
        assert_eq!(admit("they walk away", &ana, &known, &waiting), Admission::EnoughOfOne);
        assert_eq!(admit("they walk away", &ben, &known, &waiting), Admission::New);
        waiting.extend((0..17).map(|n| waits("more", &format!("p{n}"))));
        assert_eq!(admit("they walk away", &ben, &known, &waiting), Admission::Enough);
    }

    proptest::proptest! {
        #[test]
        fn what_was_read_is_read_the_same_again(written in ".{0,260}") {
            if let Ok(text) = read_own_words(&written) {
                proptest::prop_assert_eq!(read_own_words(&text), Ok(text));
            }
        }
    }
}
