//! The methods of the Web API that are called, each with its rate, whether a repetition shows something, and its scopes.

use serde_json::Value;

use crate::{
    pace::{Lane, Rate},
    refusal::Repeat,
};

/// A method of the Web API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Method {
    name: &'static str,
    pub(crate) rate: Rate,
    pub(crate) repeat: Repeat,
    /// True where Slack counts each channel by itself.
    by_channel: bool,
    /// Methods that read take their parameters in the address, as the SDK sends them; those that write take JSON.
    pub(crate) reads: bool,
    /// What the bot's token must allow.
    scopes: &'static [&'static str],
}

/// Declares the methods that are used: how often, whether a repetition shows something, whether each channel is counted
/// by itself, whether they read, and what the bot's token must allow.
macro_rules! methods {
    ($($const:ident = $name:literal, $rate:expr, $repeat:ident, $by_channel:literal, $reads:literal, $scopes:expr;)+) => {
        $(pub(crate) const $const: Method = Method {
            name: $name,
            rate: $rate,
            repeat: Repeat::$repeat,
            by_channel: $by_channel,
            reads: $reads,
            scopes: $scopes,
        };)+

        /// Every method that is called.
        pub(crate) const METHODS: &[Method] = &[$($const),+];
    };
}

/// To read conversations of every kind.
const READING: &[&str] = &["channels:history", "groups:history", "im:history", "mpim:history"];

methods! {
    AUTH_TEST = "auth.test", Rate::per_minute(100), Harmless, false, true, &[];
    // This one takes the app's own token.
    CONNECTIONS_OPEN = "apps.connections.open", Rate::per_minute(20), Harmless, false, false, &[];
    // This one takes the app's id and secret.
    OAUTH_ACCESS = "oauth.v2.access", Rate::per_minute(100), Harmless, false, true, &[];
    POST_MESSAGE = "chat.postMessage", Rate::per_channel(), Shows, true, false, &["chat:write"];
    POST_EPHEMERAL = "chat.postEphemeral", Rate::per_minute(100), Shows, false, false, &["chat:write"];
    UPDATE = "chat.update", Rate::per_minute(50), Harmless, false, false, &["chat:write"];
    UPLOAD_URL = "files.getUploadURLExternal", Rate::per_minute(100), Harmless, false, true, &["files:write"];
    COMPLETE_UPLOAD = "files.completeUploadExternal", Rate::per_minute(100), Harmless, false, false, &["files:write"];
    OPEN_CONVERSATION = "conversations.open", Rate::per_minute(50), Harmless, false, false, &["im:write"];
    CONVERSATION = "conversations.info", Rate::per_minute(50), Harmless, false, true, &["channels:read", "groups:read"];
    HISTORY = "conversations.history", Rate::per_minute(50), Harmless, false, true, READING;
    REPLIES = "conversations.replies", Rate::per_minute(50), Harmless, false, true, READING;
    USER = "users.info", Rate::per_minute(100), Harmless, false, true, &["users:read"];
    DO_NOT_DISTURB = "dnd.info", Rate::per_minute(50), Harmless, false, true, &["dnd:read"];
    OPEN_VIEW = "views.open", Rate::per_minute(100), Harmless, false, false, &[];
    PUBLISH_VIEW = "views.publish", Rate::per_minute(100), Harmless, false, false, &[];
}

/// What has to be allowed before people can be found by their e-mail address; asked for only where an operator wants it.
pub(crate) const EMAIL_SCOPE: &str = "users:read.email";

/// Finds somebody by their e-mail address. It stands beside the table, since most houses do without it.
pub(crate) const USER_BY_EMAIL: Method = Method {
    name: "users.lookupByEmail",
    rate: Rate::per_minute(50),
    repeat: Repeat::Harmless,
    by_channel: false,
    reads: true,
    scopes: &[EMAIL_SCOPE],
};

impl Method {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        self.name
    }

    /// What the bot's token must allow.
    pub(crate) const fn scopes(self) -> &'static [&'static str] {
        self.scopes
    }

    /// Where its pace is counted.
    pub(crate) fn lane(self, body: &Value) -> Lane {
        let channel = if self.by_channel { body["channel"].as_str().unwrap_or_default() } else { "" };
        (self.name, channel.to_owned())
    }
}
