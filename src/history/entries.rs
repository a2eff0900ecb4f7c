//! Takes the entries out of a JSON list one by one, so that a broken one costs itself alone.
//!
//! Invariants
//! - Memory holds one entry, never the list, and no entry beyond [`MAX_ENTRY_BYTES`].
//! - Nothing that stands in a file makes it panic or run without end.
//! - A flaw says what is wrong, never what was written there.

use std::{fmt, io::BufRead};

use serde_json::{Map, Value};

/// The largest entry that is read: 4 MiB. Slack's largest is a channel with all its members.
pub(super) const MAX_ENTRY_BYTES: usize = 4 << 20;

/// Why an entry was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// This entry is lost; the next may be fine.
    Entry(String),
    /// Nothing more can be read from here on.
    End(String),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Entry(reason) | Self::End(reason)) = self;
        f.write_str(reason)
    }
}

/// Reads the entries of one list.
pub(super) struct Entries<R> {
    scanner: Scanner<R>,
    state: State,
    /// How many entries were met, the broken ones included.
    met: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    BeforeList,
    BeforeFirst,
    BehindEntry,
    Done,
}

impl<R: BufRead> Entries<R> {
    /// Reads a file that is a list.
    pub(super) fn list(reader: R) -> Self {
        Self { scanner: Scanner { reader, offset: 0 }, state: State::BeforeList, met: 0 }
    }

    /// Goes on within a list, at `offset` of the file, where `met` entries lie behind.
    pub(super) fn within(reader: R, offset: u64, met: u64) -> Self {
        let state = if met == 0 { State::BeforeFirst } else { State::BehindEntry };
        Self { scanner: Scanner { reader, offset }, state, met }
    }

    /// How far in the file it is; [`Entries::within`] goes on from here.
    pub(super) fn offset(&self) -> u64 {
        self.scanner.offset
    }

    /// How many entries were met, the broken ones included: the number of the last, from one.
    pub(super) fn met(&self) -> u64 {
        self.met
    }

    fn read(&mut self) -> Result<Option<Value>, Flaw> {
        if self.state == State::BeforeList {
            self.scanner.open(b'[', "a list")?;
            self.state = State::BeforeFirst;
        }
        if self.state == State::BehindEntry && self.scanner.peek_solid()? == Some(b',') {
            self.scanner.skip(1);
        } else if self.state == State::BehindEntry && !matches!(self.scanner.peek()?, Some(b']' | b'{') | None) {
            self.scanner.resync()?;
            return Err(Flaw::Entry("something that is no part of the list stands before the next entry".into()));
        }
        match self.scanner.peek_solid()? {
            None => Err(Flaw::End(format!("the file ends behind entry {}, in the middle of its list", self.met))),
            Some(b']') => Ok(None),
            Some(_) => {
                self.met += 1;
                self.state = State::BehindEntry;
                self.scanner.value().map(Some)
            }
        }
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = Result<Value, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        let read = self.read();
        if matches!(read, Ok(None) | Err(Flaw::End(_))) {
            self.state = State::Done;
        }
        read.transpose()
    }
}

/// The fields of a JSON object up to a list that is to be read by its entries.
pub(super) struct Root {
    /// The fields before the list.
    pub(super) fields: Map<String, Value>,
    /// Where the list's first entry lies in the file; `None` where there is no such list.
    pub(super) list_at: Option<u64>,
}

impl Root {
    /// Reads an object's fields until `list` opens. At most 64 fields are looked at.
    pub(super) fn read(reader: impl BufRead, list: &str) -> Result<Self, Flaw> {
        let mut scanner = Scanner { reader, offset: 0 };
        let mut fields = Map::new();
        scanner.open(b'{', "an object")?;
        for _ in 0..64 {
            match scanner.peek_solid()? {
                Some(b'}') => return Ok(Self { fields, list_at: None }),
                Some(b',') => scanner.skip(1),
                _ => {}
            }
            let Value::String(name) = scanner.value()? else {
                return Err(Flaw::End("an object whose field has no name".into()));
            };
            scanner.open(b':', "a field")?;
            if name == list && scanner.peek_solid()? == Some(b'[') {
                scanner.skip(1);
                return Ok(Self { fields, list_at: Some(scanner.offset) });
            }
            let value = scanner.value()?;
            fields.insert(name, value);
        }
        Err(Flaw::End("an object of more than 64 fields".into()))
    }
}

/// Finds where a JSON value ends, without reading what it means.
struct Scanner<R> {
    reader: R,
    offset: u64,
}

impl<R: BufRead> Scanner<R> {
    fn chunk(&mut self) -> Result<&[u8], Flaw> {
        self.reader.fill_buf().map_err(|error| Flaw::End(format!("can't be read on: {error}")))
    }

