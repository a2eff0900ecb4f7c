//! How the things of a library hang together: names that are given once, references that lead somewhere.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Library, Skill, SkillId, Trigger,
    diagnostic::{At, Diagnostic, did_you_mean, short},
    fields::is_name,
    folder::{Contents, Document},
    front_matter::{FrontMatter, Value},
    read_talk,
    read_trigger::{Lines, as_heard},
    reading::{Drafts, Found, Names, Places, Reading},
};

/// Puts a library together from what was read; what leads nowhere is told and left out.
pub(super) fn put_together(drafts: Drafts, contents: Contents, diagnostics: Vec<Diagnostic>) -> Reading {
    let mut check = Check { documents: &contents.documents, diagnostics, refused: BTreeSet::new() };
    check.names(&drafts);
    check.skill_folders(&drafts);
    check.same_messages(&drafts.triggers);
    let pictures: BTreeSet<&str> = contents.pictures.iter().map(|(file, _)| file.as_str()).collect();
    for (document, head) in &drafts.heads {
        check.picture(*document, head, &pictures, &contents.broken);
        check.references(*document, head, &drafts.names);
    }
    let Check { diagnostics, refused, .. } = check;
    let (library, places) = keep(drafts, &refused, &contents.pictures);
    Reading { library, diagnostics, documents: contents.documents, places }
}

struct Check<'d> {
    documents: &'d [Document],
    diagnostics: Vec<Diagnostic>,
    /// Documents with a mistake in how they hang together with others.
    refused: BTreeSet<usize>,
}

impl Check<'_> {
    fn error(
        &mut self,
        document: usize,
        at: At,
        code: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.diagnostics.push(Diagnostic::new(&self.documents[document], at, code, found, expected));
        self.refused.insert(document);
    }

    /// Assets, scenarios and triggers each have a name that nothing else has.
    fn names(&mut self, drafts: &Drafts) {
        for (name, places) in &drafts.names {
            for (document, at) in places.iter().skip(1) {
                self.error(
                    *document,
                    *at,
                    "same-name",
                    format!("the name `{name}` is given twice"),
                    "a name of its own",
                );
                let (first, first_at) = places[0];
                if let Some(told) = self.diagnostics.pop() {
                    self.diagnostics.push(told.see(&self.documents[first], first_at));
                }
            }
        }
    }

    /// Every folder with prompts says what its skill is.
    fn skill_folders(&mut self, drafts: &Drafts) {
        let folders: BTreeSet<&str> = self.documents.iter().map(Document::folder).collect();
        for folder in
            folders.into_iter().filter(|folder| *folder != read_talk::FOLDER && !drafts.skill_folders.contains(*folder))
        {
            let expected = "a file `skill.md` that says what the skill is";
            let file = format!("{folder}/skill.md");
            self.diagnostics.push(Diagnostic::of_file(
                &file,
                "no-skill",
                format!("the folder `{folder}` has no skill.md"),
                expected,
            ));
        }
    }

    /// A message that two triggers give as an example would always be a toss-up.
    fn same_messages(&mut self, triggers: &[Found<(Trigger, Lines)>]) {
        let mut seen: HashMap<String, (usize, At)> = HashMap::new();
        for found in triggers {
            let (trigger, lines) = &found.item;
            for (text, at) in trigger.examples.iter().zip(&lines.examples) {
                let first = *seen.entry(as_heard(text)).or_insert((found.document, *at));
                if first.0 != found.document {
                    let other = &self.documents[first.0];
                    let diagnostic = Diagnostic::new(
                        &self.documents[found.document],
                        *at,
                        "same-example",
                        "the same message is an example of another trigger",
                        "each message under the one trigger that it means",
                    );
                    self.diagnostics.push(diagnostic.see(other, first.1));
                    self.refused.insert(found.document);
                }
            }
        }
    }

    fn picture(&mut self, document: usize, head: &FrontMatter, pictures: &BTreeSet<&str>, broken: &[String]) {
        let Some(Value::One(name)) = head.field("image").map(|field| &field.value) else { return };
        let folder = format!("{}/", self.documents[document].folder());
        let file = format!("{folder}{name}");
        if pictures.contains(file.as_str()) || Thing::of(&self.documents[document].file) != Some(Thing::Asset) {
            return;
        }
        if broken.contains(&file) {
            // The picture's own mistake is told already.
            self.refused.insert(document);
            return;
        }
        let beside = pictures.iter().filter_map(|file| file.strip_prefix(folder.as_str()));
        let expected = format!("a PNG of that name{}", did_you_mean(name, beside));
        let found = format!("the picture `{}` does not lie beside this file", short(name, 60));
        self.error(document, head.value_at("image"), "dangling", found, expected);
    }

    /// The references of one file, right or wrong in itself.
    fn references(&mut self, document: usize, head: &FrontMatter, names: &Names) {
        let keys: &[(&str, Thing)] = match Thing::of(&self.documents[document].file) {
            Some(Thing::Asset) => &[("deeper", Thing::Asset)],
            Some(Thing::Trigger) => {
                &[("offer", Thing::Asset), ("practise", Thing::Scenario), ("measure", Thing::Measure)]
            }
            _ => &[],
        };
        for (key, thing) in keys {
            match head.field(key).map(|field| &field.value) {
                Some(Value::One(name)) if *key != "offer" => {
                    self.reference(document, head.value_at(key), (key, name, *thing), names);
                }
                Some(Value::Many(entries)) if *key == "offer" => {
                    for (name, at) in entries {
                        self.reference(document, *at, (key, name, *thing), names);
                    }
                }
                _ => {}
            }
        }
    }

    /// Tells of a reference that leads nowhere; one to a thing that is itself wrong has been told there.
    fn reference(&mut self, document: usize, at: At, (key, name, thing): (&str, &str, Thing), names: &Names) {
        if !is_name(name) {
            return;
        }
        let of_thing = |places: &[(usize, At)]| {
            // A file that could not be opened has no place, and may be anything.
            places.is_empty() || places.iter().any(|(other, _)| Thing::of(&self.documents[*other].file) == Some(thing))
        };
        let found = match names.get(name) {
            Some(places) if places.iter().all(|(other, _)| *other == document) && !places.is_empty() => {
                format!("`{key}` leads back to this very file")
            }
            Some(places) if of_thing(places) => return,
            Some(_) => format!("`{name}` in `{key}` is no {}", thing.as_str()),
            None => format!("there is no {} `{name}`", thing.as_str()),
        };
        let known = names.iter().filter(|(_, places)| of_thing(places)).map(|(name, _)| name.as_str());
        let expected = format!("the `id` of the {} that is meant{}", thing.as_str(), did_you_mean(name, known));
        self.error(document, at, "dangling", found, expected);
    }
}

