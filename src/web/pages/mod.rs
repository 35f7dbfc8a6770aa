//! Public pages, one file each, with its template at the mirrored path.

pub mod api;
pub mod archived;
pub mod create;
pub mod creator;
pub mod estimates;
pub mod feedback;
pub mod following;
pub mod home;
pub mod local;
pub mod outages;
pub mod petitions;
pub mod signing;
pub mod statistics;
pub mod texts;
mod today;
pub mod topics;
