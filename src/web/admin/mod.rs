//! What staff see, under `/admin`: nobody gets in without having proved who they are, and nobody further than their role.

pub mod addresses;
pub mod desk;
pub mod frame;
pub mod guard;
pub mod sign_in;
pub mod signatures;
pub mod site;

pub use self::addresses::{Access, Address, addresses};
