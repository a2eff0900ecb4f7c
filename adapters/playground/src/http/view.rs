//! What the page is told: the state and its changes as one person sees them, cards drawn as Slack and Discord get them.

use serde_json::{Value, json};

use crate::{
    Host, Person, Room,
    cast::KAIROS,
    record::{Author, Change, Posted, open},
    seed,
    state::State,
};

/// Everything a page needs to begin.
pub(super) fn state(state: &State, host: &dyn Host, person: Person) -> Value {
    let people: Vec<_> = Person::ALL
        .into_iter()
        .map(|person| json!({ "id": person.id(), "name": person.name(), "role": person.role(), "zone": person.zone() }))
        .collect();
    let rooms = Room::SHARED.into_iter().chain([Room::Private(person)]);
    let channels: Vec<_> = rooms
        .map(|room| {
            let private = matches!(room, Room::Private(_));
            json!({ "id": room.channel(), "name": room.name(), "purpose": room.purpose(), "private": private })
        })
        .collect();
    let messages: Vec<_> =
        state.messages.iter().filter(|posted| posted.seen_by(person)).map(|posted| message(posted, host)).collect();
    let notes: Vec<_> = state.notes.iter().filter(|noted| open(&noted.note.channel, person)).collect();
    json!({
        "you": person.id(), "now": host.now(), "people": people, "channels": channels, "messages": messages,
        "notes": notes, "form": state.forms.get(&person), "cursor": cursor(state.changed),
        "limits": host.experiments().map(|tried| limits(tried.limits_are_loose())),
        "story": seed::told(state).map(|(from, until)| [from, until]),
    })
}

/// One change; every one tells the time as well.
pub(super) fn change(change: &Change, host: &dyn Host) -> Value {
    let mut value = match change {
        Change::Message(posted) => json!({ "type": "message", "message": message(posted, host) }),
        Change::Gone { channel, message } => json!({ "type": "gone", "channel": channel, "message": message }),
        Change::Note(noted) => json!({ "type": "note", "note": noted }),
        Change::Form { form, .. } => json!({ "type": "form", "form": form }),
        Change::Clock => json!({ "type": "clock" }),
        Change::Limits { loose } => json!({ "type": "limits", "limits": limits(*loose) }),
    };
    value["now"] = json!(host.now());
    value
}

fn limits(loose: bool) -> &'static str {
    if loose { "demo" } else { "real" }
}

/// Names a change for a page that comes back; another process numbers anew.
pub(super) fn cursor(number: u64) -> String {
    format!("{}-{number}", std::process::id())
}

/// The number behind a cursor of this process.
pub(super) fn number(cursor: &str) -> Option<u64> {
    let (process, number) = cursor.split_once('-')?;
    (process.parse() == Ok(std::process::id())).then(|| number.parse().ok()).flatten()
}

fn message(posted: &Posted, host: &dyn Host) -> Value {
    let by = match posted.by {
        Author::Person(person) => json!({ "id": person.id(), "name": person.name(), "bot": false }),
        Author::Kairos => json!({ "id": KAIROS, "name": "Kairos", "bot": true }),
    };
    let reactions: Vec<_> =
        posted.reactions.iter().map(|(emoji, people)| json!({ "emoji": emoji, "people": people })).collect();
    let card = posted.card.as_ref().map(|card| {
        json!({
            "slack": host.as_slack(card), "discord": host.as_discord(card), "plain": card.plain(), "title": card.title,
            "choices": card.choices, "input": card.input,
        })
    });
    json!({
        "id": posted.id, "channel": posted.room.channel(), "thread": posted.thread, "by": by, "text": posted.text,
        "at": posted.at, "edited": posted.edited && posted.card.is_none(), "only": posted.only.is_some(),
        "reactions": reactions, "card": card,
    })
}
