//! Everything that is kept about somebody, table by table, as `kairos export` tells it: the same for their own eyes.
//!
//! Invariants
//! - Every table of [`PERSONAL`](crate::store::PERSONAL) is told: here, or on the page that this is added to.
//! - A section says how many rows there are, however few of them are listed.

use chat::{Block, Card, Span, Timestamp};
use serde_json::{Map, Value};

use crate::{
    library::{Library, ScenarioId, TriggerId},
    messages::say,
};

/// How many rows of a table are listed, the newest first.
const LISTED: usize = 8;

/// The heading of a table's section; `None` for what the page itself tells whole.
fn heading(table: &str) -> Option<&'static str> {
    Some(match table {
        "decisions" => say!("held-decisions"),
        "sessions" => say!("held-practices"),
        "signals" => say!("held-numbers"),
        "dips" => say!("held-moved"),
        "looks" => say!("held-checks"),
        "duties" => say!("held-shifts"),
        "person_keys" => say!("held-names"),
        "identities" => say!("held-accounts"),
        _ => return None,
    })
}

/// Adds a section for every table in which something stands.
pub(super) fn with_everything(
    mut card: Card,
    held: &Map<String, Value>,
    library: &Library,
    date: impl Fn(Timestamp) -> String,
) -> Card {
    for (table, rows) in held {
        let (Some(heading), Some(rows)) = (heading(table), rows.as_array()) else { continue };
        let mut lines: Vec<(i64, String)> = rows.iter().map(|row| line(table, row, library)).collect();
        lines.sort_by(|a, b| b.cmp(a));
        let mut points: Vec<Vec<Span>> = lines.iter().take(LISTED).map(|(at, text)| point(*at, text, &date)).collect();
        if lines.len() > LISTED {
            points.push(vec![Span::Plain(say!("held-older", count = lines.len() - LISTED))]);
        }
        card.text.0.push(Block::Heading(vec![Span::Plain(format!("{heading} ({})", lines.len()))]));
        if table == "decisions" {
            points.push(vec![Span::Plain(say!("held-evidence").to_owned())]);
        }
        card.text.0.push(Block::Bullets(points));
    }
    card
}

fn point(at: i64, text: &str, date: impl Fn(Timestamp) -> String) -> Vec<Span> {
    if at == 0 {
        return vec![Span::Plain(text.to_owned())];
    }
    vec![Span::Bold(date(Timestamp::from_ms(at))), Span::Plain(format!(": {text}"))]
}

/// When, and what, of a row: 0 where there is no time.
fn line(table: &str, row: &Value, library: &Library) -> (i64, String) {
    let text = |column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let at = |column: &str| row[column].as_i64().unwrap_or_default();
    let topic = |id: &str| {
        let trigger = library.triggers.get(&TriggerId::new(id));
        trigger.map_or_else(|| id.to_owned(), |trigger| trigger.title.clone())
    };
    match table {
        "decisions" => {
            let decision = &row["decision"];
            let about = decision["need"]["trigger"].as_str().map_or_else(|| say!("held-no-topic").to_owned(), topic);
            let done = match decision["act"]["act"].as_str() {
                Some("speak") => say!("held-spoke"),
                Some("hold") => say!("held-waited"),
                _ => say!("held-silent"),
            };
            (at("decided_at"), format!("{about}: {done}"))
        }
        "sessions" => {
            let id = text("scenario_id");
            let scenario = library.scenarios.get(&ScenarioId::new(&id));
            let title = scenario.map_or(id, |scenario| scenario.title.clone());
            let state = if row["finished_at"].is_null() { say!("held-open") } else { say!("held-finished") };
            (at("started_at"), format!("{title}, {state}"))
        }
        "signals" => (at("at"), text("subject")),
        "dips" => (at("opened_at"), topic(&text("trigger_id"))),
        "looks" => (at("looked_at"), topic(&text("trigger_id"))),
        "duties" => (at("starts_at"), text("team")),
        "person_keys" => (0, format!("{}: {}", text("scheme"), text("value"))),
        _ => (0, format!("{}/{}/{}", text("platform"), text("workspace"), text("user_id"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::PERSONAL;

    /// What the page itself tells: settings, cards, taps, topics that were stopped, words that wait for review.
    const ON_THE_PAGE: [&str; 5] = ["people", "deliveries", "taps", "stops", "own_words"];

    #[test]
    fn every_table_about_a_person_is_told() {
        for (table, _) in PERSONAL {
            assert!(heading(table).is_some() || ON_THE_PAGE.contains(&table), "{table} is kept and not told");
        }
    }
}
