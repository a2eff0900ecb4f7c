//! What Kairos knows about a person and why, for that person alone; and how to change it.

use chat::{Block, Card, Choice, Prominence, Span, Text, Timestamp};

use crate::{
    engine::{Cadence, Load, PersonFacts, Setting, Tap},
    library::{Library, ScenarioId},
    messages::{say, spans},
};

/// How many stopped topics can be started again at once.
const STOPPED: usize = 5;
/// How many cards that reached somebody are listed.
const LISTED: usize = 30;

/// What is kept about a person, as far as they are to see it at a glance.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// The person.
    pub facts: &'a PersonFacts,
    /// Practices they have begun and not finished.
    pub practising: &'a [ScenarioId],
    /// What holds for those who chose nothing of their own.
    pub usual: &'a Cadence,
    /// They may pause triggers.
    pub steers: bool,
    /// The instant.
    pub now: Timestamp,
}

impl Kept<'_> {
    /// An instant as they read it, in their own time zone.
    pub fn date(&self, at: Timestamp) -> String {
        let at = jiff::Timestamp::from_millisecond(at.as_ms()).unwrap_or_default();
        at.to_zoned(self.usual.zone_of(self.facts)).strftime("%a %-d %b, %H:%M").to_string()
    }

    fn snoozed_until(&self) -> Option<Timestamp> {
        self.facts.snoozed_until.filter(|until| *until > self.now)
    }
}

fn plain(text: impl Into<String>) -> Vec<Span> {
    vec![Span::Plain(text.into())]
}

fn point(what: &str, text: &str) -> Vec<Span> {
    vec![Span::Bold(what.to_owned()), Span::Plain(format!(": {text}"))]
}

fn choice(setting: Setting, label: &str, prominence: Prominence) -> Choice {
    Choice { id: Tap::Set(setting).to_choice(), label: label.to_owned(), prominence }
}

/// What is known of a person and why, what they practise, and their settings: one page, theirs alone.
pub fn person_card(library: &Library, kept: &Kept<'_>) -> Card {
    let mut text = vec![Block::Heading(plain(say!("me-known")))];
    text.push(Block::Bullets(known(library, kept)));
    text.push(Block::Heading(plain(say!("me-skills"))));
    text.push(Block::Bullets(practice(library, kept)));
    text.push(Block::Heading(plain(say!("me-settings"))));
    text.push(Block::Bullets(settings(library, kept)));
    let mut choices: Vec<Choice> = kept
        .practising
        .iter()
        .filter_map(|id| library.scenarios.get(id))
        .take(2)
        .map(|scenario| Choice {
            id: Tap::Start(scenario.id.clone()).to_choice(),
            label: say!("me-continue", title = &scenario.title).chars().take(75).collect(),
            prominence: Prominence::Primary,
        })
        .collect();
    // At most one stands out.
    choices.iter_mut().skip(1).for_each(|choice| choice.prominence = Prominence::Usual);
    choices.extend(ways_to_change(kept));
    let stopped = kept.facts.stopped.iter().filter_map(|id| library.triggers.get(id));
    choices.extend(stopped.take(STOPPED).map(|trigger| Choice {
        id: Tap::Allow(trigger.id.clone()).to_choice(),
        label: say!("me-show-again", topic = trigger.title.as_str()).chars().take(75).collect(),
        prominence: Prominence::Tucked,
    }));
    let (title, footer) = (say!("me-title").to_owned(), say!("me-footer").to_owned());
    Card { title, text: Text(text), choices, footer, ..Card::default() }
}

fn ways_to_change(kept: &Kept<'_>) -> Vec<Choice> {
    let usual = |setting, label| choice(setting, label, Prominence::Usual);
    let tucked = |setting, label| choice(setting, label, Prominence::Tucked);
    let is_quiet = kept.snoozed_until().is_some() || kept.facts.opted_out;
    let mut choices = vec![if is_quiet {
        usual(Setting::Resume, say!("me-resume"))
    } else {
        usual(Setting::Snooze, say!("snooze-week"))
    }];
    if kept.facts.own.load == Some(Load::Overloaded) {
        choices.push(usual(Setting::RoomAgain, say!("me-available")));
    }
    choices.push(usual(Setting::Hours, say!("me-hours")));
    choices.push(usual(Setting::Budget, say!("me-limit")));
    if kept.steers {
        choices.push(usual(Setting::Triggers, say!("me-triggers")));
    }
    choices.push(tucked(Setting::DaysOff, say!("me-days-off")));
    choices.push(tucked(Setting::Zone, say!("me-change-zone")));
    choices.push(if kept.facts.own.no_digest {
        tucked(Setting::Digest, say!("me-summary-on"))
    } else {
        tucked(Setting::NoDigest, say!("me-summary-off"))
    });
    choices.push(if kept.facts.own.pulse.is_some() {
        tucked(Setting::NoPulse, say!("me-pulse-off"))
    } else {
        tucked(Setting::Pulse, say!("me-pulse-on"))
    });
    if !kept.facts.opted_out {
        choices.push(tucked(Setting::Out, say!("me-out")));
    }
    choices.push(tucked(Setting::Export, say!("me-export")));
    choices.push(tucked(Setting::Erase, say!("me-erase")));
    choices
}

