//! `*.measure.md`: a number that systems report about work.

use super::{
    Better, Measure, MeasureId, MeasureKind, SkillId,
    diagnostic::At,
    fields::{Fields, NAME_CHARACTERS, TITLE_CHARACTERS},
    front_matter::FrontMatter,
    page::Page,
};

const KEYS: &[&str] = &["kind", "id", "title", "unit", "number", "better", "minimum", "baseline"];

/// The least sample where an author names none.
const USUAL_MINIMUM: u32 = 20;

/// Reads a measure; `None` when something is missing.
pub(super) fn read(page: &mut Page<'_>, head: &FrontMatter) -> Option<Measure> {
    let skill = SkillId::new(page.document.folder());
    let mut fields = Fields::new(page, head, KEYS);
    fields.choice("kind", &["measure"], |kind| kind);
    fields.needs("kind", "a measure", "measure");
    fields.needs("number", "a measure", "proportion");
    fields.needs("better", "a measure", "higher");
    let id = fields.id();
    let title = fields.text("title", TITLE_CHARACTERS, "Negotiations that close");
    let unit = fields.text("unit", NAME_CHARACTERS, "negotiations");
    let kind = fields.choice("number", MeasureKind::ALL, MeasureKind::as_str);
    let better = fields.choice("better", Better::ALL, Better::as_str);
    let is_counted = matches!(kind, Some(MeasureKind::Proportion | MeasureKind::Rate));
    let minimum = fields.whole("minimum", 1_000_000, if is_counted { USUAL_MINIMUM } else { 1 });
    let most = if kind == Some(MeasureKind::Proportion) { 1.0 } else { 1e12 };
    let least = if kind == Some(MeasureKind::Value) { -1e12 } else { 0.0 };
    let baseline = fields.number("baseline", least, most);
    if minimum == 0 {
        fields.page.error("wrong-value", head.value_at("minimum"), "`minimum` can't be 0", "the least number of cases");
    }
    if !page.document.text.get(head.body_start..).unwrap_or_default().trim().is_empty() {
        page.warn(
            "unread-text",
            At::line(head.body_line),
            "text below the front matter is not read",
            "nothing below it",
        );
    }
    Some(Measure {
        id: MeasureId::new(id?),
        skill,
        title: title?,
        unit: unit?,
        kind: kind?,
        better: better?,
        minimum,
        baseline,
    })
}
