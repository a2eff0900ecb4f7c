//! What the budget held back, in one card a week.

use chat::{Block, Card, Choice, DeliveryId, Prominence, Span, Text};

use crate::{
    engine::{Setting, Tap},
    library::{Asset, Trigger},
    messages::say,
};

/// One thing that was put by.
#[derive(Clone, Debug)]
pub struct PutBy<'a> {
    /// The delivery that was held back, by which it is opened.
    pub id: DeliveryId,
    /// The trigger that heard the need.
    pub trigger: &'a Trigger,
    /// What it would have shown first.
    pub asset: &'a Asset,
    /// When and where the person asked for it, where they did: a day, and a channel's name.
    pub asked: Option<(String, String)>,
}

/// Lists what was put by, each a tap away.
pub fn digest_card(items: &[PutBy<'_>]) -> Card {
    let lines = items.iter().map(|item| {
        let topic = &item.trigger.title;
        let because = match &item.asked {
            Some((day, channel)) => say!("digest-line-asked", topic = topic, day = day, channel = channel),
            None => say!("digest-line", topic = topic),
        };
        vec![Span::Bold(item.asset.title.clone()), Span::Plain(because)]
    });
    let open = items.iter().map(|item| Choice {
        id: Tap::Open(item.id.clone()).to_choice(),
        label: say!("digest-open", title = &item.asset.title).chars().take(75).collect(),
        prominence: Prominence::Usual,
    });
    let tucked = |setting, label: &str| Choice {
        id: Tap::Set(setting).to_choice(),
        label: label.to_owned(),
        prominence: Prominence::Tucked,
    };
    let ways_out = [tucked(Setting::NoDigest, say!("digest-off")), tucked(Setting::Snooze, say!("snooze-week"))];
    Card {
        title: say!("digest-title").to_owned(),
        text: Text::paragraph(say!("digest-intro")).then(Text(vec![Block::Bullets(lines.collect())])),
        choices: open.chain(ways_out).collect(),
        footer: say!("digest-footer").to_owned(),
        ..Card::default()
    }
}
