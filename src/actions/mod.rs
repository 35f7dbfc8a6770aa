//! What can happen: one function each, one transaction each.

pub mod close_petitions;
pub mod import_areas;
pub mod import_petition;
pub mod recount;
pub mod seed;
