//! What holds of any triggers, any message and any model files.

use std::sync::Arc;

use proptest::prelude::*;
use recognition::{ModelFiles, Models};

use super::*;
use crate::engine::samples;

fn lexical_only() -> Arc<Models> {
    Arc::new(Models::read(&ModelFiles { static_table: None, ..ModelFiles::shipped() }))
}

fn learn(models: Arc<Models>, examples: &[(&str, &[&str])]) -> Recogniser {
    let owned: Vec<(&str, Vec<String>)> =
        examples.iter().map(|(id, texts)| (*id, texts.iter().map(|text| (*text).to_owned()).collect())).collect();
    let teachings =
        owned.iter().map(|(id, examples)| (TriggerId::new(*id), Teaching { examples, ..Teaching::default() }));
    Recogniser::learn(models, teachings)
}

const PRICE: &[&str] = &[
    "how do I answer when they say we're too expensive",
    "the buyer says our quote is over budget",
    "client pushes back on the price, what now",
];
const ANGRY: &[&str] =
    &["a customer is shouting at me", "how do I calm down an angry customer", "furious client on the line"];

/// Of texts that live as long as the tests.
fn examples_of(texts: &[&str]) -> Teaching<'static> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    Teaching { examples: texts.leak(), ..Teaching::default() }
}

fn heard(recogniser: &Recogniser, text: &str) -> Option<String> {
    let needs = recogniser.hear(text, false);
    needs.first().filter(|need| need.is_heard()).map(|need| need.trigger.to_string())
}

#[test]
fn a_need_is_heard_in_other_words_and_chatter_is_not() {
    let recogniser = learn(shipped(), &[("price", PRICE), ("angry", ANGRY)]);
    assert_eq!(recogniser.notes(), &[] as &[String], "all models ship");
    assert_eq!(heard(&recogniser, "they told me our price is too high, any tips?").as_deref(), Some("price"));
    assert_eq!(heard(&recogniser, "my client is really angry and yells at me, help").as_deref(), Some("angry"));
    for text in ["lunch at noon?", "merged, thanks", "the build is green again"] {
        assert_eq!(heard(&recogniser, text), None, "{text}");
    }
}

#[test]
fn among_very_many_triggers_one_more_is_heard_and_the_others_stay() {
    let places: Vec<String> =
        (0..520).map(|number| format!("the key of room {number} is lost, who has another")).collect();
    let teachings = places.iter().enumerate().map(|(number, text)| {
        let teaching = Teaching { examples: std::slice::from_ref(text), ..Teaching::default() };
        (TriggerId::new(format!("room{number}")), teaching)
    });
    let mut recogniser = Recogniser::learn(shipped(), teachings.clone().take(500));
    for (id, teaching) in teachings.skip(500).chain([(TriggerId::new("price"), examples_of(PRICE))]) {
        recogniser.relearn(&id, &teaching);
    }
    assert_eq!(heard(&recogniser, "they told me our price is too high, any tips?").as_deref(), Some("price"));
    assert_eq!(heard(&recogniser, "who has another key of room 417? mine is lost").as_deref(), Some("room417"));
    assert_eq!(heard(&recogniser, "lunch at noon?"), None);
    let before = recogniser.scores(PRICE[0]);
    recogniser.relearn(&TriggerId::new("price"), &examples_of(ANGRY));
    let after = recogniser.scores(PRICE[0]);
    assert!(after[520] < before[520] - 1.0, "{} {}", before[520], after[520]);
    assert_eq!(heard(&recogniser, "my client is really angry and yells at me, help").as_deref(), Some("price"));
}

#[test]
fn the_same_triggers_are_learnt_once() {
    let library = |need: &str| {
        let trigger = Trigger { need: need.to_owned(), ..samples::trigger("price") };
        Library { triggers: [(trigger.id.clone(), trigger)].into(), ..Library::default() }
    };
    let one = Recogniser::of(&library("A buyer says it costs too much."));
    assert!(Arc::ptr_eq(&one, &Recogniser::of(&library("A buyer says it costs too much."))));
    assert!(!Arc::ptr_eq(&one, &Recogniser::of(&library("A buyer wants to pay later."))));
}

