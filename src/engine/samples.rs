//! A small library for the engine's own tests.

use std::{sync::Arc, time::Duration};

use chat::{AssetId, Text, Timestamp};

use super::{Budget, Cadence, Engine, Limits, PersonFacts, PlaceFacts, Restraint, WorkingHours};
use crate::library::{Asset, AssetKind, Hearing, Library, Mode, Moment, SkillId, Trigger, TriggerId};

/// Wednesday, 2026-11-18, 10:00 UTC.
pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_794_996_000_000);

pub(crate) fn trigger(id: &str) -> Trigger {
    let lines = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Trigger {
        id: TriggerId::new(id),
        skill: SkillId::new("selling"),
        title: "A buyer says it is too expensive".to_owned(),
        need: "Someone does not know what to say about the price.".to_owned(),
        offer: vec![AssetId::new("tip"), AssetId::new("faq")],
        practise: None,
        moments: vec![Moment::Solve],
        keywords: lines(&["price objection"]),
        condition: None,
        roles: Vec::new(),
        is_private: false,
        grace: None,
        cooldown: Duration::from_hours(4),
        recovery: Duration::from_hours(30 * 24),
        priority: 50,
        mode: Mode::Live,
        hearing: None,
        holdout_percent: 0,
        owner: "Sales".to_owned(),
        dip: None,
        examples: lines(&[
            "how do I answer when they say we're too expensive?",
            "the buyer says our quote is over budget",
            "client pushes back on the price, what now",
        ]),
        unlike: lines(&["the flights are too expensive this week"]),
    }
}

pub(crate) fn asset(id: &str, kind: AssetKind) -> Asset {
    Asset {
        id: AssetId::new(id),
        skill: SkillId::new("selling"),
        kind,
        title: format!("About {id}"),
        seconds: 90,
        moments: vec![Moment::Solve],
        level: None,
        roles: Vec::new(),
        language: "en".to_owned(),
        deeper: None,
        text: Text::paragraph("Ask what they compare it with."),
        steps: Vec::new(),
        image: None,
        video: None,
        link: None,
        input: None,
        answers: Vec::new(),
        sources: Vec::new(),
    }
}

pub(crate) fn cadence() -> Cadence {
    Cadence {
        grace: Duration::from_mins(10),
        budget: Budget { per_day: 1, per_week: 3 },
        hours: WorkingHours::default(),
        restraint: Restraint { percent: 50, people: 5 },
        zone: jiff::tz::TimeZone::UTC,
        digest: None,
    }
}

pub(crate) fn engine(triggers: impl IntoIterator<Item = Trigger>) -> Engine {
    let mut library = Library::default();
    for asset in [asset("tip", AssetKind::Tip), asset("faq", AssetKind::Faq)] {
        library.assets.insert(asset.id.clone(), asset);
    }
    library.triggers = triggers.into_iter().map(|trigger| (trigger.id.clone(), trigger)).collect();
    Engine::new(Arc::new(library), cadence())
}

pub(crate) fn person() -> PersonFacts {
    PersonFacts::of_stranger("ana".into(), chat::Profile::default())
}

pub(crate) fn place() -> PlaceFacts {
    PlaceFacts {
        limits: Limits::default(),
        mode: Mode::Live,
        hearing: Hearing::Balanced,
        channel: "deals".to_owned(),
        last_spoke: Vec::new(),
        paused: Vec::new(),
        learnt: Arc::default(),
    }
}
