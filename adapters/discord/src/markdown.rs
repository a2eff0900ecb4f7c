//! Limited rich text in Discord's Markdown.
//!
//! Invariants
//! - Every sign that Discord could interpret is escaped, wherever the text stands; only spans bring signs of their own.
//! - A manner opens and closes on one line and never touches another manner: an invisible joint lies between.
//! - Only a [`Span::Link`] to an https address becomes a link.

use chat::{Block, Span, is_linkable};

/// Keeps the signs of two neighbouring manners apart.
const JOINT: char = '\u{200b}';

/// `text` as it stands: nothing in it formats, links or pings.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    // True while a sign here could open a heading, a point or a quotation. The first line may go on another span.
    let mut opening = true;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let special = match sign {
            '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '(' | ')' | '#' | '@' => true,
            // Addresses and emoji by name need a colon that something follows, perhaps in the next span.
            ':' => signs.peek().is_none_or(|next| !next.is_whitespace()),
            '-' | '+' | '.' => opening,
            _ => false,
        };
        if special {
            escaped.push('\\');
        }
        escaped.push(sign);
        opening = sign.is_control()
            || matches!(sign, '\u{2028}' | '\u{2029}')
            || (opening && (sign.is_whitespace() || sign.is_ascii_digit()));
    }
    escaped
}

/// The blocks of a text, with their manners.
pub(crate) fn blocks(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut after_heading = false;
    for block in blocks {
        let written = of_block(block);
        if written.trim().is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str(if after_heading { "\n" } else { "\n\n" });
        }
        text.push_str(&written);
        after_heading = matches!(block, Block::Heading(_));
    }
    text
}

fn of_block(block: &Block) -> String {
    match block {
        Block::Heading(content) if is_blank(content) => String::new(),
        Block::Heading(content) => heading("### ", &spans(content)),
        Block::Paragraph(content) => spans(content),
        Block::Quote(content) if is_blank(content) => String::new(),
        Block::Quote(content) => each_line("> ", &spans(content)),
        Block::Bullets(items) => points(items, |_| "- ".to_owned()),
        Block::Numbers(items) => points(items, |n| format!("{}. ", n + 1)),
    }
}

/// A heading, which is one line.
pub(crate) fn heading(mark: &str, written: &str) -> String {
    format!("{mark}{}", written.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `mark` before each line that holds something.
pub(crate) fn each_line(mark: &str, written: &str) -> String {
    written
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| format!("{mark}{line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_blank(content: &[Span]) -> bool {
    Span::plain(content).trim().is_empty()
}

fn points(items: &[Vec<Span>], mark: impl Fn(usize) -> String) -> String {
    let shown = items.iter().filter(|item| !is_blank(item)).enumerate();
    let lines = shown.map(|(n, item)| {
        let mark = mark(n);
        let below = format!("\n{}", " ".repeat(mark.len()));
        format!("{mark}{}", spans(item).trim().replace('\n', &below))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A run of text with its manners.
pub(crate) fn spans(spans: &[Span]) -> String {
    let mut text = String::new();
    let mut touching = false;
    for span in spans {
        let (written, in_manner) = match span {
            Span::Plain(plain) => (escape(plain), false),
            Span::Bold(bold) => (in_manner(bold, |line| format!("**{}**", escape(line))), true),
            Span::Italic(italic) => (in_manner(italic, |line| format!("*{}*", escape(line))), true),
            Span::Code(typed) => (in_manner(typed, code), true),
            Span::Link { label, url } => (link(label, url), false),
        };
        if written.is_empty() {
            continue;
        }
        if touching && in_manner {
            text.push(JOINT);
        }
        text.push_str(&written);
        touching = in_manner;
    }
    text
}

/// `text` with each line in a manner; white space at its ends stays outside, where Discord wants it.
fn in_manner(text: &str, manner: impl Fn(&str) -> String) -> String {
    let lines = text.split('\n').map(|line| {
        let inner = line.trim();
        if inner.is_empty() {
            return line.to_owned();
        }
        let before = &line[..line.len() - line.trim_start().len()];
        format!("{before}{}{}", manner(inner), &line[line.trim_end().len()..])
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Text to be typed exactly so. What holds Discord's own sign for it in a way that can't be fenced stays plain.
fn code(line: &str) -> String {
    if !line.contains('`') {
        format!("`{line}`")
    } else if line.contains("``") || line.starts_with('`') || line.ends_with('`') {
        escape(line)
    } else {
        format!("``{line}``")
    }
}

/// A link; where Discord would not hide the address behind the label, both are shown.
fn link(label: &str, url: &str) -> String {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    if !is_linkable(url) {
        escape(&format!("{label} ({url})"))
    } else if label.is_empty() {
        format!("<{url}>")
    } else if label.contains(['[', ']']) || label.contains("://") {
        format!("{} <{url}>", escape(&label))
    } else {
        // A bracket in the address would end it early.
        format!("[{}]({})", escape(&label), url.replace('(', "%28").replace(')', "%29"))
    }
}
