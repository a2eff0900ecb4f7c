//! What Discord delivers, by the gateway or over HTTP: kept durably, then acknowledged.
//!
//! Invariants
//! - Accepted means committed: nothing is acknowledged that isn't kept.
//! - An interaction has its first answer within Discord's three seconds, whatever the engine is doing.
//! - Nothing of ours is kept, so nothing can loop. What other programs write is kept as theirs: it may be an alert.

use std::{sync::Arc, time::Duration};

use chat::{Accepted, EventSink, Field, Form, FormId};
use futures_util::future::join_all;
use serde_json::{Value, json};
use serenity::http::{LightMethod, Route};
use tracing::{debug, info, warn};

use crate::{
    Discord, MAY_SEE_MEMBERS,
    fault::{Fault, code},
    first_answer::{self, First, first},
    memory::Live,
    translate::{JOINED, filled_fields, place_of, user_of},
    wire::{self, EPHEMERAL, id, text, words},
};

/// How long an unknown channel is asked for before a message is kept without knowing whether it stands in a thread.
const LOOK_UP: Duration = Duration::from_secs(2);
/// How long to wait before the store is asked again.
const STORE: Duration = Duration::from_millis(500);
/// How long an answer over HTTP may take to reach Discord.
const ANSWER_TRAVELS: Duration = Duration::from_millis(300);

/// A dispatch of the gateway.
pub(crate) struct Told {
    pub(crate) kind: String,
    pub(crate) data: Value,
    /// What tells it from every other one.
    pub(crate) turn: String,
}

impl Discord {
    /// Takes dispatches in, in their order. Returns once they are kept.
    pub(crate) async fn receive(&self, told: impl Iterator<Item = Told>, sink: &dyn EventSink) {
        let mut raws = Vec::new();
        for Told { kind, data, turn } in told {
            if kind == "INTERACTION_CREATE" {
                // It is answered now; what was said before is kept before.
                self.keep_all(std::mem::take(&mut raws), sink).await;
                self.interaction_by_gateway(data, sink).await;
            } else {
                self.take_in(&kind, data, &turn, &mut raws, sink).await;
            }
        }
        self.keep_all(raws, sink).await;
    }

    /// Learns from a dispatch what we have to know, and adds to `raws` what is to be kept of it.
    async fn take_in(&self, kind: &str, data: Value, turn: &str, raws: &mut Vec<String>, sink: &dyn EventSink) {
        match kind {
            "READY" => self.begin(&data, sink),
            "RESUMED" => info!("resumed on Discord; nothing was missed"),
            "GUILD_CREATE" => self.memory().learn_guild(&data),
            "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE" => self.memory().learn_roles([&data["role"]]),
            "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE" => {
                self.memory().learn_channel(None, &data);
            }
            "CHANNEL_DELETE" | "THREAD_DELETE" => {
                text(&data["id"]).inspect(|id| self.memory().forget_channel(id));
            }
            "THREAD_LIST_SYNC" => {
                let guild = text(&data["guild_id"]);
                for thread in data["threads"].as_array().into_iter().flatten() {
                    self.memory().learn_channel(guild.as_deref(), thread);
                }
            }
            "MESSAGE_CREATE" | "MESSAGE_UPDATE" if self.is_ours(&data) => {}
            // Discord and programs themselves change what programs wrote all the time; what they report is there at once.
            "MESSAGE_UPDATE" if is_of_a_program(&data) => {}
            // Who joins is told by itself where Discord lets us hear it.
            "MESSAGE_CREATE" if data["type"] == JOINED && self.memory().flags & MAY_SEE_MEMBERS != 0 => {}
            "MESSAGE_CREATE"
            | "MESSAGE_UPDATE"
            | "MESSAGE_DELETE"
            | "MESSAGE_REACTION_ADD"
            | "MESSAGE_REACTION_REMOVE"
            | "GUILD_MEMBER_ADD" => {
                let data = self.with_components(kind, data).await;
                raws.push(self.with_what_we_know(kind, data, turn).await);
            }
            "MESSAGE_DELETE_BULK" => {
                for id in data["ids"].as_array().into_iter().flatten() {
                    let one = json!({ "id": id, "channel_id": data["channel_id"], "guild_id": data["guild_id"] });
                    raws.push(self.with_what_we_know("MESSAGE_DELETE", one, turn).await);
                }
            }
            _ => {}
        }
    }

