//! `kairos doctor`: tries out whether everything is there that Kairos needs, and says what to do where it isn't.
//!
//! Invariants
//! - Nothing is changed: what is written to find out whether writing works is removed again.
//! - Every check that isn't ok says what to do in one line.
//! - What Kairos can't do yet is said plainly; a token that is read is not a connection.

mod machine;

use std::{
    io::{self, Write},
    path::Path,
};

use serde::Serialize;

use super::Outcome;
use crate::{
    config::{Config, Mistakes, StoreUrl},
    engine::shipped,
};

use machine::{data_directory, listen_address, time_zones};

/// How it is shown.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is there and works.
    Ok,
    /// It isn't there, and Kairos runs without it.
    Missing,
    /// It doesn't work, and Kairos needs it.
    Wrong,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it ended.
    pub state: State,
    /// What was found, in one line.
    pub found: String,
    /// What to do, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

impl Finding {
    /// It is there and works.
    pub fn ok(found: impl Into<String>) -> Self {
        Self { state: State::Ok, found: found.into(), todo: None }
    }

    /// It isn't there, and Kairos runs without it.
    pub fn missing(found: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { state: State::Missing, found: found.into(), todo: Some(todo.into()) }
    }

    /// It doesn't work, and Kairos needs it.
    pub fn wrong(found: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { state: State::Wrong, found: found.into(), todo: Some(todo.into()) }
    }
}

/// A check by name.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What was tried.
    pub name: &'static str,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
}

/// What the doctor can't try by itself, because other modules know how.
pub struct Probes<'a> {
    /// Opens the store, writes to it, and tells the state of its schema.
    pub store: &'a dyn Fn(&StoreUrl) -> Finding,
    /// Reads the prompts (`None`: the starter library), and tells how many there are and how many mistakes.
    pub prompts: &'a dyn Fn(Option<&Path>) -> Finding,
    /// Asks Slack whether the tokens work, and what they may.
    pub slack: &'a dyn Fn(&Config) -> Finding,
    /// Asks Discord what the token is good for.
    pub discord: &'a dyn Fn(&Config) -> Finding,
    /// Counts the numbers and alerts that wait.
    pub alerts: &'a dyn Fn(&Config) -> Finding,
}

/// What a probe says that nobody has wired.
pub fn untried() -> Finding {
    Finding::missing("not tried", "nothing: this build can't try it")
}

/// Tries everything.
pub fn examine(config: &Config, probes: &Probes<'_>) -> Vec<Check> {
    let file = config.file.as_ref().map_or_else(
        || "no file: defaults and environment are used".to_owned(),
        |path| format!("{} is used", path.display()),
    );
    // The directory comes before the store: opening a store makes its directory.
    let findings = [
        ("configuration", configuration(config, file)),
        ("data directory", data_directory(&config.store)),
        ("store", (probes.store)(&config.store)),
        ("prompts", (probes.prompts)(config.prompts.as_deref())),
        ("recognition", recognition(&shipped().notes)),
        ("listen address", listen_address(config.listen)),
        ("playground", playground(config)),
        ("slack", slack(config, probes)),
        ("discord", discord(config, probes)),
        ("alerts", (probes.alerts)(config)),
        ("time zones", time_zones()),
    ];
    findings.map(|(name, finding)| Check { name, finding }).into()
}

/// The one check that is left when the configuration is wrong.
pub fn misconfigured(mistakes: &Mistakes) -> Vec<Check> {
    let wrong = |mistake: &crate::config::Mistake| Check {
        name: "configuration",
        finding: Finding::wrong(mistake.to_string(), "mend it; `kairos config` prints every key with what is allowed"),
    };
    mistakes.iter().map(wrong).collect()
}

