//! What is typed behind `/kairos`: a word we know, or a question.
//!
//! Invariants
//! - Every command gets an answer, or a reason why there is none.
//! - What Kairos does in a channel is told in that channel, and changed only by whoever may.

use chat::{Card, Event, Joining, Message, PersonId, Place, ShownTo, Text};

use super::{
    Changes, Cx, Handled,
    answers::{self, privately},
    asks::{Answer, Question},
    feedback,
    messages::{self, SNOOZE},
    people, personal_page, small_talk, trigger_admin,
};
use crate::{
    access::{self, authorise},
    engine::{
        Act, Conversation, PlaceFacts,
        compose::{help_card, why_card, why_silent_card},
    },
    library::{Hearing, Mode},
    messages::{paragraph, say},
    store::{Action, Channel, PersonChange},
};

/// How many decisions are looked through for the last card.
const LOOK_BACK: u32 = 50;

/// A slash command: a word we know, or a question.
pub(super) fn command(cx: &Cx<'_>, event: &Event, text: &str, out: &mut Changes) -> Handled {
    let text = text.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match (word.to_lowercase().as_str(), rest.trim()) {
        ("" | "help" | "ask", "") => {
            let person = people::known(cx, &event.by)?.id;
            reply(cx, event, "help", &person, help_card(cx.engine.library()), out);
            Ok(())
        }
        ("snooze", "") => unasked(cx, event, "snooze", out),
        ("resume", "") => unasked(cx, event, "resume", out),
        ("stop", "") => unasked(cx, event, "stop", out),
        ("why", "") => why_last(cx, event, out),
        ("settings" | "me", "") => {
            let person = people::known(cx, &event.by)?.id;
            let card = personal_page::about(cx, &event.by, out)?;
            reply(cx, event, "settings", &person, card, out);
            Ok(())
        }
        ("here", "") => tell_mode(cx, event, out),
        ("here", words) if words.split_whitespace().count() <= 2 => set_mode(cx, event, words, out),
        ("ask", question) => put_question(cx, event, question, out),
        _ => put_question(cx, event, text, out),
    }
}

fn reply(cx: &Cx<'_>, event: &Event, what: &str, person: &PersonId, card: Card, out: &mut Changes) {
    out.stored.deliveries.push(answers::answer(cx, event, what, person, privately(event), card));
}

fn put_question(cx: &Cx<'_>, event: &Event, text: &str, out: &mut Changes) -> Handled {
    let message = Message {
        id: chat::MessageId::new(event.id.as_str()),
        text: text.to_owned(),
        by_bot: false,
        mentions_us: true,
        replies_to: None,
    };
    if small_talk::small_talk(cx, event, &message, out)? {
        return Ok(());
    }
    let learnt = cx.learnt(&event.place.tenant())?;
    let needs = cx.engine.hear(text, &Conversation { learnt: &learnt, ..Conversation::none(true) });
    messages::decide_about(cx, event, &message, &needs, out)
}

/// Whether unasked help may come.
fn unasked(cx: &Cx<'_>, event: &Event, word: &str, out: &mut Changes) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    let (changes, said) = match word {
        "snooze" => (vec![PersonChange::Snooze(Some(cx.now() + SNOOZE))], say!("suggestions-snoozed")),
        "stop" => (vec![PersonChange::OptOut(true)], say!("suggestions-off")),
        _ => (vec![PersonChange::Snooze(None), PersonChange::OptOut(false)], say!("suggestions-on")),
    };
    out.stored.people.extend(changes.into_iter().map(|change| (person.clone(), change)));
    reply(cx, event, word, &person, Card::new(say!("done"), paragraph(said)), out);
    Ok(())
}

/// Why the last card came.
fn why_last(cx: &Cx<'_>, event: &Event, out: &mut Changes) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    let library = cx.engine.library();
    let mut card = Card::new(say!("why-nothing-title"), Text::paragraph(say!("why-nothing-text")));
    for decided in cx.decisions_of(&person, LOOK_BACK)? {
        if let (Act::Silent { because }, Some(need)) = (&decided.decision.act, &decided.decision.need)
            && let Some(trigger) = library.triggers.get(&need.trigger).filter(|_| need.is_heard())
        {
            card = why_silent_card(trigger, *because, &decided.decision.reasons);
            break;
        }
        let Some(delivery) = &decided.delivery else { continue };
        let Some((_, offer)) = feedback::offer_behind(cx, delivery)? else { continue };
        if let Some(trigger) = library.triggers.get(&offer.plan.trigger) {
            card = why_card(trigger, &offer.need, &cx.learnt(&offer.place.tenant())?, delivery);
            break;
        }
    }
    reply(cx, event, "why", &person, card, out);
    Ok(())
}

