//! What people say to Kairos about Kairos, and topics that they call by name.
//!
//! Invariants
//! - Only what is put to Kairos is answered here, at once, and no budget counts it.
//! - What concerns one person alone is answered in private.

use chat::{Event, Message};

use super::{
    Changes, Cx, Handled, Observed,
    answers::{self, privately},
    messages::{self, answer_here, of_message},
    people, personal_page, topics,
};
use crate::{
    engine::{
        Act, Decision, Evidence, Need, Reason, Rule,
        compose::{here_card, privacy_card, skills_card, thanks_card, ways_out_card, who_card},
    },
    library::{About, TriggerId},
    store::Delivery,
};

/// Answers what is said to Kairos about itself, and opens what is called by its name; false for everything else.
pub(super) fn small_talk(cx: &Cx<'_>, event: &Event, message: &Message, out: &mut Changes) -> Handled<bool> {
    let engine = &cx.engine;
    if let Some(about) = engine.says(&message.text) {
        answer_talk(cx, event, message, about, out)?;
        return Ok(true);
    }
    let named = engine.named(&message.text);
    if !named.is_empty() {
        open_named(cx, event, message, &named, out)?;
        return Ok(true);
    }
    if let Some(about) = engine.resembles_talk(&message.text) {
        answer_talk(cx, event, message, about, out)?;
        return Ok(true);
    }
    Ok(false)
}

fn answer_talk(cx: &Cx<'_>, event: &Event, message: &Message, about: About, out: &mut Changes) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    let library = cx.engine.library();
    let (card, action) = match about {
        About::Greeting | About::Abilities => (skills_card(library), answer_here(event, message)),
        About::Identity => (who_card(library), answer_here(event, message)),
        About::Privacy => (privacy_card(), answer_here(event, message)),
        About::Test => (here_card(library), answer_here(event, message)),
        About::Thanks => (thanks_card(), answer_here(event, message)),
        About::PersonalPage => (personal_page::about(cx, &event.by, out)?, privately(event)),
        About::Stop | About::Quiet => {
            let facts = people::facts(cx, &event.by, out)?;
            (ways_out_card(&facts, cx.now()), privately(event))
        }
    };
    let mut delivery = answers::answer(cx, event, about.as_str(), &person, action, card);
    delivery.key.event = of_message(&event.place, message);
    note_talk(cx, event, message, delivery, out);
    Ok(())
}

/// Opens a topic that was called by its name, or asks which of several.
fn open_named(cx: &Cx<'_>, event: &Event, message: &Message, named: &[TriggerId], out: &mut Changes) -> Handled {
    if let [trigger] = named {
        let order = cx.engine.order_of(trigger, &message.text);
        topics::open_for(cx, event, message, (trigger, &order), out)?;
        return Ok(());
    }
    // Which of them is asked as for needs that are near each other.
    let need =
        |trigger: &TriggerId| Need { trigger: trigger.clone(), score: 1.0, threshold: 0.0, evidence: Evidence::Asked };
    let needs: Vec<Need> = named.iter().take(3).map(need).collect();
    messages::decide_about(cx, event, message, &needs, out)
}

fn note_talk(cx: &Cx<'_>, event: &Event, message: &Message, delivery: Delivery, out: &mut Changes) {
    out.stored.deliveries.push(delivery);
    let reason = Reason::passed(Rule::Addressed, "said to Kairos about Kairos: answered right away");
    let decision = Decision { act: Act::Silent { because: Rule::Addressed }, need: None, reasons: vec![reason] };
    out.observed.push(Observed::first(event, message, decision, cx.now()));
}
