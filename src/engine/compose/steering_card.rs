//! What a manager sees of the triggers, and may pause.
//!
//! Invariants
//! - No number has fewer people behind it than [`crate::engine::FEWEST`].

use chat::{Block, Card, Choice, Prominence, Span, Text};

use super::Rating;
use crate::{
    engine::{FEWEST, Tap, Total, Totals, code_of},
    library::{Mode, Trigger},
    messages::say,
};

/// How many triggers one card lists, with a button each.
const LISTED: usize = 20;
/// How many buttons about examples one card has.
const EXAMPLES: usize = 10;
/// How many proposals one card shows, with two buttons each: others wait until these are decided.
const PROPOSED: usize = 3;
/// How many of the words that were taken in for a trigger are shown, the newest first.
const TAKEN_IN: usize = 3;

/// How many characters a button has room for.
const LABEL: usize = 75;

/// A trigger as a manager sees it.
#[derive(Clone, Debug)]
pub struct Steered<'a> {
    /// The trigger.
    pub trigger: &'a Trigger,
    /// Why it is paused, where it is.
    pub paused: Option<String>,
    /// Whoever sees it may let it go on: an operator's pause is ended by operators.
    pub may_resume: bool,
    /// What it did in the last 30 days.
    pub totals: Totals,
    /// What people's taps made of how soon it is heard, in words; empty where nothing.
    pub learnt: String,
    /// Examples that several people spoke against.
    pub worth_a_look: Vec<String>,
    /// Examples that a manager left out.
    pub left_out: Vec<String>,
    /// Words that people gave and that wait for review, the oldest first.
    pub proposed: Vec<String>,
    /// Such words that are an example by now, the oldest first.
    pub taken_in: Vec<String>,
}

impl Steered<'_> {
    fn mode(&self) -> String {
        match (&self.paused, self.trigger.mode) {
            (_, Mode::Off) => say!("trigger-off").to_owned(),
            (Some(why), _) => say!("trigger-paused", why = why),
            (None, Mode::Shadow) => say!("trigger-shadow").to_owned(),
            (None, Mode::Live) => say!("trigger-on").to_owned(),
        }
    }

    /// What it did in the last 30 days, or that too few people are behind it.
    fn did(&self) -> String {
        let tapped = |rating: Rating| self.totals.tapped(rating.as_str());
        let Total { times, people } = tapped(Rating::NotForMe);
        let stops = tapped(Rating::Stop);
        // Somebody may have tapped both: the larger number of people is the careful one.
        let against = Total { times: times + stops.times, people: people.max(stops.people) };
        let (mode, cards, useful) = (self.mode(), self.totals.spoken, tapped(Rating::Useful));
        if [cards, useful, against].iter().all(|total| total.people < FEWEST) {
            return say!("trigger-line-few", mode = mode, fewest = FEWEST);
        }
        let (cards, useful, against) = (cards.shown(), useful.shown(), against.shown());
        say!("trigger-line", mode = mode, cards = cards, useful = useful, against = against)
    }

    /// What is told of it, with so many of its proposals.
    fn line(&self, proposals: usize) -> Vec<Span> {
        let mut said = vec![self.did()];
        if !self.learnt.is_empty() {
            said.push(say!("trigger-tuned", what = &self.learnt));
        }
        said.extend(self.worth_a_look.iter().map(|example| say!("trigger-doubted", example = example)));
        said.extend(self.left_out.iter().map(|example| say!("trigger-disabled", example = example)));
        let proposed = self.proposed.iter().take(proposals);
        said.extend(proposed.map(|example| say!("trigger-suggested", example = example)));
        if self.proposed.len() > proposals {
            said.push(say!("trigger-suggested-more", count = self.proposed.len() - proposals));
        }
        let newest = self.taken_in.iter().rev().take(TAKEN_IN);
        said.extend(newest.map(|example| say!("trigger-added", example = example)));
        if self.taken_in.len() > TAKEN_IN {
            said.push(say!("trigger-added-more", count = self.taken_in.len() - TAKEN_IN));
        }
        vec![Span::Bold(self.trigger.title.clone()), Span::Plain(said.join(" "))]
    }

    /// Two buttons for each of so many proposals.
    fn proposals(&self, most: usize) -> impl Iterator<Item = Choice> {
        self.proposed.iter().take(most).flat_map(|text| {
            let (id, code) = (self.trigger.id.clone(), code_of(text));
            [
                button(&Tap::TakeIn(id.clone(), code.clone()), &say!("example-approve", example = text)),
                button(&Tap::Decline(id, code), &say!("example-decline", example = text)),
            ]
        })
    }

    /// A button for each example that is to be decided about, or was.
    fn examples(&self) -> impl Iterator<Item = Choice> {
        let id = || self.trigger.id.clone();
        let doubted = self.worth_a_look.iter().filter(|of| !self.taken_in.contains(of));
        let disable =
            doubted.map(move |of| button(&Tap::LeaveOut(id(), code_of(of)), &say!("example-disable", example = of)));
        let enable = self.left_out.iter();
        let enable =
            enable.map(move |of| button(&Tap::BringBack(id(), code_of(of)), &say!("example-enable", example = of)));
        let remove = self.taken_in.iter().rev();
        let remove =
            remove.map(move |of| button(&Tap::TakeOut(id(), code_of(of)), &say!("example-remove", example = of)));
        disable.chain(enable).chain(remove)
    }

    fn choice(&self) -> Option<Choice> {
        let id = self.trigger.id.clone();
        let title = &self.trigger.title;
        match (&self.paused, self.trigger.mode) {
            (_, Mode::Off) => None,
            (Some(_), _) if !self.may_resume => None,
            (Some(_), _) => Some(button(&Tap::Resume(id), &say!("trigger-resume", title = title))),
            (None, _) => Some(button(&Tap::Pause(id), &say!("trigger-pause", title = title))),
        }
    }
}

