//! What a manager sees of the triggers, and may pause.
//!
//! Invariants
//! - No number has fewer people behind it than [`crate::engine::FEWEST`].

use chat::{Block, Card, Choice, Prominence, Span, Text};

use super::Rating;
use crate::{
    engine::{FEWEST, Tap, Total, Totals, code_of},
    library::{Mode, Trigger},
};

/// How many triggers one card lists, with a button each.
const LISTED: usize = 20;
/// How many examples one card has a button for.
const EXAMPLES: usize = 5;

/// A trigger as a manager sees it.
#[derive(Clone, Debug)]
pub struct Steered<'a> {
    /// The trigger.
    pub trigger: &'a Trigger,
    /// Why it is paused, where it is.
    pub paused: Option<String>,
    /// What it did in the last 30 days.
    pub totals: Totals,
    /// What people's taps made of how soon it is heard, in words; empty where nothing.
    pub learnt: String,
    /// Examples that several people spoke against.
    pub worth_a_look: Vec<String>,
    /// Examples that a manager left out.
    pub left_out: Vec<String>,
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
        let mut said = vec![format!(
            ": {}. {} cards in 30 days, {} useful, {} not for me or stopped.",
            self.mode(),
            self.totals.spoken.shown(),
            tapped(Rating::Useful).shown(),
            against.shown()
        )];
        if !self.learnt.is_empty() {
            said.push(format!("By people's taps: {}.", self.learnt));
        }
        let doubted = |example| format!("To review: several did not want what “{example}” brought.");
        said.extend(self.worth_a_look.iter().map(doubted));
        said.extend(self.left_out.iter().map(|example| format!("Left out: “{example}”.")));
        vec![Span::Bold(self.trigger.title.clone()), Span::Plain(said.join(" "))]
    }

    /// A button for each example that is to be decided about, or was.
    fn examples(&self) -> impl Iterator<Item = Choice> {
        let id = || self.trigger.id.clone();
        let leave = self.worth_a_look.iter().map(move |of| (Tap::LeaveOut(id(), code_of(of)), "Leave out", of));
        let bring = self.left_out.iter().map(move |of| (Tap::BringBack(id(), code_of(of)), "Bring back", of));
        leave.chain(bring).map(|(tap, verb, example)| button(&tap, &format!("{verb}: {example}")))
    }

    fn choice(&self) -> Option<Choice> {
        let id = self.trigger.id.clone();
        let (tap, verb) = match (&self.paused, self.trigger.mode) {
            (_, Mode::Off) => return None,
            (Some(_), _) => (Tap::Resume(id), "Resume"),
            (None, _) => (Tap::Pause(id), "Pause"),
        };
        Some(button(&tap, &format!("{verb}: {}", self.trigger.title)))
    }
}

fn button(tap: &Tap, label: &str) -> Choice {
    Choice { id: tap.to_choice(), label: label.chars().take(75).collect(), prominence: Prominence::Tucked }
}

/// Tells whoever answers for a trigger that it pauses itself, why, and what can be done.
pub fn paused_card(trigger: &Trigger, why: &str) -> Card {
    let mut card = Card::new(
        format!("“{}” pauses itself", trigger.title),
        Text::paragraphs([
            format!("{why}. Unasked it says nothing any more; whoever asks for it still gets its card.").as_str(),
            "Worth a look before it speaks again: do its examples still say the need, and does its first card answer \
             it?",
        ]),
    );
    let resume = Tap::Resume(trigger.id.clone());
    card.choices = vec![Choice { prominence: Prominence::Usual, ..button(&resume, "Let it speak again") }];
    "What was tapped before counts no more once it speaks again.".clone_into(&mut card.footer);
    card
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
        choices: steered
            .iter()
            .flat_map(Steered::examples)
            .take(EXAMPLES)
            .chain(steered.iter().take(LISTED).filter_map(Steered::choice))
            .collect(),
        footer: format!("A dash: fewer than {FEWEST} people are behind it, so it is not told."),
        ..Card::default()
    }
}
