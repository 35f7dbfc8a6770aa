//! The time of a request.

use std::convert::Infallible;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use jiff::Timestamp;

use crate::app::App;

/// The time now, by the program's clock.
#[derive(Clone, Copy, Debug)]
pub struct Now(pub Timestamp);

impl<S: Send + Sync> FromRequestParts<S> for Now
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(App::from_ref(state).clock.now()))
    }
}
