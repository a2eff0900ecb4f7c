//! `kairos config`: every setting with its default, or what is in force and where it comes from.

use std::io::{self, Write};

use serde::Serialize;

use super::Outcome;
use crate::config::{Config, DEFAULT_TOML, Setting};

/// How it is shown.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {
    /// Show what is in force and where each value comes from, instead of the defaults
    #[arg(long)]
    pub effective: bool,
    /// As JSON
    #[arg(long, requires = "effective")]
    pub json: bool,
}

/// Prints the configuration that is its own documentation.
pub fn print_defaults(out: &mut dyn Write) -> io::Result<Outcome> {
    out.write_all(DEFAULT_TOML.as_bytes())?;
    Ok(Outcome::Well)
}

/// A setting, and what follows from it where the text alone doesn't tell.
#[derive(Serialize)]
struct InForce<'a> {
    #[serde(flatten)]
    setting: &'a Setting,
    #[serde(skip_serializing_if = "Option::is_none")]
    means: Option<String>,
}

/// Prints what is in force; secrets are masked.
pub fn print_effective(config: &Config, as_json: bool, out: &mut dyn Write) -> io::Result<Outcome> {
    let settings: Vec<InForce<'_>> =
        config.settings.iter().map(|setting| InForce { setting, means: meaning(config, setting) }).collect();
    if as_json {
        serde_json::to_writer_pretty(&mut *out, &settings)?;
        writeln!(out)?;
        return Ok(Outcome::Well);
    }
    for InForce { setting, means } in settings {
        let means = means.map_or_else(String::new, |means| format!(": {means}"));
        writeln!(out, "{} = {:?}  # {}{means}", setting.key, setting.value, setting.source)?;
    }
    Ok(Outcome::Well)
}

fn meaning(config: &Config, setting: &Setting) -> Option<String> {
    match (setting.key.as_str(), setting.value.as_str()) {
        ("store.url", "") => Some(config.store.shown()),
        ("prompts.dir", "") => Some("the starter library".to_owned()),
        ("playground.enabled", "auto") => Some(if config.playground { "on" } else { "off" }.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn shown(as_json: bool) -> String {
        let file = (PathBuf::from("kairos.toml"), "[channels.modes]\n\"slack/T1/C1\" = \"live\"\n".to_owned());
        let env = [("KAIROS_SLACK_BOT_TOKEN", "xoxb-hush"), ("KAIROS_HTTP_LISTEN", "127.0.0.1:9")];
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(Some(file), env, Some(Path::new("/data"))).unwrap();
        let mut out = Vec::new();
        print_effective(&config, as_json, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_in_force_says_where_it_comes_from() {
        insta::assert_snapshot!(shown(false));
    }

    #[test]
    fn programs_read_the_same() {
        let settings: Vec<serde_json::Value> = serde_json::from_str(&shown(true)).unwrap();
        assert_eq!(settings.len(), shown(false).lines().count());
        let find = |key: &str| settings.iter().find(|setting| setting["key"] == key).unwrap();
        assert_eq!(find("http.listen")["source"]["variable"], "KAIROS_HTTP_LISTEN");
        assert_eq!(find("slack.bot_token")["value"], "xoxb-… (9 characters)");
        assert_eq!(find("playground.enabled")["means"], "off");
    }
}
