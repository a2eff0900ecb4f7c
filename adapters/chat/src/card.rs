//! What we say, free of any vendor's markup.

use std::fmt;

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

impl Misfit {
    /// What is over its limit, if it is.
    pub fn over(part: impl Into<String>, found: usize, limit: usize, unit: &str) -> Option<Self> {
        (found > limit).then(|| Self { part: part.into(), found, limit, unit: unit.to_owned() })
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}, at most {} can be shown", self.part, self.found, self.unit, self.limit)
    }
}

impl Card {
    /// A card of a title and a body.
    pub fn new(title: impl Into<String>, text: Text) -> Self {
        Self { title: title.into(), text, ..Self::default() }
    }

    /// The choices for at most `room` buttons, and those for a menu behind them, each in the order they were given.
    ///
    /// A menu of one entry is worse than a button: it becomes one, or the last button joins it.
    pub fn buttons_and_menu(&self, room: usize) -> (Vec<&Choice>, Vec<&Choice>) {
        let (mut menu, mut buttons): (Vec<_>, Vec<_>) =
            self.choices.iter().partition(|choice| choice.prominence == Prominence::Tucked);
        if menu.len() == 1 && buttons.len() < room {
            buttons.append(&mut menu);
        }
        let mut keep = buttons.len().min(room);
        if menu.len() + buttons.len() - keep == 1 {
            keep = keep.saturating_sub(1);
        }
        let mut tucked = buttons.split_off(keep);
        tucked.append(&mut menu);
        (buttons, tucked)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn card(usual: usize, tucked: usize) -> Card {
        let choice =
            |n: usize, prominence| Choice { id: ChoiceId::new(n.to_string()), label: n.to_string(), prominence };
        let choices = (0..usual)
            .map(|n| choice(n, Prominence::Usual))
            .chain((usual..usual + tucked).map(|n| choice(n, Prominence::Tucked)))
            .collect();
        Card { choices, ..Card::default() }
    }

    #[test]
    fn no_choice_is_lost_and_no_menu_has_one_entry() {
        for (usual, tucked, room) in (0..9).flat_map(|u| (0..9).flat_map(move |t| (1..6).map(move |r| (u, t, r)))) {
            let card = card(usual, tucked);
            let (buttons, menu) = card.buttons_and_menu(room);
            let ids: Vec<_> = buttons.iter().chain(&menu).map(|choice| choice.id.as_str().to_owned()).collect();
            assert_eq!(ids, (0..usual + tucked).map(|n| n.to_string()).collect::<Vec<_>>());
            assert!(buttons.len() <= room);
            assert!(menu.len() != 1, "{usual} and {tucked} with room for {room}");
        }
    }
}
