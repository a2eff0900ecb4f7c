//! How every page is served: one place for the time-outs, the number of connections and the end.
//!
//! Invariants
//! - A connection on which nobody says anything is cut, before its first request and between two: [`Bounds::idle`]. So is
//!   one whose head does not arrive in that time.
//! - A request that is not whole and answered in [`Bounds::request`] is cut, its body included. What an answer streams
//!   afterwards (the playground's news) may last.
//! - More connections than [`Bounds::connections`] wait in the system's queue until one ends.
//! - Told to stop it takes no more connections, lets what is under way end, and cuts what is still open after
//!   [`Bounds::stop`], whatever it is.

use std::{future::Future, io, pin::pin, sync::Arc, time::Duration};

use axum::{Router, http::StatusCode};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use tracing::{debug, warn};

use crate::config::HttpBounds as Bounds;

/// How long nobody is taken in after the system refused: it may have no more files to give.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);

/// Serves `pages` at `listener` until `stop` ends, and then until what is under way has ended or its time is over.
pub async fn serve(listener: TcpListener, pages: Router, bounds: Bounds, stop: impl Future<Output = ()>) {
    let pages = pages
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, bounds.request))
        .layer(RequestBodyTimeoutLayer::new(bounds.idle));
    let (stopping, stopped) = watch::channel(());
    let (mut open, mut stop) = (JoinSet::new(), pin!(stop));
    let places = Arc::new(Semaphore::new(bounds.connections));
    loop {
        let taken = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            taken = taken => taken,
            // Those that have ended, so that they are not kept until the end.
            Some(_) = open.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => {
                let served = connection(stream, pages.clone(), bounds, stopped.clone());
                open.spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            Err(error) if is_of_one_connection(&error) => debug!(%error, "a connection was gone at once"),
            Err(error) => {
                warn!(%error, "no connection can be taken right now");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
    drop((listener, stopped));
    // Every connection hears of it; whoever has ended does not.
    let _ = stopping.send(());
    let all = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(bounds.stop, all).await.is_err() {
        warn!(connections = open.len(), "what is still open is cut: the time to end is over");
        open.shutdown().await;
    }
}

async fn connection(stream: TcpStream, pages: Router, bounds: Bounds, mut stopped: watch::Receiver<()>) {
    // An answer is small: it need not wait for more.
    let _ = stream.set_nodelay(true);
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.idle)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(pages));
    let mut serving = pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        _ = stopped.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection ended early");
    }
}

/// True where the next one may be fine.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
