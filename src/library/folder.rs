//! The files of a prompts folder, from disk or from the binary.
//!
//! Invariants
//! - Only plain files of bounded size are read, two levels deep: links in a circle and pipes end here.
//! - The order is by path, so that two readings tell the same mistakes in the same order.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use include_dir::{Dir, include_dir};

use super::diagnostic::Diagnostic;

static STARTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/prompts");

/// The largest text file, in bytes.
const TEXT_BYTES: u64 = 256 * 1024;
/// The largest picture, in bytes.
const PICTURE_BYTES: u64 = 1024 * 1024;
/// How many files and folders a library may have: those of 10,000 triggers, with room for their cards.
const ENTRIES: usize = 50_000;
/// Folders that are no skills and have readers of their own: templates for the language model, and the product's texts.
const NO_SKILLS: [&str; 2] = ["coach", "messages"];
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Where a library comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The library that ships inside the binary.
    Starter,
    /// A prompts folder.
    Folder(PathBuf),
}

/// A text file that could be read.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Path below the prompts folder, with `/`.
    pub(super) file: String,
    pub(super) text: String,
}

impl Document {
    /// The folder it lies in: the name of its skill.
    pub(super) fn folder(&self) -> &str {
        self.file.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// What lies in a folder.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) documents: Vec<Document>,
    /// Pictures by path, bytes of PNG.
    pub(super) pictures: Vec<(String, Vec<u8>)>,
    /// Paths of files that are there and could not be read; each has its diagnostic.
    pub(super) broken: Vec<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What kind of file a name promises.
enum Manner {
    Text,
    Picture,
    Quiet,
    Unknown,
}

impl Contents {
    pub(super) fn read(source: &Source) -> Self {
        let mut contents = Self::default();
        match source {
            Source::Starter => contents.read_starter(),
            Source::Folder(folder) => contents.read_folder(folder),
        }
        contents.documents.sort_by(|a, b| a.file.cmp(&b.file));
        contents.pictures.sort_by(|a, b| a.0.cmp(&b.0));
        contents
    }

    /// Files as they would lie in a folder, by path.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &[u8])]) -> Self {
        let mut contents = Self::default();
        for (file, bytes) in files {
            contents.take((*file).to_owned(), bytes.len() as u64, || Ok(bytes.to_vec()));
        }
        contents
    }

    fn read_starter(&mut self) {
        for folder in STARTER.dirs().filter(|folder| !NO_SKILLS.iter().any(|name| folder.path() == Path::new(name))) {
            for file in folder.files() {
                let path = file.path().to_string_lossy().replace('\\', "/");
                let size = file.contents().len() as u64;
                self.take(path, size, || Ok(file.contents().to_vec()));
            }
        }
    }

    fn read_folder(&mut self, root: &Path) {
        let mut left = ENTRIES;
        // A folder that can't be resolved can't be listed either, which is told below.
        let home = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        for (name, path) in self.entries(root, &root.display().to_string(), &mut left) {
            if leads_out(&home, &path) {
                self.refuse_link(name);
            } else if path.is_dir() {
                if !NO_SKILLS.contains(&name.as_str()) {
                    self.read_skill_folder(&home, &name, &path, &mut left);
                }
            } else if !matches!(manner(&name), Manner::Quiet) {
                let expected = "a folder for each skill, and the files inside it";
                self.diagnostics.push(
                    Diagnostic::of_file(&name, "outside-skill", "this file lies outside a skill's folder", expected)
                        .warning(),
                );
            }
        }
    }

    fn read_skill_folder(&mut self, home: &Path, skill: &str, folder: &Path, left: &mut usize) {
        for (name, path) in self.entries(folder, skill, left) {
            let file = format!("{skill}/{name}");
            if leads_out(home, &path) {
                self.refuse_link(file);
                continue;
            }
            match fs::metadata(&path) {
                Ok(data) if data.is_dir() => self.diagnostics.push(
                    Diagnostic::of_file(
                        &file,
                        "nested-folder",
                        "a folder inside a skill's folder is not read",
                        "the skill's files side by side, or a skill of its own",
                    )
                    .warning(),
                ),
                Ok(data) if data.is_file() => self.take(file, data.len(), || read_bounded(&path)),
                Ok(_) => self.refuse(file, "unreadable", "this is not a plain file".into(), "a plain file"),
                Err(error) => self.unreadable(file, &error),
            }
        }
    }

    /// Names and paths in a folder, hidden ones left out, by name.
    fn entries(&mut self, folder: &Path, shown: &str, left: &mut usize) -> Vec<(String, PathBuf)> {
        let listing = match fs::read_dir(folder) {
            Ok(listing) => listing,
            Err(error) => {
                self.diagnostics.push(Diagnostic::of_file(
                    shown,
                    "unreadable",
                    format!("this folder can't be read: {error}"),
                    "a folder with a folder for each skill",
                ));
                return Vec::new();
            }
        };
        let mut entries: Vec<_> = listing
            .filter_map(Result::ok)
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
            .filter(|(name, _)| !name.starts_with('.'))
            .collect();
        // By name before some are left out: which ones must not depend on the disk.
        entries.sort();
        let are_too_many = entries.len() > *left;
        entries.truncate(*left);
        *left -= entries.len();
        if are_too_many {
            self.diagnostics.push(Diagnostic::of_file(
                shown,
                "too-many-files",
                format!("more than {ENTRIES} files and folders: the rest is not read"),
                "a folder with prompts and nothing else",
            ));
        }
        entries
    }

    fn take(&mut self, file: String, size: u64, read: impl FnOnce() -> io::Result<Vec<u8>>) {
        let limit = match manner(&file) {
            Manner::Quiet => return,
            Manner::Unknown => {
                self.diagnostics.push(
                    Diagnostic::of_file(
                        &file,
                        "unknown-file",
                        "this kind of file is not read",
                        "a file that ends in .md, .trigger.md, .measure.md, .ink or .png",
                    )
                    .warning(),
                );
                return;
            }
            Manner::Text => TEXT_BYTES,
            Manner::Picture => PICTURE_BYTES,
        };
        if size > limit {
            let found = format!("the file has {} kB", size.div_ceil(1024));
            let expected = format!("at most {} kB", limit / 1024);
            self.refuse(file, "too-large", found, &expected);
            return;
        }
        match read() {
            Ok(bytes) if matches!(manner(&file), Manner::Picture) => self.take_picture(file, bytes),
            Ok(bytes) => self.take_text(file, bytes),
            Err(error) => self.unreadable(file, &error),
        }
    }

    fn take_picture(&mut self, file: String, bytes: Vec<u8>) {
        if bytes.starts_with(PNG_SIGNATURE) {
            self.pictures.push((file, bytes));
        } else {
            let found = "the file ends in .png and is not a PNG picture".to_owned();
            self.refuse(file, "not-png", found, "the picture saved again as PNG");
        }
    }

    fn take_text(&mut self, file: String, bytes: Vec<u8>) {
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
                let lossy =
                    Document { file: file.clone(), text: String::from_utf8_lossy(error.as_bytes()).into_owned() };
                self.broken.push(file);
                self.diagnostics.push(Diagnostic::new(
                    &lossy,
                    super::diagnostic::At::line(line),
                    "not-utf8",
                    "the file holds bytes that are not text",
                    "the file saved as UTF-8",
                ));
                return;
            }
        };
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            self.refuse(file, "empty-file", "the file is empty".into(), "see prompts/README.md for how it begins");
            return;
        }
        self.documents.push(Document { file, text });
    }

    fn unreadable(&mut self, file: String, error: &io::Error) {
        let found = format!("the file can't be read: {error}");
        self.refuse(file, "unreadable", found, "a plain file that may be read");
    }

    fn refuse_link(&mut self, file: String) {
        let found = "this is a link that leads out of the prompts folder".to_owned();
        self.refuse(file, "outside-link", found, "the file itself, inside the folder");
    }

    fn refuse(&mut self, file: String, code: &'static str, found: String, expected: &str) {
        self.diagnostics.push(Diagnostic::of_file(&file, code, found, expected));
        self.broken.push(file);
    }
}

fn manner(path: &str) -> Manner {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        _ if name.starts_with('.') || name == "README.md" => Manner::Quiet,
        Some("md" | "ink") => Manner::Text,
        Some("png") => Manner::Picture,
        Some("svg") => Manner::Quiet,
        _ => Manner::Unknown,
    }
}

/// Whether a path lies elsewhere once its links are followed: prompts are shown to people, other files are not.
fn leads_out(home: &Path, path: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|real| !real.starts_with(home))
}

/// The file's bytes; a file that grows while it is read stays bounded.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, PICTURE_BYTES), &mut bytes)?;
    Ok(bytes)
}
