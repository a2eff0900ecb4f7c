//! The engine: what is heard, and what is decided about it.

use std::{
    sync::{Arc, Mutex, OnceLock, RwLock},
    time::Duration,
};

use chat::{AssetId, Event, Message, PersonId, Timestamp, What};

use super::{
    Act, Audience, Cadence, Decision, Evidence, LearntTrigger, Need, PersonFacts, PlaceFacts, Plan, Reason, Rule,
    cadence::{Asking, Leave, is_held_out},
    compose,
    condition::{Conditions, Subject},
    recognise::{AlarmBudget, CardIndex, ScoreSketch, TalkIndex, other_language},
    training::{TrainedSets, name_of},
};
use crate::{
    library::{About, Hearing, Library, Mode, Trigger, TriggerId},
    messages::say,
};

/// Everything that decides, over one library.
#[derive(Debug)]
pub struct Engine {
    pub(super) library: Arc<Library>,
    /// Learnt when something is to be heard; most of what is asked of an engine needs none. Others are put in their place
    /// by [`Engine::take_in`].
    pub(super) trained: RwLock<TrainedSets>,
    /// Held by whoever trains: one at a time.
    pub(super) learning: Mutex<()>,
    learnt: String,
    conditions: Conditions,
    cadence: Cadence,
    /// How well cards fit what was written.
    pub(super) cards: CardIndex,
    /// What people say to Kairos about itself; learnt when somebody first turns to it.
    talks: OnceLock<Arc<TalkIndex>>,
}

/// What a decision rests on, besides the need itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Who has the need.
    pub person: &'a PersonFacts,
    /// Where it was heard.
    pub place: &'a PlaceFacts,
    /// When it was heard.
    pub heard_at: Timestamp,
    /// The instant of the decision.
    pub now: Timestamp,
    /// The person turned to Kairos.
    pub addressed: bool,
}

/// What the rules are asked about: one need, and who would be told what.
#[derive(Clone, Copy)]
struct Sought<'a> {
    need: &'a Need,
    trigger: &'a Trigger,
    to: Audience,
    /// Nothing was decided about it before.
    first_look: bool,
    /// The cards in the order in which they fit the message; empty where no text says it.
    order: &'a [AssetId],
}

/// What a message is heard within.
#[derive(Clone, Copy, Debug)]
pub struct Conversation<'a> {
    /// What goes before it: the opening of its thread, and the same person's words of a moment ago.
    pub before: &'a [String],
    /// It was put to Kairos, so that less is enough.
    pub addressed: bool,
    /// How soon triggers are heard in the channel, where they don't say it themselves.
    pub hearing: Hearing,
    /// What taps made of triggers.
    pub learnt: &'a [LearntTrigger],
    /// How the channel's messages score, and its workspace's: the nearer first.
    pub traffic: &'a [Arc<ScoreSketch>],
}

impl Conversation<'_> {
    /// A text that stands alone, in a channel of which nothing is known.
    pub fn none(addressed: bool) -> Self {
        Self { before: &[], addressed, hearing: Hearing::Balanced, learnt: &[], traffic: &[] }
    }
}

impl Engine {
    /// Decides over a library. Its examples are learnt when something is first to be heard, or by [`Engine::learn`].
    pub fn new(library: Arc<Library>, cadence: Cadence) -> Self {
        let conditions = Conditions::new(library.triggers.values());
        let (learnt, cards) = (name_of(&library), CardIndex::default());
        Self {
            library,
            trained: RwLock::default(),
            learning: Mutex::default(),
            learnt,
            conditions,
            cadence,
            cards,
            talks: OnceLock::new(),
        }
    }

    /// What it can say.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// When and how often somebody may be spoken to unasked.
    pub fn cadence(&self) -> &Cadence {
        &self.cadence
    }

    /// What it has learnt, as a name that changes with the triggers: scores of another training mean something else.
    pub fn learnt(&self) -> &str {
        &self.learnt
    }

