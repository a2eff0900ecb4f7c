//! When to speak: each rule in a file of its own, and here the order in which they are asked.
//!
//! Invariants
//! - A rule that stops for good is asked before one that only waits; the budget last of all, when everything else would
//!   let the need pass now: by then it may have room again.
//! - Every rule that was asked stands in the reasons, with the value it looked at.
//! - Where people go first, nothing is said at the first look, however late it comes.

mod budget;
mod days_off;
mod digest;
pub(crate) mod grace_period;
mod holdout;
mod load;
mod quiet_hours;
mod zones;

use std::time::Duration;

use chat::Timestamp;
use jiff::tz::TimeZone;

pub use budget::Budget;
pub use days_off::DaysOff;
pub use digest::DigestHour;
pub use grace_period::{Beside, Open, Settled, settles, turns_to};
pub(super) use holdout::is_held_out;
pub use load::Load;
pub use quiet_hours::WorkingHours;
pub use zones::zone_named;

use super::{PersonFacts, PlaceFacts, Reason, Restraint, Rule};
use crate::{
    library::{Mode, Trigger},
    messages::say,
};

/// How long is waited until a platform has told where somebody is.
const ASKED: Duration = Duration::from_secs(1);

/// The limits of the house, where neither a trigger nor a person has their own.
#[derive(Clone, Debug)]
pub struct Cadence {
    /// How long people get to answer first, where a trigger says nothing.
    pub grace: Duration,
    /// Unasked messages per person.
    pub budget: Budget,
    /// When people may be written to unasked.
    pub hours: WorkingHours,
    /// When a trigger pauses by itself.
    pub restraint: Restraint,
    /// The time zone of people who have none.
    pub zone: TimeZone,
    /// When what a budget held back is told; `None`: it is dropped.
    pub digest: Option<DigestHour>,
}

/// What cadence says about a need.
pub(super) enum Leave {
    /// Now.
    Now {
        /// Decide and record, but say nothing.
        shadow: bool,
    },
    /// Look again then.
    NotBefore(Timestamp, Rule),
    /// No.
    No(Rule),
}

/// One question to cadence: may this trigger speak to this person, here, now?
pub(super) struct Asking<'a> {
    pub(super) trigger: &'a Trigger,
    pub(super) person: &'a PersonFacts,
    pub(super) place: &'a PlaceFacts,
    /// The person turned to Kairos: only their own choices and the manager's switch count.
    pub(super) addressed: bool,
    /// When the need was heard.
    pub(super) heard_at: Timestamp,
    /// Nothing was decided about it before.
    pub(super) first_look: bool,
    /// It is for a group and not for one person.
    pub(super) to_group: bool,
    pub(super) now: Timestamp,
}

impl Cadence {
    /// Asks every rule in turn; writes each answer into `reasons`.
    pub(super) fn ask(&self, asking: &Asking<'_>, reasons: &mut Vec<Reason>) -> Leave {
        for rule in [manager_allows, audience, persons_choice, load::check, comparison_group, cooldown] {
            if let Some(reason) = rule(asking) {
                let stopped = (!reason.passed).then_some(reason.rule);
                reasons.push(reason);
                if let Some(rule) = stopped {
                    return Leave::No(rule);
                }
            }
        }
        let shadow = !asking.addressed && asking.place.mode.min(asking.trigger.mode) == Mode::Shadow;
        if asking.addressed {
            reasons.push(Reason::passed(Rule::Addressed, say!("addressed-now")));
            return Leave::Now { shadow };
        }
        if let Some(wait) = self.ask_the_clock(asking, reasons) {
            return wait;
        }
        if asking.place.limits.loose {
            reasons.push(Reason::passed(Rule::Budget, say!("limits-demo")));
            return Leave::Now { shadow };
        }
        let budget = self.budget_of(asking.person).check(&asking.person.received, asking.now);
        let within = budget.passed;
        reasons.push(budget);
        if within {
            let dip = asking.trigger.dip.as_ref();
            let Some(burst) = dip.and_then(|_| budget::burst(&asking.person.received, asking.now)) else {
                return Leave::Now { shadow };
            };
            reasons.push(burst);
        }
        match self.next_digest(asking.person, None, asking.now).filter(|_| !shadow && !asking.to_group) {
            Some(digest) => {
                let day = self.weekday_of(asking.person, digest);
                reasons.push(Reason::passed(Rule::Digest, say!("summary-saved", day = day)));
                Leave::NotBefore(digest, Rule::Digest)
            }
            None => Leave::No(Rule::Budget),
        }
    }

    /// What stops a need for good, whatever the hour and the budget.
    pub(super) fn stops(asking: &Asking<'_>) -> Option<Reason> {
        let rules = [manager_allows, audience, persons_choice, load::check, comparison_group];
        rules.into_iter().find_map(|rule| rule(asking).filter(|reason| !reason.passed))
    }

    fn ask_the_clock(&self, asking: &Asking<'_>, reasons: &mut Vec<Reason>) -> Option<Leave> {
        // A number that moved is no question: nobody could answer it first.
        let wait = if asking.trigger.dip.is_some() { None } else { self.ask_people_first(asking, reasons) };
        wait.or_else(|| self.ask_the_hour(asking, reasons))
    }

    fn ask_people_first(&self, asking: &Asking<'_>, reasons: &mut Vec<Reason>) -> Option<Leave> {
        let grace = asking.trigger.grace.unwrap_or(self.grace);
        let minutes = grace.as_secs() / 60;
        let grace_ends = asking.heard_at + grace;
        if asking.now < grace_ends {
            reasons.push(Reason::stopped(Rule::Grace, say!("grace-waiting", minutes = minutes)));
            return Some(Leave::NotBefore(grace_ends, Rule::Grace));
        }
        if asking.first_look && !grace.is_zero() {
            // After a standstill the answer may stand right behind the question, still unread.
            reasons.push(Reason::stopped(Rule::Grace, say!("grace-late")));
            return Some(Leave::NotBefore(asking.now, Rule::Grace));
        }
        reasons.push(Reason::passed(Rule::Grace, say!("grace-over", minutes = minutes)));
        None
    }

