//! Kairos hears a question or an alert, decides whether to speak, and helps in the conversation.
pub mod alerts;
pub mod clock;
pub mod commands;
pub mod config;
pub mod crash;
mod demo;
pub mod engine;
pub mod history;
pub mod http;
pub mod inbox;
pub mod library;
pub mod logs;
pub mod messages;
pub mod outbox;
pub mod practice;
pub mod run;
pub mod store;
pub mod vault;
