//! What `kairos` can be told to do: one file for each command.
//!
//! Invariants
//! - Exit codes: 0 all is well; 1 something was found or failed; 2 wrong use or a wrong configuration.
//! - A command's answer goes to standard output; logs and complaints go to standard error.

pub mod backup;
pub mod chat;
pub mod check;
pub mod config;
pub mod discord;
pub mod doctor;
pub mod duty;
pub mod eval;
pub mod every_card;
pub mod hear;
mod help;
pub mod import;
pub mod measures;
pub mod new_topic;
pub mod people;
pub mod person;
pub mod quarantine;
pub mod queue;
pub mod replay;
mod screen;
pub mod serve;
pub mod simulate;
pub mod slack;
pub mod slack_history;

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, ErrorKind, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Parser, Subcommand};

use ::chat::{Card, PlatformKind};
use tokio::runtime::Runtime;

use crate::{
    config::{Config, Mistakes, StoreUrl},
    engine::{Need, Recogniser},
    library::{Checks, Library, Source},
    run,
    store::Store,
};

/// Help at work in the moment of need, inside the conversation people are already in
///
/// Without a command Kairos serves; with no configuration it opens the playground on 127.0.0.1:8080.
#[derive(Debug, Parser)]
#[command(name = "kairos", version)]
pub struct Cli {
    /// The configuration file [default: ./kairos.toml, if there is one]
    #[arg(long, value_name = "FILE", env = "KAIROS_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// One thing to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bot: connections, pages and health checks (the default)
    Serve,
    /// Talk to Kairos in the terminal
    Chat,
    /// Say what would be recognised in a message, and why
    Hear(hear::Args),
    /// Write a new topic, with a few questions
    #[command(subcommand)]
    New(new_topic::New),
    /// Find mistakes in a folder of prompts
    Check(check::Args),
    /// Show what Kairos would have done with a recorded conversation
    Replay(replay::Replay),
    /// Print every setting with its default, or the values in use
    Config(config::Args),
    /// Measure recognition on files of labelled messages
    Eval(eval::Args),
    /// Try an alert rule on simulated people
    #[command(subcommand)]
    Simulate(simulate::Simulate),
    /// Link people across systems; see what waits for unknown people
    #[command(subcommand)]
    People(people::People),
    /// Team totals (only with five people or more)
    Measures(measures::Args),
    /// Who is on call, for alerts about a team
    #[command(subcommand, name = "on-call", alias = "duty")]
    Duty(duty::Duty),
    /// Import people, on-call shifts or numbers from a CSV file
    #[command(subcommand)]
    Import(import::Import),
    /// Show deliveries that wait or failed; send one again or drop it
    Queue(queue::Args),
    /// Show what could not be read; read it again or drop it
    Quarantine(quarantine::Args),
    /// Copy the database into one file while Kairos runs
    Backup(backup::Args),
    /// Print everything stored about a person, as JSON
    Export(person::Args),
    /// Erase everything stored about a person
    Forget(person::Args),
    /// Check that everything Kairos needs is in place
    Doctor(doctor::Args),
    /// Set Slack up: the app’s manifest, a channel’s history
    Slack(slack::Args),
    /// Set Discord up: the link that invites the bot
    Discord(discord::Args),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Well,
    /// Something was found that somebody should mend.
    Found,
}

/// Does what the arguments say, and tells the process how to end.
pub fn run(cli: Cli) -> ExitCode {
    let config = read_config(cli.config);
    let mut out = io::stdout().lock();
    let ended = match (cli.command.unwrap_or(Command::Serve), config) {
        // The defaults help to mend a wrong configuration, so they don't ask for a right one.
        (Command::Config(args), _) if !args.effective => config::print_defaults(&mut out).map_err(Into::into),
        (Command::Doctor(args), Err(mistakes)) if args.json => {
            let written = doctor::print(&doctor::misconfigured(&mistakes), true, &mut out);
            return written.map_or_else(|error| failed(&error.into()), |_| ExitCode::from(2));
        }
        (_, Err(mistakes)) => return misconfigured(&mistakes),
        (command, Ok(config)) => obey(&command, &config, &mut out),
    };
    match ended {
        Ok(Outcome::Well) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => failed(&error),
    }
}

