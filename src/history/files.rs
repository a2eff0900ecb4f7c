//! The files of an export, in a folder or in a zip, read without ever unpacking.
//!
//! Invariants
//! - Nothing is written anywhere; a name is only compared, so `..` leads nowhere.
//! - No file is read beyond its cap, whatever size the archive claims.
//! - Of a damaged file, what stood before the damage is read.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use zip::{ZipArchive, read::read_zipfile_from_stream, result::ZipError};

use super::NotHistory;

/// The most files an export may hold.
const MAX_FILES: usize = 500_000;
/// How many folders may lie inside each other; links are followed, so that something has to end them.
const MAX_DEPTH: u32 = 8;

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its path within the export, parts apart by `/`, without a folder that holds everything.
    pub(super) name: String,
    /// How many bytes it claims to hold.
    pub(super) size: u64,
    at: At,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    /// A path on disk.
    Path(PathBuf),
    /// The place in the archive's directory.
    Index(usize),
    /// Where its header lies, for an archive whose directory is lost.
    Header(u64),
}

enum Source {
    Folder,
    Archive(Box<ZipArchive<BufReader<File>>>),
    Cut(BufReader<File>),
}

/// What was read of a file.
pub(super) struct Content {
    /// Its bytes, up to the cap or the damage.
    pub(super) bytes: Vec<u8>,
    /// Why that is not all of it.
    pub(super) cut: Option<String>,
}

/// The files of an export.
pub(super) struct Files {
    source: Source,
    /// Every file, by name.
    pub(super) listed: Vec<Listed>,
    /// Why some files are not listed: the archive is damaged, or they lie too deep.
    pub(super) damage: Option<String>,
}

impl Files {
    /// The files of a folder and of the folders in it.
    pub(super) fn folder(path: &Path) -> Result<Self, NotHistory> {
        let (mut listed, mut too_deep) = (Vec::new(), 0);
        list_folder(path, "", MAX_DEPTH, &mut listed, &mut too_deep)
            .map_err(|source| NotHistory::unreadable(path, source))?;
        let damage =
            (too_deep > 0).then(|| format!("{too_deep} folders lie deeper than {MAX_DEPTH}, and are left out"));
        Ok(Self::new(Source::Folder, listed, damage))
    }

    /// The files of a zip. One that was cut off is searched for what is still there.
    pub(super) fn zip(path: &Path) -> Result<Self, NotHistory> {
        let open = || File::open(path).map(BufReader::new).map_err(|source| NotHistory::unreadable(path, source));
        let mut archive = match ZipArchive::new(open()?) {
            Ok(archive) => archive,
            Err(ZipError::Io(source)) if source.kind() != io::ErrorKind::UnexpectedEof => {
                return Err(NotHistory::unreadable(path, source));
            }
            Err(error) => return Self::cut_zip(path, open()?, &error),
        };
        let unsafe_zip = |reason: &str| NotHistory::Unsafe { path: path.to_owned(), reason: reason.to_owned() };
        if archive.len() > MAX_FILES {
            return Err(unsafe_zip("it holds more than 500,000 files"));
        }
        if archive.has_overlapping_files().unwrap_or(true) {
            return Err(unsafe_zip("its files lie over each other, as in a zip bomb"));
        }
        let mut listed = Vec::new();
        for index in 0..archive.len() {
            let Ok(file) = archive.by_index_data(index) else { continue };
            if file.encrypted() {
                return Err(NotHistory::Encrypted { path: path.to_owned() });
            }
            if let Ok(name) = file.name() {
                listed.push(Listed { name: name.into_owned(), size: file.size(), at: At::Index(index) });
            }
        }
        Ok(Self::new(Source::Archive(Box::new(archive)), listed, None))
    }

    /// A zip's directory stands at its end; without it, every file's own header is visited in turn.
    fn cut_zip(path: &Path, mut file: BufReader<File>, error: &ZipError) -> Result<Self, NotHistory> {
        let mut listed = Vec::new();
        while listed.len() < MAX_FILES {
            let Ok(header) = file.stream_position() else { break };
            let Ok(Some(entry)) = read_zipfile_from_stream(&mut file) else { break };
            if entry.encrypted() {
                return Err(NotHistory::Encrypted { path: path.to_owned() });
            }
            let name = entry.name().map(std::borrow::Cow::into_owned);
            let size = entry.size();
            if let Ok(name) = name {
                listed.push(Listed { name, size, at: At::Header(header) });
            }
        }
        if listed.is_empty() {
            let reason = format!("a damaged zip ({error})");
            return Err(NotHistory::Unknown { path: path.to_owned(), found: reason });
        }
        Ok(Self::new(Source::Cut(file), listed, Some(format!("the zip is cut off: {error}"))))
    }

