//! The composition root: the only file that names every concrete part. Start order and stop order stand here.
//!
//! ```text
//! start: playground, clock ─▶ store ─▶ library, engine ─▶ platforms ─▶ line, outbox ─▶ the story ─▶ pages, connections
//! stop:  pages ─▶ connections ─▶ line ─▶ outbox ─▶ store
//! ```

mod absence;
mod album;
mod alone;
mod experiments;
mod hosts;
mod installations;
mod places;
mod platforms;
mod recogniser_cache;
mod sweeping;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use chat::{EventSink, Platform, PlatformKind, Platforms, Scope, Timestamp};
use discord::Discord;
use playground::Playground;
use slack::Slack;
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot},
    task::{JoinHandle, JoinSet},
};
use tracing::{error, info};

use crate::{
    clock::{Clock, Ids},
    config::{Config, HttpBounds, Reach, Retention},
    connections::Connections,
    demo::{self, DemoLimits, Notes},
    engine::{Engine, compose::waiting_card, shipped},
    http::{self, Door, Metrics},
    inbox::{Channels, Inbox, Line, Parts, Unobserved},
    library::{Library, Source},
    outbox::Outbox,
    store::Store,
};

use alone::Replica;
use hosts::{House, Sink};
pub use installations::Installed;
use places::{journal, modes};
pub use platforms::discord_connection;
use platforms::{discord_of, slack_of};
use sweeping::sweep;

/// Where the playground's pictures lie.
const PICTURES: &str = "/playground/pictures/";

/// Everything that runs, before it runs.
pub struct Kairos {
    /// What decides and sends.
    pub works: Works,
    /// The door.
    pub inbox: Inbox,
    /// The door for alerts.
    pub alerts: Door,
    /// How the adapters are connected.
    pub connections: Connections,
    /// The playground, where it is open.
    pub playground: Option<Arc<Playground>>,
    /// Slack, where it is configured.
    slack: Option<Slack>,
    /// Discord, where it is configured.
    discord: Option<Arc<Discord>>,
    limits: Arc<DemoLimits>,
    catch_up: Reach,
    retention: Retention,
    metrics: Option<(Metrics, Option<TcpListener>)>,
    lease: Duration,
    http: HttpBounds,
    /// How long one card may take.
    call: Duration,
    arrived: Arc<Notify>,
    decided: Arc<Notify>,
}

/// What decides and sends, to be driven by a worker or by hand. Clones are the same works.
#[derive(Clone)]
pub struct Works {
    /// Where everything is kept.
    pub store: Store,
    /// What decides.
    pub line: Line,
    /// What sends.
    pub outbox: Outbox,
    /// The clock.
    pub clock: Clock,
    notes: Option<Notes>,
}

impl Works {
    /// Decides and sends until nothing is left to do at this instant of the clock.
    pub async fn settle(&self) -> Result<()> {
        while self.line.step().await? + self.outbox.step().await? > 0 {}
        // What a manager took in is heard from here on, and not from some moment on.
        self.line.has_studied().await;
        if let Some(notes) = &self.notes {
            notes.flush().await;
        }
        Ok(())
    }

    /// Winds the clock to `at`, and lets everything that falls due on the way happen at its own time.
    pub async fn let_pass_until(&self, at: Timestamp) -> Result<()> {
        loop {
            let now = self.clock.now();
            if now >= at {
                return self.settle().await;
            }
            let due = self.store.next_due(now).await?.filter(|due| (now..at).contains(due) && *due > now);
            self.clock.wind(due.unwrap_or(at).since(now));
            self.settle().await?;
        }
    }
}

/// The prompts that `config` names.
pub fn source(config: &Config) -> Source {
    config.prompts.clone().map_or(Source::Starter, Source::Folder)
}

