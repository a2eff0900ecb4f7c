//! The condition of a trigger: a CEL expression over `event` and `person`.

use std::panic;

use super::{
    diagnostic::{At, did_you_mean},
    page::Page,
};

/// The longest condition, in characters.
pub(super) const CHARACTERS: usize = 500;
/// The deepest brackets; CEL's own parser takes stack for each.
const DEPTH: usize = 24;
/// How many loops may stand inside each other: each multiplies the time that a message takes.
const LOOPS: usize = 2;
/// What CEL calls its loops.
const MACROS: [&str; 5] = ["all", "exists", "exists_one", "map", "filter"];
const VARIABLES: [&str; 2] = ["event", "person"];
const HELP: &str = r#"a CEL expression that is true or false, e.g. `event.channel == "deals"`"#;

/// Tells what is wrong with a condition.
pub(super) fn check(page: &mut Page<'_>, condition: &str, at: At) {
    if depth(condition) > DEPTH {
        page.error("condition", at, "brackets inside brackets, more than anybody can read", HELP);
        return;
    }
    if loops(condition) > LOOPS {
        page.error("condition", at, "loops inside loops, which could keep Kairos busy for hours", HELP);
        return;
    }
    // The parser is generated and large; a panic in it is a condition that nobody should use.
    let compiled = panic::catch_unwind(|| cel::Program::compile(condition));
    let program = match compiled {
        Ok(Ok(program)) => program,
        Ok(Err(errors)) => {
            let reason = errors.errors.first().map_or("", |error| error.msg.lines().next().unwrap_or_default());
            page.error("condition", at, format!("the condition can't be read: {reason}"), HELP);
            return;
        }
        Err(_) => {
            page.error("condition", at, "the condition can't be read", HELP);
            return;
        }
    };
    let references = program.references();
    let mut unknown: Vec<_> = references.variables();
    unknown.retain(|name| !VARIABLES.contains(name) && !is_bound(condition, name));
    unknown.sort_unstable();
    for name in unknown {
        let expected = format!("`event` or `person`{}", did_you_mean(name, VARIABLES));
        page.error("condition", at, format!("the condition speaks of `{name}`, which is not known"), expected);
    }
}

/// True for the name that a macro like `exists(name, …)` brings along.
fn is_bound(condition: &str, name: &str) -> bool {
    let tight: String = condition.chars().filter(|c| !c.is_whitespace()).collect();
    MACROS.iter().any(|given| tight.contains(&format!(".{given}({name},")))
}

fn depth(condition: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for character in condition.chars() {
        match character {
            '(' | '[' | '{' | '?' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// How many loops stand inside each other at most; what is quoted does not count.
fn loops(condition: &str) -> usize {
    let (mut open, mut deepest, mut name, mut quote) = (Vec::new(), 0, String::new(), None);
    let mut characters = condition.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(mark), _) if mark == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '(') => {
                open.push(MACROS.contains(&name.as_str()));
                deepest = deepest.max(open.iter().filter(|is_loop| **is_loop).count());
            }
            (None, ')') => drop(open.pop()),
            _ => {}
        }
        if character.is_alphanumeric() || character == '_' {
            name.push(character);
        } else if !character.is_whitespace() {
            name.clear();
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::loops;

    #[test]
    fn loops_inside_loops_are_counted() {
        for (condition, deepest) in [
            ("event.private", 0),
            ("person.roles.exists(r, r == \"all(\") && person.roles.all(r, r != ')')", 1),
            ("[1].all(a, [2].exists (b, [3].map(c, (c)) == [a]))", 3),
            ("[1].all(a, ')' == '\\')' || [2].all(b, [3].all(c, true)))", 3),
            ("all_of(a(b(c)))", 0),
        ] {
            assert_eq!(loops(condition), deepest, "{condition}");
        }
    }
}
