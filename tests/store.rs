//! The store keeps what it was given, on SQLite and on PostgreSQL alike. Every method is called on both.

mod arrivals;
mod concluding;
mod duties;
mod opening;
mod outbox;
mod people_and_places;
mod same_on_both;
mod samples;
mod schema;
mod scores;
mod signals;
mod steering;
