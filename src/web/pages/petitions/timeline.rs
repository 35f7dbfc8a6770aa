//! What happened to a petition, newest first.

use jiff::{Timestamp, civil::Date};

use super::{facts::published_later, removals};
use crate::{
    domain::{
        deadline,
        outage::Extension,
        petition::{Activity, PetitionState},
        signature::LedgerReason,
        threshold::Thresholds,
    },
    store::{
        petitions::Petition,
        removals::Removal,
        responses::{Change, ChangeKind},
    },
    web::filters::{day, long_day, thousands},
};

/// Something that happened.
pub struct Milestone {
    /// When; of things of which only the day is known, the beginning of that day.
    pub at: Timestamp,
    /// What, as a sentence without its full stop.
    pub label: String,
    /// A part of the page that says more, and what it is called.
    pub more: Option<(&'static str, &'static str)>,
    /// Whether the chart marks it.
    pub marked: bool,
}

impl Milestone {
    fn new(at: Timestamp, label: impl Into<String>) -> Self {
        Self { at, label: label.into(), more: None, marked: false }
    }

    fn more(mut self, anchor: &'static str, words: &'static str) -> Self {
        self.more = Some((anchor, words));
        self
    }

    fn marked(mut self) -> Self {
        self.marked = true;
        self
    }

    /// The day in London.
    pub fn day(&self) -> Date {
        deadline::day(self.at)
    }

    /// Everything that happened, newest first.
    pub fn all(
        petition: &Petition,
        activities: &[Activity],
        moved: &[Extension],
        response_changes: &[Change],
        removals: &[Removal],
        thresholds: Thresholds,
    ) -> Vec<Self> {
        let dates = &petition.dates;
        let mut list = vec![Self::new(dates.created_at, "Created")];
        if let Some(at) = dates.moderation_threshold_reached_at {
            list.push(Self::new(at, "Found enough supporters to be checked"));
        }
        if let Some(at) = dates.opened_at {
            list.push(Self::new(at, "Opened for signatures").marked());
        }
        if let Some(at) = dates.response_threshold_reached_at {
            list.push(Self::new(at, format!("Reached {} signatures", thousands(thresholds.response))).marked());
        }
        if let Some(response) = &petition.response {
            let at = dates.government_response_at.unwrap_or_else(|| deadline::start_of_day(response.responded_on));
            let label = match published_later(petition) {
                Some(_) => format!("The Government’s response was published, dated {}", day(&response.responded_on)),
                None => "The Government responded".to_owned(),
            };
            list.push(Self::new(at, label).more("#response", "Read the response").marked());
        }
        for change in response_changes {
            match change.kind {
                ChangeKind::Corrected => {
                    list.push(
                        Self::new(change.at, "The response was corrected").more("#response", "Read what changed"),
                    );
                }
                ChangeKind::Withdrawn => {
                    list.push(Self::new(change.published_at, "The Government responded"));
                    list.push(Self::new(change.at, "The response was withdrawn").more("#response", "Read why"));
                }
            }
        }
        // What is set aside by itself can be something every day: the list under the chart has it.
        for removal in removals.iter().filter(|removal| removal.reason != LedgerReason::Quarantined) {
            let at = deadline::start_of_day(removal.on);
            list.push(Self::new(at, removals::done(removal)).more("#removals", "All that was taken out and put back"));
        }
        if let Some(at) = dates.debate_threshold_reached_at {
            list.push(Self::new(at, format!("Reached {} signatures", thousands(thresholds.debate))).marked());
        }
        if let (Some(on), Some(date)) = (dates.debate_scheduled_on, dates.scheduled_debate_date) {
            list.push(Self::new(deadline::start_of_day(on), format!("A debate was scheduled for {}", long_day(&date))));
        }
        if let Some(debate) = &petition.debate {
            let known = if debate.debated { debate.debated_on.map(deadline::start_of_day) } else { None };
            if let Some(at) = known.or(dates.debate_outcome_at) {
                let label =
                    if debate.debated { "Parliament debated it" } else { "Parliament decided not to debate it" };
                list.push(Self::new(at, label).more("#debate", "About the debate").marked());
            }
        }
        for activity in activities {
            let at = activity.occurred_on.map_or(activity.created_at, deadline::start_of_day);
            list.push(Self::new(at, activity.subject.clone()).more("#activity", "Read more"));
        }
        for extension in moved {
            let days = if extension.days == 1 { "a day".to_owned() } else { format!("{} days", extension.days) };
            let reason = extension.reason.trim_end_matches('.');
            list.push(Self::new(extension.made_at, format!("Its deadline was moved by {days}: {reason}")));
        }
        if let Some(at) = dates.closed_at {
            if petition.own_closes_at.is_some() {
                list.push(Self::new(at, "Parliament was dissolved"));
            }
            list.push(Self::new(at, "Closed for signatures").marked());
        }
        if petition.state == PetitionState::Rejected
            && let Some(at) = dates.rejected_at
        {
            list.push(Self::new(at, "Rejected").more("#rejection", "Read why"));
        }
        list.sort_by_key(|milestone| milestone.at);
        list.reverse();
        list
    }

    /// The day as people write it.
    pub fn written(&self) -> String {
        day(&self.day())
    }
}
