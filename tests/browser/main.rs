//! The site in real Chromium, as citizens and staff meet it: with and without JavaScript, on a phone and on a desk, light and
//! dark, printed, with forced colours, by keyboard.
//!
//! It needs `chromedriver`, Chromium, and axe-core: its `axe.min.js` is named by `AXE_JS`, or lies somewhere below
//! `target/test-tools`. `tests/run` sees to all three.
//!
//! Read [`browser`] for what can be done, [`look`] for what is checked on every page, the others for the journeys.

mod browser;
mod charts;
mod chromium;
mod counting;
mod creator;
mod embedding;
mod journey;
mod keeper;
mod keyboard;
mod look;
mod media;
mod office;
mod pasting;
mod reading;
mod signing;
mod site;
mod staff;
mod staff_everywhere;
mod staff_journeys;
mod staff_petitions;
mod starting;
