//! What Kairos knows of a person and why, for that person alone; and how to change it.

use chat::{Block, Card, Choice, Prominence, Span, Text, Timestamp};

use crate::{
    engine::{Cadence, Load, PersonFacts, Setting, Tap},
    library::{Library, ScenarioId},
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
    let mut text = vec![Block::Heading(plain("What I know of you, and why"))];
    text.push(Block::Bullets(known(library, kept)));
    text.push(Block::Heading(plain("Skills and practice")));
    text.push(Block::Bullets(practice(library, kept)));
    text.push(Block::Heading(plain("Settings")));
    text.push(Block::Bullets(settings(library, kept)));
    let mut choices: Vec<Choice> = kept
        .practising
        .iter()
        .filter_map(|id| library.scenarios.get(id))
        .take(2)
        .map(|scenario| Choice {
            id: Tap::Start(scenario.id.clone()).to_choice(),
            label: format!("Carry on: {}", scenario.title).chars().take(75).collect(),
            prominence: Prominence::Primary,
        })
        .collect();
    // At most one stands out.
    choices.iter_mut().skip(1).for_each(|choice| choice.prominence = Prominence::Usual);
    choices.extend(ways_to_change(kept));
    let stopped = kept.facts.stopped.iter().filter_map(|id| library.triggers.get(id));
    choices.extend(stopped.take(STOPPED).map(|trigger| Choice {
        id: Tap::Allow(trigger.id.clone()).to_choice(),
        label: format!("Show again: {}", trigger.title).chars().take(75).collect(),
        prominence: Prominence::Tucked,
    }));
    Card {
        title: "You and Kairos".to_owned(),
        text: Text(text),
        choices,
        footer: "Only you see this. Managers see totals of five people or more, never what you tap or practise."
            .to_owned(),
        ..Card::default()
    }
}

fn ways_to_change(kept: &Kept<'_>) -> Vec<Choice> {
    let usual = |setting, label| choice(setting, label, Prominence::Usual);
    let tucked = |setting, label| choice(setting, label, Prominence::Tucked);
    let is_quiet = kept.snoozed_until().is_some() || kept.facts.opted_out;
    let mut choices = vec![if is_quiet {
        usual(Setting::Resume, "Unasked help may come again")
    } else {
        usual(Setting::Snooze, "Quiet for a week")
    }];
    if kept.facts.own.load == Some(Load::Overloaded) {
        choices.push(usual(Setting::RoomAgain, "I have room again"));
    }
    choices.push(usual(Setting::Hours, "Working hours"));
    choices.push(usual(Setting::Budget, "How much may come"));
    if kept.steers {
        choices.push(usual(Setting::Triggers, "Triggers"));
    }
    choices.push(tucked(Setting::DaysOff, "Days off"));
    choices.push(tucked(Setting::Zone, "Time zone"));
    choices.push(if kept.facts.own.no_digest {
        tucked(Setting::Digest, "A digest once a week, please")
    } else {
        tucked(Setting::NoDigest, "No digest, please")
    });
    choices.push(if kept.facts.own.pulse.is_some() {
        tucked(Setting::NoPulse, "Don't ask how full my week is")
    } else {
        tucked(Setting::Pulse, "Ask me once a week how full it is")
    });
    if !kept.facts.opted_out {
        choices.push(tucked(Setting::Out, "Nothing unasked, ever"));
    }
    choices.push(tucked(Setting::Export, "Show everything that is kept"));
    choices.push(tucked(Setting::Erase, "Forget me"));
    choices
}

fn known(library: &Library, kept: &Kept<'_>) -> Vec<Vec<Span>> {
    let PersonFacts { profile, known, received, .. } = kept.facts;
    let mut points = Vec::new();
    match (&kept.facts.own.zone, &profile.zone) {
        (Some(zone), _) => {
            points.push(point("Time zone", &format!("{zone}, as you told, so that nothing unasked comes at night")));
        }
        (None, Some(zone)) => {
            points.push(point("Time zone", &format!("{zone}, so that nothing unasked comes at night")));
        }
        (None, None) => points.push(plain("Your time zone is not known; the usual one holds.")),
    }
    if !profile.roles.is_empty() {
        points.push(point("What you do", &format!("{}, so that cards fit it", profile.roles.join(", "))));
    }
    let month = kept.now - std::time::Duration::from_hours(24 * 30);
    let lately = received.iter().filter(|card| card.at >= month);
    let (asked, unasked): (Vec<_>, Vec<_>) = lately.partition(|card| !card.unasked);
    let cards =
        format!("{} you asked for, {} unasked, so that it does not become too much", asked.len(), unasked.len());
    points.push(point("Cards in the last 30 days", &cards));
    let titles: Vec<&str> =
        known.iter().filter_map(|id| library.assets.get(id)).map(|asset| asset.title.as_str()).take(10).collect();
    if !titles.is_empty() {
        points.push(point("What you know already", &format!("{}; these rest", titles.join(" · "))));
    }
    points.push(plain("What you write is not kept."));
    points
}

fn practice(library: &Library, kept: &Kept<'_>) -> Vec<Vec<Span>> {
    let mut points: Vec<_> = kept
        .practising
        .iter()
        .filter_map(|id| library.scenarios.get(id))
        .map(|scenario| point("Begun and not finished", &scenario.title))
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
    points.extend(skills.into_iter().take(10).map(|skill| point("You had a card on", skill)));
    if points.is_empty() {
        points.push(plain("Nothing yet: ask me something, and practise what you like of it."));
    }
    points
}

