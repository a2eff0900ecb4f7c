//! Checks of what comes in: clauses 10 to 14.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Breach, Clause, HOSTILE, Peer, Said};
use crate::{Event, Message, Platform, Unreadable, What};

/// What no error may repeat.
const SECRET: &str = "the-number-is-4711";

pub(super) fn check(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let mut breaches = plain_message(platform, peer);
    breaches.extend(odd_message(platform, peer));
    breaches.extend(our_own(platform, peer));
    breaches.extend(garbage(platform, peer));
    breaches
}

fn said(peer: &dyn Peer, text: &str) -> Said {
    Said { place: peer.shared(), by: Some(peer.known()), text: text.to_owned() }
}

fn plain_message(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let said = said(peer, "how do I answer when they say we're too expensive?");
    let raw = peer.raw(&said);
    let first = platform.translate(&raw);
    let mut breaches = Vec::new();
    if platform.translate(&raw) != first || platform.translate(&peer.raw(&said)) != first {
        breaches.push(Breach::new(Clause::TranslatesAlike, "the same raw event gave other events the second time"));
    }
    match first.as_deref() {
        Ok([event]) => breaches.extend(untrue(platform, event, &said)),
        Ok(events) => {
            breaches.push(Breach::new(Clause::KeepsText, format!("a message became {} events", events.len())));
        }
        Err(error) => breaches.push(Breach::new(Clause::KeepsText, format!("a message became an error: {error}"))),
    }
    breaches
}

fn untrue(platform: &dyn Platform, event: &Event, said: &Said) -> Vec<Breach> {
    let mut wrong = Vec::new();
    if event.place != said.place {
        wrong.push(format!("said at {:?}, read as {:?}", said.place, event.place));
    }
    if said.by.as_ref().is_some_and(|by| *by != event.by) {
        wrong.push(format!("said by {:?}, read as {:?}", said.by, event.by));
    }
    if event.place.platform != platform.kind() || event.by.platform != platform.kind() {
        wrong.push("said on another platform".to_owned());
    }
    if !matches!(&event.what, What::Message(message) if !message.by_bot && message.text.contains(&said.text)) {
        wrong.push(format!("somebody's message was read as {:?}", event.what));
    }
    wrong.into_iter().map(|found| Breach::new(Clause::KeepsText, found)).collect()
}

fn odd_message(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let said = said(peer, "does the discount still hold?");
    let keeps = |events: &[Event]| {
        events
            .iter()
            .any(|event| matches!(&event.what, What::Message(Message { text, .. }) if text.contains(&said.text)))
    };
    peer.odd(&said)
        .iter()
        .filter(|raw| !safely(platform, raw).is_ok_and(|read| read.is_ok_and(|events| keeps(&events))))
        .map(|raw| Breach::new(Clause::KeepsText, format!("the text is lost when the raw event is {raw}")))
        .collect()
}

fn our_own(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let raw = peer.raw(&Said { place: peer.shared(), by: None, text: "Here is a way to answer that.".to_owned() });
    let events = platform.translate(&raw).unwrap_or_default();
    let taken_for_a_person = events
        .iter()
        .filter(|event| matches!(&event.what, What::Message(message) | What::Edited(message) if !message.by_bot));
    taken_for_a_person.map(|_| Breach::new(Clause::KnowsItself, "our own message was taken for a person's")).collect()
}

fn garbage(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let whole = peer.raw(&said(peer, &format!("{SECRET} {HOSTILE}")));
    let mut inputs: Vec<String> =
        ["", " ", "null", "true", "-0", "[]", "{}", "{\"type\":null}", "\u{0}", "\u{feff}{}", "<xml/>"]
            .map(ToOwned::to_owned)
            .to_vec();
    inputs.push("[".repeat(2_000));
    inputs.push(format!("{{\"type\":17,\"event\":[\"{SECRET}\"],\"t\":{{}},\"d\":\"{SECRET}\"}}"));
    inputs.extend(whole.char_indices().map(|(end, _)| whole[..end].to_owned()));
    inputs.push(whole.replace(SECRET, &format!("{SECRET}\\")));
    inputs.push(whole.replace([':', ','], ";"));
    let mut breaches = Vec::new();
    for raw in inputs {
        match safely(platform, &raw) {
            Err(()) => breaches.push(Breach::new(Clause::NeverPanics, format!("translate panics on {raw:?}"))),
            Ok(Err(error)) if error.to_string().contains(SECRET) => {
                breaches.push(Breach::new(Clause::Discreet, format!("an error repeats what somebody wrote: {error}")));
            }
            Ok(_) => {}
        }
    }
    breaches
}

fn safely(platform: &dyn Platform, raw: &str) -> Result<Result<Vec<Event>, Unreadable>, ()> {
    catch_unwind(AssertUnwindSafe(|| platform.translate(raw))).map_err(|_| ())
}
