//! What no file shows alone: two triggers that claim the same words, a card that no platform shows.

use chat::{Card, Misfit, PlatformKind, Text};
use kairos::library::{Asset, Checks, Library, MadeOf, ShownCard, TriggerId};

use super::{TRIGGER, all_told, assert_told, read, whole, with};

#[test]
fn the_same_example_under_two_triggers_points_at_both() {
    let second = TRIGGER
        .replace("id: too-expensive", "id: other")
        .replace("- ", "- other ")
        .replace("- other ten ten", "- ten ten");
    let second = second.replace("the flight", "the train");
    let reading = with("selling/other.trigger.md", second);
    let [diagnostic] = reading.diagnostics.as_slice() else { panic!("{}", all_told(&reading)) };
    let see = diagnostic.see.as_ref().unwrap();
    assert_eq!((diagnostic.line, see.file.as_str(), see.line), (22, "selling/other.trigger.md", 22));
}

fn cards(library: &Library) -> Vec<ShownCard> {
    let card = |asset: &Asset| Card::new(asset.title.clone(), Text::paragraph("…"));
    let shown = |asset: &Asset| ShownCard { of: MadeOf::Asset(asset.id.clone()), card: card(asset) };
    library.assets.values().map(shown).collect()
}

#[test]
fn what_the_recogniser_would_mix_up_is_told() {
    let claims = |text: &str| match text {
        "two two" => vec![(TriggerId::new("too-expensive"), 0.4), (TriggerId::new("other"), 0.7)],
        _ => vec![(TriggerId::new("too-expensive"), 0.9)],
    };
    let mut reading = read(&whole());
    reading.check(&Checks { claims: &claims, cards: &cards, misfits: &|_| Vec::new() });
    assert_told(
        &reading,
        "selling/too-expensive.trigger.md:14",
        "claimed",
        "`other` claims this example more strongly",
    );
    assert_told(&reading, "selling/too-expensive.trigger.md:25", "heard-alike", "more examples");
    assert_eq!((reading.errors(), reading.warnings()), (1, 1));
}

#[test]
fn a_card_that_a_platform_in_use_does_not_show_whole_is_a_mistake() {
    let misfit = || vec![Misfit { part: "title".into(), found: 9, limit: 5, unit: "characters".into() }];
    let check = |platforms: &'static [PlatformKind]| {
        let mut reading = read(&whole());
        let misfits = |card: &Card| {
            platforms.iter().filter(|_| card.title == "Ask first").map(|platform| (*platform, misfit())).collect()
        };
        reading.check(&Checks { claims: &|_| Vec::new(), cards: &cards, misfits: &misfits });
        assert_told(&reading, "selling/ask-first.md:4", "misfit", "title has 9 characters of at most 5");
        (reading.errors(), reading.warnings())
    };
    assert_eq!(check(&[PlatformKind::Discord]), (1, 0));
    assert_eq!(check(&PlatformKind::ALL), (1, 0));
}
