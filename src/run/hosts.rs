//! What the adapters may ask of the house.

use std::{pin::Pin, sync::Arc, time::Duration};

use chat::{Accepted, Accepting, Card, EventSink, PlatformKind, Timestamp};
use playground::Host;
use serde_json::Value;

use super::{PICTURES, Works};
use crate::{engine::Engine, inbox::Inbox};

/// What Slack asks of the house.
pub(super) struct SlackHost(pub(super) Inbox);

impl slack::Host for SlackHost {
    fn accept(&self, raw: String) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async move {
            let accepted = self.0.accept(PlatformKind::Slack, raw).await;
            accepted.map(drop).map_err(|error| error.to_string())
        })
    }
}

/// What Discord asks of the house.
pub(super) struct DiscordHost(pub(super) Inbox);

impl EventSink for DiscordHost {
    fn accept(&self, raw: String) -> Accepting<'_> {
        Box::pin(async move {
            let is_new = self.0.accept(PlatformKind::Discord, raw).await.map_err(|error| error.to_string())?;
            Ok(if is_new { Accepted::New } else { Accepted::Repeated })
        })
    }
}

/// What the playground asks of the house.
pub(super) struct House {
    pub(super) inbox: Inbox,
    pub(super) works: Works,
    pub(super) engine: Arc<Engine>,
}

impl Host for House {
    fn now(&self) -> Timestamp {
        self.works.clock.now()
    }

    fn wind(&self, by: Duration) {
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
}
