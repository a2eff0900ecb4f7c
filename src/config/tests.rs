//! The configuration as an operator meets it.

use super::*;

const HOME: &str = "/home/ana/.local/share/kairos";

fn load(file: &str, env: &[(&str, &str)]) -> Result<Config, Mistakes> {
    let file = (!file.is_empty()).then(|| (PathBuf::from("kairos.toml"), file.to_owned()));
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(file, env, Some(Path::new(HOME)))
}

/// What is told of a configuration, one mistake a line.
fn told(file: &str, env: &[(&str, &str)]) -> Vec<String> {
    load(file, env).map_or_else(|mistakes| mistakes.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

#[test]
fn without_any_configuration_the_defaults_hold() {
    let config =
        load("", &[("PATH", "/bin"), ("KAIROS_TEST_POSTGRES_URL", "postgres://x"), ("KAIROS_CONFIG", "")]).unwrap();
    assert_eq!(config.store.expose(), format!("sqlite:{HOME}/kairos.sqlite"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.prompts, None);
    assert!(config.playground && !config.slack.is_configured() && !config.discord.is_configured());
    assert_eq!(config.cadence.grace, Duration::from_mins(10));
    assert_eq!(config.cadence.budget, Budget { per_day: 1, per_week: 3 });
    assert_eq!(config.cadence.hours, WorkingHours::default());
    assert_eq!(config.channels.default, Mode::Off);
    assert_eq!((config.retention.decisions_days, config.retention.deliveries_days), (180, 180));
    assert!(config.settings.iter().all(|setting| setting.source == Source::Default));
}

#[test]
fn the_default_file_says_the_same_as_no_file() {
    let (with, without) = (load(DEFAULT_TOML, &[]).unwrap(), load("", &[]).unwrap());
    let values =
        |config: Config| config.settings.into_iter().map(|setting| (setting.key, setting.value)).collect::<Vec<_>>();
    assert_eq!(values(with), values(without));
}

#[test]
fn every_key_says_what_it_is_in_a_comment_of_its_own() {
    let lines: Vec<&str> = DEFAULT_TOML.lines().collect();
    for pair in lines.windows(2) {
        let is_key = pair[1].starts_with(|first: char| first.is_ascii_lowercase());
        assert!(!is_key || pair[0].starts_with('#'), "no comment before {}", pair[1]);
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "[http]\nlisten = \"127.0.0.1:1\"\n[cadence]\ngrace_minutes = 5\nbudget_per_week = 0x0a\n";
    let config = load(file, &[("KAIROS_HTTP_LISTEN", "127.0.0.1:2"), ("KAIROS_CADENCE_GRACE_MINUTES", " ")]).unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.cadence.grace, Duration::from_mins(5), "an empty variable counts as not set");
    assert_eq!(config.cadence.budget.per_week, 10);
    let source = |key: &str| config.settings.iter().find(|setting| setting.key == key).unwrap().source.to_string();
    assert_eq!(source("http.listen"), "environment variable KAIROS_HTTP_LISTEN");
    assert_eq!(source("cadence.grace_minutes"), "kairos.toml:4");
    assert_eq!(source("log.level"), "default");
}

#[test]
fn channels_have_modes_of_their_own() {
    let config = load(
        "[channels]\ndefault = \"shadow\"\n[channels.modes]\n\"playground/playground/C1\" = \"live eager\"\n",
        &[],
    )
    .unwrap();
    let mut place = Place {
        platform: chat::PlatformKind::Playground,
        workspace: "playground".into(),
        channel: "C1".into(),
        thread: Some("M1".into()),
        privacy: chat::Privacy::Shared,
    };
    assert_eq!(config.channels.mode_of(&place), Mode::Live);
    assert_eq!(config.channels.hearing_of(&place), Hearing::Eager);
    place.channel = "C2".into();
    assert_eq!(config.channels.mode_of(&place), Mode::Shadow);
    assert_eq!(config.channels.hearing_of(&place), Hearing::Balanced);
    let slip = load("[channels.modes]\n\"slack/T1/C1\" = \"live hasty\"\n", &[]).unwrap_err().to_string();
    assert!(slip.contains("careful, balanced or eager"), "{slip}");
}

#[test]
fn the_playground_closes_by_itself_when_a_platform_is_configured() {
    let slack = ("KAIROS_SLACK_BOT_TOKEN", "xoxb-1");
    assert!(!load("", &[slack]).unwrap().playground);
    assert!(!load("", &[("KAIROS_DISCORD_TOKEN", "abc")]).unwrap().playground);
    assert!(load("", &[slack, ("KAIROS_PLAYGROUND_ENABLED", "on")]).unwrap().playground);
    assert!(!load("", &[("KAIROS_PLAYGROUND_ENABLED", "off")]).unwrap().playground);
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_what_would_be_right() {
    let file = "[cadence]\nbudget_per_day = 2\nbudget_per_week = 1\n";
    assert_eq!(
        told(file, &[]),
        [
            "kairos.toml:3: cadence.budget_per_week is \"1\", but at least cadence.budget_per_day, which is 2, would be right"
        ]
    );
    let file = r#"[http]
listen = "localhost"
[stoer]
url = "x"
[cadence]
grace_minuets = 5
working_days = ["Mon"]
budget_per_day = 4
[channels.modes]
C1 = "live"
"slack/T1/C1" = "loud"
"#;
    let env = [("KAIROS_LOG_LEVEL", "inof"), ("KAIROS_CHANNELS_MODES", "x")];
    insta::assert_snapshot!(told(file, &env).join("\n"));
}

/// Kubernetes sets such variables for a service that is named kairos, and nobody can keep it from doing so.
#[test]
fn a_variable_that_nobody_knows_is_a_warning_and_stops_nothing() {
    let env = [
        ("KAIROS_SERVICE_HOST", "10.0.0.7"),
        ("KAIROS_PORT", "tcp://10.0.0.7:80"),
        ("KAIROS_PORT_80_TCP_PROTO", "tcp"),
        ("KAIROS_HTTP_LISTN", "1"),
    ];
    let config = load("", &env).unwrap();
    let warnings: Vec<_> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    assert!(warnings[0].contains("KAIROS_HTTP_LISTN; did you mean KAIROS_HTTP_LISTEN?"), "{warnings:?}");
    assert!(warnings.iter().all(|warning| !warning.contains("10.0.0.7")), "{warnings:?}");
}

#[test]
fn what_is_not_toml_is_told_by_its_line() {
    insta::assert_snapshot!(told("[http]\nlisten = 127.0.0.1\n", &[]).join("\n"));
}

#[test]
fn a_secret_is_never_shown() {
    let hush = "hush-hush-hush";
    let env = [
        ("KAIROS_SLACK_BOT_TOKEN", hush),
        ("KAIROS_SLACK_APP_TOKEN", "xoxb-hush hush"),
        ("KAIROS_STORE_URL", "mysql://ana:hush@db/k"),
    ];
    let file = format!("[slack]\nbot_tokn = \"{hush}\"\n");
    let mistakes = told(&file, &env).join("\n");
    assert!(!mistakes.contains("hush"), "{mistakes}");
    insta::assert_snapshot!(mistakes);

    let env = [("KAIROS_DISCORD_TOKEN", hush), ("KAIROS_STORE_URL", "postgres://ana:hush@db/k")];
    let config = format!("{:?}", load("", &env).unwrap());
    assert!(!config.contains("hush"), "{config}");
}

#[test]
fn a_variable_belongs_to_one_key() {
    let config = load("", &[]).unwrap();
    let variables: std::collections::BTreeSet<String> =
        config.settings.iter().map(|setting| reader::variable_of(&setting.key)).collect();
    assert_eq!(variables.len(), config.settings.len());
}

#[test]
fn sources_of_alerts_have_tables_of_their_own_and_secrets_by_environment() {
    let file = "[alerts.sources.crm]\nprevious_secret = \"whsec_AAAA\"\n[alerts.sources.watch-tower]\nformat = \"alertmanager\"\ntoken = \"hush\"\nchannel = \"slack/T1/C1\"\n";
    let config =
        load(file, &[("KAIROS_ALERTS_SOURCES_CRM_SECRET", "whsec_BBBB"), ("KAIROS_PLAYGROUND_ENABLED", "off")])
            .unwrap();
    let names: Vec<_> = config.alerts.0.keys().collect();
    assert_eq!(names, ["crm", "watch-tower"]);
    assert_eq!(config.alerts.0["crm"].secrets, ["whsec_BBBB", "whsec_AAAA"], "the current one is tried first");
    assert_eq!(config.alerts.channel("watch-tower", "").unwrap().channel.as_str(), "C1");
    let shown: Vec<_> = config.settings.iter().map(|setting| setting.value.as_str()).collect();
    assert!(!shown.iter().any(|value| value.contains("hush") || value.contains("BBBB")), "{shown:?}");
}

#[test]
fn the_demo_source_is_there_while_only_the_playground_is() {
    assert!(load("", &[]).unwrap().alerts.0.contains_key("demo"));
    assert!(!load("", &[("KAIROS_PLAYGROUND_ENABLED", "off")]).unwrap().alerts.0.contains_key("demo"));
    let beside_slack = [("KAIROS_SLACK_BOT_TOKEN", "xoxb-1"), ("KAIROS_PLAYGROUND_ENABLED", "on")];
    assert!(!load("", &beside_slack).unwrap().alerts.0.contains_key("demo"), "everybody knows its token");
}

#[test]
fn a_mistake_in_a_source_is_told_and_shows_no_secret() {
    let told = |line: &str| told(&format!("[alerts.sources.crm]\n{line}\n"), &[]).join("; ");
    for (line, words) in [
        ("secrt = \"x\"", "did you mean alerts.sources.crm.secret"),
        ("format = \"alertmanger\"\ntoken = \"hush\"", "alertmanager"),
        ("format = \"mapped\"\ntoken = \"hush\"", "no mapping"),
        ("token = \"hush\"\nmapping = \"person.x\"", "speaks of `body`"),
        ("format = \"grafana\"", "neither a secret nor a token"),
        ("secret = \"hush hush\"", "without spaces"),
        ("token = \"hush\"\nchannel = \"C1\"", "platform/workspace/channel"),
    ] {
        let told = told(line);
        assert!(told.contains(words) && !told.contains("hush"), "{line}: {told}");
    }
}

#[test]
fn an_app_for_several_workspaces_says_what_it_lacks() {
    let told = told("", &[("KAIROS_SLACK_CLIENT_ID", "1.2"), ("KAIROS_SLACK_BOT_TOKEN", "xoxb-1")]);
    let needs = ["slack.client_secret", "secret.key", "http.public_url", "slack.bot_token"];
    assert_eq!(told.len(), needs.len(), "{told:#?}");
    for (mistake, need) in told.iter().zip(needs) {
        assert!(mistake.contains("KAIROS_SLACK_CLIENT_ID") && mistake.contains(need), "{mistake}");
    }
    let whole = [
        ("KAIROS_SLACK_CLIENT_ID", "1.2"),
        ("KAIROS_SLACK_CLIENT_SECRET", "hush"),
        ("KAIROS_SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("KAIROS_HTTP_PUBLIC_URL", "https://kairos.example/"),
    ];
    let config = load("", &whole).unwrap();
    assert!(config.slack.is_configured() && !config.playground);
    assert_eq!(config.public_url.as_deref(), Some("https://kairos.example"));
    assert!(config.settings.iter().all(|setting| !setting.value.contains("hush") && !setting.value.contains("0123")));
}

#[test]
fn a_short_key_seals_nothing() {
    let told = told("[secret]\nkey = \"hush\"\n", &[]);
    assert!(told.len() == 1 && told[0].contains("at least 32 characters") && !told[0].contains("hush"), "{told:?}");
}

#[test]
fn where_kairos_is_in_several_workspaces_a_source_says_whose_people_it_tells_of() {
    const APP: [(&str, &str); 5] = [
        ("KAIROS_SLACK_CLIENT_ID", "1.2"),
        ("KAIROS_SLACK_CLIENT_SECRET", "0123456789abcdef0123456789abcdef"),
        ("KAIROS_SLACK_SIGNING_SECRET", "0123456789abcdef0123456789abcdef"),
        ("KAIROS_HTTP_PUBLIC_URL", "https://kairos.example.org"),
        ("KAIROS_SECRET_KEY", "0123456789abcdef0123456789abcdef"),
    ];
    let one = [("KAIROS_SLACK_BOT_TOKEN", "xoxb-1"), ("KAIROS_SLACK_APP_TOKEN", "xapp-1")];
    let two = [one[0], one[1], ("KAIROS_DISCORD_TOKEN", "abc")];
    let crm = "[alerts.sources.crm]\ntoken = \"hush\"\n";
    let scope = |config: &Config| config.alerts.scope("crm").to_stored();
    assert_eq!(scope(&load(crm, &one).unwrap()), "*", "there is but one");
    for several in [&APP[..], &two[..]] {
        let asks = told(crm, several).join("; ");
        assert!(asks.contains("alerts.sources.crm has no workspaces, and Kairos is in several"), "{asks}");
        let bound = format!("{crm}workspaces = [\"slack/T1\", \"discord/47\"]\n");
        assert_eq!(
            scope(&load(&bound, several).unwrap()),
            ",discord/0,slack/T1,",
            "people are known on all of Discord"
        );
    }
    let by_variable = [one[0], one[1], ("KAIROS_ALERTS_SOURCES_CRM_WORKSPACES", "slack/T1, slack/T2")];
    assert_eq!(scope(&load(crm, &by_variable).unwrap()), ",slack/T1,slack/T2,");
    for (line, right) in [
        ("workspaces = [\"T1\"]", "platform/workspace, such as slack/T0123"),
        ("workspaces = [1, [2]]", "a list of texts in quotes"),
        ("workspaces = [\"slack/T1\"]\nchannel = \"slack/T2/C1\"", "a channel of slack/T2, which is not among"),
    ] {
        let told = told(&format!("{crm}{line}\n"), &one).join("; ");
        assert!(told.contains(right), "{told}");
    }
}
