//! Who bears an e-mail address, in the workspaces that may be asked.
//!
//! Invariants
//! - Each workspace is asked by its own token and at its own pace.
//! - Where an address leads to several, whoever is at home in the workspace goes before a guest; of two who are at home
//!   nobody is chosen.
//! - "Nobody" is said only when every workspace could be asked.

use chat::{Identity, PlatformKind, Refusal, UserId, WorkspaceId};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::{SlackPlatform, methods, refusal::has_code};

/// Workspaces that are asked at the same time.
const AT_ONCE: usize = 8;

/// Somebody with the address.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    who: Identity,
    is_guest: bool,
}

impl SlackPlatform {
    /// Who has this address in one of these workspaces; in any where none is named.
    ///
    /// Refused where somebody might have been found in a workspace that could not be asked, or did not let us read
    /// addresses, and where the address is that of several people.
    pub(crate) async fn whoever_has(
        &self,
        email: &str,
        workspaces: Option<&[WorkspaceId]>,
    ) -> Result<Option<Identity>, Refusal> {
        let mut teams = self.workspaces.teams().await?;
        // The only workspace has no name of its own here: whom it knows is looked at below.
        teams.retain(|team| team.as_str().is_empty() || workspaces.is_none_or(|named| named.contains(team)));
        let asked = stream::iter(teams).map(|team| async move { self.member(&team, email).await });
        let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
        let answers = answers.into_iter().map(|answer| match answer {
            Ok(found) => {
                let reached = |it: &Found| workspaces.is_none_or(|named| named.contains(&it.who.workspace));
                Ok(found.filter(reached))
            }
            Err(refusal) if says_nobody(&refusal) => Ok(None),
            Err(refusal) => Err(refusal),
        });
        the_one(answers)
    }

    async fn member(&self, team: &WorkspaceId, email: &str) -> Result<Option<Found>, Refusal> {
        let answer = self.call(methods::USER_BY_EMAIL, team, &json!({ "email": email })).await?;
        Ok(found(team, &answer["user"]))
    }
}

/// Nobody has it there.
fn says_nobody(refusal: &Refusal) -> bool {
    has_code(refusal, &["users_not_found"])
}

/// Of all answers the one person that they leave.
fn the_one(answers: impl Iterator<Item = Result<Option<Found>, Refusal>>) -> Result<Option<Identity>, Refusal> {
    let (mut members, mut guests, mut refused) = (Vec::new(), Vec::new(), None);
    for answer in answers {
        match answer {
            Ok(Some(found)) if found.is_guest => guests.push(found.who),
            Ok(Some(found)) => members.push(found.who),
            Ok(None) => {}
            Err(refusal) => refused = Some(refusal),
        }
    }
    if let Some(refusal) = refused {
        return Err(refusal);
    }
    let several = || Refusal::Definite("the address is that of several people".to_owned());
    let mut found = if members.is_empty() { guests } else { members };
    match (found.pop(), found.is_empty()) {
        (who, true) => Ok(who),
        _ => Err(several()),
    }
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
    fn nobody_is_said_only_when_all_could_be_asked_and_of_two_members_nobody_is_chosen() {
        let answer = |team: &str, is_guest| {
            let who =
                Identity { platform: PlatformKind::Slack, workspace: WorkspaceId::new(team), user: UserId::new("U1") };
            Ok(Some(Found { who, is_guest }))
        };
        let later = || Err(Refusal::Transient { reason: "ratelimited".to_owned(), retry_after: None });
        let one = |answers: Vec<Result<Option<Found>, Refusal>>| {
            the_one(answers.into_iter()).map(|who| who.map(|who| who.workspace.to_string()))
        };
        assert_eq!(one(vec![Ok(None), Ok(None)]), Ok(None));
        assert_eq!(one(vec![answer("T1", true), answer("T2", false)]), Ok(Some("T2".to_owned())));
        assert_eq!(one(vec![Ok(None), answer("T2", true)]), Ok(Some("T2".to_owned())));
        assert!(one(vec![Ok(None), later()]).is_err(), "whom it asks in vain it does not know");
        assert!(one(vec![answer("T1", false), later()]).is_err(), "there may be another");
        assert!(one(vec![answer("T1", false), answer("T2", false)]).is_err());
        assert!(one(vec![answer("T1", true), answer("T2", true)]).is_err());
    }

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
