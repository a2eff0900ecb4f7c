//! How long recognising takes: learning, the first look, the second, and a trigger that changes.
//!
//! ```text
//! cargo bench --bench recognise
//! ```
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures the machine, and tells")]

use std::{hint::black_box, sync::Arc, time::Instant};

use kairos::{
    engine::{Recogniser, TrainingData, shipped},
    library::TriggerId,
};
use recognition::{ModelFiles, Models};

const WORDS: &[&str] = &[
    "price", "customer", "refund", "deploy", "invoice", "feedback", "angry", "meeting", "contract", "laptop", "salary",
    "holiday", "report", "query", "design", "review", "budget", "travel", "badge", "policy", "release", "schedule",
    "training", "vendor",
];
const FRAMES: &[&str] = &[
    "how do I handle the {} with {}",
    "no idea what to do about {} and {}",
    "who can help me with a {} {}",
    "my {} is stuck again since the {}",
    "what do you say when {} meets {}",
    "is it ok to skip the {} for {}",
    "they keep asking about {} {}",
    "first time I do a {} for {}",
    "the {} went wrong because of {}",
    "need a template for {} {}",
];

/// Ten examples of each of so many needs, all different.
fn examples(triggers: usize) -> Vec<Vec<String>> {
    let word = |at: usize| WORDS[at % WORDS.len()];
    let fill = |frame: &str, trigger: usize| {
        let first = frame.replacen("{}", word(trigger), 1);
        first.replacen("{}", &format!("{} {trigger}", word(trigger / WORDS.len() + 7)), 1)
    };
    (0..triggers).map(|trigger| FRAMES.iter().map(|frame| fill(frame, trigger)).collect()).collect()
}

fn learn(models: Arc<Models>, examples: &[Vec<String>]) -> Recogniser {
    let teachings = examples.iter().enumerate().map(|(number, examples)| {
        (TriggerId::new(format!("t{number}")), TrainingData { examples, ..TrainingData::default() })
    });
    Recogniser::learn(models, teachings)
}

fn micros(times: usize, mut what: impl FnMut(usize)) -> (f64, f64) {
    let mut all: Vec<f64> = (0..times)
        .map(|at| {
            let start = Instant::now();
            what(at);
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    all.sort_by(f64::total_cmp);
    (all[times / 2], all[times * 99 / 100])
}

/// Ten thousand triggers, of two examples each: what a message costs does not depend on how many there are.
fn among_ten_thousand() {
    let examples: Vec<Vec<String>> = examples(10_001).into_iter().map(|all| all[..2].to_vec()).collect();
    let (last, most) = examples.split_last().expect("there are");
    let start = Instant::now();
    let mut recogniser = learn(shipped(), most);
    println!("10,000 triggers of two examples, both looks: learnt in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    recogniser =
        recogniser.retrain_one(&TriggerId::new("t10000"), &TrainingData { examples: last, ..TrainingData::default() });
    println!("one more trigger: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    recogniser =
        recogniser.retrain_one(&TriggerId::new("t7"), &TrainingData { examples: last, ..TrainingData::default() });
    println!("one of 10,001 changed: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let unpromising =
        ["lunch at noon in the usual place?", "merged, thanks", "see you on monday then, have a good weekend"];
    let (median, p99) = micros(3_000, |at| drop(black_box(recogniser.scores(unpromising[at % unpromising.len()]))));
    println!("10,001 triggers, first look: median {median:.0} µs, p99 {p99:.0} µs");
}

fn main() {
    let messages = [
        "ugh, the buyer at acme just told me we cost twice what they planned to spend",
        "lunch at noon in the usual place?",
        "the deploy failed again and I have no idea who to ask about the invoice service",
    ];
    let first_only = Arc::new(Models::read(&ModelFiles { encoder: None, ..ModelFiles::shipped() }));
    for triggers in [150, 500] {
        let examples = examples(triggers);
        let start = Instant::now();
        let recogniser = learn(Arc::clone(&first_only), &examples);
        println!("{triggers} triggers, first look: learnt in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
        let (median, p99) = micros(3_000, |at| drop(black_box(recogniser.scores(messages[at % messages.len()]))));
        println!("{triggers} triggers, first look: median {median:.1} µs, p99 {p99:.1} µs");
    }
    among_ten_thousand();
    let examples = examples(150);
    let start = Instant::now();
    let recogniser = learn(shipped(), &examples);
    println!("150 triggers, both looks: learnt in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    // No two alike: what was looked at lately is remembered.
    let asked: Vec<String> = (0..600).map(|at| format!("{} ({at})", messages[at % messages.len()])).collect();
    let (median, p99) = micros(600, |at| drop(black_box(recogniser.hear(&asked[at], true))));
    println!("150 triggers, both looks with evidence: median {median:.0} µs, p99 {p99:.0} µs");
    let mut recogniser = recogniser;
    let (median, _) = micros(5, |at| {
        recogniser = recogniser
            .retrain_one(&TriggerId::new("t7"), &TrainingData { examples: &examples[at], ..TrainingData::default() });
    });
    println!("one of 150 triggers changed: {:.0} ms", median / 1e3);
}
