//! Markdown, as far as every chat can show it.
//!
//! Invariants
//! - What can't be shown everywhere is told as a mistake and never dropped quietly.
//! - Reading takes no stack: nesting is counted, not followed.

use std::ops::Range;

use chat::{Block, Span};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{
    diagnostic::{At, short},
    fields::is_address,
    page::Page,
};

/// A block of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) line: usize,
    pub(super) content: Content,
}

/// What a block holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Block(Block),
    /// Lines `- [ ] …`.
    Tasks(Vec<Task>),
}

/// A line `- [ ] …` with what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) ticked: bool,
    pub(super) line: usize,
    /// The first line.
    pub(super) first: Vec<Span>,
    /// What is indented below it.
    pub(super) below: Vec<Span>,
}

/// The longest body that is worth looking into, in bytes; anything near it is far too long for a card.
const BODY_BYTES: usize = 64 * 1024;

/// Reads the body that starts at `line` of the page, byte `start`.
pub(super) fn read(page: &mut Page<'_>, line: usize, start: usize) -> Vec<Part> {
    let document = page.document;
    let body = document.text.get(start..).unwrap_or_default();
    if body.len() > BODY_BYTES {
        page.error("too-long", At::line(line), format!("the text has {} characters", body.chars().count()), "a card");
        return Vec::new();
    }
    let options = Options::ENABLE_TASKLISTS | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut writer = Writer {
        page,
        lines: Lines::new(body, line),
        parts: Vec::new(),
        run: Run::default(),
        quote: None,
        list: None,
        refused: 0,
        line,
    };
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        writer.take(event, &range);
    }
    writer.parts
}

/// The text of one run of spans while it grows.
#[derive(Default)]
struct Run {
    spans: Vec<Span>,
    bold: usize,
    italic: usize,
    /// Address and label of the link that is open.
    link: Option<(String, String)>,
}

impl Run {
    fn text(&mut self, text: &str) {
        if let Some((_, label)) = &mut self.link {
            label.push_str(text);
        } else if self.bold > 0 {
            self.push(Span::Bold(text.to_owned()));
        } else if self.italic > 0 {
            self.push(Span::Italic(text.to_owned()));
        } else {
            self.push(Span::Plain(text.to_owned()));
        }
    }

    fn code(&mut self, text: &str) {
        match &mut self.link {
            Some((_, label)) => label.push_str(text),
            None => self.push(Span::Code(text.to_owned())),
        }
    }

    /// Adds a span, to the last one where both have the same manner.
    fn push(&mut self, span: Span) {
        match (self.spans.last_mut(), span) {
            (Some(Span::Plain(last)), Span::Plain(text))
            | (Some(Span::Bold(last)), Span::Bold(text))
            | (Some(Span::Italic(last)), Span::Italic(text)) => last.push_str(&text),
            (_, span) => self.spans.push(span),
        }
    }

    fn finish(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.spans)
    }
}

/// A list while it grows.
struct List {
    ordered: bool,
    line: usize,
    items: Vec<Item>,
}

/// An item of a list: its lines, and whether it has a box and a tick.
#[derive(Default)]
struct Item {
    line: usize,
    ticked: Option<bool>,
    lines: Vec<Vec<Span>>,
}

impl Item {
    fn joined(lines: impl IntoIterator<Item = Vec<Span>>) -> Vec<Span> {
        let mut run = Run::default();
        for line in lines.into_iter().filter(|line| !line.is_empty()) {
            if !run.spans.is_empty() {
                run.push(Span::Plain(" ".to_owned()));
            }
            for span in line {
                run.push(span);
            }
        }
        run.finish()
    }
}

struct Writer<'p, 'a, 't> {
    page: &'p mut Page<'a>,
    lines: Lines<'t>,
    parts: Vec<Part>,
    run: Run,
    quote: Option<Vec<Span>>,
    list: Option<List>,
    /// How many tags are open since something that can't be shown began.
    refused: usize,
    /// Where the block began.
    line: usize,
}

