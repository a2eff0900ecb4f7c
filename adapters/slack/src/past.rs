//! A conversation's past: page by page, threads with their answers, as slowly as Slack asks.
//!
//! Invariants
//! - What Slack asks to wait is waited, up to [`LONGEST_WAIT`] at a time and [`TRIES`] times.
//! - Bounded: nothing is read once `most` entries are there.

use std::{collections::BTreeSet, time::Duration};

use chat::{ChannelId, Place, Refusal, Timestamp, WorkspaceId};
use serde_json::{Value, json};

use crate::{
    api::{Api, Now, WorkspaceClient},
    export::{channel, stamp, text as field},
    methods::{self, Method},
    translate::place,
};

/// Messages of one page; Slack recommends no more.
const PAGE: u32 = 200;
/// The longest wait that is believed: an app that is sold gets one call a minute.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
/// How often one call is tried.
const TRIES: u32 = 20;
/// Messages of a channel that are recorded at most.
const MOST: usize = 50_000;

/// A conversation, page by page.
pub(crate) struct Pages {
    pub(crate) method: Method,
    pub(crate) body: Value,
    pub(crate) is_over: bool,
}

impl Pages {
    /// Of the place, with more to ask for.
    pub(crate) fn of(at: &Place, mut body: Value) -> Self {
        body["channel"] = json!(at.channel);
        body["limit"] = json!(PAGE);
        let method = match &at.thread {
            Some(thread) => {
                body["ts"] = json!(thread);
                methods::REPLIES
            }
            None => methods::HISTORY,
        };
        Self { method, body, is_over: false }
    }

    /// What an answer holds, and whether more is to come.
    pub(crate) fn take(&mut self, mut answer: Value) -> Vec<Value> {
        let next = answer["response_metadata"]["next_cursor"].as_str().filter(|next| !next.is_empty());
        self.is_over = next.is_none();
        self.body["cursor"] = json!(next);
        answer["messages"].as_array_mut().map(std::mem::take).unwrap_or_default()
    }
}

/// The way to a workspace, for somebody who has time.
pub(crate) struct Reader<'a> {
    pub(crate) api: &'a Api,
    pub(crate) pipe: &'a WorkspaceClient,
}

impl Reader<'_> {
    async fn call(&self, method: Method, body: &Value) -> Result<Value, Refusal> {
        for tried in 1.. {
            match self.api.call(method, self.pipe, body).await {
                Err(Refusal::Transient { retry_after, .. }) if tried < TRIES => {
                    let wait = retry_after.unwrap_or(Duration::from_secs(2));
                    tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
                }
                ended => return ended,
            }
        }
        unreachable!("the last try ends it")
    }

    async fn all(&self, mut pages: Pages, most: usize) -> Result<Vec<Value>, Refusal> {
        let mut entries = Vec::new();
        while !pages.is_over && entries.len() < most {
            let answer = self.call(pages.method, &pages.body).await?;
            entries.extend(pages.take(answer));
        }
        Ok(entries)
    }

    /// The messages of a place since an instant, those in its threads included.
    pub(crate) async fn entries(&self, at: &Place, since: Timestamp, most: usize) -> Result<Vec<Value>, Refusal> {
        let ms = since.as_ms().max(0);
        // Slack leaves out what is exactly as old, unless asked.
        let oldest = format!("{}.{:03}000", ms / 1_000, ms % 1_000);
        let asked = json!({ "oldest": oldest, "inclusive": true });
        let mut entries = self.all(Pages::of(at, asked.clone()), most).await?;
        if at.thread.is_some() {
            return Ok(entries);
        }
        let opened = entries.iter().filter(|entry| entry["reply_count"].as_u64().is_some_and(|count| count > 0));
        let threads: Vec<String> = opened.filter_map(|entry| stamp(&entry["ts"])).collect();
        for thread in threads {
            if entries.len() >= most {
                break;
            }
            let within = at.in_thread(&thread.as_str().into());
            let answers = self.all(Pages::of(&within, asked.clone()), most).await?;
            // The message that opened it comes along.
            entries.extend(answers.into_iter().filter(|answer| stamp(&answer["ts"]).as_ref() != Some(&thread)));
        }
        Ok(entries)
    }
}

/// A channel's past, as an export of Slack would hold it.
pub struct Recorded {
    /// Its entry in `channels.json`.
    pub channel: Value,
    /// The folder that its days lie in.
    pub folder: String,
    /// Its messages, the oldest first.
    pub entries: Vec<Value>,
    /// The entries in `users.json` of everybody who wrote.
    pub users: Vec<Value>,
}

/// Reads a channel's past since an instant. It takes a minute for some fifty pages and threads, longer where Slack asks.
pub async fn record(
    api_url: &str,
    bot_token: &str,
    channel_id: &ChannelId,
    since: Timestamp,
    now: Now,
) -> Result<Recorded, Refusal> {
    let api = Api::new(api_url.to_owned(), now)?;
    let pipe = WorkspaceClient::new(bot_token);
    let reader = Reader { api: &api, pipe: &pipe };
    let told = reader.call(methods::CONVERSATION, &json!({ "channel": channel_id })).await?;
    let (folder, id) = channel(&told["channel"]).map_err(|odd| Refusal::Definite(odd.to_string()))?;
    let at = place(&WorkspaceId::new("export"), id.as_str(), None);
    let mut entries = reader.entries(&at, since, MOST).await?;
    entries.sort_by_key(|entry| stamp(&entry["ts"]));
    let wrote: BTreeSet<&str> = entries.iter().filter_map(|entry| field(entry, "user")).collect();
    let mut users = Vec::new();
    for user in wrote {
        match reader.call(methods::USER, &json!({ "user": user })).await {
            Ok(mut told) => users.push(told["user"].take()),
            // Somebody of another workspace, or who left: their words are theirs all the same.
            Err(Refusal::Definite(_)) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    let channel = json!({ "id": id, "name": folder });
    Ok(Recorded { channel, folder, entries, users })
}
