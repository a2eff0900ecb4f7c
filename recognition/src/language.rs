//! Which language a text is in, by the small words that every sentence needs, or by its script.
//!
//! Invariants
//! - A text is taken for English until two small words of another language, or its letters, say otherwise.

use std::{collections::HashMap, sync::OnceLock};

use crate::lexical::words;

/// Small words that stand in nearly every sentence of a language, and in few sentences of English.
const SMALL_WORDS: [(&str, &str); 9] = [
    (
        "de",
        "der die das und ist nicht ich wie ein eine mit auf den dem für von zu wir sie kann mein auch wenn noch habe wird",
    ),
    (
        "fr",
        "le la les des et est pas je comment un une pour dans que qui avec sur vous nous mon ma mais ce cette du au quelqu",
    ),
    (
        "es",
        "el la los las y es no como un una para en que quien con por mi pero este esta del al se lo tengo puedo alguien qué cómo",
    ),
    (
        "pt",
        "o os as e não como um uma para em que com por meu minha mas este esta do da ao se eu tenho posso alguém você",
    ),
    (
        "it",
        "il lo la gli e non come un una per in che chi con mio mia ma questo questa del della si ho posso qualcuno è sono",
    ),
    ("nl", "de het een en niet ik hoe met op van voor wij zij kan mijn ook als nog heb wordt iemand zijn"),
    ("pl", "i nie jak w na do że się jest co kto z mój moja ale ten ta mam mogę ktoś czy"),
    ("sv", "och är inte jag hur en ett med på för av vi de kan min men den det som har någon"),
    ("tr", "ve bir bu ne nasıl için ile ben mi mı değil var yok ama çok daha bana"),
];
/// Small words of English.
const ENGLISH: &str = "the a an and is are was not i you how what who to of in on for with my we they it this that but do does can \
                       if when have has be at from or so any as me will would should just there";
/// Words that are looked at.
const MOST_WORDS: usize = 60;

/// Words from which on English has at least one of its small words.
const TELLING: usize = 12;

/// The language of a cleaned text as two letters, where it is not English: `de`, or the script's main language; `und`
/// (undetermined, ISO 639) for many words without one small word of any language that is known.
pub fn other_language(cleaned: &str) -> Option<&'static str> {
    if let Some(script) = script(cleaned) {
        return Some(script);
    }
    let mut counts = [0_u8; SMALL_WORDS.len() + 1];
    let mut seen = 0;
    for word in words(cleaned).take(MOST_WORDS) {
        seen += 1;
        let languages = small_words().get(word.as_str()).copied().unwrap_or(0);
        for (at, count) in counts.iter_mut().enumerate() {
            *count += u8::from(languages >> at & 1 == 1);
        }
    }
    let (others, english) = (&counts[..SMALL_WORDS.len()], counts[SMALL_WORDS.len()]);
    let (best, hits) = others.iter().enumerate().max_by_key(|(at, hits)| (**hits, usize::MAX - at))?;
    if *hits >= 2 && (*hits > english + 1 || english == 0) {
        return Some(SMALL_WORDS[best].0);
    }
    (seen >= TELLING && english == 0).then_some("und")
}

/// Each small word with a bit for every language that has it; English is the last.
fn small_words() -> &'static HashMap<String, u16> {
    static WORDS: OnceLock<HashMap<String, u16>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut all: HashMap<String, u16> = HashMap::new();
        for (at, list) in SMALL_WORDS.iter().map(|(_, list)| *list).chain([ENGLISH]).enumerate() {
            list.split_whitespace().for_each(|word| *all.entry(plain(word)).or_default() |= 1 << at);
        }
        all
    })
}

/// As [`crate::clean`] leaves it: without marks.
fn plain(word: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    word.nfkd().filter(|c| !is_combining_mark(*c)).collect()
}

/// The main language of a script that is not Latin, when most letters are of it.
fn script(text: &str) -> Option<&'static str> {
    let mut counts =
        [("ru", 0_usize), ("el", 0), ("he", 0), ("ar", 0), ("hi", 0), ("th", 0), ("zh", 0), ("ja", 0), ("ko", 0)];
    let mut letters = 0;
    for c in text.chars().filter(|c| c.is_alphabetic()).take(400) {
        letters += 1;
        let at = match c {
            '\u{0400}'..='\u{052f}' => 0,
            '\u{0370}'..='\u{03ff}' => 1,
            '\u{0590}'..='\u{05ff}' => 2,
            '\u{0600}'..='\u{06ff}' | '\u{0750}'..='\u{077f}' => 3,
            '\u{0900}'..='\u{097f}' => 4,
            '\u{0e00}'..='\u{0e7f}' => 5,
            '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' => 6,
            '\u{3040}'..='\u{30ff}' => 7,
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => 8,
            _ => continue,
        };
        counts[at].1 += 1;
    }
    // Japanese is written with Chinese signs as well; a few of its own give it away.
    if counts[7].1 > 0 && counts[6].1 + counts[7].1 > letters / 2 {
        return Some("ja");
    }
    counts.into_iter().find(|(_, count)| *count > 0 && *count > letters / 2).map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean;

    #[test]
    fn languages_are_told_apart() {
        for (text, language) in [
            ("wie beantrage ich Urlaub für den Sommer?", Some("de")),
            ("el cliente quiere un descuento y no sé qué decir", Some("es")),
            ("comment est-ce que je peux aider le client avec les prix", Some("fr")),
            ("как попросить повышение?", Some("ru")),
            ("値引きを求められました", Some("ja")),
            ("שלום עולם", Some("he")),
            ("the customer says it is too expensive", None),
            ("die hard fan here, what's the plan", None),
            ("no idea", None),
            ("ok", None),
            ("", None),
        ] {
            assert_eq!(other_language(&clean(text)), language, "{text}");
        }
    }
}
