//! What an adapter writes down so that it outlives a restart.

use std::{
    future::{Future, ready},
    pin::Pin,
};

use crate::Timestamp;

/// What reading or writing becomes; the reason where the notebook can't be reached.
pub type Noted<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Something that an adapter has to know again: where a connection stood, how long to be silent.
///
/// Never what people wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Unique among the adapter's notes.
    pub name: String,
    /// What it says, in the adapter's own form.
    pub text: String,
    /// From then on it is of no use, and is thrown away.
    pub until: Timestamp,
}

/// An adapter's own notes; no other adapter sees them. A note that was written is durable.
pub trait Notebook: Send + Sync {
    /// Every note that is still of use at `now`.
    fn read(&self, now: Timestamp) -> Noted<'_, Vec<Note>>;

    /// Keeps a note in place of an earlier one of its name; what was of no use any more at `now` is thrown away.
    fn write(&self, note: Note, now: Timestamp) -> Noted<'_, ()>;

    /// Throws the note of this name away.
    fn strike<'a>(&'a self, name: &'a str) -> Noted<'a, ()>;
}

/// No notebook: nothing outlives a restart.
impl Notebook for () {
    fn read(&self, _now: Timestamp) -> Noted<'_, Vec<Note>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn write(&self, _note: Note, _now: Timestamp) -> Noted<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    fn strike<'a>(&'a self, _name: &'a str) -> Noted<'a, ()> {
        Box::pin(ready(Ok(())))
    }
}
