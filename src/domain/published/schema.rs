//! The JSON of one petition as petition.parliament.uk publishes it: today's fields and those of 2015.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Deserializer};

use crate::domain::{json, moment, petition::PetitionState};

/// The whole file.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Document {
    #[serde(deserialize_with = "json::object")]
    pub links: Links,
    #[serde(deserialize_with = "json::object")]
    pub data: Data,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Links {
    #[serde(rename = "self")]
    pub this: Text,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Data {
    pub r#type: Text,
    pub id: i64,
    #[serde(deserialize_with = "json::object")]
    pub attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Attributes {
    pub action: Text,
    pub background: Option<Text>,
    pub additional_details: Option<Text>,
    pub committee_note: Option<Text>,
    pub state: PetitionState,
    pub signature_count: Count,
    pub creator_name: Option<Text>,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub opened_at: Option<Moment>,
    /// What `opened_at` was called in 2015.
    pub open_at: Option<Moment>,
    /// Open petitions only: the day of the deadline.
    pub closing_date: Option<Day>,
    pub closed_at: Option<Moment>,
    pub rejected_at: Option<Moment>,
    pub stopped_at: Option<Moment>,
    pub removed_at: Option<Moment>,
    pub moderation_threshold_reached_at: Option<Moment>,
    pub response_threshold_reached_at: Option<Moment>,
    pub government_response_at: Option<Moment>,
    pub debate_threshold_reached_at: Option<Moment>,
    pub debate_scheduled_on: Option<Day>,
    pub scheduled_debate_date: Option<Day>,
    pub debate_outcome_at: Option<Moment>,
    pub rejection: Option<Rejection>,
    pub government_response: Option<GovernmentResponse>,
    pub debate: Option<Debate>,
    pub departments: Option<Vec<Department>>,
    pub topics: Option<Vec<Text>>,
    pub signatures_by_country: Option<Vec<Country>>,
    pub signatures_by_constituency: Option<Vec<Constituency>>,
    pub signatures_by_region: Option<Vec<Region>>,
    pub other_parliamentary_business: Option<Vec<Business>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Rejection {
    pub code: Text,
    pub details: Option<Text>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct GovernmentResponse {
    pub responded_on: Option<Day>,
    pub summary: Option<Text>,
    pub details: Option<Text>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Debate {
    pub debated_on: Option<Day>,
    pub overview: Option<Text>,
    pub transcript_url: Option<Text>,
    pub video_url: Option<Text>,
    pub debate_pack_url: Option<Text>,
    pub public_engagement_url: Option<Text>,
    pub debate_summary_url: Option<Text>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Department {
    pub acronym: Option<Text>,
    pub name: Text,
    pub url: Option<Text>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Country {
    pub name: Text,
    pub code: Option<Text>,
    pub signature_count: Count,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Constituency {
    pub name: Text,
    pub ons_code: Text,
    pub mp: Option<Text>,
    pub signature_count: Count,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Region {
    pub signature_count: Count,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub struct Business {
    pub subject: Text,
    pub body: Option<Text>,
    pub occurred_on: Option<Day>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// Text exactly as published, but for the one character that no database text can hold.
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::text(deserializer, |text| match text.contains('\0') {
            true => Err("the text contains the character U+0000".to_owned()),
            false => Ok(Self(text.to_owned())),
        })
    }
}

/// A count of signatures.
#[derive(Clone, Copy)]
pub struct Count(pub u32);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::number(deserializer, moment::count).map(Self)
    }
}

/// A moment.
#[derive(Clone, Copy)]
pub struct Moment(pub Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::text(deserializer, moment::moment).map(Self)
    }
}

/// A day.
#[derive(Clone, Copy)]
pub struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::text(deserializer, moment::day).map(Self)
    }
}
