//! The port: what Kairos asks of a chat platform. `contract` says in prose what an adapter owes.

use std::{
    fmt,
    future::{Future, ready},
    pin::Pin,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{Card, Event, Form, Identity, MessageId, Place, PlatformKind, Profile, Timestamp, What, WorkspaceId};

/// What a call to a platform becomes: an answer, or why there is none.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// What describing several people becomes: an answer for each, in their order.
pub type Described<'a> = Pin<Box<dyn Future<Output = Vec<Result<Option<Profile>, Refusal>>> + Send + 'a>>;

/// What becomes of entering a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// Kairos is a member, since now or since before: what is said there reaches it.
    Joined,
    /// Only a member can let Kairos in.
    NeedsInvitation,
}

/// The key of a delivery: the same for every attempt at the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub String);

/// Who sees a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownTo {
    /// Everybody in the place.
    Everyone,
    /// One person, as the answer to something they did there just now; may be lost, so never the only copy.
    Only(Identity),
}

/// A message of ours that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Where.
    pub place: Place,
    /// Under which id.
    pub message: MessageId,
}

/// Why a platform did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It won't, ever: archived, not a member, deactivated.
    Definite(String),
    /// It won't, since whom it is for takes no private messages. Somewhere else they may be told that it is there.
    Closed(String),
    /// It won't any more, and surely did nothing: what was to be answered (a trigger id, an interaction) has expired.
    Expired(String),
    /// It won't until somebody gives Kairos another token for this workspace, and surely did nothing.
    TokenRefused(String),
    /// It did not now, and surely did nothing; try again, not before the given time where one is given.
    Transient {
        /// What it said, without any text of people.
        reason: String,
        /// How long it asked us to wait.
        retry_after: Option<Duration>,
    },
    /// No answer: it may or may not have happened. Look with [`Platform::find`] before trying again.
    Unknown(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Definite(reason) | Self::Closed(reason) => write!(f, "refused: {reason}"),
            Self::Expired(reason) => write!(f, "too late: {reason}"),
            Self::TokenRefused(reason) => write!(f, "the token is refused: {reason}"),
            Self::Transient { reason, .. } => write!(f, "refused for now: {reason}"),
            Self::Unknown(reason) => write!(f, "no answer: {reason}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// A raw event that could not be read. The reason names the place in it, never its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unreadable event: {}", self.0)
    }
}

impl std::error::Error for Unreadable {}

/// The id that stands for a message where somebody tapped on the page of their own.
pub const HOME: &str = "home";

/// A chat platform, as Kairos sees it. See [`crate::contract`] for what each method owes.
pub trait Platform: Send + Sync {
    /// Which platform it is.
    fn kind(&self) -> PlatformKind;

    /// Reads a raw event as it was stored. Pure: the same text gives the same events; none for what doesn't matter.
    fn translate(&self, raw: &str) -> Result<Vec<Event>, Unreadable>;

