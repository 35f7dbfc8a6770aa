//! Pages for developers; in production there are none.

pub mod mail;
