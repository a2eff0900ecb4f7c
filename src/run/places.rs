//! Where conversations are kept, and what holds in them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use playground::Room;

use crate::{
    config::{Config, StoreUrl},
    ingest::Unlisted,
    library::Mode,
};

/// Where the playground keeps its conversation: beside the database.
pub(super) fn journal(config: &Config) -> Option<PathBuf> {
    match &config.store {
        StoreUrl::File(path) => Some(path.with_extension("playground.jsonl")),
        StoreUrl::Postgres(_) => Some(Path::new("kairos.playground.jsonl").to_owned()),
        StoreUrl::Memory => None,
    }
}

/// The mode of a channel that nobody set from within: as configured; the playground's own are live.
pub(super) fn modes(config: &Config) -> Unlisted {
    let channels = config.channels.clone();
    Arc::new(move |place| match Room::of(place) {
        Some(_) if !channels.is_named(place) => (Mode::Live, channels.hearing_of(place)),
        _ => (channels.mode_of(place), channels.hearing_of(place)),
    })
}
