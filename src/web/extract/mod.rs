//! What handlers ask for. What cannot be had becomes an error page, not a line of plain text.

mod address;
mod client_ip;
mod form;
mod format;
pub mod link;
mod now;
mod query;

pub use self::{
    address::{
        ActivityNumber, AssetName, EntryKey, JobName, MailNumber, MailingNumber, Name, Numbered, OutageNumber,
        PageName, PasskeyNumber, Period, PlaceName, RuleNumber, SessionNumber, SitemapPart, StaffNumber, TopicName,
    },
    client_ip::ClientIp,
    form::Form,
    format::Format,
    link::{
        FollowLink, Link, PetitionLink, SignedLink, ToConfirm, ToConfirmFollow, ToCreate, ToManage, ToManageFollows,
        ToStopFollow, ToStopWeekly, ToSupport, ToUnsubscribe,
    },
    now::Now,
    query::Query,
};
