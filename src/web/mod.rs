//! What people and programs see.

pub mod api;
pub mod assets;
pub mod cache;
pub mod charts;
pub mod error;
pub mod extract;
pub mod filters;
pub mod layers;
pub mod markdown;
pub mod memory;
pub mod page;
pub mod pages;
pub mod plain_text;
mod routes;

use axum::Router;

use crate::app::App;

/// The whole site.
pub fn router(app: App) -> Router {
    layers::around(routes::all(), &app).with_state(app)
}