#[test]
fn a_trigger_that_changes_takes_effect_by_itself() {
    let mut recogniser = learn(shipped(), &[("price", PRICE)]);
    let angry: Vec<String> = ANGRY.iter().map(|text| (*text).to_owned()).collect();
    let keywords = ["code red".to_owned()];
    let teaching = Teaching { examples: &angry, keywords: &keywords, ..Teaching::default() };
    recogniser.relearn(&TriggerId::new("angry"), &teaching);
    assert_eq!(heard(&recogniser, "my client is really angry and yells at me, help").as_deref(), Some("angry"));
    assert_eq!(heard(&recogniser, "they told me our price is too high, any tips?").as_deref(), Some("price"));
    assert_eq!(heard(&recogniser, "this is a code red").as_deref(), Some("angry"));
    let score = |recogniser: &Recogniser| recogniser.scores("they told me our price is too high, any tips?")[0];
    let before = score(&recogniser);
    recogniser.relearn(&TriggerId::new("price"), &Teaching { examples: &angry, ..Teaching::default() });
    assert!(score(&recogniser) < before - 1.0, "{before}");
}

#[test]
fn evidence_is_made_of_the_managers_words() {
    let recogniser = learn(shipped(), &[("price", PRICE), ("angry", ANGRY)]);
    let needs = recogniser.hear("the buyer finds our quote over the budget", false);
    let Evidence::Example { nearest, words } = &needs[0].evidence else { panic!("{needs:?}") };
    assert_eq!(nearest, PRICE[1]);
    assert!(words.iter().any(|word| word == "budget") && words.iter().all(|word| nearest.contains(word)), "{words:?}");
    let said = "the buyer finds our quote over the budget";
    assert!(words.iter().all(|word| said.contains(word.as_str())), "only words of the message are named: {words:?}");
}

#[test]
fn a_question_over_several_messages_is_heard_once() {
    let recogniser = learn(shipped(), &[("price", PRICE), ("angry", ANGRY)]);
    let heard_on = |before: &[&str], text: &str| {
        let before: Vec<String> = before.iter().map(|text| (*text).to_owned()).collect();
        let needs = recogniser.hear_on(&before, text, false, &|_| recogniser.threshold(USUAL_BUDGET, &[]));
        needs.first().is_some_and(|need| need.is_heard() && need.trigger.as_str() == "price")
    };
    assert!(!heard_on(&[], "any ideas?"));
    assert!(heard_on(&["so the buyer thinks"], "our quote is too expensive, any ideas?"));
    assert!(!heard_on(&["the buyer says our price is too high, what should I answer?"], "thanks all"));
}

#[test]
fn models_may_be_missing_or_damaged() {
    let all = ModelFiles::shipped();
    let cut = |file: Option<&'static [u8]>| file.map(|bytes| &bytes[..bytes.len() / 2]);
    let other = |file: Option<&'static [u8]>| {
        let mut bytes = file.map(<[u8]>::to_vec)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        Some(&*bytes.leak())
    };
    let second_is_missing = "promising messages get no second look: encoder.bin";
    let first_is_missing = "needs are heard by their wording alone, not by meaning: ";
    for (files, note) in [
        (ModelFiles { encoder: None, ..all }, second_is_missing),
        (ModelFiles { encoder: cut(all.encoder), ..all }, second_is_missing),
        (ModelFiles { encoder: other(all.encoder), ..all }, second_is_missing),
        (ModelFiles { static_table: None, ..all }, first_is_missing),
        (ModelFiles { static_table: other(all.static_table), ..all }, first_is_missing),
        (ModelFiles { vocabulary: Some(b"no vocabulary"), ..all }, first_is_missing),
        (ModelFiles { background: cut(all.background), ..all }, first_is_missing),
        (ModelFiles { lexical: other(all.lexical), ..all }, "all wordings count as equally rare: "),
        (ModelFiles::default(), "all wordings count as equally rare: "),
    ] {
        let recogniser = learn(Arc::new(Models::read(&files)), &[("price", PRICE), ("angry", ANGRY)]);
        assert!(recogniser.notes()[0].starts_with(note), "{:?}", recogniser.notes());
        let needs = recogniser.hear(PRICE[0], true);
        assert_eq!(needs[0].trigger.as_str(), "price", "{note}");
    }
}

