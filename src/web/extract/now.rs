//! The time of a request.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use jiff::Timestamp;

use crate::app::App;

/// The time now, by the program's clock.
#[derive(Clone, Copy, Debug)]
pub struct Now(pub Timestamp);

impl FromRequestParts<App> for Now {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(app.clock.now()))
    }
}
