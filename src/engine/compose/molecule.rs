//! Which assets, in which order, for this person.

use chat::{AssetId, Timestamp};

use crate::{
    engine::{Molecule, PersonFacts, Reason, Rule},
    library::{Asset, AssetKind, Library, Trigger},
    messages::say,
};

/// A molecule, or the reason why nothing of the trigger's offer fits.
pub struct Chosen {
    /// What to offer; empty when nothing fits.
    pub molecule: Molecule,
    /// What was looked at.
    pub reason: Reason,
}

/// Orders what `trigger` offers for `person`: by `order`, in which the cards fit what was written. Where no text says it,
/// what serves the moment comes first, then as the author ordered it, with a picture first for somebody who had the tip.
///
/// What the person knows, had within the recovery window, or is not written for them is left out. Somebody who asked
/// gets it all the same when nothing else is left.
pub fn choose(
    library: &Library,
    trigger: &Trigger,
    person: &PersonFacts,
    order: &[AssetId],
    asked: bool,
    now: Timestamp,
) -> Chosen {
    let offered: Vec<&Asset> = trigger.offer.iter().filter_map(|id| library.assets.get(id)).collect();
    let had = |id: &AssetId| had(person, trigger, id, now);
    // Who they are is known before anything unasked is said, and it is chosen anew then.
    let fits = |asset: &&Asset| written_for(asset, person, person.awaited && !asked);
    let fresh = |asset: &&Asset| !knows(library, person, asset) && !had(&asset.id);
    let mut assets: Vec<&Asset> = offered.iter().copied().filter(fits).filter(fresh).collect();
    let left_out = offered.len() - assets.len();
    let comes_again = assets.is_empty() && asked;
    if comes_again {
        assets = offered.iter().copied().filter(fits).collect();
    }
    let shows_picture = had_a_tip(library, trigger, person, now);
    assets.sort_by_key(|asset| {
        let place = order.iter().position(|id| *id == asset.id).unwrap_or(order.len());
        (place, !serves(trigger, asset), shows_picture && asset.kind != AssetKind::Infographic)
    });
    if trigger.dip.is_some() {
        keep_to_five_minutes(&mut assets);
    }
    let days = trigger.recovery.as_secs() / 86_400;
    let value = match (assets.is_empty(), left_out) {
        (true, _) => say!("repeat-all").to_owned(),
        _ if comes_again => say!("repeat-again").to_owned(),
        (false, 0) => say!("repeat-new", days = days),
        (false, n) => say!("repeat-skipped", skipped = n),
    };
    let reason =
        if assets.is_empty() { Reason::stopped(Rule::Recovery, value) } else { Reason::passed(Rule::Recovery, value) };
    let scenario = trigger.practise.clone().filter(|_| !assets.is_empty());
    Chosen {
        molecule: Molecule { assets: assets.into_iter().map(|asset| asset.id.clone()).collect(), scenario },
        reason,
    }
}

fn had(person: &PersonFacts, trigger: &Trigger, asset: &AssetId, now: Timestamp) -> bool {
    person.received.iter().any(|card| card.asset == *asset && card.at + trigger.recovery > now)
}

/// True where an asset serves a moment of need that the trigger hears.
pub fn serves(trigger: &Trigger, asset: &Asset) -> bool {
    asset.moments.iter().any(|moment| trigger.moments.contains(moment))
}

/// True for somebody who had the topic's tip lately, or knows it: a picture says the same in another way.
pub fn had_a_tip(library: &Library, trigger: &Trigger, person: &PersonFacts, now: Timestamp) -> bool {
    let tips = trigger.offer.iter().filter_map(|id| library.assets.get(id));
    let mut tips = tips.filter(|asset| asset.kind == AssetKind::Tip);
    tips.any(|tip| had(person, trigger, &tip.id, now) || knows(library, person, tip))
}

/// The longest molecule for a number that moved, in seconds.
const DIP_SECONDS: u32 = 300;

/// Help for a number fits between two meetings: what goes beyond five minutes is left out, the first that fits leads.
fn keep_to_five_minutes(assets: &mut Vec<&Asset>) {
    let mut left = DIP_SECONDS;
    assets.retain(|asset| {
        let fits = asset.seconds <= left;
        if fits {
            left -= asset.seconds;
        }
        fits
    });
}

/// True for what somebody knows, and for what leads up to it: whoever knows what goes deeper knows the first step.
fn knows(library: &Library, person: &PersonFacts, asset: &Asset) -> bool {
    let mut step = Some(asset);
    // As many steps as there are assets: a circle of them ends too.
    for _ in 0..library.assets.len() {
        match step {
            Some(asset) if person.known.contains(&asset.id) => return true,
            Some(asset) => step = asset.deeper.as_ref().and_then(|deeper| library.assets.get(deeper)),
            None => return false,
        }
    }
    false
}

fn written_for(asset: &Asset, person: &PersonFacts, for_all: bool) -> bool {
    let role = for_all || asset.roles.is_empty() || person.profile.roles.iter().any(|role| asset.roles.contains(role));
    role && asset.kind != AssetKind::Retrieval
}
