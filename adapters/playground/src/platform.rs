//! The playground as Kairos sees it: the same port as Slack and Discord.

use std::future::ready;

use chat::{
    Card, Event, Form, Identity, Joining, Key, Message, MessageId, Pending, Place, Platform, PlatformKind, Profile,
    Refusal, Sent, ShownTo, Timestamp, Unreadable, What,
};

use crate::{
    Fault, Person, Playground, Room,
    cast::KAIROS,
    read,
    record::{Author, Posted, Record},
};

impl Platform for Playground {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Playground
    }

    fn translate(&self, raw: &str) -> Result<Vec<Event>, Unreadable> {
        read::events(raw)
    }

    fn send<'a>(&'a self, place: &'a Place, to: &'a ShownTo, card: &'a Card, key: &'a Key) -> Pending<'a, Sent> {
        Box::pin(async move {
            let room = Room::of(place).ok_or_else(|| definite("there is no such channel"))?;
            if let ShownTo::Only(who) = to {
                let person = Person::of(who).ok_or_else(|| definite("there is no such person"))?;
                if !room.open_to(person) {
                    return Err(definite("that person does not read there"));
                }
            }
            let at = self.host().map_err(|fault| refusal(&fault))?.now();
            let (place, to, card, key) = (place.clone(), to.clone(), card.clone(), key.clone());
            let say = move |state: &crate::state::State| {
                if let Some(sent) = state.sent(&place, &key) {
                    return Ok((Ok(sent.clone()), None));
                }
                if place.thread.as_ref().is_some_and(|opening| state.message(opening).is_none()) {
                    return Ok((Err(definite("the message to answer was taken back")), None));
                }
                let message = MessageId::new(format!("{}-{}", at.as_ms(), state.next_number()));
                let sent = Sent { place: place.clone(), message: message.clone() };
                Ok((Ok(sent), Some(Record::Sent { message, place, to, card, key, at })))
            };
            self.record(true, say).await.map_err(|fault| refusal(&fault))?
        })
    }

    fn edit<'a>(&'a self, sent: &'a Sent, card: &'a Card) -> Pending<'a, ()> {
        Box::pin(async move {
            let (sent, card) = (sent.clone(), card.clone());
            let change = move |state: &crate::state::State| {
                let ours = state
                    .message(&sent.message)
                    .filter(|posted| posted.by == Author::Kairos && posted.place().channel == sent.place.channel);
                Ok(match ours {
                    Some(posted) if posted.card.as_ref() == Some(&card) => (Ok(()), None),
                    Some(_) => (Ok(()), Some(Record::Changed { message: sent.message, card })),
                    None => (Err(definite("there is no such message of ours")), None),
                })
            };
            self.record(true, change).await.map_err(|fault| refusal(&fault))?
        })
    }

    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place> {
        Box::pin(async move {
            let person = Person::of(who).ok_or_else(|| definite("there is no such person"))?;
            Ok(Room::Private(person).place())
        })
    }

    fn ask<'a>(&'a self, event: &'a Event, form: &'a Form) -> Pending<'a, ()> {
        Box::pin(async move {
            let person = Person::of(&event.by).ok_or_else(|| definite("there is no such person"))?;
            self.ask_form(person, form.clone());
            Ok(())
        })
    }

    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>> {
        Box::pin(async move { Ok(Person::of(who).map(Person::profile)) })
    }

    /// Dev runs the playground, where it is alone.
    fn may_steer<'a>(&'a self, who: &'a Identity, _place: &'a Place) -> Pending<'a, bool> {
        self.runs_workspace(who)
    }

    fn runs_workspace<'a>(&'a self, who: &'a Identity) -> Pending<'a, bool> {
        let is_alone = self.host().is_ok_and(|host| host.is_alone());
        Box::pin(ready(Ok(is_alone && Person::of(who) == Some(Person::Dev))))
    }

    fn name_of<'a>(&'a self, place: &'a Place) -> Pending<'a, Option<String>> {
        Box::pin(ready(Ok(Room::of(place).map(|room| room.name().to_owned()))))
    }

    fn history<'a>(&'a self, place: &'a Place, since: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        Box::pin(async move {
            let room = Room::of(place).ok_or_else(|| definite("there is no such channel"))?;
            let asked = |posted: &&Posted| {
                let here = place.thread.is_none()
                    || posted.thread == place.thread
                    || Some(&posted.id) == place.thread.as_ref();
                posted.room == room && here && posted.only.is_none() && posted.at >= since
            };
            let mut events: Vec<_> = self.look(|state| state.messages.iter().filter(asked).map(as_event).collect());
            events.sort_by_key(|event| event.at);
            Ok(Some(events))
        })
    }

    fn message<'a>(&'a self, place: &'a Place, id: &'a MessageId) -> Pending<'a, Option<Event>> {
        Box::pin(async move {
            let room = Room::of(place);
            let is_it = |posted: &&Posted| Some(posted.room) == room && posted.only.is_none();
            Ok(self.look(|state| state.message(id).filter(is_it).map(as_event)))
        })
    }

    /// Kairos reads in every room.
    fn join<'a>(&'a self, place: &'a Place) -> Pending<'a, Joining> {
        let room = Room::of(place).ok_or_else(|| definite("there is no such channel"));
        Box::pin(ready(room.map(|_| Joining::Joined)))
    }

    fn find<'a>(&'a self, place: &'a Place, key: &'a Key) -> Pending<'a, Option<Sent>> {
        Box::pin(async move {
            let ours = Room::of(place).is_some();
            Ok(self.look(|state| state.sent(place, key).cloned()).filter(|_| ours))
        })
    }
}

/// A message that stands in a room, as the happening that brought it.
fn as_event(posted: &Posted) -> Event {
    let (user, text, by_bot) = match (posted.by, &posted.card) {
        (Author::Person(person), _) => (person.id(), posted.text.clone(), false),
        (Author::Kairos, card) => (KAIROS, card.as_ref().map(Card::plain).unwrap_or_default(), true),
    };
    let place = posted.place();
    let by = Identity { platform: place.platform, workspace: place.workspace.clone(), user: user.into() };
    let mentions_us = !by_bot && crate::people_do::mentions_us(&text);
    let what = What::Message(Message { id: posted.id.clone(), text, by_bot, mentions_us, replies_to: None });
    let id = posted.event.clone().unwrap_or_else(|| chat::EventId::new(format!("playground:sent:{}", posted.id)));
    Event { id, at: posted.at, place, by, what }
}

fn definite(reason: &str) -> Refusal {
    Refusal::Definite(reason.to_owned())
}

/// Nothing is shown before it is written, so what failed here surely did not happen.
fn refusal(fault: &Fault) -> Refusal {
    Refusal::Transient { reason: fault.to_string(), retry_after: None }
}
