//! What a decision asks of a platform: it is looked up beside everything else, and the event waits for it.
//!
//! Invariants
//! - No decision waits for a platform while others could be decided: a look-up has a time, and runs in a task of its own.
//! - What happened in one conversation is decided in its order: what comes behind an event that waits, waits with it.
//! - An event that waits longer than it is held for is given up; it is claimed again, by this process or another.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use chat::{Event, Form, Identity, Joining, Pending, Place, Timestamp, What};
use futures_util::future::join_all;
use tracing::warn;

use super::{
    Line,
    describing::{Asking, at_once},
    line::Effect,
};
use crate::store::{Arrival, Claimed, Delivery, Outcome};

/// How long a platform is asked while somebody waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for what would be good to know, and can be done without.
const LITTLE_PATIENCE: Duration = Duration::from_secs(2);
/// Events that wait at most; more are left to be claimed again.
const MOST: usize = 2_000;

/// Something that only a platform knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
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
    /// Who somebody is, which is being asked already.
    Described(Identity),
}

/// What a platform said; where it did not answer in time, that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Who wrote the opening, and what it says.
    Opening(Option<(Identity, String)>),
    /// Yes or no.
    Is(Option<bool>),
    /// A name.
    Name(Option<String>),
    /// In the channel, or not.
    Joining(Option<Joining>),
    /// It has been described, or took too long.
    Described,
}

/// What was asked about one event: what is known, and what is still being looked up. Clones are the same.
///
/// It belongs to the task in which the event is decided ([`ASKED`]): whatever asks on the way goes on with "nobody knows",
/// and what is decided so is thrown away, since something is still open.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked(Arc<Mutex<Questions>>);

#[derive(Default)]
struct Questions {
    known: Vec<(Question, Answer)>,
    open: Vec<(Question, Asking<Answer>)>,
}

impl fmt::Debug for Questions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Questions").field("known", &self.known.len()).field("open", &self.open.len()).finish()
    }
}

tokio::task_local! {
    /// What was asked about the event that this task decides.
    pub(super) static ASKED: Asked;
}

impl Asked {
    fn questions(&self) -> MutexGuard<'_, Questions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer_to(&self, question: &Question) -> Option<Answer> {
        self.questions().known.iter().find(|(asked, _)| asked == question).map(|(_, answer)| answer.clone())
    }

    /// True where something has still to be looked up.
    pub(super) fn is_open(&self) -> bool {
        !self.questions().open.is_empty()
    }
}

/// True where what this task decides rests on something that has still to be looked up.
pub(super) fn is_open() -> bool {
    ASKED.try_with(Asked::is_open).unwrap_or(false)
}

/// An event that was claimed, with what is known of it so far.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) claimed: Claimed<Arrival>,
    pub(super) asked: Asked,
    /// Others may have claimed it from then on.
    pub(super) until: Timestamp,
}

#[derive(Debug)]
struct Lane {
    has_answer: bool,
    /// The first is the one that asks.
    events: VecDeque<Held>,
}

/// Events that wait for a platform, by conversation.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    lanes: Mutex<HashMap<String, Lane>>,
    /// What was written beside the line since the outbox was last told.
    written: AtomicUsize,
}

impl Waiting {
    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything whose answer has come, with what waited behind it, in its order.
    pub(super) fn take_ready(&self, now: Timestamp) -> Vec<(String, Held)> {
        let mut lanes = self.lanes();
        let ready: Vec<String> =
            lanes.iter().filter(|(_, lane)| lane.has_answer).map(|(name, _)| name.clone()).collect();
        let mut events = Vec::new();
        for name in ready {
            let lane = lanes.remove(&name).into_iter().flat_map(|lane| lane.events);
            events.extend(lane.filter(|held| now < held.until).map(|held| (name.clone(), held)));
        }
        events
    }

    /// Puts an event behind one that waits in its conversation; gives it back where none does.
    pub(super) fn behind(&self, lane: &str, held: Held) -> Option<Held> {
        let mut lanes = self.lanes();
        let waiting: usize = lanes.values().map(|lane| lane.events.len()).sum();
        let Some(lane) = lanes.get_mut(lane) else { return Some(held) };
        if waiting < MOST {
            lane.events.push_back(held);
        }
        None
    }

    /// How much was written beside the line.
    pub(super) fn take_written(&self) -> usize {
        self.written.swap(0, Ordering::AcqRel)
    }
}

/// What a platform answers within a time.
async fn within<T>(patience: Duration, asked: Pending<'_, T>) -> Option<T> {
    tokio::time::timeout(patience, asked).await.ok()?.ok()
}

