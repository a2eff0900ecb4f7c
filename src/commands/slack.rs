//! `kairos slack manifest`: what to paste into Slack to make the app; and what `kairos doctor` says of the tokens.

use std::io::{self, Write};

use ::chat::Refusal;
use ::slack::{Introduced, Mode, manifest, with_emails};

use super::{Outcome, doctor::Finding};

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
        /// With leave to find people by their e-mail address, for alerts that name people so
        #[arg(long)]
        emails: bool,
    },
}

/// Prints it.
pub fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let What::Manifest { http, emails } = &args.what;
    let mode = http.as_ref().map_or(Mode::Socket, |url| Mode::Http(url.trim_end_matches('/').to_owned()));
    let manifest = manifest(&mode);
    let manifest = if *emails { with_emails(manifest) } else { manifest };
    serde_json::to_writer_pretty(&mut *out, &manifest)?;
    writeln!(out)?;
    Ok(Outcome::Well)
}

/// What the doctor says of Slack's own word about the tokens.
pub fn finding(examined: Result<Introduced, Refusal>) -> Finding {
    let introduced = match examined {
        Ok(introduced) => introduced,
        Err(Refusal::Definite(reason)) => {
            let todo = "copy the bot token anew: api.slack.com/apps, your app, OAuth & Permissions";
            return Finding::wrong(format!("Slack does not take the bot token ({reason})"), todo);
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
    match introduced.socket {
        Some(Err(refusal)) => Finding::wrong(
            format!("Slack does not take the app token ({refusal})"),
            "make one with the scope connections:write: api.slack.com/apps, your app, Basic Information",
        ),
        Some(Ok(())) => Finding::ok(format!("{}, by Socket Mode; {scopes}", introduced.workspace)),
        None => Finding::ok(format!("{}, over HTTP; {scopes}", introduced.workspace)),
    }
}
