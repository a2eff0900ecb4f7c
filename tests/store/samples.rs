//! Rows to begin with. An instant is a small number of seconds here.

use std::time::Duration;

use chat::{
    AssetId, Card, ChannelId, DeliveryId, EventId, Identity, MessageId, Observation, PersonId, PersonKey, Place,
    PlatformKind, Privacy, Said, Scope, Sent, SessionId, ShownTo, Signal, Tenant, Text, Timestamp, UserId, WorkspaceId,
};
use kairos::{
    engine::{Act, Audience, Decision, Evidence, Molecule, Need, Plan, Reason, Rule},
    library::{Hearing, Mode, ScenarioId, TriggerId},
    practice::Session,
    store::{
        Action, Arrival, Channel, Concluded, Delivery, DeliveryKey, DeliveryState, DipChange, Fate, Keeping, Offer,
        Outcome, OwnWords, Recorded, Store, Tap,
    },
};

pub(crate) const LEASE: Duration = Duration::from_secs(30);

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_ms(1_700_000_000_000 + seconds * 1_000)
}

pub(crate) fn arrival(id: &str, seconds: i64) -> Arrival {
    Arrival {
        id: EventId::new(id),
        origin: PlatformKind::Slack.into(),
        raw: format!(r#"{{"text":"the words of {id}: 'ü' \" 🙂"}}"#),
        received_at: at(seconds),
    }
}

/// The workspace of all that is made here.
pub(crate) fn tenant() -> Tenant {
    Tenant::stored("slack/T1")
}

pub(crate) fn place(channel: &str) -> Place {
    Place {
        platform: PlatformKind::Slack,
        workspace: WorkspaceId::new("T1"),
        channel: ChannelId::new(channel),
        thread: None,
        privacy: Privacy::Shared,
    }
}

pub(crate) fn identity(user: &str) -> Identity {
    Identity { platform: PlatformKind::Slack, workspace: WorkspaceId::new("T1"), user: UserId::new(user) }
}

pub(crate) fn card(title: &str) -> Card {
    Card::new(title, Text::paragraph("how to: \"say\" it, 'plainly' — ü 🙂"))
}

pub(crate) fn plan(trigger: &str, person: &str, asset: &str) -> Plan {
    Plan {
        trigger: TriggerId::new(trigger),
        person: PersonId::new(person),
        to: Audience::Thread,
        molecule: Molecule { assets: vec![AssetId::new(asset)], scenario: Some(ScenarioId::new("too-expensive")) },
        shadow: false,
        unasked: true,
        among: Vec::new(),
    }
}

pub(crate) fn need(trigger: &str) -> Need {
    Need {
        trigger: TriggerId::new(trigger),
        score: 0.83,
        threshold: 0.7,
        evidence: Evidence::Keyword { phrase: "too expensive".to_owned() },
    }
}

/// A card to be posted from `due` on, in a conversation of its own; it expires an hour later.
pub(crate) fn delivery(id: &str, due: i64) -> Delivery {
    Delivery {
        id: DeliveryId::new(id),
        key: DeliveryKey {
            tenant: tenant().to_string(),
            event: EventId::new(format!("event of {id}")),
            trigger: TriggerId::new("price"),
            person: PersonId::new("ana"),
            step: 0,
        },
        state: DeliveryState::Pending,
        action: Action::Post { place: place(id).in_thread(&MessageId::new("m1")), shown_to: ShownTo::Everyone },
        card: Some(card(id)),
        offer: None,
        due_at: at(due),
        expires_at: at(due + 3_600),
        created_at: at(due),
        sent: None,
        sent_at: None,
        last_error: None,
    }
}

/// The same with an offer that was heard in `channel`.
pub(crate) fn offered(id: &str, channel: &str, trigger: &str, asset: &str, due: i64) -> Delivery {
    let mut delivery = delivery(id, due);
    delivery.key.trigger = TriggerId::new(trigger);
    delivery.offer = Some(Offer {
        plan: plan(trigger, "ana", asset),
        need: need(trigger),
        place: place(channel),
        message: MessageId::new("m1"),
        heard_in: delivery.key.event.clone(),
        asker: identity("U1"),
        heard_at: at(due),
        put_by: false,
    });
    delivery
}

/// The same, held until `due`.
pub(crate) fn held(id: &str, channel: &str, due: i64) -> Delivery {
    Delivery { state: DeliveryState::Held, card: None, ..offered(id, channel, "price", "price-tip", due) }
}

pub(crate) fn sent(channel: &str, message: &str) -> Sent {
    Sent { place: place(channel), message: MessageId::new(message) }
}

pub(crate) fn tap(delivery: &str, person: &str, tap: &str, asset: &str, seconds: i64) -> Tap {
    Tap {
        tenant: tenant(),
        delivery: DeliveryId::new(delivery),
        person: PersonId::new(person),
        tap: tap.to_owned(),
        asset: Some(AssetId::new(asset)),
        trigger: Some(TriggerId::new("price")),
        at: at(seconds),
    }
}

pub(crate) fn session(id: &str, turn: u32, started: i64) -> Session {
    Session {
        id: SessionId::new(id),
        person: PersonId::new("ana"),
        scenario: ScenarioId::new("too-expensive"),
        turn,
        state: format!("{{\"turn\":{turn}}}"),
        started_at: at(started),
        finished_at: None,
    }
}

pub(crate) fn channel(id: &str, mode: Mode) -> Channel {
    Channel {
        platform: PlatformKind::Slack,
        workspace: WorkspaceId::new("T1"),
        channel: ChannelId::new(id),
        name: format!("name of {id}"),
        mode,
        hearing: Some(Hearing::Careful),
    }
}

pub(crate) fn decided(event: &str, delivery: Option<&str>, seconds: i64) -> Recorded {
    Recorded {
        event: EventId::new(event),
        person: PersonId::new("ana"),
        at: at(seconds),
        delivery: delivery.map(DeliveryId::new),
        decision: Decision {
            act: Act::Hold { until: at(seconds + 600), because: Rule::Grace, plan: plan("price", "ana", "price-tip") },
            need: Some(need("price")),
            reasons: vec![
                Reason::passed(Rule::Channel, "live"),
                Reason::stopped(Rule::Grace, "10 minutes for people to answer"),
            ],
        },
    }
}

pub(crate) fn outcome_of(deliveries: &[Delivery]) -> Outcome {
    Outcome { deliveries: deliveries.to_vec(), ..Outcome::default() }
}

/// Puts deliveries into the outbox.
pub(crate) async fn put(store: &Store, deliveries: &[Delivery]) {
    let concluded = store.conclude(&outcome_of(deliveries)).await.unwrap();
    let inserted = deliveries.iter().map(|delivery| delivery.id.clone()).collect();
    assert_eq!(concluded, Concluded::Done { inserted, settled: Vec::new() });
}

/// The delivery as it is now.
pub(crate) async fn now_of(store: &Store, id: &str) -> Delivery {
    store.delivery(&DeliveryId::new(id)).await.unwrap().unwrap()
}

pub(crate) async fn state_of(store: &Store, id: &str) -> DeliveryState {
    now_of(store, id).await.state
}

/// The ids of what came back.
pub(crate) fn ids(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.id.as_str()).collect()
}