    fn new(source: Source, mut listed: Vec<Listed>, damage: Option<String>) -> Self {
        for file in &mut listed {
            file.name = file.name.replace('\\', "/");
        }
        listed.retain(|file| file.name.split('/').all(is_ordinary));
        strip_common_folder(&mut listed);
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        Self { source, listed, damage }
    }

    /// Reads one file whole, at most `cap` bytes of it.
    pub(super) fn read(&mut self, file: &Listed, cap: u64) -> Content {
        let mut content = Content { bytes: Vec::new(), cut: None };
        let read = match (&mut self.source, &file.at) {
            (_, At::Path(path)) => File::open(path).map(|file| fill(file, cap, &mut content)),
            (Source::Archive(archive), At::Index(index)) => {
                archive.by_index(*index).map(|file| fill(file, cap, &mut content)).map_err(io::Error::from)
            }
            (Source::Cut(reader), At::Header(header)) => reader.seek(SeekFrom::Start(*header)).and_then(|_| {
                let file = read_zipfile_from_stream(reader).map_err(io::Error::from)?;
                file.map(|file| fill(file, cap, &mut content)).ok_or_else(|| io::Error::other("no file there"))
            }),
            _ => Err(io::Error::other("no such file")),
        };
        if let Err(error) = read {
            content.cut = Some(format!("can't be read: {error}"));
        }
        content
    }
}

fn fill(file: impl Read, cap: u64, content: &mut Content) {
    // `read_to_end` leaves what it read before an error in place, which is just what is wanted.
    let result = file.take(cap.saturating_add(1)).read_to_end(&mut content.bytes);
    if let Err(error) = result {
        content.cut = Some(format!("damaged: {error}"));
    } else if content.bytes.len() as u64 > cap {
        content.bytes.truncate(usize::try_from(cap).unwrap_or(usize::MAX));
        content.cut = Some(format!("larger than {} MiB, the rest is left out", cap >> 20));
    }
}

/// Names that archives of some systems add, and names that try to lead elsewhere, are no files of ours.
fn is_ordinary(part: &str) -> bool {
    !part.is_empty() && !part.starts_with('.') && part != "__MACOSX"
}

fn list_folder(path: &Path, prefix: &str, levels: u32, listed: &mut Vec<Listed>, too_deep: &mut u32) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let Ok(about) = fs::metadata(entry.path()) else { continue };
        if about.is_file() && listed.len() < MAX_FILES {
            listed.push(Listed { name, size: about.len(), at: At::Path(entry.path()) });
        } else if about.is_dir() && levels > 0 {
            list_folder(&entry.path(), &format!("{name}/"), levels - 1, listed, too_deep)?;
        } else if about.is_dir() {
            *too_deep += 1;
        }
    }
    Ok(())
}

/// Archives often hold one folder that holds everything.
///
/// A lone channel's folder looks the same: it is told by files in it that are named for days.
fn strip_common_folder(listed: &mut [Listed]) {
    let Some((top, _)) = listed.first().and_then(|file| file.name.split_once('/')) else { return };
    let prefix = format!("{top}/");
    let inside = |file: &Listed| file.name.strip_prefix(&prefix).map(str::to_owned);
    let shared = listed.iter().all(|file| inside(file).is_some_and(|rest| super::day_of(&rest).is_none()));
    if shared {
        for file in listed {
            if let Some(rest) = inside(file) {
                file.name = rest;
            }
        }
    }
}

impl Listed {
    /// A single file on disk.
    pub(super) fn on_disk(path: &Path, size: u64) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self { name, size, at: At::Path(path.to_owned()) }
    }

    /// The path on disk, for files that are read piece by piece.
    pub(super) fn path(&self) -> Option<&Path> {
        match &self.at {
            At::Path(path) => Some(path),
            _ => None,
        }
    }
}