/// Prints what was found, and says whether anything Kairos needs is wrong.
pub fn print(checks: &[Check], as_json: bool, out: &mut dyn Write) -> io::Result<Outcome> {
    let is_well = checks.iter().all(|check| check.finding.state != State::Wrong);
    if as_json {
        serde_json::to_writer_pretty(&mut *out, &serde_json::json!({ "ok": is_well, "checks": checks }))?;
        writeln!(out)?;
    } else {
        for Check { name, finding } in checks {
            let state = match finding.state {
                State::Ok => "ok",
                State::Missing => "missing",
                State::Wrong => "wrong",
            };
            writeln!(out, "{state:8} {name:15} {}", finding.found)?;
            if let Some(todo) = &finding.todo {
                writeln!(out, "{:24} -> {todo}", "")?;
            }
        }
        let verdict = if is_well { "everything Kairos needs is in place" } else { "something Kairos needs is wrong" };
        writeln!(out, "\n{verdict}")?;
    }
    Ok(if is_well { Outcome::Well } else { Outcome::Found })
}

/// What is in force, and variables that may be slips: they stop nothing.
fn configuration(config: &Config, file: String) -> Finding {
    if config.warnings.is_empty() {
        return Finding::ok(file);
    }
    let slips: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    let todo = "mend a slip; what Kubernetes sets for a service named kairos does no harm";
    Finding::missing(format!("{file}; {}", slips.join("; ")), todo)
}

fn playground(config: &Config) -> Finding {
    if !config.playground {
        return Finding::missing(
            "off",
            "nothing, where people reach Kairos on their chat platform; otherwise KAIROS_PLAYGROUND_ENABLED=on",
        );
    }
    let page = format!("on: http://{}/", config.listen);
    if config.listen.ip().is_loopback() {
        Finding::ok(page)
    } else {
        Finding::ok(format!("{page} (anybody who can open it can write as any of its people)"))
    }
}

fn slack(config: &Config, probes: &Probes<'_>) -> Finding {
    let slack = &config.slack;
    let hears = slack.app_token.is_some() || slack.signing_secret.is_some();
    match (slack.is_configured(), hears) {
        (false, false) => Finding::missing(
            "not configured",
            "make an app of what `kairos slack manifest` prints, then set KAIROS_SLACK_BOT_TOKEN and _APP_TOKEN",
        ),
        (false, true) => Finding::wrong(
            "there is no bot token",
            "set KAIROS_SLACK_BOT_TOKEN: api.slack.com/apps, your app, OAuth & Permissions",
        ),
        (true, false) => Finding::wrong(
            "it can write, but reads nothing",
            "set KAIROS_SLACK_APP_TOKEN for Socket Mode, or KAIROS_SLACK_SIGNING_SECRET for HTTP",
        ),
        (true, true) => (probes.slack)(config),
    }
}

fn discord(config: &Config, probes: &Probes<'_>) -> Finding {
    if config.discord.is_configured() {
        (probes.discord)(config)
    } else {
        Finding::missing(
            "not configured",
            "make a bot at discord.com/developers/applications, then set KAIROS_DISCORD_TOKEN",
        )
    }
}

/// What is to be said of these sources, and of what waits: names that nobody bears, what waits for them, and alerts
/// about a group that reached nobody.
pub fn of_alerts(sources: &[&str], (names, waiting, unheard): (usize, u64, u64)) -> Finding {
    if names > 0 || unheard > 0 {
        let found =
            format!("{waiting} wait for {names} names not linked to a person; {unheard} team alerts reached nobody");
        return Finding::missing(
            found,
            "`kairos people unmatched` lists them; then `kairos people add` or `kairos on-call add`",
        );
    }
    if sources.is_empty() {
        return Finding::missing(
            "no source of numbers and alerts",
            "nothing, where none are to come; otherwise name one: [alerts.sources.NAME]",
        );
    }
    Finding::ok(format!("may post to /alerts/: {}; nothing waits", sources.join(", ")))
}

