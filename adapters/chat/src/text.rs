//! Limited rich text: what every chat platform can show.

use serde::{Deserialize, Serialize};

/// A body of text: blocks, one below the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub Vec<Block>);

/// One block of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", content = "content", rename_all = "snake_case")]
pub enum Block {
    /// A heading within the text.
    Heading(Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// Points without an order.
    Bullets(Vec<Vec<Span>>),
    /// Points in order, from one.
    Numbers(Vec<Vec<Span>>),
    /// Somebody's words.
    Quote(Vec<Span>),
}

/// A run of text in one manner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "span", content = "content", rename_all = "snake_case")]
pub enum Span {
    /// As it stands.
    Plain(String),
    /// Strong.
    Bold(String),
    /// Stressed.
    Italic(String),
    /// To be typed exactly so.
    Code(String),
    /// A link.
    Link {
        /// What people read.
        label: String,
        /// An https address.
        url: String,
    },
}

/// True for an address that may be offered as a link: https, and nothing in it that would end the link early.
///
/// Adapters show every other address as text, so that a bad one is seen and harms nobody.
pub fn is_linkable(url: &str) -> bool {
    let rest = url.strip_prefix("https://").unwrap_or_default();
    rest.starts_with(|sign: char| sign.is_alphanumeric())
        && !rest.contains(|sign: char| sign.is_whitespace() || sign.is_control() || r#"<>"'`|\^{}[]"#.contains(sign))
}

impl Text {
    /// One paragraph without manners.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self(vec![Block::Paragraph(vec![Span::Plain(text.into())])])
    }

    /// Several paragraphs without manners.
    pub fn paragraphs<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self(texts.into_iter().map(|text| Block::Paragraph(vec![Span::Plain(text.into())])).collect())
    }

    /// True when there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same blocks followed by those of `other`.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The text without manners, blocks apart by an empty line.
    pub fn plain(&self) -> String {
        let blocks: Vec<_> = self.0.iter().map(Block::plain).collect();
        blocks.join("\n\n")
    }
}

impl Block {
    fn plain(&self) -> String {
        match self {
            Self::Heading(spans) | Self::Paragraph(spans) => Span::plain(spans),
            Self::Bullets(items) => {
                items.iter().map(|item| format!("- {}", Span::plain(item))).collect::<Vec<_>>().join("\n")
            }
            Self::Numbers(items) => items
                .iter()
                .enumerate()
                .map(|(i, item)| format!("{}. {}", i + 1, Span::plain(item)))
                .collect::<Vec<_>>()
                .join("\n"),
            Self::Quote(spans) => format!("> {}", Span::plain(spans)),
        }
    }
}

impl Span {
    /// The text of `spans` without manners; a link is followed by its address.
    pub fn plain(spans: &[Self]) -> String {
        spans
            .iter()
            .map(|span| match span {
                Self::Plain(text) | Self::Bold(text) | Self::Italic(text) | Self::Code(text) => text.clone(),
                Self::Link { label, url } => format!("{label} ({url})"),
            })
            .collect()
    }
}