    /// The needs that a text may mean, strongest first, within its conversation.
    pub fn hear(&self, text: &str, said: &Conversation<'_>) -> Vec<Need> {
        let recogniser = self.recogniser(said.learnt);
        if said.addressed {
            let threshold = recogniser.threshold_addressed();
            return recogniser.hear_on(said.before, text, true, &|_| threshold);
        }
        let threshold = |hearing| recogniser.threshold(AlarmBudget::of(hearing), said.traffic);
        let usual = threshold(said.hearing);
        let by_trigger = |id: &TriggerId| {
            let own = self.library.triggers.get(id).and_then(|trigger| trigger.hearing);
            // Who runs a careful channel has the last word in it.
            let own = own.filter(|own| *own != said.hearing && said.hearing != Hearing::Careful);
            let shift = said.learnt.iter().find(|(trigger, _)| trigger == id).map_or(0, |(_, learnt)| learnt.shift);
            recogniser.moved(own.map_or(usual, threshold), shift)
        };
        let mut needs = recogniser.hear_on(said.before, text, false, &by_trigger);
        needs.retain(|need| !is_left_out(need, said.learnt));
        needs
    }

    /// What a text that was put to Kairos says about Kairos, word for word.
    pub fn says(&self, text: &str) -> Option<About> {
        self.talks().says(text)
    }

    /// What it says about Kairos in other words.
    pub fn resembles_talk(&self, text: &str) -> Option<About> {
        self.talks().resembles(text, &self.recogniser(&[]))
    }

    fn talks(&self) -> &TalkIndex {
        self.talks.get_or_init(|| TalkIndex::of(&self.library))
    }

    /// True where a trigger can't be decided about before it is known who the person is: by its condition, or since what
    /// they are to get at once is written for some.
    pub fn asks_who(&self, trigger: &TriggerId, addressed: bool) -> bool {
        let offer = self.library.triggers.get(trigger).into_iter().flat_map(|trigger| &trigger.offer);
        let mut assets = offer.filter_map(|id| self.library.assets.get(id));
        self.conditions.asks_who(trigger) || (addressed && assets.any(|asset| !asset.roles.is_empty()))
    }

    pub(super) fn decide_need(
        &self,
        event: &Event,
        message: &Message,
        need: &Need,
        trigger: &Trigger,
        facts: &Facts<'_>,
    ) -> Decision {
        let subject = Subject {
            channel: &facts.place.channel,
            platform: event.place.platform.as_str(),
            in_thread: event.place.thread.is_some(),
            private: event.place.is_private(),
            text_length: message.text.chars().count(),
            roles: &facts.person.profile.roles,
            language: facts.person.profile.language.as_deref().unwrap_or("en"),
            zone: facts.person.profile.zone.as_deref().unwrap_or_default(),
        };
        let is_private = event.place.is_private() || trigger.is_private;
        let to = if is_private { Audience::Private } else { Audience::Thread };
        let order = self.order_for(trigger, &message.text, facts);
        self.ask_all(&Sought { need, trigger, to, first_look: true, order: &order }, facts, &subject)
    }

    /// Decides about a need that was found in numbers or told by an alert: a person is helped in private, always; a
    /// group where it is.
    pub fn help(&self, need: &Need, facts: &Facts<'_>) -> Decision {
        let Some(trigger) = self.library.triggers.get(&need.trigger) else { return no_longer_there(need) };
        let to_group = !facts.place.channel.is_empty();
        let subject = Subject {
            channel: &facts.place.channel,
            platform: "alerts",
            in_thread: false,
            private: !to_group,
            text_length: 0,
            roles: &facts.person.profile.roles,
            language: facts.person.profile.language.as_deref().unwrap_or("en"),
            zone: facts.person.profile.zone.as_deref().unwrap_or_default(),
        };
        let to = if to_group { Audience::Thread } else { Audience::Private };
        self.ask_all(&Sought { need, trigger, to, first_look: false, order: &[] }, facts, &subject)
    }

    /// True for somebody who is in the share that a trigger leaves without help.
    pub fn is_held_out(&self, trigger: &Trigger, person: &PersonId) -> bool {
        is_held_out(trigger, person)
    }

