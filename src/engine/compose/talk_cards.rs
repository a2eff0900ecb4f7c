//! What Kairos says about itself.

use chat::{Block, Card, Choice, Prominence, Span, Text, Timestamp};

use crate::{
    engine::{PersonFacts, Setting, Tap},
    library::Library,
};

/// Skills that are offered as buttons at most.
const MOST_SKILLS: usize = 10;

/// What Kairos can do: in two sentences, and every skill as a button.
pub fn skills_card(library: &Library) -> Card {
    let text = "Write what you are stuck with, as you would to a colleague. You get one card that takes a minute or two, \
                and can practise it where nobody else sees it. Or pick a topic:";
    let mut card = Card::new("Ask me in your own words", Text::paragraph(text));
    card.choices = skill_buttons(library);
    "What you write is not kept.".clone_into(&mut card.footer);
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
    let text = "A bot, not a person. I listen where I was invited, wait for people to help each other, and when nobody \
                does, offer one short card. The cards are written by people here, not made up by an AI.";
    let mut card = Card::new("I’m Kairos", Text::paragraph(text));
    card.choices = skill_buttons(library);
    card
}

/// Who can see what is written to Kairos.
pub fn privacy_card() -> Card {
    let point = |what: &str, text: &str| vec![Span::Bold(what.to_owned()), Span::Plain(format!(": {text}"))];
    let points = vec![
        point("What you write to me", "I read it to find a card, then drop it. I don’t store your text"),
        point("In a channel", "everybody in the channel sees my answer there. In private, only you do"),
        point("What I store", "topic, time, which card, and what you tap"),
        point("Your manager", "sees totals of five people or more. Never your taps, answers or practice"),
        point("Your page", "`/kairos me` shows everything I know about you, and deletes it if you want"),
    ];
    let mut card = Card::new("Who can see this", Text(vec![Block::Bullets(points)]));
    card.choices = vec![Choice {
        id: Tap::Set(Setting::Export).to_choice(),
        label: "Show everything that is kept".to_owned(),
        prominence: Prominence::Usual,
    }];
    card
}

/// That Kairos is there.
pub fn here_card(library: &Library) -> Card {
    let mut card = Card::new("I’m here", Text::paragraph("It works. Ask me something, or pick a topic:"));
    card.choices = skill_buttons(library);
    card
}

/// An answer to thanks, where no reaction can be given.
pub fn thanks_card() -> Card {
    Card::new("Any time 🙂", Text::default())
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
        (
            "You get no suggestions from me. Ask me any time, that still works.",
            vec![choice(Setting::Resume, "Turn suggestions back on")],
        )
    } else if is_snoozed {
        (
            "You get no suggestions from me this week. Ask me any time, that still works.",
            vec![choice(Setting::Out, "Turn off suggestions"), choice(Setting::Resume, "Turn suggestions back on")],
        )
    } else {
        (
            "Sorry if that was too much. How long should I keep quiet? You can still ask me any time.",
            vec![choice(Setting::Snooze, "Quiet for a week"), choice(Setting::Out, "Turn off suggestions")],
        )
    };
    let mut card = Card::new("Less from me", Text::paragraph(text));
    card.choices = choices;
    "Only you see this.".clone_into(&mut card.footer);
    card
}
