//! `kairos discord install-link`: the link that invites Kairos; and what `kairos doctor` says of the token.

use std::io::{self, Write};

use ::discord::{Discord, Standing, install_link};
use anyhow::Result;

use super::{Outcome, doctor::Finding, runtime};
use crate::{config::Config, run};

/// What to do about Discord.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum What {
    /// Print the link by which whoever runs a server invites Kairos, with exactly the permissions it uses
    InstallLink {
        /// The application's id; without it Discord is asked with the configured token
        #[arg(long, value_name = "ID")]
        application: Option<String>,
    },
}

/// Prints it.
pub fn run(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let What::InstallLink { application } = &args.what;
    let application = match application {
        Some(application) => application.clone(),
        None => standing(config)?.map_err(anyhow::Error::msg)?.application,
    };
    print(&application, out)?;
    Ok(Outcome::Well)
}

fn print(application: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", install_link(application))
}

/// What Discord says about the configured bot.
fn standing(config: &Config) -> Result<Result<Standing, String>> {
    let connection = run::discord_connection(config).ok_or_else(|| {
        anyhow::anyhow!("no bot is configured: set KAIROS_DISCORD_TOKEN, or name the application with --application")
    })?;
    let discord = Discord::new(connection).map_err(anyhow::Error::msg)?;
    Ok(runtime()?.block_on(discord.standing()))
}

/// What the doctor says of Discord.
pub fn examine(config: &Config) -> Finding {
    match standing(config) {
        Ok(Ok(standing)) if standing.reads_everything => Finding::ok("the token works, and every message can be read"),
        Ok(Ok(_)) => Finding::missing(
            "the token works; without the message content intent mentions, private messages and commands are served",
            "switch it on: discord.com/developers/applications, your app, Bot, Message Content Intent",
        ),
        Ok(Err(reason)) => Finding::wrong(
            format!("Discord does not take the token: {reason}"),
            "copy it anew: discord.com/developers/applications, your app, Bot; is KAIROS_DISCORD_API_URL right?",
        ),
        Err(error) => Finding::wrong(format!("{error:#}"), "set KAIROS_DISCORD_TOKEN"),
    }
}
