//! Kairos on Discord: the real program against `simcord`, somebody else's imitation of Discord, on a real wire.

mod alerts;
mod bodies;
mod connecting;
mod contract;
mod employee;
mod interactions_over_http;
mod peer;
mod private_answers;
mod world;
