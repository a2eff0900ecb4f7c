//! Conditions in CEL over the event and the person, compiled once.

use std::collections::BTreeMap;

use cel::{Context, Program, Value};

use super::{Reason, Rule};
use crate::{
    library::{Trigger, TriggerId},
    messages::say,
};

/// What a condition may look at.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    pub(super) channel: &'a str,
    pub(super) platform: &'a str,
    pub(super) in_thread: bool,
    pub(super) private: bool,
    pub(super) text_length: usize,
    pub(super) roles: &'a [String],
    pub(super) language: &'a str,
    pub(super) zone: &'a str,
}

/// The compiled conditions of all triggers that have one.
#[derive(Debug, Default)]
pub(super) struct Conditions(BTreeMap<TriggerId, Program>);

impl Conditions {
    /// Compiles; the library has been checked, so one that does not compile never holds.
    pub(super) fn new<'a>(triggers: impl Iterator<Item = &'a Trigger>) -> Self {
        let compiled =
            |trigger: &Trigger| Some((trigger.id.clone(), Program::compile(trigger.condition.as_ref()?).ok()?));
        Self(triggers.filter_map(compiled).collect())
    }

    /// True where a condition of `trigger` rests on who the person is.
    pub(super) fn asks_who(&self, trigger: &TriggerId) -> bool {
        self.0.get(trigger).is_some_and(|program| program.references().has_variable("person"))
    }

    /// Whether the condition of `trigger` holds; `None` when it has none.
    pub(super) fn check(&self, trigger: &Trigger, subject: &Subject<'_>) -> Option<Reason> {
        let condition = trigger.condition.as_ref()?;
        let holds = self.0.get(&trigger.id).map(|program| holds(program, subject));
        Some(match holds {
            Some(Ok(true)) => Reason::passed(Rule::Condition, condition),
            Some(Ok(false)) | None => Reason::stopped(Rule::Condition, condition),
            Some(Err(why)) => {
                Reason::stopped(Rule::Condition, say!("condition-failed", condition = condition, why = why))
            }
        })
    }
}

fn holds(program: &Program, subject: &Subject<'_>) -> Result<bool, &'static str> {
    let mut context = Context::default();
    let event = [
        ("channel", Value::from(subject.channel)),
        ("platform", Value::from(subject.platform)),
        ("in_thread", Value::from(subject.in_thread)),
        ("private", Value::from(subject.private)),
        ("text_length", Value::from(i64::try_from(subject.text_length).unwrap_or(i64::MAX))),
    ];
    let roles: Vec<Value> = subject.roles.iter().map(|role| Value::from(role.as_str())).collect();
    let person = [
        ("roles", Value::from(roles)),
        ("language", Value::from(subject.language)),
        ("zone", Value::from(subject.zone)),
    ];
    context.add_variable_from_value("event", map(event));
    context.add_variable_from_value("person", map(person));
    match program.execute(&context) {
        Ok(Value::Bool(holds)) => Ok(holds),
        Ok(_) => Err(say!("condition-no-answer")),
        Err(_) => Err(say!("condition-broken")),
    }
}

fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    let map: std::collections::HashMap<String, Value> =
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Value::from(map)
}
