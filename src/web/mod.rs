//! What people and programs see.

pub mod admin;
pub mod api;
pub mod assets;
pub mod body;
pub mod cache;
pub mod card;
pub mod charts;
pub mod dev;
pub mod error;
pub mod extract;
pub mod filters;
pub mod form;
pub mod layers;
pub mod memory;
pub mod metrics;
pub mod page;
pub mod pages;
pub mod plain_text;
pub mod protection;
mod qr;
mod routes;
pub mod share;

use axum::{Router, extract::FromRef};

use self::{memory::Memory, protection::Protection};
use crate::app::App;
pub use crate::domain::markdown;

/// What handlers can ask for: the program, and what the site keeps in memory.
#[derive(Clone, FromRef)]
pub struct Site {
    app: App,
    memory: Memory,
    protection: Protection,
}

/// The whole site.
pub fn router(app: App, protection: Protection) -> Router {
    let memory = Memory::new(app.live.clone());
    let site = Site { app, memory, protection };
    layers::around(routes::all(&site), &site.app).with_state(site)
}
