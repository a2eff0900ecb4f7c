//! Who may ask: this machine under a loopback name, and of web pages only our own.
//!
//! Invariants
//! - A foreign name that resolves to this machine (DNS rebinding) is refused by the Host header.
//! - A foreign page's post (CSRF) is refused by its Origin.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{HEADERS, Refused};

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

pub(super) async fn guard(request: Request<Body>, next: Next) -> Response {
    let mut response = match check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(reason) => Refused(StatusCode::FORBIDDEN, reason.to_owned()).into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn check(method: &Method, headers: &HeaderMap) -> Result<(), &'static str> {
    let host = text(headers, header::HOST).ok_or("a Host header is needed")?;
    if !is_loopback(host) {
        return Err("the playground answers to localhost and 127.0.0.1 only");
    }
    if method != Method::POST {
        return Ok(());
    }
    let from_us = match text(headers, header::ORIGIN) {
        Some(origin) => origin.strip_prefix("http://").is_some_and(|origin| origin == host),
        // Not a browser, or one that says that the page is ours.
        None => matches!(text(headers, HeaderName::from_static("sec-fetch-site")), None | Some("same-origin")),
    };
    if from_us { Ok(()) } else { Err("posts are taken from the playground's own page only") }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_loopback(host: &str) -> bool {
    NAMES.into_iter().any(|name| {
        host.strip_prefix(name).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_answered() {
        for (host, allowed) in [
            ("localhost", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("127.0.0.1.example.org", false),
            ("localhost.example.org:8080", false),
            ("example.org", false),
            ("localhost:x", false),
        ] {
            assert_eq!(is_loopback(host), allowed, "{host}");
        }
    }

    #[test]
    fn posts_of_other_pages_are_refused() {
        let headers = |origin: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("localhost:8080"));
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            headers
        };
        assert!(check(&Method::POST, &headers("http://localhost:8080")).is_ok());
        for origin in ["http://localhost:9999", "https://evil.example", "null"] {
            assert!(check(&Method::POST, &headers(origin)).is_err(), "{origin}");
        }
    }
}
