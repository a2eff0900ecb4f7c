//! `*.trigger.md`: what to listen for and what to offer.

use std::{collections::HashMap, time::Duration};

use chat::AssetId;
use unicode_normalization::UnicodeNormalization;

use super::{
    Hearing, Mode, Moment, ScenarioId, SkillId, Trigger, TriggerId, condition,
    diagnostic::{At, did_you_mean, short},
    fields::{Fields, TITLE_CHARACTERS},
    front_matter::FrontMatter,
    page::Page,
    read_dip,
};

const KEYS: &[&str] = &[
    "kind",
    "id",
    "title",
    "need",
    "offer",
    "practise",
    "moments",
    "keywords",
    "condition",
    "roles",
    "private",
    "grace_minutes",
    "cooldown_hours",
    "recovery_days",
    "priority",
    "mode",
    "hearing",
    "holdout_percent",
    "owner",
];

/// How many examples make a trigger hear well.
const GOOD_EXAMPLES: usize = 10;
/// The longest list of examples.
const EXAMPLES: usize = 300;
/// The longest example or need, in characters.
const LINE_CHARACTERS: usize = 300;

/// Where the messages of a trigger stand.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) examples: Vec<At>,
    pub(super) unlike: Vec<At>,
}

/// Reads a trigger, with the lines of its examples; `None` when something is missing.
pub(super) fn read(page: &mut Page<'_>, head: &FrontMatter) -> Option<(Trigger, Lines)> {
    let skill = SkillId::new(page.document.folder());
    let sections = read_sections(page, head);
    let known = [KEYS, read_dip::KEYS].concat();
    let mut fields = Fields::new(page, head, &known);
    fields.choice("kind", &["trigger"], |kind| kind);
    fields.needs("kind", "a trigger", "trigger");
    let id = fields.id();
    let title = fields.text("title", TITLE_CHARACTERS, "A buyer says it is too expensive");
    let need = fields.text("need", LINE_CHARACTERS, "Someone has heard that the price is too high.");
    fields.required_list("offer", "price-objection-tip");
    let offer = fields.names("offer", "price-objection-tip");
    let practise = fields.optional_name("practise", "price-objection");
    let moments = fields.choices("moments", Moment::ALL, Moment::as_str);
    let keywords = fields.texts("keywords", TITLE_CHARACTERS, "price objection");
    let roles = fields.names("roles", "seller");
    let is_private = fields.choice("private", &["yes", "no"], |answer| answer);
    let grace = head.field("grace_minutes").map(|_| fields.whole("grace_minutes", 24 * 60, 10));
    let grace = grace.map(|minutes| Duration::from_mins(u64::from(minutes)));
    let cooldown = fields.whole("cooldown_hours", 24 * 30, 4);
    let recovery = fields.whole("recovery_days", 365, 30);
    let priority = fields.whole("priority", 100, 50);
    let holdout = fields.whole("holdout_percent", 50, 0);
    let mode = fields.choice("mode", Mode::ALL, Mode::as_str).unwrap_or(Mode::Shadow);
    let hearing = fields.choice("hearing", Hearing::ALL, Hearing::as_str);
    let owner = fields.text("owner", TITLE_CHARACTERS, "Sales enablement");
    let dip = read_dip::read(&mut fields, head, sections.message.as_ref());
    let is_dip = read_dip::is_asked(head);
    let condition = fields.optional_text("condition", condition::CHARACTERS, r#"event.channel == "deals""#);
    if let Some(condition) = &condition {
        condition::check(page, condition, head.value_at("condition"));
    }
    check_examples(page, head, &sections);
    let trigger = Trigger {
        id: TriggerId::new(id?),
        skill,
        title: title?,
        need: need?,
        offer: offer.into_iter().map(AssetId::new).collect(),
        practise: practise.map(ScenarioId::new),
        moments,
        keywords,
        condition,
        roles,
        is_private: is_private == Some("yes"),
        // A number waits for nobody's answer, and is told in private, where no channel needs rest.
        grace: if is_dip { Some(Duration::ZERO) } else { grace },
        cooldown: if is_dip { Duration::ZERO } else { Duration::from_secs(u64::from(cooldown) * 3_600) },
        recovery: Duration::from_secs(u64::from(recovery) * 86_400),
        priority: u8::try_from(priority).unwrap_or(u8::MAX),
        mode,
        hearing,
        holdout_percent: u8::try_from(holdout).unwrap_or(u8::MAX),
        owner: owner?,
        dip,
        examples: sections.examples.iter().map(|(text, _)| text.clone()).collect(),
        unlike: sections.unlike.iter().map(|(text, _)| text.clone()).collect(),
    };
    let places = |lines: Vec<(String, At)>| lines.into_iter().map(|(_, at)| at).collect();
    Some((trigger, Lines { examples: places(sections.examples), unlike: places(sections.unlike) }))
}

#[derive(Default)]
pub(super) struct Sections {
    pub(super) examples: Vec<(String, At)>,
    unlike: Vec<(String, At)>,
    message: Option<(String, At)>,
}

/// Reads the bullets below the two headings, word for word: people's messages are not Markdown.
pub(super) fn read_sections(page: &mut Page<'_>, head: &FrontMatter) -> Sections {
    let document = page.document;
    let body = document.text.get(head.body_start..).unwrap_or_default();
    let mut sections = Sections::default();
    let mut section = None;
    for (index, line) in body.lines().enumerate() {
        let number = head.body_line + index;
        let text = line.trim();
        let list = match section {
            Some("Examples") => Some(&mut sections.examples),
            Some("Unlike") => Some(&mut sections.unlike),
            _ => None,
        };
        if text.is_empty() {
        } else if section == Some("Message") && !text.starts_with('#') {
            let (message, _) = sections.message.get_or_insert_with(|| (String::new(), At::line(number)));
            if !message.is_empty() {
                message.push(' ');
            }
            message.push_str(text);
        } else if text.starts_with('#') {
            section = Some(read_heading(page, text, number));
        } else if let Some(message) = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) {
            let column = line.chars().take_while(|c| c.is_whitespace()).count() + 3;
            let at = At::new(number, column, message.trim().chars().count());
            match list {
                Some(list) => list.push((message.trim().to_owned(), at)),
                None if section.is_none() => page.error("outside-section", At::line(number), OUTSIDE, HEADINGS_HELP),
                None => {}
            }
        } else if let Some((last, _)) = list.and_then(|list| list.last_mut()).filter(|_| line.starts_with(' ')) {
            last.push(' ');
            last.push_str(text);
        } else if section.is_none_or(|section| section != "unknown") {
            let expected = "a line `- …` for each message, below `## Examples` or `## Unlike`";
            page.error(
                "outside-section",
                At::line(number),
                format!("a line that is no example: `{}`", short(text, 40)),
                expected,
            );
        }
    }
    sections
}

