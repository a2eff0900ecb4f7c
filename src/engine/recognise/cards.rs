//! How well each card of a topic fits a message: by likeness of its title and its passages to what was written.
//!
//! Invariants
//! - A card is learnt when a message first needs it, and again when its text changed.
//! - Without a model for meaning, or for a language that the models don't know, wording alone decides.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chat::{AssetId, Block, Span};
use recognition::{StoredText, Text};

use super::shipped;
use crate::library::Asset;

/// How much the title says beside the passage that fits best.
const TITLE: f32 = 0.5;
/// The shortest passage that says anything by itself, in characters.
const SHORTEST: usize = 12;
/// Passages of one card that are looked at.
const MOST_PASSAGES: usize = 24;

/// Cards as they are compared with messages.
#[derive(Debug, Default)]
pub(crate) struct CardIndex(Mutex<BTreeMap<AssetId, Arc<Known>>>);

#[derive(Debug)]
struct Known {
    passages: Vec<String>,
    /// The title first.
    texts: Vec<StoredText>,
}

impl CardIndex {
    /// How well each card fits `text`, in their order: 1 is the same, 0 is chance.
    pub(crate) fn fit(&self, text: &str, assets: &[&Asset]) -> Vec<f32> {
        let models = shipped();
        let asked = Text::encoded(&models, text);
        let fit = |asset: &&Asset| {
            let known = self.known(asset);
            let mut likeness = known.texts.iter().map(|passage| passage.similarity(&asked));
            let title = likeness.next().unwrap_or(0.0);
            let best = likeness.fold(title, f32::max);
            TITLE * title + (1.0 - TITLE) * best
        };
        assets.iter().map(fit).collect()
    }

    fn known(&self, asset: &Asset) -> Arc<Known> {
        let passages = passages(asset);
        let held = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held().get(&asset.id).filter(|known| known.passages == passages) {
            return Arc::clone(known);
        }
        let known = remembered(passages);
        held().insert(asset.id.clone(), Arc::clone(&known));
        known
    }
}

/// Passages of cards that are remembered beyond their engine: a program has one, tests have hundreds.
const REMEMBERED: usize = 1_000;
static LEARNT: Mutex<BTreeMap<Vec<String>, Arc<Known>>> = Mutex::new(BTreeMap::new());

/// What was learnt of these passages before, or is now; of too many, all are learnt anew.
fn remembered(passages: Vec<String>) -> Arc<Known> {
    let held = || LEARNT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = held().get(&passages) {
        return Arc::clone(known);
    }
    let texts = StoredText::all(&shipped(), &passages.iter().map(String::as_str).collect::<Vec<_>>(), None);
    let known = Arc::new(Known { passages: passages.clone(), texts });
    let mut all = held();
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(passages, Arc::clone(&known));
    known
}

/// How alike a text and each of others are, in their order: 1 is the same, 0 is chance.
pub fn likeness(text: &str, others: &[&str]) -> Vec<f32> {
    let models = shipped();
    let own = Text::encoded(&models, text);
    StoredText::all(&models, others, None).iter().map(|other| other.similarity(&own)).collect()
}

/// The title, then every paragraph, point and step by itself.
fn passages(asset: &Asset) -> Vec<String> {
    let mut all = vec![asset.title.clone()];
    for block in &asset.text.0 {
        match block {
            Block::Paragraph(spans) | Block::Heading(spans) => all.push(Span::plain(spans)),
            Block::Bullets(points) | Block::Numbers(points) => {
                all.extend(points.iter().map(|point| Span::plain(point)));
            }
            Block::Quote(_) => {}
        }
    }
    all.extend(asset.steps.iter().map(|step| Span::plain(step)));
    all.extend(asset.image.iter().map(|image| image.alt.clone()));
    let title = all.remove(0);
    all.retain(|passage| passage.chars().count() >= SHORTEST);
    all.truncate(MOST_PASSAGES);
    all.insert(0, title);
    all
}
