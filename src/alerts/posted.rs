//! Alerts that other bots post in a chat channel: what their default templates make of them.
//!
//! ```text
//! [FIRING:1] CloseRateLow (ben@example.org sales)     Alertmanager, Grafana: the title
//! **Firing**  Labels:  - alertname = CloseRateLow     Grafana, and Alertmanager's longer templates: each alert
//! Triggered: Close rate is low on team:sales          Datadog, PagerDuty: the title
//! ```
//!
//! Whom it is about stands in the label `person` or `email`, or is the first e-mail address (or `scheme:name` of a chat
//! platform) of the title. Fields are read line by line: what fits nothing is passed over.
//! <https://github.com/prometheus/alertmanager/blob/main/template/default.tmpl>,
//! <https://github.com/grafana/alerting/blob/main/templates/default_template.go>

use std::collections::BTreeMap;

use chat::{Alert, PersonKey, PlatformKind, Said, Signal, Timestamp};

use super::{TEAM_LABEL, canonical, digest, values::bounded};

/// The longest post that is read, in lines; templates of a large group are longer, and begin with what matters.
const LINES: usize = 2_000;
/// The most alerts of one post.
const ALERTS: usize = 100;

/// Words by which a title says that something began, or is over.
const BEGINS: [&str; 8] = ["firing", "triggered", "re-triggered", "alert", "warn", "warning", "alerting", "no data"];
const ENDS: [&str; 4] = ["resolved", "recovered", "ok", "closed"];

/// A heading that says what follows.
struct Title<'a> {
    firing: bool,
    rest: &'a str,
}

/// Reads a post; none where it tells of no alert. A title may go on behind the alert's name, with the values of labels
/// by which alerts are grouped: `known` are the names that somebody listens for.
pub(super) fn read(source: &str, text: &str, known: &[&str], at: Timestamp) -> Vec<Signal> {
    let text = without_markup(text);
    let lines: Vec<&str> = text.lines().take(LINES).map(str::trim).collect();
    let listed = listed(&lines);
    let alerts = if listed.is_empty() { titled(&lines).into_iter().collect() } else { listed };
    let named = |name: String| {
        let goes_on = |known: &&&str| {
            let behind = name.get(known.len()..).filter(|behind| behind.starts_with(' '));
            behind.is_some() && name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known))
        };
        known
            .iter()
            .filter(goes_on)
            .max_by_key(|known| known.len())
            .map_or_else(|| name.clone(), |known| (*known).to_owned())
    };
    let read = |(firing, name, labels)| signal(source, firing, named(name), labels, at);
    alerts.into_iter().take(ALERTS).map(read).collect()
}

fn signal(source: &str, firing: bool, name: String, labels: BTreeMap<String, String>, at: Timestamp) -> Signal {
    let who = labels.get("person").or(labels.get("email")).and_then(|person| PersonKey::read(person));
    // The beginning and the end of one alert have the same labels, whatever else its template adds.
    let of = labels.iter().fold(name.clone(), |all, (key, value)| format!("{all}\n{key}={value}"));
    let what = Said::Alert(Alert { name, fingerprint: digest(&of), firing, at, labels });
    Signal { id: format!("{source}:{}", canonical::of_what(who.as_ref(), &what)), who, what }
}

/// Every alert of a list, with its labels.
fn listed(lines: &[&str]) -> Vec<(bool, String, BTreeMap<String, String>)> {
    let mut alerts: Vec<(bool, BTreeMap<String, String>)> = Vec::new();
    let (mut firing, mut in_labels) = (true, false);
    for line in lines {
        let bare = line.trim_matches(['*', ':', ' ']).to_lowercase();
        match bare.as_str() {
            "firing" | "alerts firing" => firing = true,
            "resolved" | "alerts resolved" => firing = false,
            "labels" => {
                in_labels = true;
                alerts.push((firing, BTreeMap::new()));
                continue;
            }
            _ => {}
        }
        let pair = line.trim_start_matches(['-', '•', ' ']).split_once(" = ").filter(|_| line.starts_with(['-', '•']));
        match (pair, alerts.last_mut()) {
            (Some((key, value)), Some((_, labels))) if in_labels => {
                labels.insert(key.trim().to_owned(), value.trim().to_owned());
            }
            _ => in_labels = in_labels && line.is_empty(),
        }
    }
    let named = alerts.into_iter().filter_map(|(firing, labels)| {
        let labels = bounded(labels, TEAM_LABEL);
        let name = labels.get("alertname").filter(|name| !name.is_empty())?.clone();
        Some((firing, name, labels))
    });
    named.collect()
}

/// The alert of the first title.
fn titled(lines: &[&str]) -> Option<(bool, String, BTreeMap<String, String>)> {
    let Title { firing, rest } = lines.iter().find_map(|line| title(line))?;
    // What stands in brackets are the values of labels.
    let name = rest.split(" (").next().unwrap_or(rest);
    let name = name.split(" on ").next().unwrap_or(name).trim_matches(['*', ' ']);
    if name.is_empty() || name.chars().count() > 1_024 {
        return None;
    }
    let person = rest.split(|c: char| c.is_whitespace() || "(),;|".contains(c)).find_map(meant);
    let mut labels: BTreeMap<String, String> = person.map(|who| ("person".to_owned(), who)).into_iter().collect();
    // Tags as Datadog writes them; a person is no tag.
    let tags = rest.split([' ', ',', '(', ')']).filter_map(|word| word.split_once(':'));
    let is_tag = |(key, value): &(&str, &str)| {
        !key.is_empty() && !value.is_empty() && value.len() <= 200 && key.len() <= 30 && !value.starts_with('/')
    };
    let is_other = |key: &str| key != "person" && key.parse::<PlatformKind>().is_err();
    let tags =
        tags.filter(is_tag).filter(|(key, _)| is_other(key) && key.chars().all(|c| c.is_alphanumeric() || c == '_'));
    labels.extend(tags.take(16).map(|(key, value)| (key.to_lowercase(), value.to_owned())));
    Some((firing, name.to_owned(), labels))
}

