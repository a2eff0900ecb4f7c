//! Discord's Markdown, read strictly: a sign that could mean something and was not escaped is taken at its meaning.
//!
//! Invariants
//! - What is interpreted vanishes from the text, so that a check for the whole text finds it missing.
//! - A construct that no card asks for (a mention, a spoiler, an address that links itself) is shown as `⟦…⟧`.

/// What a reader sees of `markdown`.
pub(crate) fn read(markdown: &str) -> String {
    markdown.lines().map(|line| read_line(without_mark(line))).collect::<Vec<_>>().join("\n")
}

/// A line without the mark of a heading, a point, a quotation or small print.
fn without_mark(line: &str) -> &str {
    let line = line.trim_start();
    let marks = ["-# ", "### ", "## ", "# ", "> ", "- ", "* ", "+ "];
    let rest = marks.iter().find_map(|mark| line.strip_prefix(mark)).or_else(|| {
        let digits = line.len() - line.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
        line[digits..].strip_prefix(". ").filter(|_| digits > 0)
    });
    rest.unwrap_or(line)
}

fn read_line(line: &str) -> String {
    let mut seen = String::new();
    let mut rest = line;
    while let Some(sign) = rest.chars().next() {
        let (shown, taken) = construct(rest, sign);
        seen.push_str(&shown);
        rest = &rest[taken..];
    }
    seen
}

/// What opens `rest`: what is seen of it, and how many bytes it takes.
fn construct(rest: &str, sign: char) -> (String, usize) {
    let after = &rest[sign.len_utf8()..];
    match sign {
        '\\' => match after.chars().next().filter(char::is_ascii_punctuation) {
            Some(escaped) => (escaped.to_string(), 2),
            None => ("\\".to_owned(), 1),
        },
        '`' => code(rest).unwrap_or(("⟦`⟧".to_owned(), 1)),
        '[' => link(rest).unwrap_or(("⟦[⟧".to_owned(), 1)),
        '<' => match rest.find('>') {
            Some(end) if rest.starts_with("<https://") => (rest[1..end].to_owned(), end + 1),
            _ => ("⟦<⟧".to_owned(), 1),
        },
        '*' => (String::new(), 1),
        '_' | '~' | '|' | '@' | '#' | '>' | ']' | '(' | ')' => (format!("⟦{sign}⟧"), 1),
        ':' if after.starts_with(|next: char| !next.is_whitespace()) => ("⟦:⟧".to_owned(), 1),
        _ => (sign.to_string(), sign.len_utf8()),
    }
}

fn code(rest: &str) -> Option<(String, usize)> {
    let fence: String = rest.chars().take_while(|sign| *sign == '`').collect();
    let inner = &rest[fence.len()..];
    let mut from = 0;
    loop {
        let start = from + inner[from..].find('`')?;
        let run = inner[start..].chars().take_while(|sign| *sign == '`').count();
        if run == fence.len() {
            return Some((inner[..start].to_owned(), fence.len() + start + run));
        }
        from = start + run;
    }
}

fn link(rest: &str) -> Option<(String, usize)> {
    let middle = rest.find("](https://")?;
    let end = middle + rest[middle..].find(')')?;
    let address = rest[middle + 2..end].replace("%28", "(").replace("%29", ")");
    Some((format!("{} {address}", read_line(&rest[1..middle])), end + 1))
}
