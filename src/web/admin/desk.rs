//! The desk: what waits.

use askama::Template;
use axum::response::Response;

use super::{
    frame::{Frame, Section},
    guard::Staff,
};
use crate::web::{cache::CachePolicy, error::PageError, page};

#[derive(Template)]
#[template(path = "admin/desk.html")]
struct DeskPage {
    frame: Frame,
}

/// What waits.
pub async fn show(staff: Staff) -> Result<Response, PageError> {
    page::html(&DeskPage { frame: Frame::new(&staff, Section::Desk, "Desk") }, CachePolicy::Never)
}
