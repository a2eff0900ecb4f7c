//! Checks of what does not work: clauses 8, 10 and 15.

use std::fmt::Debug;

use super::{
    Breach, Clause, Fault, Peer,
    sending::{key, say},
};
use crate::{Card, Platform, Refusal, Text};

/// What no refusal may repeat.
const SECRET: &str = "close-rate-of-fifteen-percent";

pub(super) async fn check(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let mut breaches = never(platform, peer).await;
    breaches.extend(people(platform, peer).await);
    if peer.fail_next(Fault::Busy) {
        breaches.extend(busy(platform, peer).await);
    }
    if peer.fail_next(Fault::AnswerLost) {
        breaches.extend(lost(platform, peer).await);
    }
    breaches
}

fn card() -> Card {
    Card::new(SECRET, Text::paragraph(SECRET))
}

fn indiscreet(outcome: &impl Debug) -> Option<Breach> {
    let said = format!("{outcome:?}");
    said.contains(SECRET).then(|| Breach::new(Clause::Discreet, format!("a refusal repeats the card: {said}")))
}

async fn never(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let sent = say(platform, &peer.closed(), &card(), "closed").await;
    let mut breaches: Vec<_> = sent.as_ref().err().and_then(indiscreet).into_iter().collect();
    if !matches!(sent, Err(Refusal::Definite(_))) {
        breaches.push(Breach::new(Clause::RefusesHonestly, format!("a place that takes nothing gave {sent:?}")));
    }
    let opened = platform.open_private(&peer.unknown()).await;
    if !matches!(opened, Err(Refusal::Definite(_))) {
        breaches.push(Breach::new(Clause::RefusesHonestly, format!("nobody's private place gave {opened:?}")));
    }
    breaches
}

async fn people(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let unknown = platform.describe(&peer.unknown()).await;
    if unknown != Ok(None) {
        breaches.push(Breach::new(Clause::DescribesPeople, format!("somebody unknown was described: {unknown:?}")));
    }
    let known = platform.describe(&peer.known()).await;
    if !matches!(&known, Ok(Some(profile)) if !profile.name.is_empty()) {
        breaches.push(Breach::new(Clause::DescribesPeople, "somebody known has no name"));
    }
    breaches
}

async fn busy(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let place = peer.shared();
    let before = peer.shown(&place).await.len();
    let sent = say(platform, &place, &card(), "busy").await;
    let mut breaches: Vec<_> = sent.as_ref().err().and_then(indiscreet).into_iter().collect();
    if !matches!(&sent, Err(Refusal::Transient { retry_after: Some(wait), .. }) if wait.as_secs() == 2) {
        breaches.push(Breach::new(Clause::RefusesHonestly, format!("\"not now, in two seconds\" gave {sent:?}")));
    }
    let meanwhile = peer.shown(&place).await.len();
    let again = say(platform, &place, &card(), "busy").await;
    let after = peer.shown(&place).await.len();
    if again.is_err() || (meanwhile, after) != (before, before + 1) {
        breaches.push(Breach::new(
            Clause::RefusesHonestly,
            format!("{before} messages, {meanwhile} after the refusal, {after} after {again:?}"),
        ));
    }
    breaches
}

async fn lost(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let place = peer.shared();
    let before = peer.shown(&place).await.len();
    let sent = say(platform, &place, &card(), "lost").await;
    let mut breaches: Vec<_> = sent.as_ref().err().and_then(indiscreet).into_iter().collect();
    if !matches!(sent, Ok(_) | Err(Refusal::Unknown(_))) {
        breaches.push(Breach::new(Clause::RefusesHonestly, format!("an answer that never came gave {sent:?}")));
    }
    let found = platform.find(&place, &key("lost")).await;
    if !matches!(found, Ok(Some(_))) {
        breaches.push(Breach::new(Clause::Finds, format!("what an unanswered send left was found as {found:?}")));
    }
    let again = say(platform, &place, &card(), "lost").await;
    let added = peer.shown(&place).await.len() - before;
    if added != 1 || again.clone().map(Some) != found {
        breaches
            .push(Breach::new(Clause::SendsOnce, format!("tried again after no answer: {again:?}, {added} messages")));
    }
    breaches
}
