//! Why a connection ended, and what to do about it.
//!
//! serenity gives three of Discord's fatal closes back (4004, 4013, 4014). Those of 4010, 4011 and 4012 it swallows: they
//! show as shards that never stand. Asking anew how many shards Discord wants heals the first two.

use serenity::{Error, gateway::GatewayError};

pub(super) const TOKEN: &str = "Discord refuses the token: put the bot's token into KAIROS_DISCORD_TOKEN";
pub(super) const LOST: &str = "Discord's gateway no longer answers; connecting anew";
pub(super) const NEVER_STOOD: &str = "Discord ends each connection before it stands; asking anew how many shards it \
     wants. If this goes on, it no longer speaks this version of its gateway: a newer Kairos is needed";

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Begin anew after a while; the sentence says why.
    Anew(&'static str),
    /// Begin anew without the text of messages that don't mention us.
    WithoutContent,
    /// Nothing helps but a person; the sentence says what they should do.
    Stop(&'static str),
}

/// What follows an end with `error`; `None` where serenity gave no reason.
pub(super) fn after(error: Option<&Error>, asked_for_content: bool) -> After {
    match error {
        Some(Error::Gateway(GatewayError::InvalidAuthentication)) => After::Stop(TOKEN),
        Some(Error::Gateway(GatewayError::InvalidGatewayIntents)) => {
            After::Stop("Discord doesn't know an intent that was asked for: a newer Kairos is needed")
        }
        Some(Error::Gateway(GatewayError::DisallowedGatewayIntents)) if asked_for_content => After::WithoutContent,
        Some(Error::Gateway(GatewayError::DisallowedGatewayIntents)) => {
            After::Stop("Discord refuses an intent that needs no approval: look at the bot's page in Discord's portal")
        }
        _ => After::Anew(LOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fatal_closes_are_told_apart() {
        let of = |error| after(Some(&Error::Gateway(error)), false);
        let ends = [
            of(GatewayError::InvalidAuthentication),
            of(GatewayError::InvalidGatewayIntents),
            of(GatewayError::DisallowedGatewayIntents),
        ];
        assert!(ends.iter().all(|end| matches!(end, After::Stop(_))), "{ends:?}");
        assert!(ends[0] != ends[1] && ends[1] != ends[2] && ends[0] != ends[2]);
    }

    #[test]
    fn without_the_privileged_intent_we_go_on() {
        let refused = Error::Gateway(GatewayError::DisallowedGatewayIntents);
        assert_eq!(after(Some(&refused), true), After::WithoutContent);
        assert_eq!(after(Some(&Error::Gateway(GatewayError::HeartbeatFailed)), true), After::Anew(LOST));
        assert_eq!(after(None, true), After::Anew(LOST));
    }
}
