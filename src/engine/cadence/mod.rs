//! When to speak: each rule in a file of its own.

mod quiet_hours;

pub use quiet_hours::WorkingHours;