    fn peek(&mut self) -> Result<Option<u8>, Flaw> {
        Ok(self.chunk()?.first().copied())
    }

    fn skip(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.offset += bytes as u64;
    }

    /// The next byte that is no white space.
    fn peek_solid(&mut self) -> Result<Option<u8>, Flaw> {
        loop {
            let chunk = self.chunk()?;
            let blank = chunk.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let (next, all) = (chunk.get(blank).copied(), chunk.len());
            self.skip(blank);
            if next.is_some() || all == 0 {
                return Ok(next);
            }
        }
    }

    /// Steps over `byte`, which opens `what`; a byte order mark may stand before it.
    fn open(&mut self, byte: u8, what: &str) -> Result<(), Flaw> {
        if self.offset == 0 && self.peek()? == Some(0xEF) {
            self.skip(1);
            for _ in 0..2 {
                if matches!(self.peek()?, Some(0xBB | 0xBF)) {
                    self.skip(1);
                }
            }
        }
        match self.peek_solid()? {
            Some(found) if found == byte => {
                self.skip(1);
                Ok(())
            }
            Some(0xFE | 0xFF | 0) => Err(Flaw::End("UTF-16 text; UTF-8 would be right".into())),
            Some(_) => Err(Flaw::End(format!("no JSON of the right shape; {what} would be right"))),
            None => Err(Flaw::End("nothing in it".into())),
        }
    }

    /// After something that belongs nowhere: on to the next comma, entry or end.
    fn resync(&mut self) -> Result<(), Flaw> {
        loop {
            let chunk = self.chunk()?;
            let junk = chunk.iter().take_while(|byte| !matches!(byte, b',' | b'{' | b']')).count();
            let done = junk < chunk.len() || chunk.is_empty();
            self.skip(junk);
            if done {
                return Ok(());
            }
        }
    }

    fn value(&mut self) -> Result<Value, Flaw> {
        self.peek_solid()?;
        let mut shape = Shape::default();
        let mut bytes = Vec::new();
        let mut size = 0;
        while !shape.ended {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Err(Flaw::End("the file ends in the middle of this entry".into()));
            }
            let taken = shape.take(chunk);
            size += taken;
            if size <= MAX_ENTRY_BYTES {
                bytes.extend_from_slice(&chunk[..taken]);
            } else {
                bytes = Vec::new();
            }
            self.skip(taken);
        }
        if size > MAX_ENTRY_BYTES {
            return Err(Flaw::Entry(format!("larger than {} MiB", MAX_ENTRY_BYTES >> 20)));
        }
        serde_json::from_slice(&bytes).map_err(|error| Flaw::Entry(reason(&bytes, &error)))
    }
}

fn reason(bytes: &[u8], error: &serde_json::Error) -> String {
    if std::str::from_utf8(bytes).is_err() { "not in UTF-8".into() } else { format!("not JSON: {error}") }
}

/// Where in a value the scanner is.
#[derive(Default)]
struct Shape {
    depth: u32,
    begun: bool,
    inside: Inside,
    ended: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Structure,
    String,
    /// Behind a backslash in a string.
    Escape,
}

impl Shape {
    /// How many bytes of `chunk` belong to the value.
    fn take(&mut self, chunk: &[u8]) -> usize {
        for (at, &byte) in chunk.iter().enumerate() {
            let belongs = match self.inside {
                Inside::Structure => self.outside_string(byte),
                Inside::String | Inside::Escape => self.within_string(byte),
            };
            if self.ended {
                return at + usize::from(belongs);
            }
        }
        chunk.len()
    }

    /// A string can't hold a raw line break: one that does has lost its closing quote, and ends there.
    fn within_string(&mut self, byte: u8) -> bool {
        self.inside = match (byte, self.inside) {
            (b'\n', _) | (b'"', Inside::String) => Inside::Structure,
            (b'\\', Inside::String) => Inside::Escape,
            _ => Inside::String,
        };
        self.ended = self.inside == Inside::Structure && self.depth == 0;
        true
    }

    fn outside_string(&mut self, byte: u8) -> bool {
        match byte {
            b'"' => self.inside = Inside::String,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                self.ended = self.depth == 0;
            }
            // A stray delimiter where a value should begin is taken as the (broken) value, so that reading moves on.
            b'}' | b']' | b',' | b':' if self.depth == 0 => {
                self.ended = true;
                return !self.begun;
            }
            byte if byte.is_ascii_whitespace() && self.depth == 0 => {
                self.ended = true;
                return !self.begun;
            }
            _ => {}
        }
        self.begun = true;
        true
    }
}

#[cfg(test)]
mod tests;
