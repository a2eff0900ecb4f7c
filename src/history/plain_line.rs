//! One safe line out of any text.

/// The first `limit` characters of `text` on one line, with an ellipsis where something is left out.
///
/// Control characters, terminal escapes and marks that turn the direction of writing around become blanks:
/// what a file says must not steer the terminal that shows it.
pub fn plain_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() || is_steering(c) {
            blank = !line.is_empty();
            continue;
        }
        if length + usize::from(blank) >= limit {
            line.push('…');
            break;
        }
        if blank {
            line.push(' ');
            length += 1;
        }
        blank = false;
        line.push(c);
        length += 1;
    }
    line
}

fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_short_single_and_harmless() {
        assert_eq!(plain_line(" a\n\tb  c ", 10), "a b c");
        assert_eq!(plain_line("abcdef", 3), "abc…");
        assert_eq!(plain_line("ab cd", 3), "ab…");
        assert_eq!(plain_line("\u{1b}[31mred\u{7}\u{9b}2J \u{202e}txt", 80), "[31mred 2J txt");
        assert_eq!(plain_line("", 3), "");
    }

    proptest! {
        #[test]
        fn no_text_steers_a_terminal(text in any::<String>(), limit in 0..50_usize) {
            let line = plain_line(&text, limit);
            prop_assert!(line.chars().count() <= limit + 1);
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}
