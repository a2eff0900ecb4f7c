//! Slack, from end to end: the real program against somebody else's imitation of Slack, with faults in between.
//!
//! ```text
//! people ─▶ local-slack ⇄ stand-in (faults, what local-slack lacks) ⇄ kairos serve
//! ```

mod alerts;
mod checks;
mod connecting;
mod contract;
mod faults;
mod house;
mod journeys;
mod library_cards;
mod peer;
mod people;
mod relay;
mod stage;
mod standin;
