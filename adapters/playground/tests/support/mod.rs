//! A house for the playground, as small as can be.

use std::{
    future::Future,
    path::Path,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use chat::{Card, Timestamp};
use playground::{Host, Playground};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Accepts what it is offered and keeps it; its clock stands still unless wound.
#[derive(Default)]
pub(crate) struct House {
    ms: AtomicI64,
    /// While true, nothing is accepted.
    pub(crate) refuses: AtomicBool,
    /// What was accepted.
    pub(crate) accepted: Mutex<Vec<String>>,
    /// Rings when something was accepted.
    pub(crate) rings: Notify,
}

impl Host for House {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.ms.load(Ordering::SeqCst))
    }

    fn wind(&self, by: Duration) {
        self.ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    fn accept(&self, raw: String) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async move {
            if self.refuses.load(Ordering::SeqCst) {
                return Err("the disk is full".to_owned());
            }
            self.accepted.lock().unwrap().push(raw);
            self.rings.notify_one();
            Ok(())
        })
    }

    fn picture(&self, file: &str) -> Option<Vec<u8>> {
        (file == "price/map.png").then(|| vec![1, 2, 3])
    }

    fn as_slack(&self, card: &Card) -> Value {
        json!({ "text": card.plain(), "blocks": [] })
    }

    fn as_discord(&self, card: &Card) -> Value {
        json!({ "flags": 1 << 15, "components": [{ "type": 10, "content": card.title }] })
    }
}

/// A playground with its house, on a November morning.
pub(crate) async fn opened(journal: Option<&Path>) -> (Arc<Playground>, Arc<House>) {
    let house = Arc::new(House::default());
    house.ms.store(1_763_632_680_000, Ordering::SeqCst);
    let playground = Playground::open(journal).unwrap();
    playground.attach(Arc::clone(&house) as Arc<dyn Host>).await;
    (playground, house)
}
