//! What the adapter is given by the house, and what it needs to reach Discord.

use std::{fmt, sync::Arc};

use chat::{Notebook, Timestamp};

/// Tells the time: the house has one clock.
#[derive(Clone)]
pub struct Clockwork(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clockwork {
    /// A clock that reads by `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clockwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clockwork({})", self.now().as_ms())
    }
}

/// Gives a picture of the library by its file name.
pub type Pictures = Arc<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync>;

/// Gives what fits the letters that somebody typed.
pub type Suggestions = Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;

/// How Discord is reached, and what the adapter may ask of the house.
#[derive(Clone)]
pub struct Connection {
    /// The bot's token.
    pub token: String,
    /// The base address of the API.
    pub api_url: String,
    /// The gateway that was configured; `None`: the one that the API names.
    pub gateway_url: Option<String>,
    /// The application's public key, 64 hexadecimal digits, where commands arrive over HTTP.
    pub public_key: Option<String>,
    /// Tells the time.
    pub clock: Clockwork,
    /// A picture of the library by its file name.
    pub picture: Pictures,
    /// What `/kairos ask` offers while somebody types: at most 25 are shown.
    pub suggest: Suggestions,
    /// What outlives a restart: what can still be answered, how long to be silent. It holds the keys by which people
    /// are answered: whoever keeps it on a disk seals it.
    pub notebook: Arc<dyn Notebook>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("api_url", &self.api_url)
            .field("gateway_url", &self.gateway_url)
            .finish_non_exhaustive()
    }
}
