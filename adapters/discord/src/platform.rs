//! Discord as Kairos sees it: the same port as Slack and the playground.

use std::future::ready;

use chat::{
    Card, Described, Event, Form, Identity, Key, MessageId, Pending, Place, Platform, PlatformKind, Profile, Refusal,
    Sent, ShownTo, Timestamp, Unreadable,
};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use serenity::http::Route;
use tracing::debug;

use crate::{
    Discord,
    fault::{Fault, code},
    translate,
    wire::{channel_id, first_id, id, text},
};

/// Messages that Discord gives at once.
const PAGE: usize = 100;
/// Pages that are read of one channel's or thread's history.
const PAGES: usize = 50;
/// Threads of a channel that are read with it, those with the newest messages first.
const THREADS: usize = 25;
/// People who are described at the same time.
const AT_ONCE: usize = 16;

impl Platform for Discord {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Discord
    }

    fn translate(&self, raw: &str) -> Result<Vec<Event>, Unreadable> {
        translate::events(raw)
    }

    fn send<'a>(&'a self, place: &'a Place, to: &'a ShownTo, card: &'a Card, key: &'a Key) -> Pending<'a, Sent> {
        Box::pin(self.say(place, to, card, key))
    }

    fn edit<'a>(&'a self, sent: &'a Sent, card: &'a Card) -> Pending<'a, ()> {
        Box::pin(self.change(sent, card))
    }

    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place> {
        Box::pin(async move { Ok(self.private_or_answer(who.user.as_str()).await?) })
    }

    fn ask<'a>(&'a self, event: &'a Event, form: &'a Form) -> Pending<'a, ()> {
        Box::pin(async move { Ok(self.offer_form(event, form).await?) })
    }

    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>> {
        Box::pin(async move { Ok(self.profile(who.user.as_str()).await?) })
    }

    fn describe_many<'a>(&'a self, people: &'a [Identity]) -> Described<'a> {
        let asked = stream::iter(people).map(|who| self.describe(who));
        Box::pin(asked.buffered(AT_ONCE).collect())
    }

    fn message<'a>(&'a self, place: &'a Place, id: &'a MessageId) -> Pending<'a, Option<Event>> {
        Box::pin(self.look_message_up(place, id))
    }

    fn history<'a>(&'a self, place: &'a Place, since: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        Box::pin(async move { self.read_history(place, since).await.map(Some) })
    }

    fn find<'a>(&'a self, place: &'a Place, key: &'a Key) -> Pending<'a, Option<Sent>> {
        Box::pin(self.look_for(place, key))
    }

    /// By what Discord told with their last command or click there: whoever may manage the channel or the server.
    fn may_steer<'a>(&'a self, who: &'a Identity, place: &'a Place) -> Pending<'a, bool> {
        let may = self.memory().may_steer(who.user.as_str(), place.channel.as_str());
        Box::pin(ready(Ok(may)))
    }

    fn name_of<'a>(&'a self, place: &'a Place) -> Pending<'a, Option<String>> {
        let known = || self.memory().channel(place.channel.as_str()).and_then(|channel| channel.name.clone());
        Box::pin(async move {
            let name = known();
            if name.is_some() || place.is_private() {
                return Ok(name);
            }
            // After a resumed connection Discord doesn't tell again what there is.
            self.look_up(place.channel.as_str()).await;
            Ok(known())
        })
    }
}

