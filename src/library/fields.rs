//! The values of a front matter, each read into what it has to be, or told as a mistake.

use super::{
    diagnostic::{At, did_you_mean, short},
    front_matter::{Field, FrontMatter, Value},
    page::Page,
};

/// The longest name of a thing.
pub(super) const NAME_CHARACTERS: usize = 60;
/// The longest heading.
pub(super) const TITLE_CHARACTERS: usize = 80;
/// The longest list of a front matter.
const LIST_ENTRIES: usize = 50;

/// Reads fields one by one.
pub(super) struct Fields<'p, 'a, 'h> {
    pub(super) page: &'p mut Page<'a>,
    pub(super) head: &'h FrontMatter,
}

impl<'p, 'a, 'h> Fields<'p, 'a, 'h> {
    /// Reads fields of which only `known` ones may stand there.
    pub(super) fn new(page: &'p mut Page<'a>, head: &'h FrontMatter, known: &[&str]) -> Self {
        for field in head.fields.iter().filter(|field| !known.contains(&field.key.as_str())) {
            let found = format!("unknown key `{}`", short(&field.key, 40));
            let near = super::diagnostic::nearest(&field.key, known.iter().copied());
            let expected = near
                .map_or_else(|| format!("one of the keys {}", quoted(known)), |near| format!("did you mean `{near}`?"));
            page.error("unknown-key", field.at, found, expected);
        }
        Self { page, head }
    }

