//! Text as wide as the terminal: broken at words, and cut where a line can't be broken.

use std::io::{self, Write};

use console::{Term, measure_text_width, truncate_str};

/// How many characters fit in a line of standard output; 100 in a pipe.
pub(super) fn width() -> usize {
    Term::stdout().size_checked().map_or(100, |(_, width)| usize::from(width)).clamp(30, 120)
}

/// Lines of a text, none wider than `width` where its words allow it.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let fits = measure_text_width(&line) + 1 + measure_text_width(word) <= width;
            if !line.is_empty() && !fits {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// A text below a `lead`, which stands before each of its lines.
pub(super) fn paragraph(out: &mut dyn Write, lead: &str, text: &str, width: usize) -> io::Result<()> {
    for line in lines(text, width.saturating_sub(measure_text_width(lead)).max(10)) {
        writeln!(out, "{lead}{line}")?;
    }
    Ok(())
}

/// A line that can't be broken, no wider than `width`.
pub(super) fn cut(line: &str, width: usize) -> String {
    truncate_str(line, width, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_long_words_stay_whole() {
        assert_eq!(lines("one two three", 7), ["one two", "three"]);
        assert_eq!(lines("a https://example.org/a b", 6), ["a", "https://example.org/a", "b"]);
        assert_eq!(lines("first\n\nsecond", 20), ["first", "", "second"]);
        assert_eq!(lines("", 20), [""; 0]);
        assert_eq!(cut("négociation", 5), "négo…");
    }

    #[test]
    fn a_lead_stands_before_each_line() {
        let mut out = Vec::new();
        paragraph(&mut out, "  │ ", "one two three four", 15).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "  │ one two\n  │ three four\n");
    }
}
