//! *Why this?* in at most sixty words, and the details behind a tap.
//!
//! Invariants
//! - Scores are told on one scale, in per cent, each with what is needed.
//! - Only words of the library are quoted, never what somebody wrote.

use chat::{Block, Card, Choice, DeliveryId, Prominence, Span, Text};

use crate::{
    engine::{Decision, Evidence, LearntTrigger, Need, Tap, dip::promise},
    library::Trigger,
    messages::{paragraph, say},
};

/// By which words or numbers, which topic and whose it is, what is stored; everything else is a tap away. `learnt`: what
/// taps and managers made of the triggers.
pub fn why_card(trigger: &Trigger, need: &Need, learnt: &[LearntTrigger], delivery: &DeliveryId) -> Card {
    let is_measured = is_measured(need);
    let text = Text::paragraphs([
        evidence(need, is_added(need, learnt)),
        say!("why-topic", topic = &trigger.title, owner = &trigger.owner),
        if is_measured { say!("why-stored-numbers") } else { say!("why-stored") }.to_owned(),
    ]);
    let mut card = Card::new(say!("why-title"), text);
    card.choices.push(Choice {
        id: Tap::Details(delivery.clone()).to_choice(),
        label: say!("why-details").to_owned(),
        prominence: Prominence::Usual,
    });
    card
}

/// The same for somebody to whom the card did not come: its topic and its rule, and nothing of whom it came to.
pub fn why_for_others_card(trigger: &Trigger) -> Card {
    let (topic, owner, need) = (&trigger.title, &trigger.owner, trigger.need.trim_end_matches('.'));
    let topic = say!("why-others-topic", topic = topic, owner = owner, need = need);
    Card::new(say!("why-others-title"), Text::paragraphs([topic, say!("why-others-rest").to_owned()]))
}

/// Which topic, every rule that was asked, what is stored, and how to change it.
pub fn details_card(trigger: &Trigger, need: &Need, decision: &Decision) -> Card {
    let plain = |text: String| Block::Paragraph(vec![Span::Plain(text)]);
    let (topic, owner, about) = (&trigger.title, &trigger.owner, trigger.need.trim_end_matches('.'));
    let mut text = vec![plain(say!("details-topic", topic = topic, owner = owner, need = about))];
    if let Evidence::Example { words, .. } = &need.evidence
        && !words.is_empty()
    {
        text.push(plain(say!("details-words", words = words.join(", "))));
    }
    let rules = decision.reasons.iter().filter(|reason| reason.passed);
    let rules: Vec<_> = rules
        .map(|reason| vec![Span::Bold(reason.rule.label().to_owned()), Span::Plain(format!(": {}", reason.value))])
        .collect();
    if !rules.is_empty() {
        text.push(plain(say!("details-checked").to_owned()));
        text.push(Block::Bullets(rules));
    }
    if let Some(dip) = &trigger.dip {
        text.push(plain(say!("details-promise", promise = promise(dip))));
    }
    let stored = if is_measured(need) { say!("details-stored-numbers") } else { say!("details-stored") };
    text.push(plain(stored.to_owned()));
    Card::new(say!("details-title"), Text(text).then(paragraph(say!("details-change"))))
}

const fn is_measured(need: &Need) -> bool {
    matches!(need.evidence, Evidence::Measured { .. } | Evidence::Alerted { .. })
}

/// True for what was recognised by words that a colleague gave.
fn is_added(need: &Need, learnt: &[LearntTrigger]) -> bool {
    let Some(nearest) = need.evidence.example() else { return false };
    learnt.iter().any(|(id, of)| *id == need.trigger && of.taken_in.iter().any(|text| text == nearest))
}

