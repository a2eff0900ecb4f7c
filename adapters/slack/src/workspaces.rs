//! The workspaces that Kairos is in: each has its own token and its own pace.
//!
//! Invariants
//! - A token is used for its own workspace alone; where Kairos is not installed nothing is called.
//! - The house keeps the installations; what stands here is a shortcut that a restart may lose.
//! - What Slack told of an older installation never takes a newer one away.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use chat::{Refusal, Timestamp, WorkspaceId};
use serde_json::Value;
use tracing::info;

use crate::{api::WorkspaceClient, export::text as field};

/// What keeping becomes; an error is why it could not be kept or found, without any secret.
pub type Kept<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Kairos in a workspace.
#[derive(Clone, PartialEq, Eq)]
pub struct Installation {
    /// The workspace.
    pub team: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// The token of the bot there: a secret.
    pub token: String,
    /// Since when.
    pub installed_at: Timestamp,
}

impl fmt::Debug for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installation").field("team", &self.team).finish_non_exhaustive()
    }
}

/// Where installations are kept, durably and out of sight.
pub trait Installations: Send + Sync {
    /// Keeps an installation, instead of an older one of the same workspace.
    fn keep<'a>(&'a self, installation: &'a Installation) -> Kept<'a, ()>;

    /// The installation of a workspace, where there is one.
    fn find<'a>(&'a self, team: &'a WorkspaceId) -> Kept<'a, Option<Installation>>;

    /// Every workspace that installed Kairos, the oldest installation first.
    fn teams(&self) -> Kept<'_, Vec<WorkspaceId>>;

    /// Forgets the installation of a workspace, unless it is newer than `not_after`; true when there was one.
    fn forget<'a>(&'a self, team: &'a WorkspaceId, not_after: Timestamp) -> Kept<'a, bool>;
}

/// The ways to speak to each workspace. Clones are the same.
#[derive(Clone)]
pub(crate) enum Workspaces {
    /// One workspace, whose token the operator configured.
    One(Arc<WorkspaceClient>),
    /// Those that installed Kairos.
    Installed { kept: Arc<dyn Installations>, open: Arc<RwLock<HashMap<WorkspaceId, Arc<WorkspaceClient>>>> },
}

impl Workspaces {
    /// One workspace.
    pub(crate) fn one(token: &str) -> Self {
        Self::One(Arc::new(WorkspaceClient::new(token)))
    }

    /// Those in `kept`.
    pub(crate) fn installed(kept: Arc<dyn Installations>) -> Self {
        Self::Installed { kept, open: Arc::default() }
    }

    /// True where one workspace is configured.
    pub(crate) const fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }

    /// The way to a workspace.
    pub(crate) async fn pipe(&self, team: &WorkspaceId) -> Result<Arc<WorkspaceClient>, Refusal> {
        let (kept, open) = match self {
            Self::One(pipe) => return Ok(Arc::clone(pipe)),
            Self::Installed { kept, open } => (kept, open),
        };
        if let Some(pipe) = open.read().unwrap_or_else(PoisonError::into_inner).get(team) {
            return Ok(Arc::clone(pipe));
        }
        match kept.find(team).await {
            Ok(Some(found)) => {
                let mut open = open.write().unwrap_or_else(PoisonError::into_inner);
                let pipe = open.entry(team.clone()).or_insert_with(|| Arc::new(WorkspaceClient::new(&found.token)));
                Ok(Arc::clone(pipe))
            }
            Ok(None) => Err(Refusal::Definite("Kairos is not installed in this workspace".to_owned())),
            Err(reason) => Err(Refusal::Transient { reason, retry_after: None }),
        }
    }

    /// Every workspace that Kairos is in; the only one needs no name.
    pub(crate) async fn teams(&self) -> Result<Vec<WorkspaceId>, Refusal> {
        match self {
            Self::One(_) => Ok(vec![WorkspaceId::new("")]),
            Self::Installed { kept, .. } => {
                kept.teams().await.map_err(|reason| Refusal::Transient { reason, retry_after: None })
            }
        }
    }

    /// Slack does not take the token any more: the next call asks the house for a newer one.
    pub(crate) fn doubt(&self, team: &WorkspaceId) {
        if let Self::Installed { open, .. } = self {
            open.write().unwrap_or_else(PoisonError::into_inner).remove(team);
        }
    }

    /// Keeps a new installation, and speaks by it from now on.
    pub(crate) async fn install(&self, installation: &Installation) -> Result<(), String> {
        let Self::Installed { kept, .. } = self else { return Err("one workspace is configured".to_owned()) };
        kept.keep(installation).await?;
        self.doubt(&installation.team);
        info!(team = %installation.team, "installed in a workspace of Slack");
        Ok(())
    }

    /// Forgets a workspace, where Slack tells that it took Kairos out.
    pub(crate) async fn heed(&self, told: &Value) -> Result<(), String> {
        let Self::Installed { kept, .. } = self else { return Ok(()) };
        let Some((team, at)) = taken_out(told) else { return Ok(()) };
        if kept.forget(&team, at).await? {
            self.doubt(&team);
            info!(%team, "taken out of a workspace of Slack");
        }
        Ok(())
    }
}

/// The workspace that took Kairos out, and when, where that is what Slack tells.
fn taken_out(told: &Value) -> Option<(WorkspaceId, Timestamp)> {
    let event = &told["event"];
    let is_out = match field(event, "type")? {
        "app_uninstalled" => true,
        // People's own tokens are revoked as well; Kairos has none.
        "tokens_revoked" => event["tokens"]["bot"].as_array().is_some_and(|bots| !bots.is_empty()),
        _ => false,
    };
    // Without a time it can't be told from one that comes again.
    let secs = told["event_time"].as_i64()?;
    // Slack tells whole seconds: whatever was installed within that one was installed before.
    let at = Timestamp::from_ms(secs.saturating_mul(1_000)) + Duration::from_millis(999);
    is_out.then_some((WorkspaceId::new(field(told, "team_id")?), at))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_bots_own_end_is_an_end() {
        let told = |event: Value| json!({ "team_id": "T1", "event_time": 1_700_000_000, "event": event });
        let ended = taken_out(&told(json!({ "type": "app_uninstalled" }))).expect("an end");
        assert_eq!(ended, (WorkspaceId::new("T1"), Timestamp::from_ms(1_700_000_000_999)));
        assert!(taken_out(&told(json!({ "type": "tokens_revoked", "tokens": { "bot": ["U0BOT"] } }))).is_some());
        for other in [
            json!({ "type": "tokens_revoked", "tokens": { "oauth": ["U1"], "bot": [] } }),
            json!({ "type": "tokens_revoked", "tokens": "all" }),
            json!({ "type": "message", "text": "app_uninstalled" }),
        ] {
            assert_eq!(taken_out(&told(other.clone())), None, "{other}");
        }
        assert_eq!(taken_out(&json!({ "team_id": "T1", "event": { "type": "app_uninstalled" } })), None);
    }
}
