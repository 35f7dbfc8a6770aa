//! What stands out in how a petition grew, as a part of its JSON.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

use super::petition::Moment;
use crate::{
    domain::{
        series::{Bucket, Series},
        threshold::Thresholds,
    },
    store::petitions::Petition,
    web::pages::petitions::pace::{covers, reached, today},
};

/// The figures of a petition's page beside its chart. What is not known is null.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Growth {
    /// Where the history begins; nothing is known of the time before.
    since: Moment,
    /// By how much the count grew in the last 24 hours, to the minute; of a petition that has closed, before that.
    /// Signatures that staff put back are no growth here, nor in the figures below.
    last_24_hours: Option<i64>,
    /// The same for the last hour.
    last_hour: Option<i64>,
    /// Since midnight, by London's clock.
    today: Option<i64>,
    /// What came the day before until the same time.
    yesterday_by_now: Option<i64>,
    /// The hour in which most signatures came.
    peak_hour: Option<Peak>,
    /// The day in which most signatures came.
    peak_day: Option<Peak>,
    /// The thresholds that it has reached, in order.
    thresholds_reached: Vec<Threshold>,
}

/// The hour or the day in which most signatures came.
#[derive(Debug, Serialize, JsonSchema)]
struct Peak {
    /// When it began.
    starts_at: Moment,
    /// When it ended.
    ends_at: Moment,
    /// How many signatures came in it.
    added: u64,
}

/// A threshold that a petition has reached.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ThresholdReached")]
struct Threshold {
    /// The signatures that it takes.
    signature_count: u32,
    /// When there were so many.
    reached_at: Moment,
    /// How long that took.
    seconds_after_opening: i64,
}

impl Growth {
    pub(super) fn new(petition: &Petition, series: &Series, thresholds: Thresholds) -> Self {
        let today = today(petition, series);
        let known = |hours| covers(petition, series, SignedDuration::from_hours(hours));
        Self {
            since: Moment(series.since()),
            last_24_hours: known(24).then(|| series.last_24_hours().anew()),
            last_hour: known(1).then(|| series.last_hour().anew()),
            today: today.map(|today| today.so_far.anew()),
            yesterday_by_now: today.and_then(|today| today.yesterday).map(|change| change.anew()),
            peak_hour: series.peak_hour().map(Peak::new),
            peak_day: series.peak_day().map(Peak::new),
            thresholds_reached: reached(petition, thresholds)
                .into_iter()
                .map(|reached| Threshold {
                    signature_count: reached.signatures,
                    reached_at: Moment(reached.at),
                    seconds_after_opening: reached.after.as_secs(),
                })
                .collect(),
        }
    }
}

impl Peak {
    fn new(bucket: Bucket) -> Self {
        Self { starts_at: Moment(bucket.starts_at), ends_at: Moment(bucket.ends_at), added: bucket.added }
    }
}
