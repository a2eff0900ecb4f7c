//! What `kairos` can be told to do: one file for each command.
//!
//! Invariants
//! - Exit codes: 0 all is well; 1 something was found or failed; 2 wrong use or a wrong configuration.
//! - A command's answer goes to standard output; logs and complaints go to standard error.

pub mod check;
pub mod config;
pub mod doctor;

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

use crate::config::{Config, Mistakes};

/// Help at work in the moment of need, inside the conversation people are already in.
///
/// Without a command Kairos serves: with no configuration at all it opens the playground on 127.0.0.1, port 8080.
#[derive(Debug, Parser)]
#[command(name = "kairos", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// The configuration file [default: kairos.toml in the working directory, where there is one]
    #[arg(long, value_name = "FILE", env = "KAIROS_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 all is well; 1 something was found or failed; 2 wrong use or configuration.";

/// One thing to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bot: connections, pages and health checks (the default)
    Serve,
    /// Talk to Kairos in the terminal
    Chat,
    /// Look for mistakes in a folder of prompts
    Check {
        /// The folder [default: the configured one, else the starter library]
        dir: Option<PathBuf>,
    },
    /// Show what Kairos would have done with a recorded conversation
    Replay {
        /// The recorded conversation
        file: PathBuf,
    },
    /// Print every setting with its default, or what is in force
    Config(config::Args),
    /// Try out whether everything Kairos needs is there
    Doctor(doctor::Args),
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
        Command::Config(args) => Ok(config::print_effective(config, args.json, out)?),
        Command::Doctor(args) => {
            let probes = doctor::Probes { store: &|_| doctor::untried(), prompts: &|_| doctor::untried() };
            Ok(doctor::print(&doctor::examine(config, &probes), args.json, out)?)
        }
        Command::Serve | Command::Chat | Command::Check { .. } | Command::Replay { .. } => {
            bail!("this command is not wired yet")
        }
    }
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
    let is_closed = error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe);
    if !is_closed {
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
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_make_sense() {
        Cli::command().debug_assert();
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
