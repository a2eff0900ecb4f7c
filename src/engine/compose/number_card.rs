//! What a number's card shows first: usual and now, and how far luck alone reaches.

use chat::{Block, Card, Span};

use crate::{
    engine::{
        Evidence, Need,
        dip::{Numbers, number},
    },
    library::{Library, Measure, MeasureKind, Trigger},
    messages::say,
};

/// How many signs the picture is wide.
const WIDTH: usize = 31;

/// The card of a number that moved with that number below its first words; any other card as it is.
#[must_use]
pub fn with_numbers(mut card: Card, library: &Library, trigger: &Trigger, need: &Need) -> Card {
    let Evidence::Measured { verdict } = &need.evidence else { return card };
    let measure = trigger.dip.as_ref().and_then(|dip| dip.measure.as_ref()).and_then(|id| library.measures.get(id));
    let Some(told) = measure.and_then(|measure| told(measure, verdict.numbers)) else { return card };
    let at = card.text.0.len().min(1);
    card.text.0.splice(at..at, told);
    card
}

fn told(measure: &Measure, numbers: Numbers) -> Option<Vec<Block>> {
    let usual = numbers.usual?;
    let now = numbers.events / numbers.of;
    let (title, usual_told, now_told) = (&measure.title, number(measure, usual), number(measure, now));
    let line = if numbers.own {
        say!("number-own", measure = title, usual = usual_told, now = now_told)
    } else {
        say!("number-team", measure = title, usual = usual_told, now = now_told)
    };
    let mut blocks = vec![Block::Paragraph(vec![Span::Bold(line)])];
    if let Some((low, high)) = numbers.low.zip(numbers.high) {
        let whole = (measure.kind == MeasureKind::Proportion).then_some(1.0);
        let end = (high.max(usual).max(now) * 1.5).min(whole.unwrap_or(f64::INFINITY));
        let drawn =
            format!("{} {} {}", number(measure, 0.0), picture((low, high), usual, now, end), number(measure, end));
        let words = say!("number-band", low = number(measure, low), high = number(measure, high));
        blocks.push(Block::Paragraph(vec![Span::Code(drawn)]));
        blocks.push(Block::Paragraph(vec![Span::Plain(words)]));
    }
    Some(blocks)
}

/// `──●──░░░│░░░──────`: the band of chance, the usual number in it, and where the number is now, from nothing to `end`.
fn picture((low, high): (f64, f64), usual: f64, now: f64, end: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the width")]
    let place = |share: f64| ((share / end).clamp(0.0, 1.0) * (WIDTH - 1) as f64).round() as usize;
    let (low, high, usual, now) = (place(low), place(high), place(usual), place(now));
    let sign = |at: usize| match at {
        at if at == now => '●',
        at if at == usual => '│',
        at if (low..=high).contains(&at) => '░',
        _ => '─',
    };
    (0..WIDTH).map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_shows_where_the_number_is_beside_the_band_of_chance() {
        assert_eq!(picture((0.17, 0.33), 0.25, 0.15, 0.5), "─────────●░░░░░│░░░░░──────────");
        assert_eq!(picture((0.0, 1.0), 0.5, 1.0, 1.0), "░░░░░░░░░░░░░░░│░░░░░░░░░░░░░░●");
    }
}
