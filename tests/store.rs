//! The store keeps what it was given, on SQLite and on PostgreSQL alike. Every method is called on both.

mod arrivals;
mod concluding;
mod disasters;
mod duties;
mod installations;
mod leases;
mod migrating;
mod notes;
mod on_disk;
mod opening;
mod order;
mod outbox;
mod own_words;
mod people_and_places;
mod personal;
mod quarantine;
mod queue;
mod row_security;
mod same_on_both;
pub(crate) mod samples;
mod schema;
mod scores;
mod signals;
mod steering;
mod tenants;
