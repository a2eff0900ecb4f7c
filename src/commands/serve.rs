//! `kairos serve`: connections, pages and health checks, until it is told to stop.

use std::io::Write;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tracing::{info, warn};

use super::{Outcome, runtime};
use crate::{
    config::{Config, MetricsAt, StoreUrl},
    http::Metrics,
    logs,
    messages::say,
    run::Kairos,
};

/// Runs until ctrl-c or SIGTERM.
pub fn run(config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    logs::start(&config.log)?;
    for slip in &config.warnings {
        warn!("{slip}");
    }
    runtime()?.block_on(async {
        // The address is taken first, so that a second start says so at once instead of opening the same store.
        let listener = TcpListener::bind(config.listen).await.with_context(|| {
            format!("{} can't be listened on; KAIROS_HTTP_LISTEN=127.0.0.1:0 takes any free port", config.listen)
        })?;
        let address = listener.local_addr()?;
        let kairos = counted(Kairos::open(config).await?, config.metrics).await?;
        // Whoever has read where it is may stop it.
        let stop = stop_signal()?;
        announce(config, &kairos, &address.to_string(), out)?;
        info!(%address, store = %config.store.shown(), "ready");
        kairos.serve(listener, stop).await?;
        info!("stopped");
        Ok(Outcome::Well)
    })
}

/// The same Kairos, with what it counts shown where that is configured.
async fn counted(kairos: Kairos, at: MetricsAt) -> Result<Kairos> {
    let listener = match at {
        MetricsAt::Off => return Ok(kairos),
        MetricsAt::BesideHealth => None,
        MetricsAt::Own(address) => {
            let bound = TcpListener::bind(address).await;
            Some(
                bound
                    .with_context(|| format!("{address} can't be listened on; KAIROS_METRICS_LISTEN names another"))?,
            )
        }
    };
    Ok(kairos.with_metrics(Metrics::install()?, listener))
}

/// What a newcomer needs to know, on standard output.
fn announce(config: &Config, kairos: &Kairos, address: &str, out: &mut dyn Write) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    match &config.store {
        StoreUrl::Memory => writeln!(out, "{}", say!("start-version-memory", version = version))?,
        store => writeln!(out, "{}", say!("start-version", version = version, data = store.shown().clone()))?,
    }
    if kairos.playground.is_some() {
        let is_connected = config.slack.is_configured() || config.discord.is_configured();
        if !is_connected && config.listen.ip().is_loopback() {
            writeln!(out, "{}", say!("start-local"))?;
        }
        writeln!(out, "{}", say!("start-open", url = format!("http://{address}")))?;
        writeln!(out, "{}", say!("start-try"))?;
    }
    if config.slack.is_configured() {
        let how = match (&config.slack.app_token, &config.slack.signing_secret) {
            (Some(_), _) => "Kairos connects to Slack by Socket Mode.".to_owned(),
            (None, Some(_)) => format!("Kairos receives Slack’s events at http://{address}/slack/events."),
            (None, None) => "Kairos can write on Slack but reads nothing yet: set KAIROS_SLACK_APP_TOKEN.".to_owned(),
        };
        writeln!(out, "{how}")?;
        if let (Some(_), Some(url)) = (&config.slack.app, &config.public_url) {
            writeln!(out, "Workspaces install Kairos at {url}/slack/install.")?;
        }
    }
    if config.discord.is_configured() {
        writeln!(out, "Kairos connects to Discord; `kairos discord install-link` prints the link that invites it.")?;
    }
    out.flush()?;
    Ok(())
}

/// Ends with ctrl-c, and on Unix with SIGTERM.
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
