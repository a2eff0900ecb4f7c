//! Kairos on Discord: the real program against `simcord` and `discord-digital-twin`, imitations of Discord that others
//! wrote, on a real wire.

mod alerts;
mod bodies;
mod connecting;
mod contract;
mod degrading;
mod employee;
mod interactions_over_http;
mod logs;
mod peer;
mod private_answers;
mod receiving;
mod restarts;
mod twin;
mod world;