#[test]
fn odd_triggers_are_learnt_all_the_same() {
    let hundred = vec!["the buyer says it is too expensive"; 100];
    let odd: [&[(&str, &[&str])]; 6] = [
        &[],
        &[("none", &[])],
        &[("one", &["too expensive"])],
        &[("hundred", &hundred), ("price", PRICE)],
        &[("price", PRICE), ("twin", PRICE)],
        &[("empty", &["", " ", "🙂", "\u{202e}"])],
    ];
    for models in [lexical_only(), shipped()] {
        for triggers in odd {
            let recogniser = learn(Arc::clone(&models), triggers);
            for text in ["", "too expensive", "hello there"] {
                let needs = recogniser.hear(text, true);
                assert!(needs.len() <= TOLD && needs.iter().all(|need| (0.0..=1.0).contains(&need.score)), "{needs:?}");
            }
            assert!(recogniser.scores("too expensive").iter().all(|score| score.is_finite()));
        }
    }
}

#[test]
fn odd_messages_are_looked_at_in_bounded_time() {
    let recogniser = learn(shipped(), &[("price", PRICE), ("angry", ANGRY)]);
    let zalgo = "p\u{0335}\u{0336}\u{0337}".repeat(3_000);
    let binary = String::from_utf8_lossy(&(0..=255).cycle().take(100_000).collect::<Vec<u8>>()).into_owned();
    let long = "the price is too high for the buyer and ".repeat(2_500);
    for text in [
        "",
        "🙂🙂🙂",
        "سعر العرض مرتفع جدا ولا أعرف ماذا أقول",
        "\u{202e}evisnepxe oot",
        &zalgo,
        &binary,
        &long,
        &"x".repeat(100_000),
    ] {
        assert!(recogniser.hear(text, true).len() <= TOLD);
    }
}

#[test]
fn what_was_looked_at_before_is_heard_the_same_again() {
    let recogniser = learn(shipped(), &[("price", PRICE), ("angry", ANGRY)]);
    for text in ["they told me our price is too high, any tips?", "der Kunde sagt, das Angebot ist zu teuer", ""] {
        assert_eq!(recogniser.hear(text, true), recogniser.hear(text, true), "{text}");
    }
}

#[test]
fn what_lies_near_the_examples_counts_for_more_than_one_direction() {
    let recogniser = learn(shipped(), &[("price", PRICE), ("angry", ANGRY)]);
    let score = |text: &str| recogniser.scores(text)[0];
    assert!(score(PRICE[1]) > score("the buyer says hello") + 3.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_damage_to_a_model_is_told_and_survived(
        which in 0..5_usize, at: prop::sample::Index, other in proptest::collection::vec(any::<u8>(), 1..40), cut: bool
    ) {
        let mut files = ModelFiles::shipped();
        let file = match which {
            0 => &mut files.vocabulary,
            1 => &mut files.lexical,
            2 => &mut files.static_table,
            3 => &mut files.background,
            _ => &mut files.encoder,
        };
        let whole = file.unwrap();
        let mut damaged = whole.to_vec();
        let from = at.index(damaged.len());
        for (byte, other) in damaged[from..].iter_mut().zip(other) {
            *byte = other;
        }
        damaged.truncate(if cut { from } else { damaged.len() });
        prop_assume!(damaged != whole);
        *file = Some(&damaged);
        let models = Models::read(&files);
        prop_assert!(!models.notes.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_triggers_and_any_message_give_scores_in_order(
        examples in proptest::collection::vec(proptest::collection::vec(".{0,60}", 0..4), 0..4),
        unlike in proptest::collection::vec(".{0,40}", 0..3),
        text in ".{0,400}",
        addressed: bool,
    ) {
        let teachings = examples.iter().enumerate().map(|(number, examples)| {
            (TriggerId::new(number.to_string()), Teaching { examples, unlike: &unlike, ..Teaching::default() })
        });
        let recogniser = Recogniser::learn(lexical_only(), teachings);
        let needs = recogniser.hear(&text, addressed);
        prop_assert!(needs.is_sorted_by(|a, b| a.score >= b.score));
        prop_assert!(needs.iter().all(|need| (0.0..=1.0).contains(&need.score)));
        prop_assert_eq!(needs, recogniser.hear(&text, addressed));
    }
}
