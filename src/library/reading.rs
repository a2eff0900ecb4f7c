//! A library with every mistake found on the way to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{self, AssertUnwindSafe},
    sync::OnceLock,
};

use chat::AssetId;

use super::{
    Asset, Library, Measure, Scenario, ScenarioId, Skill, Talk, TalkId, Trigger, TriggerId, cross_check,
    diagnostic::{At, Diagnostic, Severity},
    folder::{Contents, Document, Source},
    front_matter::FrontMatter,
    page::Page,
    read_asset, read_measure, read_scenario, read_skill, read_talk,
    read_trigger::{self, Lines},
};

/// A library, and the mistakes of what was left out of it.
#[derive(Debug, Default)]
pub struct Reading {
    /// What could be read.
    pub library: Library,
    /// Every mistake, by file and line.
    pub diagnostics: Vec<Diagnostic>,
    pub(super) documents: Vec<Document>,
    pub(super) places: Places,
}

/// Where the things of a library stand, for mistakes that only other parts can find.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Document and line of each asset's title.
    pub(super) assets: BTreeMap<AssetId, (usize, At)>,
    /// Document and lines of each trigger's messages.
    pub(super) triggers: BTreeMap<TriggerId, (usize, Lines)>,
    /// Document of each scenario.
    pub(super) scenarios: BTreeMap<ScenarioId, usize>,
}

impl Reading {
    /// How many mistakes leave something out.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many things would work better otherwise.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    pub(super) fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code)));
    }
}

/// Names with the documents and places in which they are given; none for a file that could not be opened.
pub(super) type Names = BTreeMap<String, Vec<(usize, At)>>;

/// A thing that was read, with its file and head.
pub(super) struct Found<T> {
    pub(super) document: usize,
    pub(super) head: FrontMatter,
    pub(super) item: T,
}

/// Everything that was read, before anything is known of how it hangs together.
#[derive(Default)]
pub(super) struct Drafts {
    pub(super) skills: Vec<Found<Skill>>,
    pub(super) assets: Vec<Found<Asset>>,
    pub(super) scenarios: Vec<Found<Scenario>>,
    pub(super) triggers: Vec<Found<(Trigger, Lines)>>,
    pub(super) measures: Vec<Found<Measure>>,
    pub(super) talks: Vec<Found<Talk>>,
    /// Every name that is given to something, right or wrong, with its places.
    pub(super) names: Names,
    /// The head of every document that has one, right or wrong.
    pub(super) heads: Vec<(usize, FrontMatter)>,
    /// Folders that have a `skill.md`, right or wrong.
    pub(super) skill_folders: BTreeSet<String>,
}

impl Library {
    /// Reads a library and tells every mistake in it; what is wrong is left out.
    pub fn read(source: &Source) -> Reading {
        let mut reading = Self::read_contents(Contents::read(source));
        if reading.library.talks.is_empty() {
            // A house that wrote topics of work alone is still understood when it talks to Kairos.
            reading.library.talks.clone_from(shipped_talks());
        }
        reading
    }

    pub(super) fn read_contents(mut contents: Contents) -> Reading {
        let mut diagnostics = std::mem::take(&mut contents.diagnostics);
        let mut drafts = Drafts::default();
        for path in &contents.broken {
            note_broken(&mut drafts, path);
        }
        for (index, document) in contents.documents.iter().enumerate() {
            // The parsers of others are guarded: a panic in one file must not take the rest along.
            let read = panic::catch_unwind(AssertUnwindSafe(|| read_document(index, document, &mut drafts)));
            diagnostics.extend(read.unwrap_or_else(|_| {
                let expected = "plain text as in prompts/README.md; please tell us what stands in it";
                vec![Diagnostic::new(document, At::line(1), "unreadable", "the reader gave up on this file", expected)]
            }));
        }
        let mut reading = cross_check::put_together(drafts, contents, diagnostics);
        reading.sort();
        reading
    }

