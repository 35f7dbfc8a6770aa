//! For development and tests: a private PostgreSQL, and sample petitions.

pub mod postgres;
pub mod sample;
