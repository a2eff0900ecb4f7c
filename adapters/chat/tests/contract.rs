//! The contract watched: a chat in memory keeps it, and the same chat with one flaw is found out by that very clause.

use std::{
    future::{Future, ready},
    pin::pin,
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use chat::contract::{Breach, Clause, Fault, Look, Peer, Said, Shown, check};
use chat::{
    Card, Described, Event, EventId, Form, Identity, Joining, Key, Message, MessageId, Pending, Place, Platform,
    PlatformKind, Privacy, Profile, Refusal, Sent, ShownTo, Timestamp, Unreadable, What,
};

/// A chat in memory, with at most one flaw.
#[derive(Default)]
struct Chat {
    flaw: Option<Clause>,
    messages: Mutex<Vec<(Place, Key, Shown)>>,
    fault: Mutex<Option<Fault>>,
    translated: AtomicI64,
}

impl Chat {
    fn has(&self, flaw: Clause) -> bool {
        self.flaw == Some(flaw)
    }

    fn place(channel: &str, privacy: Privacy) -> Place {
        Place {
            platform: PlatformKind::Playground,
            workspace: "w".into(),
            channel: channel.into(),
            thread: None,
            privacy,
        }
    }

    fn who(user: &str) -> Identity {
        Identity { platform: PlatformKind::Playground, workspace: "w".into(), user: user.into() }
    }

    fn written(&self, card: &Card) -> String {
        match self.flaw {
            Some(Clause::ShowsWhole) => Card { footer: String::new(), image: None, ..card.clone() }.plain(),
            Some(Clause::Inert) => card.plain().replace('*', ""),
            _ => card.plain(),
        }
    }

    fn found(&self, place: &Place, key: &Key) -> Option<Sent> {
        let messages = self.messages.lock().expect("no panic");
        let found = messages.iter().find(|(at, under, _)| (at, under) == (place, key));
        found.map(|(place, _, shown)| Sent { place: place.clone(), message: shown.message.clone() })
    }

    fn say(&self, place: &Place, to: &ShownTo, card: &Card, key: &Key) -> Result<Sent, Refusal> {
        let fault = self.fault.lock().expect("no panic").take();
        let text = self.written(card);
        let reason = if self.has(Clause::Discreet) { text.clone() } else { "no".to_owned() };
        if let Some(sent) = self.found(place, key).filter(|_| !self.has(Clause::SendsOnce)) {
            return Ok(sent);
        }
        if place.channel.as_str() == "closed" {
            let transient = Refusal::Transient { reason: reason.clone(), retry_after: None };
            return Err(if self.has(Clause::RefusesHonestly) { transient } else { Refusal::Definite(reason) });
        }
        if text.len() > if self.has(Clause::KeepsLimits) { 500 } else { 20_000 } {
            return Err(Refusal::Definite(reason));
        }
        if fault == Some(Fault::Busy) {
            return Err(Refusal::Transient { reason, retry_after: Some(Duration::from_secs(2)) });
        }
        let to = if self.has(Clause::ForOneOnly) { ShownTo::Everyone } else { to.clone() };
        let mut messages = self.messages.lock().expect("no panic");
        let message = MessageId::new(messages.len().to_string());
        messages.push((place.clone(), key.clone(), Shown { message: message.clone(), text, pings: false, to }));
        if fault == Some(Fault::AnswerLost) {
            return Err(Refusal::Unknown(reason));
        }
        Ok(Sent { place: place.clone(), message })
    }

    fn event(&self, at: i64, by: Option<&str>, text: &str) -> Event {
        let id = if self.has(Clause::TranslatesAlike) { self.translated.fetch_add(1, Ordering::Relaxed) } else { at };
        let by_bot = by.is_none() && !self.has(Clause::KnowsItself);
        let message = Message {
            id: MessageId::new(format!("m{at}")),
            text: text.to_owned(),
            by_bot,
            mentions_us: false,
            replies_to: None,
        };
        Event {
            id: EventId::new(id.to_string()),
            at: Timestamp::from_ms(at),
            place: self.shared(),
            by: Self::who(by.unwrap_or("kairos")),
            what: What::Message(message),
        }
    }
}

/// A raw event is the line `said`, then lines `by:` and `text:` among others.
impl Platform for Chat {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Playground
    }

    fn translate(&self, raw: &str) -> Result<Vec<Event>, Unreadable> {
        assert!(!(self.has(Clause::NeverPanics) && raw.is_empty()), "this chat panics on purpose");
        let line = |name: &str| raw.lines().find_map(|line| line.strip_prefix(name));
        let odd = self.has(Clause::KeepsText) && raw.contains("new:");
        match (line("by:"), line("text:")) {
            (Some(by), Some(text)) if !odd => Ok(vec![self.event(0, Some(by).filter(|by| !by.is_empty()), text)]),
            _ if self.has(Clause::Discreet) => Err(Unreadable(raw.to_owned())),
            _ => Err(Unreadable("a line is missing".to_owned())),
        }
    }

    fn send<'a>(&'a self, place: &'a Place, to: &'a ShownTo, card: &'a Card, key: &'a Key) -> Pending<'a, Sent> {
        Box::pin(ready(self.say(place, to, card, key)))
    }

    fn edit<'a>(&'a self, sent: &'a Sent, card: &'a Card) -> Pending<'a, ()> {
        if self.has(Clause::EditsInPlace) {
            return Box::pin(ready(
                self.say(&sent.place, &ShownTo::Everyone, card, &Key("new".to_owned())).map(|_| ()),
            ));
        }
        let text = self.written(card);
        for (_, _, shown) in
            self.messages.lock().expect("no panic").iter_mut().filter(|(_, _, at)| at.message == sent.message)
        {
            shown.text.clone_from(&text);
        }
        Box::pin(ready(Ok(())))
    }

    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place> {
        Box::pin(ready(match who.user.as_str() {
            "ana" if self.has(Clause::PrivateStaysPrivate) => Ok(self.shared()),
            "ana" => Ok(Self::place("ana", Privacy::Private)),
            _ => Err(Refusal::Definite("nobody".to_owned())),
        }))
    }

    fn ask<'a>(&'a self, _event: &'a Event, _form: &'a Form) -> Pending<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>> {
        let known = who.user.as_str() == "ana" || self.has(Clause::DescribesPeople);
        Box::pin(ready(Ok(known.then(|| Profile { name: "Ana".to_owned(), ..Profile::default() }))))
    }

    fn describe_many<'a>(&'a self, people: &'a [Identity]) -> Described<'a> {
        Box::pin(async move {
            let mut described = Vec::new();
            for who in people {
                described.push(self.describe(who).await);
            }
            if self.has(Clause::DescribesTogether) {
                described.sort_by_key(|told| told.as_ref().is_ok_and(Option::is_none));
            }
            described
        })
    }

    fn message<'a>(&'a self, place: &'a Place, id: &'a MessageId) -> Pending<'a, Option<Event>> {
        let stands_here = place.channel == self.shared().channel || self.has(Clause::FindsMessages);
        let at = id.as_str().strip_prefix("m").and_then(|at| at.parse().ok()).filter(|_| stands_here);
        Box::pin(ready(Ok(at.map(|at| self.event(at, Some("ana"), "hello")))))
    }

    fn join<'a>(&'a self, _place: &'a Place) -> Pending<'a, Joining> {
        let joining = if self.has(Clause::Joins) { Joining::NeedsInvitation } else { Joining::Joined };
        Box::pin(ready(Ok(joining)))
    }

    fn history<'a>(&'a self, _place: &'a Place, since: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        let mut events: Vec<_> = (since.as_ms().max(1)..4).map(|at| self.event(at, Some("ana"), "hello")).collect();
        if self.has(Clause::HistoryInOrder) {
            events.reverse();
        }
        Box::pin(ready(Ok(Some(events))))
    }

    fn find<'a>(&'a self, place: &'a Place, key: &'a Key) -> Pending<'a, Option<Sent>> {
        Box::pin(ready(Ok(self.found(place, key).filter(|_| !self.has(Clause::Finds)))))
    }
}

