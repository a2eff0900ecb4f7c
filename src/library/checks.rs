//! Mistakes that only other parts of Kairos can find: what the recogniser hears, what the platforms can show.

use chat::{Card, Misfit, PlatformKind};

use super::{
    Asset, Trigger, TriggerId,
    diagnostic::{At, Diagnostic, short},
    reading::Reading,
};

/// What each platform can't show whole; a platform that shows everything is left out or has no misfits.
pub type MisfitsByPlatform = Vec<(PlatformKind, Vec<Misfit>)>;

/// What other parts know.
pub struct Checks<'a> {
    /// The triggers that would hear a message, with their scores; those below their threshold are left out.
    pub claims: &'a dyn Fn(&str) -> Vec<(TriggerId, f32)>,
    /// The card that shows an asset.
    pub card: &'a dyn Fn(&Asset) -> Card,
    /// What the platforms can't show whole of a card.
    pub misfits: &'a dyn Fn(&Card) -> MisfitsByPlatform,
}

impl Reading {
    /// Adds the mistakes that `checks` find. What they concern stays in the library: it works, for others or elsewhere.
    pub fn check(&mut self, checks: &Checks<'_>) {
        let mut found = Vec::new();
        for trigger in self.library.triggers.values() {
            self.check_claims(checks, trigger, &mut found);
        }
        for asset in self.library.assets.values() {
            self.check_card(checks, asset, &mut found);
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

    fn check_card(&self, checks: &Checks<'_>, asset: &Asset, found: &mut Vec<Diagnostic>) {
        let misfits = (checks.misfits)(&(checks.card)(asset));
        let bad: Vec<_> = misfits.iter().filter(|(_, misfits)| !misfits.is_empty()).collect();
        let Some((_, first)) = bad.first() else { return };
        let (document, at) = self.places.assets.get(&asset.id).copied().unwrap_or((0, At::line(1)));
        let Some(document) = self.documents.get(document) else { return };
        let platforms: Vec<_> = bad.iter().map(|(platform, _)| platform.as_str()).collect();
        let parts: Vec<_> = first.iter().map(describe).collect();
        let nowhere = PlatformKind::ALL.iter().all(|kind| bad.iter().any(|(platform, _)| platform == kind));
        let place =
            if nowhere { "no platform shows".to_owned() } else { format!("{} can't show", platforms.join(" and ")) };
        let message = format!("{place} this card whole: {}", short(&parts.join(", "), 200));
        let diagnostic = Diagnostic::new(document, at, "misfit", message, "a shorter card, or two assets");
        found.push(if nowhere { diagnostic } else { diagnostic.warning() });
    }
}

fn describe(misfit: &Misfit) -> String {
    format!("{} has {} {} of at most {}", misfit.part, misfit.found, misfit.unit, misfit.limit)
}
