//! Socket Mode's connections, led through a place where a frame can be slipped in or a line be cut.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::broadcast,
    task::AbortHandle,
};
use tokio_tungstenite::{
    accept_hdr_async, connect_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

#[derive(Clone, Debug)]
enum Happens {
    /// This frame is slipped in on every line.
    Frame(String),
    /// Every line is cut.
    Cut,
}

/// How many lines there are, and how many there were at the most and in all.
#[derive(Default)]
struct Counts {
    open: AtomicUsize,
    opened: AtomicUsize,
    fewest_since: AtomicUsize,
}

/// The relay, running.
pub(super) struct Relay {
    address: String,
    happens: broadcast::Sender<Happens>,
    counts: Arc<Counts>,
    /// Where local-slack is, as `host:port`.
    peer: Arc<std::sync::Mutex<String>>,
    serving: AbortHandle,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Relay {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (happens, _) = broadcast::channel(16);
        let counts = Arc::<Counts>::default();
        let peer = Arc::<std::sync::Mutex<String>>::default();
        let (all, count, at) = (happens.clone(), Arc::clone(&counts), Arc::clone(&peer));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, Arc::clone(&at), all.subscribe(), Arc::clone(&count)));
            }
        });
        Self { address, happens, counts, peer, serving: serving.abort_handle() }
    }

    /// The address to hand out instead of `url`.
    pub(super) fn instead_of(&self, url: &str) -> String {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        host.clone_into(&mut super::standin::lock(&self.peer));
        format!("ws://{}/{path}", self.address)
    }

    /// Lines that stand now.
    pub(super) fn open(&self) -> usize {
        self.counts.open.load(Ordering::SeqCst)
    }

    /// Lines that were ever opened.
    pub(super) fn opened(&self) -> usize {
        self.counts.opened.load(Ordering::SeqCst)
    }

    /// The fewest lines that stood at a time since the last request to go.
    pub(super) fn fewest_since(&self) -> usize {
        self.counts.fewest_since.load(Ordering::SeqCst)
    }

    /// Slack asks every connection to go.
    pub(super) fn ask_to_go(&self) {
        self.counts.fewest_since.store(self.open(), Ordering::SeqCst);
        let frame = json!({ "type": "disconnect", "reason": "refresh_requested" }).to_string();
        self.happens.send(Happens::Frame(frame)).unwrap();
    }

    /// Slips an envelope in on every line, as if Slack had sent it.
    pub(super) fn deliver(&self, kind: &str, payload: &Value) {
        let frame = json!({ "type": kind, "envelope_id": "slipped-in", "payload": payload }).to_string();
        self.happens.send(Happens::Frame(frame)).unwrap();
    }

    /// Cuts every line.
    pub(super) fn cut(&self) {
        self.happens.send(Happens::Cut).unwrap();
    }
}

async fn pass(
    stream: TcpStream,
    peer: Arc<std::sync::Mutex<String>>,
    mut happens: broadcast::Receiver<Happens>,
    counts: Arc<Counts>,
) {
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "the signature is the library's")]
    let note = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        path = request.uri().to_string();
        Ok(response)
    };
    let Ok(mut kairos) = accept_hdr_async(stream, note).await else { return };
    let url = format!("ws://{}{path}", super::standin::lock(&peer));
    let Ok((mut slack, _)) = connect_async(url).await else { return };
    counts.open.fetch_add(1, Ordering::SeqCst);
    counts.opened.fetch_add(1, Ordering::SeqCst);
    loop {
        let passed = tokio::select! {
            happened = happens.recv() => match happened {
                Ok(Happens::Frame(frame)) => kairos.send(Message::Text(frame.into())).await,
                Ok(Happens::Cut) | Err(_) => break,
            },
            frame = kairos.next() => match frame { Some(Ok(frame)) => slack.send(frame).await, _ => break },
            frame = slack.next() => match frame { Some(Ok(frame)) => kairos.send(frame).await, _ => break },
        };
        if passed.is_err() {
            break;
        }
    }
    let left = counts.open.fetch_sub(1, Ordering::SeqCst) - 1;
    counts.fewest_since.fetch_min(left, Ordering::SeqCst);
}
