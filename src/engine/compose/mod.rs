//! What to offer, in which order, and the cards that say it.
//!
//! Invariants
//! - A card is worded about the task, never about the person.
//! - Every card that nobody asked for can be answered with one tap, and says why it is there.

mod answers;
mod asset_card;
mod digest_card;
mod is_this_you_card;
mod molecule;
mod number_card;
mod offer_card;
mod own_words_card;
mod person_card;
mod pulse_card;
mod short_card;
mod steering_card;
mod talk_cards;
mod which_card;
mod why_card;

pub use answers::{exercise_answered_card, nothing_good_card, one_question_card, waiting_card};
pub use asset_card::{asset_card, exercise_card, options};
pub use digest_card::{PutBy, digest_card};
pub use is_this_you_card::{is_this_you_answered_card, is_this_you_card};
pub use molecule::{Chosen, choose, had_a_tip, serves};
pub use number_card::with_numbers;
pub use offer_card::{Rating, offer_card, rated_card, whole_offer_card};
pub use own_words_card::{
    own_words_card, own_words_for, own_words_noted_card, own_words_refused_card, with_own_words, with_way_to_own_words,
};
pub use person_card::{Kept, erase_card, export_card, help_card, person_card, zone_card};
pub use pulse_card::{pulse_card, pulse_noted_card};
pub use short_card::short_card;
pub use steering_card::{Steered, paused_card, steering_card};
pub use talk_cards::{here_card, privacy_card, skill_buttons, skills_card, thanks_card, ways_out_card, who_card};
pub use which_card::{picked_card, refused_card, which_card, why_silent_card};
pub use why_card::{details_card, why_card, why_for_others_card};
