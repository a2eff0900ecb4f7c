//! The values of a configuration, each a type that can't be wrong.
//!
//! Every parser takes the text as it was written and fails with what would be right, in words that fit into
//! "… is "x", but … would be right".

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use chat::{ChannelId, Identity, Place, PlatformKind, WorkspaceId};
use jiff::tz::TimeZone;

use super::secret::{Secret, without_password};

/// What would have been right.
pub(super) type Right = String;

/// Where everything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// An SQLite file.
    File(PathBuf),
    /// SQLite in memory.
    Memory,
    /// PostgreSQL; the address holds a password.
    Postgres(Secret),
}

impl StoreUrl {
    /// The address as a driver takes it, password and all.
    pub fn expose(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite:{}", path.display()),
            Self::Memory => "sqlite::memory:".to_owned(),
            Self::Postgres(url) => url.expose().to_owned(),
        }
    }

    /// The address as people may see it.
    pub fn shown(&self) -> String {
        without_password(&self.expose())
    }

    /// Reads an address; an empty one means a file in `data_dir`.
    pub(super) fn read(text: &str, data_dir: Option<&Path>) -> Result<Self, Right> {
        let right = || {
            "sqlite:PATH, sqlite::memory: or postgres://user@host/name (or nothing, for a file in the data directory)"
                .to_owned()
        };
        if text.is_empty() {
            return data_dir.map(|dir| Self::File(dir.join("kairos.sqlite"))).ok_or_else(|| {
                "an address such as sqlite:kairos.sqlite (this user has no home, so no data directory either)"
                    .to_owned()
            });
        }
        if text == "sqlite::memory:" || text == "sqlite://:memory:" {
            return Ok(Self::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            let is_path = !path.is_empty() && !path.contains('?') && !path.ends_with('/');
            return if is_path { Ok(Self::File(PathBuf::from(path))) } else { Err(right()) };
        }
        match text.split_once("://") {
            Some(("postgres" | "postgresql", rest)) if !rest.is_empty() => Ok(Self::Postgres(Secret::new(text))),
            _ => Err(right()),
        }
    }
}

/// On, off, or as the rest of the configuration suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    Auto,
    On,
    Off,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For reading.
    Text,
    /// One object a line.
    Json,
}

/// One channel, as configuration names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelKey {
    /// The platform.
    pub platform: PlatformKind,
    /// The workspace or guild.
    pub workspace: WorkspaceId,
    /// The channel.
    pub channel: ChannelId,
}

impl ChannelKey {
    /// The channel in which a conversation is.
    pub fn of(place: &Place) -> Self {
        Self { platform: place.platform, workspace: place.workspace.clone(), channel: place.channel.clone() }
    }
}

impl FromStr for ChannelKey {
    type Err = Right;

    fn from_str(text: &str) -> Result<Self, Right> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [platform, workspace, channel] if !workspace.is_empty() && !channel.is_empty() => Ok(Self {
                platform: platform.parse()?,
                workspace: WorkspaceId::new(workspace),
                channel: ChannelId::new(channel),
            }),
            _ => Err("platform/workspace/channel, such as playground/playground/C1, would be right".to_owned()),
        }
    }
}

impl fmt::Display for ChannelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.platform, self.workspace, self.channel)
    }
}

/// People as platform/workspace/user, with commas between them.
pub(super) fn people(text: &str) -> Result<Vec<Identity>, Right> {
    let named = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    named
        .map(|name| match name.split('/').collect::<Vec<_>>()[..] {
            [platform, workspace, user] if !workspace.is_empty() && !user.is_empty() => {
                Some(Identity { platform: platform.parse().ok()?, workspace: workspace.into(), user: user.into() })
            }
            _ => None,
        })
        .collect::<Option<_>>()
        .ok_or_else(|| {
            "platform/workspace/user, such as slack/T0123456/U0123456, with commas between several,".to_owned()
        })
}

/// A whole number in `range`.
pub(super) fn number(text: &str, range: std::ops::RangeInclusive<u32>) -> Result<u32, Right> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
}

/// One of a few words.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Right> {
    let meaning = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    meaning.ok_or_else(|| either(&words.iter().map(|(word, _)| *word).collect::<Vec<_>>()))
}

/// "a, b or c".
pub(super) fn either(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// A secret, or `None` for an empty one. It begins with `beginning` and holds no white space.
pub(super) fn secret(text: &str, beginning: &str, right: &str) -> Result<Option<Secret>, Right> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_whole = text.starts_with(beginning) && text.len() > beginning.len() && !text.contains(char::is_whitespace);
    if is_whole { Ok(Some(Secret::new(text))) } else { Err(right.to_owned()) }
}

/// An address with one of `schemes`, without the slash at its end.
pub(super) fn address(text: &str, schemes: &[&str]) -> Result<String, Right> {
    let is_address = text.split_once("://").is_some_and(|(scheme, rest)| {
        schemes.contains(&scheme) && !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace)
    });
    if is_address {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(format!("an address that begins with {}://", schemes.join(":// or ")))
    }
}

/// A public key of 64 hexadecimal digits, or `None` for an empty one.
pub(super) fn public_key(text: &str) -> Result<Option<String>, Right> {
    let is_key = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text {
        "" => Ok(None),
        _ if is_key => Ok(Some(text.to_owned())),
        _ => Err("the application's public key, 64 hexadecimal digits,".to_owned()),
    }
}

/// An IANA time zone.
pub(super) fn zone(text: &str) -> Result<TimeZone, Right> {
    TimeZone::get(text).map_err(|_| {
        "an IANA name such as UTC or Europe/Lisbon (names other than UTC need the time zone data of the system: \
         package tzdata)"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_file_memory_or_postgres() {
        let read = |text| StoreUrl::read(text, Some(Path::new("/home/ana/.local/share/kairos")));
        assert_eq!(read("").unwrap().expose(), "sqlite:/home/ana/.local/share/kairos/kairos.sqlite");
        assert_eq!(read("sqlite:k.sqlite").unwrap(), StoreUrl::File(PathBuf::from("k.sqlite")));
        assert_eq!(read("sqlite:///tmp/k.sqlite").unwrap(), StoreUrl::File(PathBuf::from("/tmp/k.sqlite")));
        assert_eq!(read("sqlite::memory:").unwrap(), StoreUrl::Memory);
        assert_eq!(read("postgres://ana:hush@db/k").unwrap().shown(), "postgres://ana:…@db/k");
        for wrong in ["kairos.sqlite", "sqlite:", "sqlite:k?mode=ro", "mysql://db/k", "postgres://"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(StoreUrl::read("", None).is_err());
    }

    #[test]
    fn utc_is_known_without_any_time_zone_data() {
        assert_eq!(zone("UTC").unwrap(), TimeZone::UTC);
        assert!(zone("Europe/Lisboa").is_err());
    }

    #[test]
    fn a_channel_is_named_in_three_parts() {
        let key: ChannelKey = "playground/playground/C1".parse().unwrap();
        assert_eq!(key.to_string(), "playground/playground/C1");
        for wrong in ["C1", "slack/T1", "slack/T1/C1/x", "teams/T1/C1", "slack//C1"] {
            assert!(wrong.parse::<ChannelKey>().is_err(), "{wrong}");
        }
    }
}
