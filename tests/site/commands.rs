//! What operators do with the program itself: start it, stop it, lose it, set it up, feed it.

mod admin;
mod anonymising;
mod backtest;
mod importing;
mod mailing;
mod postcodes;
pub mod program;
mod recovering;
mod running;
mod settings;
mod starting;