/// `[FIRING:2] rest`, `Triggered: rest`, `*Resolved* #12: rest`.
fn title(line: &str) -> Option<Title<'_>> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[').trim_start();
    let (word, rest) = match line.strip_prefix('[') {
        Some(inside) => inside.split_once(']')?,
        None => line.split_once(':').filter(|(word, _)| word.len() <= 40)?,
    };
    // The count of alerts, and the number of an incident, are no part of the word.
    let word = word.split([':', ',', '#']).next().unwrap_or_default();
    let word = word.trim_matches(['*', ' ']).to_lowercase();
    let firing = if BEGINS.contains(&word.as_str()) {
        true
    } else if ENDS.contains(&word.as_str()) {
        false
    } else {
        return None;
    };
    Some(Title { firing, rest: rest.trim() })
}

/// A word that names a person.
fn meant(word: &str) -> Option<String> {
    let word = word.trim_matches(['*', '_', '`', '.']);
    let person = word.strip_prefix("person:").unwrap_or(word);
    let key = PersonKey::read(person)?;
    let is_person = key.scheme == "email" || key.scheme.parse::<PlatformKind>().is_ok() || person.len() < word.len();
    is_person.then(|| person.to_owned())
}

/// Slack writes addresses as `<mailto:a@b|a@b>` and links as `<https://…|words>`: their words are what is meant.
fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let Some((inside, behind)) = after.split_once('>').filter(|(inside, _)| !inside.contains(['\n', '<'])) else {
            plain.push('<');
            rest = after;
            continue;
        };
        let words = inside.split_once('|').map_or(inside, |(_, words)| words);
        plain.push_str(words.strip_prefix("mailto:").unwrap_or(words));
        rest = behind;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_ms(1_794_996_000_000);

    fn told(text: &str) -> Vec<String> {
        let one = |signal: &Signal| {
            let who = signal.who.as_ref().map_or("group".to_owned(), |who| format!("{}:{}", who.scheme, who.value));
            let Said::Alert(alert) = &signal.what else { return "a number".to_owned() };
            let team = alert.labels.get("team").map_or(String::new(), |team| format!(" of {team}"));
            format!("{who}: {}{team} {}", alert.name, if alert.firing { "fires" } else { "is over" })
        };
        read("tower", text, &["CloseRateLow"], AT).iter().map(one).collect()
    }

    fn fingerprints(text: &str) -> Vec<String> {
        let alerts = read("tower", text, &["CloseRateLow"], AT).into_iter();
        alerts.filter_map(|it| if let Said::Alert(alert) = it.what { Some(alert.fingerprint) } else { None }).collect()
    }

    /// `slack.default.title` of Alertmanager's `template/default.tmpl`, grouped by alertname and team.
    #[test]
    fn alertmanagers_title_is_read() {
        let firing = include_str!("fixtures/posted/alertmanager.txt");
        assert_eq!(told(firing), ["email:ben@example.org: CloseRateLow fires"]);
        let resolved = firing.replace("[FIRING:1]", "[RESOLVED]");
        assert_eq!(told(&resolved), ["email:ben@example.org: CloseRateLow is over"]);
        assert_eq!(fingerprints(firing), fingerprints(&resolved), "one alert, from beginning to end");
    }

    /// `default.title` and `default.message` of Grafana's `templates/default_template.go`, as its own tests render them.
    #[test]
    fn grafanas_list_is_read_alert_by_alert() {
        assert_eq!(
            told(include_str!("fixtures/posted/grafana.txt")),
            ["email:ben@example.org: CloseRateLow fires", "email:ana@example.org: CloseRateLow is over"]
        );
    }

    /// Datadog documents the titles of its events (`[Triggered] …`) and how tags are written, not its Slack messages.
    #[test]
    fn datadogs_title_is_read_with_its_tags() {
        let posted = include_str!("fixtures/posted/datadog.txt");
        assert_eq!(told(posted), ["email:ben@example.org: Close rate is low of sales fires"]);
        let recovered = posted.replace("Triggered:", "Recovered:");
        assert_eq!(told(&recovered), ["email:ben@example.org: Close rate is low of sales is over"]);
        assert_eq!(fingerprints(posted), fingerprints(&recovered));
        assert_eq!(told("[Triggered] Close rate is low"), ["group: Close rate is low fires"]);
    }

    /// `PagerDuty` documents no text either; the number of the incident stands in the title.
    #[test]
    fn pagerdutys_title_is_read() {
        let posted = include_str!("fixtures/posted/pagerduty.txt");
        assert_eq!(told(posted), ["group: A little bump in the road fires"]);
        assert_eq!(told(&posted.replace("Triggered", "Resolved")), ["group: A little bump in the road is over"]);
    }

    #[test]
    fn what_is_no_alert_is_none() {
        for text in ["", "good morning", "note: lunch at twelve", "[build] green", "Firing", "Labels:\n - a = b"] {
            assert!(told(text).is_empty(), "{text}");
        }
        let mail = "[FIRING:1] Slow (<mailto:ana@example.org|ana@example.org> x)";
        assert_eq!(told(mail), ["email:ana@example.org: Slow fires"]);
    }

    proptest::proptest! {
        #[test]
        fn no_post_makes_it_panic(text in "(\\PC|\n|[\\[\\]<>|:#(),=* -]|FIRING|Labels|Triggered){0,60}") {
            told(&text);
        }
    }
}
