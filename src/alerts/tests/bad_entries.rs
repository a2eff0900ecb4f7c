//! One bad entry costs itself, not its batch: inputs that people posted publicly, made again by hand.

use super::*;

/// alerta/alerta#596, prometheus/alertmanager#1051: one alert without a name in a group.
#[test]
fn a_bad_alert_of_a_group_costs_itself_alone() {
    let alert = |labels: &str, status: &str| {
        format!(
            r#"{{"status": "{status}", "labels": {labels}, "annotations": {{}}, "fingerprint": "f",
                "startsAt": "2026-11-18T09:00:00Z", "endsAt": "2026-11-18T09:50:28.8-02:00"}}"#
        )
    };
    let group = |alerts: &[String]| format!(r#"{{"version": "4", "alerts": [{}]}}"#, alerts.join(","));
    let body = group(&[
        alert(r#"{"alertname": "A2", "team": "support"}"#, "firing"),
        alert(r#"{"job": "x", "severity": "page"}"#, "firing"),
        alert(r#"{"alertname": "A4", "person": "ben@example.org"}"#, "firing"),
        alert(r#"{"alertname": "A5", "person": "nobody"}"#, "firing"),
        alert(r#"{"alertname": "A6"}"#, "resolved"),
    ]);
    let (read, unread) = partly(Format::Alertmanager, &body);
    assert_eq!(
        read,
        [
            "group A2 fires f at 1794992400000",
            "email:ben@example.org A4 fires f at 1794992400000",
            "group A6 is over f at 1795002628800"
        ]
    );
    assert_eq!(
        unread,
        [
            "alert 2: it has no label `alertname`",
            "alert 4: `person`: an e-mail address or `scheme:name` would be right"
        ]
    );
    // Whom an alert is about is known however many labels stand before it.
    let many = (0..50).map(|number| format!(r#""a{number}": "x", "#)).collect::<Vec<_>>().concat();
    let body = group(&[alert(&format!(r#"{{{many}"alertname": "A7", "person": "ben@example.org"}}"#), "firing")]);
    assert_eq!(partly(Format::Alertmanager, &body).0, ["email:ben@example.org A7 fires f at 1794992400000"]);
    // Kept with the number of what can't be read, for whoever looks after it.
    let told = parsed_with(Format::Alertmanager, &[], &group(&[alert("{}", "firing")])).unwrap().told();
    assert_eq!(told.as_deref(), Some("1 of 1 can't be read; alert 1: it has no label `alertname`"));
}

/// grafana/grafana#45459, #13055: a resolved alert without values, and a template's `NaN`.
#[test]
fn an_alert_whose_template_had_no_value_is_an_alert_all_the_same() {
    for value in ["NaN", "", "[no value]", "<no value>"] {
        let body = format!(
            r#"{{"alerts": [{{"status": "firing", "labels": {{"alertname": "Low", "measure": "calls"}},
                "annotations": {{"value": "{value}"}}, "startsAt": "2026-11-18T09:00:00Z", "fingerprint": "f"}}]}}"#
        );
        assert_eq!(partly(Format::Grafana, &body), (vec!["group Low fires f at 1794992400000".to_owned()], vec![]));
    }
}

/// prometheus/alertmanager#1840: titles go to 1,024 characters, and a character may be more than a byte.
#[test]
fn a_long_title_is_taken_and_one_that_is_longer_is_refused_for_its_length() {
    let incident = |title: &str| include_str!("../fixtures/pagerduty.json").replace("A little bump in the road", title);
    for length in [201, 1_024] {
        let title = "ä".repeat(length);
        assert!(told(&read(Format::PagerDuty, &incident(&title)))[0].contains(&title));
    }
    let reason = turned_away(Format::PagerDuty, &incident(&"x".repeat(1_025)));
    assert_eq!(reason, "`title`: longer than 1024 characters");
    let tags = "{host:web-01,service:checkout,env:production}";
    let datadog = include_str!("../fixtures/datadog.json");
    let title = format!("[Triggered on {tags}] {}", "Close rate of the outbound team is low. ".repeat(6));
    let body = datadog.replace("[Triggered] Close rate is low", &title);
    assert!(body.contains(&title));
    assert!(told(&read(Format::Datadog, &body))[0].contains("is low. Close rate of the outbound team is low. fires"));
}

/// elastic/kibana#291669: transitions that begin with *Recovered*.
#[test]
fn every_recovery_ends_a_datadog_alert() {
    let body = include_str!("../fixtures/datadog.json");
    for (transition, state) in
        [("Recovered", "is over"), ("Recovered from No Data", "is over"), ("Re-Triggered", "fires")]
    {
        let body = body.replace("\"Triggered\"", &format!("\"{transition}\""));
        assert!(told(&read(Format::Datadog, &body))[0].contains(state), "{transition}");
    }
}

/// snowplow/iglu-central#890, amp-labs/connectors#3487: creations, deletions and merges beside a change.
#[test]
fn a_batch_of_a_crm_is_read_entry_by_entry() {
    let change = |event: u32, object: u32, value: &str| {
        format!(
            r#"{{"eventId": {event}, "objectId": {object}, "occurredAt": 1794907113000,
                "subscriptionType": "contact.propertyChange", "propertyName": "kairos_first_reply_minutes",
                "propertyValue": "{value}"}}"#
        )
    };
    let deletion = r#"{"eventId": 9, "objectId": 123, "subscriptionType": "contact.deletion"}"#;
    let one = |object: u32, value: &str| {
        format!("hubspot:{object} first-reply-minutes None/None Some({value}) usual None until 1794907113000")
    };
    let (read, unread) = partly(Format::HubSpot, &format!("[{}, {deletion}]", change(1, 123, "42")));
    assert_eq!((read, unread), (vec![one(123, "42.0")], vec![]));
    // One event id for two objects is two changes.
    let parsed =
        parsed_with(Format::HubSpot, &[], &format!("[{}, {}]", change(6, 1, "11"), change(6, 2, "99"))).unwrap();
    assert_eq!(told(&parsed.signals), [one(1, "11.0"), one(2, "99.0")]);
    assert_ne!(parsed.signals[0].id, parsed.signals[1].id);
    let (read, unread) = partly(Format::HubSpot, &format!("[{}, {}]", change(7, 1, "n/a"), change(8, 2, "5")));
    assert_eq!((read, unread.len()), (vec![one(2, "5.0")], 1));
    // A record of another kind in a Flow's batch does not fit the mapping, and costs itself.
    let records = r#"{"records": [{"OwnerId": "1", "Measure": "calls", "Value": 3}, {"Name": "x"}, 7]}"#;
    let (read, unread) = partly(Format::Salesforce, records);
    assert_eq!(read, ["crm:1 calls None/None Some(3.0) usual None until 1794996000000"]);
    assert_eq!(unread, ["entry 2: the mapping does not fit what came", "entry 3: the mapping does not fit what came"]);
}

/// cloudevents/sdk-go#222 (`data_base64`), cloudevents/spec#558 (data as a text).
#[test]
fn a_batch_of_events_is_read_event_by_event() {
    let event = |version: &str, id: &str, data: &str| {
        format!(r#"{{"specversion": "{version}", "type": "t", "source": "/crm", "id": "{id}", {data}}}"#)
    };
    let data = r#"{"person": "crm:7", "measure": "calls", "value": 3}"#;
    let plain = format!(r#""data": {data}"#);
    let (read, unread) = partly(
        Format::CloudEvents,
        &format!("[{}, {}, {}]", event("1.0", "1", &plain), event("0.3", "2", &plain), event("1.0", "3", &plain)),
    );
    assert_eq!((read.len(), unread), (2, vec!["event 2: `specversion` is not 1.0".to_owned()]));
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, data);
    let (read, _) = partly(Format::CloudEvents, &event("1.0", "4", &format!(r#""data_base64": "{encoded}""#)));
    assert_eq!(read, ["crm:7 calls None/None Some(3.0) usual None until 1794996000000"]);
    let text = serde_json::to_string(data).unwrap();
    let reason = turned_away(Format::CloudEvents, &event("1.0", "5", &format!(r#""data": {text}"#)));
    assert_eq!(reason, "`data`: it is JSON inside a JSON text, encoded twice: an object would be right");
}

/// A body that nobody could read is refused at the door with the reason: its sender hears of it.
#[test]
fn a_body_of_another_shape_is_turned_away_with_the_reason() {
    let twice = serde_json::to_string(r#"{"person": "crm:7", "measure": "calls", "value": 3}"#).unwrap();
    for (body, reason) in [
        (twice.as_str(), "it is JSON inside a JSON text, encoded twice: an object would be right"),
        ("42", "it is a number: an object or a list would be right"),
        ("null", "it is null: an object or a list would be right"),
        (r#"{"observations": {"measure": "calls"}}"#, "`observations` is an object: a list would be right"),
        (r#"{"measure": "calls"}"#, "there is neither `numerator` nor `value`"),
        (r#"{"measure": "calls", "value": "\ud800"}"#, "no JSON at line 1, column 38"),
        ("{", "no JSON at line 1, column 1"),
    ] {
        assert_eq!(turned_away(Format::Kairos, body), reason);
    }
    for format in [Format::Alertmanager, Format::PagerDuty, Format::HubSpot, Format::Zendesk, Format::CloudEvents] {
        for body in ["42", "null", "\"{}\"", "{"] {
            assert!(!turned_away(format, body).is_empty());
        }
    }
    let (read, unread) =
        partly(Format::Kairos, r#"[{"person": "crm:7", "measure": "calls", "value": 3}, 7, {"alert": ""}]"#);
    assert_eq!(read.len(), 1);
    assert_eq!(
        unread,
        ["entry 2: it is a number: an object would be right", "entry 3: neither `measure` nor `alert` is named"]
    );
}

/// A mapping took 16 GB on a body of 300 kB.
#[test]
fn a_mapping_costs_no_more_than_a_body_can_bear() {
    let deep = "body.a.map(x, body.a.map(y, body.a.map(z, x + y + z)))";
    assert!(Mapping::new(deep).unwrap_err().contains("at most 2 loops"));
    let square = Mapping::new("body.a.map(x, body.a.map(y, x))").unwrap();
    let list = |length: usize| serde_json::json!({ "a": vec![1; length] });
    assert!(square.apply(&list(30)).is_ok());
    assert!(square.apply(&list(20_000)).unwrap_err().0.contains("more than its mapping can go through"));
    let copies = Mapping::new(r#"body.a.map(x, body.s + body.s + "x")"#).unwrap();
    let body = serde_json::json!({ "a": vec![1; 5_000], "s": "x".repeat(100_000) });
    assert!(copies.apply(&body).unwrap_err().0.contains("more than its mapping can go through"));
    let whole = Mapping::new("body.a.map(x, body)").unwrap();
    let body = serde_json::json!({ "a": vec![1; 9_000], "s": "x".repeat(2_000) });
    assert!(whole.apply(&body).unwrap_err().0.contains("makes more than can be taken"));
}