    /// The library that ships inside the binary. It is read without a mistake, which a test holds.
    pub fn starter() -> Self {
        Self::read(&Source::Starter).library
    }
}

/// What people say to Kairos about itself, as it ships.
fn shipped_talks() -> &'static BTreeMap<TalkId, Talk> {
    static SHIPPED: OnceLock<BTreeMap<TalkId, Talk>> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        let mut contents = Contents::read(&Source::Starter);
        contents.documents.retain(|document| document.folder() == read_talk::FOLDER);
        Library::read_contents(contents).library.talks
    })
}

/// A file that could not be opened still counts as there, so that nothing is told twice.
fn note_broken(drafts: &mut Drafts, path: &str) {
    if let Some((folder, name)) = path.rsplit_once('/') {
        if name == "skill.md" {
            drafts.skill_folders.insert(folder.to_owned());
        }
        let stem = name.split('.').next().unwrap_or_default();
        drafts.names.entry(stem.to_owned()).or_default();
    }
}

fn read_document(index: usize, document: &Document, drafts: &mut Drafts) -> Vec<Diagnostic> {
    let mut page = Page::open(document);
    let name = page.name().to_owned();
    let is_ink = name.strip_suffix(".ink").is_some();
    if name == "skill.md" {
        drafts.skill_folders.insert(document.folder().to_owned());
    }
    let head = if is_ink { Some(read_scenario::read_head(&mut page)) } else { FrontMatter::read(&mut page) };
    let Some(head) = head else {
        note_broken(drafts, &document.file);
        return page.diagnostics;
    };
    if let Some(super::front_matter::Value::One(id)) = head.field("id").map(|field| &field.value)
        && name != "skill.md"
    {
        drafts.names.entry(id.clone()).or_default().push((index, head.value_at("id")));
    }
    drafts.heads.push((index, head.clone()));
    if is_ink {
        let item = read_scenario::read(&mut page, &head);
        keep(&mut drafts.scenarios, &page, index, head, item);
    } else if name == "skill.md" {
        let item = read_skill::read(&mut page, &head);
        keep(&mut drafts.skills, &page, index, head, item);
    } else if name.ends_with(".trigger.md") {
        let item = read_trigger::read(&mut page, &head);
        keep(&mut drafts.triggers, &page, index, head, item);
    } else if name.ends_with(".talk.md") {
        let item = read_talk::read(&mut page, &head);
        keep(&mut drafts.talks, &page, index, head, item);
    } else if name.ends_with(".measure.md") {
        let item = read_measure::read(&mut page, &head);
        keep(&mut drafts.measures, &page, index, head, item);
    } else if refuse_misnamed(&mut page, &head) {
        let item = read_asset::read(&mut page, &head);
        keep(&mut drafts.assets, &page, index, head, item);
    }
    page.diagnostics
}

/// Tells of a trigger or a skill in a file that is named like an asset's; true when it is an asset's.
fn refuse_misnamed(page: &mut Page<'_>, head: &FrontMatter) -> bool {
    let kind = match head.field("kind").map(|field| &field.value) {
        Some(super::front_matter::Value::One(kind)) => kind.as_str(),
        _ => return true,
    };
    let right = match kind {
        "measure" => "a file name that ends in `.measure.md`",
        "trigger" => "a file name that ends in `.trigger.md`",
        "talk" => "a file name that ends in `.talk.md`",
        "skill" => "the file name `skill.md`",
        "scenario" => "an Ink file that ends in `.ink`",
        _ => return true,
    };
    let found = format!("a {kind} in the file `{}`", page.name());
    page.error("wrong-file-name", head.value_at("kind"), found, right);
    false
}

fn keep<T>(kept: &mut Vec<Found<T>>, page: &Page<'_>, document: usize, head: FrontMatter, item: Option<T>) {
    if let Some(item) = item.filter(|_| !page.is_broken()) {
        kept.push(Found { document, head, item });
    }
}
