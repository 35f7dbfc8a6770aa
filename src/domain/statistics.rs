//! What happened on the site as a whole: month by month, department by department, and what became of petitions.

use jiff::{SignedDuration, Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::{deadline, limits, petition::PetitionId};

/// The whole, as it stood at one moment. Only what the public can see is counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// The moment of every number here.
    #[serde(serialize_with = "moment")]
    pub as_at: Timestamp,
    /// What became of petitions.
    pub outcomes: Outcomes,
    /// Their signatures.
    pub signatures: Signatures,
    /// How many got how far.
    pub thresholds: Vec<Reached>,
    /// Rejected petitions by reason, the most frequent first.
    pub rejections: Vec<Rejected>,
    /// Responses of departments, those with most petitions first.
    pub departments: Vec<Department>,
    /// Responses that should have come, the longest overdue first; at most a thousand.
    pub overdue: Vec<Overdue>,
    /// Every month from the first in which something happened to the running one, in order.
    pub months: Vec<Month>,
}

/// What became of petitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcomes {
    /// Published: open or closed.
    pub published: i64,
    /// Of those, open.
    pub open: i64,
    /// Of those, closed.
    pub closed: i64,
    /// Published and answered by the Government.
    pub answered: i64,
    /// Published and debated in Parliament, or the day of the debate is over.
    pub debated: i64,
    /// Published, and Parliament decided not to debate them.
    pub not_debated: i64,
    /// Closed with fewer signatures than a response takes, and without one.
    pub closed_below_threshold: i64,
    /// Closed with enough signatures for a response, and without one.
    pub closed_unanswered: i64,
    /// Rejected; those whose text is not public among them.
    pub rejected: i64,
    /// Of those, not public.
    pub rejected_hidden: i64,
}

/// Signatures of published petitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SignatureStatistics")]
pub struct Signatures {
    /// All of them, as petitions show them.
    pub total: i64,
    /// Of those, collected before the record of an imported petition begins: in which month is not known. The rest is
    /// what the months have added, less what they have removed.
    pub undated: i64,
}

/// How many petitions reached a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ThresholdStatistics")]
pub struct Reached {
    /// What it is needed for.
    pub purpose: Purpose,
    /// In signatures, as it is now.
    pub signatures: u32,
    /// How many published petitions have reached it.
    pub petitions: i64,
    /// Days from opening that half of them took at the most.
    pub median_days: Option<f64>,
}

/// What a threshold is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ThresholdPurpose")]
pub enum Purpose {
    /// The Government answers.
    Response,
    /// Parliament considers a debate.
    Debate,
}

/// How many petitions were rejected for a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RejectionStatistics")]
pub struct Rejected {
    /// The reason's code.
    pub code: String,
    /// The reason in words.
    pub reason: String,
    /// How many.
    pub petitions: i64,
}

/// How a department answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DepartmentStatistics")]
pub struct Department {
    /// Its name; `None`: it is not known which department.
    pub name: Option<String>,
    /// Petitions that it has answered.
    pub answered: i64,
    /// Of those, for how many it is known when they reached the threshold.
    pub timed: i64,
    /// Of those, within the target.
    pub in_time: i64,
    /// Days from the threshold to the response that half of those took at the most.
    pub median_days: Option<f64>,
    /// Petitions that wait for its response.
    pub waiting: i64,
    /// Of those, for longer than the target.
    pub overdue: i64,
}

/// A response that should have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OverdueResponse")]
pub struct Overdue {
    /// The petition.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// The department concerned, if one is known.
    pub department: Option<String>,
    /// How many signed.
    pub signature_count: u32,
    /// When it reached the threshold.
    #[serde(serialize_with = "moment")]
    pub since: Timestamp,
    /// Days for which it has waited, by London's calendar.
    pub days: i64,
}

/// What happened in a month of London.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "MonthStatistics")]
pub struct Month {
    /// Its first day.
    pub month: Date,
    /// Petitions published.
    pub published: i64,
    /// Petitions rejected.
    pub rejected: i64,
    /// Petitions closed.
    pub closed: i64,
    /// Petitions answered by the Government.
    pub answered: i64,
    /// Petitions debated in Parliament.
    pub debated: i64,
    /// Signatures that were counted.
    pub added: i64,
    /// Signatures that were taken out of the count.
    pub removed: i64,
}

impl Month {
    /// One in which nothing has happened.
    pub fn empty(month: Date) -> Self {
        Self { month, published: 0, rejected: 0, closed: 0, answered: 0, debated: 0, added: 0, removed: 0 }
    }
}

impl Statistics {
    /// Puts in the months in which nothing happened, between the first and the running one.
    pub fn with_every_month(mut self) -> Self {
        let last = deadline::day(self.as_at).first_of_month();
        self.months.sort_by_key(|month| month.month);
        let mut known = std::mem::take(&mut self.months).into_iter().peekable();
        let mut month = known.peek().map_or(last, |first| first.month);
        while month <= last || known.peek().is_some() {
            let here = known.next_if(|known| known.month <= month);
            self.months.push(here.unwrap_or_else(|| Month::empty(month)));
            let Ok(next) = month.checked_add(jiff::Span::new().months(1)) else { break };
            month = next;
        }
        self
    }

    /// How many responses are overdue, those not named among them.
    pub fn overdue_in_all(&self) -> i64 {
        self.departments.iter().map(|department| department.overdue).sum()
    }

    /// Of all responses for which it is known: within the target, and how many there are.
    pub fn in_time(&self) -> (i64, i64) {
        let sum = |count: fn(&Department) -> i64| self.departments.iter().map(count).sum();
        (sum(|department| department.in_time), sum(|department| department.timed))
    }
}

/// How long the Government has to answer.
pub fn response_target() -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(limits::RESPONSE_TARGET_DAYS))
}

/// As published data has moments.
fn moment<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"))
}
