//! The conversation that a newcomer finds: played by the house through the real engine, so what Kairos decides in it
//! is decided, not painted.

use std::{sync::Arc, time::Duration};

use chat::{MessageId, Timestamp};

use crate::{Fault, Person, Playground, Room, record::Author, state::State};

/// One thing that happens in the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Minutes after the story's start.
    pub minutes: u32,
    /// Who does it.
    pub who: Person,
    /// Where.
    pub room: Room,
    /// What.
    pub what: Deed,
}

/// What somebody does in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Posts in the room.
    Says(&'static str),
    /// Answers, in its thread, the message of an earlier step (its index in the story).
    ReplyTo(usize, &'static str),
    /// Chooses the button with this label on Kairos's card under the message of an earlier step.
    Taps(usize, &'static str),
    /// Reacts to the message of an earlier step.
    ReactsTo(usize, &'static str),
}

/// Length of the story in minutes; the house winds its clock to here before people come in.
pub const MINUTES: u32 = 18;

/// The story, in order of time. It begins at 09:58 on a working day. Nobody in it asks about prices, and Ana asks
/// nothing: that is left for the newcomer, whose question no budget and no cooldown should stop.
pub fn story() -> Vec<Step> {
    use Deed::{ReactsTo, ReplyTo, Says, Taps};
    use Person::{Ana, Ben, Chloe, Dev};
    use Room::{Deals, General, Support, TeamLeads};
    let step = |minutes, who, room, what| Step { minutes, who, room, what };
    vec![
        step(0, Dev, General, Says("Morning all. Demo day moved to Thursday, 14:00 London time.")),
        step(
            0,
            Ben,
            Deals,
            Says("Northwind signed this morning. Thanks for the help with the security questions, Chloe!"),
        ),
        step(1, Chloe, General, ReactsTo(0, "👍")),
        step(1, Ana, Deals, ReactsTo(1, "🎉")),
        step(2, Chloe, Support, Says("How do I calm down a customer who is furious about yesterday's outage?")),
        step(
            3,
            Dev,
            TeamLeads,
            Says("How do I tell someone on my team that their work isn't good enough, without crushing them?"),
        ),
        step(
            6,
            Ben,
            Support,
            ReplyTo(
                4,
                "Let her tell the whole story first, then say what you will do and by when. I can join the call if you like.",
            ),
        ),
        step(7, Chloe, Support, ReactsTo(6, "🙏")),
        step(15, Dev, TeamLeads, Taps(5, "Useful")),
    ]
}

/// When the story began and ended, where its first message is still there.
pub(crate) fn told(state: &State) -> Option<(Timestamp, Timestamp)> {
    let first = state.messages.front()?;
    let opening = story().into_iter().next()?;
    let is_opening =
        first.by == Author::Person(opening.who) && matches!(opening.what, Deed::Says(text) if text == first.text);
    is_opening.then(|| (first.at, first.at + Duration::from_mins(u64::from(MINUTES))))
}

/// Does one step, given the messages that the earlier steps left; returns the message that this one left.
///
/// Only doing is done here: the house winds its clock to `step.minutes` first, and waits until all is quiet.
pub async fn play(
    playground: &Arc<Playground>,
    step: &Step,
    posted: &[Option<MessageId>],
) -> Result<Option<MessageId>, Fault> {
    let earlier = |at: usize| posted.get(at).cloned().flatten().ok_or(Fault::Unknown("message"));
    match step.what {
        Deed::Says(text) => playground.post(step.who, step.room, None, text).await.map(Some),
        Deed::ReplyTo(at, text) => playground.post(step.who, step.room, Some(&earlier(at)?), text).await.map(Some),
        Deed::ReactsTo(at, emoji) => playground.react(step.who, &earlier(at)?, emoji, true).await.map(|()| None),
        Deed::Taps(at, label) => {
            let (message, card) = playground.card_under(&earlier(at)?).ok_or(Fault::Outdated)?;
            let choice = card.choices.iter().find(|choice| choice.label == label).ok_or(Fault::Outdated)?;
            playground.tap(step.who, &message, &choice.id).await.map(|()| None)
        }
    }
}
