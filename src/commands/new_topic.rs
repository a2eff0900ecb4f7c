//! `kairos new topic`: asks a few questions and writes the Markdown files of a topic, its first card, and its skill.
//!
//! Invariants
//! - Nothing that is there is written over.
//! - Without a terminal nothing is asked: what is missing is named with its flag.

use std::{
    fs,
    io::{BufRead, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};

use super::screen;

/// What can be made anew.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum New {
    /// A topic to listen for, with its first card
    Topic(Topic),
}

/// The answers that are known already; the others are asked for at a terminal.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Topic {
    /// The prompts folder [default: the configured one, or ./prompts]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The topic in a few words: "A buyer says it is too expensive"
    #[arg(long)]
    pub title: Option<String>,
    /// The need in one sentence, as a colleague would say it
    #[arg(long)]
    pub need: Option<String>,
    /// The skill it belongs to: the name of a folder, or a new one: "Answering price objections"
    #[arg(long)]
    pub skill: Option<String>,
    /// Who looks after it: "Sales enablement"
    #[arg(long)]
    pub owner: Option<String>,
    /// The title of its first card
    #[arg(long, value_name = "TITLE")]
    pub card_title: Option<String>,
    /// What that card says, in a sentence or two
    #[arg(long, value_name = "TEXT")]
    pub card: Option<String>,
    /// How somebody would ask for it; once for each way
    #[arg(long = "example", value_name = "MESSAGE")]
    pub examples: Vec<String>,
}

/// Situations in which people ask, each with how it may sound: variety is what makes a topic recognised.
const SITUATIONS: [(&str, &str); 5] = [
    ("the first time", "never had to hand a project over, where do I start?"),
    ("it just went wrong", "the handover blew up and the customer is furious, what now"),
    ("somebody else’s doing", "my lead takes every task back the moment it gets messy"),
    ("asking permission", "is it ok to let a junior run the renewal call?"),
    ("before a deadline", "review is at 5 and I still do everything myself, what can I give away"),
];
/// The longest name, with room for what is put behind it.
const NAME: usize = 50;

/// Asks for what is missing, if anybody can be asked.
pub(super) struct Questions<'a> {
    /// Where answers come from; `None`: nobody can be asked.
    pub(super) answers: Option<&'a mut dyn BufRead>,
    pub(super) out: &'a mut dyn Write,
}

impl Questions<'_> {
    fn line(&mut self, question: &str) -> Result<String> {
        let Some(answers) = &mut self.answers else { return Ok(String::new()) };
        for line in screen::lines(question, screen::width()) {
            writeln!(self.out, "{line}")?;
        }
        write!(self.out, "> ")?;
        self.out.flush()?;
        let mut answer = String::new();
        answers.read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    fn needed(&mut self, known: Option<&String>, flag: &str, question: &str) -> Result<String> {
        let answer = match known {
            Some(known) => known.trim().to_owned(),
            None => self.line(question)?,
        };
        ensure!(!answer.is_empty(), "{flag} is missing: {question}");
        Ok(answer)
    }

    fn examples(&mut self, known: &[String]) -> Result<Vec<String>> {
        if !known.is_empty() || self.answers.is_none() {
            ensure!(
                !known.is_empty(),
                "--example is missing: how would somebody ask for it? Ten ways make it recognised well"
            );
            return Ok(known.to_vec());
        }
        let mut examples = Vec::new();
        writeln!(self.out, "How would they ask for it? A few ways each; an empty line goes on.")?;
        for (situation, example) in SITUATIONS {
            loop {
                let answer = self.line(&format!("{situation} (like “{example}”)"))?;
                if answer.is_empty() {
                    break;
                }
                examples.push(answer);
            }
        }
        ensure!(!examples.is_empty(), "a topic needs at least one way in which somebody would ask for it");
        Ok(examples)
    }
}

/// Writes the files; tells which, and gives the folder to check.
pub(super) fn write(topic: &Topic, usual: Option<&Path>, questions: &mut Questions<'_>) -> Result<PathBuf> {
    let dir = topic.dir.clone().or_else(|| usual.map(Path::to_owned)).unwrap_or_else(|| PathBuf::from("prompts"));
    let title = questions.needed(
        topic.title.as_ref(),
        "--title",
        "What is the topic, in a few words? “A buyer says it is too expensive”",
    )?;
    let need = questions.needed(topic.need.as_ref(), "--need", "What does somebody need then, in one sentence?")?;
    let skill = questions.needed(
        topic.skill.as_ref(),
        "--skill",
        "Which skill does it belong to? An existing folder, or a new skill’s title",
    )?;
    let owner = questions.needed(topic.owner.as_ref(), "--owner", "Who looks after it? “Sales enablement”")?;
    let examples = questions.examples(&topic.examples)?;
    let card_title =
        questions.needed(topic.card_title.as_ref(), "--card-title", "What is the title of its first card?")?;
    let card = questions.needed(topic.card.as_ref(), "--card", "What does the card say, in a sentence or two?")?;

    let (id, skill_id) = (named(&title)?, named(&skill)?);
    let folder = dir.join(&skill_id);
    let card_id = format!("{id}-card");
    let mut files = Vec::new();
    if !folder.join("skill.md").exists() {
        let text =
            format!("---\nkind: skill\nid: {skill_id}\ntitle: {}\narea: {skill_id}\n---\n{need}\n", quoted(&skill));
        files.push((folder.join("skill.md"), text));
    }
    let card_head =
        format!("kind: tip\nid: {card_id}\ntitle: {}\nminutes: 1\nmoments: [solve, apply]", quoted(&card_title));
    files.push((folder.join(format!("{card_id}.md")), format!("---\n{card_head}\n---\n{card}\n")));
    let head = format!(
        "kind: trigger\nid: {id}\ntitle: {}\nneed: {}\noffer: [{card_id}]\nmoments: [solve, apply]\nmode: shadow\nowner: {}",
        quoted(&title),
        quoted(&need),
        quoted(&owner)
    );
    let lines: Vec<String> = examples.iter().map(|example| format!("- {}", one_line(example))).collect();
    let text = format!("---\n{head}\n---\n## Examples\n{}\n", lines.join("\n"));
    files.push((folder.join(format!("{id}.trigger.md")), text));
    for (file, _) in &files {
        ensure!(!file.exists(), "{} is there already; choose another title", file.display());
    }
    fs::create_dir_all(&folder).with_context(|| format!("{} can’t be made", folder.display()))?;
    for (file, text) in &files {
        fs::write(file, text).with_context(|| format!("{} can’t be written", file.display()))?;
        writeln!(questions.out, "wrote {}", file.display())?;
    }
    writeln!(questions.out, "It watches only (shadow) until `mode: live` stands in it.\n")?;
    Ok(dir)
}