/// What a file holds, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thing {
    Asset,
    Scenario,
    Trigger,
    Measure,
}

impl Thing {
    fn of(file: &str) -> Option<Self> {
        if file.strip_suffix(".trigger.md").is_some() {
            return Some(Self::Trigger);
        }
        if file.strip_suffix(".measure.md").is_some() {
            return Some(Self::Measure);
        }
        if file.strip_suffix("/skill.md").is_some() || file.strip_suffix(".talk.md").is_some() {
            return None;
        }
        Some(if file.strip_suffix(".ink").is_some() { Self::Scenario } else { Self::Asset })
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Scenario => "scenario",
            Self::Trigger => "trigger",
            Self::Measure => "measure",
        }
    }
}

/// The library of what is whole: references to what was left out are left out too.
fn keep(drafts: Drafts, refused: &BTreeSet<usize>, pictures: &[(String, Vec<u8>)]) -> (Library, Places) {
    let mut library = Library::default();
    let mut places = Places::default();
    library.skills.extend(stand_ins(&drafts));
    for found in drafts.skills.into_iter().filter(|found| !refused.contains(&found.document)) {
        library.skills.insert(found.item.id.clone(), found.item);
    }
    for found in drafts.assets.into_iter().filter(|found| !refused.contains(&found.document)) {
        places.assets.insert(found.item.id.clone(), (found.document, found.head.value_at("title")));
        library.assets.insert(found.item.id.clone(), found.item);
    }
    for found in drafts.scenarios.into_iter().filter(|found| !refused.contains(&found.document)) {
        places.scenarios.insert(found.item.id.clone(), found.document);
        library.scenarios.insert(found.item.id.clone(), found.item);
    }
    for found in drafts.measures.into_iter().filter(|found| !refused.contains(&found.document)) {
        library.measures.insert(found.item.id.clone(), found.item);
    }
    for found in drafts.talks.into_iter().filter(|found| !refused.contains(&found.document)) {
        library.talks.insert(found.item.id.clone(), found.item);
    }
    let names: BTreeSet<_> = library.assets.keys().cloned().collect();
    for asset in library.assets.values_mut() {
        asset.deeper = asset.deeper.take().filter(|deeper| names.contains(deeper));
    }
    for found in drafts.triggers.into_iter().filter(|found| !refused.contains(&found.document)) {
        let (mut trigger, lines) = found.item;
        trigger.offer.retain(|asset| names.contains(asset));
        trigger.practise = trigger.practise.take().filter(|scenario| library.scenarios.contains_key(scenario));
        let measured = trigger.dip.as_ref().and_then(|dip| dip.measure.as_ref());
        if !trigger.offer.is_empty() && measured.is_none_or(|measure| library.measures.contains_key(measure)) {
            places.triggers.insert(trigger.id.clone(), (found.document, lines));
            library.triggers.insert(trigger.id.clone(), trigger);
        }
    }
    let shown: BTreeSet<_> =
        library.assets.values().filter_map(|asset| asset.image.as_ref()).map(|image| &image.file).collect();
    library.pictures = pictures.iter().filter(|(file, _)| shown.contains(file)).cloned().collect();
    (library, places)
}

/// A skill by the name of its folder for everything that was read: what is wrong with a `skill.md` has been told, and
/// must not take the folder's assets along.
fn stand_ins(drafts: &Drafts) -> BTreeMap<SkillId, Skill> {
    let assets = drafts.assets.iter().map(|found| &found.item.skill);
    let scenarios = drafts.scenarios.iter().map(|found| &found.item.skill);
    let triggers = drafts.triggers.iter().map(|found| &found.item.0.skill);
    let measures = drafts.measures.iter().map(|found| &found.item.skill);
    let stand_in = |id: &SkillId| {
        let title = id.as_str().replace('-', " ");
        (id.clone(), Skill { id: id.clone(), title, area: "other".to_owned(), about: String::new(), priority: 50 })
    };
    assets.chain(scenarios).chain(triggers).chain(measures).map(stand_in).collect()
}
