//! What handlers ask for. What cannot be had becomes an error page, not a line of plain text.

mod address;
mod client_ip;
mod form;
mod format;
mod link;
mod now;
mod query;

pub use self::{
    address::{
        ActivityNumber, AssetName, EntryKey, JobName, MailNumber, MailingNumber, Name, Numbered, PageName,
        PasskeyNumber, PlaceName, RuleNumber, SessionNumber, StaffNumber,
    },
    client_ip::ClientIp,
    form::Form,
    format::Format,
    link::{Link, PetitionLink, SignedLink, ToConfirm, ToCreate, ToManage, ToSupport, ToUnsubscribe},
    now::Now,
    query::Query,
};
