//! Decisions for programs: one JSON object a line, with a message's text only where it was asked for.

use std::io::{self, Write};

use jiff::Timestamp as Instant;
use serde::Serialize;

use super::{Outcome, Phase, Summary};
use crate::{
    engine::{Act, Rule},
    library::TriggerId,
};

#[derive(Serialize)]
struct Line<'a> {
    message: &'a str,
    channel: &'a str,
    said_at: String,
    at: String,
    trigger: Option<&'a TriggerId>,
    score: Option<f32>,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// Writes one decision.
pub(super) fn write(out: &mut dyn Write, outcome: &Outcome, text: Option<&str>) -> io::Result<()> {
    let (decision, reason, until) = match (&outcome.decision.act, outcome.phase) {
        (_, Phase::Cancelled) | (Act::Silent { because: Rule::Answered }, Phase::Again) => {
            ("cancelled", Some(Rule::Answered), None)
        }
        (Act::Speak(_), _) => ("speak", None, None),
        (Act::Hold { until, because, .. }, _) => ("hold", Some(*because), Some(in_words(*until))),
        (Act::Silent { because }, _) => ("silent", Some(*because), None),
    };
    let line = Line {
        message: outcome.message.as_str(),
        channel: &outcome.channel,
        said_at: in_words(outcome.said_at),
        at: in_words(outcome.at),
        trigger: outcome.trigger(),
        score: outcome.decision.need.as_ref().map(|need| need.score),
        decision,
        reason,
        until,
        card: outcome.card.as_deref(),
        text,
    };
    write_line(out, &line)
}

/// Writes the summary.
pub(super) fn write_summary(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    write_line(out, &serde_json::json!({ "summary": summary }))
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(line).map_err(io::Error::from)?;
    writeln!(out, "{text}")
}

/// RFC 3339 in UTC; an instant that no calendar holds becomes its milliseconds.
fn in_words(at: chat::Timestamp) -> String {
    Instant::from_millisecond(at.as_ms()).map_or_else(|_| at.as_ms().to_string(), |at| at.to_string())
}
