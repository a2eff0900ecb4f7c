//! Who may do what: asked here and nowhere else, by chat and by every other surface.
//!
//! Invariants
//! - Pure: who somebody is has been found out before.
//! - What an admin may see or change ends at their workspace; operators, whom the configuration names, reach every one.
//! - A card is used by whom it is for; nobody approves their own words.

use chat::{PersonId, Scope, Tenant};

/// What somebody is in their workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Named in the configuration: reaches every workspace.
    Operator,
    /// Runs the workspace, by the platform's word.
    Admin,
    /// Everybody else.
    Member,
}

/// Somebody who wants to do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// The workspace in which the platform knows them.
    pub tenant: Tenant,
    /// What they are there.
    pub role: Role,
}

impl Actor {
    /// The workspaces whose triggers they manage; none for a member.
    pub fn scope(&self) -> Scope {
        match self.role {
            Role::Operator => Scope::All,
            Role::Admin => Scope::one(&self.tenant),
            Role::Member => Scope::Of([].into()),
        }
    }

    /// The workspace in which a change of theirs holds: an operator's holds in every one.
    pub fn changes(&self) -> Tenant {
        if self.role == Role::Operator { Tenant::every() } else { self.tenant.clone() }
    }
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// See the triggers with their totals, and the examples that people suggest.
    SeeTriggers,
    /// Pause a trigger, let it go on, disable or enable an example, remove one that was approved.
    ChangeTrigger {
        /// In which workspace.
        tenant: &'a Tenant,
    },
    /// Say that a moment was right, or wrong.
    JudgeMoment {
        /// The workspace of the card.
        tenant: &'a Tenant,
    },
    /// Make a suggested example one that is heard, or decline it.
    ReviewExample {
        /// The workspace in which it was suggested.
        tenant: &'a Tenant,
        /// Nobody else suggested it, and it is to be approved.
        approves_own: bool,
    },
    /// Set what Kairos does in a channel.
    SwitchChannel {
        /// They run the workspace or made the channel, by the platform's word.
        may_by_platform: bool,
    },
    /// Change a card, open what it keeps for one person, or see why it came to them.
    UseCard {
        /// Whom it is for.
        of: &'a PersonId,
    },
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// That is for admins of the workspace, and for operators.
    NotManager,
    /// It is another workspace's.
    OtherWorkspace,
    /// They are their own words.
    OwnWords,
    /// That is for whoever runs the workspace or made the channel.
    NotTheirChannel,
    /// It is for somebody else.
    SomebodyElses,
}

/// Whether `actor` may do `action`.
pub fn authorise(actor: &Actor, action: Action<'_>) -> Result<(), Denied> {
    match action {
        Action::SeeTriggers if actor.role == Role::Member => Err(Denied::NotManager),
        Action::SeeTriggers => Ok(()),
        Action::ChangeTrigger { tenant } | Action::JudgeMoment { tenant } => manages(actor, tenant),
        Action::ReviewExample { tenant, approves_own } => {
            manages(actor, tenant)?;
            if approves_own { Err(Denied::OwnWords) } else { Ok(()) }
        }
        Action::SwitchChannel { may_by_platform } => {
            if may_by_platform || actor.role == Role::Operator {
                Ok(())
            } else {
                Err(Denied::NotTheirChannel)
            }
        }
        Action::UseCard { of } => {
            if actor.person == *of {
                Ok(())
            } else {
                Err(Denied::SomebodyElses)
            }
        }
    }
}

fn manages(actor: &Actor, tenant: &Tenant) -> Result<(), Denied> {
    match actor.role {
        Role::Operator => Ok(()),
        Role::Admin if actor.tenant == *tenant => Ok(()),
        Role::Admin => Err(Denied::OtherWorkspace),
        Role::Member => Err(Denied::NotManager),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(role: Role) -> Actor {
        Actor { person: PersonId::new("ana"), tenant: Tenant::stored("slack/T1"), role }
    }

    #[test]
    fn an_admins_word_ends_at_their_workspace_and_an_operators_at_none() {
        let (own, other, every) = (Tenant::stored("slack/T1"), Tenant::stored("slack/T2"), Tenant::every());
        for (role, expected) in [
            (Role::Operator, [Ok(()), Ok(()), Ok(())]),
            (Role::Admin, [Ok(()), Err(Denied::OtherWorkspace), Err(Denied::OtherWorkspace)]),
            (Role::Member, [Err(Denied::NotManager); 3]),
        ] {
            for (tenant, expected) in [&own, &other, &every].into_iter().zip(expected) {
                for action in [
                    Action::ChangeTrigger { tenant },
                    Action::JudgeMoment { tenant },
                    Action::ReviewExample { tenant, approves_own: false },
                ] {
                    assert_eq!(authorise(&actor(role), action), expected, "{role:?} {action:?}");
                }
            }
        }
        assert_eq!(authorise(&actor(Role::Member), Action::SeeTriggers), Err(Denied::NotManager));
        assert_eq!(authorise(&actor(Role::Admin), Action::SeeTriggers), Ok(()));
        assert!(!actor(Role::Admin).scope().contains(&other) && actor(Role::Operator).scope().contains(&other));
        assert!(!actor(Role::Member).scope().contains(&own), "a member manages nothing");
    }

    #[test]
    fn nobody_approves_their_own_words_and_a_card_is_its_persons() {
        let tenant = Tenant::stored("slack/T1");
        let own = Action::ReviewExample { tenant: &tenant, approves_own: true };
        assert_eq!(authorise(&actor(Role::Operator), own), Err(Denied::OwnWords));
        let (ana, ben) = (PersonId::new("ana"), PersonId::new("ben"));
        assert_eq!(authorise(&actor(Role::Member), Action::UseCard { of: &ana }), Ok(()));
        assert_eq!(authorise(&actor(Role::Operator), Action::UseCard { of: &ben }), Err(Denied::SomebodyElses));
    }

    #[test]
    fn a_channel_is_switched_by_whoever_the_platform_names() {
        let may = |role, may_by_platform| authorise(&actor(role), Action::SwitchChannel { may_by_platform });
        assert_eq!((may(Role::Member, true), may(Role::Operator, false)), (Ok(()), Ok(())));
        assert_eq!(may(Role::Admin, false), Err(Denied::NotTheirChannel));
    }
}