fn obey(command: &Command, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    match command {
        Command::Serve => serve::run(config, out),
        Command::Check(args) => check_prompts(args, config, out),
        Command::Config(args) => Ok(config::print_effective(config, args.json, out)?),
        Command::Doctor(args) => {
            let probes = doctor::Probes {
                store: &probe_store,
                prompts: &probe_prompts,
                slack: &probe_slack,
                discord: &discord::examine,
                alerts: &probe_alerts,
            };
            Ok(doctor::print(&doctor::examine(config, &probes), args.json, out)?)
        }
        Command::Eval(args) => eval::run(args, out),
        Command::Hear(args) => hear::run(args, config, out),
        Command::New(new_topic::New::Topic(topic)) => new_topic(topic, config, out),
        Command::Replay(args) => rehearse(args, config, out),
        Command::Slack(args) => slack::run(args, config, out),
        Command::Discord(args) => discord::run(args, config, out),
        Command::Chat => chat::run(config, out),
        Command::Simulate(what) => simulate::run(*what, out),
        Command::Measures(args) => measures::run(*args, config, out),
        Command::People(what) => people::run(what, config, out),
        Command::Duty(what) => duty::run(what, config, out),
        Command::Import(what) => import::run(what, config, out),
        Command::Queue(args) => queue::run(args, config, out),
        Command::Quarantine(args) => quarantine::run(args, config, out),
        Command::Backup(args) => backup::run(args, config, out),
        Command::Export(args) => person::export(args, config, out),
        Command::Forget(args) => person::forget(args, config, out),
    }
}

/// Writes a topic's files, then checks the folder they lie in.
fn new_topic(topic: &new_topic::Topic, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let mut stdin = io::stdin().lock();
    let can_ask = io::stdin().is_terminal();
    let answers = can_ask.then_some(&mut stdin as &mut dyn io::BufRead);
    let dir = new_topic::write(topic, config.prompts.as_deref(), &mut new_topic::Questions { answers, out })?;
    check_prompts(&check::Args { dir: Some(dir), json: false }, config, out)
}

/// What the checks of the library need to know of the recogniser and the platforms.
fn check_prompts(args: &check::Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let usual = run::source(config);
    let mut reading = check::read(args, &usual);
    let recogniser = Recogniser::of(&reading.library);
    let claims = |text: &str| {
        let needs = recogniser.hear(text, false).into_iter().filter(Need::is_heard);
        needs.map(|need| (need.trigger, need.score)).collect()
    };
    // Whoever speaks on one platform alone need not keep to the limits of the other.
    let (slack, discord) = (config.slack.is_configured(), config.discord.is_configured());
    let misfits = |card: &Card| {
        let of_slack = (slack || !discord).then(|| (PlatformKind::Slack, ::slack::fit(card)));
        let of_discord = (discord || !slack).then(|| (PlatformKind::Discord, ::discord::fit(card)));
        of_slack.into_iter().chain(of_discord).collect()
    };
    reading.check(&Checks { claims: &claims, cards: &every_card::of, misfits: &misfits });
    check::report(&reading, args, io::stdout().is_terminal(), out)
}

/// Sends a recorded conversation down the line that the live bot has.
fn rehearse(args: &replay::Replay, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let history = args.open()?;
    // One thread does everything: deciding is what takes the time.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut line = replay::Rehearsal::new(config, args.prompts.as_deref(), &history).await?;
        let screen = replay::Screen::stdout();
        let summary = replay::run(args, history, &mut line, out, screen).await?;
        Ok(if summary.broken == 0 { Outcome::Well } else { Outcome::Found })
    })
}

/// Opens the store, which also brings its schema up to date, and writes to it.
fn probe_store(url: &StoreUrl) -> doctor::Finding {
    let probed = runtime().and_then(|runtime| {
        runtime.block_on(async {
            let store = Store::open(&url.expose()).await?;
            store.probe().await?;
            let version = store.schema_version().await?;
            store.close().await;
            Ok(version)
        })
    });
    match probed {
        Ok(version) => doctor::Finding::ok(format!("{}: writable, schema {version}", url.shown())),
        Err(error) => doctor::Finding::wrong(
            format!("{}: {error:#}", url.shown()),
            "start the database, or name another one by KAIROS_STORE_URL",
        ),
    }
}

