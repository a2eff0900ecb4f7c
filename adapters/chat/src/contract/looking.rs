//! Checks of what is looked up: clauses 16 to 19.

use super::{Breach, Clause, Peer};
use crate::{Event, Joining, MessageId, Place, Platform, Timestamp, What};

pub(super) async fn check(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let mut breaches = history(platform, peer).await;
    breaches.extend(messages(platform, peer).await);
    breaches.extend(together(platform, peer).await);
    breaches.extend(joining(platform, peer).await);
    breaches
}

async fn history(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let read = |since| async move { platform.history(&peer.shared(), since).await };
    let Ok(whole) = read(Timestamp::from_ms(0)).await else {
        return vec![Breach::new(Clause::HistoryInOrder, "the history of a shared place was refused")];
    };
    let Some(last) = whole.as_deref().and_then(<[Event]>::last).map(|event| event.at) else {
        return Vec::new();
    };
    let mut breaches = Vec::new();
    if !whole.iter().flatten().map(|event| event.at).is_sorted() {
        breaches.push(Breach::new(Clause::HistoryInOrder, "not oldest first"));
    }
    if read(last).await.is_ok_and(|rest| rest.iter().flatten().any(|event| event.at < last)) {
        breaches.push(Breach::new(Clause::HistoryInOrder, "older than was asked for"));
    }
    breaches
}

/// A few messages of the history, each looked up by itself: from its own place and from the thread that it opens.
async fn messages(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    const LOOKED_UP: usize = 3;
    let history = platform.history(&peer.shared(), Timestamp::from_ms(0)).await;
    let mut breaches = Vec::new();
    let mut known = Vec::new();
    for event in history.ok().flatten().unwrap_or_default() {
        if let What::Message(message) = &event.what
            && known.iter().all(|(id, _)| *id != message.id)
        {
            known.push((message.id.clone(), event));
        }
    }
    for (id, event) in known.into_iter().take(LOOKED_UP) {
        for place in [event.place.clone(), event.place.in_thread(&id)] {
            let found = platform.message(&place, &id).await;
            if !matches!(&found, Ok(Some(found)) if is_same(found, &event)) {
                breaches.push(Breach::new(Clause::FindsMessages, format!("{id} at {place:?} gave {found:?}")));
            }
        }
        breaches.extend(elsewhere(platform, &peer.closed(), &id).await);
    }
    breaches
}

fn is_same(found: &Event, known: &Event) -> bool {
    let (What::Message(found_words), What::Message(known_words)) = (&found.what, &known.what) else { return false };
    (&found.id, found.at, &found.by) == (&known.id, known.at, &known.by) && found_words == known_words
}

async fn elsewhere(platform: &dyn Platform, place: &Place, id: &MessageId) -> Option<Breach> {
    let found = platform.message(place, id).await;
    matches!(found, Ok(Some(_)))
        .then(|| Breach::new(Clause::FindsMessages, format!("{id} was found in a channel where it never stood")))
}

async fn together(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let people = [peer.known(), peer.unknown(), peer.known()];
    let found = platform.describe_many(&people).await;
    let is_known: Vec<_> = found
        .iter()
        .map(|told| told.as_ref().is_ok_and(|told| told.as_ref().is_some_and(|it| !it.name.is_empty())))
        .collect();
    if is_known == [true, false, true] && matches!(found.get(1), Some(Ok(None))) {
        return Vec::new();
    }
    let shapes: Vec<_> = found.iter().map(|told| told.as_ref().map(Option::is_some)).collect();
    vec![Breach::new(Clause::DescribesTogether, format!("somebody known, unknown and known were {shapes:?}"))]
}

async fn joining(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let joined = platform.join(&peer.shared()).await;
    if joined == Ok(Joining::Joined) {
        return Vec::new();
    }
    vec![Breach::new(Clause::Joins, format!("a channel where Kairos is a member gave {joined:?}"))]
}
