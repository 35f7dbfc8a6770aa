//! Signing in.

use axum::{
    extract::Request,
    http::Method,
    response::{IntoResponse, Response},
};

use super::guard;
use crate::{
    store::sessions::Session,
    urls,
    web::{Site, error::PageError},
};

/// The page on which staff sign in.
pub async fn show() -> Result<Response, PageError> {
    Ok("Sign in".into_response())
}

/// What somebody gets instead of a page, who is not signed in.
pub(super) async fn instead(_: &Site, request: Request) -> Result<Response, PageError> {
    let wanted = if request.method() == Method::GET {
        request.uri().path_and_query().map_or(urls::admin::desk(), |wanted| wanted.as_str())
    } else {
        urls::admin::desk()
    };
    Ok(guard::to_sign_in(wanted))
}

/// What somebody gets instead, who has to prove once more who they are.
pub(super) async fn prove_instead(site: &Site, _: Session, request: Request) -> Result<Response, PageError> {
    instead(site, request).await
}
