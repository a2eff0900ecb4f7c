//! Reads labelled messages from CSV (RFC 4180) with the header `text,label`.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

/// A message and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) text: String,
    pub(super) label: String,
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Vec<Labelled>> {
    let bytes = fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{} is no UTF-8 text", path.display()))?;
    parse(text.trim_start_matches('\u{feff}')).with_context(|| path.display().to_string())
}

fn parse(csv: &str) -> Result<Vec<Labelled>> {
    let mut records = records(csv)?.into_iter();
    let header = records.next().unwrap_or_default();
    let column = |name: &str| header.1.iter().position(|field| field.trim() == name);
    let (Some(text), Some(label)) = (column("text"), column("label")) else {
        bail!("the first line is not a header with text and label, like text,label");
    };
    let read = records.map(|(line, fields)| match (fields.get(text), fields.get(label)) {
        (Some(text), Some(label)) if fields.len() == header.1.len() => {
            Ok(Labelled { text: text.clone(), label: label.trim().to_owned() })
        }
        _ => bail!("line {line} has {} fields, not {}; put a text with commas in quotes", fields.len(), header.1.len()),
    });
    read.collect()
}

/// Records with the line that each begins in; empty lines are left out.
fn records(csv: &str) -> Result<Vec<(usize, Vec<String>)>> {
    let mut records = Vec::new();
    let (mut fields, mut field, mut quoted, mut was_quoted) = (Vec::new(), String::new(), false, false);
    let (mut line, mut began) = (1, 1);
    let mut chars = csv.chars().chain((!csv.ends_with('\n')).then_some('\n')).peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            _ if quoted => field.push(c),
            '"' if field.is_empty() => (quoted, was_quoted) = (true, true),
            ',' => fields.push(std::mem::take(&mut field)),
            '\n' => {
                fields.push(std::mem::take(&mut field).trim_end_matches('\r').to_owned());
                let record = std::mem::take(&mut fields);
                if record.len() > 1 || was_quoted || !record[0].is_empty() {
                    records.push((began, record));
                }
                (began, was_quoted) = (line, false);
            }
            _ => field.push(c),
        }
    }
    if quoted {
        bail!("line {began} opens a quote that never closes");
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_quotes_and_line_breaks() {
        let read = parse("text,label\r\n\"a, \"\"b\"\"\nc\",x\n\nd,y").unwrap();
        let pairs: Vec<(&str, &str)> = read.iter().map(|row| (row.text.as_str(), row.label.as_str())).collect();
        assert_eq!(pairs, [("a, \"b\"\nc", "x"), ("d", "y")]);
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        for (csv, told) in [
            ("a,b\nc,d", "header"),
            ("", "header"),
            ("text,label\n\"a\nb\",x\nc, d,x", "line 4 has 3 fields"),
            ("text,label\n\"a,x", "line 2 opens a quote"),
        ] {
            let error = parse(csv).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
