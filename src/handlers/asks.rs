//! What a handler asks: of the store, which answers from what is committed, and of platforms, which may take their time.
//!
//! Invariants
//! - A question to the store ends the run; with its answer the input is handled again.
//! - A question to a platform goes on with "nobody knows", so that all that is asked of platforms is asked together; what
//!   such a run decides is thrown away.
//! - Answers of the store are as old as one run of questions; those of platforms last until the input is done.

use std::{cell::RefCell, collections::BTreeMap, fmt, sync::Arc, time::Duration};

use chat::{
    ChannelId, DeliveryId, EventId, Identity, Joining, MessageId, PersonId, PersonKey, Place, PlatformKind, Profile,
    Scope, SessionId, Signal, Tenant, Timestamp, WorkspaceId,
};
use serde_json::{Map, Value};

use super::{Cx, Handled, Interrupted, histograms::Scores};
use crate::{
    engine::{LearntTrigger, Marked, PersonFacts, Totals},
    library::{MeasureId, TriggerId},
    practice::Session,
    store::{Channel, Delivery, DigestState, KeptDip, OwnWords, Pause, Person, Recorded, Tap},
};

macro_rules! queries {
    ($($(#[$doc:meta])+ $name:ident = $variant:ident ($($arg:ident: $taken:ty => $kept:ty),*) -> $answer:ty;)+) => {
        /// What only the store knows.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(clippy::large_enum_variant, reason = "one lives at a time, for as long as it is answered")]
        pub(crate) enum Query {
            $($(#[$doc])+ $variant { $($arg: $kept),* },)+
        }

        /// What the store answered to a question of the same name.
        #[derive(Clone, Debug)]
        pub(crate) enum Found {
            $($(#[$doc])+ $variant($answer),)+
        }

        impl Cx<'_> {
            $($(#[$doc])+
            pub(super) fn $name(&self, $($arg: $taken),*) -> Handled<$answer> {
                let query = Query::$variant { $($arg: $arg.to_owned()),* };
                match self.asked.found(&query) {
                    Some(Found::$variant(answer)) => Ok(answer),
                    _ => Err(self.asked.ask_store(query)),
                }
            })+
        }
    };
}

queries! {
    /// A channel that somebody has switched.
    channel = Channel(place: &Place => Place) -> Option<Channel>;
    /// The person behind an identity, who is known from then on.
    person_of = PersonOf(who: &Identity => Identity) -> Person;
    /// What a decision about a person may look at, as far as these cards are concerned.
    facts_for = FactsFor(person: &Person => Person, assets: &[chat::AssetId] => Vec<chat::AssetId>, since: Timestamp => Timestamp)
        -> PersonFacts;
    /// Everything about a person since an instant.
    facts_about = FactsAbout(person: &PersonId => PersonId, since: Timestamp => Timestamp) -> PersonFacts;
    /// What was said at a place lately.
    place_facts = PlaceFacts(place: &Place => Place, since: Timestamp => Timestamp) -> Vec<(TriggerId, Timestamp)>;
    /// Triggers that are paused.
    pauses = Pauses(scope: &Scope => Scope) -> Vec<Pause>;
    /// What is in force of tuned triggers in one workspace.
    learnt = Tuned(tenant: &Tenant => Tenant) -> Arc<Vec<LearntTrigger>>;
    /// The same within a scope, as it stands in the store just now.
    learnt_in = TunedIn(scope: &Scope => Scope) -> Vec<LearntTrigger>;
    /// The scores of a channel's messages, or of its workspace's.
    scores_in = ScoresIn(of: &Scores => Scores) -> Vec<(i16, u32)>;
    /// Whether a channel may hold messages that have still to be read after an absence.
    may_be_behind = MayBeBehind(place: &Place => Place) -> bool;
    /// Open holds of a channel.
    held_in = HeldIn(platform: PlatformKind => PlatformKind, workspace: &WorkspaceId => WorkspaceId,
        channel: &ChannelId => ChannelId) -> Vec<Delivery>;
    /// Everything that was offered about one event.
    offers_about = OffersAbout(tenant: &str => String, event: &EventId => EventId) -> Vec<Delivery>;
    /// One delivery.
    delivery = OneDelivery(id: &DeliveryId => DeliveryId) -> Option<Delivery>;
    /// What was sent as a message.
    delivery_at = DeliveryAt(platform: PlatformKind => PlatformKind, workspace: &WorkspaceId => WorkspaceId,
        channel: &ChannelId => ChannelId, message: &MessageId => MessageId) -> Option<Delivery>;
    /// The decision behind a delivery.
    decision_for = DecisionFor(id: &DeliveryId => DeliveryId) -> Option<Recorded>;
    /// The latest decisions about a person.
    decisions_of = DecisionsOf(person: &PersonId => PersonId, limit: u32 => u32) -> Vec<Recorded>;
    /// What was tapped on a card.
    taps_on = TapsOn(id: &DeliveryId => DeliveryId) -> Vec<Tap>;
    /// What somebody tapped.
    taps_of = TapsOf(person: &PersonId => PersonId) -> Vec<Tap>;
    /// What people made of a trigger by their taps.
    marks_on = MarksOn(scope: &Scope => Scope, trigger: &TriggerId => TriggerId, since: Timestamp => Timestamp)
        -> Vec<Marked>;
    /// Totals of triggers, of five people and more.
    trigger_totals = TriggerTotals(scope: &Scope => Scope, since: Timestamp => Timestamp) -> BTreeMap<TriggerId, Totals>;
    /// Suggested examples that wait for review.
    own_words = SuggestedExamples(scope: &Scope => Scope) -> Vec<OwnWords>;
    /// Everything that is kept about somebody, table by table.
    held_about = HeldAbout(person: &PersonId => PersonId) -> Map<String, Value>;
    /// Practices that somebody has begun and not finished.
    open_sessions = OpenSessions(person: &PersonId => PersonId) -> Vec<Session>;
    /// One practice.
    session = OneSession(id: &SessionId => SessionId) -> Option<Session>;
    /// What waits for somebody's digest.
    put_by_for = DeferredFor(person: &PersonId => PersonId, now: Timestamp => Timestamp) -> Vec<Delivery>;
    /// When somebody's digest was and whether one waits.
    digest_of = DigestOf(person: &PersonId => PersonId) -> DigestState;
    /// Whether a signal was taken in before.
    knows_signal = KnowsSignal(id: &str => String) -> bool;
    /// The numbers and alerts of a series.
    signals_of = SignalsOf(person: &PersonId => PersonId, subject: &str => String, since: Timestamp => Timestamp,
        limit: u32 => u32) -> Vec<Signal>;
    /// Alerts of a source about nobody in particular.
    group_signals = GroupSignals(source: &str => String, subject: &str => String, since: Timestamp => Timestamp)
        -> Vec<Signal>;
    /// Numbers of a source about nobody in particular.
    numbers_of_groups = NumbersOfGroups(source: &str => String, measure: &str => String, since: Timestamp => Timestamp,
        limit: u32 => u32) -> Vec<Signal>;
    /// How many people are measured by it.
    people_measured = PeopleMeasured(measure: &MeasureId => MeasureId, scope: &Scope => Scope, since: Timestamp => Timestamp)
        -> u64;
    /// When a series was last evaluated.
    last_look = LastLook(trigger: &TriggerId => TriggerId, person: &PersonId => PersonId) -> Option<Timestamp>;
    /// The metric drop of somebody that is open.
    open_dip = OpenDip(trigger: &TriggerId => TriggerId, person: &PersonId => PersonId) -> Option<KeptDip>;
    /// The metric drops that one alert opened.
    dips_of_alert = DipsOfAlert(trigger: &TriggerId => TriggerId, fingerprint: &str => String) -> Vec<KeptDip>;
    /// Who is on call.
    on_duty = OnDuty(team: &str => String, scope: &Scope => Scope, now: Timestamp => Timestamp) -> Vec<PersonId>;
    /// Whom a name of another system means.
    person_named = PersonNamed(key: &PersonKey => PersonKey, scope: &Scope => Scope, unconfirmed: bool => bool)
        -> Option<PersonId>;
    /// The names of somebody in other systems.
    names_of = NamesOf(person: &PersonId => PersonId) -> Vec<PersonKey>;
    /// The accounts of somebody.
    identities_of = IdentitiesOf(person: &PersonId => PersonId) -> Vec<Identity>;
}

/// Something that only a platform knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// What opened the thread of this place.
    Opening(Place),
    /// Whether somebody runs the workspace.
    RunsWorkspace(Identity),
    /// Whether somebody may say what Kairos does at a place.
    MaySteer(Identity, Place),
    /// What people call a channel.
    NameOf(Place),
    /// Whether Kairos is a member of a channel, or can become one.
    Join(Place),
    /// Whether the platform knows somebody.
    Exists(Identity),
    /// Who somebody is: answered at once where that is known at once, else fetched beside the line.
    Profile(Identity, PersonId),
    /// Until a profile that is fetched is there.
    ProfileIsThere(Identity),
}

/// What a platform said; where it did not answer in time, that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Who wrote the opening, and what it says.
    Opening(Option<(Identity, String)>),
    /// Yes or no.
    Is(Option<bool>),
    /// A name.
    Name(Option<String>),
    /// In the channel, or not.
    Joining(Option<Joining>),
    /// Who somebody is.
    Profile(Told),
    /// It is there, or took too long.
    ProfileIsThere,
}

/// What became of asking who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// This.
    Now(Box<Profile>),
    /// It is on its way, and will take so long by a guess.
    Later(Duration),
    /// Nobody can say just now.
    Nothing,
}

/// What was asked about one input: what is known, and what is still open.
#[derive(Default)]
pub(crate) struct Asked {
    found: Vec<(Query, Found)>,
    told: Vec<(Question, Answer)>,
    open: RefCell<Open>,
}

/// What the last run wanted to know.
#[derive(Default)]
struct Open {
    query: Option<Query>,
    questions: Vec<Question>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("found", &self.found.len())
            .field("told", &self.told.len())
            .finish_non_exhaustive()
    }
}

impl Asked {
    fn found(&self, query: &Query) -> Option<Found> {
        self.found.iter().find(|(asked, _)| asked == query).map(|(_, found)| found.clone())
    }

    fn ask_store(&self, query: Query) -> Interrupted {
        self.open.borrow_mut().query = Some(query);
        Interrupted::Asks
    }

    /// What a platform says; `None` where it has still to be asked, and is.
    fn ask_platform(&self, question: Question) -> Option<Answer> {
        if let Some((_, answer)) = self.told.iter().find(|(asked, _)| *asked == question) {
            return Some(answer.clone());
        }
        let mut open = self.open.borrow_mut();
        if !open.questions.contains(&question) {
            open.questions.push(question);
        }
        None
    }

    /// True where something has still to be asked.
    pub(super) fn is_open(&self) -> bool {
        let open = self.open.borrow();
        open.query.is_some() || !open.questions.is_empty()
    }

    /// What the last run asked: of the store, and of platforms. What a run wants to know of a platform before the store
    /// has answered is asked again by the next.
    pub(crate) fn take_open(&mut self) -> (Option<Query>, Vec<Question>) {
        let Open { query, questions } = self.open.take();
        (query, questions)
    }

    /// The store answered.
    pub(crate) fn was_found(&mut self, query: Query, found: Found) {
        self.found.push((query, found));
    }

    /// A platform answered.
    pub(crate) fn was_told(&mut self, question: Question, answer: Answer) {
        self.told.push((question, answer));
    }

    /// Forgets what the store answered: others may have written since.
    pub(crate) fn forget_found(&mut self) {
        self.found.clear();
    }
}

impl Cx<'_> {
    /// What a platform says; `None` where it has still to be asked.
    pub(super) fn look_up(&self, question: Question) -> Option<Answer> {
        self.asked.ask_platform(question)
    }

    /// Yes or no; `None` where the platform did not answer, or has still to be asked.
    pub(super) fn look_up_whether(&self, question: Question) -> Option<bool> {
        match self.look_up(question) {
            Some(Answer::Is(answer)) => answer,
            _ => None,
        }
    }
}