    fn required(&mut self, key: &str, example: &str) -> Option<&'h Field> {
        let field = self.head.field(key);
        if field.is_none() {
            self.page.error(
                "missing-key",
                At::line(1),
                format!("the key `{key}` is missing"),
                format!("`{key}: {example}`"),
            );
        }
        field
    }

    /// Text of one line.
    pub(super) fn text(&mut self, key: &str, limit: usize, example: &str) -> Option<String> {
        let field = self.required(key, example)?;
        self.line(field, limit, example)
    }

    /// Text of one line that may be left out.
    pub(super) fn optional_text(&mut self, key: &str, limit: usize, example: &str) -> Option<String> {
        let field = self.head.field(key)?;
        self.line(field, limit, example)
    }

    fn line(&mut self, field: &Field, limit: usize, example: &str) -> Option<String> {
        let text = self.one(field, example)?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = text.chars().count();
        if length > limit {
            let found = format!("`{}` has {length} characters", field.key);
            self.page.error("too-long", field.value_at, found, format!("at most {limit} characters"));
            return None;
        }
        Some(text)
    }

    /// The single value behind a key.
    fn one(&mut self, field: &Field, example: &str) -> Option<String> {
        let found = match &field.value {
            Value::One(text) if !text.trim().is_empty() => return Some(text.trim().to_owned()),
            Value::One(_) | Value::Empty => format!("`{}` has no value", field.key),
            Value::Many(_) => format!("`{}` is a list", field.key),
            Value::Nested => format!("`{}` has keys or lists inside", field.key),
        };
        self.page.error("wrong-type", field.value_at, found, format!("one value: `{}: {example}`", field.key));
        None
    }

    /// The list behind a key; empty when it is left out.
    pub(super) fn list(&mut self, key: &str, example: &str) -> Vec<(String, At)> {
        let Some(field) = self.head.field(key) else { return Vec::new() };
        let found = match &field.value {
            Value::Many(entries) if entries.len() > LIST_ENTRIES => format!("`{key}` has {} entries", entries.len()),
            Value::Many(entries) => return entries.clone(),
            Value::Empty => format!("`{key}` has no value"),
            Value::One(_) => format!("`{key}` is a single value"),
            Value::Nested => format!("`{key}` has keys or lists inside"),
        };
        let expected = format!("a list of at most {LIST_ENTRIES}: `{key}: [{example}]`");
        self.page.error("wrong-type", field.value_at, found, expected);
        Vec::new()
    }

    /// A list of short texts.
    pub(super) fn texts(&mut self, key: &str, limit: usize, example: &str) -> Vec<String> {
        let entries = self.list(key, example);
        let mut texts = Vec::new();
        for (text, at) in entries {
            let length = text.chars().count();
            if text.trim().is_empty() {
                self.page.error(
                    "wrong-value",
                    at,
                    format!("an entry of `{key}` is empty"),
                    format!("e.g. `{example}`"),
                );
            } else if length > limit {
                let found = format!("an entry of `{key}` has {length} characters");
                self.page.error("too-long", at, found, format!("at most {limit} characters"));
            } else if texts.contains(&text) {
                self.page.error("repeated-entry", at, format!("`{text}` stands in `{key}` twice"), "each entry once");
            } else {
                texts.push(text);
            }
        }
        texts
    }

    /// A list that may not be missing or empty.
    pub(super) fn required_list(&mut self, key: &str, example: &str) {
        let Some(field) = self.required(key, &format!("[{example}]")) else { return };
        if field.value == Value::Many(Vec::new()) {
            let expected = format!("at least one: `{key}: [{example}]`");
            self.page.error("wrong-value", field.value_at, format!("`{key}` is empty"), expected);
        }
    }

    /// One of a fixed set of values.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let field = self.head.field(key)?;
        let text = self.one(field, name(*all.first()?))?;
        self.one_of(key, &text, field.value_at, all, name)
    }

    /// Several of a fixed set of values, at least one.
    pub(super) fn choices<T: Copy>(&mut self, key: &str, all: &[T], name: fn(T) -> &'static str) -> Vec<T> {
        let example = all.first().map_or("", |first| name(*first));
        self.required_list(key, example);
        let mut chosen = Vec::new();
        let texts = self.texts(key, NAME_CHARACTERS, example);
        for text in texts {
            let at = self.head.entry_at(key, &text);
            chosen.extend(self.one_of(key, &text, at, all, name));
        }
        chosen
    }

    fn one_of<T: Copy>(&mut self, key: &str, text: &str, at: At, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let known = all.iter().copied().find(|value| name(*value) == text);
        if known.is_none() {
            let names: Vec<_> = all.iter().map(|value| name(*value)).collect();
            let found = format!("`{key}` can't be `{}`", short(text, 40));
            let expected = format!("{}{}", quoted(&names), did_you_mean(text, names.iter().copied()));
            self.page.error("wrong-value", at, found, expected);
        }
        known
    }

    /// The name of the thing itself.
    pub(super) fn id(&mut self) -> Option<String> {
        let field = self.required("id", "price-objection-tip")?;
        let text = self.one(field, "price-objection-tip")?;
        self.name("id", text, field.value_at)
    }

    /// The name of another thing, which may be left out.
    pub(super) fn optional_name(&mut self, key: &str, example: &str) -> Option<String> {
        let field = self.head.field(key)?;
        let text = self.one(field, example)?;
        self.name(key, text, field.value_at)
    }

    /// Names of other things.
    pub(super) fn names(&mut self, key: &str, example: &str) -> Vec<String> {
        let texts = self.texts(key, LONGEST_SHOWN, example);
        texts.into_iter().filter_map(|text| self.name(key, text.clone(), self.head.entry_at(key, &text))).collect()
    }

    /// Checks a name.
    pub(super) fn name(&mut self, key: &str, text: String, at: At) -> Option<String> {
        if is_name(&text) {
            return Some(text);
        }
        let found = format!("`{key}` can't be `{}`", short(&text, 40));
        let expected = format!(
            "lower-case words joined by hyphens, at most {NAME_CHARACTERS} characters, e.g. `price-objection-tip`"
        );
        self.page.error("wrong-name", at, found, expected);
        None
    }

    /// A number within bounds; `None` when it is left out or wrong.
    pub(super) fn number(&mut self, key: &str, least: f64, most: f64) -> Option<f64> {
        let field = self.head.field(key)?;
        let text = self.one(field, &least.to_string())?;
        let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let found = format!("`{key}` can't be `{}`", short(&text, 40));
            self.page.error("wrong-value", field.value_at, found, format!("a number from {least} to {most}"));
        }
        number
    }

    /// A whole number within bounds, or `usual` when it is left out or wrong.
    pub(super) fn whole(&mut self, key: &str, most: u32, usual: u32) -> u32 {
        let Some(field) = self.head.field(key) else { return usual };
        let Some(text) = self.one(field, &usual.to_string()) else { return usual };
        let number = text.parse::<u32>().ok().filter(|number| *number <= most);
        number.unwrap_or_else(|| {
            let found = format!("`{key}` can't be `{}`", short(&text, 40));
            self.page.error("wrong-value", field.value_at, found, format!("a whole number from 0 to {most}"));
            usual
        })
    }

    /// How long something takes, in seconds.
    pub(super) fn seconds(&mut self) -> Option<u32> {
        self.required("minutes", "1.5")?;
        let minutes = self.number("minutes", 0.5, 15.0)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "30 to 900, checked above")]
        Some((minutes * 60.0).round() as u32)
    }

    /// An https address that may be left out.
    pub(super) fn address(&mut self, key: &str) -> Option<String> {
        let field = self.head.field(key)?;
        let text = self.line(field, 2_000, "https://example.org/page")?;
        if is_address(&text) {
            return Some(text);
        }
        let found = format!("`{key}` is no https address: `{}`", short(&text, 60));
        self.page.error("not-https", field.value_at, found, "an address like `https://example.org/page`");
        None
    }

    /// Tells that `key` is missing where `because` asks for it.
    pub(super) fn needs(&mut self, key: &str, because: &str, example: &str) {
        if self.head.field(key).is_none() {
            let found = format!("the key `{key}` is missing, which {because} needs");
            self.page.error("missing-key", At::line(1), found, format!("`{key}: {example}`"));
        }
    }
}

/// Longer than any name may be: what is too long as a name is told as such.
const LONGEST_SHOWN: usize = 1_000;

/// True for lower-case words joined by hyphens.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= NAME_CHARACTERS
        && text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// True for an address that people can be sent to.
pub(super) fn is_address(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.contains('.') && !host.starts_with('.') && !text.chars().any(|c| c.is_whitespace() || "<>\"|".contains(c))
    })
}

/// Names as they stand in a message: `a`, `b`, `c`.
pub(super) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
