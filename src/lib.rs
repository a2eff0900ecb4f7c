//! Kairos recognises a question or an alert, decides whether to speak, and helps in the conversation.
//!
//! One event's journey, which is also the order to read in:
//!
//! 1. `main` reads the arguments; `commands` has a file for each; [`config`] is parsed once; [`run`] builds and starts all.
//! 2. An adapter (`adapters/`) hands a raw event to [`ingest`], which translates it and has it handled, or keeps it first.
//! 3. `handlers` say what comes of it: pure functions of the event, what is known, and answers to what they ask.
//! 4. [`engine`] is what they ask about needs and rules: `recognise`, `cadence` (may it speak, and when), `compose` (which
//!    card), `dip` (has a number moved?). It reads the [`library`], which is the content of `prompts/`, checked.
//! 5. [`store`] writes what comes of it in one transaction, on SQLite or PostgreSQL; only then is the event acknowledged.
//! 6. [`outbox`] sends what is due, under a lease, and looks up what got no answer.
//! 7. A tap on the card comes back as an event. [`practice`] plays scenarios; [`alerts`] reads what other systems send;
//!    [`history`] reads exports, for a replay that is this same journey with another end.
//!
//! Beside it: [`access`] (who may do what), [`vault`] (secrets at rest), [`clock`] (all time and randomness), [`logs`],
//! [`messages`] (every text), [`connections`] and [`http`] (what stands, and whether all is well).
pub mod access;
pub mod alerts;
pub mod clock;
pub mod commands;
pub mod config;
pub mod connections;
pub mod crash;
mod demo;
pub mod engine;
mod handlers;
pub mod history;
pub mod http;
pub mod ingest;
pub mod library;
pub mod logs;
pub mod messages;
pub mod outbox;
pub mod practice;
pub mod run;
pub mod store;
pub mod vault;
