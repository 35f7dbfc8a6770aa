//! Petitions: their lists, their pages, and what stands there before there is a page.

pub mod all_places;
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
