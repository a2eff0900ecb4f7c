//! Who sent it: signatures of each vendor, and bearer tokens for those who can't sign.
//!
//! Invariants
//! - Signatures and tokens are compared in constant time; every configured secret is tried.
//! - What is signed with an instant is refused when that lies more than five minutes away: a replay comes too late, and
//!   one that comes in time has the id of the first.
//! - A source without secret and token lets nobody in.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chat::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;
use standardwebhooks::Webhook;
use subtle::ConstantTimeEq as _;

use super::{Format, Request, Source};

/// How far a signature's instant may be from ours, in seconds (Standard Webhooks names five minutes).
const WINDOW_SECS: i64 = 300;

/// It is not from whom it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forged;

/// The id that the signature vouches for, where its scheme has one.
pub(super) fn verify(source: &Source, request: &Request<'_>, clock: Timestamp) -> Result<Option<String>, Forged> {
    if source.secrets.is_empty() {
        return bearer(source, request.headers).map(|()| None);
    }
    match source.format {
        Format::PagerDuty => pagerduty(source, request).map(|()| None),
        Format::HubSpot => hubspot(source, request, clock).map(|()| None),
        Format::Zendesk => zendesk(source, request, clock).map(|()| None),
        Format::Grafana => grafana(source, request, clock).map(|()| None),
        _ => standard(source, request, clock).map(Some),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Forged> {
    headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Forged)
}

fn same(one: &str, other: &str) -> bool {
    bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

fn bearer(source: &Source, headers: &HeaderMap) -> Result<(), Forged> {
    let token = source.token.as_deref().ok_or(Forged)?;
    let (scheme, given) = header(headers, "authorization")?.split_once(' ').ok_or(Forged)?;
    (scheme.eq_ignore_ascii_case("bearer") && same(given.trim(), token)).then_some(()).ok_or(Forged)
}

fn is_fresh(secs: i64, clock: Timestamp) -> Result<(), Forged> {
    let now = clock.as_ms() / 1_000;
    (now.saturating_sub(secs).unsigned_abs() <= WINDOW_SECS.unsigned_abs()).then_some(()).ok_or(Forged)
}

/// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature` with `v1,<base64>` for each secret.
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
fn standard(source: &Source, request: &Request<'_>, clock: Timestamp) -> Result<String, Forged> {
    let id = header(request.headers, "webhook-id")?;
    let secs: i64 = header(request.headers, "webhook-timestamp")?.parse().map_err(|_| Forged)?;
    is_fresh(secs, clock)?;
    let given = header(request.headers, "webhook-signature")?;
    let is_right = source.secrets.iter().filter_map(|secret| Webhook::new(secret).ok()).any(|webhook| {
        let Ok(right) = webhook.sign(id, secs, request.body) else { return false };
        given.split(' ').take(8).any(|given| same(given, &right))
    });
    is_right.then(|| id.to_owned()).ok_or(Forged)
}

fn mac(secret: &str, parts: &[&[u8]]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `PagerDuty` v3: `X-PagerDuty-Signature: v1=<hex>,v1=<hex>` over the body.
/// <https://developer.pagerduty.com/docs/verifying-webhook-signatures>
fn pagerduty(source: &Source, request: &Request<'_>) -> Result<(), Forged> {
    let given = header(request.headers, "x-pagerduty-signature")?;
    let is_right = source.secrets.iter().filter_map(|secret| mac(secret, &[request.body])).any(|right| {
        let right = format!("v1={}", hex(&right));
        given.split(',').take(8).any(|given| same(given.trim(), &right))
    });
    is_right.then_some(()).ok_or(Forged)
}

/// `HubSpot` v3: `X-HubSpot-Signature-v3`, base64 over method, address, body and `X-HubSpot-Request-Timestamp` in
/// milliseconds. <https://developers.hubspot.com/docs/guides/apps/authentication/validating-requests>
fn hubspot(source: &Source, request: &Request<'_>, clock: Timestamp) -> Result<(), Forged> {
    let given = header(request.headers, "x-hubspot-signature-v3")?;
    let at = header(request.headers, "x-hubspot-request-timestamp")?;
    is_fresh(at.parse::<i64>().map_err(|_| Forged)? / 1_000, clock)?;
    // Behind a proxy nobody but the operator knows the address that was signed.
    let host = request.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let url = source.url.clone().unwrap_or_else(|| format!("https://{host}{}", request.uri));
    let parts = [b"POST".as_slice(), url.as_bytes(), request.body, at.as_bytes()];
    let mut rights = source.secrets.iter().filter_map(|secret| mac(secret, &parts));
    rights.any(|right| same(given, &STANDARD.encode(right))).then_some(()).ok_or(Forged)
}

/// Zendesk: `X-Zendesk-Webhook-Signature`, base64 over `X-Zendesk-Webhook-Signature-Timestamp` and the body.
/// <https://developer.zendesk.com/documentation/webhooks/verifying/>
fn zendesk(source: &Source, request: &Request<'_>, clock: Timestamp) -> Result<(), Forged> {
    let given = header(request.headers, "x-zendesk-webhook-signature")?;
    let at = header(request.headers, "x-zendesk-webhook-signature-timestamp")?;
    is_fresh(at.parse::<jiff::Timestamp>().map_err(|_| Forged)?.as_second(), clock)?;
    let mut rights = source.secrets.iter().filter_map(|secret| mac(secret, &[at.as_bytes(), request.body]));
    rights.any(|right| same(given, &STANDARD.encode(right))).then_some(()).ok_or(Forged)
}

/// Grafana: `X-Grafana-Alerting-Signature`, hex over the body, or over `<timestamp>:<body>` where the contact point
/// names a header for the timestamp; only that second way is taken, under `X-Grafana-Alerting-Timestamp`, since a
/// signature without an instant can be replayed.
/// <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>
fn grafana(source: &Source, request: &Request<'_>, clock: Timestamp) -> Result<(), Forged> {
    let given = header(request.headers, "x-grafana-alerting-signature")?;
    let at = header(request.headers, "x-grafana-alerting-timestamp")?;
    is_fresh(at.parse().map_err(|_| Forged)?, clock)?;
    let mut rights = source.secrets.iter().filter_map(|secret| mac(secret, &[at.as_bytes(), b":", request.body]));
    rights.any(|right| same(given, &hex(&right))).then_some(()).ok_or(Forged)
}