    /// Every asset that these triggers may offer: what a decision about them asks of the past.
    pub fn assets_of<'a>(&self, triggers: impl IntoIterator<Item = &'a TriggerId>) -> Vec<AssetId> {
        let triggers = triggers.into_iter().filter_map(|id| self.library.triggers.get(id));
        let mut assets: Vec<AssetId> = triggers.flat_map(|trigger| trigger.offer.iter().cloned()).collect();
        assets.sort();
        assets.dedup();
        assets
    }

    /// How far back a card that somebody had matters: as long as any trigger keeps it away.
    pub fn longest_recovery(&self) -> Duration {
        self.library.triggers.values().map(|trigger| trigger.recovery).max().unwrap_or_default()
    }

    /// How far back it matters that a trigger spoke in a channel: as long as any rests.
    pub fn longest_cooldown(&self) -> Duration {
        self.library.triggers.values().map(|trigger| trigger.cooldown).max().unwrap_or_default()
    }

    /// The next instant in somebody's working hours.
    pub fn opens(&self, person: &PersonFacts, now: Timestamp) -> Timestamp {
        self.cadence.opens(person, now).0
    }

    /// The condition, then cadence.
    fn ask_all(&self, sought: &Sought<'_>, facts: &Facts<'_>, subject: &Subject<'_>) -> Decision {
        let Sought { need, trigger, .. } = *sought;
        let mut reasons = vec![recognised(need, trigger)];
        reasons.extend(learnt(trigger, facts));
        if let Some(reason) = self.conditions.check(trigger, subject) {
            let holds = reason.passed;
            reasons.push(reason);
            if !holds {
                return Decision { act: Act::Silent { because: Rule::Condition }, need: Some(need.clone()), reasons };
            }
        }
        self.ask_cadence(sought, facts, reasons)
    }

    /// The decision about a message in which no need was heard.
    pub fn nothing_heard(&self, needs: &[Need]) -> Decision {
        let nearest = needs.first();
        let known = nearest.and_then(|need| Some((need, self.library.triggers.get(&need.trigger)?)));
        let value = known.map_or_else(
            || say!("match-nothing").to_owned(),
            |(need, trigger)| {
                let (score, threshold) = need.percents();
                let topic = self.library.skills.get(&trigger.skill).map_or(&trigger.title, |skill| &skill.title);
                say!("match-closest", topic = topic, score = score, threshold = threshold)
            },
        );
        Decision {
            act: Act::Silent { because: Rule::Recognition },
            need: nearest.cloned(),
            reasons: vec![Reason::stopped(Rule::Recognition, value)],
        }
    }

    /// Decides again about a need whose hour has come, with what is true now.
    pub fn reconsider(&self, need: &Need, plan: &Plan, facts: &Facts<'_>) -> Decision {
        if !plan.among.is_empty() {
            return self.reconsider_which(need, plan, facts);
        }
        match self.library.triggers.get(&plan.trigger) {
            Some(trigger) => {
                let reasons = [recognised(need, trigger)].into_iter().chain(learnt(trigger, facts)).collect();
                // The text is gone by now: the order in which the cards fit it is the plan's.
                let order = &plan.molecule.assets;
                self.ask_cadence(&Sought { need, trigger, to: plan.to, first_look: false, order }, facts, reasons)
            }
            None => no_longer_there(need),
        }
    }

    /// What is left of a plan that was put by, with what is true now; or why nothing is.
    pub fn still_worth(&self, plan: &Plan, facts: &Facts<'_>) -> Result<Plan, Reason> {
        let Facts { place, heard_at, now, .. } = *facts;
        let person = &*place.limits.counted(facts.person);
        let gone = || Reason::stopped(Rule::Trigger, say!("topic-removed"));
        let trigger = self.library.triggers.get(&plan.trigger).ok_or_else(gone)?;
        let asking =
            Asking { trigger, person, place, addressed: false, heard_at, first_look: false, to_group: false, now };
        if let Some(reason) = Cadence::stops(&asking) {
            return Err(reason);
        }
        if place.mode.min(trigger.mode) != Mode::Live {
            return Err(Reason::stopped(Rule::Trigger, say!("mode-shadow")));
        }
        let chosen = compose::choose(&self.library, trigger, person, &plan.molecule.assets, false, now);
        if chosen.reason.passed { Ok(Plan { molecule: chosen.molecule, ..plan.clone() }) } else { Err(chosen.reason) }
    }

    fn ask_cadence(&self, sought: &Sought<'_>, facts: &Facts<'_>, mut reasons: Vec<Reason>) -> Decision {
        let Sought { need, trigger, to, first_look, order } = *sought;
        let Facts { place, heard_at, now, addressed, .. } = *facts;
        let person = &*place.limits.counted(facts.person);
        let mut chosen = compose::choose(&self.library, trigger, person, order, addressed, now);
        if place.limits.loose && chosen.reason.passed {
            say!("limits-demo").clone_into(&mut chosen.reason.value);
        }
        let fits = chosen.reason.passed;
        let to_group =
            to == Audience::Thread && !matches!(need.evidence, Evidence::Keyword { .. } | Evidence::Example { .. });
        let asking = Asking { trigger, person, place, addressed, heard_at, first_look, to_group, now };
        let leave = self.cadence.ask(&asking, &mut reasons);
        let plan = |shadow| Plan {
            trigger: trigger.id.clone(),
            person: person.id.clone(),
            to,
            molecule: chosen.molecule.clone(),
            unasked: !addressed,
            shadow,
            among: Vec::new(),
        };
        let act = match leave {
            Leave::No(because) => Act::Silent { because },
            _ if !fits => Act::Silent { because: Rule::Recovery },
            Leave::NotBefore(until, because) => Act::Hold { until, because, plan: plan(false) },
            Leave::Now { shadow } => Act::Speak(plan(shadow)),
        };
        if !matches!(leave, Leave::No(_)) {
            reasons.push(chosen.reason);
        }
        Decision { act, need: Some(need.clone()), reasons }
    }
}

