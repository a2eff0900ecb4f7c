//! What is kept: the shapes that go in and come out of the store.

use chat::{
    Card, ChannelId, DeliveryId, EventId, Identity, Key, MessageId, PersonId, PersonKey, Place, PlatformKind, Profile,
    ShownTo, Timestamp, WorkspaceId,
};
use serde::{Deserialize, Serialize};

use super::{NameState, Origin};
use crate::{
    engine::{Budget, DaysOff, Decision, Load, Need, Own, Plan, Reason, WorkingHours},
    library::{Hearing, Mode, TriggerId},
};

/// A raw event as a platform handed it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The same for every delivery of the same happening.
    pub id: EventId,
    /// Where it came from.
    pub origin: Origin,
    /// Exactly what came; gone once it is decided.
    pub raw: String,
    /// When it was accepted.
    pub received_at: Timestamp,
}

/// Something a worker holds under a lease, with the fence that proves it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed<T> {
    /// What is held.
    pub item: T,
    /// Rises with every claim; only the newest holder may finish.
    pub fence: i64,
    /// How often it has been tried, this time included; to look up what became of a delivery is no attempt.
    pub attempts: u32,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its hour, then is decided again.
    Held,
    /// Decided; to be sent when due.
    Pending,
    /// A worker is calling the platform.
    Sending,
    /// The platform gave no answer; to be looked up before anything else.
    Ambiguous,
    /// Arrived.
    Sent,
    /// Refused for good, or too often: a person should look.
    Dead,
    /// Taken back before it was sent.
    Cancelled,
    /// Overdue beyond use.
    Expired,
}

/// What a delivery does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Posts a card at a place.
    Post {
        /// Where.
        place: Place,
        /// Who sees it.
        shown_to: ShownTo,
    },
    /// Posts a card in the private conversation with somebody.
    PostPrivately {
        /// With whom.
        who: Identity,
    },
    /// Shows a card on the page that a platform keeps for one person and us.
    ShowHome {
        /// Whose page.
        who: Identity,
    },
    /// Replaces the card of a message of ours.
    Edit {
        /// Where it stands.
        place: Place,
        /// Which message.
        message: MessageId,
    },
}

impl Action {
    /// The conversation that it changes, whichever way: what has the same one goes in order.
    pub fn lane(&self) -> String {
        match self {
            Self::Post { place, .. } | Self::Edit { place, .. } => {
                format!("{}/{}/{}", place.platform, place.workspace, place.channel)
            }
            Self::PostPrivately { who } | Self::ShowHome { who } => {
                format!("{}/{}/@{}", who.platform, who.workspace, who.user)
            }
        }
    }

    /// The platform that is called.
    pub fn platform(&self) -> PlatformKind {
        match self {
            Self::Post { place, .. } | Self::Edit { place, .. } => place.platform,
            Self::PostPrivately { who } | Self::ShowHome { who } => who.platform,
        }
    }

    /// What it does, in a word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Post { .. } => "post",
            Self::PostPrivately { .. } => "private",
            Self::ShowHome { .. } => "home",
            Self::Edit { .. } => "edit",
        }
    }
}

/// What makes a delivery one and the same: no second row can have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeliveryKey {
    /// Platform and workspace.
    pub tenant: String,
    /// The event that caused it.
    pub event: EventId,
    /// The trigger, or what else answered (`practice`, `why`, …).
    pub trigger: TriggerId,
    /// For whom.
    pub person: PersonId,
    /// Which of several steps of one answer.
    pub step: u32,
}

impl DeliveryKey {
    /// The key as a platform gets it.
    pub fn to_key(&self) -> Key {
        Key(format!("{}:{}:{}:{}:{}", self.tenant, self.event, self.trigger, self.person, self.step))
    }
}

/// A card on its way or arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// What makes it unique.
    pub key: DeliveryKey,
    /// Where it stands.
    pub state: DeliveryState,
    /// What it does.
    pub action: Action,
    /// The card; `None` while held.
    pub card: Option<Card>,
    /// What is offered and for which need, for cards that a trigger brought.
    pub offer: Option<Offer>,
    /// Not before.
    pub due_at: Timestamp,
    /// Not after.
    pub expires_at: Timestamp,
    /// When it was decided.
    pub created_at: Timestamp,
    /// The message it became.
    pub sent: Option<(Place, MessageId)>,
    /// When it arrived.
    pub sent_at: Option<Timestamp>,
    /// What the platform last said, without text of people.
    pub last_error: Option<String>,
}