/// Reads the library; one with mistakes is used as far as it is whole.
pub fn library(config: &Config) -> Result<Arc<Library>> {
    let source = source(config);
    let reading = Library::read(&source);
    if reading.errors() > 0 {
        tracing::warn!(mistakes = reading.errors(), "the prompts have mistakes; `kairos check` shows them");
    }
    let is_empty = reading.library.assets.is_empty();
    anyhow::ensure!(!is_empty, "the prompts folder holds no asset that can be read; `kairos check` says why");
    Ok(Arc::new(reading.library))
}

fn engine(config: &Config) -> Result<Arc<Engine>> {
    Ok(Arc::new(Engine::new(library(config)?, config.cadence.clone())))
}

impl Kairos {
    /// Opens everything that `config` names; nothing runs yet. A new playground gets the story that a newcomer finds.
    pub async fn open(config: &Config) -> Result<Self> {
        let playground = config.playground.then(|| Playground::open(journal(config).as_deref())).transpose()?;
        let among_others = is_among_others(config);
        let clock = clock(playground.as_deref(), among_others);
        let engine = engine(config)?;
        let pupil = Arc::clone(&engine);
        // The store is opened meanwhile; whoever is told that Kairos is ready is answered at once.
        let remembered = recogniser_cache::beside(&config.store);
        let learning = tokio::task::spawn_blocking(move || recogniser_cache::train(&pupil, remembered.as_deref()));
        let kairos = Self::open_around(engine, config, playground, clock).await?;
        learning.await?;
        kairos.works.line.has_studied().await;
        for note in &shipped().notes {
            tracing::warn!(reason = note, "needs are heard less well than they could be");
        }
        // The story winds the clock, which other platforms share.
        let tells = |playground: &&Arc<Playground>| playground.is_new() && !among_others;
        if let Some(playground) = kairos.playground.as_ref().filter(tells) {
            demo::tell(&kairos.works, playground).await?;
            kairos.limits.count_from(kairos.works.clock.now(), &kairos.works).await?;
        }
        if kairos.playground.is_some() {
            kairos.limits.begin_loose();
        }
        Ok(kairos)
    }

    /// The same with a playground and a clock of the caller's. Nothing happens in it until somebody does something.
    pub async fn open_with(config: &Config, playground: Option<Arc<Playground>>, clock: Clock) -> Result<Self> {
        Self::open_around(engine(config)?, config, playground, clock).await
    }

    async fn open_around(
        engine: Arc<Engine>,
        config: &Config,
        playground: Option<Arc<Playground>>,
        clock: Clock,
    ) -> Result<Self> {
        let store = Store::open(&config.store.expose())
            .await
            .with_context(|| format!("the store {} can't be opened", config.store.shown()))?;
        let (slack, discord) = (slack_of(config, &store, &engine).await?, discord_of(config, &engine, &store)?);
        if let Some(discord) = &discord {
            // Before anything is sent: what somebody waits for is answered by what is remembered of them.
            discord.recall().await;
        }
        let mut platforms: Vec<Arc<dyn Platform>> =
            playground.iter().map(|playground| Arc::clone(playground) as Arc<dyn Platform>).collect();
        platforms.extend(slack.iter().map(|slack| Arc::new(slack.platform()) as Arc<dyn Platform>));
        platforms.extend(discord.iter().map(|discord| Arc::clone(discord) as Arc<dyn Platform>));
        let platforms = Platforms::new(platforms);
        let (arrived, decided) = (Arc::<Notify>::default(), Arc::<Notify>::default());
        let notes = playground.clone().map(Notes::beside);
        let observer = notes.as_ref().map_or_else(|| Arc::new(Unobserved) as _, |notes| notes.observer(&engine));
        let connections = Connections::default();
        let limits = Arc::new(DemoLimits::kept(&store, clock.now()).await?);
        let channels = Channels::new(store.clone(), clock.clone(), modes(config), Arc::clone(&observer));
        let channels = Arc::new(channels.with_limits(limits.of_places()).behind(connections.clone()));
        absence::begin(&store, config, clock.now()).await?;
        let inbox = Inbox::new(store.clone(), platforms.clone(), clock.clone(), Arc::clone(&arrived))
            .passing_over(Arc::clone(&channels));
        let sources = Arc::new(config.alerts.clone());
        let alerts = Door::new(Arc::clone(&sources), inbox.clone(), clock.clone());
        let line = Line::new(Parts {
            store: store.clone(),
            engine: Arc::clone(&engine),
            platforms: platforms.clone(),
            clock: clock.clone(),
            ids: Ids::random(),
            channels,
            managers: crate::demo::managers(config),
            alerts: Arc::clone(&sources),
            lease: config.inbox_lease,
            observer,
        });
        let outbox =
            Outbox::new(store.clone(), platforms, clock.clone()).with_notice(waiting_card).with_terms(config.outbox);
        let works = Works { store, line, outbox, clock, notes };
        works.line.learn_soon().await;
        bind_waiting(&works.store, config).await?;
        if let Some(playground) = &playground {
            let (inbox, works) = (inbox.clone(), works.clone());
            let (limits, config, is_alone) = (Arc::clone(&limits), config.clone(), !is_among_others(config));
            let rehearsing = tokio::sync::Mutex::default();
            let host = House { inbox, works, engine, is_alone, limits, config, rehearsing };
            playground.attach(Arc::new(host)).await;
        }
        Ok(Self {
            works,
            inbox,
            alerts,
            connections,
            catch_up: config.catch_up,
            playground,
            slack,
            discord,
            limits,
            retention: config.retention,
            metrics: None,
            lease: config.replicas_lease,
            http: config.http,
            call: config.outbox.call,
            arrived,
            decided,
        })
    }