fn known(library: &Library, kept: &Kept<'_>) -> Vec<Vec<Span>> {
    let PersonFacts { profile, known, received, .. } = kept.facts;
    let mut points = Vec::new();
    points.push(match (&kept.facts.own.zone, &profile.zone) {
        (Some(zone), _) => point(say!("me-zone"), &say!("me-zone-told", zone = zone)),
        (None, Some(zone)) => point(say!("me-zone"), &say!("me-zone-platform", zone = zone)),
        (None, None) => plain(say!("me-zone-unknown")),
    });
    if !profile.roles.is_empty() {
        points.push(point(say!("me-role"), &say!("me-role-why", roles = profile.roles.join(", "))));
    }
    let month = kept.now - std::time::Duration::from_hours(24 * 30);
    let lately = received.iter().filter(|card| card.at >= month);
    let (asked, suggested): (Vec<_>, Vec<_>) = lately.partition(|card| !card.unasked);
    let cards = say!("me-cards-count", asked = asked.len(), suggested = suggested.len());
    points.push(point(say!("me-cards"), &cards));
    let titles: Vec<&str> =
        known.iter().filter_map(|id| library.assets.get(id)).map(|asset| asset.title.as_str()).take(10).collect();
    if !titles.is_empty() {
        points.push(point(say!("me-marked"), &titles.join(" · ")));
    }
    points.push(plain(say!("me-nothing-stored")));
    points
}

fn practice(library: &Library, kept: &Kept<'_>) -> Vec<Vec<Span>> {
    let mut points: Vec<_> = kept
        .practising
        .iter()
        .filter_map(|id| library.scenarios.get(id))
        .map(|scenario| point(say!("me-practising"), &scenario.title))
        .take(10)
        .collect();
    let mut skills: Vec<&str> = kept
        .facts
        .received
        .iter()
        .filter_map(|card| library.triggers.get(&card.trigger))
        .filter_map(|trigger| library.skills.get(&trigger.skill))
        .map(|skill| skill.title.as_str())
        .collect();
    skills.sort_unstable();
    skills.dedup();
    points.extend(skills.into_iter().take(10).map(|skill| point(say!("me-had-card"), skill)));
    if points.is_empty() {
        points.push(plain(say!("me-no-skills")));
    }
    points
}

/// A setting with whether it is somebody's own or the company's.
fn setting(value: &impl std::fmt::Display, is_own: bool) -> String {
    let value = value.to_string();
    if is_own { say!("me-own", value = value) } else { say!("me-default", value = value) }
}

fn settings(library: &Library, kept: &Kept<'_>) -> Vec<Vec<Span>> {
    let facts = kept.facts;
    let mut points = Vec::new();
    points.push(match (facts.opted_out, kept.snoozed_until()) {
        (true, _) => point(say!("me-suggestions"), say!("me-suggestions-off")),
        (false, Some(until)) => point(say!("me-suggestions"), &say!("me-suggestions-quiet", until = kept.date(until))),
        (false, None) => point(say!("me-suggestions"), say!("me-suggestions-on")),
    });
    let hours = setting(&facts.hours.unwrap_or(kept.usual.hours), facts.hours.is_some());
    points.push(point(say!("me-hours"), &hours));
    if !facts.own.days_off.is_empty() {
        points.push(point(say!("me-days-off"), &facts.own.days_off.to_string().replace('\n', " · ")));
    }
    points.push(point(say!("me-limit"), &setting(&kept.usual.budget_of(facts), facts.own.budget.is_some())));
    let beyond = if facts.own.no_digest { say!("me-beyond-skipped") } else { say!("me-beyond-summary") };
    points.push(point(say!("me-beyond"), beyond));
    if let Some(next) = facts.own.pulse {
        let answer = match facts.own.load {
            Some(Load::Overloaded) => say!("me-pulse-overloaded"),
            Some(Load::Ready) => say!("me-pulse-ready"),
            Some(Load::Unsure) => say!("me-pulse-unsure"),
            None => say!("me-pulse-none"),
        };
        points.push(point(say!("me-pulse"), &say!("me-pulse-next", next = kept.date(next), answer = answer)));
    }
    let stopped: Vec<&str> = facts
        .stopped
        .iter()
        .map(|id| library.triggers.get(id).map_or(id.as_str(), |trigger| trigger.title.as_str()))
        .take(20)
        .collect();
    if !stopped.is_empty() {
        points.push(point(say!("me-stopped"), &stopped.join(" · ")));
    }
    points
}

