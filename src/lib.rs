//! Kairos hears a question or an alert, decides whether to speak, and helps in the conversation.
pub mod commands;
pub mod library;
