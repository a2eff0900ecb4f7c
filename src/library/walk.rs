//! Every way through a scenario, walked before anybody practises it.
//!
//! Invariants
//! - The walk is bounded: in states, in lines and steps of a turn, in problems told.
//! - Without random numbers the same story gives the same problems in the same order.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::{
    sameness::key,
    turn::{BoundedStory, Broken, ENDLESS, GROWS, Turn, tell},
};

/// How many states are visited.
const STATES: usize = 20_000;
/// How many problems of one story are told.
const PROBLEMS: usize = 20;
/// The longest choice.
const CHOICE_CHARACTERS: usize = 140;
/// The longest text of a turn.
const TURN_CHARACTERS: usize = 900;
/// The fewest turns to an end.
const TURNS: usize = 3;

/// What a walk found.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    pub(super) problems: Vec<Problem>,
    /// Turns on the shortest and on the longest way to an end.
    pub(super) turns: (usize, usize),
}

/// Something wrong on a way through the story.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) warning: bool,
    /// Words of the story near which it went wrong.
    pub(super) text: Option<String>,
    /// The choices that lead there.
    pub(super) way: Vec<String>,
    pub(super) found: String,
    pub(super) expected: String,
}

/// Walks a compiled story; the error says why it can't be started.
pub(super) fn walk(story: &str) -> Result<Walk, String> {
    // A story that never asks how often it was somewhere, and never comes back, is the same wherever it came from:
    // then a few dozen states stand for thousands of ways.
    let asks = ["\"CNT?\"", "\"visit\"", "\"readc\"", "\"turns\"", "\"turn\"", "\"seq\"", "\"rnd\"", "\"srnd\""];
    if !asks.iter().any(|command| story.contains(command)) {
        let mut walker = Walker::start(story, false)?;
        walker.visit_all();
        // What this walk tells is true in any case; one that was cut would be cut with its history as well.
        if walker.cut || !walker.comes_back() {
            return Ok(walker.finish());
        }
    }
    let mut walker = Walker::start(story, true)?;
    walker.visit_all();
    Ok(walker.finish())
}

/// One moment in which the story waits for a choice, or is over.
struct State {
    /// What to load to be there; taken when it was visited.
    saved: String,
    from: Option<(usize, String)>,
    depth: usize,
    choices: Vec<String>,
    /// Where in the story its choices are written.
    sites: Vec<String>,
    next: Vec<usize>,
    over: bool,
}

struct Walker<'s> {
    compiled: &'s str,
    story: BoundedStory,
    /// Whether states that differ only in where the story has been are different.
    history: bool,
    states: Vec<State>,
    known: HashMap<[u8; 32], usize>,
    waiting: VecDeque<usize>,
    problems: Vec<Problem>,
    told: BTreeSet<(&'static str, String)>,
    cut: bool,
}

impl<'s> Walker<'s> {
    fn start(compiled: &'s str, history: bool) -> Result<Self, String> {
        let mut walker = Self {
            compiled,
            story: BoundedStory::open(compiled).map_err(|error| error.to_string())?,
            history,
            states: Vec::new(),
            known: HashMap::new(),
            waiting: VecDeque::new(),
            problems: Vec::new(),
            told: BTreeSet::new(),
            cut: false,
        };
        walker.arrive(None);
        Ok(walker)
    }

    fn visit_all(&mut self) {
        while let Some(index) = self.waiting.pop_front() {
            let saved = std::mem::take(&mut self.states[index].saved);
            let choices = self.states[index].choices.clone();
            for (number, choice) in choices.into_iter().enumerate() {
                if self.problems.len() >= PROBLEMS {
                    self.cut = true;
                    return;
                }
                let story = self.story.story();
                let chosen = story.load_state(&saved).and_then(|()| story.choose_choice_index(number));
                match chosen {
                    Ok(()) => self.arrive(Some(&(index, choice))),
                    Err(error) => self.crash(Some(&(index, choice)), &Broken::new(&error)),
                }
            }
        }
    }

    /// Lets the story speak until it waits or is over, and takes note of where it is then.
    fn arrive(&mut self, from: Option<&(usize, String)>) {
        let turn = match tell(&mut self.story) {
            Ok(turn) => turn,
            Err(broken) => return self.crash(from, &broken),
        };
        let choices: Vec<_> =
            self.story.story().get_current_choices().iter().map(|choice| choice.text.clone()).collect();
        self.check_turn(from, &turn, &choices);
        let saved = match self.story.story().save_state() {
            Ok(saved) => saved,
            Err(error) => return self.crash(from, &Broken::new(&error)),
        };
        let (key, sites) = key(&saved, self.history);
        let index = match self.known.get(&key) {
            Some(index) => *index,
            None if self.states.len() >= STATES => {
                self.cut = true;
                return;
            }
            None => {
                let depth = from.map_or(0, |(parent, _)| self.states[*parent].depth + 1);
                let over = choices.is_empty();
                let index = self.states.len();
                self.states.push(State { saved, from: from.cloned(), depth, choices, sites, next: Vec::new(), over });
                self.known.insert(key, index);
                self.waiting.push_back(index);
                index
            }
        };
        if let Some((parent, _)) = from {
            self.states[*parent].next.push(index);
        }
    }

