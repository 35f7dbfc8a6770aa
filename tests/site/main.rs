//! The site as visitors, programs and operators meet it: one test binary, a file for each journey.

#[path = "../support/mod.rs"]
mod support;

mod charts;
mod commands;
mod forecast;
mod importing_files;
mod reading;
mod sample;
mod searching;
mod series;
