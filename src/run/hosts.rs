//! What the adapters may ask of the house.

use std::{pin::Pin, sync::Arc, time::Duration};

use chat::{Accepting, Card, EventSink, Outage, PlatformKind, Timestamp, WorkspaceId};
use playground::{Experiments, Host};
use serde_json::Value;

use super::{PICTURES, Works};
use crate::{config::Config, connections::Connections, demo::DemoLimits, engine::Engine, ingest::Inbox};

/// Where the adapter of one platform delivers what happens, and tells how it is connected.
pub(super) struct Sink {
    pub(super) platform: PlatformKind,
    pub(super) inbox: Inbox,
    pub(super) connections: Connections,
}

impl EventSink for Sink {
    fn accept(&self, raw: String) -> Accepting<'_> {
        Box::pin(async move { self.inbox.take_in(self.platform, raw).await.map_err(|error| error.to_string()) })
    }

    fn connected(&self, connection: &str) {
        self.connections.connected(self.platform, connection);
    }

    fn disconnected(&self, connection: &str, outage: &Outage) {
        self.connections.disconnected(self.platform, connection, outage);
    }

    fn gap(&self, workspace: Option<&WorkspaceId>) {
        self.connections.gap(self.platform, workspace);
    }
}

impl slack::Host for Sink {
    fn accept(&self, raw: String) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async move {
            let accepted = self.inbox.accept(self.platform, raw).await;
            accepted.map(drop).map_err(|error| error.to_string())
        })
    }
}

/// What the playground asks of the house.
pub(super) struct House {
    pub(super) inbox: Inbox,
    pub(super) works: Works,
    pub(super) engine: Arc<Engine>,
    /// No real platform is connected beside the playground.
    pub(super) is_alone: bool,
    pub(super) limits: Arc<DemoLimits>,
    pub(super) config: Config,
    /// Held while an export is read.
    pub(super) rehearsing: tokio::sync::Mutex<()>,
}

impl Host for House {
    fn now(&self) -> Timestamp {
        self.works.clock.now()
    }

    fn is_alone(&self) -> bool {
        self.is_alone
    }

    fn wind(&self, by: Duration) {
        if !self.is_alone {
            return;
        }
        let (works, at) = (self.works.clone(), self.works.clock.now() + by);
        tokio::spawn(async move {
            if let Err(error) = works.let_pass_until(at).await {
                tracing::error!(%error, "time could not pass: the store does not answer");
            }
        });
    }

    fn accept(&self, raw: String) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async move {
            let accepted = self.inbox.accept(PlatformKind::Playground, raw).await;
            accepted.map(drop).map_err(|error| error.to_string())
        })
    }

    fn picture(&self, file: &str) -> Option<Vec<u8>> {
        self.engine.library().pictures.get(file).cloned()
    }

    fn as_slack(&self, card: &Card) -> Value {
        slack::blocks(card, |file| Some(slack::Picture::At(format!("{PICTURES}{file}"))))
    }

    fn as_discord(&self, card: &Card) -> Value {
        discord::components(card, |file| Some(format!("{PICTURES}{file}")))
    }

    fn experiments(&self) -> Option<&dyn Experiments> {
        Some(self)
    }
}
