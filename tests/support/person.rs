//! What a person does, said as one would say it.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
};

use chat::{ChoiceId, FormId};

use playground::{Fault, Person, Room};
use serde_json::json;

use super::app::{Said, Seen, TestApp};

/// Somebody of the playground.
#[derive(Clone, Copy)]
pub(crate) struct Somebody<'a> {
    app: &'a TestApp,
    who: Person,
}

/// A message that is being written; to await it is to post it.
pub(crate) struct Saying<'a> {
    by: Somebody<'a>,
    text: String,
    room: Room,
}

impl<'a> Somebody<'a> {
    pub(crate) fn new(app: &'a TestApp, name: &str) -> Self {
        Self { app, who: name.parse().unwrap() }
    }

    /// Writes in #deals, unless another channel follows.
    pub(crate) fn says(self, text: &str) -> Saying<'a> {
        Saying { by: self, text: text.to_owned(), room: Room::Deals }
    }

    /// Writes to Kairos alone.
    pub(crate) async fn writes_privately(self, text: &str) -> Said {
        self.posts(Room::Private(self.who), None, text).await
    }

    /// Answers in the thread of a message.
    pub(crate) async fn replies_to(self, said: &Said, text: &str) -> Said {
        self.posts(said.room, Some(said), text).await
    }

    /// Types `/kairos …` in #deals.
    pub(crate) async fn commands(self, text: &str) {
        self.app.playground().command(self.who, Room::Deals, None, text).await.unwrap();
        self.app.settle().await;
    }

    pub(crate) async fn reacts_to(self, said: &Said, emoji: &str) {
        self.app.playground().react(self.who, &said.id, emoji, true).await.unwrap();
        self.app.settle().await;
    }

    pub(crate) async fn edits(self, said: &Said, text: &str) {
        self.app.playground().edit_message(self.who, &said.id, text).await.unwrap();
        self.app.settle().await;
    }

    pub(crate) async fn takes_back(self, said: &Said) {
        self.app.playground().delete(self.who, &said.id).await.unwrap();
        self.app.settle().await;
    }

    /// Chooses the button with this label.
    #[track_caller]
    pub(crate) fn taps(self, label: &str, card: &Seen) -> impl Future<Output = ()> + use<'a> {
        let choice = card.card.choices.iter().find(|choice| choice.label.starts_with(label));
        let choice = choice.unwrap_or_else(|| panic!("no {label:?} among {:?}", card.buttons())).id.clone();
        let message = card.message.clone();
        async move {
            self.app.playground().tap(self.who, &message, &choice).await.unwrap();
            self.app.settle().await;
        }
    }

    /// Chooses the button with this label twice, the second time before anything has happened.
    pub(crate) async fn taps_twice(self, label: &str, card: &Seen) {
        let choice = card.card.choices.iter().find(|choice| choice.label.starts_with(label)).unwrap().id.clone();
        for _ in 0..2 {
            self.app.playground().tap(self.who, &card.message, &choice).await.unwrap();
        }
        self.app.settle().await;
    }

    /// Tries to choose a button, whether it is still there or not.
    pub(crate) async fn tries_to_tap(self, label: &str, card: &Seen) -> Result<(), Fault> {
        let choice = card.card.choices.iter().find(|choice| choice.label.starts_with(label)).unwrap().id.clone();
        let tapped = self.app.playground().tap(self.who, &card.message, &choice).await;
        self.app.settle().await;
        tapped
    }

    /// A tap on a message comes in that the playground would refuse, as a less careful platform may bring it.
    pub(crate) async fn forges_tap(self, choice: &ChoiceId, on: &Seen) {
        self.forges(on, &json!({ "kind": "choice", "message": on.message, "choice": choice })).await;
    }

    /// The same with the form of a card.
    pub(crate) async fn forges_form(self, form: &FormId, on: &Seen, text: &str) {
        let fields = [("text", text)];
        self.forges(on, &json!({ "kind": "form", "form": form, "message": on.message, "fields": fields })).await;
    }

    async fn forges(self, on: &Seen, what: &serde_json::Value) {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let id = format!("playground:forged-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let (at, place, by) = (self.app.now(), on.room.place(), self.who.identity());
        let raw = json!({ "id": id, "at": at, "place": place, "by": by, "what": what });
        assert!(self.app.receives(&raw.to_string()).await, "it reaches Kairos");
        self.app.settle().await;
    }

    /// Writes into the field of a card.
    pub(crate) async fn writes_into(self, card: &Seen, text: &str) {
        self.app.playground().submit(self.who, &card.message, text).await.unwrap();
        self.app.settle().await;
    }

    /// Sends the form that was opened for them.
    pub(crate) async fn fills_in(self, form: &str, written: &str) {
        let fields = vec![(form.to_owned(), written.to_owned())];
        let private = Room::Private(self.who);
        self.app.playground().fill_in(self.who, private, &form.into(), fields).await.unwrap();
        self.app.settle().await;
    }

    async fn posts(self, room: Room, thread: Option<&Said>, text: &str) -> Said {
        let id = self.app.playground().post(self.who, room, thread.map(|said| &said.id), text).await.unwrap();
        self.app.settle().await;
        Said { id, room }
    }
}

impl Saying<'_> {
    pub(crate) fn in_channel(mut self, name: &str) -> Self {
        self.room = name.parse().unwrap();
        self
    }
}

impl<'a> IntoFuture for Saying<'a> {
    type Output = Said;
    type IntoFuture = Pin<Box<dyn Future<Output = Said> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.by.posts(self.room, None, &self.text).await })
    }
}
