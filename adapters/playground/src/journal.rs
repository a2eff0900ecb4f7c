//! The append-only file that the playground is re-read from.
//!
//! Invariants
//! - A line counts only with its line end: a torn last line was never promised to anybody, and is cut off.
//! - A failed append leaves the file as it was.
//! - One process at a time.
//! - Other users of the machine can't read it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::record::Record;

/// Why a journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file can't be read or written.
    #[error("can't open the playground's journal {path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error("the playground's journal {0} is in use by another process")]
    InUse(PathBuf),
}

/// What was found wrong while reading a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Bytes of a torn last line that were cut off.
    pub torn_bytes: u64,
    /// Lines, from one, that could not be read and were skipped.
    pub skipped_lines: Vec<u64>,
}

/// The open file; `None` keeps everything in memory.
#[derive(Debug)]
pub(crate) struct Journal(Option<Open>);

#[derive(Debug)]
struct Open {
    file: File,
    /// Bytes known to be whole lines; only `append` moves it.
    length: u64,
}

impl Journal {
    /// Opens or makes the file and its folder, and hands every readable record to `each`, in order.
    pub(crate) fn open(path: Option<&Path>, each: impl FnMut(Record)) -> Result<(Self, Damage), OpenError> {
        let Some(path) = path else { return Ok((Self(None), Damage::default())) };
        let failed = |source| OpenError::Io { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = open_private(path).map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse(path.to_owned()),
            TryLockError::Error(source) => failed(source),
        })?;
        let (length, damage) = read(&file, each).map_err(failed)?;
        file.set_len(length).map_err(failed)?;
        file.seek(SeekFrom::Start(length)).map_err(failed)?;
        Ok((Self(Some(Open { file, length })), damage))
    }

    /// Appends one record; with `durable` it is on the disk when this returns.
    pub(crate) fn append(&mut self, record: &Record, durable: bool) -> io::Result<()> {
        let Some(open) = &mut self.0 else { return Ok(()) };
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        let written = open.file.write_all(&line).and_then(|()| if durable { open.file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            open.file.set_len(open.length)?;
            open.file.seek(SeekFrom::Start(open.length))?;
            return Err(error);
        }
        open.length += line.len() as u64;
        Ok(())
    }
}

/// Opens or makes a file that nobody else reads; one that others could read so far is closed to them.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

fn read(file: &File, mut each: impl FnMut(Record)) -> io::Result<(u64, Damage)> {
    let mut reader = BufReader::new(file);
    let (mut length, mut damage, mut line) = (0, Damage::default(), Vec::new());
    for number in 1.. {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)? as u64;
        if read == 0 {
            break;
        }
        if line.last() != Some(&b'\n') {
            damage.torn_bytes = read;
            break;
        }
        length += read;
        match serde_json::from_slice(&line) {
            Ok(record) => each(record),
            Err(_) => damage.skipped_lines.push(number),
        }
    }
    Ok((length, damage))
}

#[cfg(test)]
mod tests {
    use chat::EventId;

    use super::*;

    fn accepted(id: &str) -> Record {
        Record::Accepted { event: EventId::new(id) }
    }

    fn reread(path: &Path) -> (Vec<Record>, Damage) {
        let mut records = Vec::new();
        let (_, damage) = Journal::open(Some(path), |record| records.push(record)).unwrap();
        (records, damage)
    }

    #[test]
    fn a_torn_last_line_is_cut_off_and_a_corrupt_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        {
            let (mut journal, _) = Journal::open(Some(&path), |_| ()).unwrap();
            journal.append(&accepted("one"), true).unwrap();
            journal.append(&accepted("two"), true).unwrap();
        }
        let whole = fs::read_to_string(&path).unwrap();
        let (first, second) = whole.split_once('\n').unwrap();
        fs::write(&path, format!("{first}\n\u{0}garbage\n{second}{{\"record\":\"acc")).unwrap();

        let (records, damage) = reread(&path);
        assert_eq!(records, [accepted("one"), accepted("two")]);
        assert_eq!(damage, Damage { torn_bytes: 14, skipped_lines: vec![2] });
        assert_eq!(reread(&path).1, Damage { torn_bytes: 0, skipped_lines: vec![2] }, "the torn line is gone for good");
    }

    #[test]
    fn a_journal_belongs_to_one_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let (_held, _) = Journal::open(Some(&path), |_| ()).unwrap();
        assert!(matches!(Journal::open(Some(&path), |_| ()), Err(OpenError::InUse(_))));
    }
}
