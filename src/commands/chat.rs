//! `kairos chat`: the playground in the terminal. Everything is in memory, so it disturbs no running Kairos.
//!
//! Invariants
//! - After every line all is decided and sent: what is shown is where things stand.
//! - Without a terminal it reads lines and writes lines: no prompt, no colours.

use std::{
    collections::HashMap,
    io::{self, IsTerminal, Write},
    time::Duration,
};

use anyhow::Result;
use chat::{Card, MessageId};
use console::Style;
use playground::{Author, Fault, Outcome as Shown, Person, Playground, Posted, Room};
use rustyline::{DefaultEditor, error::ReadlineError};

use super::{Outcome, runtime, screen};
use crate::{
    config::{Config, StoreUrl},
    history::plain_line,
    logs,
    messages::say,
    run::{Kairos, Works},
};

const HELP: &str = "\
  TEXT          write it in the channel; @Kairos asks directly
  /kairos TEXT  what the command does on Slack and Discord: me, why, snooze, help …
  /reply TEXT   answer in the thread of the newest message
  1, 2, 3 …     choose a button of the newest card
  /wait 10m     let time pass (m, h, d)
  /in deals     go to #deals, #support, #team-leads, #ai-help or #general;
                `/in private` to talk with Kairos alone
  /as ben       speak as ana, ben, chloe or dev
  /why          what Kairos decided about the newest message, and why
  /help         this list
  /quit         leave";

/// Talks until the input ends.
pub fn run(config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let mut config = config.clone();
    config.store = StoreUrl::Memory;
    config.playground = true;
    logs::start(&config.log)?;
    runtime()?.block_on(async {
        let kairos = Kairos::open(&config).await?;
        let Some(playground) = kairos.playground.clone() else { return Ok(Outcome::Found) };
        let mut talk = Talk::new(&kairos.works, &playground, out, io::stdout().is_terminal());
        talk.greet()?;
        let mut lines = Lines::open()?;
        while let Some(line) = lines.next(&talk.prompt())? {
            if line.trim() == "/quit" {
                break;
            }
            talk.obey(line.trim()).await?;
        }
        Ok(Outcome::Well)
    })
}

/// Where lines come from: typed with editing and the arrows at a terminal, or read as they are.
enum Lines {
    Typed(Box<DefaultEditor>),
    Read(io::Lines<io::StdinLock<'static>>),
}

impl Lines {
    fn open() -> Result<Self> {
        let is_typed = io::stdin().is_terminal() && io::stdout().is_terminal();
        Ok(if is_typed { Self::Typed(Box::new(DefaultEditor::new()?)) } else { Self::Read(io::stdin().lines()) })
    }

    /// The next line; `None` at the end, by ctrl-d or ctrl-c.
    fn next(&mut self, prompt: &str) -> Result<Option<String>> {
        match self {
            Self::Read(lines) => Ok(lines.next().transpose()?),
            Self::Typed(editor) => match editor.readline(prompt) {
                Ok(line) => {
                    editor.add_history_entry(&line)?;
                    Ok(Some(line))
                }
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => Ok(None),
                Err(error) => Err(error.into()),
            },
        }
    }
}

/// One person at one terminal.
struct Talk<'a> {
    works: &'a Works,
    playground: &'a std::sync::Arc<Playground>,
    out: &'a mut dyn Write,
    on_terminal: bool,
    /// How wide a line may be.
    width: usize,
    person: Person,
    room: Room,
    /// What was shown of each message: its face, and how many decisions beside it.
    shown: HashMap<MessageId, (String, usize)>,
    newest: Option<MessageId>,
    /// The newest card with buttons.
    card: Option<MessageId>,
}

impl<'a> Talk<'a> {
    fn new(
        works: &'a Works,
        playground: &'a std::sync::Arc<Playground>,
        out: &'a mut dyn Write,
        on_terminal: bool,
    ) -> Self {
        let (person, room) = (Person::Ana, Room::Deals);
        let (shown, width) = (HashMap::new(), screen::width());
        Self { works, playground, out, on_terminal, width, person, room, shown, newest: None, card: None }
    }

