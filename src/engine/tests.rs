//! Every rule with the value that lets a need pass and the one that stops it, and what must hold over all values.

mod cases;
mod conditions;
mod limits;
mod machine;
mod order;
mod peace;
mod properties;
mod which_need;

use std::time::Duration;

use chat::{AssetId, Event, EventId, Identity, Message, MessageId, Place, PlatformKind, Privacy, Timestamp, What};

use super::{
    Act, Audience, Decision, Evidence, Facts, Molecule, Need, PersonFacts, PlaceFacts, Plan, Received, Rule,
    samples::{self, NOW},
};
use crate::library::{Trigger, TriggerId};

/// Everything that a decision rests on; as it stands, a need was heard ten minutes ago and may be spoken to.
#[derive(Clone, Debug)]
struct World {
    trigger: Trigger,
    person: PersonFacts,
    place: PlaceFacts,
    addressed: bool,
    heard_at: Timestamp,
    now: Timestamp,
    /// It is the first look: nothing was decided before.
    first_look: bool,
}

impl World {
    fn new() -> Self {
        Self {
            trigger: samples::trigger("price"),
            person: samples::person(),
            place: samples::place(),
            addressed: false,
            heard_at: NOW - minutes(10),
            now: NOW,
            first_look: false,
        }
    }

    /// The same at an instant of the clock in UTC, ten minutes after the need was heard.
    fn at(&mut self, time: &str) {
        self.now = Timestamp::from_ms(time.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        self.heard_at = self.now - minutes(10);
    }

    /// A card reached the person so long ago.
    fn received(&mut self, ago: Duration, asset: &str, unasked: bool) {
        let card = Received { at: self.now - ago, trigger: "other".into(), asset: AssetId::new(asset), unasked };
        self.person.received.push(card);
    }

    fn facts(&self) -> Facts<'_> {
        let Self { person, place, heard_at, now, addressed, .. } = self;
        Facts { person, place, heard_at: *heard_at, now: *now, addressed: *addressed }
    }

    fn decide(&self) -> Decision {
        let engine = samples::engine([self.trigger.clone()]);
        let need = need("price", 1.0);
        if self.first_look || self.addressed {
            return engine.decide(&event(), &message(), std::slice::from_ref(&need), &self.facts());
        }
        // Which cards are offered is chosen again with what is true now.
        let molecule = Molecule::default();
        let (trigger, person) = (self.trigger.id.clone(), self.person.id.clone());
        let plan =
            Plan { trigger, person, to: Audience::Thread, molecule, shadow: false, unasked: true, among: Vec::new() };
        engine.reconsider(&need, &plan, &self.facts())
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

fn hours(count: u64) -> Duration {
    Duration::from_hours(count)
}

const MOMENT: Duration = Duration::from_millis(1);

fn need(trigger: &str, score: f32) -> Need {
    let evidence = Evidence::Keyword { phrase: "price objection".to_owned() };
    Need { trigger: TriggerId::new(trigger), score, threshold: 0.5, evidence }
}

fn event() -> Event {
    let place = Place {
        platform: PlatformKind::Slack,
        workspace: "T1".into(),
        channel: "C1".into(),
        thread: None,
        privacy: Privacy::Shared,
    };
    let by = Identity { platform: PlatformKind::Slack, workspace: "T1".into(), user: "U1".into() };
    Event { id: EventId::new("e1"), at: NOW - minutes(10), place, by, what: What::Message(message()) }
}

fn message() -> Message {
    Message {
        id: MessageId::new("m1"),
        text: "a price objection".to_owned(),
        by_bot: false,
        mentions_us: false,
        replies_to: None,
    }
}
