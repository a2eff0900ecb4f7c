//! Slack, from end to end: the real program against somebody else's imitation of Slack, with faults in between.
//!
//! ```text
//! people ─▶ local-slack ⇄ stand-in (faults, what local-slack lacks) ⇄ kairos serve
//! ```

mod alerts;
mod checkers;
mod checks;
mod connecting;
mod contract;
mod faults;
mod history;
mod house;
mod installing;
mod journeys;
mod library_cards;
mod peer;
mod people;
mod pictures;
mod relay;
mod stage;
mod standin;
