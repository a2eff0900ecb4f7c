//! Cards that use every part, at every size, with the worst that people write.

use crate::{Block, Card, Choice, ChoiceId, FormId, FreeText, Image, Link, Prominence, Span, Text, Video};

/// Text that means something to at least one platform when it is not escaped.
pub const HOSTILE: &str = "<!channel> @everyone <@U1> *bold* [x](http://evil) & < >";

/// What else gets into text: right-to-left, combining marks, emoji, entities, Markdown of every kind.
const ODD: &str = "\u{202e}שלום\u{202c} Z\u{351}a\u{36b}l\u{343}g\u{30f}o 👩\u{200d}🏫 &amp; &lt;b&gt; `code` ~~gone~~ ||spoiler|| \
                   __under__ <#C1> <t:0:R> <:e:1> :smile: \\* # no heading\n- no point\n1. no number\n> no quote\n-# small";

/// One card, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What it is a sample of.
    pub name: &'static str,
    /// The card.
    pub card: Card,
    /// True when every platform has to take it: all its parts are within the limits that [`Card`] documents.
    pub must_fit: bool,
}

/// Cards that between them use every part; each adapter has to show all of them that must fit.
pub fn sample_cards() -> Vec<Sample> {
    vec![
        Sample { name: "minimal", card: Card::new("One thing to try", Text::default()), must_fit: true },
        Sample { name: "text only", card: Card::new("", Text::paragraph("No heading here.")), must_fit: true },
        Sample { name: "every part", card: every_part(), must_fit: true },
        Sample { name: "longest", card: longest(), must_fit: true },
        Sample { name: "three long paragraphs", card: chapter(), must_fit: true },
        Sample {
            name: "hostile",
            card: hostile(HOSTILE, "<!here> @here <@U1> *b* [x](http://e) & < >"),
            must_fit: true,
        },
        Sample { name: "odd", card: hostile(ODD, "\u{202e}\u{5e9} _i_ `c` ||s|| \\* &amp;"), must_fit: true },
        Sample { name: "crowded", card: crowded(), must_fit: true },
        Sample { name: "book", card: Card::new("A book", paragraphs(60, 2_500)), must_fit: false },
    ]
}

fn plain(text: &str) -> Vec<Span> {
    vec![Span::Plain(text.to_owned())]
}

/// `count` paragraphs of `length` characters, no two alike.
fn paragraphs(count: usize, length: usize) -> Text {
    Text::paragraphs((0..count).map(|n| words(&format!("para{n}"), length)))
}

/// Words that count up, together exactly `length` characters.
fn words(stem: &str, length: usize) -> String {
    let mut text: String = (0..length).map(|n| format!("{stem}-{n} ")).take(length / stem.len() + 1).collect();
    text.truncate(length);
    let kept = text.trim_end().len();
    text.truncate(kept);
    text + &"x".repeat(length - kept)
}

fn choice(id: &str, label: &str, prominence: Prominence) -> Choice {
    Choice { id: ChoiceId::new(id), label: label.to_owned(), prominence }
}

