//! Time for people to answer first; what counts as an answer, and what as "no longer needed".
//!
//! Invariants
//! - Only people cancel: a program's message never does.
//! - Whoever asked does not answer themselves by writing on, unless they say that it is settled.

use chat::{Event, Identity, MessageId, Place, What};

use crate::messages::say;

/// An open question: where and by whom it was asked.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// Where it was asked.
    pub place: &'a Place,
    /// The message.
    pub message: &'a MessageId,
    /// Who asked.
    pub asker: &'a Identity,
}

/// Why an open question needs no answer of ours any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Somebody answered in the thread or after the question.
    Answered,
    /// Somebody took it on with a reaction.
    Claimed,
    /// The asker said that it is settled.
    Withdrawn,
    /// The question was taken back.
    Deleted,
}

impl Settled {
    /// What people read.
    pub fn words(self) -> &'static str {
        match self {
            Self::Answered => say!("resolved-answered"),
            Self::Claimed => say!("resolved-claimed"),
            Self::Withdrawn => say!("resolved-withdrawn"),
            Self::Deleted => say!("resolved-deleted"),
        }
    }
}

const CLAIMS: &[&str] = &["👀", "eyes", "✋", "hand", "raised_hand", "🙋", "raising_hand", "✅", "white_check_mark"];

const SETTLED_WORDS: &[&str] =
    &["nvm", "nevermind", "never mind", "found it", "got it", "solved", "figured it out", "all good", "sorted"];

/// An emoji without its skin tone: Slack writes `hand::skin-tone-3`, Discord the two characters one after the other.
fn without_tone(emoji: &str) -> String {
    let name = emoji.split("::").next().unwrap_or(emoji);
    name.chars().filter(|sign| !matches!(sign, '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe0f}')).collect()
}

/// "nvm, found it", and not "not solved yet" or "did anybody get it sorted?".
fn says_settled(text: &str) -> bool {
    let text = text.to_lowercase().replace('’', "'");
    let is_short = text.chars().count() < 120;
    let says_no = ["not ", "n't ", "n't", "never ", "unsolved", "cannot ", "wish "]
        .iter()
        .any(|no| text.contains(no) && !text.contains("never mind"));
    let asks = text.trim_end().ends_with('?');
    is_short && !says_no && !asks && SETTLED_WORDS.iter().any(|words| text.contains(words))
}

/// What is known of a message that somebody else writes beside an open question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// It is a question itself.
    pub asks: bool,
    /// It turns to whoever asked, by name.
    pub names_asker: bool,
    /// It is about the same thing.
    pub is_about_it: bool,
}

impl Beside {
    /// Whether it plausibly answers: what else is said in a channel is no answer, nor is another question.
    const fn answers(self) -> bool {
        !self.asks && (self.names_asker || self.is_about_it)
    }
}

/// Offers that one person makes to another; a channel's other talk does not have them.
const OFFERS: &[&str] = &[
    "i'll join you",
    "i can help",
    "i'll help you",
    "let me help",
    "happy to help",
    "i'll show you",
    "i can show you",
    "let me show you",
    "i'll walk you through",
    "i can walk you through",
    "i'll take this one",
    "i've got this one",
    "ich helfe dir",
    "ich zeig dir",
    "ich zeige dir",
    "ich zeig's dir",
];

/// "Call them, don't write. I'll join you." beside a question is care for it, whatever words it shares with it.
fn offers_help(text: &str) -> bool {
    let text = text.to_lowercase().replace('’', "'");
    OFFERS.iter().any(|offer| text.contains(offer)) && !text.trim_end().ends_with('?')
}

/// True where a text turns to somebody: by the platform's own mention, or by the first word of a name that is known.
pub fn turns_to(text: &str, who: &Identity, name: &str) -> bool {
    let first_name = name.split_whitespace().next().filter(|name| name.chars().count() > 1);
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.any(|word| {
        word.eq_ignore_ascii_case(who.user.as_str())
            || first_name.is_some_and(|name| word.to_lowercase() == name.to_lowercase())
    })
}

