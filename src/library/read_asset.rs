//! `*.md`: a micro-asset, one thing to read, tick off, look at or answer.

use chat::{AssetId, Block, Image, Link, Span, Text, Video};

use super::{
    Answer, Asset, AssetKind, Level, Moment, SkillId,
    diagnostic::At,
    fields::{Fields, TITLE_CHARACTERS},
    front_matter::FrontMatter,
    markdown::{self, Content, Part, Task},
    page::Page,
};

const KEYS: &[&str] = &[
    "kind",
    "id",
    "title",
    "minutes",
    "moments",
    "level",
    "roles",
    "language",
    "deeper",
    "image",
    "alt",
    "video",
    "captions",
    "audio",
    "transcript",
    "link",
    "link_label",
    "input",
    "sources",
];

/// The longest body: what takes more than two minutes to read is two assets.
pub(super) const BODY_CHARACTERS: usize = 1_800;
/// The longest answer of an exercise, as a button can show it.
const ANSWER_CHARACTERS: usize = 140;
/// The longest word to somebody who chose an answer.
const FEEDBACK_CHARACTERS: usize = 400;
/// The longest description of a picture.
const ALT_CHARACTERS: usize = 500;
/// The longest label of a link: a button holds no more.
const LABEL_CHARACTERS: usize = 75;
/// The longest label of a text field.
const INPUT_CHARACTERS: usize = 45;
/// The longest source.
const SOURCE_CHARACTERS: usize = 300;

/// Reads an asset; `None` when something is missing.
pub(super) fn read(page: &mut Page<'_>, head: &FrontMatter) -> Option<Asset> {
    let folder = page.document.folder().to_owned();
    let mut fields = Fields::new(page, head, KEYS);
    fields.needs("kind", "an asset", "tip");
    let kind = fields.choice("kind", AssetKind::ALL, AssetKind::as_str);
    let id = fields.id();
    let title = fields.text("title", TITLE_CHARACTERS, "When they say it is too expensive");
    let seconds = fields.seconds();
    let moments = fields.choices("moments", Moment::ALL, Moment::as_str);
    let level = fields.choice("level", Level::ALL, Level::as_str);
    let roles = fields.names("roles", "seller");
    let language = language(&mut fields);
    let deeper = fields.optional_name("deeper", "price-objection-faq").map(AssetId::new);
    let image = image(&mut fields, &folder, kind);
    let video = video(&mut fields, title.as_deref(), kind);
    let link = link(&mut fields);
    let input = fields.optional_text("input", INPUT_CHARACTERS, "What would you ask first?");
    if kind == Some(AssetKind::Reflection) {
        fields.needs("input", "a reflection", "What would you ask first?");
    }
    let sources = fields.texts("sources", SOURCE_CHARACTERS, "Author, title, year");
    let parts = markdown::read(page, head.body_line, head.body_start);
    refuse_long(page, head, BODY_CHARACTERS);
    let body = read_body(page, head, kind?, parts);
    Some(Asset {
        id: AssetId::new(id?),
        skill: SkillId::new(folder),
        kind: kind?,
        title: title?,
        seconds: seconds?,
        moments,
        level,
        roles,
        language,
        deeper,
        text: body.text,
        steps: body.steps,
        image,
        video,
        link,
        input,
        answers: body.answers,
        sources,
    })
}

/// Tells of a body with more than `limit` characters.
pub(super) fn refuse_long(page: &mut Page<'_>, head: &FrontMatter, limit: usize) {
    let length = page.document.text.get(head.body_start..).unwrap_or_default().trim().chars().count();
    if length > limit {
        let expected = format!("at most {limit}: what takes longer than two minutes to read is two assets");
        page.error("too-long", At::line(head.body_line), format!("the text has {length} characters"), expected);
    }
}

fn language(fields: &mut Fields<'_, '_, '_>) -> String {
    let Some(language) = fields.optional_text("language", 80, "en") else { return "en".to_owned() };
    if language.len() != 2 || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
        let at = fields.head.value_at("language");
        let expected = "two lower-case letters, e.g. `en` or `de`";
        fields.page.error("wrong-value", at, format!("`language` can't be `{language}`"), expected);
    }
    language
}

