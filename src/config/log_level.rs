//! How much is logged, and from which part of the program.

use tracing_subscriber::EnvFilter;

use super::values::{Right, either};

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Parts that talk about themselves at every request; whoever wants to hear them names them.
/// serenity's lines and spans hold what people write, and tokens.
const NOISY: [&str; 7] =
    ["sqlx=warn", "hyper=warn", "hyper_util=warn", "h2=warn", "rustls=warn", "tower=warn", "serenity=off"];

/// Log levels for parts of the program, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLevel(String);

impl LogLevel {
    /// Reads a level, or `target=level` separated by commas.
    pub(super) fn read(text: &str) -> Result<Self, Right> {
        let directives: Vec<&str> = text.split(',').map(str::trim).collect();
        for directive in &directives {
            // A lone word that is no level would be taken as a target, and a misspelt level would log everything.
            let level = directive.rsplit_once('=').map_or(*directive, |(_, level)| level);
            let is_level = LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level));
            let names_target = !directive.starts_with('=');
            if !is_level || !names_target {
                let instead = if directives.len() > 1 { format!(" in place of {directive:?}") } else { String::new() };
                return Err(format!("{}, or target=level, separated by commas,{instead}", either(&LEVELS)));
            }
        }
        let text = directives.join(",");
        match EnvFilter::try_new(&text) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(format!("a level or target=level, separated by commas ({error}),")),
        }
    }

    /// The levels as `tracing` takes them, with the noisy parts turned down unless they are named.
    pub fn directives(&self) -> String {
        format!("{},{}", NOISY.join(","), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_and_slips_are_named() {
        for right in ["info", "DEBUG", "off", "info,kairos::engine=debug", "warn, sqlx=trace"] {
            assert!(LogLevel::read(right).is_ok(), "{right}");
        }
        for wrong in ["", "inof", "info,", "kairos=loud", "=debug", "info,kairos"] {
            assert!(LogLevel::read(wrong).is_err(), "{wrong}");
        }
        assert!(LogLevel::read("info,kairos=loud").unwrap_err().ends_with("in place of \"kairos=loud\""));
    }

    #[test]
    fn a_noisy_part_is_heard_when_it_is_named() -> Result<(), Right> {
        let filter = EnvFilter::new(LogLevel::read("info,sqlx=trace")?.directives()).to_string();
        assert!(filter.contains("sqlx=trace") && !filter.contains("sqlx=warn"), "{filter}");
        Ok(())
    }
}
