//! What a message means in its conversation: with what the same person wrote a moment ago, and with what opened its
//! thread.

use chat::{Event, Identity, Message, Place, What};

use super::{
    Changes, Cx, Handled,
    asks::{Answer, Question},
    changes::Remember,
    histograms,
};
use crate::{
    engine::{Conversation, Need, Opened, Parts, PlaceFacts, asks, is_addressed},
    library::TriggerId,
};

/// What was heard in a message.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The needs that it may mean, strongest first.
    pub(super) needs: Vec<Need>,
    /// One that was heard, but in another part of the same question before.
    pub(super) already: Option<Need>,
}

/// Hears a message within its conversation, and remembers it for the next.
pub(super) fn listen(
    cx: &Cx<'_>,
    event: &Event,
    message: &Message,
    here: &PlaceFacts,
    out: &mut Changes,
) -> Handled<Heard> {
    let addressed = is_addressed(event);
    let parts = cx.memory.recent.parts_of(event, message, cx.now());
    out.remembered.push(Remember::Said(event.clone(), message.clone()));
    let mut before: Vec<String> = opening_of(cx, event, message, addressed, out).into_iter().collect();
    before.extend(parts.before.iter().cloned());
    let traffic = if addressed { Vec::new() } else { histograms::spread(cx, &event.place, out)? };
    let said =
        Conversation { before: &before, addressed, hearing: here.hearing, learnt: &here.learnt, traffic: &traffic };
    let needs = cx.engine.hear(&message.text, &said);
    let is_new = matches!(event.what, What::Message(_));
    if is_new && !addressed {
        histograms::count(&event.place, &needs, out);
    }
    let heard = without_known(cx, needs, &parts, addressed);
    let triggers: Vec<TriggerId> =
        heard.needs.iter().filter(|need| need.is_heard()).map(|need| need.trigger.clone()).collect();
    if !triggers.is_empty() {
        out.remembered.push(Remember::Recognised(event.clone(), message.clone(), triggers, addressed));
    }
    Ok(heard)
}

/// What opened the thread of a follow-up: for whoever opened it, and for whoever asks in it. What others say there is
/// an answer, and no need of theirs.
fn opening_of(cx: &Cx<'_>, event: &Event, message: &Message, addressed: bool, out: &mut Changes) -> Option<String> {
    event.place.thread.as_ref()?;
    let may_ask = addressed || asks(&message.text);
    let known = cx.memory.recent.opened(&event.place);
    let (by, text) = match known {
        Opened::By(by, text) => (by, text),
        Opened::Nowhere => return None,
        // To ask the platform for every "thanks" would cost more than it could bring.
        Opened::Unknown if !may_ask => return None,
        Opened::Unknown => look_up_opening(cx, &event.place, out)?,
    };
    (may_ask || by == event.by).then_some(text)
}

/// Asks the platform for the opening of a thread, once an hour at most.
fn look_up_opening(cx: &Cx<'_>, place: &Place, out: &mut Changes) -> Option<(Identity, String)> {
    let opening = place.thread.as_ref()?;
    let Some(Answer::Opening(found)) = cx.look_up(Question::Opening(place.clone())) else { return None };
    out.remembered.push(Remember::Opening(place.clone(), opening.clone(), found.clone()));
    found
}

/// Takes out what was heard in another part of the same question; and where somebody writes on to Kairos, says that
/// it adds nothing to what was heard before.
///
/// A whole question to Kairos is answered in any case. So is one to a trigger that needs no rest: whoever set it up
/// wants each of them answered.
fn without_known(cx: &Cx<'_>, needs: Vec<Need>, parts: &Parts, addressed: bool) -> Heard {
    let rests =
        |id: &TriggerId| cx.engine.library().triggers.get(id).is_some_and(|trigger| !trigger.cooldown.is_zero());
    let is_known = |need: &Need| parts.heard.iter().any(|(trigger, _)| *trigger == need.trigger);
    let was_answered = parts.heard.iter().any(|(_, was_addressed)| *was_addressed);
    let adds_nothing = addressed && was_answered && !needs.iter().any(Need::is_heard);
    let nearest = needs.first().filter(|_| adds_nothing).cloned();
    // By what it means most; what it also resembles is no second question.
    let means = needs.iter().find(|need| need.is_heard());
    let is_part = !addressed && means.is_some_and(|need| is_known(need) && rests(&need.trigger));
    let (again, needs): (Vec<Need>, Vec<Need>) = needs.into_iter().partition(|need| is_part && need.is_heard());
    Heard { needs, already: again.into_iter().next().or(nearest) }
}
