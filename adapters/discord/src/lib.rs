//! Discord: what happens there in neutral words, and cards as messages of its second component system.
//!
//! ```text
//! gateway ─┐                                                 ┌─▶ send ─▶ rest ─▶ Discord
//!          ├─▶ receive ─▶ the event sink … platform (the port)┤
//!    http ─┘        └─▶ first_answer (within three seconds)    └─▶ find, history, message, describe
//! ```
//!
//! Invariants
//! - [`components`] and [`fit`] are pure and never panic, whatever is written on the card.
//! - Nothing on a card pings, links or formats beyond its own spans: every sign of Discord's Markdown is escaped, and
//!   `allowed_mentions` allows none.
//! - A card without a [`chat::Misfit`] is shown whole, within every limit of Discord that is known.
//! - Nothing of Discord's vocabulary leaves this crate but the JSON itself.
//! - Whoever redirects the API or the gateway is never led back to the real ones.
//!
//! serenity 0.12.5 carries the wire: the gateway (shards, identify queue, heartbeats, resume, close codes), the routes and
//! requests of the API, intents, permissions, ids, commands, signatures. Its types stay in this crate. What is done by
//! hand, and why:
//! - *Sending a request and its pace* (`rest`, `pace`): with its limiter off serenity gives a 429 without its headers, with
//!   its limiter on it ignores a configured address; and it forgets in a restart what Discord asked for.
//! - *Messages* (`card`, `embed`, `choices`, `message`): serenity has no builders for the second component system, nor for
//!   the component ids by which a message of ours is found again.
//! - *Events as JSON* (`translate`, `wire`): a stored event is read by a later version too, whatever serenity's types are
//!   by then. What serenity can't read is stored as it came.
//! - *What serenity leaves out*: the components of a program's message (with the flag that says there are any) and the
//!   label of a pressed field are asked for again; forms have their inputs in rows, since serenity loses what is written
//!   below labels.
//! - *Which gateway* (`gateway::way`): serenity falls back to Discord's own when the API names none.
//! - *Order* (`gateway::session`): serenity gives each dispatch to a task of its own.
//! - *Fatal closes* (`gateway::close`): it gives back three of six; the others show as shards that never stand.
//!
//! Limits that come with serenity: a session is not resumed after a restart (the host reads the channels instead), nor
//! where Discord names another address to resume at; a missed heartbeat begins a new session. The gateway's WebSocket
//! takes neither a proxy nor the system's certificates, which requests do (`HTTPS_PROXY`): behind such a proxy commands can
//! come over HTTP.

mod card;
mod choices;
mod commands;
mod connection;
mod embed;
pub mod export;
mod fault;
mod first_answer;
mod forms;
mod gateway;
mod http;
mod limits;
mod markdown;
mod memory;
mod message;
mod pace;
mod platform;
mod recall;
mod receive;
mod rest;
mod send;
mod translate;
mod wire;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chat::Timestamp;
use serenity::http::Route;

use fault::Fault;
use memory::Memory;
use rest::Rest;

pub use card::components;
pub use commands::{PERMISSIONS, install_link};
pub use connection::{Clockwork, Connection, Pictures, Suggestions};
pub use embed::embeds;
pub use limits::fit;

/// Kairos on Discord.
pub struct Discord {
    connection: Connection,
    rest: Rest,
    /// Never held across an await.
    memory: Mutex<Memory>,
}

impl fmt::Debug for Discord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discord").field("connection", &self.connection).finish_non_exhaustive()
    }
}

/// Flags of an application that may read every message, and of one that may hear who joins: approved for large bots, or
/// limited for small ones.
pub(crate) const MAY_READ: u64 = 1 << 18 | 1 << 19;
pub(crate) const MAY_SEE_MEMBERS: u64 = 1 << 14 | 1 << 15;

/// What Discord says about the bot: for those who look whether everything works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The application's id, which the link to invite it needs.
    pub application: String,
    /// True when Discord lets it read the text of every message.
    pub reads_everything: bool,
}

impl Discord {
    /// An adapter over this connection; nothing is asked yet.
    pub fn new(connection: Connection) -> Result<Arc<Self>, String> {
        let rest = Rest::new(&connection)?;
        Ok(Arc::new(Self { connection, rest, memory: Mutex::default() }))
    }

    /// What Discord says about the bot; the reason in words where it says nothing.
    pub async fn standing(&self) -> Result<Standing, String> {
        let (application, flags) = self.application().await.map_err(|fault| fault.to_string())?;
        Ok(Standing { application, reads_everything: flags & MAY_READ != 0 })
    }

    /// The application's id, and what Discord says of it.
    pub(crate) async fn application(&self) -> Result<(String, u64), Fault> {
        let told = self.rest.get(Route::Oauth2ApplicationCurrent).await?;
        let id = wire::text(&told["id"]).ok_or(Fault::NotDone("Discord names no application"))?;
        let flags = told["flags"].as_u64().unwrap_or_default();
        let mut memory = self.memory();
        memory.application = Some(id.clone());
        memory.flags = flags;
        Ok((id, flags))
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.connection.clock.now()
    }
}
