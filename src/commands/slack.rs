//! `kairos slack`: what to paste into Slack to make the app, a channel's past; and what `kairos doctor` says of the tokens.

use std::{io::Write, sync::Arc};

use ::chat::Refusal;
use ::slack::{Introduced, Mode, manifest, with_emails};
use anyhow::Result;

use super::{
    Outcome,
    doctor::{Finding, State},
    slack_history,
};
use crate::{clock::Clock, config::Config, run::Installed, store::Store};

/// What to do about Slack.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum What {
    /// Print the app's manifest (JSON): api.slack.com/apps, Create New App, From a manifest
    Manifest {
        /// The public https address of this Kairos, for events over HTTP; without it: Socket Mode
        #[arg(long, value_name = "URL")]
        http: Option<String>,
        /// The public https address at which several workspaces install this Kairos
        #[arg(long, value_name = "URL")]
        install: Option<String>,
        /// With leave to find people by their e-mail address, for alerts that name people so
        #[arg(long)]
        emails: bool,
    },
    /// Write a channel's past into a folder that `kairos replay` reads
    History(slack_history::Args),
}

/// Prints or writes it.
pub fn run(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let (http, install, emails) = match &args.what {
        What::Manifest { http, install, emails } => (http, install, *emails),
        What::History(args) => return slack_history::run(args, config, out),
    };
    let mode = http.as_ref().map_or(Mode::Socket, |url| Mode::Http(url.trim_end_matches('/').to_owned()));
    let installed_at = install.as_ref().map(|url| url.trim_end_matches('/'));
    let manifest = manifest(&mode, installed_at);
    let manifest = if emails { with_emails(manifest) } else { manifest };
    serde_json::to_writer_pretty(&mut *out, &manifest)?;
    writeln!(out)?;
    Ok(Outcome::Well)
}

/// Workspaces that the doctor asks Slack about: more would take too long, and be too much to read.
const MOST: usize = 20;

/// Asks Slack whether the tokens work, and what they lack.
pub async fn examine(config: &Config) -> Result<Finding> {
    let machine = Clock::system();
    let now: ::slack::Now = Arc::new(move || machine.now());
    let api_url = &config.slack.api_url;
    let how = match &config.slack.app_token {
        None => "over HTTP",
        Some(token) => match ::slack::examine_app(api_url, token.expose(), Arc::clone(&now)).await {
            Ok(()) => "by Socket Mode",
            Err(refusal) => return Ok(of_app_token(&refusal)),
        },
    };
    if let Some(token) = &config.slack.bot_token {
        let examined = ::slack::examine(api_url, token.expose(), now).await;
        return Ok(finding(None, examined, how));
    }
    let store = Store::open(&config.store.expose()).await?;
    let all = Installed::of(config, store)?.all().await?;
    let count = all.len();
    for (name, installation) in all.into_iter().take(MOST) {
        let found = match installation {
            Ok(kept) => finding(Some(&name), ::slack::examine(api_url, &kept.token, Arc::clone(&now)).await, how),
            Err(shut) => Finding::wrong(
                format!("{name}: {shut}"),
                "set KAIROS_SECRET_KEY or KAIROS_SECRET_PREVIOUS_KEY to the key that sealed it, or install there anew",
            ),
        };
        if found.state != State::Ok {
            return Ok(found);
        }
    }
    let at = format!("{}/slack/install", config.public_url.as_deref().unwrap_or_default());
    Ok(Finding::ok(format!("in {count} workspaces, {how}; others install at {at}")))
}

fn of_app_token(refusal: &Refusal) -> Finding {
    Finding::wrong(
        format!("Slack does not take the app token ({refusal})"),
        "make one with the scope connections:write: api.slack.com/apps, your app, Basic Information",
    )
}

/// What the doctor says of Slack's own word about a bot's token; `known_as`: a workspace that installed Kairos.
fn finding(known_as: Option<&str>, examined: Result<Introduced, Refusal>, how: &str) -> Finding {
    let of = known_as.map(|name| format!("{name}: ")).unwrap_or_default();
    let introduced = match examined {
        Ok(introduced) => introduced,
        Err(Refusal::Definite(reason) | Refusal::TokenRefused(reason)) => {
            let todo = match known_as {
                Some(_) => "install Kairos there anew: /slack/install",
                None => "copy the bot token anew: api.slack.com/apps, your app, OAuth & Permissions",
            };
            return Finding::wrong(format!("{of}Slack does not take the bot token ({reason})"), todo);
        }
        Err(refusal) => {
            let todo = "try again; is the network there, and KAIROS_SLACK_API_URL right?";
            return Finding::wrong(format!("Slack does not answer ({refusal})"), todo);
        }
    };
    let lacking = introduced.lacking.clone().unwrap_or_default();
    if !lacking.is_empty() {
        let found = format!("{}: the bot token lacks {}", introduced.workspace, lacking.join(", "));
        let todo = "paste what `kairos slack manifest` prints into the app's manifest, then install the app anew";
        return Finding::wrong(found, todo);
    }
    let scopes = if introduced.lacking.is_some() { "every scope is there" } else { "Slack lists no scopes" };
    Finding::ok(format!("{}, {how}; {scopes}", introduced.workspace))
}
