//! Where a conversation is, and who takes part in it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{ChannelId, MessageId, Timestamp, UserId, WorkspaceId};

/// A chat platform that Kairos speaks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlatformKind {
    /// Slack.
    Slack,
    /// Discord.
    Discord,
    /// The chat that ships with Kairos, in a browser page and in the terminal.
    Playground,
}

impl PlatformKind {
    /// Every platform, in the order in which people read them.
    pub const ALL: [Self; 3] = [Self::Slack, Self::Discord, Self::Playground];

    /// The lower-case name, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Playground => "playground",
        }
    }

    /// The one workspace in which people are known, where their ids hold everywhere; `None` where each workspace has
    /// its own.
    pub const fn workspace_of_people(self) -> Option<&'static str> {
        match self {
            Self::Slack => None,
            Self::Discord => Some("0"),
            Self::Playground => Some("playground"),
        }
    }
}

impl fmt::Display for PlatformKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PlatformKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| format!("unknown platform {name:?}: slack, discord or playground would be right"))
    }
}

/// Whether others can read along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// A channel that several people read.
    Shared,
    /// A conversation between one person and Kairos.
    Private,
}

/// Where a conversation is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The platform.
    pub platform: PlatformKind,
    /// The workspace or guild.
    pub workspace: WorkspaceId,
    /// The channel or private conversation.
    pub channel: ChannelId,
    /// The message that opened the thread; `None` for the channel itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageId>,
    /// Whether others can read along.
    pub privacy: Privacy,
}

impl Place {
    /// The same channel, in the thread that `opening` opened (or opens by being answered).
    #[must_use]
    pub fn in_thread(&self, opening: &MessageId) -> Self {
        Self { thread: Some(opening.clone()), ..self.clone() }
    }

    /// The channel, outside any thread.
    #[must_use]
    pub fn channel_itself(&self) -> Self {
        Self { thread: None, ..self.clone() }
    }

    /// True where the place is a thread or a private conversation, so that an answer disturbs nobody else.
    pub fn is_private(&self) -> bool {
        self.privacy == Privacy::Private
    }
}

/// One person as one platform knows them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The platform.
    pub platform: PlatformKind,
    /// The workspace or guild.
    pub workspace: WorkspaceId,
    /// The platform's own id of the person.
    pub user: UserId,
}

impl Identity {
    /// Reads somebody as people write them: `workspace/user`, or the user's id alone where that holds everywhere (on
    /// Discord, whose ids name one person in every server, and in the playground).
    pub fn read(platform: PlatformKind, text: &str) -> Option<Self> {
        let (workspace, user) = match text.trim().split_once('/') {
            Some((workspace, user)) => (Some(workspace.trim()), user.trim()),
            None => (None, text.trim()),
        };
        let workspace = platform.workspace_of_people().or(workspace)?;
        let is_named = |text: &str| !text.is_empty() && !text.contains('/');
        (is_named(workspace) && is_named(user)).then(|| Self {
            platform,
            workspace: workspace.into(),
            user: user.into(),
        })
    }
}

/// What a platform tells about a person. Names are for cards only: never for logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name that colleagues see.
    pub name: String,
    /// IANA time zone, e.g. `Europe/Lisbon`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Two-letter language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the person does, where the platform or an import knows, e.g. `seller`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Until then the person wants to be left in peace, where the platform tells; nothing unasked comes before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub do_not_disturb_until: Option<Timestamp>,
    /// Their e-mail address at work, where the platform tells it: other systems name people by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_one_person_however_they_are_written() {
        let read = |platform, text| Identity::read(platform, text).map(|it| format!("{}/{}", it.workspace, it.user));
        assert_eq!(read(PlatformKind::Slack, " T1/U1 ").as_deref(), Some("T1/U1"));
        assert_eq!(read(PlatformKind::Slack, "U1"), None, "an id of Slack's says nothing without its workspace");
        assert_eq!(read(PlatformKind::Discord, "42").as_deref(), Some("0/42"));
        assert_eq!(read(PlatformKind::Discord, "7/42").as_deref(), Some("0/42"), "whichever server they were seen in");
        assert_eq!(read(PlatformKind::Playground, "ben").as_deref(), Some("playground/ben"));
        for odd in ["", "/", "T1/", "/U1", "a/b/c"] {
            assert_eq!(read(PlatformKind::Slack, odd), None, "{odd:?}");
        }
    }
}
