//! Starting a petition: one question after the other, saving it for later, and confirming the creator's address.

pub mod advising;
pub mod confirm;
pub mod draft;
pub mod form;
pub mod sent;
pub mod stage;
pub mod wizard;
