//! What a person says in a message, without what they quote, paste or point at.

use unicode_normalization::UnicodeNormalization;

/// Characters that are looked at: a longer message is a document, and its beginning says what it is about.
const READ_CHARS: usize = 4_000;

/// The text that a person wrote, in lower case, one sentence a line.
///
/// Code, quoted lines, links, mentions and emoji names are left out; marks stacked on letters are dropped.
pub fn clean(text: &str) -> String {
    let head: String = text.chars().take(READ_CHARS).collect();
    let without_code = without_code(&head);
    let mut said = String::with_capacity(without_code.len());
    for line in without_code.lines() {
        let line = line.trim();
        if line.starts_with('>') || line.starts_with("&gt;") || is_written_by_machine(line) {
            continue;
        }
        for token in line.split_whitespace().filter(|token| !points_elsewhere(token)) {
            if token.is_ascii() {
                said.extend(token.chars().map(|c| c.to_ascii_lowercase()));
            } else {
                said.extend(token.nfkd().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase));
            }
            said.push(' ');
        }
        said.push('\n');
    }
    said
}

/// Drops what stands between backticks: three for a block, one within a line.
fn without_code(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for (i, part) in text.split("```").enumerate() {
        if i % 2 == 1 {
            kept.push('\n');
            continue;
        }
        for line in part.split_inclusive('\n') {
            let closed = line.matches('`').count() % 2 == 0;
            for (j, piece) in line.split('`').enumerate() {
                if j % 2 == 0 || !closed {
                    kept.push_str(piece);
                } else {
                    kept.push(' ');
                }
            }
        }
    }
    kept
}

/// Lines of logs, stack traces and bare code that somebody pasted without marking them.
fn is_written_by_machine(line: &str) -> bool {
    let Some(first) = line.chars().next() else { return false };
    let starts_with_time = || {
        let head: Vec<u8> = line.bytes().take(24).collect();
        let digits = head.iter().filter(|byte| byte.is_ascii_digit()).count();
        digits >= 6 && head.contains(&b':') && (first.is_ascii_digit() || first == '[')
    };
    let is_frame = || line.starts_with("at ") && line.contains('(') && line.ends_with(')');
    let is_code = || {
        let signs = line.chars().filter(|c| matches!(c, '{' | '}' | ';' | '=' | '<' | '>' | '|' | '\\' | '$')).count();
        signs >= 2 && (line.ends_with(['{', '}', ';']) || signs * 6 > line.chars().count())
    };
    let names_error = || {
        ["Traceback (most recent", "Exception in thread", "Caused by: ", "panicked at "]
            .iter()
            .any(|mark| line.contains(mark))
    };
    starts_with_time() || is_frame() || is_code() || names_error()
}

/// Links, mentions of people and channels, emoji by name.
fn points_elsewhere(token: &str) -> bool {
    let bare = token.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | '.' | '!' | '?'));
    token.contains("://")
        || token.starts_with("<@")
        || token.starts_with("<#")
        || token.starts_with("<!")
        || token.starts_with('@')
        || (bare.len() > 2 && bare.starts_with(':') && bare.ends_with(':'))
}

/// Combining marks, variation selectors and characters without width.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}')
}

/// The sentences of a cleaned text, at most `most`, empty ones left out.
pub fn sentences(cleaned: &str, most: usize) -> impl Iterator<Item = &str> {
    cleaned.split_inclusive(['\n', '.', '!', '?', ';']).filter(|part| part.trim().len() > 1).take(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_quoted_pasted_or_pointed_at_is_left_out() {
        assert_eq!(said("> too expensive\nI agree"), "i agree");
        assert_eq!(said("run ```price objection``` now"), "run now");
        assert_eq!(said("the `price` field and 5 o`clock"), "the `price` field and 5 o`clock".replace('`', ""));
        assert_eq!(said("<@U123> see https://x.test/price :smile: @ben ok"), "see ok");
    }

    #[test]
    fn what_machines_wrote_is_left_out() {
        for line in [
            "2024-03-05T10:00:01Z ERROR price objection service failed",
            "[10:00:01.123] WARN budget exceeded",
            "at com.acme.Price.objection(Price.java:12)",
            "if (price > budget) { return refuse; }",
            "Exception in thread main: too expensive",
            "{\"price\": \"too high\";}",
        ] {
            assert_eq!(said(line), "", "{line}");
        }
        for line in [
            "at 10:30 they said it's too expensive",
            "10 of 12 customers say so",
            "price = too high, what now?",
            "(help me) please",
        ] {
            assert_ne!(said(line), "", "{line}");
        }
    }

    #[test]
    fn marks_stacked_on_letters_are_dropped() {
        assert_eq!(said("p\u{0335}r\u{0489}i\u{0301}ce"), "price");
        assert_eq!(said("Ünïcode ﬁne"), "unicode fine");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cleaned_without_panic(text in ".*") {
            let cleaned = clean(&text);
            proptest::prop_assert!(sentences(&cleaned, 8).count() <= 8);
        }
    }
}
