//! What tests stand on.

pub(crate) mod alerts;
pub(crate) mod app;
pub(crate) mod databases;
pub(crate) mod double;
pub(crate) mod files;
pub(crate) mod person;
pub(crate) mod program;
pub(crate) mod prompts;
pub(crate) mod tables;
pub(crate) mod twins;
