//! The page's files, embedded: nothing is fetched from anywhere else.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Asked, Here, Refused};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Names each file of `page/` once, with its type.
macro_rules! embedded {
    ($($name:literal: $kind:expr),+ $(,)?) => {
        [$(($name, $kind, include_str!(concat!("../../page/", $name)))),+]
    };
}

const INDEX: &str = include_str!("../../page/index.html");
const FILES: [(&str, &str, &str); 22] = embedded!(
    "base.css": CSS,
    "layout.css": CSS,
    "chat.css": CSS,
    "cards.css": CSS,
    "looks.css": CSS,
    "try.css": CSS,
    "icon.svg": SVG,
    "eye.svg": SVG,
    "main.js": JS,
    "api.js": JS,
    "store.js": JS,
    "rail.js": JS,
    "chat.js": JS,
    "composer.js": JS,
    "markdown.js": JS,
    "cards.js": JS,
    "why.js": JS,
    "guide.js": JS,
    "keys.js": JS,
    "play.js": JS,
    "try.js": JS,
    "dom.js": JS,
);

pub(super) async fn page() -> Response {
    ([(header::CONTENT_TYPE, HTML)], INDEX).into_response()
}

pub(super) async fn file(axum::extract::Path(asked): Asked) -> Result<Response, Refused> {
    let found = FILES.into_iter().find(|(name, _, _)| *name == asked);
    let (_, kind, text) = found.ok_or_else(|| Refused(StatusCode::NOT_FOUND, "there is no such file".to_owned()))?;
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

pub(super) async fn picture(State(here): Here, axum::extract::Path(asked): Asked) -> Result<Response, Refused> {
    let missing = || Refused(StatusCode::NOT_FOUND, "there is no such picture".to_owned());
    if asked.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err(missing());
    }
    let kind = match asked.rsplit_once('.').map(|(_, end)| end) {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("svg") => SVG,
        _ => return Err(missing()),
    };
    let bytes = here.host()?.picture(&asked).ok_or_else(missing)?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}