/// How well needs can be heard with the models that were there when this program was built.
fn recognition(notes: &[String]) -> Finding {
    if notes.is_empty() {
        return Finding::ok("recognition works by wording and by meaning");
    }
    Finding::missing(notes.join("; "), "build Kairos with every file of recognition/models")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(config: &Config) -> Vec<&str> {
        config.alerts.0.keys().map(String::as_str).collect()
    }

    fn config(env: &[(&str, &str)]) -> Config {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(None, env, Some(Path::new("/data"))).unwrap()
    }

    fn examined(env: &[(&str, &str)], store: &Finding) -> (Outcome, String) {
        let probes = Probes {
            store: &|_| store.clone(),
            prompts: &|_| Finding::ok("42 prompts, no mistakes"),
            slack: &|_| Finding::ok("Test Workspace, by Socket Mode"),
            discord: &|_| Finding::ok("the token works"),
            alerts: &|config| of_alerts(&names(config), (0, 0, 0)),
        };
        let mut out = Vec::new();
        let outcome = print(&examine(&config(env), &probes), false, &mut out).unwrap();
        (outcome, String::from_utf8(out).unwrap())
    }

    const SOMEWHERE: [(&str, &str); 2] =
        [("KAIROS_STORE_URL", "sqlite::memory:"), ("KAIROS_HTTP_LISTEN", "127.0.0.1:0")];

    #[test]
    fn a_model_that_is_missing_is_told() {
        let note = "promising messages get no second look: encoder.bin is not there".to_owned();
        assert_eq!(recognition(std::slice::from_ref(&note)).found, note);
        assert_eq!(recognition(&[note]).state, State::Missing);
        assert_eq!(recognition(&[]).state, State::Ok);
    }

    #[test]
    fn a_healthy_machine_reads_like_this() {
        let (outcome, text) = examined(&SOMEWHERE, &Finding::ok("sqlite::memory:, schema 1 of 1"));
        assert_eq!(outcome, Outcome::Well);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn one_wrong_thing_is_enough() {
        let (outcome, text) = examined(&SOMEWHERE, &Finding::wrong("no answer", "start it"));
        assert_eq!(outcome, Outcome::Found);
        assert!(text.contains("wrong    store           no answer\n"), "{text}");
        assert!(text.contains("-> start it\n"), "{text}");
    }

    #[test]
    fn a_token_alone_is_not_called_a_connection() {
        let env = [SOMEWHERE[0], SOMEWHERE[1], ("KAIROS_SLACK_BOT_TOKEN", "xoxb-1")];
        let (_, text) = examined(&env, &Finding::ok("fine"));
        assert!(text.contains("wrong    slack           it can write, but reads nothing"), "{text}");
        let env = [env[0], env[1], env[2], ("KAIROS_SLACK_APP_TOKEN", "xapp-1")];
        let (_, text) = examined(&env, &Finding::ok("fine"));
        assert!(text.contains("ok       slack           Test Workspace, by Socket Mode"), "{text}");
        assert!(text.contains("missing  playground"), "{text}");
    }

    #[test]
    fn a_variable_that_is_no_setting_is_told_and_stops_nothing() {
        let kubernetes = ("KAIROS_PORT_80_TCP_ADDR", "10.0.0.7");
        let env = [SOMEWHERE[0], SOMEWHERE[1], kubernetes, ("KAIROS_STORE_ULR", "sqlite:elsewhere")];
        let (outcome, text) = examined(&env, &Finding::ok("fine"));
        assert_eq!(outcome, Outcome::Well);
        assert!(text.contains("KAIROS_PORT_80_TCP_ADDR: there is no setting KAIROS_PORT_80_TCP_ADDR"), "{text}");
        assert!(text.contains("KAIROS_STORE_ULR; did you mean KAIROS_STORE_URL?"), "{text}");
        assert!(!text.contains("10.0.0.7") && !text.contains("elsewhere"), "what it says may be a secret: {text}");
    }

    #[test]
    fn what_waits_is_told_with_what_to_do() {
        let finding = of_alerts(&["crm"], (1, 3, 4));
        assert_eq!(finding.found, "3 wait for 1 names not linked to a person; 4 team alerts reached nobody");
        assert!(finding.todo.unwrap().contains("kairos people unmatched"));
        assert_eq!(of_alerts(&[], (0, 0, 0)).state, State::Missing);
    }

    #[test]
    fn programs_read_the_same() {
        let wrong = ("KAIROS_HTTP_LISTEN".to_owned(), "everywhere".to_owned());
        let mistakes = Config::load(None, [wrong].into_iter(), None).unwrap_err();
        let mut out = Vec::new();
        assert_eq!(print(&misconfigured(&mistakes), true, &mut out).unwrap(), Outcome::Found);
        let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(report["ok"], false);
        assert_eq!(report["checks"].as_array().unwrap().len(), 2, "the address, and no data directory");
        assert_eq!(report["checks"][0]["state"], "wrong");
    }
}
