//! How a system's own JSON becomes Kairos's words: a CEL expression over `body`.
//!
//! Invariants
//! - What a mapping costs is bounded before it runs: by how deep its loops go, and by what the body holds.
//!
//! ```cel
//! [{"person": "crm:" + body.OwnerId, "measure": "negotiation-close-rate",
//!   "numerator": body.Won, "denominator": body.Closed, "baseline": 0.25}]
//! ```

use std::{fmt, panic, sync::Arc};

use cel::{
    Context, IdedExpr, Program,
    common::ast::{EntryExpr, Expr, operators::ADD},
};
use chat::Unreadable;
use serde_json::Value;

use super::{NotRead, Parsed, SourceContext, Unread, canonical};

/// The longest mapping, in characters.
const CHARACTERS: usize = 4_000;
/// How many loops may stand inside each other: each multiplies the work by what the body holds.
const LOOPS: u32 = 2;
/// How often the innermost loop may run on one body.
const ROUNDS: usize = 1_000_000;
/// How many bytes joining texts may make on one body.
const JOINED_BYTES: usize = 256 * 1024 * 1024;
/// The most values, and bytes of text, of what a mapping makes.
const MADE: usize = 8 * 1024 * 1024;

/// A mapping that can be read. Clones share it.
#[derive(Clone)]
pub struct Mapping(Arc<Compiled>);

struct Compiled {
    program: Program,
    /// How deep its loops stand inside each other.
    loops: u32,
    /// How many places join texts.
    joins: usize,
}

impl Mapping {
    /// Reads an expression; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.chars().count() > CHARACTERS {
            return Err(format!("at most {CHARACTERS} characters"));
        }
        // The parser is generated and large; a panic in it is a mapping that nobody should use.
        let program = panic::catch_unwind(|| Program::compile(text)).map_err(|_| RIGHT.to_owned())?;
        let program = program.map_err(|errors| {
            let first = errors.errors.first().and_then(|error| error.msg.lines().next().map(str::to_owned));
            format!("{RIGHT} ({})", first.unwrap_or_default())
        })?;
        let references = program.references();
        let unknown = references.variables().into_iter().find(|name| *name != "body" && !is_bound(text, name));
        if let Some(name) = unknown {
            return Err(format!("an expression that speaks of `body`, not of `{name}`"));
        }
        let (loops, joins) = weigh(program.expression(), 0);
        if loops > LOOPS {
            return Err(format!("an expression with at most {LOOPS} loops inside each other, not {loops}"));
        }
        Ok(Self(Arc::new(Compiled { program, loops, joins })))
    }

    /// What it makes of a body.
    pub(super) fn apply(&self, body: &Value) -> Result<Value, Unreadable> {
        let Compiled { program, loops, joins } = &*self.0;
        let (longest_list, longest_text) = sizes(body);
        let rounds = longest_list.max(1).checked_pow(*loops).unwrap_or(usize::MAX);
        if rounds > ROUNDS || rounds.saturating_mul(longest_text).saturating_mul(*joins) > JOINED_BYTES {
            return Err(Unreadable("the body holds more than its mapping can go through".to_owned()));
        }
        let mut context = Context::default();
        context.add_variable_from_value("body", as_cel(body));
        let made =
            program.execute(&context).map_err(|_| Unreadable("the mapping does not fit what came".to_owned()))?;
        let mut left = MADE;
        as_json(&made, &mut left)
    }
}

/// Reads a body by a mapping. One that does not fit the whole is tried with each entry of its list alone: an entry of
/// another kind costs itself, not its batch.
pub(super) fn mapped(context: SourceContext<'_>, mapping: &Mapping, body: &Value) -> Result<Parsed, NotRead> {
    if !(body.is_object() || body.is_array()) {
        let found = canonical::kind(body);
        return Err(NotRead::Body(format!("it is {found}: an object or a list would be right")));
    }
    let read = |body: &Value| -> Result<Parsed, Unreadable> {
        match canonical::read(context, &mapping.apply(body)?) {
            Err(Unreadable(reason)) => {
                Ok(Parsed { signals: Vec::new(), unread: vec![Unread { place: "entry 1".to_owned(), reason }] })
            }
            read => read,
        }
    };
    let whole = read(body);
    let parts = singly(body);
    let Err(Unreadable(reason)) = whole else { return Ok(whole?) };
    if parts.len() < 2 {
        return Err(NotRead::Mapping(reason));
    }
    let mut parsed = Parsed::default();
    for (index, part) in parts.iter().enumerate() {
        let place = format!("entry {}", index + 1);
        match read(part) {
            Ok(Parsed { signals, unread }) => {
                parsed.signals.extend(signals);
                parsed.unread.extend(unread.into_iter().map(|it| Unread { place: place.clone(), ..it }));
            }
            Err(Unreadable(reason)) => parsed.unread.push(Unread { place, reason }),
        }
    }
    // A mapping that fits no entry at all is what has to be mended.
    if parsed.signals.is_empty() { Err(NotRead::Mapping(reason)) } else { Ok(parsed) }
}

