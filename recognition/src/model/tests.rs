//! What holds of any classes: a copy with one class trained anew says what a model trained on all says.

use std::sync::Weak;

use super::*;

const PRICE: &[&str] = &[
    "how do I answer when they say we're too expensive",
    "the buyer says our quote is over budget",
    "client pushes back on the price, what now",
];
const ANGRY: &[&str] =
    &["a customer is shouting at me", "how do I calm down an angry customer", "furious client on the line"];
const OWN: &str = "procurement turned pale at the second page";

fn texts<'a>(positives: &[&'a str]) -> ClassTexts<'a> {
    ClassTexts { positives: positives.to_vec(), ..ClassTexts::default() }
}

fn shipped() -> Arc<Models> {
    Arc::new(Models::shipped())
}

/// So many classes of one example each, the first two of three.
fn rooms(count: usize) -> Vec<String> {
    (2..count).map(|number| format!("the key of room {number} is lost, who has another")).collect()
}

fn classes<'a>(rooms: &'a [String], price: &[&'a str]) -> Vec<(ClassId, ClassTexts<'a>)> {
    let first = [(ClassId::new("price"), texts(price)), (ClassId::new("angry"), texts(ANGRY))];
    let rooms = rooms.iter().enumerate().map(|(number, text)| (ClassId::new(&format!("room{number}")), texts(&[text])));
    first.into_iter().chain(rooms).collect()
}

fn scores(model: &Model, text: &str) -> Vec<f32> {
    model.scores(&mut model.text(text), Gate::Open)
}

/// The strongest class and its score are the same within `tolerance`, for texts of the changed class, of others and of none.
fn assert_alike(one: &Model, other: &Model, tolerance: f32) {
    for text in [
        OWN,
        "they told me our price is too high, any tips?",
        "my client is really angry and yells at me, help",
        "lunch at noon?",
        "who has another key of room 7? mine is lost",
    ] {
        let (one, other) = (scores(one, text), scores(other, text));
        let (best, score) = strongest(&one).unwrap();
        assert_eq!(Some(best), strongest(&other).map(|(best, _)| best), "{text}");
        assert!((score - other[best]).abs() <= tolerance, "{text}: {score} {}", other[best]);
    }
    assert!((one.gate - other.gate).abs() <= tolerance, "{} {}", one.gate, other.gate);
}

#[test]
fn one_class_trained_anew_on_a_copy_says_what_all_trained_anew_say() {
    let changed = [PRICE, &[OWN]].concat();
    for (count, tolerance) in [(20, 0.6), (MOST_JOINT + 20, 1e-3)] {
        let rooms = rooms(count);
        let before = Model::train(shipped(), &classes(&rooms, PRICE), None);
        let kept = scores(&before, OWN);
        let copy = before.retrain_one(&ClassId::new("price"), &texts(&changed));
        let anew = Model::train(shipped(), &classes(&rooms, &changed), None);
        assert_alike(&copy, &anew, tolerance);
        assert!(scores(&copy, OWN)[0] > kept[0] + 1.0, "it counts");
        assert_eq!(scores(&before, OWN), kept, "the model it was copied from stays as it is");
        let back = copy.retrain_one(&ClassId::new("price"), &texts(PRICE));
        assert_alike(&back, &before, tolerance);
    }
}

#[test]
fn a_copy_shares_what_did_not_change_and_keeps_nothing_else() {
    for count in [20, MOST_JOINT + 20] {
        let rooms = rooms(count);
        let before = Model::train(shipped(), &classes(&rooms, PRICE), None);
        let copy = before.retrain_one(&ClassId::new("price"), &texts(ANGRY));
        assert!(!Arc::ptr_eq(&before.classes[0], &copy.classes[0]));
        assert!(before.classes.iter().zip(&copy.classes).skip(1).all(|(a, b)| Arc::ptr_eq(a, b)));
        let old: Weak<Class> = Arc::downgrade(&before.classes[0]);
        let shared: Weak<Class> = Arc::downgrade(&before.classes[1]);
        drop(before);
        assert!(old.upgrade().is_none(), "nothing in the process keeps what was replaced");
        drop(copy);
        assert!(shared.upgrade().is_none());
    }
}

#[test]
fn what_is_remembered_gives_the_same_model() {
    let (models, cache) = (shipped(), EmbeddingCache::default());
    let rooms = rooms(6);
    let classes = classes(&rooms, PRICE);
    let first = Model::train(Arc::clone(&models), &classes, Some(&cache));
    assert_eq!(cache.len(), PRICE.len() + ANGRY.len() + 4);
    let read = EmbeddingCache::read(&cache.write(&models).unwrap(), &models).unwrap();
    let again = Model::train(Arc::clone(&models), &classes, Some(&read));
    assert_eq!(scores(&first, OWN), scores(&again, OWN));
    assert_eq!(read.len(), cache.len());
}

#[test]
fn the_gate_lets_through_its_share() {
    assert!((gate_of((0..100_u8).map(|n| f32::from(n) / 10.0).collect()) - 7.91).abs() < 1e-3);
    assert!((gate_of(Vec::new()) - FARTHEST).abs() < 1e-6);
}