    /// Shows what is counted at `listener`, or beside the health checks.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics, listener: Option<TcpListener>) -> Self {
        Self { metrics: Some((metrics, listener)), ..self }
    }

    /// Where the adapter of a platform delivers what happens.
    fn sink(&self, platform: PlatformKind) -> Arc<Sink> {
        Arc::new(Sink { platform, inbox: self.inbox.clone(), connections: self.connections.clone() })
    }

    /// Runs until `stop` ends, then finishes what is in hand.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let (slack_sink, discord_sink) = (self.sink(PlatformKind::Slack), self.sink(PlatformKind::Discord));
        let stopping = tokio::sync::watch::Sender::new(false);
        let until = |mut stopped: tokio::sync::watch::Receiver<bool>| async move {
            // The sender lives as long as this function; were it gone, stopping would be right too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let replica = Replica::new(self.works.store.clone(), &Ids::random().new_id(), self.lease);
        let (line, arrived, decided) = (self.works.line.clone(), Arc::clone(&self.arrived), Arc::clone(&self.decided));
        let decide = move |stop| {
            let (line, arrived, decided) = (line.clone(), Arc::clone(&arrived), Arc::clone(&decided));
            async move { line.work(arrived, decided, until(stop)).await }
        };
        // One decides for all: of two questions of one person, or a question and its answer, the order is plain then.
        let (deciding, no_line) = watched(replica.clone().alone("deciding", stopping.subscribe(), decide));
        let (outbox, decided) = (self.works.outbox.clone(), Arc::clone(&self.decided));
        let outbox_ends = until(stopping.subscribe());
        let (sending, no_outbox) = watched(async move { outbox.work(decided, outbox_ends).await });
        let (works, retention) = (self.works.clone(), self.retention);
        let clean = move |stop| sweep(works.clone(), retention, until(stop));
        let sweeping = tokio::spawn(replica.clone().alone("sweeping", stopping.subscribe(), clean));
        let (line, inbox, connections, reach) =
            (self.works.line.clone(), self.inbox.clone(), self.connections.clone(), self.catch_up);
        let no_more = until(stopping.subscribe());
        let catching_up =
            tokio::spawn(async move { absence::catch_up(&line, &inbox, &connections, reach, no_more).await });
        // Nobody knows what was said while nobody ran.
        for platform in
            self.slack.iter().map(|_| PlatformKind::Slack).chain(self.discord.iter().map(|_| PlatformKind::Discord))
        {
            self.connections.gap(platform, None);
        }
        let mut pages = http::router(self.works.store.clone(), self.connections.clone()).merge(self.alerts.router());
        if let Some(playground) = &self.playground {
            pages = pages.merge(playground.router());
        }
        let mut connected = JoinSet::new();
        if let Some((metrics, listener)) = self.metrics {
            connected.spawn(metrics.clone().tidy(until(stopping.subscribe())));
            let page = metrics.router(self.works.store.clone(), self.works.clock.clone());
            match listener {
                None => pages = pages.merge(page),
                Some(listener) => {
                    connected.spawn(http::serve(listener, page, self.http, until(stopping.subscribe())));
                }
            }
        }
        let mut listening = None;
        if let Some(slack) = &self.slack {
            let door: Arc<dyn slack::Host> = slack_sink;
            pages = pages.merge(slack.router(Arc::clone(&door)));
            listening = Some(slack.listen(door));
        }
        if let Some(discord) = &self.discord {
            let door: Arc<dyn EventSink> = discord_sink;
            pages = pages.merge(discord.router(Arc::clone(&door)).unwrap_or_default());
            let discord = Arc::clone(discord);
            // Each connection would be told everything once more.
            let connect = move |stop| Arc::clone(&discord).connect(Arc::clone(&door), stop);
            connected.spawn(replica.alone("discord", stopping.subscribe(), connect));
        }
        let playground = self.playground.clone();
        let stop = async move {
            // Without one of its workers a house answers nobody: better to end and be started again.
            tokio::select! {
                () = stop => info!("stopping: what is in hand is finished, what is accepted is kept"),
                _ = no_line => error!("stopping: what decides has failed"),
                _ = no_outbox => error!("stopping: what sends has failed"),
            }
            if let Some(playground) = playground {
                playground.close();
            }
        };
        http::serve(listener, pages, self.http, stop).await;
        let finished = async {
            if let Some(listening) = listening {
                listening.stop().await;
            }
            stopping.send_replace(true);
            connected.join_all().await;
            deciding.await?;
            sending.await?;
            sweeping.await?;
            catching_up.await?;
            if let Some(notes) = &self.works.notes {
                notes.flush().await;
            }
            self.works.store.close().await;
            anyhow::Ok(())
        };
        // A card that is being sent is waited for; what takes longer is taken up again at the next start.
        tokio::time::timeout(self.call + self.http.stop, finished).await.unwrap_or_else(|_| {
            error!("what is in hand is left for the next start: the time to end is over");
            Ok(())
        })
    }
}

/// Starts a worker, and something that ends when the worker does, however it ends.
fn watched(work: impl Future<Output = ()> + Send + 'static) -> (JoinHandle<()>, oneshot::Receiver<()>) {
    let (alive, ended) = oneshot::channel();
    let worker = tokio::spawn(async move {
        work.await;
        drop(alive);
    });
    (worker, ended)
}

/// True where people reach Kairos on a real platform.
fn is_among_others(config: &Config) -> bool {
    config.slack.is_configured() || config.discord.is_configured()
}

/// The playground has a time of its own, unless it shares the house with a platform that has the machine's: that is wound
/// by nobody.
fn clock(playground: Option<&Playground>, among_others: bool) -> Clock {
    let machine = Clock::system();
    match playground.filter(|_| !among_others) {
        Some(playground) => Clock::starting_at(demo::opening_time(playground, &machine)),
        None => machine,
    }
}

/// What waits for its person may reach the workspaces that the configuration names now.
async fn bind_waiting(store: &Store, config: &Config) -> Result<()> {
    for name in config.alerts.0.keys() {
        store.bind_waiting(name, &config.alerts.scope(name)).await?;
    }
    if !config.in_several {
        store.bind_waiting("import", &Scope::All).await?;
    }
    Ok(())
}