    /// Says `card` at `place`. A repeated `key` MUST NOT show a second message.
    fn send<'a>(&'a self, place: &'a Place, to: &'a ShownTo, card: &'a Card, key: &'a Key) -> Pending<'a, Sent>;

    /// Replaces the card of a message of ours.
    fn edit<'a>(&'a self, sent: &'a Sent, card: &'a Card) -> Pending<'a, ()>;

    /// Opens the private conversation with a person, or finds it.
    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place>;

    /// Shows a form to the person who did `event` just now; [`Refusal::Expired`] when that is too long ago.
    fn ask<'a>(&'a self, event: &'a Event, form: &'a Form) -> Pending<'a, ()>;

    /// What the platform tells about a person; `None` for somebody it does not know.
    ///
    /// It SHOULD carry the time zone, and until when the person is not to be disturbed, as far as the platform tells.
    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>>;

    /// How many people [`Platform::describe_many`] describes in the time of one; 1 where each is asked for alone.
    fn describes_together(&self) -> usize {
        1
    }

    /// Describes several people, each as [`Platform::describe`] would: together where the platform can do that.
    fn describe_many<'a>(&'a self, people: &'a [Identity]) -> Described<'a> {
        Box::pin(async move {
            let mut described = Vec::with_capacity(people.len());
            for who in people {
                described.push(self.describe(who).await);
            }
            described
        })
    }

    /// Who has this e-mail address at work in one of these workspaces (`None`: in any); `None` where nobody has, or the
    /// platform tells no addresses.
    ///
    /// MUST refuse where a workspace that may know them could not be asked, or where it may be one of several people: "not
    /// found" is said only by who could look.
    fn person_with<'a>(
        &'a self,
        _email: &'a str,
        _workspaces: Option<&'a [WorkspaceId]>,
    ) -> Pending<'a, Option<Identity>> {
        Box::pin(ready(Ok(None)))
    }

    /// The messages of a place since an instant, oldest first; `None` where the platform gives no history.
    fn history<'a>(&'a self, place: &'a Place, since: Timestamp) -> Pending<'a, Option<Vec<Event>>>;

    /// The message with this id in the channel of `place`, or in its thread, as the history would give it; `None` where it
    /// is not. The message that opened a thread is found by the thread's place too, wherever the platform keeps it.
    ///
    /// An adapter SHOULD do this in one call; by default the history is searched.
    fn message<'a>(&'a self, place: &'a Place, id: &'a MessageId) -> Pending<'a, Option<Event>> {
        Box::pin(async move {
            let is_it = |event: &Event| matches!(&event.what, What::Message(message) if message.id == *id);
            for place in [place.in_thread(id), place.clone(), place.channel_itself()] {
                match self.history(&place, Timestamp::from_ms(0)).await {
                    Ok(events) => {
                        if let Some(found) = events.into_iter().flatten().find(is_it) {
                            return Ok(Some(found));
                        }
                    }
                    // Nothing was answered to it yet: there is no such thread.
                    Err(Refusal::Definite(_)) => {}
                    Err(refusal) => return Err(refusal),
                }
            }
            Ok(None)
        })
    }

    /// Enters a channel, where Kairos may do that by itself. By default nobody has to: whoever can be read is read.
    fn join<'a>(&'a self, _place: &'a Place) -> Pending<'a, Joining> {
        Box::pin(ready(Ok(Joining::Joined)))
    }

    /// The message that an earlier attempt with `key` left at `place`, if any.
    fn find<'a>(&'a self, place: &'a Place, key: &'a Key) -> Pending<'a, Option<Sent>>;

    /// Whether the platform keeps such a page for each person; a tap on it comes from the message [`HOME`].
    fn has_home(&self) -> bool {
        false
    }

    /// Shows `card` on the page that the platform keeps for Kairos and one person, instead of what stood there.
    ///
    /// Refused for good where the platform has no such page.
    fn show_home<'a>(&'a self, _who: &'a Identity, _card: &'a Card) -> Pending<'a, ()> {
        Box::pin(ready(Err(Refusal::Definite("there is no such page here".to_owned()))))
    }

    /// Whether a person may say what Kairos does at a place: whoever runs the workspace or made the channel.
    fn may_steer<'a>(&'a self, _who: &'a Identity, _place: &'a Place) -> Pending<'a, bool> {
        Box::pin(ready(Ok(false)))
    }

    /// Whether a person runs the workspace: whoever does may see and pause triggers on the page of their own.
    fn runs_workspace<'a>(&'a self, _who: &'a Identity) -> Pending<'a, bool> {
        Box::pin(ready(Ok(false)))
    }

    /// What people call the channel; `None` where the platform does not tell.
    fn name_of<'a>(&'a self, _place: &'a Place) -> Pending<'a, Option<String>> {
        Box::pin(ready(Ok(None)))
    }
}

/// The platforms that are connected, by kind.
#[derive(Clone, Default)]
pub struct Platforms(Vec<std::sync::Arc<dyn Platform>>);

impl Platforms {
    /// The platforms of `list`; of two of one kind the first counts.
    pub fn new(list: Vec<std::sync::Arc<dyn Platform>>) -> Self {
        Self(list)
    }

    /// Every platform that is connected.
    pub fn all(&self) -> impl Iterator<Item = &dyn Platform> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The platform of a kind, where it is connected.
    pub fn get(&self, kind: PlatformKind) -> Option<&dyn Platform> {
        self.0.iter().find(|platform| platform.kind() == kind).map(AsRef::as_ref)
    }
}

impl fmt::Debug for Platforms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|platform| platform.kind())).finish()
    }
}