fn evidence(need: &Need, is_added: bool) -> String {
    let (score, threshold) = need.percents();
    match &need.evidence {
        Evidence::Keyword { phrase } => say!("why-keyword", phrase = phrase),
        Evidence::Example { nearest, .. } if is_added => {
            say!("why-colleague", example = nearest, score = score, threshold = threshold)
        }
        Evidence::Example { nearest, .. } => {
            say!("why-example", example = nearest, score = score, threshold = threshold)
        }
        Evidence::Measured { verdict } => verdict.sentence.clone(),
        Evidence::Alerted { name } => say!("why-alert", name = name),
        Evidence::Asked => say!("why-asked").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{
        Act, Learnt, Reason, Rule,
        dip::{Numbers, Outcome, Verdict},
        samples,
    };

    /// Words as people count them: what stands between blanks and has a letter or a digit.
    fn words(card: &Card) -> usize {
        let text = format!("{} {}", card.title, card.text.plain());
        text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
    }

    /// The short card and the details.
    fn why(evidence: Evidence, passed: &[(Rule, &str)]) -> String {
        let trigger = samples::trigger("price");
        let need = Need { trigger: trigger.id.clone(), score: 0.83, threshold: 0.5, evidence };
        let reasons = passed.iter().map(|(rule, value)| Reason::passed(*rule, *value)).collect();
        let decision = Decision { act: Act::Silent { because: Rule::Digest }, need: Some(need.clone()), reasons };
        let given = "the number scares them".to_owned();
        let learnt = Learnt { taken_in: vec![given], ..Learnt::default() };
        let short = why_card(&trigger, &need, &[(trigger.id.clone(), learnt)], &DeliveryId::new("d1"));
        assert!(words(&short) <= 60, "{} words: {}", words(&short), short.plain());
        format!("{}\n\n-- Details --\n\n{}", short.plain(), details_card(&trigger, &need, &decision).plain())
    }

    #[test]
    fn words_that_were_recognised() {
        let keyword = Evidence::Keyword { phrase: "price objection".to_owned() };
        let rules = [
            (Rule::Channel, "on"),
            (Rule::Grace, "nobody answered within 10 minutes"),
            (Rule::QuietHours, "Mon-Fri 09:00-17:30, Europe/Lisbon"),
            (Rule::Budget, "0 of 1 cards used today, 0 of 3 this week"),
        ];
        insta::assert_snapshot!(why(keyword, &rules));
    }

    #[test]
    fn a_message_that_resembles_an_example() {
        let nearest = "how do I answer when they say we're too expensive?".to_owned();
        let words = vec!["answer".to_owned(), "expensive".to_owned()];
        let rules = [(Rule::Addressed, "you asked me directly, so no waiting")];
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
        let sentence = "Negotiations that close: 9 of 60 negotiations (15 %); usually 25 %. By pure luck you’d see a \
                        number this low about 1 time in 22, so something probably changed."
            .to_owned();
        let verdict = Verdict { outcome: Outcome::Moved, sentence, numbers: Numbers::default() };
        let rules = [(Rule::Measured, "moved"), (Rule::Trigger, "on")];
        insta::assert_snapshot!(why(Evidence::Measured { verdict }, &rules));
    }

    #[test]
    fn what_a_summary_told() {
        let keyword = Evidence::Keyword { phrase: "price objection".to_owned() };
        insta::assert_snapshot!(why(keyword, &[(Rule::Digest, "it was in your weekly summary, and you opened it")]));
    }

    #[test]
    fn a_score_that_does_not_reach_reads_less_than_what_is_needed() {
        let need = |score, threshold| Need {
            trigger: samples::trigger("price").id,
            score,
            threshold,
            evidence: Evidence::Asked,
        };
        assert_eq!(need(1.0, 0.63).percents(), (100, 63));
        assert_eq!(need(0.629, 0.631).percents(), (62, 63));
        assert_eq!(need(0.631, 0.634).percents(), (62, 63));
        assert_eq!(need(0.5, 0.5).percents(), (50, 50));
        assert_eq!(need(0.0, 0.0).percents(), (0, 0));
    }
}
