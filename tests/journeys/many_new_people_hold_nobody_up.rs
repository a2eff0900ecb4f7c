//! "Three hundred people joined this morning, and Kairos answered me as fast as ever."
//!
//! The platform tells who somebody is at a pace of its own, by a clock that only the test winds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chat::{
    Card, Event, Form, Identity, Key, Message, Pending, Place, Platform, PlatformKind, Platforms, Privacy, Profile,
    Refusal, Sent, ShownTo, Timestamp, Unreadable, What,
};
use kairos::{
    clock::{Clock, Ids},
    config::Config,
    engine::Engine,
    ingest::{Channels, Dispatcher, Services, Unobserved},
    library::{Hearing, Mode},
    run,
    store::Store,
};

use crate::support::{
    app::{WEDNESDAY_AT_TEN, minutes},
    databases::each_database,
    prompts::prompts,
};

/// People who come at once.
const NEW: u32 = 300;
/// As often as Slack lets `users.info` be called: a hundred times a minute.
const EACH: Duration = Duration::from_millis(600);

/// Tells who somebody is, one each [`EACH`].
struct Slow {
    clock: Clock,
    begun: AtomicU32,
    told: AtomicU32,
}

impl Slow {
    fn begun(&self) -> u32 {
        self.begun.load(Ordering::Relaxed)
    }

    fn told(&self) -> u32 {
        self.told.load(Ordering::Relaxed)
    }
}

fn never<'a, T>() -> Pending<'a, T> {
    Box::pin(async { Err(Refusal::Definite("nobody asks this here".to_owned())) })
}

impl Platform for Slow {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn translate(&self, _raw: &str) -> Result<Vec<Event>, Unreadable> {
        Ok(Vec::new())
    }

    fn send<'a>(&'a self, _: &'a Place, _: &'a ShownTo, _: &'a Card, _: &'a Key) -> Pending<'a, Sent> {
        never()
    }

    fn edit<'a>(&'a self, _: &'a Sent, _: &'a Card) -> Pending<'a, ()> {
        never()
    }

    fn open_private<'a>(&'a self, _: &'a Identity) -> Pending<'a, Place> {
        never()
    }

    fn ask<'a>(&'a self, _: &'a Event, _: &'a Form) -> Pending<'a, ()> {
        never()
    }

    fn describe<'a>(&'a self, _: &'a Identity) -> Pending<'a, Option<Profile>> {
        let turn = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let at = WEDNESDAY_AT_TEN + EACH * turn;
        Box::pin(async move {
            self.clock.sleep_until(at).await;
            self.told.fetch_add(1, Ordering::Relaxed);
            // Half of them sit where it is night.
            let zone = if turn.is_multiple_of(2) { "Europe/Berlin" } else { "Pacific/Auckland" };
            Ok(Some(Profile { zone: Some(zone.to_owned()), ..Profile::default() }))
        })
    }

    fn history<'a>(&'a self, _: &'a Place, _: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        never()
    }

    fn find<'a>(&'a self, _: &'a Place, _: &'a Key) -> Pending<'a, Option<Sent>> {
        never()
    }
}

struct World {
    store: Store,
    line: Dispatcher,
    slow: Arc<Slow>,
    clock: Clock,
}

impl World {
    fn new(store: Store) -> Self {
        let clock = Clock::manual(WEDNESDAY_AT_TEN);
        let at_once = "grace_minutes: 0\ncooldown_hours: 0";
        let folder = prompts().trigger("price-talk", "tip-1", at_once).trigger("angry-call", "tip-3", at_once).folder();
        let settings = [
            ("KAIROS_PROMPTS_DIR".to_owned(), folder.path().display().to_string()),
            ("KAIROS_STORE_URL".to_owned(), "sqlite::memory:".to_owned()),
        ];
        let config = Config::load(None, settings.into_iter(), None).unwrap();
        let engine = Arc::new(Engine::new(run::library(&config).unwrap(), config.cadence.clone()));
        let slow = Arc::new(Slow { clock: clock.clone(), begun: AtomicU32::new(0), told: AtomicU32::new(0) });
        let unlisted = Arc::new(|_: &Place| (Mode::Live, Hearing::Balanced));
        let channels = Channels::new(store.clone(), clock.clone(), unlisted, Arc::new(Unobserved));
        let line = Dispatcher::new(Services {
            store: store.clone(),
            engine,
            platforms: Platforms::new(vec![Arc::clone(&slow) as Arc<dyn Platform>]),
            clock: clock.clone(),
            ids: Ids::counted(),
            channels: Arc::new(channels),
            managers: Arc::default(),
            alerts: Arc::default(),
            observer: Arc::new(Unobserved),
            lease: minutes(1),
        });
        Self { store, line, slow, clock }
    }

