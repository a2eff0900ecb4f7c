//! `*.talk.md`: what people say to Kairos about itself.

use super::{
    Talk, TalkId,
    diagnostic::At,
    fields::{Fields, TITLE_CHARACTERS},
    front_matter::FrontMatter,
    page::Page,
    read_trigger::{read_sections, refuse_long_and_same},
    talk::About,
};

/// The folder of such files. It is no skill.
pub(super) const FOLDER: &str = "kairos";

const KEYS: &[&str] = &["kind", "id", "title", "about"];

/// Reads what is said to Kairos about itself; `None` when something is missing.
pub(super) fn read(page: &mut Page<'_>, head: &FrontMatter) -> Option<Talk> {
    let sections = read_sections(page, head);
    let mut fields = Fields::new(page, head, KEYS);
    fields.choice("kind", &["talk"], |kind| kind);
    fields.needs("kind", "what people say to Kairos", "talk");
    let id = fields.id();
    let title = fields.text("title", TITLE_CHARACTERS, "Who can see this?");
    fields.needs("about", "what the answer is about", About::ALL[0].as_str());
    let about = fields.choice("about", About::ALL, About::as_str);
    if page.document.folder() != FOLDER {
        let found = format!("it lies in the folder `{}`", page.document.folder());
        page.error("wrong-folder", At::line(1), found, format!("the folder `{FOLDER}`"));
    }
    if sections.examples.is_empty() {
        page.error(
            "no-examples",
            At::line(1),
            "it has no examples",
            "messages below `## Examples`, as people really write",
        );
    }
    refuse_long_and_same(page, &sections);
    let examples = sections.examples.into_iter().map(|(text, _)| text).collect();
    Some(Talk { id: TalkId::new(id?), title: title?, about: about?, examples })
}
