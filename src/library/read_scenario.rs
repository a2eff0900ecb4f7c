//! `*.ink`: a branching practice with feedback at every choice.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use sha2::{Digest, Sha256};

use super::{
    Scenario, ScenarioId, SkillId,
    diagnostic::{At, short},
    fields::{Fields, TITLE_CHARACTERS},
    front_matter::{Field, FrontMatter, Value, refuse_repeated},
    page::Page,
    walk::{self, Problem, Walk},
};

const KEYS: &[&str] = &["kind", "id", "title", "minutes"];
/// The deepest brackets and choices: Ink's compiler takes stack for each.
const DEPTH: usize = 24;
/// The longest line, for the same reason.
const LINE_CHARACTERS: usize = 4_000;
/// Ink runs on a stack of its own, so that a story can't take ours.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Compiling and walking takes milliseconds; what takes this long does not end.
const PATIENCE: Duration = Duration::from_mins(1);

/// Reads the tags at the head of a story.
pub(super) fn read_head(page: &mut Page<'_>) -> FrontMatter {
    let document = page.document;
    let mut head = FrontMatter { body_line: 1, ..FrontMatter::default() };
    for line in document.text.split_inclusive('\n') {
        let text = line.trim_start_matches('\u{feff}').trim();
        if let Some(tag) = text.strip_prefix('#') {
            head.fields.extend(read_tag(tag, head.body_line, line));
        } else if !text.is_empty() && !text.starts_with("//") {
            break;
        }
        head.body_line += 1;
        head.body_start += line.len();
    }
    refuse_repeated(page, &mut head.fields);
    head
}

fn read_tag(tag: &str, number: usize, line: &str) -> Option<Field> {
    let (key, value) = tag.split_once(':')?;
    let (key, value) = (key.trim(), value.trim());
    let column = |part: &str| {
        let byte = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
        line.get(..byte).map_or(1, |before| before.chars().count() + 1)
    };
    Some(Field {
        key: key.to_owned(),
        at: At::new(number, column(key), key.chars().count()),
        value: if value.is_empty() { Value::Empty } else { Value::One(value.to_owned()) },
        value_at: At::new(number, column(value), value.chars().count()),
    })
}

/// Reads a scenario; `None` when something is missing.
pub(super) fn read(page: &mut Page<'_>, head: &FrontMatter) -> Option<Scenario> {
    let skill = SkillId::new(page.document.folder());
    let mut fields = Fields::new(page, head, KEYS);
    fields.choice("kind", &["scenario"], |kind| kind);
    fields.needs("kind", "a scenario", "scenario");
    let id = fields.id();
    let title = fields.text("title", TITLE_CHARACTERS, "Handing over the quarterly review");
    let seconds = fields.seconds();
    let told = page.diagnostics.len();
    refuse_unreadable(page);
    if page.diagnostics.len() > told {
        return None;
    }
    let (story, walk) = run(page)?;
    for problem in &walk.problems {
        tell(page, problem);
    }
    Some(Scenario { id: ScenarioId::new(id?), skill, title: title?, seconds: seconds?, story, turns: walk.turns })
}

