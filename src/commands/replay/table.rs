//! The summary for people: a table where the terminal is wide enough, and a few lines for each trigger.
//!
//! Invariants
//! - Nothing is said by colour alone, and nothing is coloured but on a terminal.
//! - What came out of the history (names, texts) is shown without control characters.

use std::fmt::Write;

use console::{Style, Term};

use super::{Summary, TriggerSummary};
use crate::{engine::Rule, history::plain_line};

/// From this width on, numbers stand in columns.
const WIDE: usize = 78;
/// How many broken entries are named.
const NAMED_BROKEN: usize = 5;
/// The columns behind the trigger's name, and how wide each is.
const COLUMNS: [(&str, usize); 5] =
    [("matches", 9), ("would speak", 13), ("people first", 14), ("silent", 8), ("waiting", 9)];

/// Where the table is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// How many characters fit in a line.
    pub width: usize,
    /// True where colours are understood and wanted.
    pub colours: bool,
}

impl Screen {
    /// Standard output: as wide as the terminal, or 100 characters without colours in a pipe.
    pub fn stdout() -> Self {
        let term = Term::stdout();
        let width = term.size_checked().map_or(100, |(_, width)| usize::from(width));
        Self { width: width.clamp(30, 120), colours: term.is_term() && console::colors_enabled() }
    }

    fn style(self) -> Style {
        Style::new().force_styling(self.colours)
    }

    fn strong(self, text: &str) -> String {
        self.style().bold().apply_to(text).to_string()
    }

    fn faint(self, text: &str) -> String {
        self.style().dim().apply_to(text).to_string()
    }
}

/// The whole summary.
pub(super) fn render(summary: &Summary, screen: Screen) -> String {
    let mut page = String::new();
    head(&mut page, summary, screen);
    if summary.triggers.is_empty() {
        page.push_str("\nNothing matched.\n");
    } else if screen.width >= WIDE {
        table(&mut page, summary, screen);
    }
    let total = Some(&summary.total).filter(|_| summary.triggers.len() > 1);
    for trigger in summary.triggers.iter().chain(total) {
        detail(&mut page, trigger, screen);
    }
    if !summary.unheard.is_empty() {
        let rules = summary.unheard.iter().map(|(rule, count)| format!("{} {}", number(*count), needed_nothing(*rule)));
        let _ = writeln!(page, "\n{} needed nothing:", count(summary.unheard.values().sum(), "message", "messages"));
        wrapped(&mut page, "  ", &rules.collect::<Vec<_>>(), screen.width);
    }
    page
}

fn head(page: &mut String, summary: &Summary, screen: Screen) {
    let channels = count(summary.channels as u64, "channel", "channels");
    let messages = count(summary.messages, "message", "messages");
    let mut parts = vec![format!("{messages} in {channels}")];
    if let (Some(from), Some(to)) = (&summary.from, &summary.to) {
        parts.push(format!("{from} to {to}"));
    }
    if summary.by_programs > 0 {
        parts.push(format!("{} by programs", number(summary.by_programs)));
    }
    wrapped(page, "", &parts, screen.width);
    if summary.left_out > 0 {
        let left_out = count(summary.left_out as u64, "private conversation", "private conversations");
        wrapped(page, "", &[format!("{left_out} left out: Kairos is never in them")], screen.width);
    }
    if summary.not_read.count > 0 {
        let files = count(summary.not_read.count as u64, "file", "files");
        let more = if summary.not_read.count > summary.not_read.names.len() { ", …" } else { "" };
        let names = summary.not_read.names.join(", ");
        wrapped(page, "", &[format!("{files} without a conversation not read: {names}{more}")], screen.width);
    }
    if summary.broken > 0 {
        let broken = count(summary.broken, "entry or file", "entries or files");
        wrapped(page, "", &[format!("{broken} could not be read:")], screen.width);
        for broken in summary.named_broken.iter().take(NAMED_BROKEN) {
            let _ = writeln!(page, "  {}", plain_line(&broken.to_string(), screen.width.saturating_sub(3)));
        }
        if summary.broken > NAMED_BROKEN as u64 {
            page.push_str("  …\n");
        }
    }
}

