//! `kairos slack manifest`: what to paste into Slack to make the app.

use std::io::{self, Write};

use ::slack::{Mode, manifest};

use super::Outcome;

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
    },
}

/// Prints it.
pub fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let What::Manifest { http } = &args.what;
    let mode = http.as_ref().map_or(Mode::Socket, |url| Mode::Http(url.trim_end_matches('/').to_owned()));
    serde_json::to_writer_pretty(&mut *out, &manifest(&mode))?;
    writeln!(out)?;
    Ok(Outcome::Well)
}