    fn check_turn(&mut self, from: Option<&(usize, String)>, turn: &Turn, choices: &[String]) {
        let choice = from.map(|(_, choice)| choice.as_str());
        let over = choices.is_empty();
        if let Some(choice) = choice.filter(|_| !turn.feedback) {
            let found = format!("the choice \"{choice}\" gets no feedback");
            self.problem("ink-no-feedback", from, Some(choice), found, "a line tagged `# feedback` below the choice");
        }
        if over && !turn.debrief {
            let found = "an end without a debrief".to_owned();
            self.problem("ink-no-debrief", from, choice, found, "a line tagged `# debrief` before `-> END`");
        }
        let length = turn.text.trim().chars().count();
        if length > TURN_CHARACTERS {
            let found = format!("the text of a turn has {length} characters");
            let last = turn.text.trim().lines().last().unwrap_or_default();
            self.problem("ink-long-turn", from, Some(last), found, &format!("at most {TURN_CHARACTERS}"));
        }
        if !over && !(2..=4).contains(&choices.len()) {
            let found = format!("{} to choose from", choices.len());
            let near = choices.first().map(String::as_str);
            self.problem("ink-choices", from, near, found, "two to four choices at a time");
        }
        for text in choices {
            let length = text.chars().count();
            if length > CHOICE_CHARACTERS {
                let found = format!("a choice of {length} characters");
                self.problem("ink-long-choice", from, Some(text), found, &format!("at most {CHOICE_CHARACTERS}"));
            } else if text.trim().is_empty() {
                self.problem("ink-choices", from, choice, "a choice without words".into(), "words to choose by");
            }
        }
    }

    /// Takes note of a mistake at run time, and goes on with a fresh story.
    fn crash(&mut self, from: Option<&(usize, String)>, broken: &Broken) {
        let endless = broken.reason == ENDLESS;
        let grows = broken.reason == GROWS;
        let code = if endless || grows { "ink-endless" } else { "ink-runtime" };
        // Ink wraps the reason in advice for programmers.
        let reason = broken.reason.rsplit("RUNTIME ERROR: ").next().unwrap_or_default();
        let found = match reason {
            ENDLESS | GROWS => reason.to_owned(),
            reason if reason.starts_with("ran out of content") => "the story stops without `-> END`".to_owned(),
            reason => format!("the story breaks: {reason}"),
        };
        let choice = from.map(|(_, choice)| choice.clone());
        let near = broken.after.clone().or(choice);
        let expected = match (endless, grows) {
            (true, _) => "a choice or `-> END` on every way round",
            (_, true) => "a text that is set anew, and not joined to itself time and again",
            _ => "every way leads on, or to `-> END`",
        };
        self.problem(code, from, near.as_deref(), found, expected);
        // It was told: such a state counts as an end, so that it isn't told again as a way without one.
        if let Some((parent, _)) = from {
            let parent = *parent;
            let depth = self.states[parent].depth + 1;
            let index = self.states.len();
            let (sites, choices) = (Vec::new(), Vec::new());
            self.states.push(State {
                saved: String::new(),
                from: None,
                depth,
                choices,
                sites,
                next: Vec::new(),
                over: true,
            });
            self.states[parent].next.push(index);
        }
        if let Ok(story) = BoundedStory::open(self.compiled) {
            self.story = story;
        }
    }

    fn problem(
        &mut self,
        code: &'static str,
        from: Option<&(usize, String)>,
        text: Option<&str>,
        found: String,
        expected: &str,
    ) {
        // The same words go wrong on many ways; the first way is enough.
        if self.problems.len() >= PROBLEMS || !self.told.insert((code, text.unwrap_or_default().to_owned())) {
            return;
        }
        let way = self.way(from);
        let text = text.map(str::to_owned);
        self.problems.push(Problem { code, warning: false, text, way, found, expected: expected.to_owned() });
    }

    /// The choices up to and with `from`.
    fn way(&self, from: Option<&(usize, String)>) -> Vec<String> {
        let mut way = Vec::new();
        let mut step = from.cloned();
        while let Some((index, choice)) = step {
            way.push(choice);
            step = self.states.get(index).and_then(|state| state.from.clone());
        }
        way.reverse();
        way
    }