fn every_part() -> Card {
    let link = |label: &str| Span::Link { label: label.to_owned(), url: "https://example.com/value".to_owned() };
    Card {
        title: "When they say it is too expensive".to_owned(),
        text: Text(vec![
            Block::Paragraph(vec![
                Span::Plain("Price is ".to_owned()),
                Span::Bold("rarely".to_owned()),
                Span::Italic(" the reason".to_owned()),
                Span::Plain("; ask first, see ".to_owned()),
                link("why"),
                Span::Plain(".".to_owned()),
            ]),
            Block::Heading(plain("Three questions")),
            Block::Bullets(vec![plain("Compared to what?"), vec![link("Over what time?")]]),
            Block::Numbers(vec![plain("Listen"), vec![Span::Code("repeat | back".to_owned())]]),
            Block::Quote(plain("Compared with doing nothing, what does it cost you?")),
        ]),
        steps: vec![
            plain("Ask one question."),
            vec![Span::Bold("Wait".to_owned()), Span::Plain(" for it.".to_owned())],
        ],
        image: Some(Image {
            file: "price-objections/price-value-map.png".to_owned(),
            alt: "Two lines: price stays, value grows with each question".to_owned(),
        }),
        link: Some(Link { url: "https://example.com/more?a=1&b=2".to_owned(), label: "Read on".to_owned() }),
        video: Some(Video {
            url: "https://example.com/clip.mp4".to_owned(),
            label: "Watch it done, 80 seconds".to_owned(),
            captions_url: "https://example.com/clip.vtt".to_owned(),
        }),
        choices: vec![
            choice("useful:1", "Useful", Prominence::Primary),
            choice("no:1", "Not for me", Prominence::Usual),
            choice("known:1", "I know this", Prominence::Usual),
            choice("snooze:1", "Snooze", Prominence::Tucked),
            choice("why:1", "Why this?", Prominence::Tucked),
        ],
        input: Some(FreeText { form: FormId::new("reply:1"), label: "Your own words".to_owned() }),
        footer: "Only you see this. Written by Ana, reviewed in May.".to_owned(),
    }
}

/// Every part at the length its field documents, or at a length that no platform refuses.
fn longest() -> Card {
    Card {
        title: words("title", 150),
        text: paragraphs(2, 1_000),
        image: Some(Image { file: "price-objections/price-value-map.png".to_owned(), alt: words("alt", 400) }),
        choices: (0..4)
            .map(|n| choice(&words(&format!("id{n}"), 90), &words(&format!("label{n}"), 75), Prominence::Usual))
            .collect(),
        input: Some(FreeText { form: FormId::new(words("form", 90)), label: words("input", 45) }),
        footer: words("footer", 300),
        ..Card::default()
    }
}

/// More than one block of text may hold on a platform, and less than a message may.
fn chapter() -> Card {
    Card::new("A chapter", paragraphs(3, 1_200))
}

/// Everything that can carry text carries `text`.
fn hostile(text: &str, short: &str) -> Card {
    let line = text.replace('\n', " ");
    let label = short.to_owned();
    Card {
        title: line.chars().take(100).collect::<String>().trim().to_owned(),
        text: Text(vec![
            Block::Heading(plain(&line)),
            Block::Paragraph(vec![
                Span::Plain(text.to_owned()),
                Span::Bold(text.to_owned()),
                Span::Italic(text.to_owned()),
                Span::Code(short.to_owned()),
                Span::Link { label: short.to_owned(), url: "https://example.com/a".to_owned() },
            ]),
            Block::Bullets(vec![plain(text)]),
            Block::Numbers(vec![plain(text)]),
            Block::Quote(plain(text)),
        ]),
        steps: vec![plain(text)],
        image: Some(Image { file: "price-objections/price-value-map.png".to_owned(), alt: line.clone() }),
        link: Some(Link { url: "https://example.com/b".to_owned(), label: label.clone() }),
        video: Some(Video {
            url: "https://example.com/c".to_owned(),
            label: label.clone(),
            captions_url: "https://example.com/d".to_owned(),
        }),
        choices: vec![choice("a", &label, Prominence::Primary), choice("b", &label, Prominence::Tucked)],
        input: Some(FreeText { form: FormId::new("f"), label: short.to_owned() }),
        footer: text.to_owned(),
    }
}

/// More choices than anybody wants to see at once.
fn crowded() -> Card {
    let usual = (0..8).map(|n| choice(&format!("u{n}"), &format!("Usual {n}"), Prominence::Usual));
    let tucked = (0..12).map(|n| choice(&format!("t{n}"), &format!("Tucked {n}"), Prominence::Tucked));
    Card {
        choices: usual.chain(tucked).collect(),
        ..Card::new("Pick one", Text::paragraph("There is more than enough to pick from."))
    }
}
