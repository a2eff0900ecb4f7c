//! Where a card goes: into a channel, a thread, a private conversation, or before the eyes of one person.
//!
//! Invariants
//! - A repeated send shows nothing new: the nonce is the key's, and it is always enforced.
//! - What is over a limit is refused before Discord sees it.
//! - A private card is shown in public by no fall-back.

use std::time::Duration;

use chat::{Card, Identity, Image, Key, MessageId, Place, Refusal, Sent, ShownTo, Text};
use serde_json::{Value, json};
use serenity::http::{LightMethod, Request, Route};
use tracing::debug;

use crate::{
    Discord,
    card::IS_COMPONENTS_V2,
    fault::{Fault, code},
    fit,
    memory::Live,
    message::{Outgoing, bears, mark, nonce, outgoing},
    wire::{EPHEMERAL, channel_id, channel_of, id, private, text},
};

/// Characters of a thread's name.
const THREAD_NAME: usize = 100;
/// How long an open thread stays in sight when nobody writes: a day.
const THREAD_MINUTES: u32 = 1_440;
/// How long to wait for the first answer to an interaction, which has to arrive before any other.
const FIRST_ANSWER: Duration = Duration::from_secs(4);
/// How long "thinking…" may stand before it is ended in words; Discord's own end comes after a quarter of an hour.
const THINKS: Duration = Duration::from_mins(13);
const NOT_FINISHED: &str = "I couldn't finish this one. Please ask me again.";
/// How long to wait before what Discord failed at is tried again.
const AFTER_FAILURES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];
/// Stands before a person's id where their private conversation is not opened yet.
const LATER: char = '@';
/// Messages that are looked through for one of ours.
const LOOK_BACK: usize = 100;

impl Discord {
    pub(crate) async fn say(&self, place: &Place, to: &ShownTo, card: &Card, key: &Key) -> Result<Sent, Refusal> {
        let live = self.memory().answered_by(&key.0, self.now());
        let mut said = self.say_there(place, to, card, key, live.clone()).await;
        if let (Err(Refusal::Definite(_)), Some(plain)) = (&said, self.without_picture(card)) {
            // Perhaps no files may be attached there: the picture's description stands in its place.
            said = self.say_there(place, to, &plain, key, live.clone()).await;
        }
        if let (Err(Refusal::Definite(_)), Some(live)) = (&said, live.filter(|live| live.thinking)) {
            self.apologise(&live).await;
        }
        said
    }

    async fn say_there(
        &self,
        place: &Place,
        to: &ShownTo,
        card: &Card,
        key: &Key,
        live: Option<Live>,
    ) -> Result<Sent, Refusal> {
        let mut out = self.fitting(card)?;
        out.put_mark(mark(key));
        match to {
            ShownTo::Only(who) if !place.is_private() => self.for_one(place, who, live, out, key).await,
            _ if place.is_private() => self.in_private(place, live, out, key).await,
            _ => self.in_public(place, card, out, key).await.map_err(Into::into),
        }
    }

    /// Ends every "thinking…" that nothing came of while it still can be ended: better an honest word than a failure. What
    /// can't be answered any more is struck out of the notes.
    pub(crate) async fn tend(&self) {
        self.strike_old().await;
        let since = self.now() - THINKS;
        let waiting = self.memory().thinking_since_before(since);
        for live in waiting {
            self.apologise(&live).await;
        }
    }

    async fn apologise(&self, live: &Live) {
        let Ok(route) = original_of(live) else { return };
        let out = outgoing(&Card::new("", Text::paragraph(NOT_FINISHED)), &|_| None);
        self.memory().answered(&live.id, None);
        if let Err(fault) = self.deliver(LightMethod::Patch, route, &out).await {
            debug!(%fault, "what was promised can't be ended in words");
        }
        self.note_interaction(&live.id).await;
    }

    /// The card with its picture in words, where it has one that would be sent along.
    fn without_picture(&self, card: &Card) -> Option<Card> {
        let image = card.image.as_ref().filter(|image| (self.connection.picture)(&image.file).is_some())?;
        // No file has such a name: what can't be found is described.
        Some(Card { image: Some(Image { file: String::new(), ..image.clone() }), ..card.clone() })
    }

    fn fitting(&self, card: &Card) -> Result<Outgoing, Refusal> {
        if let Some(misfit) = fit(card).first() {
            return Err(Refusal::Definite(format!("the card is too large for Discord: {misfit}")));
        }
        if let Some(input) = &card.input {
            self.memory().keep_label(input.form.as_str(), &input.label);
        }
        let picture = |file: &str| (!file.is_empty()).then(|| (self.connection.picture)(file)).flatten();
        Ok(outgoing(card, &picture))
    }

