//! A card at a glance: what to say and at most three steps; everything else is one tap away.

use chat::{Block, Card, Span};

/// Steps or points that are shown at once.
const MOST_STEPS: usize = 3;
/// A body of so many characters is short enough to be read at a glance.
const GLANCE: usize = 420;

/// The card at a glance; none where it is short already.
pub fn short_card(card: &Card) -> Option<Card> {
    let mut short = card.clone();
    short.steps.truncate(MOST_STEPS);
    let length: usize = card.text.0.iter().map(|block| plain(block).chars().count()).sum();
    if length > GLANCE || (short.steps.len() < card.steps.len() && card.text.0.len() > 1) {
        short.text.0 = at_a_glance(&card.text.0);
    }
    (short != *card).then_some(short)
}

/// The first block, the sentence to say where one stands further down, and the beginning of a list.
fn at_a_glance(blocks: &[Block]) -> Vec<Block> {
    let mut kept: Vec<Block> = Vec::new();
    let mut length = 0;
    for (place, block) in blocks.iter().enumerate() {
        let is_list = matches!(block, Block::Bullets(_) | Block::Numbers(_));
        let has_list = kept.iter().any(|block| matches!(block, Block::Bullets(_) | Block::Numbers(_)));
        let follows_heading = kept.last().is_some_and(|last| matches!(last, Block::Heading(_)));
        let is_wanted = place == 0 || follows_heading || says_something(block) || (is_list && !has_list);
        if !is_wanted || (length > GLANCE && !follows_heading) {
            continue;
        }
        // A second question of many is not begun.
        if matches!(block, Block::Heading(_)) && place > 0 {
            break;
        }
        let block = beginning(block);
        length += plain(&block).chars().count();
        kept.push(block);
    }
    kept
}

/// A paragraph with words to be said as they stand, or a quotation.
fn says_something(block: &Block) -> bool {
    match block {
        Block::Quote(_) => true,
        Block::Paragraph(spans) => Span::plain(spans).matches(['"', '“', '„']).count() >= 1,
        _ => false,
    }
}

fn beginning(block: &Block) -> Block {
    match block {
        Block::Bullets(points) => Block::Bullets(points.iter().take(MOST_STEPS).cloned().collect()),
        Block::Numbers(points) => Block::Numbers(points.iter().take(MOST_STEPS).cloned().collect()),
        other => other.clone(),
    }
}

fn plain(block: &Block) -> String {
    match block {
        Block::Heading(spans) | Block::Paragraph(spans) | Block::Quote(spans) => Span::plain(spans),
        Block::Bullets(points) | Block::Numbers(points) => {
            points.iter().map(|point| Span::plain(point)).collect::<Vec<_>>().join("\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use chat::Text;

    use super::*;

    fn steps(count: usize) -> Vec<Vec<Span>> {
        (1..=count).map(|n| vec![Span::Plain(format!("step {n}"))]).collect()
    }

    #[test]
    fn a_short_card_stays_as_it_is() {
        let card = Card { steps: steps(3), ..Card::new("Ask", Text::paragraphs(["Ask first.", "Then wait."])) };
        assert_eq!(short_card(&card), None);
    }

    #[test]
    fn what_to_say_and_three_steps_are_left_of_a_long_one() {
        let text =
            Text::paragraphs(["Why it is so.", "More about it.", "Have this ready: \"What do you compare it with?\""]);
        let short = short_card(&Card { steps: steps(5), ..Card::new("Ask", text) }).expect("it is long");
        assert_eq!(short.steps, steps(3));
        let kept: Vec<String> = short.text.0.iter().map(plain).collect();
        assert_eq!(kept, ["Why it is so.", "Have this ready: \"What do you compare it with?\""]);
    }

    #[test]
    fn of_several_questions_the_first_is_left_with_its_answer() {
        let long = "word ".repeat(60);
        let heading = |text: &str| Block::Heading(vec![Span::Plain(text.to_owned())]);
        let answer = Block::Paragraph(vec![Span::Plain(long)]);
        let text = Text(vec![heading("One?"), answer.clone(), heading("Two?"), answer.clone()]);
        let short = short_card(&Card::new("Questions", text)).expect("it is long");
        assert_eq!(short.text.0, [heading("One?"), answer]);
    }
}