/// Whether `event` settles the `open` question. `beside` tells what is known of a message that stands beside it; it is
/// asked for there alone.
pub fn settles(open: Open<'_>, event: &Event, beside: impl FnOnce(&str) -> Beside) -> Option<Settled> {
    let same_channel = event.place.channel == open.place.channel && event.place.workspace == open.place.workspace;
    if !same_channel {
        return None;
    }
    let by_asker = event.by == *open.asker;
    match &event.what {
        What::Deleted { message } if message == open.message => Some(Settled::Deleted),
        What::Reaction { message, emoji, added: true } if message == open.message && !by_asker => {
            CLAIMS.contains(&without_tone(emoji).as_str()).then_some(Settled::Claimed)
        }
        What::Message(message) if !message.by_bot => {
            let in_its_thread = event.place.thread.as_ref() == Some(open.place.thread.as_ref().unwrap_or(open.message));
            let beside_it = event.place.thread == open.place.thread;
            let answers_it = message.replies_to.as_ref() == Some(open.message);
            if by_asker {
                let withdrawn = says_settled(&message.text) && (in_its_thread || beside_it || answers_it);
                return withdrawn.then_some(Settled::Withdrawn);
            }
            // In its thread, even a question is somebody's care; beside it much is said that has nothing to do with it.
            let cares = || offers_help(&message.text) || beside(&message.text).answers();
            (in_its_thread || answers_it || (beside_it && cares())).then_some(Settled::Answered)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chat::{ChannelId, EventId, Message, PlatformKind, Privacy, Timestamp, UserId};

    use super::*;

    fn place(platform: PlatformKind, thread: Option<&str>) -> Place {
        let channel = ChannelId::new("C1");
        Place { platform, workspace: "T1".into(), channel, thread: thread.map(Into::into), privacy: Privacy::Shared }
    }

    fn who(platform: PlatformKind, user: &str) -> Identity {
        Identity { platform, workspace: "T1".into(), user: UserId::new(user) }
    }

    /// What becomes of a question of ana's, asked in `thread`, by something that `user` does.
    fn becomes(
        platform: PlatformKind,
        asked_in: Option<&str>,
        user: &str,
        at: Option<&str>,
        what: What,
    ) -> Option<Settled> {
        let (question, asker) = (place(platform, asked_in), who(platform, "ana"));
        let event = Event {
            id: EventId::new("e"),
            at: Timestamp::from_ms(1),
            place: place(platform, at),
            by: who(platform, user),
            what,
        };
        settles(Open { place: &question, message: &"m1".into(), asker: &asker }, &event, |text| Beside {
            asks: text.ends_with('?'),
            names_asker: turns_to(text, &asker, "Ana Silva"),
            is_about_it: text.contains("ask them"),
        })
    }

    fn says(text: &str, replies_to: Option<&str>, by_bot: bool) -> What {
        let replies_to = replies_to.map(Into::into);
        What::Message(Message { id: "m2".into(), text: text.to_owned(), by_bot, mentions_us: false, replies_to })
    }

    fn reacts(emoji: &str, added: bool) -> What {
        What::Reaction { message: "m1".into(), emoji: emoji.to_owned(), added }
    }

    const SLACK: PlatformKind = PlatformKind::Slack;
    const DISCORD: PlatformKind = PlatformKind::Discord;

    #[test]
    fn a_reply_in_the_thread_or_after_it_and_no_program_and_no_other_question() {
        let by_ben = |platform, at, what| becomes(platform, None, "ben", at, what);
        // A thread is opened by its message: on Slack by its instant, on Discord by the channel that bears its id.
        for platform in [SLACK, DISCORD] {
            assert_eq!(by_ben(platform, Some("m1"), says("try this", None, false)), Some(Settled::Answered));
            assert_eq!(by_ben(platform, Some("m1"), says("which one?", None, false)), Some(Settled::Answered));
            assert_eq!(by_ben(platform, None, says("ask them what for", None, false)), Some(Settled::Answered));
            assert_eq!(by_ben(platform, None, says("lunch?", None, false)), None, "another question");
            assert_eq!(
                by_ben(platform, None, says("lunch is ready in the kitchen", None, false)),
                None,
                "something else"
            );
            for text in ["<@ana> like so", "@Ana like so", "like so, Ana", "ana: like so"] {
                assert_eq!(by_ben(platform, None, says(text, None, false)), Some(Settled::Answered), "{text}");
            }
            assert_eq!(by_ben(platform, None, says("bananas are ready", None, false)), None, "no name of theirs");
            assert_eq!(by_ben(platform, Some("m9"), says("done", None, false)), None, "another thread");
            assert_eq!(by_ben(platform, Some("m1"), says("a ticket was made", None, true)), None, "a program");
        }
        assert_eq!(by_ben(DISCORD, None, says("which one?", Some("m1"), false)), Some(Settled::Answered), "a reply");
        // Asked within a thread: what stands beside it there counts, what stands in the channel does not.
        let within = |at, text| becomes(SLACK, Some("m0"), "ben", at, says(text, None, false));
        assert_eq!(within(Some("m0"), "like so"), Some(Settled::Answered));
        assert_eq!(within(None, "ask them what for"), None);
    }

    #[test]
    fn an_offer_of_help_beside_the_question_and_no_other_talk() {
        let by_ben = |text| becomes(SLACK, None, "ben", None, says(text, None, false));
        for text in [
            "Call them, don't write. I’ll join you.",
            "I can help with that after lunch",
            "let me show you at my desk",
            "Had that last week, happy to help",
            "I'll take this one",
            "ich zeig dir das gleich",
        ] {
            assert_eq!(by_ben(text), Some(Settled::Answered), "{text}");
        }
        for text in [
            "lunch is ready in the kitchen",
            "can anybody help me with the printer",
            "who can show the new people around?",
            "I'll join the call at three",
            "the help desk is closed today",
            "would be happy to help you?",
        ] {
            assert_eq!(by_ben(text), None, "{text}");
        }
    }

    #[test]
    fn a_reaction_that_takes_it_on_in_every_skin_tone() {
        for emoji in ["eyes", "hand", "raised_hand", "raised_hand::skin-tone-4", "white_check_mark"] {
            assert_eq!(becomes(SLACK, None, "ben", None, reacts(emoji, true)), Some(Settled::Claimed), "{emoji}");
        }
        for emoji in ["👀", "✋", "✋🏽", "✋\u{fe0f}", "🙋🏿"] {
            assert_eq!(becomes(DISCORD, None, "ben", None, reacts(emoji, true)), Some(Settled::Claimed), "{emoji}");
        }
        assert_eq!(becomes(SLACK, None, "ben", None, reacts("+1", true)), None);
        assert_eq!(becomes(SLACK, None, "ben", None, reacts("eyes", false)), None, "taken back");
        assert_eq!(becomes(SLACK, None, "ana", None, reacts("eyes", true)), None, "their own");
    }

    #[test]
    fn the_asker_says_so_or_takes_it_back() {
        for text in ["nvm, found it", "never mind!", "ok I figured it out", "Solved :)", "All good now, thanks"] {
            assert_eq!(becomes(SLACK, None, "ana", None, says(text, None, false)), Some(Settled::Withdrawn), "{text}");
            assert_eq!(becomes(DISCORD, None, "ana", Some("m1"), says(text, None, false)), Some(Settled::Withdrawn));
        }
        for text in [
            "it is not solved yet",
            "I haven’t found it",
            "has anybody got it sorted?",
            "more about it: the buyer left",
        ] {
            assert_eq!(becomes(SLACK, None, "ana", None, says(text, None, false)), None, "{text}");
        }
        let deleted = What::Deleted { message: "m1".into() };
        assert_eq!(becomes(DISCORD, None, "unknown", None, deleted), Some(Settled::Deleted), "nobody says by whom");
    }
}