/// What must not reach Ink's compiler.
fn refuse_unreadable(page: &mut Page<'_>) {
    let document = page.document;
    let mut depth = 0_usize;
    for (index, line) in document.text.lines().enumerate() {
        let at = At::line(index + 1);
        let text = line.trim();
        let words = text.split_whitespace().next().unwrap_or_default();
        match words {
            "INCLUDE" => {
                page.error("ink-include", at, "a scenario that includes a file", "everything in this one file");
            }
            "EXTERNAL" => {
                page.error("ink-external", at, "a function of some program", "variables and functions of Ink");
            }
            _ => {}
        }
        for character in text.chars() {
            match character {
                '{' | '(' => depth += 1,
                '}' | ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let markers = text.chars().take_while(|c| "*+- \t=".contains(*c)).filter(|c| !c.is_whitespace()).count();
        if depth > DEPTH || (markers > DEPTH && !text.starts_with("==")) {
            page.error("ink-depth", at, "brackets or choices nested too deep", "a knot of its own for the inner part");
            return;
        }
        if text.chars().count() > LINE_CHARACTERS {
            page.error("too-long", at, "a line longer than a page", format!("at most {LINE_CHARACTERS} characters"));
            return;
        }
    }
}

#[derive(Clone)]
enum Outcome {
    Refused { message: String, line: Option<usize> },
    Walked { story: String, walk: Walk },
}

/// What came of the stories that were walked last, by the digest of their text: when a folder is read again because one
/// file of it changed, the others are not walked again.
static WALKED: Mutex<VecDeque<([u8; 32], Outcome)>> = Mutex::new(VecDeque::new());
/// How many stories are remembered.
const REMEMBERED: usize = 256;

fn remembered(digest: &[u8; 32]) -> Option<Outcome> {
    let walked = WALKED.lock().unwrap_or_else(PoisonError::into_inner);
    walked.iter().find(|(known, _)| known == digest).map(|(_, outcome)| outcome.clone())
}

fn remember(digest: [u8; 32], outcome: &Outcome) {
    let mut walked = WALKED.lock().unwrap_or_else(PoisonError::into_inner);
    if walked.iter().all(|(known, _)| *known != digest) {
        walked.truncate(REMEMBERED - 1);
        walked.push_front((digest, outcome.clone()));
    }
}

/// Compiles the story and walks it; `None`, with the mistake told, when it can't be compiled.
fn run(page: &mut Page<'_>) -> Option<(String, Walk)> {
    let source = page.document.text.trim_start_matches('\u{feff}').to_owned();
    let digest = Sha256::digest(&source).into();
    let outcome = remembered(&digest).or_else(|| {
        let outcome = walk_aside(source)?;
        remember(digest, &outcome);
        Some(outcome)
    });
    match outcome {
        Some(Outcome::Walked { story, walk }) => Some((story, walk)),
        Some(Outcome::Refused { message, line }) => {
            let line = line.unwrap_or_else(|| line_of_quoted(page, &message));
            let at = At::line(line.clamp(1, page.line_count()));
            let message = short(message.lines().next().unwrap_or_default(), 300);
            page.error("ink", at, format!("the story can't be read: {message}"), INK_HELP);
            None
        }
        None => {
            page.error("ink", At::line(1), "the story can't be read: Ink gave up on it", INK_HELP);
            None
        }
    }
}

/// Compiles and walks a story on a thread of its own, whose stack is deep enough; `None` when it dies or takes too long.
fn walk_aside(source: String) -> Option<Outcome> {
    let (send, receive) = mpsc::sync_channel(1);
    let work = move || {
        // A receiver that lost patience is gone.
        let _ = send.send(compile_and_walk(&source));
    };
    thread::Builder::new().name("ink".into()).stack_size(STACK_BYTES).spawn(work).ok()?;
    receive.recv_timeout(PATIENCE).ok()
}

/// The line that holds what a message without a line puts in quotes, e.g. `'-> second_sight'`.
fn line_of_quoted(page: &Page<'_>, message: &str) -> usize {
    let quoted = message.split('\'').nth(1).map(|quoted| quoted.trim_start_matches("->").trim());
    let Some(quoted) = quoted.filter(|quoted| !quoted.is_empty()) else { return 1 };
    page.document.text.lines().position(|line| line.contains(quoted)).map_or(1, |index| index + 1)
}

const INK_HELP: &str = "Ink as in prompts/README.md; names of knots behind `->`, choices behind `*`";

fn compile_and_walk(source: &str) -> Outcome {
    // Counting only the visits that the story asks for keeps a loop's states few.
    let options = bladeink_compiler::CompilerOptions { count_all_visits: false, source_filename: None };
    match bladeink_compiler::Compiler::with_options(options).compile(source) {
        Ok(story) => match walk::walk(&story) {
            Ok(walk) => Outcome::Walked { story, walk },
            Err(message) => Outcome::Refused { message, line: None },
        },
        Err(error) => {
            use bladeink_compiler::CompilerError::{InvalidSource, UnsupportedFeature};
            let (InvalidSource { line, .. } | UnsupportedFeature { line, .. }) = &error;
            Outcome::Refused { message: error.message().to_owned(), line: *line }
        }
    }
}

fn tell(page: &mut Page<'_>, problem: &Problem) {
    let at = place(page, problem.text.as_deref());
    let way: Vec<_> = problem.way.iter().map(|choice| format!("\"{}\"", short(choice, 40))).collect();
    let found = match way.as_slice() {
        [] => problem.found.clone(),
        way => format!("{} (on the way {})", problem.found, way.join(", ")),
    };
    if problem.warning {
        page.warn(problem.code, at, found, problem.expected.clone());
    } else {
        page.error(problem.code, at, found, problem.expected.clone());
    }
}

/// The line in which a text of the story was written: the one with which it shares its first or last words.
fn place(page: &Page<'_>, text: Option<&str>) -> At {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return At::line(1) };
    let count = text.chars().count();
    let beginning: String = text.chars().take(24).collect();
    let end: String = text.chars().skip(count.saturating_sub(24)).collect();
    let mut found = None;
    for (index, line) in page.document.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'))
    {
        let plain = line.replace(['[', ']'], "");
        let likeness = if plain.contains(text) {
            3
        } else if plain.contains(&beginning) {
            2
        } else {
            u8::from(plain.contains(&end))
        };
        if likeness > found.map_or(0, |(best, _)| best) {
            found = Some((likeness, index + 1));
        }
    }
    At::line(found.map_or(1, |(_, line)| line))
}