impl Writer<'_, '_, '_> {
    fn take(&mut self, event: Event<'_>, range: &Range<usize>) {
        if self.refused > 0 {
            match event {
                Event::Start(_) => self.refused += 1,
                Event::End(_) => self.refused -= 1,
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.open(tag, range),
            Event::End(tag) => self.close(tag),
            Event::Text(text) => self.run.text(&text),
            Event::Code(text) => self.run.code(&text),
            Event::SoftBreak => self.line_break(" "),
            Event::HardBreak => self.line_break("\n"),
            Event::TaskListMarker(ticked) => {
                if let Some(item) = self.list.as_mut().and_then(|list| list.items.last_mut()) {
                    item.ticked = Some(ticked);
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let found = format!("HTML: `{}`", short(html.trim(), 40));
                self.refuse("html", range, found, "plain Markdown; angle brackets that are meant stand in `code`");
            }
            Event::Rule => self.refuse("rule", range, "a line across the page", "a heading or an empty line"),
            _ => self.refuse("markdown", range, "something that no chat can show", "paragraphs and lists"),
        }
    }

    fn refuse(&mut self, code: &'static str, range: &Range<usize>, found: impl Into<String>, expected: &str) {
        let at = self.lines.at(range);
        self.page.error(code, at, found, expected);
    }

    fn open(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        let line = self.lines.at(range).line;
        let inside = self.list.is_some() || self.quote.is_some();
        let refusal = match tag {
            Tag::Paragraph => {
                self.line = line;
                return;
            }
            Tag::Heading { .. } if !inside => {
                self.line = line;
                return;
            }
            Tag::BlockQuote(_) if !inside => {
                self.line = line;
                self.quote = Some(Vec::new());
                return;
            }
            Tag::List(first) if !inside => {
                self.list = Some(List { ordered: first.is_some(), line, items: Vec::new() });
                return;
            }
            Tag::Item => {
                if let Some(list) = &mut self.list {
                    list.items.push(Item { line, ..Item::default() });
                }
                return;
            }
            Tag::Strong => return self.run.bold += 1,
            Tag::Emphasis => return self.run.italic += 1,
            Tag::Link { dest_url, .. } => return self.open_link(&dest_url, range),
            Tag::List(_) if self.list.is_some() => {
                ("nested-list", "a list inside a list", "one level of bullets or numbers")
            }
            Tag::Heading { .. } | Tag::BlockQuote(_) | Tag::List(_) => (
                "nested-block",
                "a block inside a list or a quotation",
                "paragraphs, lists and quotations side by side",
            ),
            Tag::Table(_) => ("table", "a table", "bullets, or a picture with its description in `alt`"),
            Tag::CodeBlock(_) => (
                "code-block",
                "a block of code, or lines indented by four spaces",
                "a paragraph; short code stands in `code`",
            ),
            Tag::Image { .. } => {
                ("image", "a picture inside the text", "the keys `image` and `alt` in the front matter")
            }
            Tag::HtmlBlock => ("html", "HTML", "plain Markdown; angle brackets that are meant stand in `code`"),
            Tag::Strikethrough => ("strikethrough", "crossed-out text", "the text without it"),
            _ => (
                "markdown",
                "something that no chat can show",
                "paragraphs, bold, italic, code, links, bullets, numbers",
            ),
        };
        self.refuse(refusal.0, range, refusal.1, refusal.2);
        self.refused = 1;
    }

    fn open_link(&mut self, url: &str, range: &Range<usize>) {
        if !is_address(url) {
            let found = format!("a link to `{}`", short(url, 60));
            self.refuse("not-https", range, found, "an address like `https://example.org/page`");
        }
        self.run.link = Some((url.to_owned(), String::new()));
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.run.bold = self.run.bold.saturating_sub(1),
            TagEnd::Emphasis => self.run.italic = self.run.italic.saturating_sub(1),
            TagEnd::Link => {
                if let Some((url, label)) = self.run.link.take() {
                    let label = if label.trim().is_empty() { url.clone() } else { label };
                    self.run.push(Span::Link { label, url });
                }
            }
            TagEnd::Paragraph => self.close_paragraph(),
            TagEnd::Heading(_) => {
                let spans = self.run.finish();
                self.push(self.line, Content::Block(Block::Heading(spans)));
            }
            TagEnd::BlockQuote(_) => {
                let spans = self.quote.take().unwrap_or_default();
                self.push(self.line, Content::Block(Block::Quote(spans)));
            }
            TagEnd::Item => self.line_break(""),
            TagEnd::List(_) => self.close_list(),
            _ => {}
        }
    }

    fn close_paragraph(&mut self) {
        if self.list.is_some() {
            self.line_break("");
            return;
        }
        let spans = self.run.finish();
        if let Some(quote) = &mut self.quote {
            if !quote.is_empty() {
                quote.push(Span::Plain("\n".to_owned()));
            }
            quote.extend(spans);
        } else if !spans.is_empty() {
            self.push(self.line, Content::Block(Block::Paragraph(spans)));
        }
    }

    /// Begins a new line: of an item its lines are kept apart, elsewhere `between` joins them.
    fn line_break(&mut self, between: &str) {
        match self.list.as_mut().and_then(|list| list.items.last_mut()) {
            Some(item) if self.run.link.is_none() => {
                let spans = self.run.finish();
                if !spans.is_empty() {
                    item.lines.push(spans);
                }
            }
            _ => self.run.text(between),
        }
    }

    fn close_list(&mut self) {
        let Some(list) = self.list.take() else { return };
        let boxes = list.items.iter().filter(|item| item.ticked.is_some()).count();
        if boxes == 0 {
            let items: Vec<_> = list.items.into_iter().map(|item| Item::joined(item.lines)).collect();
            let block = if list.ordered { Block::Numbers(items) } else { Block::Bullets(items) };
            self.push(list.line, Content::Block(block));
            return;
        }
        if let Some(bare) = list.items.iter().find(|item| item.ticked.is_none()) {
            let at = At::line(bare.line);
            self.page.error("mixed-list", at, "a line without a box among lines with one", "`- [ ] …` on every line");
        }
        let tasks = list.items.into_iter().map(|item| {
            let mut lines = item.lines.into_iter();
            let first = lines.next().unwrap_or_default();
            Task { ticked: item.ticked == Some(true), line: item.line, first, below: Item::joined(lines) }
        });
        let tasks = tasks.collect();
        self.push(list.line, Content::Tasks(tasks));
    }

    fn push(&mut self, line: usize, content: Content) {
        self.parts.push(Part { line, content });
    }
}

/// Finds lines by byte.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    first: usize,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str, first: usize) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(byte, _)| byte + 1)).collect();
        Self { text, starts, first }
    }

    fn at(&self, range: &Range<usize>) -> At {
        let line = self.starts.partition_point(|start| *start <= range.start).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let count = |from: usize, to: usize| self.text.get(from..to).map_or(0, |part| part.chars().count());
        let end = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        At::new(self.first + line, count(start, range.start) + 1, count(range.start, range.end.min(end)))
    }
}
