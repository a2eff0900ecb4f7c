//! The library: everything in the prompts folder, read, checked and at hand.
//!
//! Invariants
//! - What is in a [`Library`] is whole: every reference leads somewhere, every scenario ends.
//! - Reading never stops at the first mistake; each is told with its file, line and what would be right.

mod asset;
mod checks;
mod condition;
mod cross_check;
mod diagnostic;
mod fields;
mod folder;
mod front_matter;
mod markdown;
mod measure;
mod page;
mod read_asset;
mod read_dip;
mod read_measure;
mod read_scenario;
mod read_skill;
mod read_talk;
mod read_trigger;
mod reading;
mod sameness;
mod scenario;
mod talk;
mod trigger;
mod turn;
mod walk;

#[cfg(test)]
mod hostile_files;

use std::collections::BTreeMap;

use chat::AssetId;

pub use asset::{Answer, Asset, AssetKind, Level, Moment};
pub use checks::{Checks, MadeOf, MisfitsByPlatform, ShownCard};
pub use diagnostic::{Diagnostic, Severity, Spot};
pub use folder::Source;
pub use measure::{Better, Counted, Dip, DipMethod, Measure, MeasureId, MeasureKind};
pub use reading::Reading;
pub use scenario::{Scenario, ScenarioId};
pub use talk::{About, Talk, TalkId};
pub use trigger::{Hearing, Mode, Trigger, TriggerId};
pub use turn::{BoundedStory, LineError};

chat::id! {
    /// The name of a skill: the name of its folder.
    SkillId;
}

/// A skill: what a folder of the library is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    /// Its name.
    pub id: SkillId,
    /// The heading people see.
    pub title: String,
    /// The area of work it belongs to.
    pub area: String,
    /// What it is, in a sentence or two.
    pub about: String,
    /// 0 to 100, usually 50: how much it matters to whoever leads here when one message means several needs.
    pub priority: u8,
}

/// Everything Kairos can say about work.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// Skills by name.
    pub skills: BTreeMap<SkillId, Skill>,
    /// Assets by name.
    pub assets: BTreeMap<AssetId, Asset>,
    /// Scenarios by name.
    pub scenarios: BTreeMap<ScenarioId, Scenario>,
    /// Triggers by name.
    pub triggers: BTreeMap<TriggerId, Trigger>,
    /// Measures by name.
    pub measures: BTreeMap<MeasureId, Measure>,
    /// What people say to Kairos about itself: that of the folder, or what ships where the folder has none.
    pub talks: BTreeMap<TalkId, Talk>,
    /// Pictures by their path below the prompts folder.
    pub pictures: BTreeMap<String, Vec<u8>>,
}

/// Titles that are offered at once.
const OFFERED: usize = 25;

impl Library {
    /// The titles of skills and assets that hold every word of `typed`, skills first; the first few for an empty one.
    pub fn titles_like(&self, typed: &str) -> Vec<String> {
        let typed = typed.to_lowercase();
        let holds = |title: &&String| {
            let title = title.to_lowercase();
            typed.split_whitespace().all(|word| title.contains(word))
        };
        let titles =
            self.skills.values().map(|skill| &skill.title).chain(self.assets.values().map(|asset| &asset.title));
        let mut found: Vec<String> = Vec::new();
        for title in titles.filter(holds) {
            if found.len() < OFFERED && !found.contains(title) {
                found.push(title.clone());
            }
        }
        found
    }
}
