//! Which need a message means; the rules are asked about that need alone.
//!
//! Invariants
//! - The choice looks at the message and the managers' priorities. No rule, person or place can change it.
//! - A need that a rule refuses keeps the message: nothing else is offered in its place.
//! - Needs that are too near each other to tell apart are never guessed at: the person is asked which one they mean.

use chat::{AssetId, Event, Message};

use super::{Act, Audience, Candidate, Decision, Engine, Facts, Molecule, Need, Plan, Reason, Rule, compose, moment};
use crate::{
    library::{AssetKind, Trigger, TriggerId},
    messages::say,
};

/// The lead over the next need from which on nobody has to be asked, as a difference of log-odds.
const CLEAR_LEAD: f32 = 1.0;
/// How many titles a person is asked to choose from at most.
const MOST_TITLES: usize = 3;
/// How much more likely a card is wanted that serves the moment of need, beside its likeness to the message.
const MOMENT_BONUS: f32 = 0.05;
/// The same for the card that the author put first: it is written for most messages of its topic.
const FIRST_BONUS: f32 = 0.05;
/// The same for a picture, for somebody who had the tip.
const PICTURE_BONUS: f32 = 0.1;
/// The score of a certain need as log-odds; a score of 1 has none.
const CERTAIN: f32 = 20.0;

/// The need that a message means.
pub(super) struct Meant<'a> {
    /// The one that speaks, or whose refusal is told.
    best: (&'a Need, &'a Trigger),
    /// Others too near to tell apart, the likeliest first.
    near: Vec<(&'a Need, &'a Trigger)>,
    /// How many needs were heard.
    heard: usize,
}

impl Engine {
    /// Decides about a message in which `needs` may be meant. One message gets at most one answer: the need of the
    /// highest priority, then the one with the strongest evidence, is chosen first; only then are the rules asked whether
    /// that need may be spoken to. The priority of its skill weighs as much as that of the trigger.
    pub fn decide(&self, event: &Event, message: &Message, needs: &[Need], facts: &Facts<'_>) -> Decision {
        let mut decision = match self.meant(needs) {
            Some(meant) => self.decide_meant(event, message, &meant, facts),
            None => self.nothing_heard(needs),
        };
        decision.reasons.extend(moment::language_of(&message.text));
        decision
    }

    /// The need that a message means, and those that nobody could tell from it.
    fn meant<'a>(&'a self, needs: &'a [Need]) -> Option<Meant<'a>> {
        let mut heard: Vec<(&Need, &Trigger)> = needs
            .iter()
            .filter(|need| need.is_heard())
            .filter_map(|need| Some((need, self.library.triggers.get(&need.trigger)?)))
            .collect();
        heard.sort_by(|(a, x), (b, y)| self.weight(y).cmp(&self.weight(x)).then(b.score.total_cmp(&a.score)));
        let best = *heard.first()?;
        let is_near = |(need, trigger): &&(&Need, &Trigger)| {
            self.weight(trigger) == self.weight(best.1) && odds(best.0.score) - odds(need.score) < CLEAR_LEAD
        };
        let near = heard.iter().skip(1).filter(is_near).take(MOST_TITLES - 1).copied().collect();
        Some(Meant { best, near, heard: heard.len() })
    }

    fn decide_meant(&self, event: &Event, message: &Message, meant: &Meant<'_>, facts: &Facts<'_>) -> Decision {
        let (need, trigger) = meant.best;
        let mut decision = self.decide_need(event, message, need, trigger, facts);
        if meant.heard > 1 {
            let value = say!("chosen-best", count = meant.heard);
            decision.reasons.insert(1.min(decision.reasons.len()), Reason::passed(Rule::Priority, value));
        }
        if meant.near.is_empty() {
            return decision;
        }
        let others = meant
            .near
            .iter()
            .map(|(need, trigger)| (trigger.id.clone(), self.decide_need(event, message, need, trigger, facts)));
        ask_which((trigger.id.clone(), decision), &others.collect::<Vec<_>>(), facts.addressed)
    }

    /// Decides again about a plan that asks which of several topics is meant.
    pub(super) fn reconsider_which(&self, need: &Need, plan: &Plan, facts: &Facts<'_>) -> Decision {
        let mut decisions = plan.among.iter().map(|Candidate { trigger, assets }| {
            let molecule = Molecule { assets: assets.clone(), scenario: None };
            let plan = Plan { trigger: trigger.clone(), molecule, among: Vec::new(), ..plan.clone() };
            (trigger.clone(), self.reconsider(&Need { trigger: trigger.clone(), ..need.clone() }, &plan, facts))
        });
        match decisions.next() {
            Some(first) => ask_which(first, &decisions.collect::<Vec<_>>(), facts.addressed),
            None => self.nothing_heard(&[]),
        }
    }

    /// Opens a topic for somebody who asked for it by name or by a tap.
    pub fn open(&self, need: &Need, is_private: bool, order: &[AssetId], facts: &Facts<'_>) -> Decision {
        let to = if is_private { Audience::Private } else { Audience::Thread };
        let molecule = Molecule { assets: order.to_vec(), scenario: None };
        let (trigger, person) = (need.trigger.clone(), facts.person.id.clone());
        let plan = Plan { trigger, person, to, molecule, shadow: false, unasked: false, among: Vec::new() };
        self.reconsider(need, &plan, facts)
    }