    /// True when a way leads to a choice for a second time.
    fn comes_back(&self) -> bool {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for site in self.states.iter().flat_map(|state| &state.sites) {
            let number = numbers.len();
            numbers.entry(site).or_insert(number);
        }
        let mut next = vec![BTreeSet::new(); numbers.len()];
        for state in &self.states {
            let following = state.next.iter().flat_map(|index| &self.states[*index].sites);
            let following: Vec<_> = following.map(|site| numbers[site.as_str()]).collect();
            state.sites.iter().for_each(|site| next[numbers[site.as_str()]].extend(&following));
        }
        let next: Vec<Vec<usize>> = next.into_iter().map(|ways| ways.into_iter().collect()).collect();
        in_order(&next).is_none()
    }

    fn finish(mut self) -> Walk {
        self.check_ends();
        let next: Vec<Vec<usize>> = self.states.iter().map(|state| state.next.clone()).collect();
        let nearest = self.states.iter().filter(|state| state.over).map(|state| state.depth).min().unwrap_or_default();
        let deepest = self.states.iter().map(|state| state.depth).max().unwrap_or_default();
        let farthest = in_order(&next).map_or(deepest, |order| longest(&next, &order));
        // What is said before the first choice and after the last one are turns as well.
        let (shortest, longest) = (nearest + 1, farthest + 1);
        if self.problems.is_empty() && shortest < TURNS {
            let end = self.states.iter().find(|state| state.over && state.depth == nearest);
            let from = end.and_then(|state| state.from.clone());
            let found = format!("an end after {shortest} turns");
            let text = from.as_ref().map(|(_, choice)| choice.clone());
            self.problem(
                "ink-short",
                from.as_ref(),
                text.as_deref(),
                found,
                &format!("at least {TURNS} turns on every way"),
            );
        }
        if self.cut && self.problems.len() < PROBLEMS {
            self.problems.push(Problem {
                code: "ink-large",
                warning: true,
                text: None,
                way: Vec::new(),
                found: format!("more than {STATES} ways to be in this story; the rest was not walked"),
                expected: "a story that people can walk in a few minutes".to_owned(),
            });
        }
        Walk { problems: self.problems, turns: (shortest, longest) }
    }

    /// Tells of the first state from which no end can be reached.
    fn check_ends(&mut self) {
        let places = self.places();
        let mut before = vec![BTreeSet::new(); self.states.len()];
        let mut waiting = Vec::new();
        for (index, state) in self.states.iter().enumerate() {
            for next in &state.next {
                before[places[*next]].insert(places[index]);
            }
            waiting.extend(state.over.then_some(places[index]));
        }
        let mut ends = vec![false; self.states.len()];
        while let Some(place) = waiting.pop() {
            if !std::mem::replace(&mut ends[place], true) {
                waiting.extend(&before[place]);
            }
        }
        let Some(lost) = places.iter().position(|place| !ends[*place]) else { return };
        let from = self.states[lost].from.clone();
        let near =
            from.as_ref().map(|(_, choice)| choice.clone()).or_else(|| self.states[lost].choices.first().cloned());
        let found = "from here no way leads to an end".to_owned();
        self.problem("ink-no-end", from.as_ref(), near.as_deref(), found, "a way to `-> END` from every choice");
    }

    /// The number under which each state is looked for a way to an end: its own, or after a walk that was cut the one
    /// of the first state with the same choices, as then only places are known well, not every way to be there.
    fn places(&self) -> Vec<usize> {
        let mut first: HashMap<&[String], usize> = HashMap::new();
        if !self.cut {
            return (0..self.states.len()).collect();
        }
        self.states.iter().enumerate().map(|(index, state)| *first.entry(&state.sites).or_insert(index)).collect()
    }
}

/// Every node after those that lead to it, or `None` when they go round in a circle.
fn in_order(next: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut open = vec![0_usize; next.len()];
    next.iter().flatten().for_each(|index| open[*index] += 1);
    let mut order: Vec<_> = (0..next.len()).filter(|index| open[*index] == 0).collect();
    let mut done = 0;
    while let Some(index) = order.get(done).copied() {
        done += 1;
        for following in &next[index] {
            open[*following] -= 1;
            if open[*following] == 0 {
                order.push(*following);
            }
        }
    }
    (order.len() == next.len()).then_some(order)
}

/// Steps on the longest way.
fn longest(next: &[Vec<usize>], order: &[usize]) -> usize {
    let mut length = vec![0_usize; next.len()];
    for index in order {
        for following in &next[*index] {
            length[*following] = length[*following].max(length[*index] + 1);
        }
    }
    length.into_iter().max().unwrap_or_default()
}