impl Discord {
    /// The name that colleagues see, and the roles of the server where somebody was last seen.
    async fn profile(&self, user: &str) -> Result<Option<Profile>, Fault> {
        let guild = self.memory().seen_in(user).cloned();
        if let Some(guild) = guild {
            let route = Route::GuildMember { guild_id: id(&guild)?, user_id: id(user)? };
            match self.rest.get(route).await {
                Ok(member) => {
                    self.learn_roles_of(&guild, &member).await;
                    return Ok(Some(self.of_member(&member)));
                }
                Err(Fault::Refused { .. }) => {}
                Err(fault) => return Err(fault),
            }
        }
        let asked = match id(user) {
            Ok(user_id) => self.rest.get(Route::User { user_id }).await,
            Err(fault) => Err(fault),
        };
        match asked {
            Ok(found) => Ok(Some(Profile { name: name_of(&found), ..Profile::default() })),
            Err(fault @ Fault::Refused { status, .. })
                if [code::UNKNOWN_USER, code::UNKNOWN_MEMBER].into_iter().any(|code| fault.is(code))
                    || matches!(status, 400 | 404) =>
            {
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Asks what the server's roles are called, unless that is known: a resumed connection doesn't tell it again.
    async fn learn_roles_of(&self, guild: &str, member: &Value) {
        let ids: Vec<_> = member["roles"].as_array().into_iter().flatten().filter_map(text).collect();
        let is_known = {
            let memory = self.memory();
            ids.iter().all(|id| memory.role(id).is_some())
        };
        if is_known {
            return;
        }
        let Ok(guild_id) = id(guild) else { return };
        match self.rest.get(Route::GuildRoles { guild_id }).await {
            Ok(roles) => self.memory().learn_roles(roles.as_array().into_iter().flatten()),
            Err(fault) => debug!(%fault, "what the roles are called can't be asked"),
        }
    }

    fn of_member(&self, member: &Value) -> Profile {
        let name = text(&member["nick"]).unwrap_or_else(|| name_of(&member["user"]));
        let memory = self.memory();
        let ids = member["roles"].as_array().into_iter().flatten().filter_map(text);
        Profile { name, roles: ids.filter_map(|id| memory.role(&id).cloned()).collect(), ..Profile::default() }
    }

    /// One message: what opened a thread stands in the channel itself, everything else of the thread in the thread.
    async fn look_message_up(&self, place: &Place, message: &MessageId) -> Result<Option<Event>, Refusal> {
        let channel = place.channel_itself();
        let opens = place.thread.as_ref() == Some(message);
        let places = if opens { [&channel, place] } else { [place, &channel] };
        let us = self.memory().us.clone();
        for place in places.into_iter().take(1 + usize::from(place.thread.is_some())) {
            let (Ok(channel_id), Ok(message_id)) = (channel_id(place), id(message.as_str())) else { continue };
            match self.rest.get(Route::ChannelMessage { channel_id, message_id }).await {
                Ok(found) => {
                    let read = translate::read_message(place, &found, us.as_deref(), false).unwrap_or_default();
                    if let Some(event) = read.into_iter().next() {
                        return Ok(Some(event));
                    }
                }
                Err(fault) if [code::UNKNOWN_MESSAGE, code::UNKNOWN_CHANNEL].into_iter().any(|code| fault.is(code)) => {
                }
                Err(Fault::Refused { status: 404, .. }) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(None)
    }

    /// A channel with the threads in which something was said since, or one thread.
    async fn read_history(&self, place: &Place, since: Timestamp) -> Result<Vec<Event>, Refusal> {
        let mut events = self.read_channel(place, since).await?;
        if place.thread.is_none() && !place.is_private() {
            for thread in self.open_threads(place, since).await {
                let thread = place.in_thread(&thread);
                match self.read_channel(&thread, since).await {
                    Ok(said) => events.extend(said),
                    // It may have been taken away, or be closed to us.
                    Err(Refusal::Definite(_)) => {}
                    Err(refusal) => return Err(refusal),
                }
            }
        }
        events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        events.dedup_by(|a, b| a.id == b.id);
        Ok(events)
    }

    /// Threads of a channel in which something was said since, as far as Discord tells: the newest first.
    async fn open_threads(&self, place: &Place, since: Timestamp) -> Vec<MessageId> {
        let Ok(guild_id) = id(place.workspace.as_str()) else { return Vec::new() };
        let told = match self.rest.get(Route::GuildThreadsActive { guild_id }).await {
            Ok(told) => told,
            Err(fault) => {
                debug!(%fault, "which threads are open can't be asked");
                return Vec::new();
            }
        };
        let number = |value: &Value| text(value).and_then(|id| id.parse::<u64>().ok()).unwrap_or_default();
        let its = told["threads"].as_array().into_iter().flatten();
        let its = its.filter(|thread| text(&thread["parent_id"]).as_deref() == Some(place.channel.as_str()));
        let spoken = its.filter(|thread| number(&thread["last_message_id"]) >= first_id(since));
        let mut threads: Vec<_> =
            spoken.filter_map(|thread| Some((number(&thread["last_message_id"]), text(&thread["id"])?))).collect();
        threads.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
        threads.into_iter().take(THREADS).map(|(_, id)| MessageId::new(id)).collect()
    }

    /// Our own id. A channel may be read before the first session stands, and who is meant there has to be known.
    async fn ourselves(&self) -> Option<String> {
        let known = self.memory().us.clone();
        if known.is_some() {
            return known;
        }
        let us = text(&self.rest.get(Route::UserMe).await.ok()?["id"])?;
        self.memory().us = Some(us.clone());
        Some(us)
    }

    async fn read_channel(&self, place: &Place, since: Timestamp) -> Result<Vec<Event>, Refusal> {
        let us = self.ourselves().await;
        let (mut events, mut after) = (Vec::new(), first_id(since).saturating_sub(1));
        for _ in 0..PAGES {
            let params = [("limit", PAGE.to_string()), ("after", after.to_string())];
            let page = self.rest.get_with(Route::ChannelMessages { channel_id: channel_id(place)? }, &params).await?;
            let messages = page.as_array().map(Vec::as_slice).unwrap_or_default();
            for message in messages {
                // What can't be read is one message less, not the end of the history.
                events.extend(translate::read_message(place, message, us.as_deref(), false).unwrap_or_default());
            }
            let last = messages.iter().filter_map(|message| text(&message["id"])?.parse::<u64>().ok()).max();
            match last.filter(|last| messages.len() == PAGE && *last > after) {
                Some(last) => after = last,
                None => break,
            }
        }
        Ok(events)
    }
}

fn name_of(user: &Value) -> String {
    text(&user["global_name"]).or_else(|| text(&user["username"])).unwrap_or_default()
}
