//! Any card that anybody could write, for the property tests of the adapters that render.
//!
//! Invariants
//! - Sizes reach beyond every platform's limits, and most cards stay within them.
//! - Signs that mean something to a platform are far more frequent than in real text.

use chat::contract::HOSTILE;
use chat::{Block, Card, Choice, ChoiceId, FormId, FreeText, Image, Link, Prominence, Span, Text, Video};
use proptest::{collection::vec, option, prelude::*};

/// Anything that can stand in a string.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => vec(prop_oneof!["[ -~]{0,12}", "\\PC{0,8}", markup(), "[ \\n\\t]{1,3}"], 0..6).prop_map(|parts| parts.concat()),
        2 => "(?s).{0,40}",
        1 => Just(HOSTILE.to_owned()),
        1 => "[a-z]{140,160}",
    ]
}

/// Signs and words that platforms interpret.
fn markup() -> impl Strategy<Value = String> {
    let signs = [
        "*",
        "**",
        "_",
        "__",
        "~~",
        "||",
        "`",
        "```",
        "\\",
        "<",
        ">",
        "&",
        "&lt;",
        "&amp;",
        "[a](https://b.c)",
        "@everyone",
        "@here",
        "<!channel>",
        "<@1>",
        "<#1>",
        "<t:1>",
        "https://evil.example",
        ":smile:",
        "# ",
        "\n# ",
        "\n- ",
        "\n1. ",
        "\n> ",
        "-# ",
        "\u{202e}",
        "\u{200b}",
        "\0",
    ];
    prop::sample::select(signs.to_vec()).prop_map(ToOwned::to_owned)
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![4 => "https://[a-z]{1,9}\\.example/[a-z0-9?=&._~()*-]{0,20}", 1 => text(), 1 => "https://a\\.example/[a-z]{490,600}"]
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = prop_oneof![
        text().prop_map(Span::Plain),
        text().prop_map(Span::Bold),
        text().prop_map(Span::Italic),
        text().prop_map(Span::Code),
        (text(), address()).prop_map(|(label, url)| Span::Link { label, url }),
    ];
    vec(span, 0..4)
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        spans().prop_map(Block::Heading),
        spans().prop_map(Block::Paragraph),
        vec(spans(), 0..4).prop_map(Block::Bullets),
        vec(spans(), 0..4).prop_map(Block::Numbers),
        spans().prop_map(Block::Quote),
    ]
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let prominence = prop::sample::select(vec![Prominence::Primary, Prominence::Usual, Prominence::Tucked]);
    let choice = ("[ -~]{1,14}", text(), prominence)
        .prop_map(|(id, label, prominence)| Choice { id: ChoiceId::new(id), label, prominence })
        .boxed();
    prop_oneof![4 => vec(choice.clone(), 0..9), 1 => vec(choice, 20..40)]
}

/// Any card.
pub(crate) fn any_card() -> impl Strategy<Value = Card> {
    let image = (text(), text()).prop_map(|(file, alt)| Image { file, alt });
    let link = (address(), text()).prop_map(|(url, label)| Link { url, label });
    let video =
        (address(), text(), address()).prop_map(|(url, label, captions_url)| Video { url, label, captions_url });
    let input = ("[ -~]{1,14}", text()).prop_map(|(form, label)| FreeText { form: FormId::new(form), label });
    let whole = (text(), vec(block(), 0..5), vec(spans(), 0..4), text());
    let parts = (option::of(image), option::of(link), option::of(video), option::of(input), choices());
    (whole, parts).prop_map(|((title, text, steps, footer), (image, link, video, input, choices))| Card {
        title,
        text: Text(text),
        steps,
        image,
        link,
        video,
        choices,
        input,
        footer,
    })
}