    /// The cards of a topic in the order in which they fit what was written.
    ///
    /// The author's order, the moment of need and a picture for somebody who had the tip count for a little: they decide
    /// where the words don't.
    pub(super) fn order_for(&self, trigger: &Trigger, text: &str, facts: &Facts<'_>) -> Vec<AssetId> {
        let shows_picture = compose::had_a_tip(&self.library, trigger, facts.person, facts.now);
        self.order(trigger, text, shows_picture)
    }

    /// The same for a topic that is opened by name, whoever asks.
    pub fn order_of(&self, trigger: &TriggerId, text: &str) -> Vec<AssetId> {
        self.library.triggers.get(trigger).map_or_else(Vec::new, |trigger| self.order(trigger, text, false))
    }

    fn order(&self, trigger: &Trigger, text: &str, shows_picture: bool) -> Vec<AssetId> {
        let assets: Vec<_> = trigger.offer.iter().filter_map(|id| self.library.assets.get(id)).collect();
        if assets.len() < 2 || text.trim().is_empty() {
            return Vec::new();
        }
        let fits = self.cards.fit(text, &assets);
        let mut order: Vec<(f32, &AssetId)> = Vec::new();
        for (place, (asset, fit)) in assets.iter().zip(fits).enumerate() {
            let moment = if compose::serves(trigger, asset) { MOMENT_BONUS } else { 0.0 };
            let picture = if shows_picture && asset.kind == AssetKind::Infographic { PICTURE_BONUS } else { 0.0 };
            let author = if place == 0 { FIRST_BONUS } else { 0.0 };
            // A question back is no answer: it comes when the cards have been seen.
            let reflection = if asset.kind == AssetKind::Reflection { 1.0 } else { 0.0 };
            order.push((fit + moment + picture + author - reflection, &asset.id));
        }
        order.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        order.into_iter().map(|(_, id)| id.clone()).collect()
    }

    fn weight(&self, trigger: &Trigger) -> u16 {
        let skill = self.library.skills.get(&trigger.skill).map_or(50, |skill| skill.priority);
        u16::from(trigger.priority) + u16::from(skill)
    }
}

/// The log-odds behind a score.
fn odds(score: f32) -> f32 {
    (score / (1.0 - score)).ln().min(CERTAIN)
}

/// Makes one decision of those about several topics: a card that asks which is meant, once every one of them may speak.
///
/// A person who asked may choose a topic that is refused, and is told why then. Unasked, a rule against any of them
/// silences the question as well, and nothing is saved for the digest, which would have to guess.
fn ask_which(first: (TriggerId, Decision), others: &[(TriggerId, Decision)], addressed: bool) -> Decision {
    let all = || std::iter::once(&first).chain(others);
    let refuses = |(_, decision): &&(TriggerId, Decision)| {
        matches!(decision.act, Act::Silent { .. } | Act::Hold { because: Rule::Digest, .. })
    };
    let refusal = all().find(refuses);
    let is_refused = if addressed { all().all(|decided| refuses(&decided)) } else { refusal.is_some() };
    let mut reasons = first.1.reasons.clone();
    if let Some((id, refusal)) = refusal.filter(|_| is_refused) {
        let because = match refusal.act {
            Act::Silent { because } => because,
            _ => Rule::Budget,
        };
        if *id != first.0 {
            reasons.extend(refusal.reasons.iter().filter(|reason| !reason.passed).cloned());
        }
        return Decision { act: Act::Silent { because }, need: first.1.need, reasons };
    }
    reasons.push(Reason::passed(Rule::Which, say!("which-close", count = others.len() + 1)));
    let among = || all().map(|(id, decision)| Candidate { trigger: id.clone(), assets: assets_of(decision) }).collect();
    let which = |plan: &Plan| Plan {
        trigger: first.0.clone(),
        to: if addressed { plan.to } else { Audience::Private },
        molecule: Molecule::default(),
        among: among(),
        ..plan.clone()
    };
    let held = all().filter_map(|(_, decision)| match &decision.act {
        Act::Hold { until, because, plan } => Some((*until, *because, plan)),
        _ => None,
    });
    let said =
        || all().filter_map(|(_, decision)| if let Act::Speak(plan) = &decision.act { Some(plan) } else { None });
    let act = match (held.max_by_key(|(until, ..)| *until), said().next()) {
        (Some((until, because, plan)), _) => Act::Hold { until, because, plan: which(plan) },
        (None, Some(plan)) => Act::Speak(Plan { shadow: said().any(|plan| plan.shadow), ..which(plan) }),
        (None, None) => Act::Silent { because: Rule::Recovery },
    };
    Decision { act, need: first.1.need, reasons }
}

fn assets_of(decision: &Decision) -> Vec<AssetId> {
    match &decision.act {
        Act::Speak(plan) | Act::Hold { plan, .. } => plan.molecule.assets.clone(),
        Act::Silent { .. } => Vec::new(),
    }
}
