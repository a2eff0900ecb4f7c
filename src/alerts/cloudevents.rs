//! `CloudEvents` 1.0 over HTTP: structured (`application/cloudevents+json`), batched, and binary (`ce-*` headers).
//!
//! The data is in Kairos's own words. <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chat::Unreadable;
use serde_json::Value;

use super::{Parsed, SourceContext, Unread, canonical, values::read_instant};

/// Reads an event in either mode, or a batch of them; in a batch one that can't be read costs itself alone.
pub(super) fn read(
    context: SourceContext<'_>,
    headers: &BTreeMap<String, String>,
    body: &Value,
) -> Result<Parsed, Unreadable> {
    if let Some(version) = headers.get("ce-specversion") {
        let attribute = |name: &str| headers.get(&format!("ce-{name}")).map(String::as_str);
        return read_event(context, version, attribute, body);
    }
    let Value::Array(events) = body else { return structured(context, body) };
    let mut parsed = Parsed::default();
    for (index, event) in events.iter().enumerate() {
        let place = format!("event {}", index + 1);
        match structured(context, event) {
            Ok(Parsed { signals, unread }) => {
                parsed.signals.extend(signals);
                let inner = |it: Unread| Unread { place: format!("{place}, {}", it.place), ..it };
                parsed.unread.extend(unread.into_iter().map(inner));
            }
            Err(Unreadable(reason)) => parsed.unread.push(Unread { place, reason }),
        }
    }
    Ok(parsed)
}

fn structured(context: SourceContext<'_>, event: &Value) -> Result<Parsed, Unreadable> {
    let attribute = |name: &str| event.get(name).and_then(Value::as_str);
    let data = match (event.get("data"), attribute("data_base64")) {
        (Some(data), _) => Cow::Borrowed(data),
        (None, Some(encoded)) => Cow::Owned(decoded(encoded)?),
        (None, None) => return Err(Unreadable("the event has neither `data` nor `data_base64`".to_owned())),
    };
    read_event(context, attribute("specversion").unwrap_or_default(), attribute, &data)
}

/// JSON that an SDK wrote as bytes, since it did not know what they are.
fn decoded(encoded: &str) -> Result<Value, Unreadable> {
    let bytes = STANDARD.decode(encoded.trim()).map_err(|_| Unreadable("`data_base64` is no base64".to_owned()))?;
    serde_json::from_slice(&bytes).map_err(|_| Unreadable("`data_base64` holds no JSON".to_owned()))
}

fn read_event<'a>(
    context: SourceContext<'_>,
    version: &str,
    attribute: impl Fn(&str) -> Option<&'a str>,
    data: &Value,
) -> Result<Parsed, Unreadable> {
    if version != "1.0" {
        return Err(Unreadable("`specversion` is not 1.0".to_owned()));
    }
    for name in ["id", "source", "type"] {
        if attribute(name).is_none_or(str::is_empty) {
            return Err(Unreadable(format!("the attribute `{name}` is missing")));
        }
    }
    let received_at = match attribute("time") {
        Some(time) => read_instant(time).map_err(|reason| Unreadable(format!("`time`: {reason}")))?,
        None => context.received_at,
    };
    // Source and id make an event unique.
    let event = format!("{}#{}", attribute("source").unwrap_or_default(), attribute("id").unwrap_or_default());
    canonical::read(SourceContext { received_at, event: Some(&event), ..context }, data)
        .map_err(|Unreadable(reason)| Unreadable(format!("`data`: {reason}")))
}
