//! Petitions: their lists, their pages, and what stands there before there is a page.

pub mod all_places;
pub mod embed;
mod facts;
pub mod growth;
pub mod holding;
pub mod list;
pub mod pace;
pub mod places;
mod removals;
pub mod search;
pub mod share;
pub mod sheet;
pub mod show;
pub mod timeline;