/// Whether a message turns to Kairos: in private, by mention, or by command.
pub fn is_addressed(event: &Event) -> bool {
    match &event.what {
        What::Command { .. } => true,
        What::Message(message) | What::Edited(message) => message.mentions_us || event.place.is_private(),
        _ => false,
    }
}

/// That a text is not English, where it is not: it is met by its wording.
pub(super) fn language_of(text: &str) -> Option<Reason> {
    let language = other_language(text)?;
    Some(Reason::passed(Rule::Language, say!("language-by-words", language = language)))
}

fn no_longer_there(need: &Need) -> Decision {
    Decision {
        act: Act::Silent { because: Rule::Trigger },
        need: Some(need.clone()),
        reasons: vec![Reason::stopped(Rule::Trigger, say!("topic-removed"))],
    }
}

fn recognised(need: &Need, trigger: &Trigger) -> Reason {
    match &need.evidence {
        Evidence::Measured { verdict } => return Reason::passed(Rule::Measured, &verdict.sentence),
        Evidence::Alerted { name } => return Reason::passed(Rule::Measured, say!("alert-named", name = name)),
        _ => {}
    }
    let (score, threshold) = need.percents();
    let value = say!("match-found", topic = &trigger.title, score = score, threshold = threshold);
    Reason::passed(Rule::Recognition, value)
}

/// That people's taps moved the threshold, where they did and nobody asked.
fn learnt(trigger: &Trigger, facts: &Facts<'_>) -> Option<Reason> {
    let learnt = facts.place.learnt(&trigger.id).filter(|_| !facts.addressed && trigger.dip.is_none())?;
    (learnt.shift != 0).then(|| Reason::passed(Rule::Learnt, &learnt.words))
}

/// True for what is nearest to an example that a manager left out.
fn is_left_out(need: &Need, learnt: &[LearntTrigger]) -> bool {
    let Some(nearest) = need.evidence.example() else { return false };
    learnt.iter().any(|(id, of)| *id == need.trigger && of.left_out.iter().any(|example| example == nearest))
}
