//! Where everything comes in, whichever way it came: committed first, acknowledged then.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use serde_json::{Value, json};
use tracing::warn;

use crate::{
    platform::SlackPlatform,
    translate::{RECEIVED, opening},
};

/// The house, as Slack's adapter sees it.
pub trait Host: Send + Sync {
    /// Takes a raw event durably; the same event twice is one. An error means: Slack will offer it again.
    fn accept(&self, raw: String) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>>;
}

/// The way in. Clones are the same.
#[derive(Clone)]
pub(crate) struct Door {
    host: Arc<dyn Host>,
    platform: SlackPlatform,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Door")
    }
}

impl Door {
    /// A door into `host`.
    pub(crate) fn new(host: Arc<dyn Host>, platform: SlackPlatform) -> Self {
        Self { host, platform }
    }

    /// Takes what Slack told. When it returns well, it is durable and may be acknowledged.
    pub(crate) async fn take(&self, mut told: Value) -> Result<(), String> {
        if told["event"].is_null() && told.is_object() {
            // What people press and type has no time of its own.
            let ms = self.platform.api.now().as_ms().max(0);
            told[RECEIVED] = json!(format!("{}.{:03}000", ms / 1_000, ms % 1_000));
        }
        self.host.accept(told.to_string()).await?;
        self.platform.workspaces.heed(&told).await?;
        if let Some(opening) = opening(&told) {
            let platform = self.platform.clone();
            // Slack waits for the acknowledgement meanwhile, and gives three seconds for both.
            tokio::spawn(async move {
                if let Err(refusal) = platform.open_form(opening).await {
                    warn!(%refusal, "a form could not be opened");
                }
            });
        }
        Ok(())
    }
}