fn settings(library: &Library, kept: &Kept<'_>) -> Vec<Vec<Span>> {
    let facts = kept.facts;
    let mut points = Vec::new();
    points.push(match (facts.opted_out, kept.snoozed_until()) {
        (true, _) => point("Unasked help", "never; ask any time"),
        (false, Some(until)) => point("Unasked help", &format!("quiet until {}", kept.date(until))),
        (false, None) => point("Unasked help", "may come, within your working hours and a small budget"),
    });
    let (hours, whose) = match facts.hours {
        Some(hours) => (hours, "your own"),
        None => (kept.usual.hours, "the usual ones"),
    };
    points.push(point("Working hours", &format!("{hours}, {whose}")));
    if !facts.own.days_off.is_empty() {
        points.push(point("Days off", &facts.own.days_off.to_string().replace('\n', " · ")));
    }
    let whose = if facts.own.budget.is_some() { "as you set it" } else { "as for everybody" };
    points.push(point("Unasked messages", &format!("at most {}, {whose}", kept.usual.budget_of(facts))));
    points.push(point(
        "What is over that",
        if facts.own.no_digest { "is dropped" } else { "comes as one digest a week" },
    ));
    if facts.own.pulse.is_some() {
        let said = match facts.own.load {
            Some(Load::Overloaded) => "overloaded: until then you get only what you ask for",
            Some(Load::Ready) => "ready for more",
            Some(Load::Unsure) => "unsure",
            None => "nothing since I last asked",
        };
        let next = facts.own.pulse.map(|at| kept.date(at)).unwrap_or_default();
        points.push(point("How full your week is", &format!("asked again after {next}; you said: {said}")));
    }
    let stopped: Vec<&str> = facts
        .stopped
        .iter()
        .map(|id| library.triggers.get(id).map_or(id.as_str(), |trigger| trigger.title.as_str()))
        .take(20)
        .collect();
    if !stopped.is_empty() {
        points.push(point("Triggers you stopped", &stopped.join(" · ")));
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
    "Everything that is kept about you".clone_into(&mut card.title);
    card.choices.clear();
    let received = &kept.facts.received;
    let line = |at: Timestamp, text: String| point(&kept.date(at), &text);
    let mut cards: Vec<_> = received
        .iter()
        .take(LISTED)
        .map(|card| {
            let title = library.assets.get(&card.asset).map_or(card.asset.as_str(), |asset| asset.title.as_str());
            line(card.at, format!("{title}{}", if card.unasked { " (unasked)" } else { "" }))
        })
        .collect();
    if received.len() > LISTED {
        cards.push(plain(format!("and {} older ones", received.len() - LISTED)));
    }
    let mut tapped: Vec<_> = taps.iter().rev().take(LISTED).map(|(at, tap)| line(*at, tap.replace('_', " "))).collect();
    if taps.len() > LISTED {
        tapped.push(plain(format!("and {} older ones", taps.len() - LISTED)));
    }
    for (heading, points) in [("Cards that reached you", cards), ("What you tapped", tapped)] {
        card.text.0.push(Block::Heading(plain(heading)));
        card.text.0.push(Block::Bullets(if points.is_empty() { vec![plain("Nothing.")] } else { points }));
    }
    if !own_words.is_empty() {
        let given = own_words.iter().rev().take(LISTED).map(|(at, text)| line(*at, format!("“{text}”"))).collect();
        card.text.0.push(Block::Heading(plain("Words of yours that wait for review")));
        card.text.0.push(Block::Bullets(given));
    }
    card
}

/// Asks where somebody is, as far as the clock goes.
pub fn zone_card(usual: &Cadence) -> Card {
    let zone = usual.zone.iana_name().unwrap_or("UTC");
    let text = format!(
        "So that nothing unasked comes at night. Your platform does not tell me; until you do, I go by {zone}. \
         I ask this once."
    );
    let mut card = Card::new("What time zone are you in?", Text::paragraph(text));
    card.choices = vec![
        choice(Setting::Zone, "Tell my time zone", Prominence::Primary),
        choice(Setting::UsualZone, &format!("{zone} is right"), Prominence::Usual),
    ];
    "Only you see this.".clone_into(&mut card.footer);
    card
}

/// Asks whether it is meant.
pub fn erase_card() -> Card {
    let text = "Your settings, what reached you, what you tapped and practised, and words of yours that wait for review are \
                deleted, for good. I won't know you any more: what you stopped may reach you again.";
    let mut card = Card::new("Forget you?", Text::paragraph(text));
    card.choices = vec![choice(Setting::EraseNow, "Yes, forget me", Prominence::Usual)];
    card
}

/// What can be typed behind the command.
pub fn help_card(library: &Library) -> Card {
    let command = |word: &str, what: &str| vec![Span::Code(format!("/kairos {word}")), Span::Plain(format!(" {what}"))];
    let mut card = super::skills_card(library);
    card.text.0.push(Block::Bullets(vec![
        command("ask …", "or just your question: you get an answer, or a reason why there is none"),
        command("why", "tells why you saw the last card"),
        command("snooze", "keeps everything unasked away for a week, and resume ends it"),
        command("stop", "keeps everything unasked away for good"),
        command("me", "shows what I know of you, and lets you change it"),
        command("here live", "lets me listen and answer in a channel; shadow and off do what they say"),
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
        assert!(before.contains("[Quiet for a week]") && before.contains("time zone is not known"), "{before}");
        facts.snoozed_until = Some(now + std::time::Duration::from_hours(24));
        let after = page(&facts);
        assert!(after.contains("quiet until Fri 21 Nov, 09:58"), "{after}");
        assert!(after.contains("[Unasked help may come again]") && !after.contains("[Quiet for a week]"), "{after}");
    }
}
