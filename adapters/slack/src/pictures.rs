//! The library's pictures, shown without any public address: uploaded once to each workspace, and named by their file.
//!
//! Invariants
//! - A picture is uploaded once to a workspace; the house remembers where it lies.
//! - A card never waits longer than [`PATIENCE`] for its picture, and is shown with the description where there is none.
//! - The upload address gets the picture and nothing else: no token.

use std::{sync::Arc, time::Duration};

use chat::{Image, Refusal, WorkspaceId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tracing::warn;

use crate::{
    api::{Api, WorkspaceClient},
    methods,
    workspaces::Kept,
};

/// How long a card waits for its picture; the outbox gives a call ten seconds.
const PATIENCE: Duration = Duration::from_secs(4);

/// Where pictures come from, and where they lie already.
pub trait Album: Send + Sync {
    /// A picture of the library, by its path.
    fn picture(&self, file: &str) -> Option<Vec<u8>>;

    /// Slack's id of a picture that lies in a workspace, by its digest.
    fn find<'a>(&'a self, team: &'a WorkspaceId, digest: &'a str) -> Kept<'a, Option<String>>;

    /// Remembers where a picture lies in a workspace; `None`: nowhere any more.
    fn keep<'a>(&'a self, team: &'a WorkspaceId, digest: &'a str, id: Option<&'a str>) -> Kept<'a, ()>;
}

/// A picture on its way into a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lying {
    /// Slack's id.
    pub(crate) id: String,
    /// The digest of what it shows.
    digest: String,
    /// True when it was uploaded just now: Slack may need a moment before it can be shown.
    is_new: bool,
}

/// The pictures. Clones are the same.
#[derive(Clone)]
pub(crate) struct Pictures {
    album: Arc<dyn Album>,
    api: Api,
}

impl Pictures {
    /// Those of `album`.
    pub(crate) fn new(album: Arc<dyn Album>, api: Api) -> Self {
        Self { album, api }
    }

    /// Where a picture lies in a workspace, uploaded now where it must be; `None` where it can't be shown.
    pub(crate) async fn of(&self, image: &Image, team: &WorkspaceId, pipe: &WorkspaceClient) -> Option<Lying> {
        let bytes = self.album.picture(&image.file)?;
        let digest = hex::encode(Sha256::digest(&bytes));
        match self.album.find(team, &digest).await {
            Ok(Some(id)) => return Some(Lying { id, digest, is_new: false }),
            Ok(None) => {}
            Err(reason) => warn!(reason, "where a picture lies can't be looked up"),
        }
        let uploaded = tokio::time::timeout(PATIENCE, self.upload(image, bytes, pipe)).await;
        let id = match uploaded {
            Ok(Ok(id)) => id,
            Ok(Err(refusal)) => {
                warn!(%refusal, "a picture could not be uploaded: its description is shown");
                return None;
            }
            Err(_) => {
                warn!("a picture could not be uploaded in time: its description is shown");
                return None;
            }
        };
        if let Err(reason) = self.album.keep(team, &digest, Some(&id)).await {
            warn!(reason, "where a picture lies can't be kept: it will be uploaded again");
        }
        Some(Lying { id, digest, is_new: true })
    }

    /// Slack would not show it. One that has lain there for long is gone: the next card uploads it anew.
    pub(crate) async fn refused(&self, lying: &Lying, team: &WorkspaceId) {
        if lying.is_new {
            return;
        }
        if let Err(reason) = self.album.keep(team, &lying.digest, None).await {
            warn!(reason, "where a picture lay can't be forgotten");
        }
    }

    async fn upload(&self, image: &Image, bytes: Vec<u8>, pipe: &WorkspaceClient) -> Result<String, Refusal> {
        let name = image.file.rsplit('/').next().unwrap_or("picture.png");
        // Slack takes a thousand characters here; the card itself has the whole description.
        let alt: String = image.alt.chars().take(1_000).collect();
        let asked = json!({ "filename": name, "length": bytes.len(), "alt_txt": alt });
        let place = self.api.call(methods::UPLOAD_URL, pipe, &asked).await?;
        let (Some(url), Some(id)) = (place["upload_url"].as_str(), place["file_id"].as_str()) else {
            return Err(Refusal::Definite("files.getUploadURLExternal: no address".to_owned()));
        };
        self.api.upload(url, &bytes).await?;
        let done: Value = json!({ "files": [{ "id": id, "title": name }] });
        self.api.call(methods::COMPLETE_UPLOAD, pipe, &done).await?;
        Ok(id.to_owned())
    }
}
