//! The house as an adapter sees it: where events go, and where an adapter says how it is connected.

use std::{future::Future, pin::Pin};

use crate::WorkspaceId;

/// What accepting a raw event becomes; an error means that it is not kept, and has to be offered again.
pub type Accepting<'a> = Pin<Box<dyn Future<Output = Result<Accepted, String>> + Send + 'a>>;

/// What became of a raw event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is committed, for the first time, or nothing can come of it. It may be acknowledged.
    New,
    /// It was committed before.
    Repeated,
    /// A form that can't be taken as it was filled in; nothing was kept. The adapter SHOULD leave the form open, with
    /// what was typed and each mistake beside its field.
    Mistaken(Vec<Mistake>),
}

/// What is wrong in one field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field's id.
    pub field: String,
    /// What would be right, for the person to read.
    pub reason: String,
}

/// Why a connection stands no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outage {
    /// It was lost, or can't be opened; the adapter tries again by itself.
    Lost(String),
    /// The platform refuses it: a wrong token, an intent that isn't granted. Nothing changes until somebody acts.
    Refused(String),
    /// The adapter closed it, since Kairos stops or another one takes its place.
    Closed,
}

/// Where an adapter delivers what happens, and tells how it stands.
///
/// A connection has a name that is unique within its adapter and stays the same when it is opened anew: its kind in one
/// word, and where there are several, a space and which one: `socket 1`, `shard 0`, `token`, `token T1`. Of each kind one
/// has to stand, or Kairos is not ready. Reasons carry no text of people and no token.
pub trait EventSink: Send + Sync {
    /// Takes a raw event durably; the same event twice is one.
    fn accept(&self, raw: String) -> Accepting<'_>;

    /// A connection stands. An adapter MUST announce each that it keeps up, by this or by [`EventSink::disconnected`].
    fn connected(&self, _connection: &str) {}

    /// A connection stands no more.
    fn disconnected(&self, _connection: &str, _outage: &Outage) {}

    /// Events may have been missed: a session could not be resumed, or nothing was connected. In one workspace, or in all.
    ///
    /// The house reads the channels from where it knows them. A start needs no such word.
    fn gap(&self, _workspace: Option<&WorkspaceId>) {}
}
