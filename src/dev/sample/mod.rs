//! stub
pub fn petitions(_: jiff::Timestamp) -> Vec<crate::domain::record::PetitionRecord> {
    Vec::new()
}