fn tell_mode(cx: &Cx<'_>, event: &Event, out: &mut Changes) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    let PlaceFacts { mode, hearing, .. } = people::mode_of(cx, &event.place)?;
    let text = say!("here-told", mode = does(mode), sensitivity = answers(hearing));
    reply(cx, event, "here", &person, Card::new(say!("here-title"), paragraph(&text)), out);
    Ok(())
}

/// What Kairos does in a channel from now on.
fn set_mode(cx: &Cx<'_>, event: &Event, words: &str, out: &mut Changes) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    let place = event.place.channel_itself();
    let (mode, how) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let hearing = how.trim().parse::<Hearing>().ok();
    let refused = match Mode::ALL.iter().find(|known| known.as_str() == mode) {
        None => Err(say!("here-unknown-mode")),
        Some(_) if hearing.is_none() && !how.is_empty() => Err(say!("here-unknown-sensitivity")),
        Some(_) if place.is_private() => Err(say!("here-private")),
        Some(mode) => match may_steer(cx, event, &place) {
            Some(may_by_platform) => {
                let actor = trigger_admin::member_or_operator(cx, &event.by, &person);
                match authorise(&actor, access::Action::SwitchChannel { may_by_platform }) {
                    Ok(()) => Ok(*mode),
                    Err(_) => Err(say!("here-refused")),
                }
            }
            None => Err(say!("here-unanswered")),
        },
    };
    let mode = match refused {
        Ok(mode) => mode,
        Err(reason) => {
            reply(cx, event, "here", &person, Card::new(say!("not-changed"), Text::paragraph(reason)), out);
            return Ok(());
        }
    };
    let may_hear = mode == Mode::Off || joins(cx, &place);
    if !may_hear {
        let card = Card::new(say!("not-changed"), Text::paragraph(say!("here-invite-first")));
        reply(cx, event, "here", &person, card, out);
        return Ok(());
    }
    let name = name_of(cx, &place);
    let hearing = hearing.or(cx.channel(&place)?.and_then(|kept| kept.hearing));
    out.stored.channels.push(Channel {
        platform: place.platform,
        workspace: place.workspace.clone(),
        channel: place.channel.clone(),
        name: name.clone(),
        mode,
        hearing,
    });
    let telling = Action::Post { place, shown_to: ShownTo::Everyone };
    let card = Card::new(
        say!("here-announce-title"),
        Text::paragraph(announced(mode)).then(paragraph(say!("here-announce-more"))),
    );
    out.stored.deliveries.push(answers::answer(cx, event, "here-told", &person, telling, card));
    let done = say!("here-done", channel = name, announced = announced(mode));
    reply(cx, event, "here", &person, Card::new(say!("done"), Text::paragraph(done)), out);
    Ok(())
}

/// Whether somebody may say what Kairos does here; `None` where the platform did not answer.
fn may_steer(cx: &Cx<'_>, event: &Event, place: &Place) -> Option<bool> {
    cx.look_up_whether(Question::MaySteer(event.by.clone(), place.clone()))
}

/// Whether Kairos is in a channel now, or could enter it. Where the platform does not answer, whoever asks knows better.
fn joins(cx: &Cx<'_>, place: &Place) -> bool {
    !matches!(cx.look_up(Question::Join(place.clone())), Some(Answer::Joining(Some(Joining::NeedsInvitation))))
}

/// The name of a channel as conditions see it, or its id.
fn name_of(cx: &Cx<'_>, place: &Place) -> String {
    match cx.look_up(Question::NameOf(place.clone())) {
        Some(Answer::Name(Some(name))) => name,
        _ => place.channel.to_string(),
    }
}

/// How readily Kairos answers in a channel.
fn answers(hearing: Hearing) -> &'static str {
    match hearing {
        Hearing::Careful => say!("here-careful"),
        Hearing::Balanced => say!("here-balanced"),
        Hearing::Eager => say!("here-eager"),
    }
}

/// What Kairos does in a channel of that mode.
fn does(mode: Mode) -> &'static str {
    match mode {
        Mode::Off => say!("here-mode-off"),
        Mode::Shadow => say!("here-mode-shadow"),
        Mode::Live => say!("here-mode-live"),
    }
}

/// What Kairos will do from now on.
fn announced(mode: Mode) -> &'static str {
    match mode {
        Mode::Off => say!("here-announce-off"),
        Mode::Shadow => say!("here-announce-shadow"),
        Mode::Live => say!("here-announce-live"),
    }
}
