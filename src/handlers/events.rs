//! Events of platforms: to whom each goes.

use chat::{Event, What};

use super::changes::Remember;
use super::{Changes, Cx, Handled, commands, feedback, holds, messages, personal_page, settings, suggested_examples};
use crate::engine::is_addressed;

/// Something that happened a moment ago.
pub(super) fn event(cx: &Cx<'_>, event: &Event, out: &mut Changes) -> Handled {
    if let What::Choice { .. } = event.what {
        if cx.memory.choices.is_repeated(event) {
            return Ok(());
        }
        out.remembered.push(Remember::Chosen(event.clone()));
    }
    let has_resolved = holds::settle_open(cx, event, out)?;
    answer_to(cx, event, has_resolved, out)?;
    settings::ask_zone_once(cx, event, out)
}

/// A message that was read after an absence: one that people have answered meanwhile needs nothing any more.
pub(super) fn read(cx: &Cx<'_>, read: &Event, answered: bool, out: &mut Changes) -> Handled {
    match &read.what {
        What::Message(message) if answered => {
            holds::settle_open(cx, read, out)?;
            messages::settled_by(cx, read, message, out);
            Ok(())
        }
        _ => event(cx, read, out),
    }
}

fn answer_to(cx: &Cx<'_>, event: &Event, has_resolved: bool, out: &mut Changes) -> Handled {
    match &event.what {
        What::Message(message) if has_resolved && !is_addressed(event) => {
            messages::settled_by(cx, event, message, out);
            Ok(())
        }
        What::Message(message) => messages::hear(cx, event, message, out),
        What::Edited(message) => messages::hear_again(cx, event, message, out),
        What::Command { text } => commands::command(cx, event, text, out),
        What::Choice { message, choice } => feedback::tapped(cx, event, message, choice, out),
        What::Form { form, fields, .. } if settings::settings_sent(cx, event, form, fields, out)? => Ok(()),
        What::Form { form, message, fields }
            if suggested_examples::own_words_sent(cx, event, (form, message.as_ref()), fields, out)? =>
        {
            Ok(())
        }
        What::Form { form, message, .. } => feedback::filled_in(cx, event, form, message.as_ref(), out),
        What::HomeOpened => personal_page::home_opened(cx, event, out),
        What::Deleted { message } => {
            out.remembered.push(Remember::TakenBack(event.place.clone(), message.clone()));
            Ok(())
        }
        What::Reaction { .. } | What::Joined => Ok(()),
    }
}
