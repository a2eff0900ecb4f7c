//! What the starter topics hear in messages that are written as people write, each with the topic it means.
//!
//! The lists of what is missed and misheard are told by a snapshot, so that a change to the prompts shows what it does.

use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

use kairos::{
    engine::{Need, Recogniser},
    library::{Library, Source},
};

/// A message and the topic it means; `none` for what nobody needs help with.
struct Labelled {
    topic: String,
    text: String,
}

fn checkout() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the checkout lies"))
}

fn messages(file: &str) -> Vec<Labelled> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/heard").join(file);
    let text = fs::read_to_string(path).expect("the messages are there");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let split = lines.map(|line| line.split_once('\t').expect("a topic, a tab and a message"));
    split.map(|(topic, text)| Labelled { topic: topic.to_owned(), text: text.to_owned() }).collect()
}

/// How many messages of each topic are heard as it, as another, and not at all; and which.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    missed: usize,
    /// Told as one of the three likeliest, heard or not.
    first_three: usize,
}

fn tally(file: &str, addressed: bool) -> (BTreeMap<String, Tally>, String) {
    let library = Library::read(&Source::Folder(checkout().join("prompts"))).library;
    let recogniser = Recogniser::of(&library);
    let (mut tallies, mut told): (BTreeMap<String, Tally>, String) = Default::default();
    for Labelled { topic, text } in messages(file) {
        let needs = recogniser.hear(&text, addressed);
        let heard = needs.iter().find(|need| Need::is_heard(need));
        let tally = tallies.entry(topic.clone()).or_default();
        tally.first_three += usize::from(needs.iter().take(3).any(|need| need.trigger.as_str() == topic));
        match heard {
            Some(need) if need.trigger.as_str() == topic => tally.right += 1,
            Some(need) => {
                tally.wrong += 1;
                writeln!(told, "{topic} | heard as {} {:.2} | {text}", need.trigger, need.score).unwrap();
            }
            None => {
                tally.missed += 1;
                if topic != "none" {
                    let near =
                        needs.first().map_or_else(String::new, |need| format!("{} {:.2}", need.trigger, need.score));
                    writeln!(told, "{topic} | missed ({near}) | {text}").unwrap();
                }
            }
        }
    }
    (tallies, told)
}

fn table(tallies: &BTreeMap<String, Tally>) -> String {
    let mut table = String::new();
    for (topic, Tally { right, wrong, missed, first_three }) in tallies {
        writeln!(
            table,
            "{topic:<28} right {right:>2}  wrong {wrong:>2}  missed {missed:>2}  in three {first_three:>2}"
        )
        .unwrap();
    }
    table
}

fn sum(tallies: &BTreeMap<String, Tally>, of: impl Fn(&Tally) -> usize) -> usize {
    tallies.iter().filter(|(topic, _)| *topic != "none").map(|(_, tally)| of(tally)).sum()
}

#[test]
fn every_starter_topic_is_heard_in_new_words() {
    let (overheard, told) = tally("messages.tsv", false);
    insta::assert_snapshot!("overheard", format!("{}\n{told}", table(&overheard)));
    let (asked, told) = tally("messages.tsv", true);
    insta::assert_snapshot!("asked", format!("{}\n{told}", table(&asked)));
    assert_eq!(overheard["none"].wrong, 0, "what needs nothing is left alone");
    let (fresh, told) = tally("fresh.tsv", false);
    insta::assert_snapshot!("fresh", format!("{}\n{told}", table(&fresh)));
    assert!(sum(&overheard, |tally| tally.right) >= 120, "{}", table(&overheard));
    assert!(sum(&asked, |tally| tally.right) >= 130, "{}", table(&asked));
}
