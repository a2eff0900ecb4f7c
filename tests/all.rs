//! The one integration binary: one file a promise, to users and to each other.

mod architecture;
mod commands;
mod discord;
mod journeys;
mod kills;
mod prompts;
mod protocol;
mod slack;
mod store;
mod support;
