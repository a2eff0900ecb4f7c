//! Which gateway is connected to, and how.
//!
//! Invariants
//! - Whoever redirects the API is not led back to Discord's own gateway by what that API says, nor by a gateway of theirs.

use std::time::Duration;

use serenity::http::Route;

use crate::{Discord, fault::Fault};

/// Domains that are Discord's own.
const DISCORDS: [&str; 4] = ["discord.com", "discord.gg", "discordapp.com", "discord.media"];

pub(super) const LEADS_BACK: &str = "KAIROS_DISCORD_API_URL leads elsewhere, yet the API there names Discord's own \
     gateway, which is not connected to: set KAIROS_DISCORD_GATEWAY_URL too";

/// How a gateway is reached.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) url: String,
    pub(super) shards: u64,
    /// How long to wait before identifying: the day's identifies are used up.
    pub(super) wait: Duration,
}

/// Why there is no way.
#[derive(Debug)]
pub(super) enum NoWay {
    /// Not now.
    Fault(Fault),
    /// The API is redirected, and names Discord's own gateway.
    LeadsBack,
}

impl Discord {
    pub(super) async fn way(&self) -> Result<Way, NoWay> {
        let told = self.rest.get(Route::GatewayBot).await.map_err(NoWay::Fault)?;
        let limit = &told["session_start_limit"];
        let wait = if limit["remaining"] == 0 { limit["reset_after"].as_u64().unwrap_or(5_000) } else { 0 };
        let url = match &self.connection.gateway_url {
            Some(url) => url.clone(),
            None => match told["url"].as_str() {
                Some(url) if self.may_follow(url) => url.to_owned(),
                Some(_) => return Err(NoWay::LeadsBack),
                None => return Err(NoWay::Fault(Fault::NotDone("the API names no gateway"))),
            },
        };
        Ok(Way { url, shards: told["shards"].as_u64().unwrap_or(1), wait: Duration::from_millis(wait) })
    }

    /// Whether an address that Discord, or what stands for it, names may be connected to.
    ///
    /// A configured gateway is never left; beside a redirected API anything but Discord's own is followed.
    pub(super) fn may_follow(&self, url: &str) -> bool {
        let connection = &self.connection;
        connection.gateway_url.is_none() && (is_discords(&connection.api_url) || !is_discords(url))
    }
}

/// True for an address of Discord's own.
fn is_discords(url: &str) -> bool {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    DISCORDS.iter().any(|own| host == *own || host.strip_suffix(own).is_some_and(|before| before.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::is_discords;

    #[test]
    fn discords_own_addresses_are_known_in_any_dress() {
        for own in [
            "wss://gateway.discord.gg/?v=10",
            "https://discord.com/api/v10",
            "wss://u@Gateway.Discord.GG.:443",
            "discord.gg",
        ] {
            assert!(is_discords(own), "{own}");
        }
        for other in
            ["ws://127.0.0.1:9/gw", "wss://notdiscord.gg", "wss://discord.gg.example/", "wss://example/discord.gg"]
        {
            assert!(!is_discords(other), "{other}");
        }
    }
}