    fn style(&self) -> Style {
        Style::new().force_styling(self.on_terminal && console::colors_enabled())
    }

    fn greet(&mut self) -> io::Result<()> {
        for line in [say!("start-local"), say!("chat-greeting"), say!("chat-try"), say!("chat-then")] {
            self.line(line)?;
        }
        writeln!(self.out)?;
        self.show()
    }

    fn prompt(&self) -> String {
        format!("{} in {}> ", self.person.name(), title(self.room))
    }

    /// A line of text, broken at words where the terminal ends.
    fn line(&mut self, text: &str) -> io::Result<()> {
        screen::paragraph(self.out, "", text, self.width)
    }

    async fn obey(&mut self, line: &str) -> Result<()> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let done = match (word, rest.trim()) {
            ("", _) => Ok(()),
            ("/help", _) => return Ok(writeln!(self.out, "{HELP}")?),
            ("/why", _) => return Ok(self.why()?),
            ("/as", name) => self.speak_as(name)?,
            ("/in", name) => self.go_to(name)?,
            ("/wait", span) => match span_of(span) {
                Some(span) => return self.wait(span).await,
                None => return Ok(self.line(&say!("chat-wait", span = format!("“{span}”")))?),
            },
            ("/reply", text) => {
                let thread = self.newest.clone();
                self.playground.post(self.person, self.room, thread.as_ref(), text).await.map(drop)
            }
            (number, "") if number.parse::<usize>().is_ok() => self.choose(number).await,
            (word, _) if word.starts_with('/') && word != "/kairos" => {
                return Ok(self.line(&say!("chat-unknown", word = word))?);
            }
            _ => self.playground.say(self.person, self.room, None, line).await.map(drop),
        };
        if let Err(fault) = done {
            writeln!(self.out, "{fault}")?;
        }
        self.works.settle().await?;
        Ok(self.show()?)
    }

    fn speak_as(&mut self, name: &str) -> io::Result<Result<(), Fault>> {
        match name.parse() {
            Ok(person) => {
                self.person = person;
                if matches!(self.room, Room::Private(_)) {
                    self.room = Room::Private(person);
                }
            }
            Err(right) => writeln!(self.out, "{right}")?,
        }
        Ok(Ok(()))
    }

    fn go_to(&mut self, name: &str) -> io::Result<Result<(), Fault>> {
        let name = name.trim_start_matches('#');
        let room = if name == "private" { Ok(Room::Private(self.person)) } else { name.parse() };
        match room {
            Ok(room) if room.open_to(self.person) => self.room = room,
            _ => self.line(say!("chat-rooms"))?,
        }
        Ok(Ok(()))
    }

    async fn choose(&self, number: &str) -> Result<(), Fault> {
        let card = self.card.as_ref().and_then(|id| self.playground.message(id));
        let choice = card.and_then(|posted| {
            let index = number.parse::<usize>().ok()?.checked_sub(1)?;
            Some((posted.id, posted.card?.choices.get(index)?.id.clone()))
        });
        match choice {
            Some((card, choice)) => self.playground.tap(self.person, &card, &choice).await,
            None => Err(Fault::Outdated),
        }
    }

    async fn wait(&mut self, span: Duration) -> Result<()> {
        self.works.let_pass_until(self.works.clock.now() + span).await?;
        Ok(self.show()?)
    }

    /// What is new here, and what Kairos decided about it.
    fn show(&mut self) -> io::Result<()> {
        let rooms = if matches!(self.room, Room::Private(_)) {
            vec![self.room]
        } else {
            vec![self.room, Room::Private(self.person)]
        };
        for room in rooms {
            for posted in self.playground.messages(room, self.person) {
                let face = posted.card.as_ref().map_or_else(|| posted.text.clone(), Card::plain);
                let notes = self.playground.notes(&posted.id);
                let before = self.shown.insert(posted.id.clone(), (face.clone(), notes.len()));
                match &before {
                    Some((old, count)) if *old == face && *count == notes.len() => continue,
                    Some((old, _)) if *old != face => self.changed(&posted, old)?,
                    Some(_) => self.again(&posted)?,
                    None => self.message(&posted)?,
                }
                if let Some(noted) = notes.last().filter(|_| before.is_none_or(|(_, count)| count < notes.len())) {
                    let mark = match noted.note.outcome {
                        Shown::Speaks => "▸",
                        Shown::Waits => "…",
                        Shown::Silent | Shown::Cancelled => "·",
                    };
                    let line = format!("    {mark} {}", noted.note.headline);
                    writeln!(self.out, "{}", self.style().dim().apply_to(line))?;
                }
                self.newest = Some(posted.thread.clone().unwrap_or_else(|| posted.id.clone()));
                if posted.card.as_ref().is_some_and(|card| !card.choices.is_empty()) {
                    self.card = Some(posted.id.clone());
                }
            }
        }
        Ok(())
    }

    fn message(&mut self, posted: &Posted) -> io::Result<()> {
        let who = match posted.by {
            Author::Person(person) => person.name(),
            Author::Kairos => "Kairos",
        };
        let place =
            if posted.thread.is_some() { format!("{}, in thread", title(posted.room)) } else { title(posted.room) };
        let head = self.style().bold().apply_to(format!("{who} ({place})")).to_string();
        let Some(card) = &posted.card else {
            return self.line(&format!("{head}: {}", plain_line(&posted.text, 2_000)));
        };
        writeln!(self.out, "{head}:")?;
        let body = Card { choices: Vec::new(), ..card.clone() };
        screen::paragraph(self.out, "  │ ", &body.plain(), self.width)?;
        self.choices(card)
    }

    /// A card that changed in place: only what is new on it.
    fn changed(&mut self, posted: &Posted, old: &str) -> io::Result<()> {
        let Some(card) = &posted.card else { return self.message(posted) };
        self.line(&say!("chat-card-now", room = title(posted.room)))?;
        let body = Card { title: String::new(), choices: Vec::new(), ..card.clone() };
        for line in body.plain().lines().filter(|line| !line.is_empty() && !old.lines().any(|known| known == *line)) {
            screen::paragraph(self.out, "  │ ", line, self.width)?;
        }
        self.choices(card)
    }

    /// A message about which something was decided meanwhile.
    fn again(&mut self, posted: &Posted) -> io::Result<()> {
        self.line(&say!("chat-about", message = plain_line(&posted.text, 80)))
    }

    fn choices(&mut self, card: &Card) -> io::Result<()> {
        for (index, choice) in card.choices.iter().enumerate() {
            writeln!(self.out, "  │ {} {}", self.style().bold().apply_to(format!("{}.", index + 1)), choice.label)?;
        }
        Ok(())
    }

    fn why(&mut self) -> io::Result<()> {
        let Some(newest) = &self.newest else { return Ok(()) };
        let notes = self.playground.notes(newest);
        let Some(latest) = notes.last() else { return self.line(say!("chat-undecided")) };
        self.line(&latest.note.headline)?;
        for reason in &latest.note.reasons {
            let mark = if reason.passed { "✓" } else { "✗" };
            screen::paragraph(self.out, "  ", &format!("{mark} {}: {}", reason.rule, reason.text), self.width)?;
        }
        Ok(())
    }
}

fn title(room: Room) -> String {
    match room {
        Room::Private(_) => "private".to_owned(),
        shared => format!("#{}", shared.name()),
    }
}

/// Reads `10m`, `2h`, `1d`; at most 31 days.
fn span_of(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return None,
    };
    let minutes = number.parse::<u64>().ok()?.checked_mul(minutes)?;
    (minutes <= 31 * 24 * 60).then(|| Duration::from_mins(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_or_refused() {
        assert_eq!(span_of("10m"), Some(Duration::from_mins(10)));
        assert_eq!(span_of("2h"), Some(Duration::from_hours(2)));
        assert_eq!(span_of("31d"), Some(Duration::from_hours(31 * 24)));
        for wrong in ["", "m", "10", "-1m", "32d", "99999999999999999999h", "1é"] {
            assert_eq!(span_of(wrong), None, "{wrong}");
        }
    }
}
