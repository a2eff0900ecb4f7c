//! The workspaces that installed Kairos: in the store, their tokens sealed.

use anyhow::{Context, Result};
use chat::{PlatformKind, Timestamp, WorkspaceId};
use slack::{Installation, Installations, Kept};
use tracing::{info, warn};

use crate::{
    clock::Ids,
    config::{Config, Secret},
    store::{KeptInstallation, Store},
    vault::{Shut, Vault},
};

/// Slack's installations. Clones are the same.
#[derive(Clone, Debug)]
pub struct Installed {
    store: Store,
    vault: Vault,
}

impl Installed {
    /// Those in `store`, sealed by the keys of `config`.
    pub fn of(config: &Config, store: Store) -> Result<Self> {
        let key = config.secret.current.as_ref().context("KAIROS_SECRET_KEY is not set")?;
        let previous = config.secret.previous.as_ref().map(Secret::expose);
        Ok(Self { store, vault: Vault::new(key.expose(), previous, Ids::random()) })
    }

    /// Seals anew what an older key sealed, so that it can be thrown away; what no key opens is told.
    pub async fn renew(&self) -> Result<()> {
        for kept in self.store.installations(PlatformKind::Slack).await? {
            match self.vault.open(&kept.sealed, &owner(&kept.workspace)) {
                Ok(opened) if opened.is_of_an_older_key => {
                    let sealed = self.vault.seal(&opened.text, &owner(&kept.workspace));
                    if self.store.reseal_installation(&kept, &sealed).await? {
                        info!(team = %kept.workspace, "sealed by the new key");
                    }
                }
                Ok(_) => {}
                Err(shut) => warn!(team = %kept.workspace, %shut, "Kairos can't speak in this workspace"),
            }
        }
        Ok(())
    }

    /// Every installation, the oldest first: its name, and the installation where a key opens it.
    pub async fn all(&self) -> Result<Vec<(String, Result<Installation, Shut>)>> {
        let all = self.store.installations(PlatformKind::Slack).await?;
        Ok(all.into_iter().map(|kept| (kept.name.clone(), self.open(kept))).collect())
    }

    fn open(&self, kept: KeptInstallation) -> Result<Installation, Shut> {
        let token = self.vault.open(&kept.sealed, &owner(&kept.workspace))?.text;
        Ok(Installation { team: kept.workspace, name: kept.name, token, installed_at: kept.installed_at })
    }
}

/// What a seal belongs to: a row that is moved to another workspace opens no more.
fn owner(team: &WorkspaceId) -> String {
    format!("slack:{team}:bot")
}

impl Installations for Installed {
    fn keep<'a>(&'a self, installation: &'a Installation) -> Kept<'a, ()> {
        Box::pin(async move {
            let kept = KeptInstallation {
                platform: PlatformKind::Slack,
                workspace: installation.team.clone(),
                name: installation.name.clone(),
                sealed: self.vault.seal(&installation.token, &owner(&installation.team)),
                installed_at: installation.installed_at,
            };
            self.store.keep_installation(&kept).await.map_err(|error| error.to_string())
        })
    }

    fn find<'a>(&'a self, team: &'a WorkspaceId) -> Kept<'a, Option<Installation>> {
        Box::pin(async move {
            let kept = self.store.installation(PlatformKind::Slack, team).await.map_err(|error| error.to_string())?;
            kept.map(|kept| self.open(kept)).transpose().map_err(|shut| shut.to_string())
        })
    }

    fn teams(&self) -> Kept<'_, Vec<WorkspaceId>> {
        Box::pin(async move {
            let all = self.store.installations(PlatformKind::Slack).await.map_err(|error| error.to_string())?;
            Ok(all.into_iter().map(|kept| kept.workspace).collect())
        })
    }

    fn forget<'a>(&'a self, team: &'a WorkspaceId, not_after: Timestamp) -> Kept<'a, bool> {
        Box::pin(async move {
            let forgotten = self.store.forget_installation(PlatformKind::Slack, team, not_after).await;
            forgotten.map_err(|error| error.to_string())
        })
    }
}