    /// A session begins. Were it not the first, something may have been said before it began.
    fn begin(&self, ready: &Value, sink: &dyn EventSink) {
        self.learn_ourselves(ready);
        metrics::counter!("kairos_connections_total", "platform" => "discord", "outcome" => "opened").increment(1);
        let shard = ready["shard"][0].as_u64().unwrap_or_default();
        if self.memory().began.insert(shard) {
            info!(shard, "connected to Discord");
        } else {
            info!(shard, "connected to Discord anew; what was said meanwhile is read from the channels");
            sink.gap(None);
        }
    }

    /// A program's message of the second component system, which serenity hands over without its components, and without
    /// the flag that says so: what seems to say nothing is looked at as a whole.
    async fn with_components(&self, kind: &str, mut data: Value) -> Value {
        let holds_files = data["attachments"].as_array().is_some_and(|files| !files.is_empty());
        let is_bare = is_of_a_program(&data) && !holds_files && words(&data, true).trim().is_empty();
        if kind == "MESSAGE_CREATE"
            && is_bare
            && let (Some(channel), Some(message)) = (text(&data["channel_id"]), text(&data["id"]))
            && let Some(mut whole) = self.whole_message(&channel, &message).await
        {
            data["components"] = whole["components"].take();
        }
        data
    }

    /// A message as the API gives it; `None` where it can't be had in time.
    async fn whole_message(&self, channel: &str, message: &str) -> Option<Value> {
        let (channel_id, message_id) = (id(channel).ok()?, id(message).ok()?);
        let asked = self.rest.get(Route::ChannelMessage { channel_id, message_id });
        tokio::time::timeout(LOOK_UP, asked).await.ok()?.ok()
    }

    /// True for what we wrote ourselves, in a channel or as an answer to something that somebody did.
    fn is_ours(&self, data: &Value) -> bool {
        let memory = self.memory();
        let is = |value: &Value, known: &Option<String>| known.is_some() && text(value) == *known;
        is(&data["author"]["id"], &memory.us) || is(&data["application_id"], &memory.application)
    }

    fn learn_ourselves(&self, ready: &Value) {
        let mut memory = self.memory();
        memory.us = text(&ready["user"]["id"]).or(memory.us.take());
        memory.application = text(&ready["application"]["id"]).or(memory.application.take());
    }

    /// The dispatch as it is stored: with everything a pure translation needs.
    async fn with_what_we_know(&self, kind: &str, data: Value, turn: &str) -> String {
        let channel = text(&data["channel_id"]).unwrap_or_default();
        let is_shared = !data["guild_id"].is_null();
        if is_shared && !channel.is_empty() && self.memory().channel(&channel).is_none() {
            self.look_up(&channel).await;
        }
        let now = self.now();
        let mut memory = self.memory();
        let known = memory.channel(&channel).cloned().unwrap_or_default();
        let user = text(&data["author"]["id"]).or_else(|| text(&data["user_id"]));
        if let (Some(user), Some(guild)) = (user, text(&data["guild_id"])) {
            memory.saw(&user, &guild);
        }
        let mut raw = json!({ "t": kind, "d": data, "at": now.as_ms(), "turn": turn });
        for (name, value) in [("us", &memory.us), ("guild", &known.guild), ("parent", &known.parent)] {
            if let Some(value) = value {
                raw[name] = json!(value);
            }
        }
        raw.to_string()
    }

