//! The thorough look: what the classifier says of each need, how near its examples are, and how much speaks for others.
//!
//! Invariants
//! - Nearness counts for the needs that the classifier finds most likely: the others are taken for far.
//! - What speaks for other needs lowers all alike: it never changes which is the strongest.

use recognition::{Examples, HIDDEN, add_to_all, others, strongest, strongest_few};

use super::{
    look::{Look, MEANING, Meant, Seen},
    looks::Text,
};

/// What it adds to the odds that the nearest three examples are as near as can be, and not at right angles.
const NEARNESS: f32 = 12.0;
/// The nearness that neither adds nor takes: what ordinary messages seldom reach.
const USUAL_NEARNESS: f32 = 0.45;
/// How much it lowers the odds that other needs are as likely: a message that means one need seldom sounds like three.
const DOUBT: f32 = 0.5;
/// How much of what speaks for none counts against a need. Somebody who needs nothing that we know may speak as little like
/// a day's chatter as whoever does: then what speaks for the need itself tells more. Chosen on CLINC150's validation file.
const NONE: f32 = 0.7;
/// What speaks for none where that share changes nothing: between messages that mean a need and chatter.
const USUAL_NONE: f32 = 4.0;
/// Needs whose examples are looked at.
const LIKELIEST: usize = 32;

/// What was learnt of all triggers.
#[derive(Debug)]
pub(super) struct SecondLook {
    look: Look,
    examples: Examples,
}

impl SecondLook {
    /// Learns `triggers` triggers from texts that had a second look, and lines of background.
    pub(super) fn learn(triggers: usize, texts: &[(Meant, &Text)], background: &[Seen]) -> Self {
        let own = texts.iter().filter_map(|(meant, text)| match meant {
            Meant::Need(trigger) => Some((*trigger, text.second()?.dense())),
            _ => None,
        });
        let examples = Examples::of(triggers, HIDDEN, own);
        Self { look: Look::learn(triggers, lessons(texts, background)), examples }
    }

    /// Learns one trigger anew, or the next, from all texts; the others stay as they are.
    pub(super) fn relearn(&mut self, trigger: usize, texts: &[(Meant, &Text)], background: &[Seen]) {
        let own = texts.iter().filter(|(meant, _)| *meant == Meant::Need(trigger));
        self.examples.replace(trigger, own.filter_map(|(_, text)| Some(text.second()?.dense())));
        self.look.relearn(trigger, lessons(texts, background));
    }

    /// For each trigger, how far the odds speak for it; `bonus` is what the text's manner adds.
    ///
    /// Of a text in a language that the models don't know, nothing is near or far.
    pub(super) fn odds(&self, seen: &Seen, is_foreign: bool, bonus: f32) -> Vec<f32> {
        let (odds, none) = self.look.odds_and_none(seen);
        let mut scores = odds.clone();
        if is_foreign {
            add_to_all(&mut scores, bonus);
            return scores;
        }
        for (trigger, _) in strongest_few(&odds, LIKELIEST) {
            // Both vectors are weighed as the look weighs meaning.
            scores[trigger] += NEARNESS * self.examples.nearness(trigger, seen.dense()) / MEANING;
        }
        let doubt = DOUBT * others(&odds, strongest(&scores).map(|(trigger, _)| trigger));
        let spared = none.map_or(0.0, |none| (1.0 - NONE) * (none - USUAL_NONE));
        add_to_all(&mut scores, bonus + spared - NEARNESS * USUAL_NEARNESS - doubt);
        scores
    }
}

fn lessons<'a>(texts: &'a [(Meant, &'a Text)], background: &'a [Seen]) -> impl Iterator<Item = (Meant, &'a Seen)> {
    let taught = texts.iter().filter_map(|(meant, text)| Some((*meant, text.second()?)));
    taught.chain(background.iter().map(|seen| (Meant::Background, seen)))
}
