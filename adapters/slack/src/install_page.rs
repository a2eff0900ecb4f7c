//! What somebody who installs Kairos gets to read.
//!
//! Invariants
//! - Each page says what happened and what to do next, in plain words.
//! - A page loads nothing, runs nothing, and is kept by no cache.

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::writing::escape;

/// How an installation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Kairos is in the workspace of that name.
    Installed(String),
    /// Somebody said no.
    Declined,
    /// The way back is not one that we sent anybody on, or it is too old.
    NotOurs,
    /// Slack does not take the code, or granted nothing that helps.
    Refused,
    /// It was meant for an organisation with all its workspaces.
    WholeOrganisation,
    /// The app's tokens expire, and Kairos does not renew them.
    RotatingToken,
    /// Slack did not answer.
    NoAnswer,
    /// The database did not take it.
    NotKept,
}

impl Page {
    fn words(&self) -> (StatusCode, String, &'static str) {
        let again = "Start again at <a href=\"/slack/install\">the beginning</a>.";
        match self {
            Self::Installed(name) => (
                StatusCode::OK,
                format!("Kairos is in {name}"),
                "It says nothing yet: every channel is off. Whoever runs the workspace, or made a channel, types \
                 <code>/invite @Kairos</code> and then <code>/kairos here live</code> in it. <code>/kairos help</code> \
                 tells the rest. You can close this page.",
            ),
            Self::Declined => (
                StatusCode::OK,
                "Nothing was installed".to_owned(),
                "You said no, and that is fine. Nothing was stored.",
            ),
            Self::NotOurs => {
                (StatusCode::BAD_REQUEST, "This link has expired, or was opened elsewhere".to_owned(), again)
            }
            Self::Refused => (StatusCode::BAD_GATEWAY, "Slack did not let Kairos in".to_owned(), again),
            Self::WholeOrganisation => (
                StatusCode::BAD_REQUEST,
                "Kairos is installed one workspace at a time".to_owned(),
                "It can’t be installed for a whole organisation. Choose one workspace on Slack’s page.",
            ),
            Self::RotatingToken => (
                StatusCode::BAD_REQUEST,
                "This app’s tokens expire".to_owned(),
                "Token rotation is on for this Slack app, and Kairos does not renew tokens. Slack can’t switch it off \
                 again: tell the person who runs Kairos to make a new app with <code>kairos slack manifest</code>.",
            ),
            Self::NoAnswer => (StatusCode::BAD_GATEWAY, "Slack does not answer".to_owned(), again),
            Self::NotKept => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Kairos could not keep it".to_owned(),
                "Its database does not answer. Nothing is lost: tell whoever runs Kairos, and start again at \
                 <a href=\"/slack/install\">the beginning</a>.",
            ),
        }
    }
}

/// The page.
pub(crate) fn page(shown: &Page) -> Response {
    let (status, title, text) = shown.words();
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html(&title, text))).into_response()
}

/// `title` is text; `text` is HTML of ours.
fn html(title: &str, text: &str) -> String {
    let title = escape(title).replace('"', "&quot;");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;\
         color-scheme:light dark}}</style><main><h1>{title}</h1><p>{text}</p></main></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_workspace_is_text_and_nothing_else() {
        let (_, title, text) = Page::Installed("<script>alert(\"Acme\")</script> & Söhne".to_owned()).words();
        let html = html(&title, text);
        assert!(html.contains("&lt;script&gt;alert(&quot;Acme&quot;)&lt;/script&gt; &amp; Söhne"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
