//! What the playground asks of the house it stands in.

use std::{future::Future, pin::Pin, time::Duration};

use chat::{Card, Timestamp};
use serde_json::Value;

use crate::Experiments;

/// The house, as the playground sees it.
pub trait Host: Send + Sync {
    /// The playground's clock, which can be wound forward.
    fn now(&self) -> Timestamp;

    /// Winds the clock forward, so that what is due becomes due. Called only where the playground [is alone](Self::is_alone).
    fn wind(&self, by: Duration);

    /// True where the playground is all there is. Beside a real platform its time is everybody's, and nobody in it manages
    /// anything: whoever reaches the page can speak as any of its people.
    fn is_alone(&self) -> bool {
        true
    }

    /// Takes a raw event durably; the same event twice is one. An error means: offer it again later.
    fn accept(&self, raw: String) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>>;

    /// A picture of the library by its path below the prompts folder.
    fn picture(&self, file: &str) -> Option<Vec<u8>>;

    /// The message `{text, blocks}` that Slack would get; pictures lie under `/playground/pictures/`.
    fn as_slack(&self, card: &Card) -> Value;

    /// The message `{flags, components}` that Discord would get; pictures lie under `/playground/pictures/`.
    fn as_discord(&self, card: &Card) -> Value;

    /// What may be tried out beside the chat; nothing, unless the house says so.
    fn experiments(&self) -> Option<&dyn Experiments> {
        None
    }
}
