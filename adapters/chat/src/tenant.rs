//! Whose data it is: one workspace of one platform, and what somebody may reach of all of them.
//!
//! Invariants
//! - A tenant is written `platform/workspace`, as it stands in every row.
//! - A [`Scope`] of nothing reaches nothing: what is not named is out of reach.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Identity, Place, PlatformKind, WorkspaceId};

/// A workspace of a platform, as `slack/T1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tenant(String);

impl Tenant {
    /// The workspace of a platform.
    pub fn of(platform: PlatformKind, workspace: &WorkspaceId) -> Self {
        Self(format!("{platform}/{workspace}"))
    }

    /// Stands in a row that holds for every workspace: an operator's own change.
    pub fn every() -> Self {
        Self(EVERY.to_owned())
    }

    /// As it was stored; nothing is checked.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for what holds in every workspace.
    pub fn is_every(&self) -> bool {
        self.0 == EVERY
    }

    /// The workspace in which this tenant's people are known: on Discord and in the playground one for all.
    #[must_use]
    pub fn of_people(&self) -> Self {
        let (platform, _) = self.0.split_once('/').unwrap_or((&self.0, ""));
        let people = platform.parse::<PlatformKind>().ok().and_then(PlatformKind::workspace_of_people);
        people.map_or_else(|| self.clone(), |workspace| Self(format!("{platform}/{workspace}")))
    }

    /// The workspace, where it is one of this platform.
    pub fn workspace_on(&self, kind: PlatformKind) -> Option<WorkspaceId> {
        let (platform, workspace) = self.0.split_once('/')?;
        (platform == kind.as_str()).then(|| WorkspaceId::new(workspace))
    }
}

/// What stands in a row, and in a scope, for every workspace.
const EVERY: &str = "*";

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Tenant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let right = || {
            format!("platform/workspace, such as slack/T0123, discord/4711 or {}/playground,", PlatformKind::Playground)
        };
        let (platform, workspace) = text.trim().split_once('/').ok_or_else(right)?;
        let platform: PlatformKind = platform.parse().map_err(|_| right())?;
        let is_plain =
            !workspace.is_empty() && !workspace.contains(['/', ',', '*']) && !workspace.contains(char::is_whitespace);
        if is_plain { Ok(Self::of(platform, &WorkspaceId::new(workspace))) } else { Err(right()) }
    }
}

impl Place {
    /// Whose conversation it is.
    pub fn tenant(&self) -> Tenant {
        Tenant::of(self.platform, &self.workspace)
    }
}

impl Identity {
    /// In which workspace somebody is known by this identity.
    pub fn tenant(&self) -> Tenant {
        Tenant::of(self.platform, &self.workspace)
    }
}

/// Which workspaces somebody or something reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All of them: an operator, or the only workspace there is.
    All,
    /// These; none where there are none.
    Of(BTreeSet<Tenant>),
}

impl Scope {
    /// One workspace alone.
    pub fn one(tenant: &Tenant) -> Self {
        Self::Of(BTreeSet::from([tenant.clone()]))
    }

    /// True where it reaches this workspace.
    pub fn contains(&self, tenant: &Tenant) -> bool {
        match self {
            Self::All => true,
            Self::Of(tenants) => tenants.contains(tenant),
        }
    }

    /// The same, of the workspaces in which people are known.
    #[must_use]
    pub fn of_people(&self) -> Self {
        match self {
            Self::All => Self::All,
            Self::Of(tenants) => Self::Of(tenants.iter().map(Tenant::of_people).collect()),
        }
    }

    /// The workspaces of one platform that it reaches; `None`: all there are.
    pub fn workspaces_on(&self, kind: PlatformKind) -> Option<Vec<WorkspaceId>> {
        match self {
            Self::All => None,
            Self::Of(tenants) => Some(tenants.iter().filter_map(|tenant| tenant.workspace_on(kind)).collect()),
        }
    }

    /// As a statement compares it with a row's tenant: `*`, or each with a comma on either side.
    pub fn to_stored(&self) -> String {
        match self {
            Self::All => EVERY.to_owned(),
            Self::Of(tenants) => tenants.iter().fold(",".to_owned(), |all, tenant| all + tenant.as_str() + ","),
        }
    }

    /// Reads back what was stored.
    pub fn stored(text: &str) -> Self {
        match text {
            EVERY => Self::All,
            _ => Self::Of(text.split(',').filter(|part| !part.is_empty()).map(Tenant::stored).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_read_as_it_is_written() {
        for text in ["slack/T1", "discord/4711", "playground/playground"] {
            assert_eq!(text.parse::<Tenant>().unwrap().to_string(), text);
        }
        for odd in ["", "slack", "slack/", "irc/x", "slack/T1/C1", "slack/*", "slack/T1,slack/T2", "*"] {
            assert!(odd.parse::<Tenant>().is_err(), "{odd:?}");
        }
    }

    #[test]
    fn people_of_a_guild_are_known_on_all_of_discord() {
        let people = |text: &str| text.parse::<Tenant>().unwrap().of_people().to_string();
        assert_eq!((people("discord/4711"), people("slack/T1")), ("discord/0".to_owned(), "slack/T1".to_owned()));
    }

    #[test]
    fn a_scope_reaches_what_it_names_and_comes_back_from_the_store() {
        let (one, two) = (Tenant::stored("slack/T1"), Tenant::stored("slack/T2"));
        let both = Scope::Of([one.clone(), two.clone()].into());
        assert!(Scope::All.contains(&two) && both.contains(&two) && !Scope::one(&one).contains(&two));
        for scope in [Scope::All, both.clone(), Scope::one(&one), Scope::Of(BTreeSet::new())] {
            assert_eq!(Scope::stored(&scope.to_stored()), scope);
        }
        assert_eq!(both.to_stored(), ",slack/T1,slack/T2,");
        assert!(!Scope::Of(BTreeSet::new()).contains(&one));
    }
}