fn image(fields: &mut Fields<'_, '_, '_>, folder: &str, kind: Option<AssetKind>) -> Option<Image> {
    let file = fields.optional_text("image", 200, "price-value-map.png");
    let alt = fields.optional_text("alt", ALT_CHARACTERS, "Two columns: the price, and what the problem costs.");
    if kind == Some(AssetKind::Infographic) {
        fields.needs("image", "an infographic", "price-value-map.png");
    }
    if fields.head.field("image").is_some() {
        fields.needs("alt", "a picture", "what the picture shows, in words");
    }
    let file = file?;
    if file.strip_suffix(".png").is_none() || file.contains(['/', '\\']) {
        let at = fields.head.value_at("image");
        fields.page.error(
            "wrong-value",
            at,
            format!("`image` can't be `{file}`"),
            "a PNG beside this file, e.g. `map.png`",
        );
        return None;
    }
    Some(Image { file: format!("{folder}/{file}"), alt: alt? })
}

fn video(fields: &mut Fields<'_, '_, '_>, title: Option<&str>, kind: Option<AssetKind>) -> Option<Video> {
    let mut found = None;
    for (key, words, this) in [("video", "captions", AssetKind::Video), ("audio", "transcript", AssetKind::Audio)] {
        let url = fields.address(key);
        let words_url = fields.address(words);
        let (example, because) = ("https://example.org/file", if key == "video" { "a video" } else { "a recording" });
        if kind == Some(this) {
            fields.needs(key, because, example);
        }
        if kind == Some(this) || fields.head.field(key).is_some() {
            fields.needs(words, because, example);
        }
        if let (Some(url), Some(captions_url), Some(title)) = (url, words_url, title) {
            found = Some(Video { url, label: title.to_owned(), captions_url });
        }
    }
    if let (Some(_), Some(second)) = (fields.head.field("video"), fields.head.field("audio")) {
        fields.page.error("wrong-value", second.at, "a video and a recording in one asset", "one of the two");
    }
    found
}

fn link(fields: &mut Fields<'_, '_, '_>) -> Option<Link> {
    let url = fields.address("link");
    let label = fields.optional_text("link_label", LABEL_CHARACTERS, "Read the whole story");
    if fields.head.field("link").is_some() {
        fields.needs("link_label", "a link", "Read the whole story");
    }
    if fields.head.field("link_label").is_some() {
        fields.needs("link", "a label", "https://example.org/page");
    }
    Some(Link { url: url?, label: label? })
}

#[derive(Default)]
struct Body {
    text: Text,
    steps: Vec<Vec<Span>>,
    answers: Vec<Answer>,
}

fn read_body(page: &mut Page<'_>, head: &FrontMatter, kind: AssetKind, parts: Vec<Part>) -> Body {
    let mut body = Body::default();
    let last = parts.len().saturating_sub(1);
    let mut tasks_at = None;
    for (index, part) in parts.into_iter().enumerate() {
        match part.content {
            // Steps stand below the text on a card: numbers in the middle stay in the text, or the order would change.
            Content::Block(Block::Numbers(steps)) if kind == AssetKind::Tip && index == last => body.steps = steps,
            Content::Block(block) => {
                if tasks_at.is_some() && kind == AssetKind::Checklist {
                    let expected = "the text above the checklist; on the card it stands there";
                    page.warn("text-below-steps", At::line(part.line), "text below the checklist", expected);
                }
                if tasks_at.is_some() && kind == AssetKind::Retrieval {
                    let expected = "the question above the answers, and nothing below";
                    page.error("text-below-answers", At::line(part.line), "text below the answers", expected);
                }
                body.text.0.push(block);
            }
            Content::Tasks(tasks) => {
                if tasks_at.is_some() {
                    page.error("second-checklist", At::line(part.line), "a second list of boxes", "one list");
                } else {
                    read_tasks(page, kind, part.line, tasks, &mut body);
                }
                tasks_at = Some(part.line);
            }
        }
    }
    check_kind(page, head, kind, tasks_at, &body);
    body
}

fn read_tasks(page: &mut Page<'_>, kind: AssetKind, line: usize, tasks: Vec<Task>, body: &mut Body) {
    match kind {
        AssetKind::Checklist => {
            for task in tasks {
                let mut step = task.first;
                if !task.below.is_empty() {
                    step.push(Span::Plain(" ".to_owned()));
                    step.extend(task.below);
                }
                if Span::plain(&step).trim().is_empty() {
                    page.error("empty-step", At::line(task.line), "a box without words", "what to do");
                }
                body.steps.push(step);
            }
        }
        AssetKind::Retrieval => {
            for task in tasks {
                let answer = read_answer(page, &task);
                body.answers.push(answer);
            }
        }
        _ => {
            let found = format!("boxes `- [ ]` in a {kind}");
            page.error(
                "boxes",
                At::line(line),
                found,
                "`kind: checklist` or `kind: retrieval`, or bullets without boxes",
            );
        }
    }
}