    /// As an answer that only one person sees, or in private when the time for that is over.
    async fn for_one(
        &self,
        place: &Place,
        who: &Identity,
        live: Option<Live>,
        out: Outgoing,
        key: &Key,
    ) -> Result<Sent, Refusal> {
        if let Some(live) = live.filter(|live| live.user == who.user.as_str()) {
            match self.answer(&live, &out, key).await {
                Ok(message) => return Ok(Sent { place: place.clone(), message }),
                Err(fault) if is_over(&fault) => {}
                Err(fault) => return Err(fault.into()),
            }
        } else if !key.0.contains(crate::translate::event_id("").as_str()) {
            return Err(Refusal::Definite("Discord shows something to one person only as an answer".to_owned()));
        }
        let place = self.private_place(who.user.as_str()).await?;
        let message = self.post(place.channel.as_str(), out, key).await?;
        Ok(Sent { place, message })
    }

    /// In the private conversation; a command is answered where it was typed, for its author's eyes, and so is whoever
    /// keeps private messages closed.
    async fn in_private(&self, place: &Place, live: Option<Live>, out: Outgoing, key: &Key) -> Result<Sent, Refusal> {
        let ours = |message| Sent { place: place.clone(), message };
        if let Some(live) =
            live.as_ref().filter(|live| live.is_command && (live.thinking || live.original == Some(nonce(key))))
        {
            match self.answer(live, &out, key).await {
                Ok(message) => return Ok(ours(message)),
                Err(fault) if is_over(&fault) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        let opened = match opened_later(place) {
            Some(user) => self.private_place(user).await,
            None => Ok(place.clone()),
        };
        let posted = match &opened {
            Ok(opened) => self.post(opened.channel.as_str(), out.clone(), key).await,
            Err(fault) => Err(fault.clone()),
        };
        match (posted, opened, live) {
            (Ok(message), Ok(place), _) => Ok(Sent { place, message }),
            // It is answered at once where that is still possible: closed, or too many were opened just now.
            (Err(fault), opened, Some(live)) if is_closed(&fault) || opened.is_err() => {
                Ok(ours(self.answer(&live, &out, key).await?))
            }
            (Err(fault), ..) | (Ok(_), Err(fault), _) => Err(fault.into()),
        }
    }

    /// The private conversation with somebody. Whoever did something just now is answered there, and Discord is asked to
    /// open a conversation only when that is not possible: it limits how many are opened, and may refuse it.
    pub(crate) async fn private_or_answer(&self, user: &str) -> Result<Place, Fault> {
        if self.memory().may_answer(user, self.now()) {
            return Ok(private(format!("{LATER}{user}")));
        }
        self.private_place(user).await
    }

    async fn in_public(&self, place: &Place, card: &Card, out: Outgoing, key: &Key) -> Result<Sent, Fault> {
        let Some(thread) = &place.thread else {
            let message = self.post(place.channel.as_str(), out, key).await?;
            return Ok(Sent { place: place.clone(), message });
        };
        let is_open = self.memory().channel(thread.as_str()).is_some();
        let opened = if is_open { Ok(thread.clone()) } else { self.open_thread(place, thread, card).await };
        let thread = match opened {
            Ok(opened) => opened,
            // A thread that began without a message has an id of its own: there is nothing to open.
            Err(fault) if fault.is(code::UNKNOWN_MESSAGE) => thread.clone(),
            Err(fault) if is_unthreadable(&fault) => return self.reply(place, thread, out, key).await,
            Err(fault) => return Err(fault),
        };
        let message = self.post(thread.as_str(), out, key).await?;
        Ok(Sent { place: Place { thread: Some(thread), ..place.clone() }, message })
    }

    /// Opens the thread of a message; the thread's id, which on Discord is the message's.
    async fn open_thread(&self, place: &Place, opening: &MessageId, card: &Card) -> Result<MessageId, Fault> {
        let name: String = card.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let name: String = name.chars().take(THREAD_NAME).collect();
        let name = if name.is_empty() { "Kairos".to_owned() } else { name };
        let body = json!({ "name": name, "auto_archive_duration": THREAD_MINUTES });
        let (channel_id, message_id) = (id(place.channel.as_str())?, id(opening.as_str())?);
        let route = Route::ChannelMessageThreads { channel_id, message_id };
        match self.rest.send(LightMethod::Post, route, &body).await {
            Ok(thread) => {
                self.memory().learn_channel(Some(place.workspace.as_str()), &thread);
                Ok(text(&thread["id"]).map_or_else(|| opening.clone(), MessageId::new))
            }
            Err(fault) if fault.is(code::THREAD_EXISTS) => Ok(opening.clone()),
            // Trying again finds the thread there, if it came to be.
            Err(Fault::NoAnswer(reason)) => Err(Fault::NotDone(reason)),
            Err(Fault::Failed) => Err(Fault::NotDone("Discord failed while it was at work")),
            Err(fault) => Err(fault),
        }
    }

    /// As a reply in the channel, where no thread can be opened.
    async fn reply(&self, place: &Place, opening: &MessageId, mut out: Outgoing, key: &Key) -> Result<Sent, Fault> {
        out.say("message_reference", &json!({ "message_id": opening, "fail_if_not_exists": true }));
        let message = self.post(place.channel.as_str(), out, key).await?;
        Ok(Sent { place: Place { thread: None, ..place.clone() }, message })
    }

    async fn post(&self, channel: &str, mut out: Outgoing, key: &Key) -> Result<MessageId, Fault> {
        out.say("nonce", &json!(nonce(key)));
        out.say("enforce_nonce", &json!(true));
        let route = Route::ChannelMessages { channel_id: id(channel)? };
        // The nonce makes a repetition harmless: better seconds than the half minute until somebody looks for it.
        for wait in AFTER_FAILURES {
            match self.deliver(LightMethod::Post, route, &out).await {
                Err(Fault::Failed) => tokio::time::sleep(wait).await,
                other => return id_of(&other?),
            }
        }
        id_of(&self.deliver(LightMethod::Post, route, &out).await?)
    }

    /// Sends the card as components; where Discord, or what stands for it, won't have those, as an embed.
    async fn deliver(&self, method: LightMethod, route: Route<'_>, out: &Outgoing) -> Result<Value, Fault> {
        let delivered = self.deliver_once(method, route, out).await;
        if matches!((&delivered, method), (Err(Fault::Failed), LightMethod::Patch)) {
            // The same change twice is one change.
            return Err(Fault::NotDone("Discord failed while it was at work"));
        }
        delivered
    }

    async fn deliver_once(&self, method: LightMethod, route: Route<'_>, out: &Outgoing) -> Result<Value, Fault> {
        let refused = match self.rest.ask(Request::new(route, method), Some(&out.body), &out.files).await {
            Err(fault) if [code::INVALID_FORM, code::EMPTY_MESSAGE].into_iter().any(|code| fault.is(code)) => fault,
            other => return other,
        };
        let Some(plainer) = &out.plainer else { return Err(refused) };
        debug!("a card of components is refused; it is sent as an embed");
        self.rest.ask(Request::new(route, method), Some(plainer), &out.files).await
    }

    /// Answers what somebody did, for their eyes alone.
    pub(crate) async fn answer(&self, live: &Live, out: &Outgoing, key: &Key) -> Result<MessageId, Fault> {
        self.wait_for_first_answer(live).await?;
        if live.thinking || live.original.as_ref() == Some(&nonce(key)) {
            let message = id_of(&self.deliver(LightMethod::Patch, original_of(live)?, out).await?)?;
            self.memory().answered(&live.id, Some(&nonce(key)));
            self.note_interaction(&live.id).await;
            self.reach_alone(message.as_str(), live, "@original").await;
            return Ok(message);
        }
        let mut out = out.clone();
        // In private nobody else reads along, and what is not ephemeral stays.
        if !live.place.is_private() {
            out.flag(EPHEMERAL);
        }
        let route = Route::WebhookFollowupMessages { application_id: id(&live.application)?, token: &live.token };
        let message = id_of(&self.deliver(LightMethod::Post, route, &out).await?)?;
        self.reach_alone(message.as_str(), live, message.as_str()).await;
        Ok(message)
    }

    /// Nothing can follow before the first answer has arrived.
    pub(crate) async fn wait_for_first_answer(&self, live: &Live) -> Result<(), Fault> {
        let mut acknowledged = live.acknowledged.subscribe();
        let left = FIRST_ANSWER.saturating_sub(self.now().since(live.at));
        match tokio::time::timeout(left, acknowledged.wait_for(|done| *done)).await {
            Ok(Ok(_)) => Ok(()),
            // After a restart nobody knows: by now it has arrived or never will, and Discord says which.
            _ if left.is_zero() => Ok(()),
            _ => Err(Fault::NotDone("the first answer is still on its way")),
        }
    }

    pub(crate) async fn change(&self, sent: &Sent, card: &Card) -> Result<(), Refusal> {
        match (self.change_to(sent, card).await, self.without_picture(card)) {
            (Err(Refusal::Definite(_)), Some(plain)) => self.change_to(sent, &plain).await,
            (changed, _) => changed,
        }
    }

    async fn change_to(&self, sent: &Sent, card: &Card) -> Result<(), Refusal> {
        let mut out = self.fitting(card)?;
        let reach = self.memory().reach(sent.message.as_str(), self.now());
        if let Some(reach) = reach {
            match self.deliver(LightMethod::Patch, reach.route()?, &out).await {
                Ok(_) => return Ok(()),
                Err(fault) if is_over(&fault) || fault.is(code::UNKNOWN_MESSAGE) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        let (channel_id, message_id) = (channel_id(&sent.place)?, id(sent.message.as_str())?);
        let route = Route::ChannelMessage { channel_id, message_id };
        // The mark stands in the message itself, so that it is found after a restart as well.
        let before = self.rest.get(route).await?;
        out.keep_mark(&before);
        // What began as an embed stays one.
        let is_embed = before["flags"].as_u64().unwrap_or_default() & IS_COMPONENTS_V2 == 0;
        if let Some(plainer) = out.plainer.take().filter(|_| is_embed) {
            out.body = plainer;
        }
        self.deliver(LightMethod::Patch, route, &out).await?;
        Ok(())
    }

    pub(crate) async fn look_for(&self, place: &Place, key: &Key) -> Result<Option<Sent>, Refusal> {
        let opened = match opened_later(place) {
            Some(user) => self.private_place(user).await?,
            None => place.clone(),
        };
        let place = &opened;
        if let Some(message) = self.marked(channel_of(place), key).await? {
            return Ok(Some(Sent { place: place.clone(), message }));
        }
        if place.thread.is_none() {
            return Ok(None);
        }
        let place = Place { thread: None, ..place.clone() };
        let reply = self.marked(place.channel.as_str(), key).await?;
        Ok(reply.map(|message| Sent { place, message }))
    }

    async fn marked(&self, channel: &str, key: &Key) -> Result<Option<MessageId>, Fault> {
        let (route, params) = (Route::ChannelMessages { channel_id: id(channel)? }, [("limit", LOOK_BACK.to_string())]);
        let messages = match self.rest.get_with(route, &params).await {
            Ok(messages) => messages,
            Err(fault) if fault.is(code::UNKNOWN_CHANNEL) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let (us, wanted) = (self.memory().us.clone(), mark(key));
        let is_ours = |message: &&Value| us.is_none() || text(&message["author"]["id"]) == us;
        let found = messages.as_array().into_iter().flatten().filter(is_ours).find(|message| bears(message, wanted));
        Ok(found.and_then(|message| text(&message["id"])).map(MessageId::new))
    }

    pub(crate) async fn private_place(&self, user: &str) -> Result<Place, Fault> {
        let body = json!({ "recipient_id": user });
        let opened = match self.rest.send(LightMethod::Post, Route::UserMeDmChannels, &body).await {
            // Opening what is open changes nothing.
            Err(Fault::NoAnswer(reason)) => Err(Fault::NotDone(reason)),
            Err(Fault::Failed) => Err(Fault::NotDone("Discord failed while it was at work")),
            other => other,
        }?;
        let channel = text(&opened["id"]).ok_or(Fault::NotDone("Discord's answer names no channel"))?;
        Ok(private(channel))
    }
}

/// The first answer to an interaction, as a route.
fn original_of(live: &Live) -> Result<Route<'_>, Fault> {
    Ok(Route::WebhookOriginalInteractionResponse { application_id: id(&live.application)?, token: &live.token })
}

/// Whose private conversation is opened only when nothing else will do.
fn opened_later(place: &Place) -> Option<&str> {
    place.channel.as_str().strip_prefix(LATER)
}

fn id_of(message: &Value) -> Result<MessageId, Fault> {
    text(&message["id"]).map(MessageId::new).ok_or(Fault::NoAnswer("Discord's answer names no message"))
}

/// The time in which somebody's action could be answered has passed.
fn is_over(fault: &Fault) -> bool {
    [code::UNKNOWN_WEBHOOK, code::UNKNOWN_INTERACTION, code::INVALID_TOKEN].into_iter().any(|code| fault.is(code))
        || matches!(fault, Fault::Refused { status: 401, .. })
}

/// Private messages are closed.
fn is_closed(fault: &Fault) -> bool {
    [code::CANNOT_MESSAGE, code::MUTUAL_SERVER].into_iter().any(|code| fault.is(code))
}

/// No thread can be opened here, and a reply may be possible.
fn is_unthreadable(fault: &Fault) -> bool {
    let codes = [code::MISSING_PERMISSIONS, code::MISSING_ACCESS, code::WRONG_CHANNEL_TYPE, code::THREADS_FULL];
    codes.into_iter().any(|code| fault.is(code))
}
