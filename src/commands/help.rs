//! `kairos --help`: the commands in groups, by what somebody wants to do.

use clap::{Command, CommandFactory, FromArgMatches};

use super::Cli;

/// The groups with their commands, in the order in which they are shown. Each command's own line is clap's.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Try it", &["chat", "hear", "replay", "simulate", "eval"]),
    ("Run it", &["serve", "config", "slack", "discord"]),
    ("Content", &["check", "new"]),
    ("People and data", &["people", "on-call", "import", "measures", "export", "forget"]),
    ("Care", &["doctor", "queue", "quarantine", "backup"]),
];

const EXIT_CODES: &str = "Exit codes: 0 all is well; 1 something was found or failed; 2 wrong use or configuration.";
const TEMPLATE: &str = "{about-with-newline}\n{usage-heading} {usage}{after-help}\n\nOptions:\n{options}\n";

impl Cli {
    /// Reads the process's arguments; tells what is wrong with them, or the help, and ends it.
    pub fn read() -> Self {
        let matches = command().get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The arguments as clap reads them, with help in groups.
pub(super) fn command() -> Command {
    let command = Cli::command();
    let groups = grouped(&command);
    command.help_template(TEMPLATE).after_help(format!("{groups}{EXIT_CODES}"))
}

fn grouped(command: &Command) -> String {
    let about = |name: &str| {
        let about = command.find_subcommand(name).and_then(Command::get_about);
        about.map(ToString::to_string).unwrap_or_default()
    };
    let group = |(group, names): (&str, &[&str])| {
        let lines = names.iter().map(|name| format!("  {name:<10} {}", about(name)));
        [format!("{group}:")].into_iter().chain(lines).collect::<Vec<_>>().join("\n") + "\n\n"
    };
    GROUPS.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group() {
        let command = Cli::command();
        let mut known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        known.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(known, grouped);
    }

    #[test]
    fn the_help_fits_a_terminal_and_reads_well() {
        let help = command().render_long_help().to_string();
        let long: Vec<&str> = help.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(long.is_empty(), "{long:?}");
        insta::assert_snapshot!(help);
    }

    #[test]
    fn commands_keep_their_former_names() {
        for line in ["kairos duty list", "kairos on-call list", "kairos people parked", "kairos people unmatched"] {
            assert!(command().try_get_matches_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in ["kairos import duties a.csv", "kairos import on-call a.csv"] {
            assert!(command().try_get_matches_from(line.split(' ')).is_ok(), "{line}");
        }
    }
}
