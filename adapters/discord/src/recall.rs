//! What outlives a restart: what can still be answered, and how long to be silent.
//!
//! Invariants
//! - Nothing that people wrote is among it. The key by which an interaction is answered is kept as long as Discord takes
//!   it, a quarter of an hour, and no longer.
//! - A note about an interaction is struck out when its time is over, not only when another is written.
//! - A notebook that fails costs what would have been remembered, never an answer.

use std::{sync::Arc, time::Duration};

use chat::{Note, Place, Timestamp};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tracing::{debug, info, warn};

use crate::{
    Discord, first_answer,
    memory::{LASTS, Live, Reach},
    wire::text,
};

pub(crate) const PACE: &str = "pace";
/// How long a start waits for first answers: Discord takes none after three seconds.
const RECALLED: Duration = Duration::from_secs(3);

impl Discord {
    /// Reads what was written down before a restart. To be done before anything is sent.
    pub async fn recall(&self) {
        let now = self.now();
        let notes = match self.connection.notebook.read(now).await {
            Ok(notes) => notes,
            Err(reason) => return warn!(reason, "what Discord's adapter wrote down can't be read; it begins anew"),
        };
        let mut read = 0;
        for note in &notes {
            let Ok(told) = serde_json::from_str::<Value>(&note.text) else { continue };
            read += usize::from(self.take_back(&note.name, &told, now).is_some());
            if note.name != PACE {
                self.memory().noted(&note.name, note.until);
            }
        }
        if read > 0 {
            info!(notes = read, "remembered what stood open on Discord");
        }
        self.acknowledge_recalled().await;
    }

    /// Gives the first answers that a restart came in between: a new session is not told again what was done before it.
    async fn acknowledge_recalled(&self) {
        let waiting = self.memory().unacknowledged();
        let answered = waiting.iter().map(|live| async {
            self.acknowledge(&live.id, &live.token, &first_answer::deferred(live.thinking, live.place.is_private()))
                .await;
            self.note_interaction(&live.id).await;
        });
        if tokio::time::timeout(RECALLED, join_all(answered)).await.is_err() {
            debug!("what stood open on Discord could not be acknowledged in time");
        }
    }

    fn take_back(&self, name: &str, told: &Value, now: Timestamp) -> Option<()> {
        match name.split_once('/').unwrap_or((name, "")) {
            (PACE, _) => self.rest.recall_pace(told, now),
            ("interaction", id) => self.memory().interacted(live_of(id, told)?),
            ("alone", message) => {
                let reach = Reach {
                    application: text(&told["application"])?,
                    token: text(&told["token"])?,
                    name: text(&told["name"])?,
                    at: Timestamp::from_ms(told["at"].as_i64()?),
                };
                self.memory().alone(message, reach);
            }
            _ => return None,
        }
        Some(())
    }

    /// Writes down how an interaction stands, or that it is over.
    pub(crate) async fn note_interaction(&self, id: &str) {
        let (name, told) = (format!("interaction/{id}"), self.memory().live(id).map(|live| (live.at, told_of(live))));
        match told {
            Some((at, told)) => {
                let left = LASTS.saturating_sub(self.now().since(at));
                self.note(&name, &told, left).await;
            }
            None => self.strike(&name).await,
        }
    }

    /// Remembers how a message that one person sees is reached, also after a restart.
    pub(crate) async fn reach_alone(&self, message: &str, live: &Live, name: &str) {
        let now = self.now();
        let (application, token) = (live.application.clone(), live.token.clone());
        let reach = Reach { application, token, name: name.to_owned(), at: live.at };
        let told = json!({ "application": reach.application, "token": reach.token, "name": name, "at": live.at });
        self.memory().alone(message, reach);
        self.note(&format!("alone/{message}"), &told, LASTS.saturating_sub(now.since(live.at))).await;
    }

    async fn note(&self, name: &str, told: &Value, lasts: Duration) {
        let now = self.now();
        let note = Note { name: name.to_owned(), text: told.to_string(), until: now + lasts };
        self.memory().noted(name, note.until);
        if let Err(reason) = self.connection.notebook.write(note, now).await {
            debug!(reason, "a note of Discord's adapter could not be written");
        }
    }

    /// Strikes out what can't be answered any more.
    pub(crate) async fn strike_old(&self) {
        let old = self.memory().out_of_date(self.now());
        for name in old {
            self.strike(&name).await;
        }
    }

    async fn strike(&self, name: &str) {
        if let Err(reason) = self.connection.notebook.strike(name).await {
            debug!(reason, "a note of Discord's adapter could not be struck out");
        }
    }
}

fn told_of(live: &Live) -> Value {
    json!({
        "token": live.token,
        "application": live.application,
        "user": live.user,
        "place": live.place,
        "at": live.at,
        "thinking": live.thinking,
        "command": live.is_command,
        "original": live.original,
        "permissions": live.permissions,
        "acknowledged": *live.acknowledged.borrow(),
    })
}

fn live_of(id: &str, told: &Value) -> Option<Live> {
    let place: Place = serde_json::from_value(told["place"].clone()).ok()?;
    let acknowledged = Arc::<tokio::sync::watch::Sender<bool>>::default();
    acknowledged.send_replace(told["acknowledged"] == true);
    Some(Live {
        id: id.to_owned(),
        token: text(&told["token"])?,
        application: text(&told["application"])?,
        user: text(&told["user"])?,
        place,
        at: Timestamp::from_ms(told["at"].as_i64()?),
        thinking: told["thinking"] == true,
        is_command: told["command"] == true,
        original: text(&told["original"]),
        permissions: told["permissions"].as_u64().unwrap_or_default(),
        acknowledged,
    })
}
