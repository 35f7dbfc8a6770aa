//! A petition site: people start petitions, others sign them, moderators look after them.
//!
//! Read from the top. Each module uses only modules above it in this list.

// What things are, and the rules between them.
pub mod domain;

// Where everything is.
pub mod urls;

// What is remembered.
pub mod store;

// What is sent.
pub mod mail;

// What can happen.
pub mod actions;

// What happens by itself.
pub mod jobs;

// What people and programs see.
pub mod web;

// What operators type.
pub mod cli;

// What it runs on. `settings`, `clock` and `app` are for jobs, web and cli; `telemetry` and `dev` for cli and the tests.

pub mod app;
pub mod clock;
pub mod dev;
pub mod metrics;
pub mod settings;
pub mod telemetry;
