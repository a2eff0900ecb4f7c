//! Cards that answer somebody: nothing good, why this, an exercise done, hello.

use chat::{Block, Card, Choice, DeliveryId, Prominence, Span, Text};

use super::asset_card;
use crate::{
    engine::{Decision, Evidence, LearntTrigger, Need, Rule, Tap},
    library::{Asset, Library, Trigger},
};

/// The share of its threshold from which on a need that was not heard is near enough to be offered.
const NEAR: f32 = 0.6;

/// Says that we have no card, with what is near where something is, and every skill.
pub fn nothing_good_card(library: &Library, near: &[Need]) -> Card {
    let near = near.iter().filter(|need| need.score >= need.threshold * NEAR);
    let topics = near.filter_map(|need| library.triggers.get(&need.trigger)).take(2);
    let mut choices: Vec<Choice> = topics
        .map(|trigger| Choice {
            id: Tap::Skill(trigger.skill.clone()).to_choice(),
            label: format!("Maybe: {}", trigger.title).chars().take(75).collect(),
            prominence: Prominence::Usual,
        })
        .collect();
    let others = super::skill_buttons(library);
    choices
        .extend(others.into_iter().filter(|skill| choices.iter().all(|near| near.id != skill.id)).collect::<Vec<_>>());
    let text = if choices.is_empty() {
        "Other words may help, or a colleague will know."
    } else {
        "Other words may help, or a colleague will know. I can help with:"
    };
    let mut card = Card::new("I don’t have a card for that yet", Text::paragraph(text));
    card.choices = choices;
    card
}

/// Says to somebody who writes on that their question has had its answer.
pub fn one_question_card() -> Card {
    let text = "The card just above is what I have on this. If you mean something else, put it into one message and I \
                look again.";
    Card::new("I read that together with what you wrote before", Text::paragraph(text))
}

/// Tells in the open that something private is waiting, and nothing about what it is.
pub fn waiting_card(id: &DeliveryId) -> Card {
    let text = "Your private messages are closed to Kairos, so what it has for you waits behind this button. \
                Only you will see it.";
    let mut card = Card::new("An answer is here for whoever asked", Text::paragraph(text));
    card.choices.push(Choice {
        id: Tap::Open(id.clone()).to_choice(),
        label: "Open for me alone".to_owned(),
        prominence: Prominence::Primary,
    });
    card
}

/// Which trigger, by whom, by which words, past which rules; what is kept; how to change it. `learnt`: what taps and
/// managers made of the triggers.
pub fn why_card(trigger: &Trigger, need: &Need, decision: &Decision, learnt: &[LearntTrigger]) -> Card {
    let mut text = vec![
        Block::Paragraph(vec![
            Span::Plain("The trigger ".to_owned()),
            Span::Bold(trigger.title.clone()),
            Span::Plain(format!(" listens for this need: {} {} answers for it.", trigger.need, trigger.owner)),
        ]),
        Block::Paragraph(evidence(need, is_taken_in(need, learnt))),
    ];
    let rules = decision.reasons.iter().filter(|reason| reason.passed && reason.rule != Rule::Measured);
    let rules: Vec<_> = rules
        .map(|reason| vec![Span::Bold(reason.rule.label().to_owned()), Span::Plain(format!(": {}", reason.value))])
        .collect();
    if !rules.is_empty() {
        text.push(Block::Paragraph(vec![Span::Plain("It passed these rules:".to_owned())]));
        text.push(Block::Bullets(rules));
    }
    let is_measured = matches!(need.evidence, Evidence::Measured { .. } | Evidence::Alerted { .. });
    text.push(Block::Paragraph(vec![Span::Plain(if is_measured { KEPT_OF_NUMBERS } else { KEPT }.to_owned())]));
    Card::new("Why you see this", Text(text))
}

/// The same for somebody to whom the card did not come: its topic and its rule, and nothing of whom it came to.
pub fn why_for_others_card(trigger: &Trigger) -> Card {
    let topic = vec![
        Span::Plain("This card comes from the topic ".to_owned()),
        Span::Bold(trigger.title.clone()),
        Span::Plain(format!(" (owner: {}). It comes when: {}", trigger.owner, trigger.need)),
    ];
    let text = "Why it came just now is shown to the person it is for.";
    Card::new("Why this card is here", Text(vec![Block::Paragraph(topic)]).then(Text::paragraph(text)))
}

const KEPT_OF_NUMBERS: &str = "Only you see this and these numbers. Kept: what was reported, for as long as the house keeps it, what was offered \
     and what you tap. Managers see totals of five people or more. To change it: Quiet for a week, or Stop this \
     trigger, on the card; everything that is kept and every setting: /kairos me.";
const KEPT: &str = "Kept about this: that the trigger was heard, when, what was offered and what you tap. Not kept: what you wrote. \
         Managers see totals of five people or more. To change it: Quiet for a week, or Stop this trigger, on the card; \
         everything that is kept and every setting: /kairos me.";

/// True for what was heard by words that a person gave.
fn is_taken_in(need: &Need, learnt: &[LearntTrigger]) -> bool {
    let Some(nearest) = need.evidence.example() else { return false };
    learnt.iter().any(|(id, of)| *id == need.trigger && of.taken_in.iter().any(|text| text == nearest))
}

