//! The library's pictures, and where they lie in Slack's workspaces already.

use std::sync::Arc;

use chat::{PlatformKind, WorkspaceId};
use slack::Kept;

use crate::{clock::Clock, engine::Engine, store::Store};

/// What Slack's adapter may show.
pub(super) struct Album {
    pub(super) engine: Arc<Engine>,
    pub(super) store: Store,
    pub(super) clock: Clock,
}

impl slack::Album for Album {
    fn picture(&self, file: &str) -> Option<Vec<u8>> {
        self.engine.library().pictures.get(file).cloned()
    }

    fn find<'a>(&'a self, team: &'a WorkspaceId, digest: &'a str) -> Kept<'a, Option<String>> {
        Box::pin(async move {
            let found = self.store.upload(PlatformKind::Slack, team, digest).await;
            found.map_err(|error| error.to_string())
        })
    }

    fn keep<'a>(&'a self, team: &'a WorkspaceId, digest: &'a str, id: Option<&'a str>) -> Kept<'a, ()> {
        Box::pin(async move {
            let kept = self.store.keep_upload(PlatformKind::Slack, team, digest, id, self.clock.now()).await;
            kept.map_err(|error| error.to_string())
        })
    }
}
