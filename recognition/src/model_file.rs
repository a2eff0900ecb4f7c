//! Reads a model file: magic, version, sections on 64-byte borders, a checksum at the end (`models/FORMAT.md`).
//!
//! Invariants
//! - Nothing of a file is believed before its checksum is right; every length is checked.
//! - A damaged file is an error that names what is wrong, never a panic.

use std::{borrow::Cow, fmt};

use sha2::{Digest, Sha256};

/// Sections begin where this divides.
const BORDER: usize = 64;
const CHECKSUM: usize = 32;

/// Why a model file is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged(pub(crate) String);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damaged {}

pub(crate) fn damaged<T>(what: impl Into<String>) -> Result<T, Damaged> {
    Err(Damaged(what.into()))
}

/// How the small whole numbers of a section are kept: where they lie, or copied.
pub(crate) type Keep<'a> = fn(&'a [u8]) -> Cow<'static, [i8]>;

/// Of a file that is part of the program: its pages are the machine's to drop and to share.
pub(crate) fn where_they_lie(bytes: &'static [u8]) -> Cow<'static, [i8]> {
    Cow::Borrowed(bytemuck::cast_slice(bytes))
}

/// Of any other file.
pub(crate) fn copied(bytes: &[u8]) -> Cow<'static, [i8]> {
    Cow::Owned(bytemuck::cast_slice(bytes).to_vec())
}

/// SHA-256, as files name each other by it.
pub fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    Sha256::digest(bytes).into()
}

/// A file whose checksum is right, read from front to back.
pub(crate) struct ModelFile<'a> {
    /// The bytes before the checksum.
    body: &'a [u8],
    at: usize,
}

impl<'a> ModelFile<'a> {
    /// Checks `bytes` to be of `magic` and `version`, and whole.
    pub(crate) fn open(bytes: &'a [u8], magic: [u8; 8], version: u32) -> Result<Self, Damaged> {
        if bytes.len() < magic.len() + 4 + CHECKSUM {
            return damaged(format!("{} bytes are too few", bytes.len()));
        }
        let (body, sum) = bytes.split_at(bytes.len() - CHECKSUM);
        if !body.starts_with(&magic) {
            return damaged("it is no file of this kind");
        }
        let mut file = Self { body, at: magic.len() };
        let found = file.u32()?;
        if found != version {
            return damaged(format!("version {found}; {version} can be read"));
        }
        if checksum(body) != *sum {
            return damaged("the checksum is wrong");
        }
        Ok(file)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Damaged> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number that is to be `right`.
    pub(crate) fn expect(&mut self, what: &str, right: usize) -> Result<(), Damaged> {
        let found = self.u32()?;
        if found as usize == right { Ok(()) } else { damaged(format!("{what} is {found}; {right} would be right")) }
    }

    pub(crate) fn f32(&mut self) -> Result<f32, Damaged> {
        self.array().map(f32::from_le_bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let bytes = self.bytes(N)?;
        Ok(std::array::from_fn(|at| bytes[at]))
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.body.len());
        let Some(end) = end else { return damaged("it ends too early") };
        let bytes = &self.body[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    /// The next section, of `length` bytes.
    pub(crate) fn section(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        self.at = self.at.next_multiple_of(BORDER);
        self.bytes(length)
    }

    /// The next section of `count` numbers, all finite.
    pub(crate) fn floats(&mut self, count: usize) -> Result<Vec<f32>, Damaged> {
        let bytes = self.section(count * 4)?;
        let floats: Vec<f32> =
            bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
        if floats.iter().all(|float| float.is_finite()) { Ok(floats) } else { damaged("a number is not finite") }
    }

    /// True when everything has been read.
    pub(crate) fn end(&self) -> Result<(), Damaged> {
        if self.at == self.body.len() { Ok(()) } else { damaged("there is more in it than there should be") }
    }
}

/// Writes what `ModelFile` reads.
#[derive(Debug)]
pub struct ModelWriter {
    bytes: Vec<u8>,
}

impl ModelWriter {
    /// Begins a file.
    pub fn new(magic: [u8; 8], version: u32) -> Self {
        let mut bytes = magic.to_vec();
        bytes.extend(version.to_le_bytes());
        Self { bytes }
    }

    /// Writes bytes right behind what is there.
    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// Writes a section.
    pub fn section(&mut self, bytes: &[u8]) {
        self.bytes.resize(self.bytes.len().next_multiple_of(BORDER), 0);
        self.bytes.extend(bytes);
    }

    /// The whole file, with its checksum.
    pub fn finish(mut self) -> Vec<u8> {
        let sum = checksum(&self.bytes);
        self.bytes.extend(sum);
        self.bytes
    }
}
