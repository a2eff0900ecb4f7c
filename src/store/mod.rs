//! SQL: what is kept, on SQLite and PostgreSQL alike (stub).

mod records;

pub use records::{
    Action, Arrival, Channel, Claimed, Delivery, DeliveryKey, DeliveryState, Offer, Outcome, Person, PersonChange,
    Recorded, Settlement, Tap,
};
