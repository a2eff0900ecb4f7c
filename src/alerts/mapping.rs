//! How a system's own JSON becomes Kairos's words: a CEL expression over `body`.
//!
//! ```cel
//! [{"person": "crm:" + body.OwnerId, "measure": "negotiation-close-rate",
//!   "numerator": body.Won, "denominator": body.Closed, "baseline": 0.25}]
//! ```

use std::{fmt, panic, sync::Arc};

use cel::{Context, Program};
use chat::Unreadable;
use serde_json::Value;

/// The longest mapping, in characters.
const CHARACTERS: usize = 4_000;

/// A mapping that can be read. Clones share it.
#[derive(Clone)]
pub struct Mapping(Arc<Program>);

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
        match unknown {
            Some(name) => Err(format!("an expression that speaks of `body`, not of `{name}`")),
            None => Ok(Self(Arc::new(program))),
        }
    }

    /// What it makes of a body.
    pub(super) fn apply(&self, body: &Value) -> Result<Value, Unreadable> {
        let mut context = Context::default();
        context.add_variable_from_value("body", as_cel(body));
        let made = self.0.execute(&context).map_err(|_| Unreadable("the mapping does not fit what came".to_owned()))?;
        made.json().map_err(|_| Unreadable("the mapping makes no JSON".to_owned()))
    }
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
