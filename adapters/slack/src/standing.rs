//! Whether Slack is reached: connections that stand, and why there are none.
//!
//! Invariants
//! - A reason names a method and a code of Slack, never a token.

use std::sync::{Mutex, PoisonError};

use chat::Refusal;

/// How it stands with the connections of Socket Mode, and with the token.
#[derive(Debug, Default)]
pub(crate) struct Standing(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    open: u32,
    /// Why there is no connection, as Slack told last.
    why: Option<String>,
    /// Why Slack does not take the bot's token.
    token: Option<String>,
}

impl Standing {
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        metrics::gauge!("kairos_connections_open", "platform" => "slack").set(f64::from(state.open));
    }

    /// One more connection stands.
    pub(crate) fn stood_up(&self) {
        self.change(|state| {
            state.open += 1;
            state.why = None;
        });
    }

    /// A connection fell.
    pub(crate) fn fell(&self) {
        self.change(|state| state.open = state.open.saturating_sub(1));
    }

    /// Slack refused to open one.
    pub(crate) fn no_connection(&self, refusal: &Refusal) {
        self.change(|state| state.why = Some(refusal.to_string()));
    }

    /// Slack does not take the bot's token, or takes it again.
    pub(crate) fn token(&self, refusal: Option<&Refusal>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.token = refusal.map(ToString::to_string);
    }

    /// What keeps Slack from being heard or spoken to; `None`: nothing. `wants`: whether connections are to stand.
    pub(crate) fn trouble(&self, wants: bool) -> Option<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(refused) = &state.token {
            return Some(format!("the bot token is not taken ({refused})"));
        }
        let why = || state.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        (wants && state.open == 0).then(|| format!("no Socket Mode connection{}", why()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_connected_is_said_with_its_reason() {
        let standing = Standing::default();
        assert_eq!(standing.trouble(true).as_deref(), Some("no Socket Mode connection"));
        assert_eq!(standing.trouble(false), None, "over HTTP nothing has to stand");
        standing.no_connection(&Refusal::Definite("apps.connections.open: invalid_auth".to_owned()));
        let told = standing.trouble(true).expect("a reason");
        assert_eq!(told, "no Socket Mode connection (refused: apps.connections.open: invalid_auth)");
        standing.stood_up();
        standing.stood_up();
        standing.fell();
        assert_eq!(standing.trouble(true), None, "one is enough to hear");
        standing.token(Some(&Refusal::Definite("auth.test: token_revoked".to_owned())));
        assert!(standing.trouble(true).is_some_and(|told| told.contains("token_revoked")));
        standing.token(None);
        assert_eq!(standing.trouble(true), None);
    }
}
