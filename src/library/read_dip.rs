//! The part of a trigger that listens to numbers: which measure or alert, by which rule, and what to say first.

use super::{
    Counted, Dip, DipMethod, MeasureId,
    diagnostic::At,
    fields::{Fields, TITLE_CHARACTERS},
    front_matter::FrontMatter,
};

/// Keys that only such a trigger has.
pub(super) const KEYS: &[&str] =
    &["measure", "alert", "rule", "false_alarms_per_year", "false_alarms_for", "window_days", "look_days", "threshold"];

/// The longest message, in characters.
const MESSAGE_CHARACTERS: usize = 600;

/// True for a trigger that listens to numbers.
pub(super) fn is_asked(head: &FrontMatter) -> bool {
    head.field("measure").is_some() || head.field("alert").is_some()
}

/// Reads the keys; `message` is what stands below `## Message`, with its line. `None` for a trigger that listens to
/// words, or when something is missing.
pub(super) fn read(fields: &mut Fields<'_, '_, '_>, head: &FrontMatter, message: Option<&(String, At)>) -> Option<Dip> {
    if !is_asked(head) {
        for key in KEYS.iter().filter(|key| head.field(key).is_some()) {
            let found = format!("`{key}` without `measure` or `alert`");
            fields.page.error("missing-key", head.value_at(key), found, "`measure: negotiation-close-rate`");
        }
        return None;
    }
    let measure = fields.optional_name("measure", "negotiation-close-rate").map(MeasureId::new);
    let alert = fields.optional_text("alert", TITLE_CHARACTERS, "CloseRateLow");
    let usual = if measure.is_some() { DipMethod::Exact } else { DipMethod::Source };
    let method = fields.choice("rule", DipMethod::ALL, DipMethod::as_str).unwrap_or(usual);
    if measure.is_none() && method != DipMethod::Source {
        let found = format!("the rule `{}` without a measure", method.as_str());
        fields.page.error("missing-key", head.value_at("rule"), found, "`measure: negotiation-close-rate`");
    }
    if alert.is_none() && method == DipMethod::Source {
        fields.page.error(
            "missing-key",
            head.value_at("rule"),
            "the rule `source` without an alert",
            "`alert: CloseRateLow`",
        );
    }
    let false_alarms = fields.number("false_alarms_per_year", 0.01, 12.0).unwrap_or(1.0);
    let counted = fields.choice("false_alarms_for", Counted::ALL, Counted::as_str).unwrap_or(Counted::Person);
    let window_days = fields.whole("window_days", 366, 60);
    let look_days = fields.whole("look_days", 366, 30);
    if window_days == 0 || look_days == 0 || look_days > window_days {
        let expected = "`look_days` at least 1 and at most `window_days`";
        fields.page.error("wrong-value", head.value_at("look_days"), "looks that leave gaps", expected);
    }
    let threshold = fields.number("threshold", -1e12, 1e12);
    if method == DipMethod::Threshold {
        fields.needs("threshold", "the rule `threshold`", "0.2");
    }
    let Some((text, at)) = message else {
        let expected = "below `## Message`, one or two sentences about the task, never about the person";
        fields.page.error("no-message", At::line(head.body_line), "the trigger has no message", expected);
        return None;
    };
    let length = text.chars().count();
    if length > MESSAGE_CHARACTERS {
        let expected = format!("at most {MESSAGE_CHARACTERS} characters");
        fields.page.error("too-long", *at, format!("a message of {length} characters"), expected);
    }
    Some(Dip {
        measure,
        alert,
        method,
        false_alarms,
        counted,
        window_days,
        look_days,
        threshold,
        message: text.clone(),
    })
}
