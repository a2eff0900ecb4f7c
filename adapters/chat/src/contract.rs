//! The contract of an adapter (stub).
