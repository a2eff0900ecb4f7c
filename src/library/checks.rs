//! Mistakes that only other parts of Kairos can find: what the recogniser hears, what the platforms can show.

use std::collections::BTreeSet;

use chat::{AssetId, Card, Misfit, PlatformKind};

use super::{
    Library, ScenarioId, Trigger, TriggerId,
    diagnostic::{At, Diagnostic, short},
    reading::Reading,
};

/// What each platform can't show whole; a platform that shows everything is left out or has no misfits.
pub type MisfitsByPlatform = Vec<(PlatformKind, Vec<Misfit>)>;

/// What a card is made of, and where its author would look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MadeOf {
    /// An asset: its own text, or its title on another's card.
    Asset(AssetId),
    /// What a trigger offers together.
    Trigger(TriggerId),
    /// A turn of a scenario.
    Scenario(ScenarioId),
}

/// A card that can come about.
#[derive(Clone, Debug)]
pub struct ShownCard {
    /// What it is made of.
    pub of: MadeOf,
    /// The card.
    pub card: Card,
}

/// What other parts know.
pub struct Checks<'a> {
    /// The triggers that would hear a message, with their scores; those below their threshold are left out.
    pub claims: &'a dyn Fn(&str) -> Vec<(TriggerId, f32)>,
    /// Every card that can come of a library.
    pub cards: &'a dyn Fn(&Library) -> Vec<ShownCard>,
    /// What the platforms in use can't show whole of a card.
    pub misfits: &'a dyn Fn(&Card) -> MisfitsByPlatform,
}

impl Reading {
    /// Adds the mistakes that `checks` find. What they concern stays in the library: it works, for others or elsewhere.
    pub fn check(&mut self, checks: &Checks<'_>) {
        let mut found = Vec::new();
        for trigger in self.library.triggers.values() {
            self.check_claims(checks, trigger, &mut found);
        }
        let mut told = BTreeSet::new();
        for shown in (checks.cards)(&self.library) {
            // One mistake in a text stands on many cards.
            if !told.contains(&shown.of)
                && let Some(diagnostic) = self.check_card(checks, &shown)
            {
                told.insert(shown.of);
                found.push(diagnostic);
            }
        }
        self.diagnostics.extend(found);
        self.sort();
    }

    fn check_claims(&self, checks: &Checks<'_>, trigger: &Trigger, found: &mut Vec<Diagnostic>) {
        let Some((document, lines)) = self.places.triggers.get(&trigger.id) else { return };
        let document = &self.documents[*document];
        for (example, at) in trigger.examples.iter().zip(&lines.examples) {
            let claims = (checks.claims)(example);
            let own = claims.iter().find(|(id, _)| *id == trigger.id).map_or(0.0, |(_, score)| *score);
            let strongest = claims.iter().filter(|(id, _)| *id != trigger.id).max_by(|a, b| a.1.total_cmp(&b.1));
            if let Some((other, score)) = strongest.filter(|(_, score)| *score > own) {
                let message =
                    format!("the trigger `{other}` claims this example more strongly ({score:.2} against {own:.2})");
                let expected =
                    format!("the example under `{other}`, or more words of what makes `{}` different", trigger.id);
                found.push(Diagnostic::new(document, *at, "claimed", message, expected));
            }
        }
        for (line, at) in trigger.unlike.iter().zip(&lines.unlike) {
            if let Some((_, score)) = (checks.claims)(line).iter().find(|(id, _)| *id == trigger.id) {
                let message = format!("this line is still heard as `{}` ({score:.2})", trigger.id);
                let expected = "more examples of both kinds, until they can be told apart";
                found.push(Diagnostic::new(document, *at, "heard-alike", message, expected).warning());
            }
        }
    }

    fn check_card(&self, checks: &Checks<'_>, shown: &ShownCard) -> Option<Diagnostic> {
        let misfits = (checks.misfits)(&shown.card);
        let bad: Vec<_> = misfits.iter().filter(|(_, misfits)| !misfits.is_empty()).collect();
        let (_, first) = bad.first()?;
        let (document, at) = match &shown.of {
            MadeOf::Asset(id) => self.places.assets.get(id).copied(),
            MadeOf::Trigger(id) => self.places.triggers.get(id).map(|(document, _)| (*document, At::line(1))),
            MadeOf::Scenario(id) => self.places.scenarios.get(id).map(|document| (*document, At::line(1))),
        }?;
        let document = self.documents.get(document)?;
        let platforms: Vec<_> = bad.iter().map(|(platform, _)| platform.as_str()).collect();
        let parts: Vec<_> = first.iter().map(describe).collect();
        let what = match &shown.of {
            MadeOf::Asset(_) => "a card with this asset",
            MadeOf::Trigger(_) => "the card of this trigger",
            MadeOf::Scenario(_) => "a turn of this scenario",
        };
        let message = format!("{} can't show {what} whole: {}", platforms.join(" and "), short(&parts.join(", "), 200));
        Some(Diagnostic::new(document, at, "misfit", message, "a shorter title or text, or two assets"))
    }
}

fn describe(misfit: &Misfit) -> String {
    format!("{} has {} {} of at most {}", misfit.part, misfit.found, misfit.unit, misfit.limit)
}