    pub(crate) async fn look_up(&self, channel: &str) {
        let Ok(channel_id) = id(channel) else { return };
        match tokio::time::timeout(LOOK_UP, self.rest.get(Route::Channel { channel_id })).await {
            Ok(Ok(found)) => self.memory().learn_channel(None, &found),
            Ok(Err(fault)) => debug!(%fault, "a channel can't be looked up"),
            Err(_) => debug!("a channel can't be looked up in time"),
        }
    }

    /// Keeps a raw event; waits for a store that does not answer.
    async fn keep(&self, raw: String, sink: &dyn EventSink) -> Accepted {
        loop {
            match sink.accept(raw.clone()).await {
                Ok(accepted) => return accepted,
                Err(error) => {
                    warn!(error, "an event of Discord's waits: the store takes nothing");
                    tokio::time::sleep(STORE).await;
                }
            }
        }
    }

    /// Keeps raw events so that one commit can take them all: each is offered before any waits.
    async fn keep_all(&self, raws: Vec<String>, sink: &dyn EventSink) {
        join_all(raws.into_iter().map(|raw| self.keep(raw, sink))).await;
    }

    async fn interaction_by_gateway(&self, data: Value, sink: &dyn EventSink) {
        let (Some(id), Some(token)) = (text(&data["id"]), text(&data["token"])) else { return };
        let (mut answer, keeps) = self.first_answer(&data).await;
        if keeps {
            let accepted = self.keep(without_key(&data), sink).await;
            // A restart may have come between keeping it and answering.
            let waits = self.memory().live(&id).is_some_and(|live| !*live.acknowledged.borrow());
            match accepted {
                Accepted::Repeated if !waits => return,
                Accepted::Mistaken(mistakes) => answer = self.mistaken(&data, &mistakes),
                Accepted::New | Accepted::Repeated => {}
            }
        }
        self.acknowledge(&id, &token, &answer).await;
        if keeps {
            self.note_interaction(&id).await;
        }
    }

    /// Gives the first answer to an interaction; whether it arrived is remembered with the interaction.
    pub(crate) async fn acknowledge(&self, id: &str, token: &str, answer: &Value) {
        let Ok(interaction_id) = wire::id(id) else { return };
        let route = Route::InteractionResponse { interaction_id, token };
        let mut answered = self.rest.send(LightMethod::Post, route, answer).await;
        if matches!(answered, Err(Fault::NoAnswer(_) | Fault::NotDone(_))) {
            // Trying again does no harm: Discord takes one answer and says so.
            answered = self.rest.send(LightMethod::Post, route, answer).await;
        }
        match answered {
            Ok(_) => self.memory().acknowledged(id),
            // Somebody, perhaps an earlier try of ours, was faster.
            Err(fault) if fault.is(code::ALREADY_ACKNOWLEDGED) => {
                debug!("an interaction was acknowledged already");
                self.memory().acknowledged(id);
            }
            Err(fault) => {
                warn!(%fault, "an interaction could not be acknowledged; its answer goes by private message");
                self.memory().over(id);
            }
        }
    }

