//! What can happen: one function each, one transaction each.

pub mod add_supporters;
pub mod annotate;
pub mod close_petitions;
pub mod configure;
pub mod confirm_signature;
pub mod edit_petition;
pub mod forget;
pub mod import_areas;
pub mod import_petition;
pub mod import_postcodes;
pub mod judge_signatures;
pub mod live_settings;
pub mod moderate;
pub mod quarantine;
pub mod recount;
pub mod rotate_keys;
pub mod seed;
pub mod sign;
pub mod signature_rules;
pub mod signing;
pub mod staff;
pub mod together;
pub mod withdraw_signature;
