//! A whole petition with everything known about it, as an import or the sample data hands it over.

use jiff::{Timestamp, civil::Date};

use super::{
    area::BoundarySet,
    history::Reading,
    petition::{Activity, Debate, Department, GovernmentResponse, PetitionId, PetitionState, Rejection, Topic},
};

/// Everything known about one petition.
#[derive(Clone, Debug)]
pub struct PetitionRecord {
    /// Its number; `None`: it gets one of ours.
    pub id: Option<PetitionId>,
    /// Where it was published, for petitions of another service.
    pub source_url: Option<String>,
    /// Where it is in its life.
    pub state: PetitionState,
    /// What it asks for.
    pub action: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub additional_details: String,
    /// A note by the committee; Markdown.
    pub committee_note: String,
    /// Who created it, where that is published.
    pub creator_name: Option<String>,
    /// When what happened.
    pub dates: Dates,
    /// Why it was refused.
    pub rejection: Option<Rejection>,
    /// What the Government answered.
    pub response: Option<GovernmentResponse>,
    /// The name of the department that wrote the answer.
    pub response_department: Option<String>,
    /// What came of the debate.
    pub debate: Option<Debate>,
    /// The departments concerned.
    pub departments: Vec<Department>,
    /// What it is about.
    pub topics: Vec<Topic>,
    /// Other parliamentary business.
    pub activities: Vec<Activity>,
    /// How many signed.
    pub signature_count: u32,
    /// From where.
    pub places: RecordedPlaces,
    /// Counts at certain moments, besides the one at `dates.updated_at`.
    pub readings: Vec<Reading>,
}

/// The moments of a petition's life, as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// Created by a citizen.
    pub created_at: Timestamp,
    /// Last changed in any way; the count is the count of this moment.
    pub updated_at: Timestamp,
    /// Enough supporters.
    pub moderation_threshold_reached_at: Option<Timestamp>,
    /// Published.
    pub opened_at: Option<Timestamp>,
    /// The deadline.
    pub closes_at: Option<Timestamp>,
    /// Closed.
    pub closed_at: Option<Timestamp>,
    /// Refused.
    pub rejected_at: Option<Timestamp>,
    /// Taken back by its creator.
    pub withdrawn_at: Option<Timestamp>,
    /// Stopped by the dissolution of Parliament.
    pub stopped_at: Option<Timestamp>,
    /// Removed for good.
    pub removed_at: Option<Timestamp>,
    /// Enough signatures for a response.
    pub response_threshold_reached_at: Option<Timestamp>,
    /// The Government answered.
    pub government_response_at: Option<Timestamp>,
    /// Enough signatures for a debate.
    pub debate_threshold_reached_at: Option<Timestamp>,
    /// The day on which the debate was announced.
    pub debate_scheduled_on: Option<Date>,
    /// The day for which it was announced.
    pub scheduled_debate_date: Option<Date>,
    /// What came of it was published.
    pub debate_outcome_at: Option<Timestamp>,
}

impl Dates {
    /// A petition that has just been created.
    pub fn created(at: Timestamp) -> Self {
        Self {
            created_at: at,
            updated_at: at,
            moderation_threshold_reached_at: None,
            opened_at: None,
            closes_at: None,
            closed_at: None,
            rejected_at: None,
            withdrawn_at: None,
            stopped_at: None,
            removed_at: None,
            response_threshold_reached_at: None,
            government_response_at: None,
            debate_threshold_reached_at: None,
            debate_scheduled_on: None,
            scheduled_debate_date: None,
            debate_outcome_at: None,
        }
    }
}

/// The places of a petition's signatures.
#[derive(Clone, Debug)]
pub struct RecordedPlaces {
    /// Which constituencies are meant.
    pub boundary_set: BoundarySet,
    /// Signatures by constituency.
    pub constituencies: Vec<ConstituencyCount>,
    /// Signatures by country, the United Kingdom among them.
    pub countries: Vec<CountryCount>,
}

impl Default for RecordedPlaces {
    fn default() -> Self {
        Self { boundary_set: BoundarySet::OF_2024, constituencies: Vec::new(), countries: Vec::new() }
    }
}

/// The signatures from one constituency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstituencyCount {
    /// Nine-character code.
    pub code: String,
    /// Its name, as published.
    pub name: String,
    /// Its member, as published.
    pub member: Option<String>,
    /// Signatures.
    pub count: u32,
}

/// The signatures from one country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryCount {
    /// Its code, where published.
    pub code: Option<String>,
    /// Its name, as published.
    pub name: String,
    /// Signatures.
    pub count: u32,
}

impl RecordedPlaces {
    /// Signatures from all constituencies together.
    pub fn in_constituencies(&self) -> u64 {
        self.constituencies.iter().map(|c| u64::from(c.count)).sum()
    }

    /// Signatures from all countries but the United Kingdom together.
    pub fn in_other_countries(&self) -> u64 {
        let abroad = |c: &&CountryCount| !c.is_united_kingdom();
        self.countries.iter().filter(abroad).map(|c| u64::from(c.count)).sum()
    }
}

impl CountryCount {
    /// Whether this is the United Kingdom.
    pub fn is_united_kingdom(&self) -> bool {
        match &self.code {
            Some(code) => code == super::area::UNITED_KINGDOM,
            None => self.name == "United Kingdom",
        }
    }
}
