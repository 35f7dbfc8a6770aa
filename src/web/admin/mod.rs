//! What staff see, under `/admin`: nobody gets in without having proved who they are, and nobody further than their role.

pub mod account;
pub mod addresses;
pub mod answers;
mod carried;
mod comer;
pub mod desk;
pub mod frame;
pub mod guard;
pub mod invitation;
mod kept;
pub mod life;
mod log;
pub mod passkeys;
pub mod petitions;
pub mod prove;
pub mod roles;
pub mod sign_in;
pub mod signatures;
pub mod single_sign_on;
pub mod site;
pub mod staff;

pub use self::addresses::{Access, Address, addresses};
