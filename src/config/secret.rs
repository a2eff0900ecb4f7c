//! Values that must not be seen.
//!
//! Invariants
//! - A [`Secret`] has no `Display`, and its `Debug` tells nothing of it.
//! - What is shown of a secret is its well-known beginning and its length, never more.

use std::fmt;

/// Beginnings that tell the manner of a token and nothing else; shown, because mixed-up tokens are the usual mistake.
const WELL_KNOWN: [&str; 6] = ["xoxb-", "xapp-", "xoxp-", "xoxe-", "Bot ", "Bearer "];

/// A value that is neither logged nor shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` out of sight.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// True for keys whose value is a secret: the name says so, and a later key that follows the habit is covered.
pub(super) fn is_secret(key: &str) -> bool {
    key.starts_with("secret.") || ["token", "secret", "password"].iter().any(|ending| key.ends_with(ending))
}

/// What may be shown of the value of `key`.
pub(super) fn masked(key: &str, value: &str) -> String {
    if !is_secret(key) {
        return without_password(value);
    }
    if value.is_empty() {
        return String::new();
    }
    let beginning = WELL_KNOWN.iter().find(|known| value.starts_with(**known)).copied().unwrap_or_default();
    format!("{beginning}… ({} characters)", value.chars().count())
}

/// An address with what stands for its password taken out.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    // The last `@`: a password may hold one that nobody escaped.
    let rest = match rest.rsplit_once('@') {
        Some((who, place)) => match who.split_once(':') {
            Some((user, _)) => format!("{user}:…@{place}"),
            None => format!("{who}@{place}"),
        },
        None => rest.to_owned(),
    };
    let Some(query) = query else {
        return format!("{scheme}://{rest}");
    };
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => format!("{name}=…"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{scheme}://{rest}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_its_manner_and_its_length_only() {
        assert_eq!(masked("slack.bot_token", "xoxb-12-abc"), "xoxb-… (11 characters)");
        assert_eq!(masked("slack.signing_secret", "8f742231b10e"), "… (12 characters)");
        assert_eq!(masked("secret.previous_key", "8f742231b10e"), "… (12 characters)");
        assert_eq!(masked("discord.token", ""), "");
        assert_eq!(format!("{:?}", Secret::new("hush")), "Secret(…)");
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (whole, shown) in [
            ("postgres://ana:hush@db/kairos", "postgres://ana:…@db/kairos"),
            ("postgres://ana:h@sh@db/kairos", "postgres://ana:…@db/kairos"),
            (
                "postgres://ana@db/kairos?password=hush&sslmode=require",
                "postgres://ana@db/kairos?password=…&sslmode=require",
            ),
            ("sqlite:here.sqlite", "sqlite:here.sqlite"),
            ("https://slack.com/api", "https://slack.com/api"),
        ] {
            assert_eq!(without_password(whole), shown);
        }
    }
}