/// A number about somebody, or about a group.
pub(crate) fn signal(id: &str, who: Option<&str>, numerator: f64, seconds: i64) -> Signal {
    Signal {
        id: id.to_owned(),
        who: who.map(|who| PersonKey::read(who).unwrap()),
        what: Said::Observation(Observation {
            measure: "close-rate".to_owned(),
            numerator: Some(numerator),
            denominator: Some(60.0),
            until: at(seconds),
            ..Observation::default()
        }),
    }
}

pub(crate) fn keeps(signal: &Signal, person: Option<&str>, seconds: i64) -> DipChange {
    let person = person.map(PersonId::new);
    DipChange::Keep { signal: Box::new(signal.clone()), person, scope: Scope::All, received_at: at(seconds) }
}

/// Nothing is kept from before `seconds` but people.
pub(crate) fn from(seconds: i64) -> Keeping {
    let all = at(seconds);
    Keeping {
        decisions: all,
        deliveries: all,
        observations: all,
        taps: all,
        own_words: all,
        practices: all,
        people: Timestamp::from_ms(0),
    }
}

/// It arrived as `sent`.
pub(crate) fn arrived_as(sent: &Sent, at: Timestamp) -> Fate {
    Fate::Sent { sent: sent.clone(), at }
}

/// It was refused for now.
pub(crate) fn back(due_at: Timestamp, reason: &str) -> Fate {
    Fate::PutBack { due_at, reason: reason.to_owned() }
}

/// There was no answer.
pub(crate) fn unclear(reason: &str) -> Fate {
    Fate::Ambiguous { reason: reason.to_owned() }
}

/// It was refused for good.
pub(crate) fn dead(reason: &str) -> Fate {
    Fate::Dead { reason: reason.to_owned() }
}

/// Words that somebody gives, to be reviewed.
pub(crate) fn gives(trigger: &str, text: &str, by: &str, seconds: i64) -> OwnWords {
    let (trigger, by) = (TriggerId::new(trigger), PersonId::new(by));
    OwnWords { tenant: tenant(), trigger, text: text.to_owned(), by, at: at(seconds) }
}
