//! Prometheus Alertmanager's webhook, version 4, and Grafana's, which follows it.
//!
//! Whom an alert is about stands in the label `person` (`scheme:name` or an e-mail address), or in `email`; which
//! measure in the label `measure`, its numbers in the annotations `numerator`, `denominator`, `value`, `baseline`.
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>

use std::collections::BTreeMap;

use chat::{Alert, Observation, PersonKey, Said, Signal, Timestamp, Unreadable};
use serde_json::Value;

use super::canonical;

/// Reads every alert of the group. What repeats has the same id: name, labels, and when it began or ended.
pub(super) fn read(source: &str, body: &Value, now: Timestamp) -> Result<Vec<Signal>, Unreadable> {
    let alerts = body.get("alerts").and_then(Value::as_array);
    let alerts = alerts.ok_or_else(|| Unreadable("there is no list `alerts`".to_owned()))?;
    let mut signals = Vec::new();
    for (index, alert) in alerts.iter().enumerate() {
        let read = read_alert(source, alert, now).map_err(|what| Unreadable(format!("alert {}: {what}", index + 1)))?;
        signals.extend(read);
    }
    Ok(signals)
}

fn read_alert(source: &str, alert: &Value, now: Timestamp) -> Result<Vec<Signal>, &'static str> {
    let labels = canonical::labels(alert.get("labels"));
    let name = labels.get("alertname").filter(|name| !name.is_empty()).ok_or("it has no label `alertname`")?.clone();
    let firing = match alert.get("status").and_then(Value::as_str) {
        Some("firing") => true,
        Some("resolved") => false,
        _ => return Err("its `status` is neither `firing` nor `resolved`"),
    };
    let at = canonical::instant(alert, if firing { "startsAt" } else { "endsAt" })?.unwrap_or(now);
    let who = labels.get("person").or(labels.get("email")).map(|person| PersonKey::read(person));
    let who = who.map(|who| who.ok_or("its label `person` is no `scheme:name`")).transpose()?;
    let fingerprint = alert.get("fingerprint").and_then(canonical::text).unwrap_or_default();
    let mut said = Vec::new();
    if let Some(seen) = observation(alert, &labels, at).filter(|_| firing) {
        said.push(Said::Observation(seen));
    }
    said.push(Said::Alert(Alert { name, fingerprint, firing, at, labels }));
    let signal = |what: Said| {
        let id = canonical::of_what(who.as_ref(), &what);
        Signal { id: format!("{source}:{id}"), who: who.clone(), what }
    };
    Ok(said.into_iter().map(signal).collect())
}

/// The number behind an alert, where its rule gives one.
fn observation(alert: &Value, labels: &BTreeMap<String, String>, at: Timestamp) -> Option<Observation> {
    let numbers = alert.get("annotations")?;
    let seen = Observation {
        measure: canonical::measure_name(labels.get("measure")?),
        numerator: canonical::number(numbers, "numerator"),
        denominator: canonical::number(numbers, "denominator"),
        value: canonical::number(numbers, "value"),
        from: None,
        until: at,
        baseline: canonical::number(numbers, "baseline"),
        labels: labels.clone(),
    };
    (seen.numerator.is_some() || seen.value.is_some()).then_some(seen)
}
