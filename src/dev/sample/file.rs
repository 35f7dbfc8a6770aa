//! The shape of `petitions.toml`.

use serde::Deserialize;

use crate::domain::petition::PetitionState;

const TEXT: &str = include_str!("petitions.toml");

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(rename = "topic")]
    pub(super) topics: Vec<Topic>,
    #[serde(rename = "department")]
    pub(super) departments: Vec<Department>,
    #[serde(rename = "petition")]
    pub(super) petitions: Vec<Entry>,
}

impl File {
    pub(super) fn read() -> Self {
        toml::from_str(TEXT).expect("the sample petitions are well-formed; a test reads them")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Department {
    pub(super) acronym: String,
    pub(super) name: String,
    pub(super) url: String,
}

/// One petition. What the fields mean, the head of the file says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) state: PetitionState,
    pub(super) action: String,
    pub(super) background: String,
    pub(super) additional_details: String,
    pub(super) creator: String,
    #[serde(default)]
    pub(super) committee_note: String,
    pub(super) topics: Vec<String>,
    pub(super) departments: Vec<String>,
    pub(super) created_days_ago: i64,
    pub(super) opened_days_ago: Option<i64>,
    pub(super) ended_days_ago: Option<i64>,
    pub(super) moderation_days: Option<i64>,
    pub(super) signatures: u32,
    #[serde(default)]
    pub(super) last_24_hours: u32,
    pub(super) shape: Shape,
    pub(super) places: Profile,
    pub(super) response: Option<Response>,
    pub(super) debate: Option<Debate>,
    pub(super) rejection: Option<Rejection>,
    #[serde(default, rename = "activity")]
    pub(super) activities: Vec<Activity>,
}

/// How the signatures came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Shape {
    Steady,
    Burst,
    SlowStart,
    TwoWaves,
    LatePush,
    Viral,
}

/// Where most of them came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Profile {
    Even,
    Cities,
    Rural,
    Coast,
    Scotland,
    Wales,
    NorthernIreland,
    London,
    North,
    Overseas,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Response {
    pub(super) days_after_opening: i64,
    pub(super) department: String,
    pub(super) summary: String,
    pub(super) details: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Debate {
    pub(super) date_days_after_opening: i64,
    pub(super) scheduled_days_after_opening: Option<i64>,
    pub(super) debated: Option<bool>,
    pub(super) overview: Option<String>,
    pub(super) transcript_url: Option<String>,
    pub(super) video_url: Option<String>,
    pub(super) debate_pack_url: Option<String>,
    pub(super) public_engagement_url: Option<String>,
    pub(super) debate_summary_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rejection {
    pub(super) code: String,
    #[serde(default)]
    pub(super) details: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Activity {
    pub(super) days_after_opening: i64,
    pub(super) subject: String,
    pub(super) body: String,
}