impl Peer for Chat {
    fn shared(&self) -> Place {
        Self::place("deals", Privacy::Shared)
    }

    fn closed(&self) -> Place {
        Self::place("closed", Privacy::Shared)
    }

    fn known(&self) -> Identity {
        Self::who("ana")
    }

    fn unknown(&self) -> Identity {
        Self::who("nobody")
    }

    fn shown<'a>(&'a self, place: &'a Place) -> Look<'a, Vec<Shown>> {
        let messages = self.messages.lock().expect("no panic");
        let here = messages.iter().filter(|(at, _, _)| at == place).map(|(_, _, shown)| shown.clone()).collect();
        Box::pin(ready(here))
    }

    fn raw(&self, said: &Said) -> String {
        let by = said.by.as_ref().map_or("", |by| by.user.as_str());
        format!("said\nby:{by}\ntext:{}\n", said.text)
    }

    fn odd(&self, said: &Said) -> Vec<String> {
        vec![format!("new: 1\n{}", self.raw(said))]
    }

    fn fail_next(&self, fault: Fault) -> bool {
        *self.fault.lock().expect("no panic") = Some(fault);
        true
    }
}

/// Everything in memory is ready at once, so that one look is enough.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a chat in memory never waits"),
    }
}

fn breaches(flaw: Option<Clause>) -> Vec<Breach> {
    let chat = Chat { flaw, ..Chat::default() };
    at_once(check(&chat, &chat))
}

#[test]
fn a_chat_that_keeps_the_contract_passes() {
    assert_eq!(breaches(None), Vec::new());
}

#[test]
fn every_flaw_is_found_out_by_its_clause() {
    for clause in Clause::ALL {
        let found = breaches(Some(clause));
        assert!(found.iter().any(|breach| breach.clause == clause), "{clause} was broken, and found was {found:?}");
    }
}

#[test]
fn a_clause_is_named_by_its_number() {
    let numbers: Vec<_> = Clause::ALL.into_iter().map(Clause::number).collect();
    assert_eq!(numbers, (1..=19).collect::<Vec<_>>());
    let breach = Breach::new(Clause::Finds, "nothing");
    assert_eq!(breach.to_string(), "clause 2 (Finds): nothing");
}
