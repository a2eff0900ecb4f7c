//! What the adapter remembers of Discord while it runs. What `recall` doesn't keep can be lost: it is learnt again, or
//! asked for.
//!
//! Invariants
//! - Every list has a bound; what is oldest is forgotten first.
//! - The token of an interaction is used for fifteen minutes at most, and is never shown.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    fmt,
    sync::Arc,
    time::Duration,
};

use chat::{Form, Place, Timestamp};
use serde_json::Value;
use serenity::{http::Route, model::Permissions};
use tokio::sync::watch;

use crate::{
    fault::Fault,
    wire::{each, id, is_thread, text},
};

/// How long an interaction can be answered; a little less than Discord's fifteen minutes.
pub(crate) const LASTS: Duration = Duration::from_secs(14 * 60 + 30);
/// Channels and threads that are remembered.
const CHANNELS: usize = 50_000;
const PEOPLE: usize = 50_000;
const INTERACTIONS: usize = 2_000;
/// Whoever may do one of these may say what Kairos does in a channel: administer, manage channels, manage the server.
const MAY_STEER: Permissions =
    Permissions::ADMINISTRATOR.union(Permissions::MANAGE_CHANNELS).union(Permissions::MANAGE_GUILD);

/// A channel or thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Channel {
    /// The server; `None` for a private conversation.
    pub(crate) guild: Option<String>,
    /// The channel that a thread belongs to.
    pub(crate) parent: Option<String>,
    /// What people call it.
    pub(crate) name: Option<String>,
}

/// Something that somebody did, and that can still be answered for them alone.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) application: String,
    pub(crate) user: String,
    pub(crate) place: Place,
    pub(crate) at: Timestamp,
    /// True while Discord shows "thinking…" for it: the next answer takes that place.
    pub(crate) thinking: bool,
    /// True for a command: its answer belongs where it was typed.
    pub(crate) is_command: bool,
    /// The nonce of the delivery that took that place: another try at the same one goes there again.
    pub(crate) original: Option<String>,
    /// What Discord said its author may do there, as bits; 0 where it said nothing.
    pub(crate) permissions: u64,
    /// Turns true with the first answer: none can follow before.
    pub(crate) acknowledged: Arc<watch::Sender<bool>>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("id", &self.id).field("thinking", &self.thinking).finish_non_exhaustive()
    }
}

/// How a message that only one person sees is reached.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) application: String,
    pub(crate) token: String,
    /// `@original`, or the message's id.
    pub(crate) name: String,
    /// When somebody did what it answers.
    pub(crate) at: Timestamp,
}

impl Reach {
    pub(crate) fn route(&self) -> Result<Route<'_>, Fault> {
        let (application_id, token) = (id(&self.application)?, self.token.as_str());
        Ok(match id(&self.name) {
            Ok(message_id) => Route::WebhookFollowupMessage { application_id, token, message_id },
            Err(_) => Route::WebhookOriginalInteractionResponse { application_id, token },
        })
    }
}

/// The memory.
#[derive(Default)]
pub(crate) struct Memory {
    /// Our own id, from the first READY on, or since a channel was read.
    pub(crate) us: Option<String>,
    /// The application's id.
    pub(crate) application: Option<String>,
    /// What Discord says of the application: which privileged intents it was given, among others.
    pub(crate) flags: u64,
    /// True once Discord knows our commands.
    pub(crate) is_introduced: bool,
    /// Shards whose session stands, as the host was told.
    pub(crate) standing: BTreeSet<u32>,
    /// Shards that had a session since we started: with the next one something may have been missed.
    pub(crate) began: HashSet<u64>,
    channels: HashMap<String, Channel>,
    /// Roles by id.
    roles: HashMap<String, String>,
    /// Where somebody was last seen in a server.
    seen_in: HashMap<String, String>,
    live: VecDeque<Live>,
    alone: VecDeque<(String, Reach)>,
    forms: VecDeque<Form>,
    /// What stands above the field of a card, by its form: serenity leaves it out where the field is pressed.
    labels: VecDeque<(String, String)>,
    /// Notes about interactions, and until when each is of use.
    noted: VecDeque<(Timestamp, String)>,
    /// Who may say what Kairos does where, as Discord told with what they did last.
    steers: VecDeque<(String, String, bool)>,
}

impl Memory {
    pub(crate) fn learn_guild(&mut self, guild: &Value) {
        let Some(id) = text(&guild["id"]) else { return };
        for channel in ["channels", "threads"].iter().flat_map(|key| each(&guild[*key])) {
            self.learn_channel(Some(&id), channel);
        }
        self.learn_roles(each(&guild["roles"]));
    }

