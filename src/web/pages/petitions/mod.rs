//! Petitions: their lists, their pages, and what stands there before there is a page.

mod facts;
pub mod growth;
pub mod holding;
pub mod list;
pub mod pace;
pub mod places;
mod removals;
pub mod search;
pub mod show;
pub mod timeline;