fn read_answer(page: &mut Page<'_>, task: &Task) -> Answer {
    let text = Span::plain(&task.first).trim().to_owned();
    let feedback = Span::plain(&task.below).trim().to_owned();
    let at = At::line(task.line);
    let (long, longer) = (text.chars().count(), feedback.chars().count());
    if text.is_empty() {
        page.error("empty-answer", at, "an answer without words", "what people may choose");
    } else if long > ANSWER_CHARACTERS {
        page.error("too-long", at, format!("the answer has {long} characters"), format!("at most {ANSWER_CHARACTERS}"));
    }
    if feedback.is_empty() {
        let expected = "an indented line below it: what to say to somebody who chose it, about the task";
        page.error("no-feedback", at, "the answer has no feedback", expected);
    } else if longer > FEEDBACK_CHARACTERS {
        let found = format!("the feedback of this answer has {longer} characters");
        page.error("too-long", at, found, format!("at most {FEEDBACK_CHARACTERS}"));
    }
    Answer { text, right: task.ticked, feedback }
}

/// What each kind asks of its body.
fn check_kind(page: &mut Page<'_>, head: &FrontMatter, kind: AssetKind, tasks_at: Option<usize>, body: &Body) {
    let top = At::line(tasks_at.unwrap_or(head.body_line).min(page.line_count()));
    let blocks = &body.text.0;
    match kind {
        AssetKind::Checklist if body.steps.len() < 3 => {
            let found = format!("a checklist of {} steps", body.steps.len());
            page.error("few-steps", top, found, "at least three lines `- [ ] …`");
        }
        AssetKind::Retrieval => check_retrieval(page, top, body),
        AssetKind::QuickReference => check_terms(page, head, blocks),
        AssetKind::Faq => check_questions(page, head, blocks),
        _ => {}
    }
    let needs_text = !matches!(kind, AssetKind::Checklist);
    if needs_text && blocks.is_empty() && body.steps.is_empty() {
        page.error("no-text", At::line(1), format!("the {kind} has no text"), "what to read, below the front matter");
    }
}

fn check_retrieval(page: &mut Page<'_>, at: At, body: &Body) {
    let count = body.answers.len();
    let right = body.answers.iter().filter(|answer| answer.right).count();
    if !(2..=5).contains(&count) {
        page.error("answers", at, format!("an exercise with {count} answers"), "two to five lines `- [ ] …`");
    } else if right == 0 {
        page.error("answers", at, "no answer is right", "`- [x]` before the answer that holds");
    } else if right == count {
        page.error("answers", at, "every answer is right", "`- [ ]` before the answers that don't hold");
    }
    for (index, answer) in body.answers.iter().enumerate() {
        if body.answers[..index].iter().any(|other| other.text == answer.text) {
            page.error("answers", at, format!("the answer `{}` stands here twice", answer.text), "different answers");
        }
    }
}

fn check_terms(page: &mut Page<'_>, head: &FrontMatter, blocks: &[Block]) {
    let help = "bullets `- **Term**: what it means`";
    let mut any = false;
    for block in blocks {
        let Block::Bullets(items) = block else { continue };
        any = true;
        for item in items.iter().filter(|item| !matches!(item.first(), Some(Span::Bold(_)))) {
            let words = super::diagnostic::short(&Span::plain(item), 40);
            let at = line_with(page, head, &words);
            page.error("no-term", at, format!("a bullet without a bold term: `{words}`"), help);
        }
    }
    if !any {
        page.error("no-term", At::line(head.body_line), "a quick reference without bullets", help);
    }
}

fn check_questions(page: &mut Page<'_>, head: &FrontMatter, blocks: &[Block]) {
    let help = "a line `## question`, and the answer below it";
    if !blocks.iter().any(|block| matches!(block, Block::Heading(_))) {
        page.error("no-question", At::line(head.body_line), "an FAQ without a question", help);
    }
    for (index, block) in blocks.iter().enumerate() {
        let answered = blocks.get(index + 1).is_some_and(|next| !matches!(next, Block::Heading(_)));
        if let Block::Heading(question) = block
            && !answered
        {
            let words = super::diagnostic::short(&Span::plain(question), 40);
            let at = line_with(page, head, &words);
            page.error("no-answer", at, format!("the question `{words}` has no answer"), help);
        }
    }
}

/// The line of the body that holds the first words of `words`.
fn line_with(page: &Page<'_>, head: &FrontMatter, words: &str) -> At {
    let start: String = words.chars().take_while(|c| *c != '…').take(20).collect();
    let body = page.document.text.lines().enumerate().skip(head.body_line.saturating_sub(1));
    let found = body.into_iter().find(|(_, line)| line.contains(&start)).map(|(index, _)| index + 1);
    At::line(found.unwrap_or(head.body_line))
}
