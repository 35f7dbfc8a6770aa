//! The site as visitors, programs and operators meet it: one test binary, a file for each journey.

#[path = "../likeness/mod.rs"]
mod likeness;
#[path = "../support/mod.rs"]
mod support;

mod addresses;
mod api;
mod caching;
mod cards;
mod charts;
mod commands;
mod counting;
mod creators_page;
mod debating;
mod description;
mod desk;
mod door;
mod embedding;
mod estimates;
mod feedback;
mod forecast;
mod importing;
mod importing_files;
mod jobs;
mod jobs_page;
mod judging;
mod limits;
mod mail;
mod mailings;
mod moderating;
mod odd;
mod outbox_page;
mod places;
mod popular;
mod protected_area;
mod protection;
mod protection_page;
mod reading;
mod reference_data;
mod related;
mod responding;
mod roles;
mod rules;
mod sample;
mod searching;
mod security;
mod series;
mod settings_page;
mod shape;
mod signing;
mod single_sign_on;
mod site_pages;
mod snapshots;
mod staff;
mod statistics;
mod supporting;
