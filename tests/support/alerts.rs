//! A CRM that signs what it tells, as Standard Webhooks has it.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use kairos::clock::Clock;
use standardwebhooks::Webhook;

/// The example secret of the specification: nobody's.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The setting that lets the CRM in.
pub(crate) const CRM: (&str, &str) = ("KAIROS_ALERTS_SOURCES_CRM_SECRET", SECRET);
/// The content that ships, in which a rule watches the close rate.
pub(crate) const STARTER: (&str, &str) = ("KAIROS_PROMPTS_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/prompts"));

/// A person's close rate; usually 25 %.
pub(crate) fn closed(person: &str, numerator: u32, from: &str, until: &str) -> String {
    format!(
        r#"{{"person": "{person}", "measure": "negotiation-close-rate", "numerator": {numerator}, "denominator": 60,
            "baseline": 0.25, "from": "{from}", "until": "{until}"}}"#
    )
}

/// The days that lie so far back, as `2026-11-20`.
pub(crate) fn days_ago(days: u32) -> String {
    let now = jiff::Timestamp::from_millisecond(Clock::system().now().as_ms()).unwrap();
    (now - Duration::from_hours(24) * days).to_string()
}

/// A weekday that is neither today nor one of its neighbours, wherever people are: nobody works now.
pub(crate) fn another_day() -> String {
    let now = jiff::Timestamp::from_millisecond(Clock::system().now().as_ms()).unwrap();
    (now + Duration::from_hours(72)).to_zoned(jiff::tz::TimeZone::UTC).strftime("%a").to_string()
}

/// The CRM tells Kairos at `address`; the status of the answer.
pub(crate) fn tells(address: SocketAddr, id: &str, body: &str) -> u16 {
    let secs = Clock::system().now().as_ms() / 1_000;
    let signature = Webhook::new(SECRET).unwrap().sign(id, secs, body.as_bytes()).unwrap();
    posts(
        address,
        "crm",
        &[("webhook-id", id), ("webhook-timestamp", &secs.to_string()), ("webhook-signature", &signature)],
        body,
    )
}

/// Somebody posts to a source with these headers; the status of the answer.
pub(crate) fn posts(address: SocketAddr, source: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let headers: String = headers.iter().fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n");
    let length = body.len();
    write!(stream, "POST /alerts/{source} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}
