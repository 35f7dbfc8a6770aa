//! What stands out in how a petition grew, as a part of its JSON.

use jiff::SignedDuration;
use serde::Serialize;

use super::petition::Moment;
use crate::{
    domain::{
        series::{Bucket, Series},
        threshold::Thresholds,
    },
    store::petitions::Petition,
    web::pages::petitions::pace::{reached, today},
};

/// The figures of a petition's page beside its chart. What is not known is null.
#[derive(Debug, Serialize)]
pub(super) struct Growth {
    /// Where the history begins; nothing is known of the time before.
    since: Moment,
    /// By how much the count grew in the last 24 hours, and in the last hour, to the minute; of a petition that has
    /// closed, before that.
    last_24_hours: Option<i64>,
    last_hour: Option<i64>,
    /// Since midnight, by London's clock.
    today: Option<i64>,
    /// What came the day before until the same time.
    yesterday_by_now: Option<i64>,
    peak_hour: Option<Peak>,
    peak_day: Option<Peak>,
    thresholds_reached: Vec<Threshold>,
}

#[derive(Debug, Serialize)]
struct Peak {
    starts_at: Moment,
    ends_at: Moment,
    added: u64,
}

#[derive(Debug, Serialize)]
struct Threshold {
    signature_count: u32,
    reached_at: Moment,
    seconds_after_opening: i64,
}

impl Growth {
    pub(super) fn new(petition: &Petition, series: &Series, thresholds: Thresholds) -> Self {
        let today = today(petition, series);
        // Only where the whole of that time is on record.
        let known = |hours: i64| series.length() >= SignedDuration::from_hours(hours);
        Self {
            since: Moment(series.since()),
            last_24_hours: known(24).then(|| series.last_24_hours().net()),
            last_hour: known(1).then(|| series.last_hour().net()),
            today: today.map(|today| today.so_far.net()),
            yesterday_by_now: today.and_then(|today| today.yesterday).map(|change| change.net()),
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