/// Everything that reached a person, with what is known of them: to read, and to keep.
pub fn export_card(
    library: &Library,
    kept: &Kept<'_>,
    taps: &[(Timestamp, String)],
    own_words: &[(Timestamp, String)],
) -> Card {
    let mut card = person_card(library, kept);
    say!("export-title").clone_into(&mut card.title);
    card.choices.clear();
    let received = &kept.facts.received;
    let line = |at: Timestamp, text: String| point(&kept.date(at), &text);
    let mut cards: Vec<_> = received
        .iter()
        .take(LISTED)
        .map(|card| {
            let title = library.assets.get(&card.asset).map_or(card.asset.as_str(), |asset| asset.title.as_str());
            line(card.at, if card.unasked { say!("export-suggested", title = title) } else { title.to_owned() })
        })
        .collect();
    if received.len() > LISTED {
        cards.push(plain(say!("export-older", count = received.len() - LISTED)));
    }
    let mut tapped: Vec<_> = taps.iter().rev().take(LISTED).map(|(at, tap)| line(*at, tap.replace('_', " "))).collect();
    if taps.len() > LISTED {
        tapped.push(plain(say!("export-older", count = taps.len() - LISTED)));
    }
    for (heading, points) in [(say!("export-cards"), cards), (say!("export-taps"), tapped)] {
        card.text.0.push(Block::Heading(plain(heading)));
        card.text.0.push(Block::Bullets(if points.is_empty() { vec![plain(say!("export-nothing"))] } else { points }));
    }
    if !own_words.is_empty() {
        let given = own_words.iter().rev().take(LISTED).map(|(at, text)| line(*at, format!("“{text}”"))).collect();
        card.text.0.push(Block::Heading(plain(say!("export-own-words"))));
        card.text.0.push(Block::Bullets(given));
    }
    card
}

/// Asks where somebody is, as far as the clock goes.
pub fn zone_card(usual: &Cadence) -> Card {
    let zone = usual.zone.iana_name().unwrap_or("UTC");
    let mut card = Card::new(say!("zone-title"), Text::paragraph(say!("zone-text", zone = zone)));
    card.choices = vec![
        choice(Setting::Zone, say!("zone-tell"), Prominence::Primary),
        choice(Setting::UsualZone, &say!("zone-right", zone = zone), Prominence::Usual),
    ];
    say!("only-you").clone_into(&mut card.footer);
    card
}

/// Asks whether it is meant.
pub fn erase_card() -> Card {
    let mut card = Card::new(say!("erase-title"), Text::paragraph(say!("erase-text")));
    card.choices = vec![choice(Setting::EraseNow, say!("erase-yes"), Prominence::Usual)];
    card
}

/// What can be typed behind the command.
pub fn help_card(library: &Library) -> Card {
    let command = |word: &str, what: &str| {
        let mut line = vec![Span::Code(format!("/kairos {word}")), Span::Plain(" ".to_owned())];
        line.extend(spans(what));
        line
    };
    let mut card = super::skills_card(library);
    card.text.0.push(Block::Bullets(vec![
        command("ask …", say!("help-ask")),
        command("why", say!("help-why")),
        command("snooze", say!("help-snooze")),
        command("stop", say!("help-stop")),
        command("me", say!("help-me")),
        command("here live", say!("help-here")),
    ]));
    card
}

#[cfg(test)]
mod tests {
    use chat::{PersonId, Profile};

    use super::*;
    use crate::engine::samples;

    #[test]
    fn a_page_says_what_is_known_and_offers_the_way_back() {
        let library = Library::default();
        let mut facts = PersonFacts::of_stranger(PersonId::new("p1"), Profile::default());
        let now = Timestamp::from_ms(1_763_632_680_000);
        let usual = samples::cadence();
        let page = |facts: &PersonFacts| {
            person_card(&library, &Kept { facts, practising: &[], usual: &usual, steers: false, now }).plain()
        };
        let before = page(&facts);
        assert!(before.contains("[Quiet for a week]") && before.contains("don’t know your time zone"), "{before}");
        facts.snoozed_until = Some(now + std::time::Duration::from_hours(24));
        let after = page(&facts);
        assert!(after.contains("quiet until Fri 21 Nov, 09:58"), "{after}");
        assert!(after.contains("[Turn suggestions back on]") && !after.contains("[Quiet for a week]"), "{after}");
    }
}
