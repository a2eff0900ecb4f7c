//! Who and what is in the playground: four people, five channels, and a private conversation each with Kairos.
//!
//! Invariants
//! - People and rooms are types, read from text once at the edge: no later step meets an unknown one.
//! - A private room belongs to one person.

use std::{fmt, str::FromStr};

use chat::{ChannelId, Identity, MessageId, Place, PlatformKind, Privacy, Profile, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// The one workspace there is.
pub const WORKSPACE: &str = "playground";

/// The bot's own user id.
pub const KAIROS: &str = "kairos";

/// Somebody one can speak as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Person {
    /// A seller in Lisbon.
    Ana,
    /// A seller in Berlin.
    Ben,
    /// In support, in London.
    Chloe,
    /// A team lead in Kolkata.
    Dev,
}

impl Person {
    /// Everybody, in the order of the page's list.
    pub const ALL: [Self; 4] = [Self::Ana, Self::Ben, Self::Chloe, Self::Dev];

    /// The user id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ana => "ana",
            Self::Ben => "ben",
            Self::Chloe => "chloe",
            Self::Dev => "dev",
        }
    }

    /// The name that colleagues see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ana => "Ana",
            Self::Ben => "Ben",
            Self::Chloe => "Chloe",
            Self::Dev => "Dev",
        }
    }

    /// What the person does.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Ana | Self::Ben => "seller",
            Self::Chloe => "support",
            Self::Dev => "team-lead",
        }
    }

    /// IANA time zone.
    pub const fn zone(self) -> &'static str {
        match self {
            Self::Ana => "Europe/Lisbon",
            Self::Ben => "Europe/Berlin",
            Self::Chloe => "Europe/London",
            Self::Dev => "Asia/Kolkata",
        }
    }

    /// As a platform names a person.
    pub fn identity(self) -> Identity {
        Identity {
            platform: PlatformKind::Playground,
            workspace: WorkspaceId::new(WORKSPACE),
            user: UserId::new(self.id()),
        }
    }

    /// The person behind an identity, where it is one of ours.
    pub fn of(who: &Identity) -> Option<Self> {
        (who.platform == PlatformKind::Playground && who.workspace.as_str() == WORKSPACE)
            .then(|| who.user.as_str().parse().ok())
            .flatten()
    }

    /// What the platform tells about the person.
    pub fn profile(self) -> Profile {
        Profile {
            name: self.name().to_owned(),
            zone: Some(self.zone().to_owned()),
            language: Some("en".to_owned()),
            roles: vec![self.role().to_owned()],
            do_not_disturb_until: None,
            email: None,
        }
    }
}

impl FromStr for Person {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|person| person.id() == id)
            .ok_or_else(|| "nobody has that name; try ana, ben, chloe or dev".to_owned())
    }
}

/// A channel, or one person's private conversation with Kairos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Room {
    /// `#general`
    General,
    /// `#deals`
    Deals,
    /// `#support`
    Support,
    /// `#team-leads`
    TeamLeads,
    /// `#ai-help`
    AiHelp,
    /// Between one person and Kairos.
    Private(Person),
}

impl Room {
    /// The channels that everybody reads, in the order of the page's list.
    pub const SHARED: [Self; 5] = [Self::General, Self::Deals, Self::Support, Self::TeamLeads, Self::AiHelp];

    /// The name without `#`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Deals => "deals",
            Self::Support => "support",
            Self::TeamLeads => "team-leads",
            Self::AiHelp => "ai-help",
            Self::Private(_) => "Kairos",
        }
    }

    /// What the room is for, in a line.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::General => "Everything else: lunch, plans, good news",
            Self::Deals => "Open deals, objections, negotiations",
            Self::Support => "Customers who need help, and how to give it",
            Self::TeamLeads => "Leading people: feedback, delegation, hard talks",
            Self::AiHelp => "Using AI tools at work, safely",
            Self::Private(_) => "Only you and Kairos",
        }
    }

    /// The channel id.
    pub fn channel(self) -> ChannelId {
        match self {
            Self::Private(person) => ChannelId::new(format!("private-{}", person.id())),
            shared => ChannelId::new(shared.name()),
        }
    }

    /// The room as a place, outside any thread.
    pub fn place(self) -> Place {
        Place {
            platform: PlatformKind::Playground,
            workspace: WorkspaceId::new(WORKSPACE),
            channel: self.channel(),
            thread: None,
            privacy: if matches!(self, Self::Private(_)) { Privacy::Private } else { Privacy::Shared },
        }
    }

    /// The place of a thread in this room, or the room itself.
    pub fn at(self, thread: Option<&MessageId>) -> Place {
        Place { thread: thread.cloned(), ..self.place() }
    }

    /// The room that a place lies in, where it is one of ours.
    pub fn of(place: &Place) -> Option<Self> {
        (place.platform == PlatformKind::Playground && place.workspace.as_str() == WORKSPACE)
            .then(|| place.channel.as_str().parse().ok())
            .flatten()
    }

    /// True where `person` may read along.
    pub fn open_to(self, person: Person) -> bool {
        match self {
            Self::Private(owner) => owner == person,
            _ => true,
        }
    }
}

impl FromStr for Room {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let private = id.strip_prefix("private-").and_then(|owner| owner.parse().ok()).map(Self::Private);
        private
            .or_else(|| Self::SHARED.into_iter().find(|room| room.name() == id))
            .ok_or_else(|| "no such channel".to_owned())
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.channel().as_str())
    }
}
