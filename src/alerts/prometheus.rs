//! Prometheus Alertmanager's webhook, version 4, and Grafana's, which follows it.
//!
//! Whom an alert is about stands in the label `person` (`scheme:name` or an e-mail address), or in `email`; which
//! measure in the label `measure`, its numbers in the annotations `numerator`, `denominator`, `value`, `baseline`.
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>

use std::collections::BTreeMap;

use chat::{Alert, Observation, Said, Signal, Timestamp, Unreadable};
use serde_json::Value;

use super::{
    Parsed, SourceContext, canonical,
    values::{EntryError, Percent, instant, labels, number, short_text},
};

/// Reads every alert of the group; one that can't be read costs itself alone. What repeats has the same id: name, labels,
/// and when it began or ended.
pub(super) fn read(context: SourceContext<'_>, body: &Value) -> Result<Parsed, Unreadable> {
    let alerts = match body.get("alerts") {
        Some(Value::Array(alerts)) => alerts,
        Some(other) => {
            return Err(Unreadable(format!("`alerts` is {}: a list would be right", canonical::kind(other))));
        }
        None => return Err(Unreadable("there is no list `alerts`".to_owned())),
    };
    Ok(Parsed::of_each("alert", alerts, |_, alert| read_alert(context, alert)))
}

fn read_alert(context: SourceContext<'_>, alert: &Value) -> Result<Vec<Signal>, EntryError> {
    let all_labels = alert.get("labels");
    let labels = labels(all_labels, context.team_label);
    let name = labels.get("alertname").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| EntryError::new("it has no label `alertname`"))?.clone();
    let firing = match alert.get("status").and_then(Value::as_str) {
        Some("firing") => true,
        Some("resolved") => false,
        _ => return Err(EntryError::new("its `status` is neither `firing` nor `resolved`")),
    };
    let at = instant(alert, if firing { "startsAt" } else { "endsAt" })?.unwrap_or(context.received_at);
    // Looked up among all labels: one that is too long to be kept must not make the alert one about nobody.
    let named = |label: &str| Some((label.to_owned(), all_labels?.get(label).filter(|it| !it.is_null())?));
    let who = named("person").or_else(|| named("email"));
    let who = who.map(|(label, value)| canonical::person_key(&label, value)).transpose()?;
    let fingerprint = alert.get("fingerprint").and_then(short_text).unwrap_or_default();
    let mut said = Vec::new();
    if firing && let Some(seen) = observation(context, alert, &labels, at)? {
        said.push(Said::Observation(seen));
    }
    said.push(Said::Alert(Alert { name, fingerprint, firing, at, labels }));
    let signal = |what: Said| {
        let id = canonical::of_what(who.as_ref(), &what);
        Signal { id: format!("{}:{id}", context.source), who: who.clone(), what }
    };
    Ok(said.into_iter().map(signal).collect())
}

/// The number behind an alert, where its rule gives one. A template without a value writes `NaN` or an empty text: then
/// there is the alert alone.
fn observation(
    context: SourceContext<'_>,
    alert: &Value,
    labels: &BTreeMap<String, String>,
    at: Timestamp,
) -> Result<Option<Observation>, EntryError> {
    let (Some(numbers), Some(measure)) = (alert.get("annotations"), labels.get("measure")) else { return Ok(None) };
    let given = |key: &str, percent: Percent| {
        let is_missing = |value: &Value| value.as_str().is_some_and(|it| NO_VALUE.contains(&it.trim()));
        if numbers.get(key).is_some_and(is_missing) { Ok(None) } else { number(numbers, key, percent) }
    };
    let seen = Observation {
        measure: canonical::measure_name(measure),
        numerator: given("numerator", Percent::Refused)?,
        denominator: given("denominator", Percent::Refused)?,
        value: given("value", Percent::Share)?,
        from: None,
        until: at,
        baseline: given("baseline", Percent::Share)?,
        labels: labels.clone(),
    };
    if seen.numerator.is_none() && seen.value.is_none() {
        return Ok(None);
    }
    canonical::check(context, &seen)?;
    Ok(Some(seen))
}

/// How Go's templates and Grafana write that there is no value.
const NO_VALUE: [&str; 4] = ["NaN", "<no value>", "[no value]", "null"];
