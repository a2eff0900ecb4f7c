//! Time for people to answer first; what counts as an answer, and what as "no longer needed".
//!
//! Invariants
//! - Only people cancel: a program's message never does.
//! - Whoever asked does not answer themselves by writing on, unless they say that it is settled.

use chat::{Event, Identity, MessageId, Place, What};

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
    pub const fn words(self) -> &'static str {
        match self {
            Self::Answered => "a person answered first",
            Self::Claimed => "a person took it on",
            Self::Withdrawn => "the asker found it",
            Self::Deleted => "the question was taken back",
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

/// Whether `event` settles the `open` question. `asks` says that the event's text is a question itself.
pub fn settles(open: Open<'_>, event: &Event, asks: bool) -> Option<Settled> {
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
            // Beside the question, another question is no answer; in its thread, even a question is somebody's care.
            (in_its_thread || answers_it || (beside_it && !asks)).then_some(Settled::Answered)
        }
        _ => None,
    }
}
