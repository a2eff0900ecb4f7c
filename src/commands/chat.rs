//! `kairos chat`: the playground in the terminal. Everything is in memory, so it disturbs no running Kairos.
//!
//! Invariants
//! - After every line all is decided and sent: what is shown is where things stand.
//! - Without a terminal it reads lines and writes lines: no prompt, no colours.

use std::{
    collections::HashMap,
    io::{self, BufRead, IsTerminal, Write},
    time::Duration,
};

use anyhow::Result;
use chat::{Card, MessageId};
use console::Style;
use playground::{Author, Fault, Outcome as Shown, Person, Playground, Posted, Room};

use super::{Outcome, runtime};
use crate::{
    config::{Config, StoreUrl},
    history::plain_line,
    logs,
    run::{Kairos, Works},
};

const HELP: &str = "\
Write something, and it is said in the channel. Besides:
  /in deals        go to #deals, #support, #team-leads, #ai-help, #general, or `/in private` to talk with Kairos alone
  /as ben          speak as ana, ben, chloe or dev
  /reply TEXT      answer in the thread of the newest message
  1, 2, 3 …        choose a button of the newest card
  /wait 10m        let time pass (m, h, d)
  /why             every rule that was asked about the newest message
  /quit            leave";

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
        let mut lines = io::stdin().lock().lines();
        loop {
            talk.prompt()?;
            let Some(line) = lines.next().transpose()? else { return Ok(Outcome::Well) };
            if line.trim() == "/quit" {
                return Ok(Outcome::Well);
            }
            talk.obey(line.trim()).await?;
        }
    })
}

/// One person at one terminal.
struct Talk<'a> {
    works: &'a Works,
    playground: &'a std::sync::Arc<Playground>,
    out: &'a mut dyn Write,
    on_terminal: bool,
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
        Self { works, playground, out, on_terminal, person, room, shown: HashMap::new(), newest: None, card: None }
    }

    fn style(&self) -> Style {
        Style::new().force_styling(self.on_terminal && console::colors_enabled())
    }

    fn greet(&mut self) -> io::Result<()> {
        writeln!(self.out, "{HELP}\n")?;
        writeln!(self.out, "Try: how do I answer when they say we're too expensive?")?;
        writeln!(self.out, "and then: /wait 10m\n")?;
        self.show()
    }

    fn prompt(&mut self) -> io::Result<()> {
        if self.on_terminal {
            write!(self.out, "{} in {}> ", self.person.name(), title(self.room))?;
            self.out.flush()?;
        }
        Ok(())
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
                None => return Ok(writeln!(self.out, "/wait {span:?}: 10m, 2h or 1d would be right")?),
            },
            ("/reply", text) => {
                let thread = self.newest.clone();
                self.playground.post(self.person, self.room, thread.as_ref(), text).await.map(drop)
            }
            (number, "") if number.parse::<usize>().is_ok() => self.choose(number).await,
            _ => self.playground.post(self.person, self.room, None, line).await.map(drop),
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
            _ => writeln!(self.out, "deals, support, team-leads, ai-help, general or private would be right")?,
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
            return writeln!(self.out, "{head}: {}", plain_line(&posted.text, 2_000));
        };
        writeln!(self.out, "{head}:")?;
        let body = Card { choices: Vec::new(), ..card.clone() };
        for line in body.plain().lines() {
            writeln!(self.out, "  │ {line}")?;
        }
        self.choices(card)
    }

    /// A card that changed in place: only what is new on it.
    fn changed(&mut self, posted: &Posted, old: &str) -> io::Result<()> {
        let Some(card) = &posted.card else { return self.message(posted) };
        writeln!(self.out, "Kairos ({}), the card now says:", title(posted.room))?;
        let body = Card { title: String::new(), choices: Vec::new(), ..card.clone() };
        for line in body.plain().lines().filter(|line| !line.is_empty() && !old.lines().any(|known| known == *line)) {
            writeln!(self.out, "  │ {line}")?;
        }
        self.choices(card)
    }

    /// A message about which something was decided meanwhile.
    fn again(&mut self, posted: &Posted) -> io::Result<()> {
        writeln!(self.out, "About: {}", plain_line(&posted.text, 80))
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
        let Some(latest) = notes.last() else { return writeln!(self.out, "Nothing was decided about it.") };
        writeln!(self.out, "{}", latest.note.headline)?;
        for reason in &latest.note.reasons {
            let mark = if reason.passed { "✓" } else { "✗" };
            writeln!(self.out, "  {mark} {}: {}", reason.rule, reason.text)?;
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
