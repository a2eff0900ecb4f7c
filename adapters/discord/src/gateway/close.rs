//! Why Discord closes a connection, and what to do about it.

/// What follows a closed connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Go on where it was.
    Resume,
    /// Begin anew.
    Identify,
    /// Begin anew without the text of messages that don't mention us.
    WithoutContent,
    /// Nothing helps but a person; the sentence says what they should do.
    Stop(&'static str),
}

/// What follows a close with `code`; `None` for a connection that just broke.
pub(super) fn after(code: Option<u16>, asked_for_content: bool) -> After {
    match code {
        Some(4_004) => After::Stop("Discord refuses the token: put the bot's token into KAIROS_DISCORD_TOKEN"),
        Some(4_010) => {
            After::Stop("Discord doesn't know this shard: start Kairos again, it asks anew how many there are")
        }
        Some(4_011) => After::Stop("Discord wants more shards: start Kairos again, it asks anew how many there are"),
        Some(4_012) => After::Stop("Discord no longer speaks this version of its gateway: a newer Kairos is needed"),
        Some(4_013) => After::Stop("Discord doesn't know an intent that was asked for: a newer Kairos is needed"),
        Some(4_014) if asked_for_content => After::WithoutContent,
        Some(4_014) => {
            After::Stop("Discord refuses an intent that needs no approval: look at the bot's page in Discord's portal")
        }
        // A session that is unknown, timed out, or whose numbers are wrong can't be resumed.
        Some(4_003 | 4_005 | 4_007 | 4_009) => After::Identify,
        _ => After::Resume,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fatal_closes_are_told_apart() {
        let words: Vec<_> = [4_004, 4_010, 4_011, 4_012, 4_013, 4_014]
            .into_iter()
            .map(|code| match after(Some(code), false) {
                After::Stop(words) => words,
                other => panic!("{code} became {other:?}"),
            })
            .collect();
        assert!(words.iter().all(|word| words.iter().filter(|other| *other == word).count() == 1), "{words:?}");
    }

    #[test]
    fn without_the_privileged_intent_we_go_on() {
        assert_eq!(after(Some(4_014), true), After::WithoutContent);
        assert_eq!(after(Some(4_009), true), After::Identify);
        assert_eq!(after(Some(4_000), true), After::Resume);
        assert_eq!(after(None, true), After::Resume);
    }
}
