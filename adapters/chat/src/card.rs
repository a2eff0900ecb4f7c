//! What we say, free of any vendor's markup.

use serde::{Deserialize, Serialize};

use crate::{ChoiceId, FormId, Span, Text};

/// One card: everything that one message of ours can hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The heading, at most 150 characters.
    pub title: String,
    /// The body.
    #[serde(default)]
    pub text: Text,
    /// What to do, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Vec<Span>>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Something to read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Something to watch or to listen to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<Video>,
    /// Buttons, the most likely first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// A place to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<FreeText>,
    /// Small print: why it is here, who may see it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub footer: String,
}

/// A picture of the library, by file name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Path below the prompts folder, e.g. `price-objections/price-value-map.png`; adapters publish it their way.
    pub file: String,
    /// What it shows, for those who don't see it.
    pub alt: String,
}

/// A link with its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// An https address.
    pub url: String,
    /// What people read.
    pub label: String,
}

/// A video or a recording, always with its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Video {
    /// An https address.
    pub url: String,
    /// What people read.
    pub label: String,
    /// Captions of a video or the transcript of a recording: an https address.
    pub captions_url: String,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Comes back in [`crate::What::Choice`].
    pub id: ChoiceId,
    /// What the button says, at most 75 characters.
    pub label: String,
    /// How much it stands out.
    #[serde(default)]
    pub prominence: Prominence,
}

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prominence {
    /// The one thing most people will want; at most one on a card.
    Primary,
    /// Beside the others.
    #[default]
    Usual,
    /// In a menu where the platform has one, so that a card is not crowded.
    Tucked,
}

/// A field to write into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeText {
    /// Comes back in [`crate::What::Form`].
    pub form: FormId,
    /// What people read above the field, at most 45 characters.
    pub label: String,
}

/// Something of a card that a platform can't show whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    /// Which part, e.g. `title`.
    pub part: String,
    /// How large it is, in `unit`s.
    pub found: usize,
    /// How large it may be.
    pub limit: usize,
    /// What is counted, e.g. `characters`.
    pub unit: String,
}

impl Card {
    /// A card of a title and a body.
    pub fn new(title: impl Into<String>, text: Text) -> Self {
        Self { title: title.into(), text, ..Self::default() }
    }

    /// The whole card as text, for terminals, notifications and screen readers.
    ///
    /// Nothing is left out: picture by its description, links with their address, buttons by their labels.
    pub fn plain(&self) -> String {
        let mut parts = Vec::new();
        if !self.title.is_empty() {
            parts.push(self.title.clone());
        }
        if !self.text.is_empty() {
            parts.push(self.text.plain());
        }
        if !self.steps.is_empty() {
            let steps: Vec<_> =
                self.steps.iter().enumerate().map(|(i, step)| format!("{}. {}", i + 1, Span::plain(step))).collect();
            parts.push(steps.join("\n"));
        }
        if let Some(image) = &self.image {
            parts.push(format!("Picture: {}", image.alt));
        }
        if let Some(video) = &self.video {
            parts.push(format!("{}: {} (captions: {})", video.label, video.url, video.captions_url));
        }
        if let Some(link) = &self.link {
            parts.push(format!("{}: {}", link.label, link.url));
        }
        if let Some(input) = &self.input {
            parts.push(format!("{}: …", input.label));
        }
        if !self.choices.is_empty() {
            let labels: Vec<_> = self.choices.iter().map(|choice| format!("[{}]", choice.label)).collect();
            parts.push(labels.join(" "));
        }
        if !self.footer.is_empty() {
            parts.push(self.footer.clone());
        }
        parts.join("\n\n")
    }
}
