//! A petition site: people start petitions, others sign them, moderators look after them.
//!
//! Read from the top. Each module uses only modules above it in this list.

pub mod actions; // what can happen
pub mod cli;
pub mod domain; // what things are, and the rules between them
pub mod jobs; // what happens by itself
pub mod store; // what is remembered
pub mod urls; // where everything is
pub mod web; // what people and programs see // what operators type

// What it runs on. `settings`, `clock` and `app` are for jobs, web and cli; `telemetry` and `dev` for cli and the tests.
pub mod app;
pub mod clock;
pub mod dev;
pub mod settings;
pub mod telemetry;
