//! The site as visitors, programs and operators meet it: one test binary, a file for each journey.

#[path = "../support/mod.rs"]
mod support;

mod addresses;
mod api;
mod caching;
mod charts;
mod commands;
mod counting;
mod debating;
mod desk;
mod door;
mod forecast;
mod importing;
mod importing_files;
mod jobs;
mod judging;
mod limits;
mod mail;
mod mailings;
mod moderating;
mod odd;
mod protected_area;
mod protection;
mod reading;
mod responding;
mod roles;
mod rules;
mod sample;
mod searching;
mod security;
mod series;
mod shape;
mod signing;
mod snapshots;
mod staff;