    fn ask_the_hour(&self, asking: &Asking<'_>, reasons: &mut Vec<Reason>) -> Option<Leave> {
        if asking.person.awaited {
            reasons.push(Reason::stopped(Rule::QuietHours, say!("hours-asking")));
            return Some(Leave::NotBefore(asking.now + ASKED, Rule::QuietHours));
        }
        let (open, value) = self.opens(asking.person, asking.now);
        if open > asking.now {
            reasons.push(Reason::stopped(Rule::QuietHours, value));
            return Some(Leave::NotBefore(open, Rule::QuietHours));
        }
        reasons.push(Reason::passed(Rule::QuietHours, value));
        None
    }

    /// The next instant in somebody's working hours at which they may be disturbed, and those hours in words.
    pub(super) fn opens(&self, person: &PersonFacts, now: Timestamp) -> (Timestamp, String) {
        let hours = person.hours.as_ref().unwrap_or(&self.hours);
        let zone = self.zone_of(person);
        let peace = person.profile.do_not_disturb_until.filter(|until| *until > now);
        let open = hours.next_open(peace.unwrap_or(now), &zone, &person.own.days_off);
        let is_day_off = open > now && hours.next_open(now, &zone, &DaysOff::default()) == now;
        let (hours, zone) = (hours.to_string(), zone.iana_name().unwrap_or("UTC"));
        let value = match peace {
            Some(_) => say!("hours-disturb", hours = hours, zone = zone),
            None if is_day_off => say!("hours-day-off", hours = hours, zone = zone),
            None => say!("hours-open", hours = hours, zone = zone),
        };
        (open, value)
    }

    /// The time zone that holds for somebody: what they said, else what their platform tells, else the house's.
    pub fn zone_of(&self, person: &PersonFacts) -> TimeZone {
        let named = [person.own.zone.as_deref(), person.profile.zone.as_deref()];
        let known = named.into_iter().flatten().find_map(|name| TimeZone::get(name).ok());
        known.unwrap_or_else(|| self.zone.clone())
    }

    /// The budget that holds for somebody: their own, else the house's.
    pub fn budget_of(&self, person: &PersonFacts) -> Budget {
        person.own.budget.unwrap_or(self.budget)
    }
}

/// The modes of channel and trigger, and whether it was paused. A question put to Kairos is answered in any channel; a trigger that is off never.
fn manager_allows(asking: &Asking<'_>) -> Option<Reason> {
    let Asking { trigger, place, addressed, .. } = asking;
    if trigger.mode == Mode::Off {
        return Some(Reason::stopped(Rule::Trigger, say!("topic-off")));
    }
    if *addressed {
        return None;
    }
    let (rule, mode) =
        if place.mode <= trigger.mode { (Rule::Channel, place.mode) } else { (Rule::Trigger, trigger.mode) };
    Some(match mode {
        Mode::Off => Reason::stopped(rule, say!("topic-off")),
        _ if place.paused.contains(&trigger.id) => Reason::stopped(Rule::Trigger, say!("topic-paused")),
        Mode::Shadow => Reason::passed(rule, say!("mode-shadow")),
        Mode::Live => Reason::passed(rule, say!("mode-live")),
    })
}

fn audience(asking: &Asking<'_>) -> Option<Reason> {
    let roles = &asking.trigger.roles;
    if roles.is_empty() || asking.addressed {
        return None;
    }
    let named = roles.join(", ");
    if asking.person.awaited {
        return Some(Reason::passed(Rule::Role, say!("role-asking", roles = named)));
    }
    let value = say!("role-only", roles = named);
    let fits = asking.person.profile.roles.iter().any(|role| roles.contains(role));
    Some(if fits { Reason::passed(Rule::Role, value) } else { Reason::stopped(Rule::Role, value) })
}

fn persons_choice(asking: &Asking<'_>) -> Option<Reason> {
    let Asking { person, trigger, now, addressed, .. } = asking;
    if *addressed {
        return None;
    }
    if person.opted_out {
        return Some(Reason::stopped(Rule::Choice, say!("settings-out")));
    }
    if person.snoozed_until.is_some_and(|until| until > *now) {
        return Some(Reason::stopped(Rule::Choice, say!("settings-snoozed")));
    }
    person.stopped.contains(&trigger.id).then(|| Reason::stopped(Rule::Choice, say!("settings-stopped")))
}

fn comparison_group(asking: &Asking<'_>) -> Option<Reason> {
    if asking.addressed { None } else { holdout::check(asking.trigger, &asking.person.id) }
}

fn cooldown(asking: &Asking<'_>) -> Option<Reason> {
    let Asking { trigger, place, now, addressed, .. } = asking;
    if *addressed || trigger.cooldown.is_zero() {
        return None;
    }
    if place.limits.loose {
        return Some(Reason::passed(Rule::Cooldown, say!("limits-demo")));
    }
    let hours = trigger.cooldown.as_secs() / 3_600;
    let last = place
        .last_spoke
        .iter()
        .filter(|(id, at)| *id == trigger.id && place.limits.counts(*at))
        .map(|(_, at)| *at)
        .max();
    Some(match last {
        Some(at) if at + trigger.cooldown > *now => {
            Reason::stopped(Rule::Cooldown, say!("cooldown-recent", hours = hours))
        }
        _ => Reason::passed(Rule::Cooldown, say!("cooldown-quiet", hours = hours)),
    })
}