impl Line {
    /// What a platform says: what it said before about this event, or says at once; `None` where the event has to wait for
    /// it. What nobody can put off is waited for.
    pub(super) async fn look_up(&self, question: Question) -> Option<Answer> {
        let asked = ASKED.try_with(Clone::clone).ok();
        if let Some(answer) = asked.as_ref().and_then(|asked| asked.answer_to(&question)) {
            return Some(answer);
        }
        let (line, what) = (self.clone(), question.clone());
        let mut asking: Asking<Answer> = Box::pin(async move { line.answer_to_question(what).await });
        match (at_once(&mut asking).await, asked) {
            (Poll::Ready(answer), Some(asked)) => {
                asked.questions().known.push((question, answer.clone()));
                Some(answer)
            }
            (Poll::Ready(answer), None) => Some(answer),
            (Poll::Pending, Some(asked)) => {
                let mut questions = asked.questions();
                if questions.open.iter().all(|(other, _)| *other != question) {
                    questions.open.push((question, asking));
                }
                None
            }
            (Poll::Pending, None) => Some(asking.await),
        }
    }

    /// Yes or no; `None` where the platform did not answer.
    pub(super) async fn look_up_whether(&self, question: Question) -> Option<bool> {
        match self.look_up(question).await {
            Some(Answer::Is(answer)) => answer,
            _ => None,
        }
    }

    async fn answer_to_question(&self, question: Question) -> Answer {
        let kind = match &question {
            Question::Opening(place)
            | Question::MaySteer(_, place)
            | Question::NameOf(place)
            | Question::Join(place) => place.platform,
            Question::RunsWorkspace(who) | Question::Exists(who) | Question::Described(who) => who.platform,
        };
        let platform = self.parts.platforms.get(kind);
        match question {
            Question::Opening(place) => {
                let found = match (platform, &place.thread) {
                    (Some(platform), Some(opening)) => within(LITTLE_PATIENCE, platform.message(&place, opening)).await,
                    _ => None,
                };
                Answer::Opening(found.flatten().and_then(|event| match event.what {
                    What::Message(message) if !message.by_bot => Some((event.by, message.text)),
                    _ => None,
                }))
            }
            Question::RunsWorkspace(who) => Answer::Is(match platform {
                Some(platform) => within(PATIENCE, platform.runs_workspace(&who)).await,
                None => None,
            }),
            Question::MaySteer(who, place) => Answer::Is(match platform {
                Some(platform) => within(PATIENCE, platform.may_steer(&who, &place)).await,
                None => None,
            }),
            Question::NameOf(place) => Answer::Name(match platform {
                Some(platform) => within(PATIENCE, platform.name_of(&place)).await.flatten(),
                None => None,
            }),
            Question::Join(place) => Answer::Joining(match platform {
                Some(platform) => within(PATIENCE, platform.join(&place)).await,
                None => None,
            }),
            Question::Exists(who) => Answer::Is(match platform {
                Some(platform) => within(PATIENCE, platform.describe(&who)).await.map(|profile| profile.is_some()),
                None => None,
            }),
            Question::Described(who) => {
                self.until_described(&who).await;
                Answer::Described
            }
        }
    }

    /// Lets an event wait for what is looked up; what stands behind it waits with it.
    pub(super) fn wait_for_answers(&self, conversation: String, held: Held) {
        let (line, asked, name) = (self.clone(), held.asked.clone(), conversation.clone());
        self.waiting.lanes().insert(conversation, Lane { has_answer: false, events: VecDeque::from([held]) });
        let open = std::mem::take(&mut asked.questions().open);
        tokio::spawn(async move {
            let answers =
                join_all(open.into_iter().map(|(question, asking)| async move { (question, asking.await) })).await;
            asked.questions().known.extend(answers);
            if let Some(waiting) = line.waiting.lanes().get_mut(&name) {
                waiting.has_answer = true;
            }
            line.describing.ring();
        });
    }

    /// Opens a form for whoever did `event`. `instead` is what they read where it can't be opened any more.
    pub(super) async fn open_form(&self, event: &Event, form: &Form, instead: Delivery, effect: &mut Effect) {
        let (line, event, form) = (self.clone(), event.clone(), form.clone());
        let mut asking: Asking<bool> = Box::pin(async move {
            let Some(platform) = line.parts.platforms.get(event.place.platform) else { return false };
            within(PATIENCE, platform.ask(&event, &form)).await.is_some()
        });
        match at_once(&mut asking).await {
            Poll::Ready(true) => {}
            Poll::Ready(false) => effect.outcome.deliveries.push(instead),
            Poll::Pending => {
                let line = self.clone();
                tokio::spawn(async move {
                    if asking.await {
                        return;
                    }
                    let outcome = Outcome { deliveries: vec![instead], ..Outcome::default() };
                    if let Err(error) = line.parts.store.conclude(&outcome).await {
                        warn!(%error, "that a form could not be opened could not be told");
                    }
                    line.waiting.written.fetch_add(1, Ordering::AcqRel);
                    line.describing.ring();
                });
            }
        }
    }
}
