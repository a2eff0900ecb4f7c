//! Changes as server-sent events.
//!
//! Invariants
//! - A page that comes back with the number of its last event gets what it missed, or is told to reload.
//! - A page that lags is told to reload; nothing is kept for it beyond the shared bound.
//! - A person hears of nothing that they may not see.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::stream::{Stream, unfold};
use serde::Deserialize;
use tokio::sync::{broadcast, watch};

use super::{Here, Refused, view};
use crate::{Host, Person, Playground, record::Change, state::State as Chat};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "as")]
    person: Person,
    /// The `cursor` of the state this page holds; the browser's own `Last-Event-ID` goes before it.
    after: Option<String>,
}

/// One open page.
struct Page {
    person: Person,
    host: Arc<dyn Host>,
    /// What it missed, then what comes.
    missed: VecDeque<(u64, Change)>,
    live: broadcast::Receiver<(u64, Change)>,
    closing: watch::Receiver<bool>,
    /// The last number that was passed on or passed over.
    last: u64,
    /// Set once the page has to reload; nothing follows that.
    stale: bool,
    ended: bool,
}

pub(super) async fn stream(
    State(here): Here,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refused> {
    let Query(asked) = asked.map_err(|_| Refused::bad("as=ana, ben, chloe or dev is needed"))?;
    let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok().map(ToOwned::to_owned));
    let page = Page::open(&here, asked.person, last_id.or(asked.after).as_deref())?;
    let events = unfold(page, |mut page| async move { page.next().await.map(|event| (Ok(event), page)) });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

impl Page {
    fn open(here: &Arc<Playground>, person: Person, cursor: Option<&str>) -> Result<Self, Refused> {
        let host = Arc::clone(here.host()?);
        // Subscribed before the look back, so that nothing falls between; what comes twice is passed over by number.
        let (live, closing) = (here.subscribe(), here.closing());
        let (last, missed) = here.look(|chat| match cursor {
            None => (chat.changed, Some(VecDeque::new())),
            Some(cursor) => (view::number(cursor).unwrap_or(0), since(chat, cursor)),
        });
        let stale = missed.is_none();
        Ok(Self { person, host, missed: missed.unwrap_or_default(), live, closing, last, stale, ended: false })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.ended {
                return None;
            }
            if self.stale {
                self.ended = true;
                return Some(Event::default().event("reload").data("{}"));
            }
            let Some((number, change)) = self.coming().await else { continue };
            if number <= self.last {
                continue;
            }
            self.last = number;
            if change.seen_by(self.person) {
                let data = view::change(&change, self.host.as_ref()).to_string();
                return Some(Event::default().event("change").id(view::cursor(number)).data(data));
            }
        }
    }

    /// The next change; `None` once the page is stale or the server stops.
    async fn coming(&mut self) -> Option<(u64, Change)> {
        if let Some(missed) = self.missed.pop_front() {
            return Some(missed);
        }
        let change = tokio::select! {
            change = self.live.recv() => change,
            _ = self.closing.wait_for(|closing| *closing) => Err(broadcast::error::RecvError::Closed),
        };
        match change {
            Ok(change) => return Some(change),
            Err(broadcast::error::RecvError::Lagged(_)) => self.stale = true,
            Err(broadcast::error::RecvError::Closed) => self.ended = true,
        }
        None
    }
}

/// The changes after a cursor; `None` where they are not held any more.
fn since(chat: &Chat, cursor: &str) -> Option<VecDeque<(u64, Change)>> {
    let last = view::number(cursor)?;
    let oldest = chat.changes.front().map_or(chat.changed + 1, |(number, _)| *number);
    (last <= chat.changed && last + 1 >= oldest)
        .then(|| chat.changes.iter().filter(|(number, _)| *number > last).cloned().collect())
}
