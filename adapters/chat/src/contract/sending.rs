//! Checks of what we say: clauses 1 to 7.

use super::{Breach, Clause, Peer, Shown, sample_cards, wholeness::not_whole};
use crate::{Card, Key, Place, Platform, Privacy, Refusal, Sent, ShownTo, Text};

pub(super) async fn check(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let mut breaches = every_sample(platform, peer).await;
    breaches.extend(once(platform, peer).await);
    breaches.extend(edited(platform, peer).await);
    breaches.extend(private(platform, peer).await);
    breaches.extend(for_one(platform, peer).await);
    breaches
}

pub(super) fn key(name: &str) -> Key {
    Key(format!("contract:{name}"))
}

pub(super) async fn say(platform: &dyn Platform, place: &Place, card: &Card, name: &str) -> Result<Sent, Refusal> {
    platform.send(place, &ShownTo::Everyone, card, &key(name)).await
}

async fn every_sample(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let place = peer.shared();
    let mut breaches = Vec::new();
    for sample in sample_cards() {
        let before = peer.shown(&place).await.len();
        let outcome = say(platform, &place, &sample.card, sample.name).await;
        let after = peer.shown(&place).await;
        match outcome {
            Ok(sent) => match shown_as(&after, &sent) {
                Some(shown) => {
                    breaches.extend(not_whole(sample.name, &sample.card, &shown.text));
                    if shown.pings {
                        breaches
                            .push(Breach::new(Clause::Inert, format!("the card {:?} pinged somebody", sample.name)));
                    }
                }
                None => {
                    breaches.push(Breach::new(Clause::ShowsWhole, format!("the card {:?} is not there", sample.name)));
                }
            },
            Err(Refusal::Definite(_)) if !sample.must_fit && after.len() == before => {}
            Err(refusal) => {
                breaches.push(Breach::new(Clause::KeepsLimits, format!("the card {:?} was {refusal}", sample.name)));
            }
        }
    }
    breaches
}

fn shown_as<'a>(shown: &'a [Shown], sent: &Sent) -> Option<&'a Shown> {
    shown.iter().find(|shown| shown.message == sent.message)
}

async fn once(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let place = peer.shared();
    let card = Card::new("Said once", Text::paragraph("However often it is tried."));
    let mut breaches = Vec::new();
    if platform.find(&place, &key("once")).await != Ok(None) {
        breaches.push(Breach::new(Clause::Finds, "something was found under a key that was never used"));
    }
    let before = peer.shown(&place).await.len();
    let first = say(platform, &place, &card, "once").await;
    let again = say(platform, &place, &card, "once").await;
    if first != again || first.is_err() {
        breaches.push(Breach::new(Clause::SendsOnce, format!("the first send gave {first:?}, the second {again:?}")));
    }
    let found = platform.find(&place, &key("once")).await;
    if found != first.clone().map(Some) {
        breaches.push(Breach::new(Clause::Finds, format!("the send gave {first:?}, and find gave {found:?}")));
    }
    let other = say(platform, &place, &card, "another").await;
    if other == first {
        breaches.push(Breach::new(Clause::SendsOnce, "another key gave the same message"));
    }
    let added = peer.shown(&place).await.len() - before;
    if added != 2 {
        breaches.push(Breach::new(Clause::SendsOnce, format!("three sends with two keys left {added} messages")));
    }
    breaches
}

async fn edited(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let place = peer.shared();
    let (old, new) =
        (Card::new("Before the edit", Text::default()), Card::new("Afterwards", Text::paragraph("Thanks!")));
    let sent = match say(platform, &place, &old, "edited").await {
        Ok(sent) => sent,
        Err(refusal) => return vec![Breach::new(Clause::EditsInPlace, format!("nothing to edit: {refusal}"))],
    };
    let before = peer.shown(&place).await.len();
    let mut breaches = Vec::new();
    if let Err(refusal) = platform.edit(&sent, &new).await {
        breaches.push(Breach::new(Clause::EditsInPlace, format!("an edit was {refusal}")));
    }
    let after = peer.shown(&place).await;
    if after.len() != before {
        breaches.push(Breach::new(Clause::EditsInPlace, format!("{before} messages became {}", after.len())));
    }
    match shown_as(&after, &sent) {
        Some(shown) if !shown.text.contains(&old.title) => breaches.extend(not_whole("edited", &new, &shown.text)),
        _ => breaches.push(Breach::new(Clause::EditsInPlace, "the old card still stands there, or none")),
    }
    if platform.find(&place, &key("edited")).await != Ok(Some(sent)) {
        breaches.push(Breach::new(Clause::Finds, "an edited message is no longer found by its key"));
    }
    breaches
}

async fn private(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let first = platform.open_private(&peer.known()).await;
    let again = platform.open_private(&peer.known()).await;
    let place = match first {
        Ok(place) if again.as_ref() == Ok(&place) && place.privacy == Privacy::Private => place,
        first => {
            return vec![Breach::new(Clause::PrivateStaysPrivate, format!("opened {first:?}, then {again:?}"))];
        }
    };
    let (card, elsewhere) = (Card::new("Between the two of us", Text::default()), peer.shared());
    let before = peer.shown(&elsewhere).await.len();
    let sent = say(platform, &place, &card, "private").await;
    let arrived = match &sent {
        Ok(sent) => shown_as(&peer.shown(&place).await, sent).is_some() && sent.place == place,
        Err(_) => false,
    };
    let leaked = peer.shown(&elsewhere).await.len() != before;
    if arrived && !leaked {
        return Vec::new();
    }
    vec![Breach::new(
        Clause::PrivateStaysPrivate,
        format!("sent {sent:?}; arrived: {arrived}, shown elsewhere: {leaked}"),
    )]
}

async fn for_one(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let (place, to) = (peer.shared(), ShownTo::Only(peer.known()));
    let before = peer.shown(&place).await;
    let sent = platform.send(&place, &to, &Card::new("For you alone", Text::default()), &key("only")).await;
    let after = peer.shown(&place).await;
    let new: Vec<_> = after.iter().filter(|shown| before.iter().all(|old| old.message != shown.message)).collect();
    let kept = match &sent {
        Ok(_) => new.len() == 1 && new.iter().all(|shown| shown.to == to),
        Err(_) => new.is_empty(),
    };
    if kept { Vec::new() } else { vec![Breach::new(Clause::ForOneOnly, format!("{sent:?} is seen as {new:?}"))] }
}
