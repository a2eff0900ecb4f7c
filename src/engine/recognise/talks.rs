//! What people say to Kairos about itself: known word for word, or by likeness to the examples of `prompts/kairos/`.
//!
//! Invariants
//! - Only what is put to Kairos is looked at here; nothing of it is heard in what people write to each other.
//! - What resembles a topic of work more than it resembles talk is no talk.

use std::sync::{Arc, Mutex, PoisonError};

use recognition::{StoredText, Text, clean};

use super::{Recogniser, shipped};
use crate::library::{About, Library};

/// The likeness from which on a text is talk, where the models know its language.
const ALIKE: f32 = 0.6;
/// The same where wording alone tells.
const ALIKE_IN_WORDING: f32 = 0.13;

/// Every example of what is said to Kairos about itself.
#[derive(Debug)]
pub(crate) struct TalkIndex(Vec<Known>);

#[derive(Debug)]
struct Known {
    about: About,
    words: String,
    text: StoredText,
}

/// What was learnt of the talk of a library, for the next engine over the same: a program has one, tests have hundreds.
static LEARNT: Mutex<Vec<(Examples, Arc<TalkIndex>)>> = Mutex::new(Vec::new());
/// How many are remembered; the oldest goes first.
const REMEMBERED: usize = 4;

type Examples = Vec<(About, String)>;

impl TalkIndex {
    pub(crate) fn of(library: &Library) -> Arc<Self> {
        let examples: Examples = library
            .talks
            .values()
            .flat_map(|talk| talk.examples.iter().map(|text| (talk.about, text.clone())))
            .collect();
        let mut all = LEARNT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = all.iter().find(|(of, _)| *of == examples) {
            return Arc::clone(known);
        }
        let learnt = Arc::new(Self::learn(library));
        if all.len() >= REMEMBERED {
            all.remove(0);
        }
        all.push((examples, Arc::clone(&learnt)));
        learnt
    }

    fn learn(library: &Library) -> Self {
        let talks = library.talks.values().flat_map(|talk| talk.examples.iter().map(|text| (talk.about, text)));
        let (abouts, texts): (Vec<About>, Vec<&str>) = talks.map(|(about, text)| (about, text.as_str())).unzip();
        let seen = StoredText::all(&shipped(), &texts, None);
        let known = abouts.into_iter().zip(&texts).zip(seen);
        Self(known.map(|((about, words), text)| Known { about, words: words_of(words), text }).collect())
    }

    /// What a text says word for word.
    pub(crate) fn says(&self, text: &str) -> Option<About> {
        if is_wordless(text) {
            return Some(About::Greeting);
        }
        let words = words_of(text);
        self.0.iter().find(|known| known.words == words).map(|known| known.about)
    }

    /// What a text resembles more than any topic of work.
    pub(crate) fn resembles(&self, text: &str, work: &Recogniser) -> Option<About> {
        let (nearest, likeness) = self.nearest(text)?;
        let is_foreign = super::other_language(text).is_some();
        let enough = if is_foreign { ALIKE_IN_WORDING } else { ALIKE };
        (likeness >= enough && likeness > work.nearest(text)).then_some(nearest)
    }

    /// What a text resembles most, and how much.
    fn nearest(&self, text: &str) -> Option<(About, f32)> {
        let said = Text::encoded(&shipped(), text);
        let similar = self.0.iter().map(|known| (known.about, known.text.similarity(&said)));
        similar.max_by(|(_, a), (_, b)| a.total_cmp(b))
    }
}

/// True for a text of nothing but our name or signs: somebody who looks whether anybody is there.
fn is_wordless(text: &str) -> bool {
    let mut said = text.split_whitespace().filter(|word| !word.starts_with('@') && !word.starts_with("<@"));
    !said.any(|word| word.chars().any(char::is_alphanumeric))
}

/// Letters and digits in lower case, with single blanks, and without our own name: as a text is compared word for word.
fn words_of(text: &str) -> String {
    let cleaned = clean(text).to_lowercase();
    let words = cleaned.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    let words: Vec<&str> = words.filter(|word| *word != "please" && *word != "bitte").collect();
    // "Kairos, stop" says what "stop" says; "Kairos" alone says something by itself.
    match words.as_slice() {
        [first, rest @ ..] | [rest @ .., first] if *first == "kairos" && !rest.is_empty() => rest.join(" "),
        all => all.join(" "),
    }
}