    async fn says(&self, who: u32, text: &str, mentions_us: bool) {
        let place = Place {
            platform: PlatformKind::Slack,
            workspace: "T1".into(),
            channel: format!("C{who}").as_str().into(),
            thread: None,
            privacy: Privacy::Shared,
        };
        let by =
            Identity { platform: PlatformKind::Slack, workspace: "T1".into(), user: format!("U{who}").as_str().into() };
        let id = format!("{who}:{text}");
        let message =
            Message { id: id.as_str().into(), text: text.to_owned(), by_bot: false, mentions_us, replies_to: None };
        let event = Event { id: id.as_str().into(), at: self.clock.now(), place, by, what: What::Message(message) };
        self.line.take(&event).await.unwrap();
    }

    /// How many deliveries are in a state.
    async fn count(&self, state: &str) -> u64 {
        let counts = self.store.queue_counts().await.unwrap();
        counts.by_state.into_iter().find(|(known, _)| known.as_str() == state).map_or(0, |(_, count)| count)
    }

    /// Winds the clock by what one description takes, until so many have been told.
    async fn winds_until_told(&self, count: u32) {
        while self.slow.told() < count {
            assert!(self.slow.begun() > 0, "nobody is asked about: this would never end");
            self.clock.wind(EACH);
            let turns = self.clock.now().since(WEDNESDAY_AT_TEN).as_millis() / EACH.as_millis();
            let due = u32::try_from(turns).unwrap().min(self.slow.begun());
            // Whoever slept until now gets their turn.
            while self.slow.told() < due {
                tokio::task::yield_now().await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_new_people_at_once_are_asked_about_beside_everything_else() {
    each_database(|store| async move {
        let world = World::new(store);
        // Somebody who is known already.
        world.says(0, "this angry call was hard", true).await;
        assert_eq!(world.slow.begun(), 1, "whoever turns to Kairos with a need is asked about");
        world.winds_until_told(1).await;
        let known_at = world.clock.now();
        for who in 1..=NEW {
            world.says(who, "help with the price talk", true).await;
        }
        world.says(0, "help with the price talk", true).await;
        assert_eq!(world.clock.now(), known_at, "nobody waited for anything");
        assert_eq!(world.count("pending").await, u64::from(NEW) + 2, "whoever turned to Kairos has their answer");
        assert_eq!(
            (world.slow.begun(), world.slow.told()),
            (NEW + 1, 1),
            "each is asked about once, all at the same time"
        );
        // What nobody asked for is not said before it is known what time it is for them.
        for who in 1..=NEW {
            world.says(who, "this angry call was hard", false).await;
        }
        assert_eq!(world.count("held").await, u64::from(NEW));
        assert_eq!(world.slow.begun(), NEW + 1, "they are not asked about twice");
        world.winds_until_told(NEW + 1).await;
        let took = world.clock.now().since(known_at);
        assert_eq!(took, EACH * NEW, "as fast as the platform tells, and no slower");
        // Half of them are in their working hours; the others are at home, asleep.
        for _ in 0..60 {
            world.line.wake_due().await.unwrap();
            world.clock.wind(Duration::from_secs(1));
        }
        assert_eq!(world.count("held").await, u64::from(NEW / 2));
        assert_eq!(world.count("pending").await, u64::from(NEW + NEW / 2) + 2);
        assert_eq!(world.slow.begun(), NEW + 1, "what was told is remembered");
    })
    .await;
}