/// Looks whether anything waits for somebody nobody knows, or reached nobody.
fn probe_alerts(config: &Config) -> doctor::Finding {
    let looked = runtime().and_then(|runtime| {
        runtime.block_on(async {
            let store = Store::open(&config.store.expose()).await?;
            let (waiting, unheard) = (store.signals_waiting(1_000).await?, store.unheard_count().await?);
            store.close().await;
            Ok((waiting.len(), waiting.iter().map(|it| it.count).sum(), unheard))
        })
    });
    match looked {
        Ok(counted) => {
            let names: Vec<&str> = config.alerts.0.keys().map(String::as_str).collect();
            doctor::of_alerts(&names, counted)
        }
        Err(error) => doctor::Finding::wrong(format!("{error:#}"), "see the store"),
    }
}

/// Asks Slack whether the tokens work and what they lack.
fn probe_slack(config: &Config) -> doctor::Finding {
    match runtime().and_then(|runtime| runtime.block_on(slack::examine(config))) {
        Ok(finding) => finding,
        Err(error) => doctor::Finding::wrong(format!("{error:#}"), "try again"),
    }
}

fn probe_prompts(dir: Option<&Path>) -> doctor::Finding {
    let source = dir.map_or(Source::Starter, |dir| Source::Folder(dir.to_owned()));
    let reading = Library::read(&source);
    let found = check::summary(&reading);
    match reading.errors() {
        0 => doctor::Finding::ok(found),
        _ => doctor::Finding::wrong(found, "`kairos check` shows every mistake and what would be right"),
    }
}

/// The threads that everything asynchronous runs on.
fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Reads the file that was named, or `kairos.toml` where there is one, and lays the environment over it.
fn read_config(named: Option<PathBuf>) -> Result<Config, Mistakes> {
    let data_dir = directories::ProjectDirs::from("", "", "kairos").map(|dirs| dirs.data_dir().to_owned());
    let named = named.filter(|path| !path.as_os_str().is_empty());
    let is_named = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from("kairos.toml"));
    let file = match fs::read_to_string(&path) {
        Ok(text) => Some((path, text)),
        Err(error) if error.kind() == ErrorKind::NotFound && !is_named => None,
        Err(error) => return Err(Mistakes::unreadable(path, &error)),
    };
    // What isn't Unicode stays in, with a mark in place of what can't be read, and is told as a mistake.
    let text = |part: OsString| part.to_string_lossy().into_owned();
    let env = env::vars_os().map(|(name, value)| (text(name), text(value)));
    Config::load(file, env, data_dir.as_deref().map(Path::new))
}

fn misconfigured(mistakes: &Mistakes) -> ExitCode {
    complain(&mistakes.to_string());
    ExitCode::from(2)
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // `kairos config | head` closes our output early; that is no failure to tell anybody about.
    let is_closed = |cause: &(dyn std::error::Error + 'static)| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind.or_else(|| cause.downcast_ref::<serde_json::Error>()?.io_error_kind()) == Some(ErrorKind::BrokenPipe)
    };
    if !error.chain().any(is_closed) {
        complain(&format!("{error:#}"));
    }
    ExitCode::from(1)
}

/// Tells the person at the terminal; when even that can't be written, the exit code has to do.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "kairos: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_make_sense() {
        help::command().debug_assert();
    }

    #[test]
    fn the_configuration_is_named_before_or_after_the_command() {
        for line in ["kairos --config k.toml doctor", "kairos doctor --config k.toml"] {
            let cli = Cli::parse_from(line.split(' '));
            assert_eq!(cli.config.as_deref(), Some(Path::new("k.toml")), "{line}");
        }
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let mistakes = read_config(Some(PathBuf::from("no/such/kairos.toml"))).unwrap_err().to_string();
        assert!(mistakes.contains("no/such/kairos.toml:1: the file can't be read"), "{mistakes}");
    }
}