/// A title as a name: lower-case words joined by hyphens.
fn named(title: &str) -> Result<String> {
    let mut name = String::new();
    for sign in title.to_lowercase().chars() {
        if sign.is_ascii_alphanumeric() {
            name.push(sign);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let cut = name.get(..NAME).map_or(name.as_str(), |cut| cut.rsplit_once('-').map_or(cut, |(whole, _)| whole));
    let name = cut.trim_matches('-');
    if name.is_empty() {
        bail!("“{title}” has no letters of which a name could be made (a to z, 0 to 9)");
    }
    Ok(name.to_owned())
}

/// A text as a quoted value of a front matter.
fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::library::{Library, Source};

    fn topic(dir: &Path) -> Topic {
        Topic {
            dir: Some(dir.to_owned()),
            title: Some("Renewal: \"they want out\"".to_owned()),
            need: Some("Someone hears that a customer won’t renew and looks for words.".to_owned()),
            skill: Some("Keeping customers".to_owned()),
            owner: Some("Customer success".to_owned()),
            card_title: Some("Ask what changed".to_owned()),
            card: Some("Ask what changed since they signed, and listen for one minute.".to_owned()),
            examples: vec!["they want to cancel, what do I say?".to_owned()],
        }
    }

    #[test]
    fn what_is_written_is_a_topic_without_mistakes_and_nothing_is_written_over() {
        let folder = TempDir::new().unwrap();
        let mut out = Vec::new();
        let mut questions = Questions { answers: None, out: &mut out };
        write(&topic(folder.path()), None, &mut questions).unwrap();
        let reading = Library::read(&Source::Folder(folder.path().to_owned()));
        assert_eq!(reading.errors(), 0, "{:?}", reading.diagnostics);
        let trigger = reading.library.triggers.values().next().unwrap();
        assert_eq!(trigger.id.as_str(), "renewal-they-want-out");
        assert_eq!(trigger.title, "Renewal: \"they want out\"");
        assert!(String::from_utf8(out).unwrap().contains("renewal-they-want-out.trigger.md"));
        let mut again = Vec::new();
        let refused =
            write(&topic(folder.path()), None, &mut Questions { answers: None, out: &mut again }).unwrap_err();
        assert!(refused.to_string().contains("is there already"), "{refused}");
    }

    #[test]
    fn at_a_terminal_each_situation_is_asked_about_with_an_example() {
        let folder = TempDir::new().unwrap();
        let typed = "Refunds\nSomeone must refuse a refund.\nSaying no\nSupport\nfirst time refusing, how?\n\nshe shouted at me\n\n\n\n\nSay it plainly\nSay no first.\n";
        let (mut answers, mut out) = (typed.as_bytes(), Vec::new());
        let topic = Topic { dir: Some(folder.path().to_owned()), ..Topic::default() };
        write(&topic, None, &mut Questions { answers: Some(&mut answers), out: &mut out }).unwrap();
        let asked = String::from_utf8(out).unwrap();
        for (situation, _) in SITUATIONS {
            assert!(asked.contains(situation), "{situation}: {asked}");
        }
        let reading = Library::read(&Source::Folder(folder.path().to_owned()));
        let trigger = reading.library.triggers.values().next().unwrap();
        assert_eq!(trigger.examples, ["first time refusing, how?", "she shouted at me"]);
    }

    #[test]
    fn what_is_missing_is_named_with_its_flag() {
        let mut out = Vec::new();
        let refused = write(&Topic::default(), None, &mut Questions { answers: None, out: &mut out }).unwrap_err();
        assert!(refused.to_string().starts_with("--title is missing"), "{refused}");
    }

    #[test]
    fn a_title_becomes_a_short_name() {
        assert_eq!(named("A buyer says: it’s too expensive!").unwrap(), "a-buyer-says-it-s-too-expensive");
        assert!(named(&"word ".repeat(30)).unwrap().len() <= NAME);
        assert!(named("¿?").is_err());
    }
}
