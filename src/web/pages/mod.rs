//! Public pages, one file each, with its template at the mirrored path.

pub mod api;
pub mod creator;
pub mod estimates;
pub mod feedback;
pub mod home;
pub mod local;
pub mod petitions;
pub mod signing;
pub mod statistics;
pub mod texts;
mod today;