/// How deep loops go from `depth` on, and how many places join texts.
fn weigh(of: &IdedExpr, depth: u32) -> (u32, usize) {
    let of_all = |parts: &[&IdedExpr], depth: u32| {
        parts
            .iter()
            .map(|part| weigh(part, depth))
            .fold((depth, 0), |(deep, joins), (other, more)| (deep.max(other), joins + more))
    };
    match &of.expr {
        Expr::Call(call) => {
            let parts: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
            let (deepest, joins) = of_all(&parts, depth);
            (deepest, joins + usize::from(call.func_name == ADD))
        }
        Expr::Comprehension(it) => {
            let (over, joins) = of_all(&[&it.iter_range, &it.accu_init, &it.result], depth);
            let (inside, more) = of_all(&[&it.loop_cond, &it.loop_step], depth + 1);
            (over.max(inside), joins + more)
        }
        Expr::List(list) => of_all(&list.elements.iter().collect::<Vec<_>>(), depth),
        Expr::Map(map) => of_all(&parts(map.entries.iter().map(|entry| &entry.expr)), depth),
        Expr::Struct(made) => of_all(&parts(made.entries.iter().map(|entry| &entry.expr)), depth),
        Expr::Select(select) => weigh(&select.operand, depth),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => (depth, 0),
    }
}

fn parts<'e>(entries: impl Iterator<Item = &'e EntryExpr>) -> Vec<&'e IdedExpr> {
    let of = |entry: &'e EntryExpr| match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    };
    entries.flat_map(of).collect()
}

/// The entries of the longest list or object of a body, and the bytes of its longest text.
fn sizes(body: &Value) -> (usize, usize) {
    let of_all = |parts: &mut dyn Iterator<Item = &Value>, own: usize| {
        parts.map(sizes).fold((own, 0), |(list, text), (other, more)| (list.max(other), text.max(more)))
    };
    match body {
        Value::Array(entries) => of_all(&mut entries.iter(), entries.len()),
        Value::Object(entries) => of_all(&mut entries.values(), entries.len()),
        Value::String(text) => (0, text.len()),
        _ => (0, 0),
    }
}

/// The body with each entry of its list alone: itself where it is a list, or the one list that it holds.
pub(super) fn singly(body: &Value) -> Vec<Value> {
    match body {
        Value::Array(entries) => entries.iter().map(|entry| Value::Array(vec![entry.clone()])).collect(),
        Value::Object(fields) => {
            let mut lists = fields.iter().filter_map(|(key, value)| Some((key, value.as_array()?)));
            let (Some((key, entries)), None) = (lists.next(), lists.next()) else { return Vec::new() };
            let with = |entry: &Value| {
                let mut alone = fields.clone();
                alone.insert(key.clone(), Value::Array(vec![entry.clone()]));
                Value::Object(alone)
            };
            // The other fields are copied for each entry: only where that stays small.
            let bytes = body.to_string().len();
            if entries.len().saturating_mul(bytes) > JOINED_BYTES {
                Vec::new()
            } else {
                entries.iter().map(with).collect()
            }
        }
        _ => Vec::new(),
    }
}

/// What CEL made as JSON, as long as something is left of what it may hold.
fn as_json(made: &cel::Value, left: &mut usize) -> Result<Value, Unreadable> {
    let mut take = |cost: usize| {
        *left =
            left.checked_sub(cost).ok_or_else(|| Unreadable("the mapping makes more than can be taken".to_owned()))?;
        Ok::<(), Unreadable>(())
    };
    Ok(match made {
        cel::Value::List(entries) => {
            take(entries.len())?;
            Value::Array(entries.iter().map(|entry| as_json(entry, left)).collect::<Result<_, _>>()?)
        }
        cel::Value::Map(map) => {
            take(map.map.len())?;
            let entry = |(key, value): (&cel::objects::Key, &cel::Value)| Ok((key.to_string(), as_json(value, left)?));
            Value::Object(map.map.iter().map(entry).collect::<Result<_, Unreadable>>()?)
        }
        cel::Value::String(text) => {
            take(text.len())?;
            Value::String(text.to_string())
        }
        other => other.json().map_err(|_| Unreadable("the mapping makes no JSON".to_owned()))?,
    })
}

/// JSON as CEL has it: whole numbers are `int`, so that `body.n * 2` works.
fn as_cel(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(it) => cel::Value::Bool(*it),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => cel::Value::Int(whole),
            None => cel::Value::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => cel::Value::from(text.as_str()),
        Value::Array(entries) => cel::Value::from(entries.iter().map(as_cel).collect::<Vec<_>>()),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), as_cel(value)));
            cel::Value::from(entries.collect::<std::collections::HashMap<String, cel::Value>>())
        }
    }
}

const RIGHT: &str =
    r#"a CEL expression over `body` such as {"person": "crm:" + body.owner, "measure": "calls", "value": body.n}"#;

/// True for the name that a macro like `map(name, …)` brings along.
fn is_bound(text: &str, name: &str) -> bool {
    let tight: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    ["all", "exists", "exists_one", "map", "filter"].iter().any(|given| tight.contains(&format!(".{given}({name},")))
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mapping(…)")
    }
}
