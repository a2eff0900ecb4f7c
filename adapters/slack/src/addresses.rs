//! Who bears an e-mail address, in any workspace that Kairos is in.
//!
//! Invariants
//! - Each workspace is asked by its own token and at its own pace; one that refuses stands in no other's way.
//! - Where an address leads to several, whoever is at home in the workspace goes before a guest.

use chat::{Identity, PlatformKind, Refusal, UserId, WorkspaceId};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::{SlackPlatform, methods, refusal::has_code};

/// Workspaces that are asked at the same time.
const AT_ONCE: usize = 8;

/// Somebody with the address.
struct Found {
    who: Identity,
    is_guest: bool,
}

impl SlackPlatform {
    /// Who has this address; nobody where the app was not given leave to read addresses.
    ///
    /// Refused where somebody might have been found in a workspace that could not be asked now.
    pub(crate) async fn whoever_has(&self, email: &str) -> Result<Option<Identity>, Refusal> {
        let teams = self.workspaces.teams().await?;
        let asked = stream::iter(teams).map(|team| async move { self.member(&team, email).await });
        let (mut guest, mut later) = (None, None);
        let mut answers = asked.buffered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(Some(found)) if !found.is_guest => return Ok(Some(found.who)),
                Ok(Some(found)) => guest = guest.or(Some(found.who)),
                Ok(None) => {}
                Err(refusal) if says_nobody(&refusal) => {}
                Err(refusal) => later = Some(refusal),
            }
        }
        match (guest, later) {
            (Some(who), _) => Ok(Some(who)),
            (None, Some(refusal)) => Err(refusal),
            (None, None) => Ok(None),
        }
    }

    async fn member(&self, team: &WorkspaceId, email: &str) -> Result<Option<Found>, Refusal> {
        let answer = self.call(methods::USER_BY_EMAIL, team, &json!({ "email": email })).await?;
        Ok(found(team, &answer["user"]))
    }
}

/// Nobody has it there, or the app may not read addresses there.
fn says_nobody(refusal: &Refusal) -> bool {
    has_code(refusal, &["users_not_found", "missing_scope"])
}

fn found(team: &WorkspaceId, user: &Value) -> Option<Found> {
    let home = user["team_id"].as_str().unwrap_or(team.as_str());
    // The only workspace has no name of its own here.
    let workspace = if team.as_str().is_empty() { home } else { team.as_str() };
    let who = Identity {
        platform: PlatformKind::Slack,
        workspace: WorkspaceId::new(workspace),
        user: UserId::new(user["id"].as_str()?),
    };
    let is_guest = home != workspace || user["is_restricted"] == true || user["is_ultra_restricted"] == true;
    (user["deleted"] != true).then_some(Found { who, is_guest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_and_whoever_left_are_told_apart() {
        let team = WorkspaceId::new("T1");
        let is_guest = |user: Value| found(&team, &user).map(|found| found.is_guest);
        assert_eq!(is_guest(json!({ "id": "U1", "team_id": "T1" })), Some(false));
        assert_eq!(is_guest(json!({ "id": "U1" })), Some(false));
        for guest in [json!({ "id": "U1", "team_id": "T2" }), json!({ "id": "U1", "is_restricted": true })] {
            assert_eq!(is_guest(guest.clone()), Some(true), "{guest}");
        }
        assert_eq!(is_guest(json!({ "id": "U1", "deleted": true })), None);
        assert_eq!(is_guest(json!({ "team_id": "T1" })), None);
        let only = found(&WorkspaceId::new(""), &json!({ "id": "U1", "team_id": "T7" })).unwrap();
        assert_eq!(only.who.workspace, WorkspaceId::new("T7"));
    }
}