/// What a card offers, and what it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The plan behind it.
    pub plan: Plan,
    /// The need it answers.
    pub need: Need,
    /// Where the need was heard.
    pub place: Place,
    /// The message in which it was heard.
    pub message: MessageId,
    /// The event that brought that message.
    pub heard_in: EventId,
    /// Who wrote that message.
    pub asker: Identity,
    /// When it was heard.
    pub heard_at: Timestamp,
    /// Over the budget: it waits to be told in a digest, and not for its own hour.
    #[serde(default)]
    pub put_by: bool,
}

/// A person with everything that is kept about them in their own row.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// What the platform told.
    pub profile: Profile,
    /// When the platform was last asked; `None`: never.
    pub described_at: Option<Timestamp>,
    /// Their own working hours.
    pub hours: Option<WorkingHours>,
    /// Wants nothing unasked at all.
    pub opted_out: bool,
    /// Wants nothing unasked until then.
    pub snoozed_until: Option<Timestamp>,
    /// When they were asked for their time zone; `None`: never.
    pub zone_asked_at: Option<Timestamp>,
    /// What else they chose for themselves.
    pub own: Own,
}

/// A channel and its mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The platform.
    pub platform: PlatformKind,
    /// The workspace or guild.
    pub workspace: WorkspaceId,
    /// The channel.
    pub channel: ChannelId,
    /// Its name, as conditions see it.
    pub name: String,
    /// Whether Kairos is live there.
    pub mode: Mode,
    /// How soon triggers are heard there; `None`: as everywhere.
    pub hearing: Option<Hearing>,
}

/// A decision as it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The event it was about.
    pub event: EventId,
    /// For whom.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
    /// The delivery it led to.
    pub delivery: Option<DeliveryId>,
    /// What was decided, and why.
    pub decision: Decision,
}

/// What becomes of a held delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// Send this card from `due_at` on.
    Send {
        /// The card.
        card: Card,
        /// What it offers now, which may differ from what was planned when it was heard.
        offer: Box<Offer>,
        /// Not before.
        due_at: Timestamp,
    },
    /// Send this card, which offers nothing by itself, at once.
    Tell {
        /// The card.
        card: Card,
    },
    /// Wait for a digest.
    PutBy {
        /// What it offers.
        offer: Box<Offer>,
        /// How long it is worth telling.
        until: Timestamp,
    },
    /// Wait on.
    Hold {
        /// Look again then.
        until: Timestamp,
    },
    /// Take it back.
    Cancel {
        /// Why.
        reason: Reason,
    },
}

/// A change to what a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonChange {
    /// What the platform tells, as of an instant.
    Described(Profile, Timestamp),
    /// Nothing unasked until then; `None` ends it.
    Snooze(Option<Timestamp>),
    /// Nothing unasked at all, or again.
    OptOut(bool),
    /// Their own working hours; `None`: those of the house.
    Hours(Option<WorkingHours>),
    /// Their own time zone, by its IANA name; `None`: what the platform tells.
    Zone(Option<String>),
    /// They were asked for their time zone.
    ZoneAsked(Timestamp),
    /// How many unasked messages they bear; `None`: as many as the house says.
    Budget(Option<Budget>),
    /// When they are away.
    DaysOff(DaysOff),
    /// Whether a digest may tell them what the budget held back.
    Digest(bool),
    /// When to ask how full their week is; `None`: never.
    Pulse(Option<Timestamp>),
    /// What they said to that; `None`: it holds no longer.
    Load(Option<Load>),
    /// This trigger no more, or again.
    Stop(TriggerId, bool),
    /// They were asked whether a name means them, or answered.
    Name(PersonKey, NameState),
    /// What they tapped on a card is taken back.
    Untap(DeliveryId, String),
    /// Forgotten, with everything that is kept about them; what else the outcome holds is written after it.
    Erase,
}