fn table(page: &mut String, summary: &Summary, screen: Screen) {
    let columns: usize = COLUMNS.iter().map(|(_, width)| width).sum();
    let longest = summary.triggers.iter().map(|trigger| name(trigger).chars().count()).max().unwrap_or_default();
    let first = (longest.max("all together".len()) + 1).min(screen.width - columns);
    let row = |title: &str, cells: [String; 5]| {
        let mut row = format!("{:<first$}", plain_line(title, first.saturating_sub(1)));
        for ((_, width), cell) in COLUMNS.iter().zip(cells) {
            let _ = write!(row, "{cell:>width$}");
        }
        row
    };
    let heads = COLUMNS.map(|(head, _)| head.to_owned());
    let _ = writeln!(page, "\n{}", screen.strong(&row("trigger", heads)));
    let cells = |t: &TriggerSummary| [t.heard, t.spoken, t.answered, t.silent, t.waiting].map(number);
    for trigger in &summary.triggers {
        let _ = writeln!(page, "{}", row(&name(trigger), cells(trigger)));
    }
    if summary.triggers.len() > 1 {
        let _ = writeln!(page, "{}", screen.strong(&row(&name(&summary.total), cells(&summary.total))));
    }
}

fn detail(page: &mut String, trigger: &TriggerSummary, screen: Screen) {
    let width = screen.width;
    let _ = writeln!(page, "\n{}", screen.strong(&plain_line(&name(trigger), width)));
    if width < WIDE {
        let numbers = [
            ("matches", trigger.heard),
            ("would speak", trigger.spoken),
            ("people first", trigger.answered),
            ("silent", trigger.silent),
            ("waiting", trigger.waiting),
        ];
        wrapped(page, "  ", &numbers.map(|(word, n)| format!("{word} {}", number(n))), width);
    }
    let people = count(trigger.people as u64, "person", "people");
    let mut rate = vec![format!("would speak to {people}"), format!("{} a week", trigger.per_week)];
    rate.push(format!("{} in 1,000 messages", trigger.per_1000_messages));
    wrapped(page, "  ", &rate, width);
    if let Some(day) = &trigger.worst_day {
        wrapped(page, "  ", &[format!("worst day: {}, {}", day.date, count(day.spoken, "time", "times"))], width);
        let weeks: Vec<_> = trigger.weeks.iter().map(|week| format!("{} {}", week.week, number(week.spoken))).collect();
        wrapped(page, "  weeks: ", &weeks, width);
    }
    if !trigger.silent_because.is_empty() {
        let rules = trigger.silent_because.iter().map(|(rule, count)| format!("{rule} {}", number(*count)));
        wrapped(page, "  silent: ", &rules.collect::<Vec<_>>(), width);
    }
    for example in &trigger.examples {
        let (at, score) = (&example.said_at, example.score * 100.0);
        let line = format!("#{} {at} ({}, {score:.0} %)", example.channel, example.ending);
        let _ = writeln!(page, "  {}", screen.faint(&plain_line(&line, width.saturating_sub(3))));
        let _ = writeln!(page, "    {}", plain_line(&example.text, width.saturating_sub(5)));
        if let Some(card) = &example.card {
            let card = format!("card: {card}");
            let _ = writeln!(page, "    {}", screen.faint(&plain_line(&card, width.saturating_sub(5))));
        }
    }
}

/// Why nothing was to be decided about a message.
fn needed_nothing(rule: Rule) -> String {
    match rule {
        Rule::Recognition => "no match".to_owned(),
        Rule::Author => "by programs".to_owned(),
        Rule::Answered => "answered a question".to_owned(),
        other => other.label().to_lowercase(),
    }
}

fn name(trigger: &TriggerSummary) -> String {
    trigger.trigger.as_ref().map_or_else(|| "all together".to_owned(), ToString::to_string)
}

/// Parts apart by a dot, broken into lines that fit; lines after the first stand below the first part.
///
/// Lines are broken between parts, and within one only where it alone is too long.
fn wrapped(page: &mut String, lead: &str, parts: &[String], width: usize) {
    let indent = if lead.len() > width / 3 { 2 } else { lead.len() };
    let fits = |line: &str, more: &str| line.chars().count() + more.chars().count() <= width;
    let mut line = lead.to_owned();
    let mut begun = false;
    for part in parts {
        let dotted = format!(" · {part}");
        if begun && fits(&line, &dotted) {
            line.push_str(&dotted);
            continue;
        }
        if begun {
            end_line(page, &mut line, indent);
        }
        let whole = fits(&line, part);
        for (at, word) in part.split(' ').enumerate() {
            if !whole && !fits(&format!("{line} "), word) {
                end_line(page, &mut line, indent);
            } else if at > 0 {
                line.push(' ');
            }
            line.push_str(&plain_line(word, width.saturating_sub(indent + 1)));
        }
        begun = true;
    }
    end_line(page, &mut line, 0);
}

fn end_line(page: &mut String, line: &mut String, indent: usize) {
    let _ = writeln!(page, "{}", line.trim_end());
    *line = " ".repeat(indent);
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// A number with a comma before every three digits.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
