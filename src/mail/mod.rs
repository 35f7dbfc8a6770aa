//! What is sent: messages, and the ways on which they leave.

pub mod closing;
pub mod creator;
pub mod feedback;
pub mod folder;
pub mod follow;
pub mod letter;
pub mod messages;
pub mod news;
pub mod smtp;
pub mod smtp_url;
pub mod transport;