fn button(tap: &Tap, label: &str) -> Choice {
    let label = match label.char_indices().nth(LABEL) {
        Some(_) => label.chars().take(LABEL - 1).chain(['…']).collect(),
        None => label.to_owned(),
    };
    Choice { id: tap.to_choice(), label, prominence: Prominence::Tucked }
}

/// Tells whoever answers for a trigger that it pauses itself, why, and what can be done.
pub fn paused_card(trigger: &Trigger, why: &str) -> Card {
    let mut card = Card::new(
        say!("paused-title", title = &trigger.title),
        Text::paragraphs([say!("paused-why", why = why).as_str(), say!("paused-check")]),
    );
    let resume = Tap::Resume(trigger.id.clone());
    card.choices = vec![Choice { prominence: Prominence::Usual, ..button(&resume, say!("paused-resume")) }];
    say!("paused-footer").clone_into(&mut card.footer);
    card
}

/// Every trigger with its mode and what it did, to be paused or resumed.
pub fn steering_card(steered: &[Steered<'_>]) -> Card {
    let mut room = PROPOSED;
    let shown = steered.iter().take(LISTED).map(|of| {
        let proposals = of.proposed.len().min(room);
        room -= proposals;
        (of, proposals)
    });
    let shown: Vec<_> = shown.collect();
    let mut lines: Vec<_> = shown.iter().map(|(of, proposals)| of.line(*proposals)).collect();
    if steered.len() > LISTED {
        lines.push(vec![Span::Plain(say!("triggers-more", count = steered.len() - LISTED))]);
    }
    Card {
        title: say!("triggers-title").to_owned(),
        text: Text::paragraph(say!("triggers-intro")).then(Text(vec![Block::Bullets(lines)])),
        choices: shown
            .iter()
            .flat_map(|(of, proposals)| of.proposals(*proposals))
            .chain(steered.iter().flat_map(Steered::examples))
            .take(EXAMPLES)
            .chain(steered.iter().take(LISTED).filter_map(Steered::choice))
            .collect(),
        footer: say!("triggers-footer", fewest = FEWEST),
        ..Card::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::samples;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_few_proposals_are_shown_whole_and_the_rest_wait() {
        let (price, angry) = (samples::trigger("price"), samples::trigger("angry"));
        let steered = |trigger, proposed: &[&str], taken_in: &[&str]| Steered {
            trigger,
            paused: None,
            may_resume: true,
            totals: Totals::default(),
            learnt: String::new(),
            worth_a_look: texts(&["it is too much"]),
            left_out: texts(&["is it much?"]),
            proposed: texts(proposed),
            taken_in: texts(taken_in),
        };
        let long = "they look at the number and then at me and nobody says anything, what do I do";
        let card = steering_card(&[
            steered(&price, &["the number scares them", long], &["one", "two", "three", "four"]),
            steered(&angry, &["they shout", "they swear"], &["it is too much"]),
        ]);
        insta::assert_snapshot!(card.plain());
    }
}
