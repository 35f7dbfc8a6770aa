//! Who may do what: the table of permissions, for people.

use askama::Template;
use axum::response::Response;

use super::{
    frame::{Frame, Section},
    guard::Staff,
};
use crate::{
    domain::staff::{Permission, Role},
    web::{cache::CachePolicy, error::PageError, page},
};

#[derive(Template)]
#[template(path = "admin/roles.html")]
struct RolesPage {
    frame: Frame,
}

/// The table.
pub async fn show(staff: Staff) -> Result<Response, PageError> {
    page::html(&RolesPage { frame: Frame::new(&staff, Section::Staff, "Who may do what") }, CachePolicy::Never)
}

/// What a permission lets somebody do, as the beginning of a line.
fn line(permission: &Permission) -> String {
    let words = permission.words();
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