fn evidence(need: &Need, is_taken_in: bool) -> Vec<Span> {
    match &need.evidence {
        Evidence::Keyword { phrase } => {
            vec![
                Span::Plain("Your message has the words ".to_owned()),
                Span::Bold(phrase.clone()),
                Span::Plain(".".to_owned()),
            ]
        }
        Evidence::Example { nearest, words } => {
            let mut spans = vec![Span::Plain("Your message resembles ".to_owned()), Span::Italic(nearest.clone())];
            if is_taken_in {
                spans.push(Span::Plain(", which was taken from a colleague's own words,".to_owned()));
            }
            if !words.is_empty() {
                spans.push(Span::Plain(" by the words ".to_owned()));
                spans.push(Span::Bold(words.join(", ")));
            }
            spans.push(Span::Plain(format!(
                ": {:.0} of 100, where {:.0} are enough.",
                need.score * 100.0,
                need.threshold * 100.0
            )));
            spans
        }
        Evidence::Measured { verdict } => vec![Span::Plain(verdict.sentence.clone())],
        Evidence::Alerted { name } => vec![
            Span::Plain("A system that watches this work raised the alert ".to_owned()),
            Span::Bold(name.clone()),
            Span::Plain(".".to_owned()),
        ],
        Evidence::Asked => vec![Span::Plain("You asked for it by name.".to_owned())],
    }
}

/// A retrieval exercise after `chosen` was taken: what is said to it, and what holds.
pub fn exercise_answered_card(asset: &Asset, chosen: usize) -> Option<Card> {
    let answer = asset.answers.get(chosen)?;
    let mut text = asset.text.clone().then(Text(vec![
        Block::Paragraph(vec![Span::Plain("You chose: ".to_owned()), Span::Bold(answer.text.clone())]),
        Block::Paragraph(vec![Span::Plain(answer.feedback.clone())]),
    ]));
    if !answer.right {
        let holds: Vec<_> = asset.answers.iter().filter(|other| other.right).collect();
        for other in holds {
            text.0.push(Block::Paragraph(vec![
                Span::Plain("What holds: ".to_owned()),
                Span::Bold(other.text.clone()),
                Span::Plain(format!(". {}", other.feedback)),
            ]));
        }
    }
    Some(Card { text, footer: "Only you see this.".to_owned(), ..asset_card(asset) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{
        Act, Learnt, Reason,
        dip::{Outcome, Verdict},
        samples,
    };

    fn why(evidence: Evidence, passed: &[(Rule, &str)]) -> String {
        let trigger = samples::trigger("price");
        let need = Need { trigger: trigger.id.clone(), score: 0.83, threshold: 0.5, evidence };
        let reasons = passed.iter().map(|(rule, value)| Reason::passed(*rule, *value)).collect();
        let decision = Decision { act: Act::Silent { because: Rule::Digest }, need: Some(need.clone()), reasons };
        let given = "the number scares them".to_owned();
        let learnt = Learnt { taken_in: vec![given], ..Learnt::default() };
        why_card(&trigger, &need, &decision, &[(trigger.id.clone(), learnt)]).plain()
    }

    #[test]
    fn words_that_were_heard() {
        let keyword = Evidence::Keyword { phrase: "price objection".to_owned() };
        let rules = [
            (Rule::Channel, "live"),
            (Rule::Grace, "nobody answered within 10 minutes"),
            (Rule::QuietHours, "Mon-Fri 09:00-17:30, Europe/Lisbon"),
            (Rule::Budget, "0 of 1 in 24 hours, 0 of 3 in 7 days"),
        ];
        insta::assert_snapshot!(why(keyword, &rules));
    }

    #[test]
    fn a_message_that_resembles_an_example() {
        let nearest = "how do I answer when they say we're too expensive?".to_owned();
        let words = vec!["answer".to_owned(), "expensive".to_owned()];
        let rules = [(Rule::Addressed, "you asked Kairos, so it answers at once")];
        insta::assert_snapshot!(why(Evidence::Example { nearest, words }, &rules));
    }

    #[test]
    fn a_message_that_resembles_what_a_colleague_said() {
        let nearest = "the number scares them".to_owned();
        let rules = [(Rule::Grace, "nobody answered within 10 minutes")];
        insta::assert_snapshot!(why(Evidence::Example { nearest, words: vec!["scares".to_owned()] }, &rules));
    }

    #[test]
    fn a_number_that_moved() {
        let sentence = "9 of 60 closed where 25 % are usual: less than chance explains.".to_owned();
        let verdict = Verdict { outcome: Outcome::Moved, sentence, numbers: crate::engine::dip::Numbers::default() };
        insta::assert_snapshot!(why(
            Evidence::Measured { verdict },
            &[(Rule::Measured, "moved"), (Rule::Trigger, "live")]
        ));
    }

    #[test]
    fn what_a_digest_told() {
        let keyword = Evidence::Keyword { phrase: "price objection".to_owned() };
        insta::assert_snapshot!(why(keyword, &[(Rule::Digest, "the digest told it, and you opened it")]));
    }
}
