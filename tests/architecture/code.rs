//! Rust source as the rules need it: without comments, texts and tests, and its paths spelled out.

/// A path that the code names, e.g. `["crate", "library", "Mode"]`, with its line from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
}

/// The part of a file that ships: everything before the first module of tests that is written out in it.
pub(super) fn shipping(source: &str) -> &str {
    const TESTS: &str = "\n#[cfg(test)]\n";
    let is_module = |at: &usize| {
        let next = source[at + TESTS.len()..].lines().next().unwrap_or_default();
        next.starts_with("mod ") && next.ends_with('{')
    };
    let begin = source.match_indices(TESTS).map(|(at, _)| at).find(is_module);
    begin.map_or(source, |at| &source[..=at])
}

/// The code with every comment and text blanked; lines stay where they are.
pub(super) fn bare(source: &str) -> String {
    let mut bare = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = comment(rest).or_else(|| text(rest, bare.chars().last())).unwrap_or(0);
        if length == 0 {
            bare.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            bare.extend(rest[..length].chars().map(|inside| if inside == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    bare
}

/// The length of the comment that `rest` begins with.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.starts_with("/*").then(|| rest.find("*/").map_or(rest.len(), |end| end + 2))
}

/// The length of the string or character that `rest` begins with.
fn text(rest: &str, before: Option<char>) -> Option<usize> {
    let in_name = before.is_some_and(|before| before.is_alphanumeric() || before == '_');
    if let Some(hashes) = rest.strip_prefix('r').filter(|_| !in_name) {
        let count = hashes.chars().take_while(|hash| *hash == '#').count();
        if hashes[count..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(count));
            let from = 1 + count + 1;
            return Some(rest[from..].find(&end).map_or(rest.len(), |at| from + at + end.len()));
        }
        return None;
    }
    if let Some(inside) = rest.strip_prefix('"') {
        return Some(1 + until(inside, '"'));
    }
    // 'x' and '\n' are characters; 'a without a closing quote right after is a lifetime.
    let inside = rest.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        return Some(1 + until(inside, '\''));
    }
    inside[first.len_utf8()..].starts_with('\'').then(|| 1 + first.len_utf8() + 1)
}

/// Up to and with the next `quote` that isn't escaped.
fn until(inside: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, found) in inside.char_indices() {
        if found == quote && !is_escaped {
            return at + 1;
        }
        is_escaped = found == '\\' && !is_escaped;
    }
    inside.len()
}

/// Every path in `bare` code that has more than one part or stands in a `use`; groups are spelled out.
pub(super) fn paths(bare: &str) -> Vec<Named> {
    let tokens = tokens(bare);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_use = tokens[at].1 == "use";
        if is_use {
            at += 1;
        }
        if at < tokens.len() && (is_use || is_name(tokens[at].1)) {
            let before = found.len();
            at = path(&tokens, at, &[], &mut found).max(at + 1);
            if !is_use {
                let kept: Vec<Named> = found.drain(before..).filter(|named| named.path.len() > 1).collect();
                found.extend(kept);
            }
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path, or one group of them, from token `at`; the index of the first token after it.
fn path(tokens: &[(usize, &str)], mut at: usize, prefix: &[String], found: &mut Vec<Named>) -> usize {
    let mut path = prefix.to_vec();
    let line = tokens.get(at).map_or(0, |token| token.0);
    if tokens.get(at).is_some_and(|token| token.1 == "::") {
        at += 1;
    }
    while let Some((_, token)) = tokens.get(at) {
        if *token == "{" && (path.len() > prefix.len() || prefix.is_empty()) {
            at += 1;
            while let Some((_, inner)) = tokens.get(at) {
                match *inner {
                    "}" => return at + 1,
                    "," => at += 1,
                    _ => at = self::path(tokens, at, &path, found).max(at + 1),
                }
            }
            return at;
        }
        if !is_name(token) && *token != "*" {
            break;
        }
        path.push((*token).to_owned());
        at += 1;
        if tokens.get(at).is_some_and(|token| token.1 == "::") {
            at += 1;
        } else {
            break;
        }
    }
    if path.len() > prefix.len() {
        found.push(Named { line, path });
    }
    // A new name (`as …`) is no path of its own.
    if tokens.get(at).is_some_and(|token| token.1 == "as") { at + 2 } else { at }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Names, `::` and single other characters, each with its line.
fn tokens(bare: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let (mut line, mut rest) = (1, bare);
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|inside: char| !inside.is_alphanumeric() && inside != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if first == '\n' {
            line += 1;
        } else if !first.is_whitespace() {
            tokens.push((line, &rest[..length]));
        }
        rest = &rest[length..];
    }
    tokens
}

#[test]
fn comments_texts_and_characters_are_blanked_and_lines_stay() {
    let source =
        "let a = \"use crate::store; \\\" \"; // crate::x\nlet b = r#\"a\"b\"#; let c: &'a str = '\"'; d('\\'')";
    let bare = bare(source);
    assert_eq!(bare.lines().count(), 2);
    assert!(!bare.contains("store") && !bare.contains('x') && !bare.contains('"'), "{bare}");
    assert!(bare.contains("&'a str") && bare.contains("d("), "{bare}");
}

#[test]
fn groups_are_spelled_out() {
    let found = paths(
        "use crate::{\n  library::{Mode, Trigger as T},\n  store,\n};\nuse sqlx;\nfn f() { jiff::Zoned::now(); g(); }",
    );
    let spelled: Vec<String> = found.iter().map(|named| format!("{} {}", named.line, named.path.join("::"))).collect();
    assert_eq!(
        spelled,
        ["2 crate::library::Mode", "2 crate::library::Trigger", "3 crate::store", "5 sqlx", "6 jiff::Zoned::now",]
    );
}

#[test]
fn what_ships_ends_where_the_tests_begin() {
    assert_eq!(shipping("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n"), "fn a() {}\n");
    assert_eq!(shipping("#[cfg(test)]\nmod tests;\nfn a() {}\n"), "#[cfg(test)]\nmod tests;\nfn a() {}\n");
}
