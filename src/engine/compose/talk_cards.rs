//! What Kairos says about itself.

use chat::{Block, Card, Choice, Prominence, Span, Text, Timestamp};

use crate::{
    engine::{PersonFacts, Setting, Tap},
    library::Library,
    messages::{say, spans},
};

/// Skills that are offered as buttons at most.
const MOST_SKILLS: usize = 10;

/// What Kairos can do: in two sentences, and every skill as a button.
pub fn skills_card(library: &Library) -> Card {
    let mut card = Card::new(say!("skills-title"), Text::paragraph(say!("skills-how")));
    card.choices = skill_buttons(library);
    say!("skills-footer").clone_into(&mut card.footer);
    card
}

/// Every skill that people can ask about, as buttons.
pub fn skill_buttons(library: &Library) -> Vec<Choice> {
    let asked_about = library
        .skills
        .values()
        .filter(|skill| library.triggers.values().any(|trigger| trigger.skill == skill.id && trigger.dip.is_none()));
    let button = |skill: &crate::library::Skill| Choice {
        id: Tap::Skill(skill.id.clone()).to_choice(),
        label: skill.title.chars().take(75).collect(),
        prominence: Prominence::Usual,
    };
    asked_about.take(MOST_SKILLS).map(button).collect()
}

/// Who Kairos is.
pub fn who_card(library: &Library) -> Card {
    let mut card = Card::new(say!("who-title"), Text::paragraph(say!("who-text")));
    card.choices = skill_buttons(library);
    card
}

/// Who can see what is written to Kairos.
pub fn privacy_card() -> Card {
    let point = |what: &str, text: &str| {
        let mut line = vec![Span::Bold(what.to_owned()), Span::Plain(": ".to_owned())];
        line.extend(spans(text));
        line
    };
    let points = vec![
        point(say!("privacy-written"), say!("privacy-written-text")),
        point(say!("privacy-channel"), say!("privacy-channel-text")),
        point(say!("privacy-stored"), say!("privacy-stored-text")),
        point(say!("privacy-manager"), say!("privacy-manager-text")),
        point(say!("privacy-page"), say!("privacy-page-text")),
    ];
    let mut card = Card::new(say!("privacy-title"), Text(vec![Block::Bullets(points)]));
    card.choices = vec![Choice {
        id: Tap::Set(Setting::Export).to_choice(),
        label: say!("me-export").to_owned(),
        prominence: Prominence::Usual,
    }];
    card
}

/// That Kairos is there.
pub fn here_card(library: &Library) -> Card {
    let mut card = Card::new(say!("still-here-title"), Text::paragraph(say!("still-here-text")));
    card.choices = skill_buttons(library);
    card
}

/// An answer to thanks, where no reaction can be given.
pub fn thanks_card() -> Card {
    Card::new(say!("thanks-title"), Text::default())
}

/// The ways to hear less of Kairos, or to hear of it again.
pub fn ways_out_card(facts: &PersonFacts, now: Timestamp) -> Card {
    let choice = |setting, label: &str| Choice {
        id: Tap::Set(setting).to_choice(),
        label: label.to_owned(),
        prominence: Prominence::Usual,
    };
    let is_snoozed = facts.snoozed_until.is_some_and(|until| until > now);
    let (text, choices) = if facts.opted_out {
        (say!("ways-out-off"), vec![choice(Setting::Resume, say!("me-resume"))])
    } else if is_snoozed {
        (say!("ways-out-quiet"), vec![choice(Setting::Out, say!("me-out")), choice(Setting::Resume, say!("me-resume"))])
    } else {
        (say!("ways-out-ask"), vec![choice(Setting::Snooze, say!("snooze-week")), choice(Setting::Out, say!("me-out"))])
    };
    let mut card = Card::new(say!("ways-out-title"), Text::paragraph(text));
    card.choices = choices;
    say!("only-you").clone_into(&mut card.footer);
    card
}
