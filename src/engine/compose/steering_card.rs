//! What a manager sees of the triggers, and may pause.
//!
//! Invariants
//! - No number has fewer people behind it than [`crate::engine::FEWEST`].

use chat::{Block, Card, Choice, Prominence, Span, Text};

use super::Rating;
use crate::{
    engine::{FEWEST, Tap, Total, Totals},
    library::{Mode, Trigger},
};

/// How many triggers one card lists, with a button each.
const LISTED: usize = 20;

/// A trigger as a manager sees it.
#[derive(Clone, Debug)]
pub struct Steered<'a> {
    /// The trigger.
    pub trigger: &'a Trigger,
    /// Why it is paused, where it is.
    pub paused: Option<String>,
    /// What it did in the last 30 days.
    pub totals: Totals,
}

impl Steered<'_> {
    fn mode(&self) -> String {
        match (&self.paused, self.trigger.mode) {
            (_, Mode::Off) => "off".to_owned(),
            (Some(why), _) => format!("paused, {why}"),
            (None, mode) => mode.as_str().to_owned(),
        }
    }

    fn line(&self) -> Vec<Span> {
        let tapped = |rating: Rating| self.totals.tapped(rating.as_str());
        let Total { times, people } = tapped(Rating::NotForMe);
        let stops = tapped(Rating::Stop);
        // Somebody may have tapped both: the larger number of people is the careful one.
        let against = Total { times: times + stops.times, people: people.max(stops.people) };
        let text = format!(
            ": {}. {} cards in 30 days, {} useful, {} not for me or stopped.",
            self.mode(),
            self.totals.spoken.shown(),
            tapped(Rating::Useful).shown(),
            against.shown()
        );
        vec![Span::Bold(self.trigger.title.clone()), Span::Plain(text)]
    }

    fn choice(&self) -> Option<Choice> {
        let id = self.trigger.id.clone();
        let (tap, verb) = match (&self.paused, self.trigger.mode) {
            (_, Mode::Off) => return None,
            (Some(_), _) => (Tap::Resume(id), "Resume"),
            (None, _) => (Tap::Pause(id), "Pause"),
        };
        let label = format!("{verb}: {}", self.trigger.title).chars().take(75).collect();
        Some(Choice { id: tap.to_choice(), label, prominence: Prominence::Tucked })
    }
}

/// Every trigger with its mode and what it did, to be paused or resumed.
pub fn steering_card(steered: &[Steered<'_>]) -> Card {
    let mut lines: Vec<_> = steered.iter().take(LISTED).map(Steered::line).collect();
    if steered.len() > LISTED {
        lines.push(vec![Span::Plain(format!("and {} more, which this card has no room for", steered.len() - LISTED))]);
    }
    let intro = "A paused trigger says nothing unasked anywhere, from now on and also where a card is already waiting. \
                 Whoever asks me is answered all the same.";
    Card {
        title: "Triggers".to_owned(),
        text: Text::paragraph(intro).then(Text(vec![Block::Bullets(lines)])),
        choices: steered.iter().take(LISTED).filter_map(Steered::choice).collect(),
        footer: format!("A dash: fewer than {FEWEST} people are behind it, so it is not told."),
        ..Card::default()
    }
}
