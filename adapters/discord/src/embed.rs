//! A card where the second component system can't be had: an embed, with the same choices below it.
//!
//! Invariants
//! - Nothing of the card is left out, and what can be pressed is the same, with the same ids.
//! - The message allows no mention, whoever wrote what.

use chat::{Card, Span};
use serde_json::{Value, json};

use crate::{
    card::{body_text, links},
    choices::{self, can_be_button},
    limits::length,
    markdown::{self, escape, heading},
};

/// Characters of an embed's title, of its description and of its footer.
const TITLE: usize = 256;
const DESCRIPTION: usize = 4_096;
const FOOTER: usize = 2_048;
/// Characters of all of them together.
const TOGETHER: usize = 6_000;
/// Rows below a message.
const ROWS: usize = 5;

/// `card` as a message with one embed; `None` for a card that has no room in one.
///
/// `picture_url` gives the address of a picture as for [`crate::components`]. Its description goes along with the file:
/// an embed has no place for it.
pub fn embeds(card: &Card, picture_url: impl Fn(&str) -> Option<String>) -> Option<Value> {
    let picture = card.image.as_ref().map(|image| (image, picture_url(&image.file)));
    let (title, mut text) = match escape(&card.title) {
        title if title.trim().is_empty() => (None, Vec::new()),
        title if length(&title) <= TITLE => (Some(title), Vec::new()),
        title => (None, vec![heading("## ", &title)]),
    };
    text.push(body_text(card));
    if let Some((image, None)) = picture {
        text.push(escape(&format!("Picture: {}", image.alt)));
    }
    let choices = choices::rows(card);
    let (mut buttons, mut written): (Vec<_>, Vec<_>) =
        links(card).into_iter().partition(|(label, url)| can_be_button(label, url));
    if choices.len() >= ROWS {
        written.append(&mut buttons);
    }
    text.extend(
        written
            .into_iter()
            .map(|(label, url)| markdown::spans(&[Span::Link { label: label.to_owned(), url: url.to_owned() }])),
    );
    text.retain(|paragraph| !paragraph.trim().is_empty());
    let mut description = text.join("\n\n");
    if description.is_empty() && title.is_none() {
        // Discord refuses a message that says nothing.
        "…".clone_into(&mut description);
    }
    // Small print is shown as it stands: nothing in it is read as Markdown.
    let footer = card.footer.trim();
    let together = title.as_deref().map_or(0, length) + length(&description) + length(footer);
    let rows: Vec<_> = choices::links(&buttons).into_iter().chain(choices).collect();
    if length(&description) > DESCRIPTION || length(footer) > FOOTER || together > TOGETHER || rows.len() > ROWS {
        return None;
    }
    let mut embed = json!({});
    let image = picture.and_then(|(_, url)| url).map(|url| json!({ "url": url }));
    let footer = (!footer.is_empty()).then(|| json!({ "text": footer }));
    let described = (!description.is_empty()).then(|| json!(description));
    for (name, value) in
        [("title", title.map(Value::from)), ("description", described), ("image", image), ("footer", footer)]
    {
        if let Some(value) = value {
            embed[name] = value;
        }
    }
    Some(json!({ "embeds": [embed], "components": rows, "allowed_mentions": { "parse": [] } }))
}
