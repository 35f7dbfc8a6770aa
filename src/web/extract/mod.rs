//! What handlers ask for. What cannot be had becomes an error page, not a line of plain text.

mod address;
mod form;
mod format;
mod now;
mod query;

pub use self::{
    address::{AssetName, Name, Numbered},
    form::Form,
    format::Format,
    now::Now,
    query::Query,
};