    /// Takes in an interaction that came over HTTP, and gives the body of the answer; `None` when it can't be kept.
    pub(crate) async fn interaction_by_http(self: &Arc<Self>, data: Value, sink: &dyn EventSink) -> Option<Value> {
        let (answer, keeps) = self.first_answer(&data).await;
        if keeps {
            let id = text(&data["id"]).unwrap_or_default();
            if let Accepted::Mistaken(mistakes) = sink.accept(without_key(&data)).await.ok()? {
                return Some(self.mistaken(&data, &mistakes));
            }
            // Our answer has to reach Discord before anything can follow it.
            let discord = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(ANSWER_TRAVELS).await;
                discord.memory().acknowledged(&id);
                discord.note_interaction(&id).await;
            });
        }
        Some(answer)
    }

    /// The first answer to an interaction, and whether the house should hear of it.
    async fn first_answer(&self, data: &Value) -> (Value, bool) {
        let label = self.label_of_field(data).await;
        let answer = {
            let memory = self.memory();
            first(data, label, |id| memory.form(id).cloned(), |typed| (self.connection.suggest)(typed))
        };
        match answer {
            First::Only(answer) => (answer, false),
            First::Deferred(answer) => {
                self.remember(data, &answer).await;
                (answer, true)
            }
        }
    }

    /// What stands on the button that was pressed, where a field opens behind it: serenity hands the button's message over
    /// without components of the second system.
    async fn label_of_field(&self, data: &Value) -> Option<String> {
        let custom = data["data"]["custom_id"].as_str().filter(|custom| custom.starts_with("form:"))?;
        if data["type"] != 3 {
            return None;
        }
        let form = custom.trim_start_matches("form:");
        let known = first_answer::label_of(&data["message"]["components"], custom);
        let known = known.or_else(|| self.memory().label(form).map(ToOwned::to_owned));
        if known.is_some() {
            return known;
        }
        // Not known since a restart; of a message that one person sees nothing can be asked.
        let whole = self.whole_message(&text(&data["channel_id"])?, &text(&data["message"]["id"])?).await?;
        let label = first_answer::label_of(&whole["components"], custom)?;
        self.memory().keep_label(form, &label);
        Some(label)
    }

    /// What is wrong with a form that was sent, and a button that opens it again with what was typed: Discord takes no
    /// form as the answer to a form.
    fn mistaken(&self, data: &Value, mistakes: &[chat::Mistake]) -> Value {
        let form = text(&data["data"]["custom_id"]).unwrap_or_default();
        let form = form.trim_start_matches("form:");
        let typed = filled_fields(&data["data"]["components"]);
        let mut memory = self.memory();
        if let Some(id) = text(&data["id"]) {
            memory.over(&id);
        }
        let mut again = memory.form(form).cloned().unwrap_or_else(|| {
            let label = memory.label(form).unwrap_or(first_answer::YOUR_WORDS).to_owned();
            let field = |(id, _): &(String, String)| Field {
                id: id.clone(),
                label: label.clone(),
                long: true,
                value: String::new(),
            };
            Form { id: FormId::new(form), title: label.clone(), fields: typed.iter().map(field).collect() }
        });
        for field in &mut again.fields {
            if let Some((_, value)) = typed.iter().find(|(id, _)| *id == field.id) {
                field.value.clone_from(value);
            }
        }
        let answer = first_answer::mistaken(&again, mistakes);
        memory.keep_form(again);
        answer
    }

    /// Remembers what can be answered from now on, so that it is answered after a restart as well.
    async fn remember(&self, data: &Value, answer: &Value) {
        let (Some(id), Some(token), Some(application)) =
            (text(&data["id"]), text(&data["token"]), text(&data["application_id"]))
        else {
            return;
        };
        let (Some(place), Some(user)) = (place_of(data), user_of(data)) else { return };
        if let Some(guild) = text(&data["guild_id"]) {
            self.memory().saw(&user, &guild);
        }
        let permissions = text(&data["member"]["permissions"]).and_then(|text| text.parse().ok()).unwrap_or_default();
        let (is_command, thinking) = (data["type"] == 2, answer["type"] == 5);
        let live = Live {
            id,
            token,
            application,
            user,
            place,
            at: self.now(),
            thinking,
            is_command,
            original: None,
            permissions,
            acknowledged: Arc::default(),
        };
        self.memory().interacted(live.clone());
        let source = &data["message"];
        if source["flags"].as_u64().is_some_and(|flags| flags & EPHEMERAL != 0)
            && let Some(message) = text(&source["id"])
        {
            self.reach_alone(&message, &live, "@original").await;
        }
        self.note_interaction(&live.id).await;
    }
}

/// An interaction as it is kept: without the key that lets it be answered, which no translation needs.
fn without_key(data: &Value) -> String {
    let mut data = data.clone();
    if let Some(fields) = data.as_object_mut() {
        fields.remove("token");
    }
    json!({ "t": "INTERACTION_CREATE", "d": data }).to_string()
}

fn is_of_a_program(data: &Value) -> bool {
    data["author"]["bot"] == true || !data["webhook_id"].is_null()
}
