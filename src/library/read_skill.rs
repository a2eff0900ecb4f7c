//! `skill.md`: what a folder of the library is about.

use super::{
    Skill, SkillId,
    diagnostic::At,
    fields::{Fields, NAME_CHARACTERS, TITLE_CHARACTERS},
    front_matter::FrontMatter,
    markdown::{self, Content},
    page::Page,
    read_asset::BODY_CHARACTERS,
};

const KEYS: &[&str] = &["kind", "id", "title", "area", "priority"];

/// Reads a skill; `None` when something is missing.
pub(super) fn read(page: &mut Page<'_>, head: &FrontMatter) -> Option<Skill> {
    let folder = page.document.folder().to_owned();
    let mut fields = Fields::new(page, head, KEYS);
    fields.choice("kind", &["skill"], |kind| kind);
    fields.needs("kind", "a skill", "skill");
    let id = fields.id();
    let title = fields.text("title", TITLE_CHARACTERS, "Answering price objections");
    let area = fields.text("area", NAME_CHARACTERS, "selling");
    let area = area.and_then(|area| fields.name("area", area, head.value_at("area")));
    let priority = u8::try_from(fields.whole("priority", 100, 50)).unwrap_or(u8::MAX);
    if let Some(id) = id.as_deref().filter(|id| *id != folder) {
        let found = format!("the skill is named `{id}` and its folder `{folder}`");
        page.error("wrong-name", head.value_at("id"), found, format!("`id: {folder}`"));
    }
    let parts = markdown::read(page, head.body_line, head.body_start);
    super::read_asset::refuse_long(page, head, BODY_CHARACTERS);
    let mut about = chat::Text::default();
    for part in parts {
        match part.content {
            Content::Block(block) => about.0.push(block),
            Content::Tasks(_) => page.error("markdown", At::line(part.line), "a checklist", "a sentence or two"),
        }
    }
    if about.is_empty() {
        page.error(
            "no-text",
            At::line(1),
            "the skill has no text",
            "what it is, in a sentence or two below the front matter",
        );
    }
    Some(Skill { id: SkillId::new(id?), title: title?, area: area?, about: about.plain(), priority })
}
