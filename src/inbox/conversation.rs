//! What a message means in its conversation: with what the same person wrote a moment ago, and with what opened its
//! thread.

use std::time::Duration;

use chat::{Event, Identity, Message, Place, Timestamp, What};

use super::{Line, messages::is_greeting};
use crate::{
    engine::{Need, Opened, Parts, asks},
    library::TriggerId,
};

/// How long a platform is asked for the opening of a thread, while everything behind the message waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// How old an opening may be that is still asked for.
const OLDEST_OPENING: Duration = Duration::from_hours(24 * 30);

/// What was heard in a message.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The needs that it may mean, strongest first.
    pub(super) needs: Vec<Need>,
    /// One that was heard, but in another part of the same question before.
    pub(super) already: Option<Need>,
}

impl Line {
    /// Hears a message within its conversation, and remembers it for the next.
    pub(super) async fn listen(&self, event: &Event, message: &Message, addressed: bool) -> Heard {
        let parts = self.recent().take(event, message, self.now());
        let mut before: Vec<String> = self.opening_of(event, message, addressed).await.into_iter().collect();
        before.extend(parts.before.iter().cloned());
        let needs = self.needs_of(&before, &message.text, addressed);
        let heard = without_known(needs, &parts, addressed);
        let triggers: Vec<TriggerId> =
            heard.needs.iter().filter(|need| need.is_heard()).map(|need| need.trigger.clone()).collect();
        if !triggers.is_empty() {
            self.recent().heard(event, message, &triggers, addressed);
        }
        heard
    }

    /// What a text may mean behind others. Whoever only says hello has no need yet, however much "what can you do"
    /// sounds like one.
    pub(super) fn needs_of(&self, before: &[String], text: &str, addressed: bool) -> Vec<Need> {
        if addressed && is_greeting(text) { Vec::new() } else { self.parts.engine.hear_on(before, text, addressed) }
    }

    /// What opened the thread of a follow-up: for whoever opened it, and for whoever asks in it. What others say there is
    /// an answer, and no need of theirs.
    async fn opening_of(&self, event: &Event, message: &Message, addressed: bool) -> Option<String> {
        event.place.thread.as_ref()?;
        let may_ask = addressed || asks(&message.text);
        let known = self.recent().opened(&event.place);
        let (by, text) = match known {
            Opened::By(by, text) => (by, text),
            Opened::Nowhere => return None,
            // To ask the platform for every "thanks" would cost more than it could bring.
            Opened::Unknown if !may_ask => return None,
            Opened::Unknown => self.look_up_opening(&event.place, event.at).await?,
        };
        (may_ask || by == event.by).then_some(text)
    }

    /// Asks the platform for the opening of a thread, once an hour at most.
    async fn look_up_opening(&self, place: &Place, at: Timestamp) -> Option<(Identity, String)> {
        let opening = place.thread.as_ref()?;
        let platform = self.parts.platforms.get(place.platform)?;
        let read = tokio::time::timeout(PATIENCE, platform.history(place, at - OLDEST_OPENING)).await;
        let events = read.ok().and_then(Result::ok).flatten().unwrap_or_default();
        let found = events.into_iter().find_map(|event| match event.what {
            What::Message(message) if message.id == *opening && !message.by_bot => Some((event.by, message.text)),
            _ => None,
        });
        self.recent().open(place, opening, found.clone(), self.now());
        found
    }
}

/// Takes out what was heard in another part of the same question, or says that this adds nothing to such a part. What
/// was only overheard has had no answer yet, so that whoever then turns to Kairos gets one.
fn without_known(needs: Vec<Need>, parts: &Parts, addressed: bool) -> Heard {
    let known: Vec<&TriggerId> = parts
        .heard
        .iter()
        .filter(|(_, was_addressed)| *was_addressed || !addressed)
        .map(|(trigger, _)| trigger)
        .collect();
    let adds_nothing = !known.is_empty() && !needs.iter().any(Need::is_heard);
    let nearest = needs.first().filter(|_| adds_nothing).cloned();
    let (again, needs): (Vec<Need>, Vec<Need>) =
        needs.into_iter().partition(|need| need.is_heard() && known.contains(&&need.trigger));
    Heard { needs, already: again.into_iter().next().or(nearest) }
}
