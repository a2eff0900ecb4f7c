//! Workspaces that installed Kairos by themselves, each with its sealed token and the pictures that lie there already.
//!
//! Invariants
//! - One installation for each workspace: the newest.
//! - Whatever comes late about an older installation leaves a newer one alone.
//! - An upload is known in its own workspace alone, and goes with the installation.

use chat::{PlatformKind, Timestamp, WorkspaceId};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{execute, fetch_all, fetch_optional},
    columns::read_name,
};

/// An installation, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptInstallation {
    /// The platform.
    pub platform: PlatformKind,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// The token, sealed.
    pub sealed: String,
    /// Since when.
    pub installed_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    platform: String,
    workspace: String,
    name: String,
    sealed: String,
    installed_at: i64,
}

impl Row {
    fn into_installation(self) -> Result<KeptInstallation, StoreError> {
        Ok(KeptInstallation {
            platform: read_name(&self.platform, "platform")?,
            workspace: WorkspaceId::new(self.workspace),
            name: self.name,
            sealed: self.sealed,
            installed_at: Timestamp::from_ms(self.installed_at),
        })
    }
}

impl Store {
    /// Keeps an installation, instead of an older one of the same workspace.
    pub async fn keep_installation(&self, kept: &KeptInstallation) -> Result<(), StoreError> {
        let sql = "INSERT INTO installations (platform, workspace, name, sealed, installed_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (platform, workspace) DO UPDATE
             SET name = excluded.name, sealed = excluded.sealed, installed_at = excluded.installed_at
             WHERE installations.installed_at <= excluded.installed_at";
        execute!(
            self.pools.write(),
            sql,
            kept.platform.as_str(),
            kept.workspace.as_str(),
            &kept.name,
            &kept.sealed,
            kept.installed_at.as_ms()
        )?;
        Ok(())
    }

    /// The installation of a workspace.
    pub async fn installation(
        &self,
        platform: PlatformKind,
        workspace: &WorkspaceId,
    ) -> Result<Option<KeptInstallation>, StoreError> {
        let sql = "SELECT platform, workspace, name, sealed, installed_at FROM installations
             WHERE platform = $1 AND workspace = $2";
        let row: Option<Row> = fetch_optional!(self.pools.read(), sql, platform.as_str(), workspace.as_str())?;
        row.map(Row::into_installation).transpose()
    }

    /// Every installation on a platform, the oldest first.
    pub async fn installations(&self, platform: PlatformKind) -> Result<Vec<KeptInstallation>, StoreError> {
        let sql = "SELECT platform, workspace, name, sealed, installed_at FROM installations
             WHERE platform = $1 ORDER BY installed_at, workspace";
        let rows: Vec<Row> = fetch_all!(self.pools.read(), sql, platform.as_str())?;
        rows.into_iter().map(Row::into_installation).collect()
    }

    /// Replaces a seal by another of the same secret; false when the installation has changed meanwhile.
    pub async fn reseal_installation(&self, kept: &KeptInstallation, sealed: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE installations SET sealed = $4 WHERE platform = $1 AND workspace = $2 AND sealed = $3";
        let changed =
            execute!(self.pools.write(), sql, kept.platform.as_str(), kept.workspace.as_str(), &kept.sealed, sealed)?;
        Ok(changed == 1)
    }

    /// Forgets the installation of a workspace unless it is newer than `not_after`; true when there was one.
    pub async fn forget_installation(
        &self,
        platform: PlatformKind,
        workspace: &WorkspaceId,
        not_after: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.pools.begin().await?;
        let sql = "DELETE FROM installations WHERE platform = $1 AND workspace = $2 AND installed_at <= $3";
        let gone = execute!(tx.on(), sql, platform.as_str(), workspace.as_str(), not_after.as_ms())?;
        if gone == 1 {
            let sql = "DELETE FROM uploads WHERE platform = $1 AND workspace = $2";
            execute!(tx.on(), sql, platform.as_str(), workspace.as_str())?;
        }
        tx.commit().await?;
        Ok(gone == 1)
    }

    /// The platform's id of a picture that lies in a workspace already.
    pub async fn upload(
        &self,
        platform: PlatformKind,
        workspace: &WorkspaceId,
        digest: &str,
    ) -> Result<Option<String>, StoreError> {
        let sql = "SELECT file FROM uploads WHERE platform = $1 AND workspace = $2 AND digest = $3";
        let row: Option<(String,)> =
            fetch_optional!(self.pools.read(), sql, platform.as_str(), workspace.as_str(), digest)?;
        Ok(row.map(|(file,)| file))
    }

    /// Remembers where a picture lies from `at` on; `None` for a file that is there no more.
    pub async fn keep_upload(
        &self,
        platform: PlatformKind,
        workspace: &WorkspaceId,
        digest: &str,
        file: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(file) = file else {
            let sql = "DELETE FROM uploads WHERE platform = $1 AND workspace = $2 AND digest = $3";
            execute!(self.pools.write(), sql, platform.as_str(), workspace.as_str(), digest)?;
            return Ok(());
        };
        let sql = "INSERT INTO uploads (platform, workspace, digest, file, uploaded_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (platform, workspace, digest) DO UPDATE
             SET file = excluded.file, uploaded_at = excluded.uploaded_at";
        execute!(self.pools.write(), sql, platform.as_str(), workspace.as_str(), digest, file, at.as_ms())?;
        Ok(())
    }
}
