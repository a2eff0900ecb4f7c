//! Kairos hears a question or an alert, decides whether to speak, and helps in the conversation.
pub mod commands;
pub mod engine;
pub mod history;
pub mod library;
pub mod practice;
pub mod store;
