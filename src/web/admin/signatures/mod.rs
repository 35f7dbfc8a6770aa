//! Signatures: looked for, judged, taken out by rules, and what looks odd about them.

mod conditions;
pub mod judge;
pub mod list;
pub mod odd;
pub mod rules;
mod sealed;
