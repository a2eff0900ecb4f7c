//! What each vendor's documentation shows, and what a forger would try. Fixtures follow the examples named beside them.

mod bad_entries;

use chat::{Said, Timestamp};
use http::HeaderMap;

use super::*;

/// 2026-11-18T10:00:00Z.
const NOW: Timestamp = Timestamp::from_ms(1_794_996_000_000);

fn source(format: Format, secrets: &[&str], token: Option<&str>) -> Source {
    Source {
        format,
        secrets: secrets.iter().map(|secret| (*secret).to_owned()).collect(),
        token: token.map(str::to_owned),
        mapping: None,
        channel: None,
        teams: BTreeMap::new(),
        team_label: "team".to_owned(),
        reads: None,
        url: None,
        workspaces: None,
    }
}

fn sources(source: Source) -> Sources {
    Sources([("crm".to_owned(), source)].into())
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
}

fn accept(
    sources: &Sources,
    pairs: &[(&'static str, &str)],
    body: &str,
    clock: Timestamp,
) -> Result<Accepted, Refused> {
    let request = Request { headers: &headers(pairs), uri: "/alerts/crm", body: body.as_bytes() };
    sources.accept("crm", &request, clock, NOW)
}

/// What a body with a bearer token means.
fn parsed_with(format: Format, pairs: &[(&'static str, &str)], body: &str) -> Result<Parsed, Refused> {
    let sources = sources(source(format, &[], Some("token")));
    let mut all = vec![("authorization", "Bearer token")];
    all.extend(pairs);
    let accepted = accept(&sources, &all, body, NOW)?;
    Ok(sources.translate("crm", &accepted.raw).unwrap())
}

fn read_with(format: Format, pairs: &[(&'static str, &str)], body: &str) -> Result<Vec<Signal>, Refused> {
    let parsed = parsed_with(format, pairs, body)?;
    assert_eq!(parsed.unread, [], "all of it is read");
    Ok(parsed.signals)
}

fn read(format: Format, body: &str) -> Vec<Signal> {
    read_with(format, &[], body).unwrap()
}

/// What was read, and what was not.
fn partly(format: Format, body: &str) -> (Vec<String>, Vec<String>) {
    let parsed = parsed_with(format, &[], body).unwrap();
    (told(&parsed.signals), parsed.unread.iter().map(|it| format!("{}: {}", it.place, it.reason)).collect())
}

/// Why a body is turned away at the door.
fn turned_away(format: Format, body: &str) -> String {
    match parsed_with(format, &[], body) {
        Err(Refused::Unreadable(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

fn told(signals: &[Signal]) -> Vec<String> {
    let who =
        |signal: &Signal| signal.who.as_ref().map_or("group".to_owned(), |who| format!("{}:{}", who.scheme, who.value));
    let one = |signal: &Signal| match &signal.what {
        Said::Observation(seen) => format!(
            "{} {} {:?}/{:?} {:?} usual {:?} until {}",
            who(signal),
            seen.measure,
            seen.numerator,
            seen.denominator,
            seen.value,
            seen.baseline,
            seen.until.as_ms()
        ),
        Said::Alert(alert) => {
            let state = if alert.firing { "fires" } else { "is over" };
            format!("{} {} {state} {} at {}", who(signal), alert.name, alert.fingerprint, alert.at.as_ms())
        }
    };
    signals.iter().map(one).collect()
}

/// <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>
#[test]
fn alertmanager_tells_of_groups_of_firing_and_resolved_alerts() {
    let signals = read(Format::Alertmanager, include_str!("fixtures/alertmanager.json"));
    assert_eq!(
        told(&signals),
        [
            "crm:0055 negotiation-close-rate Some(9.0)/Some(60.0) None usual Some(0.25) until 1794992925828",
            "crm:0055 CloseRateLow fires 1a30ba71cca2921f at 1794992925828",
            "email:ana@example.org CloseRateLow is over 77aa0b71cca29000 at 1794992625828",
        ]
    );
    // A repeat says the same of the same alerts, whatever else changed.
    let repeated = include_str!("fixtures/alertmanager.json").replace("close rate", "still low");
    let ids = |signals: &[Signal]| signals.iter().map(|signal| signal.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&read(Format::Alertmanager, &repeated)), ids(&signals));
}

/// <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>
#[test]
fn grafana_tells_of_a_group() {
    let signals = read(Format::Grafana, include_str!("fixtures/grafana.json"));
    assert_eq!(told(&signals), ["group High memory usage fires c6eadffa33fcdf37 at 1634025063157"]);
}

/// <https://developer.pagerduty.com/docs/webhooks-overview>
#[test]
fn pagerduty_tells_of_incidents_and_their_assignees() {
    let body = include_str!("fixtures/pagerduty.json");
    assert_eq!(
        told(&read(Format::PagerDuty, body)),
        ["pagerduty:PTUXL6G A little bump in the road fires PGR0VU2 at 1601664322169"]
    );
    assert!(
        told(&read(Format::PagerDuty, &body.replace("incident.triggered", "incident.resolved")))[0].contains("is over")
    );
    assert!(read(Format::PagerDuty, &body.replace("incident.triggered", "incident.annotated")).is_empty());
}

/// <https://developers.hubspot.com/docs/api/webhooks>, <https://docs.datadoghq.com/integrations/webhooks/> with the
/// template of ready/README.md, and what a Salesforce Flow and a Zendesk trigger are told to send there.
#[test]
fn the_ready_made_mappings_fit() {
    assert_eq!(
        told(&read(Format::HubSpot, include_str!("fixtures/hubspot.json"))),
        ["hubspot:123 first-reply-minutes None/None Some(42.0) usual None until 1794907113000"]
    );
    assert_eq!(
        told(&read(Format::Salesforce, include_str!("fixtures/salesforce.json"))),
        [
            "crm:0055g00000Abc12AAB negotiation-close-rate Some(9.0)/Some(60.0) None usual Some(0.25) until 1793404800000"
        ]
    );
    assert_eq!(
        told(&read(Format::Zendesk, include_str!("fixtures/zendesk.json"))),
        ["email:chloe@example.org first-reply-minutes None/None Some(42.0) usual None until 1794992400000"]
    );
    let datadog = include_str!("fixtures/datadog.json");
    assert_eq!(
        told(&read(Format::Datadog, datadog)),
        ["email:ben@example.org Close rate is low fires 9bd4ac313a4d1e8fae2482df7b77628 at 1794907113000"]
    );
    let group = datadog.replace("ben@example.org", "").replace("\"Triggered\"", "\"Recovered\"");
    assert!(told(&read(Format::Datadog, &group))[0].starts_with("group Close rate is low is over"));
}

/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>
#[test]
fn cloudevents_come_structured_binary_and_in_batches() {
    let data = r#"{"person": "crm:7", "measure": "close-rate", "numerator": 9, "denominator": 60}"#;
    let event = format!(
        r#"{{"specversion": "1.0", "type": "com.example.someevent", "source": "/mycontext", "id": "A234-1234-1234",
            "time": "2026-11-05T17:31:00Z", "datacontenttype": "application/json", "data": {data}}}"#
    );
    let structured = read(Format::CloudEvents, &event);
    let binary = [
        ("ce-specversion", "1.0"),
        ("ce-type", "com.example.someevent"),
        ("ce-time", "2026-11-05T17:31:00Z"),
        ("ce-id", "A234-1234-1234"),
        ("ce-source", "/mycontext"),
    ];
    assert_eq!(read_with(Format::CloudEvents, &binary, data).unwrap(), structured);
    assert_eq!(told(&structured), ["crm:7 close-rate Some(9.0)/Some(60.0) None usual None until 1793899860000"]);
    assert_eq!(read(Format::CloudEvents, &format!("[{event}]")), structured);
    let old = event.replace("1.0", "0.3");
    assert!(turned_away(Format::CloudEvents, &old).contains("specversion"));
}

#[test]
fn a_mapping_of_ones_own_is_read_and_its_mistakes_are_told() {
    let mapping = Mapping::new(r#"{"person": "crm:" + body.who, "measure": "calls", "value": body.n * 2}"#).unwrap();
    let mut mapped = source(Format::Mapped, &[], Some("token"));
    mapped.mapping = Some(mapping);
    let sources = sources(mapped);
    let translate = |body: &str| {
        let accepted = accept(&sources, &[("authorization", "Bearer token")], body, NOW).unwrap();
        sources.translate("crm", &accepted.raw)
    };
    assert_eq!(
        told(&translate(r#"{"who": "7", "n": 21}"#).unwrap().signals),
        ["crm:7 calls None/None Some(42.0) usual None until 1794996000000"]
    );
    let misfit = translate(r#"{"who": "secret name"}"#).unwrap_err();
    assert!(misfit.0.contains("does not fit") && !misfit.0.contains("secret"), "{misfit}");
    for wrong in ["body.", "person.name", "1 +"] {
        assert!(Mapping::new(wrong).unwrap_err().contains("expression"), "{wrong}");
    }
}

/// The example of the specification, with its own secret and signature:
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
#[test]
fn standard_webhooks_are_verified_by_the_current_and_the_previous_secret() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &str = r#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    // Its body means nothing to Kairos: who signed it is what counts here.
    let let_in = |sources: &Sources, pairs: &[(&'static str, &str)], body: &str, clock: Timestamp| match accept(
        sources, pairs, body, clock,
    ) {
        Ok(_) | Err(Refused::Unreadable(_)) => Ok(()),
        Err(refused) => Err(refused),
    };
    let then = Timestamp::from_ms(1_614_265_330_000);
    let signed = |signature: &'static str, id: &'static str| {
        [("webhook-id", id), ("webhook-timestamp", "1614265330"), ("webhook-signature", signature)]
    };
    let good = signed(SIGNATURE, "msg_p5jXN8AQM9LWM0D4loKWxJek");
    let (current, replaced) = (
        sources(source(Format::Kairos, &[SECRET], None)),
        sources(source(Format::Kairos, &["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", SECRET], None)),
    );
    for sources in [&current, &replaced] {
        let late = then + std::time::Duration::from_secs(301);
        assert_eq!(let_in(sources, &good, BODY, then), Ok(()));
        assert_eq!(let_in(sources, &good, BODY, then + std::time::Duration::from_mins(5)), Ok(()));
        assert_eq!(let_in(sources, &good, BODY, late), Err(Refused::Forged), "a replay comes too late");
        assert_eq!(let_in(sources, &good, "{\"test\": 1}", then), Err(Refused::Forged));
        assert_eq!(let_in(sources, &signed(SIGNATURE, "msg_other"), BODY, then), Err(Refused::Forged));
        assert_eq!(let_in(sources, &good[..2], BODY, then), Err(Refused::Forged));
        let several = signed("v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "msg_p5jXN8AQM9LWM0D4loKWxJek");
        assert_eq!(let_in(sources, &several, BODY, then), Ok(()));
    }
    let other = sources(source(Format::Kairos, &["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"], None));
    assert_eq!(let_in(&other, &good, BODY, then), Err(Refused::Forged));
    // The id is the signature's own.
    let webhook = standardwebhooks::Webhook::new(SECRET).unwrap();
    let body = r#"{"person": "crm:7", "measure": "calls", "value": 3}"#;
    let signature = webhook.sign("msg_1", NOW.as_ms() / 1_000, body.as_bytes()).unwrap();
    let at = (NOW.as_ms() / 1_000).to_string();
    let pairs =
        [("webhook-id", "msg_1"), ("webhook-timestamp", at.as_str()), ("webhook-signature", signature.as_str())];
    assert_eq!(accept(&current, &pairs, body, NOW).unwrap().id, "alerts/crm:msg_1");
}

/// <https://developer.zendesk.com/documentation/webhooks/verifying/>: its secret for tests, and what it says is signed,
/// timestamp and body. (An older page of theirs has them the other way round.)
#[test]
fn zendesk_is_verified_as_its_documentation_does() {
    let zendesk = sources(source(Format::Zendesk, &["dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="], None));
    let at = "2021-07-25T10:00:00Z";
    let then = Timestamp::from_ms(at.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    let signed = [
        ("x-zendesk-webhook-signature", "gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0="),
        ("x-zendesk-webhook-signature-timestamp", at),
        ("x-zendesk-webhook-invocation-id", "01F"),
    ];
    // It means nothing to the mapping, which is kept for whoever mends that.
    let accepted = accept(&zendesk, &signed, ZENDESK_BODY, then).unwrap();
    assert_eq!((accepted.id.as_str(), accepted.unread.is_some()), ("alerts/crm:01F", true));
    assert_eq!(accept(&zendesk, &signed, "{}", then), Err(Refused::Forged));
    assert_eq!(accept(&zendesk, &signed, ZENDESK_BODY, NOW), Err(Refused::Forged));
}

const ZENDESK_BODY: &str = r#"{"say": "hello"}"#;

/// Signed here as the vendors describe it, with Python's `hmac`: `PagerDuty` over the body, `HubSpot` over method, address,
/// body and milliseconds, Grafana over seconds, a colon and the body.
#[test]
fn pagerduty_hubspot_and_grafana_are_verified_each_in_its_way() {
    let body = r#"{"a": 1}"#;
    let ms = NOW.as_ms().to_string();
    let secs = (NOW.as_ms() / 1_000).to_string();
    let pagerduty = sources(source(Format::PagerDuty, &["hush"], None));
    let no_event = Err(Refused::Unreadable("there is no `event`".to_owned()));
    let two = "v1=00,v1=e432b38d78e4a213c406bb4c3344fde2dc41e62343820daecf8f8e42d1647e2a";
    assert_eq!(accept(&pagerduty, &[("x-pagerduty-signature", two)], body, NOW), no_event, "it is let in, and read");
    assert_eq!(accept(&pagerduty, &[("x-pagerduty-signature", two)], "{}", NOW), Err(Refused::Forged));
    let hubspot = sources(source(Format::HubSpot, &["hush"], None));
    let signed = [
        ("host", "kairos.example.org"),
        ("x-hubspot-signature-v3", "w44FjjE1Ju64YXE9MF8csyNg2Zx3w3KtCrz6WSkvsyY="),
        ("x-hubspot-request-timestamp", ms.as_str()),
    ];
    assert!(accept(&hubspot, &signed, body, NOW).is_ok());
    assert_eq!(accept(&hubspot, &signed, body, NOW + std::time::Duration::from_mins(6)), Err(Refused::Forged));
    let mut behind_a_proxy = source(Format::HubSpot, &["hush"], None);
    behind_a_proxy.url = Some("https://kairos.example.org/alerts/crm".to_owned());
    assert!(accept(&sources(behind_a_proxy), &signed[1..], body, NOW).is_ok());
    let grafana = sources(source(Format::Grafana, &["hush"], None));
    let signed = [
        ("x-grafana-alerting-signature", "0b290d3a28073603feb97d5729b6a0fc2d6f688d54af6a7a765fdaeeb71110ab"),
        ("x-grafana-alerting-timestamp", secs.as_str()),
    ];
    let no_alerts = Err(Refused::Unreadable("there is no list `alerts`".to_owned()));
    assert_eq!(accept(&grafana, &signed, body, NOW), no_alerts, "it is let in, and read");
    assert_eq!(accept(&grafana, &signed[..1], body, NOW), Err(Refused::Forged), "no instant, no entry");
}

#[test]
fn a_token_is_needed_where_nothing_is_signed_and_nobody_enters_without_either() {
    let with_token = sources(source(Format::Alertmanager, &[], Some("token")));
    for (header, right) in [("Bearer token", true), ("bearer token", true), ("Bearer toke", false), ("token", false)] {
        let body = r#"{"alerts": []}"#;
        assert_eq!(accept(&with_token, &[("authorization", header)], body, NOW).is_ok(), right, "{header}");
    }
    let with_nothing = sources(source(Format::Alertmanager, &[], None));
    assert_eq!(accept(&with_nothing, &[("authorization", "Bearer ")], "{}", NOW), Err(Refused::Forged));
    // A token does not open a source that signs.
    let both = sources(source(Format::Kairos, &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], Some("token")));
    assert_eq!(accept(&both, &[("authorization", "Bearer token")], "{}", NOW), Err(Refused::Forged));
    let request = Request { headers: &HeaderMap::new(), uri: "/", body: b"" };
    assert_eq!(with_token.accept("nobody", &request, NOW, NOW), Err(Refused::Unknown));
}

#[test]
fn what_is_stored_holds_no_secret() {
    let sources = sources(source(Format::Kairos, &[], Some("canary")));
    let pairs = [("authorization", "Bearer canary"), ("cookie", "canary")];
    let accepted = accept(&sources, &pairs, r#"{"alerts": []}"#, NOW).unwrap();
    assert!(!accepted.raw.contains("canary") && !accepted.id.contains("canary"));
    assert!(!format!("{sources:?}").contains("canary"));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(2_000))]

    #[test]
    fn no_sequence_of_bytes_makes_a_decoder_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        try_all(&bytes);
    }

    /// Bytes that have been valid before they were damaged come further.
    #[test]
    fn no_damaged_example_makes_a_decoder_panic(which in 0..7_usize, at in 0..4_000_usize, by in ".{0,6}", cut in 0..30_usize) {
        let mut text = EXAMPLES[which].to_owned();
        let at = at % text.len();
        let (from, to) = (floor(&text, at), floor(&text, (at + cut).min(text.len())));
        text.replace_range(from..to, &by);
        try_all(text.as_bytes());
    }
}

const EXAMPLES: [&str; 7] = [
    include_str!("fixtures/alertmanager.json"),
    include_str!("fixtures/grafana.json"),
    include_str!("fixtures/pagerduty.json"),
    include_str!("fixtures/hubspot.json"),
    include_str!("fixtures/salesforce.json"),
    include_str!("fixtures/zendesk.json"),
    include_str!("fixtures/datadog.json"),
];

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn try_all(bytes: &[u8]) {
    let binary = headers(&[
        ("authorization", "Bearer token"),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/x"),
        ("ce-type", "y"),
    ]);
    let plain = headers(&[("authorization", "Bearer token")]);
    for (_, format) in Format::ALL {
        let sources = sources(source(format, &[], Some("token")));
        for headers in [&plain, &binary] {
            let request = Request { headers, uri: "/alerts/crm", body: bytes };
            if let Ok(accepted) = sources.accept("crm", &request, NOW, NOW) {
                // An error is as good as an answer; a panic is neither, and the guard around decoders must not hide one.
                let raw: Raw = serde_json::from_str(&accepted.raw).unwrap();
                let parsed = sources.0["crm"].read("crm", &raw);
                assert!(parsed.is_ok() || accepted.unread.is_some(), "what is accepted is read, or told as unread");
            }
        }
    }
}
