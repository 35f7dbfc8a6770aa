//! What stands behind the question mark.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::web::error::PageError;

/// The query of an address; keys may come more than once.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        // Database texts cannot hold NUL, and nobody means it.
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(PageError::bad_request("The address contains a character that no text can contain."));
        }
        match <axum_extra::extract::Query<T> as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Self(query.0)),
            Err(_) => Err(PageError::bad_request("Check the part of the address after the question mark.")),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequestParts<S> for Query<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, PageError> {
        match parts.uri.query() {
            Some(_) => <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some),
            None => Ok(None),
        }
    }
}