    pub(crate) fn learn_roles<'a>(&mut self, roles: impl IntoIterator<Item = &'a Value>) {
        for role in roles {
            if let (Some(id), Some(name)) = (text(&role["id"]), text(&role["name"])) {
                self.roles.insert(id, name.to_lowercase());
            }
        }
    }

    pub(crate) fn role(&self, id: &str) -> Option<&String> {
        self.roles.get(id)
    }

    pub(crate) fn learn_channel(&mut self, guild: Option<&str>, channel: &Value) {
        let Some(id) = text(&channel["id"]) else { return };
        if self.channels.len() >= CHANNELS {
            self.channels.clear();
        }
        let note = Channel {
            guild: text(&channel["guild_id"]).or_else(|| guild.map(ToOwned::to_owned)),
            parent: text(&channel["parent_id"]).filter(|_| is_thread(&channel["type"])),
            name: text(&channel["name"]),
        };
        self.channels.insert(id, note);
    }

    pub(crate) fn forget_channel(&mut self, id: &str) {
        self.channels.remove(id);
    }

    pub(crate) fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.get(id)
    }

    /// Notes where somebody was seen.
    pub(crate) fn saw(&mut self, user: &str, guild: &str) {
        if self.seen_in.len() >= PEOPLE {
            self.seen_in.clear();
        }
        if self.seen_in.get(user).is_none_or(|known| known != guild) {
            self.seen_in.insert(user.to_owned(), guild.to_owned());
        }
    }

    pub(crate) fn seen_in(&self, user: &str) -> Option<&String> {
        self.seen_in.get(user)
    }

    /// Notes an interaction that can be answered from now on; of one that is known nothing changes.
    pub(crate) fn interacted(&mut self, live: Live) {
        self.permitted(&live.user, live.place.channel.as_str(), live.permissions);
        if self.live(&live.id).is_some() {
            return;
        }
        self.live.push_back(live);
        while self.live.len() > INTERACTIONS {
            self.live.pop_front();
        }
    }

    pub(crate) fn live(&self, id: &str) -> Option<&Live> {
        self.live.iter().rev().find(|live| live.id == id)
    }

    /// Interactions whose first answer may not have arrived.
    pub(crate) fn unacknowledged(&self) -> Vec<Live> {
        self.live.iter().filter(|live| !*live.acknowledged.borrow()).cloned().collect()
    }

    /// Interactions that show "thinking…" since before this instant.
    pub(crate) fn thinking_since_before(&self, instant: Timestamp) -> Vec<Live> {
        let old = self.live.iter().take_while(|live| live.at < instant);
        old.filter(|live| live.thinking).cloned().collect()
    }

    /// The interaction that a delivery with this key answers, if it can still be answered.
    pub(crate) fn answered_by(&self, key: &str, now: Timestamp) -> Option<Live> {
        let is_named = |live: &&Live| {
            let id = crate::translate::event_id(&live.id);
            key.match_indices(id.as_str())
                .any(|(at, id)| !key[at + id.len()..].starts_with(|next: char| next.is_ascii_digit()))
        };
        self.live.iter().rev().filter(|live| now.since(live.at) < LASTS).find(is_named).cloned()
    }

    /// The first answer has arrived: others may follow.
    pub(crate) fn acknowledged(&self, id: &str) {
        for live in self.live.iter().filter(|live| live.id == id) {
            live.acknowledged.send_replace(true);
        }
    }

    /// The interaction can't be answered any more.
    pub(crate) fn over(&mut self, id: &str) {
        self.acknowledged(id);
        self.live.retain(|live| live.id != id);
    }

    /// The place of "thinking…" is taken, by the delivery of this nonce where it was one.
    pub(crate) fn answered(&mut self, id: &str, nonce: Option<&str>) {
        for live in self.live.iter_mut().filter(|live| live.id == id) {
            live.thinking = false;
            live.original = nonce.map(ToOwned::to_owned);
        }
    }

    /// Notes how a message that one person sees is reached.
    pub(crate) fn alone(&mut self, message: &str, reach: Reach) {
        self.alone.retain(|(known, _)| known != message);
        self.alone.push_back((message.to_owned(), reach));
        while self.alone.len() > INTERACTIONS {
            self.alone.pop_front();
        }
    }

    pub(crate) fn reach(&self, message: &str, now: Timestamp) -> Option<Reach> {
        let found = self.alone.iter().find(|(known, reach)| known == message && now.since(reach.at) < LASTS);
        found.map(|(_, reach)| reach.clone())
    }

    pub(crate) fn keep_form(&mut self, form: Form) {
        self.forms.retain(|known| known.id != form.id);
        self.forms.push_back(form);
        while self.forms.len() > INTERACTIONS {
            self.forms.pop_front();
        }
    }

    pub(crate) fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id.as_str() == id)
    }

    pub(crate) fn keep_label(&mut self, form: &str, label: &str) {
        if self.label(form) == Some(label) {
            return;
        }
        self.labels.retain(|(known, _)| known != form);
        self.labels.push_back((form.to_owned(), label.to_owned()));
        while self.labels.len() > INTERACTIONS {
            self.labels.pop_front();
        }
    }

    pub(crate) fn label(&self, form: &str) -> Option<&str> {
        self.labels.iter().find(|(known, _)| known == form).map(|(_, label)| label.as_str())
    }

    /// True where somebody did something that can still be answered.
    pub(crate) fn may_answer(&self, user: &str, now: Timestamp) -> bool {
        self.live.iter().rev().any(|live| live.user == user && now.since(live.at) < LASTS)
    }

    /// Notes until when a note is of use.
    pub(crate) fn noted(&mut self, name: &str, until: Timestamp) {
        self.noted.retain(|(_, known)| known != name);
        self.noted.push_back((until, name.to_owned()));
        while self.noted.len() > 2 * INTERACTIONS {
            self.noted.pop_front();
        }
    }

    /// Takes out the notes that are of no use any more.
    pub(crate) fn out_of_date(&mut self, now: Timestamp) -> Vec<String> {
        let (old, fresh): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.noted).into_iter().partition(|(until, _)| *until <= now);
        self.noted = fresh;
        old.into_iter().map(|(_, name)| name).collect()
    }

    /// Notes what Discord said somebody may do in a channel.
    fn permitted(&mut self, user: &str, channel: &str, permissions: u64) {
        self.steers.retain(|(who, at, _)| who != user || at != channel);
        self.steers.push_back((
            user.to_owned(),
            channel.to_owned(),
            Permissions::from_bits_retain(permissions).intersects(MAY_STEER),
        ));
        while self.steers.len() > INTERACTIONS {
            self.steers.pop_front();
        }
    }

    pub(crate) fn may_steer(&self, user: &str, channel: &str) -> bool {
        self.steers.iter().any(|(who, at, may)| *may && who == user && at == channel)
    }
}