const OUTSIDE: &str = "a line above the first heading";
const HEADINGS: [&str; 3] = ["Examples", "Unlike", "Message"];
const HEADINGS_HELP: &str =
    "`## Examples` for messages that mean the need, `## Unlike` for others that only sound alike";

fn read_heading(page: &mut Page<'_>, line: &str, number: usize) -> &'static str {
    let title = line.trim_start_matches('#').trim();
    if let Some(known) = HEADINGS.into_iter().find(|known| *known == title && line.starts_with("## ")) {
        return known;
    }
    let expected = format!("{HEADINGS_HELP}{}", did_you_mean(title, HEADINGS));
    page.error("unknown-heading", At::line(number), format!("the heading `{}`", short(line, 40)), expected);
    "unknown"
}

fn check_examples(page: &mut Page<'_>, head: &FrontMatter, sections: &Sections) {
    let count = sections.examples.len();
    let wanted = format!("{GOOD_EXAMPLES} or more below `## Examples`, as people really write");
    if read_dip::is_asked(head) {
        if let Some((_, at)) = sections.examples.first() {
            let expected = "a trigger of its own for what people write";
            page.error("dip-with-examples", *at, "a trigger that listens to numbers has examples", expected);
        }
    } else if count == 0 {
        page.error("no-examples", At::line(1), "the trigger has no examples", wanted);
    } else if count < GOOD_EXAMPLES {
        let at = At::line(sections.examples.first().map_or(head.body_line, |(_, at)| at.line));
        page.warn("few-examples", at, format!("the trigger has {count} examples"), wanted);
    } else if count > EXAMPLES {
        page.error(
            "too-many-examples",
            At::line(head.body_line),
            format!("{count} examples"),
            format!("at most {EXAMPLES}"),
        );
    }
    refuse_long_and_same(page, sections);
}

/// Each message stands once, and is as short as what people write.
pub(super) fn refuse_long_and_same(page: &mut Page<'_>, sections: &Sections) {
    let mut seen: HashMap<String, At> = HashMap::new();
    for (text, at) in sections.examples.iter().chain(&sections.unlike) {
        let length = text.chars().count();
        if length > LINE_CHARACTERS {
            let expected = format!("at most {LINE_CHARACTERS}: what matters in it");
            page.error("too-long", *at, format!("a message of {length} characters"), expected);
        }
        if let Some(first) = seen.insert(as_heard(text), *at) {
            page.error_see(
                "same-example",
                *at,
                "the same message stands here a second time",
                "each message once",
                first,
            );
        }
    }
}

/// The message as it is compared: letters, digits and single spaces, whatever the case.
pub(super) fn as_heard(text: &str) -> String {
    let words = text.nfkc().collect::<String>().to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
