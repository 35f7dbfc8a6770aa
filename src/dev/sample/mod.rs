//! Sample petitions in every state, with whole histories, made up anew for any moment.
//!
//! [`petitions`] turns `petitions.toml`, which counts days from today, into records as an import would read them. The
//! same moment gives the same records.

mod chance;
mod file;
mod fit;
mod growth;
mod people;
mod signing;
mod spread;
mod story;

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp, civil::Date};

use self::{
    chance::Chance,
    file::{Entry, File},
    growth::Rhythm,
    signing::Counts,
    spread::Map,
    story::{Story, days_after, in_office},
};
use crate::{
    actions::seed::Sample,
    domain::{
        deadline,
        petition::{Activity, Debate, Department, GovernmentResponse, PetitionState, Rejection, Topic},
        record::{Dates, PetitionRecord},
        threshold::Thresholds,
    },
};

/// The sample petitions as they stand at `now`, the one that the demonstration is built around first.
///
/// Their readings begin with nought at the moment of creation. They stand at both ends of each hour in which a count
/// changed, and from the full hour before `now` less 49 hours on at both ends of each such minute. Each ends in
/// `signature_count`.
pub fn petitions(now: Timestamp) -> Vec<PetitionRecord> {
    let file = File::read();
    let map = Map::read();
    let oldest = file.petitions.iter().map(|entry| entry.created_days_ago).max().unwrap_or(0);
    let rhythm = Rhythm::between(now - SignedDuration::from_hours(24 * (oldest + 3)), now);
    file.petitions.iter().map(|entry| Maker { entry, file: &file, map: &map, rhythm: &rhythm, now }.record()).collect()
}

/// The same petitions with the people who stand behind those that are not published yet.
pub fn with_people(now: Timestamp) -> Vec<Sample> {
    petitions(now).into_iter().map(people::behind).collect()
}

/// Makes the record of one petition.
struct Maker<'a> {
    entry: &'a Entry,
    file: &'a File,
    map: &'a Map,
    rhythm: &'a Rhythm,
    now: Timestamp,
}

impl Maker<'_> {
    fn record(&self) -> PetitionRecord {
        let entry = self.entry;
        let mut chance = Chance::of(&entry.key, entry.signatures);
        let story = Story::of(entry, self.now, &mut chance);
        let counts = Counts::of(entry, &story, self.rhythm, self.now, &mut chance);
        let places = self.map.spread(entry.signatures, entry.places, &mut chance);
        let mut dates = story.dates;
        let activities = self.activities(&dates, &mut chance);
        let thresholds = Thresholds::default();
        dates.response_threshold_reached_at = counts.reached(thresholds.response);
        dates.debate_threshold_reached_at = counts.reached(thresholds.debate);
        dates.updated_at = self.updated_at(&dates, &counts, &activities);
        PetitionRecord {
            id: None,
            source_url: None,
            state: entry.state,
            action: entry.action.clone(),
            background: entry.background.clone(),
            additional_details: entry.additional_details.clone(),
            committee_note: entry.committee_note.trim().to_owned(),
            creator_name: Some(entry.creator.clone()),
            rejection: entry.rejection.as_ref().map(|rejection| Rejection {
                code: rejection.code.clone(),
                details: rejection.details.trim().to_owned(),
            }),
            response: self.response(&dates),
            response_department: entry.response.as_ref().map(|response| self.department(&response.department).name),
            debate: self.debate(&dates),
            departments: entry.departments.iter().map(|acronym| self.department(acronym)).collect(),
            topics: entry.topics.iter().map(|code| self.topic(code)).collect(),
            activities,
            signature_count: entry.signatures,
            places,
            readings: counts.readings,
            dates,
        }
    }

    fn department(&self, acronym: &str) -> Department {
        let department = self.file.departments.iter().find(|department| department.acronym == acronym);
        let department = department.unwrap_or_else(|| panic!("{} names the department {acronym}", self.entry.key));
        Department {
            acronym: Some(department.acronym.clone()),
            name: department.name.clone(),
            url: Some(department.url.clone()),
        }
    }

    fn topic(&self, code: &str) -> Topic {
        let topic = self.file.topics.iter().find(|topic| topic.code == code);
        let topic = topic.unwrap_or_else(|| panic!("{} names the topic {code}", self.entry.key));
        Topic { code: topic.code.clone(), name: topic.name.clone() }
    }

    fn response(&self, dates: &Dates) -> Option<GovernmentResponse> {
        let response = self.entry.response.as_ref()?;
        let published_at = dates.government_response_at?;
        Some(GovernmentResponse {
            responded_on: deadline::day(published_at),
            summary: response.summary.clone(),
            details: response.details.trim().to_owned(),
            created_at: published_at,
            updated_at: published_at,
        })
    }

    /// What came of the debate, once there is something to tell.
    fn debate(&self, dates: &Dates) -> Option<Debate> {
        let debate = self.entry.debate.as_ref()?;
        let debated = debate.debated?;
        Some(Debate {
            debated,
            debated_on: if debated { self.after_opening(dates, debate.date_days_after_opening) } else { None },
            overview: debate.overview.as_ref().map(|text| text.trim().to_owned()),
            transcript_url: debate.transcript_url.clone(),
            video_url: debate.video_url.clone(),
            debate_pack_url: debate.debate_pack_url.clone(),
            public_engagement_url: debate.public_engagement_url.clone(),
            debate_summary_url: debate.debate_summary_url.clone(),
        })
    }

    fn activities(&self, dates: &Dates, chance: &mut Chance) -> Vec<Activity> {
        let activities = self.entry.activities.iter().filter_map(|activity| {
            let day = self.after_opening(dates, activity.days_after_opening)?;
            let published_at = in_office(day, chance);
            Some(Activity {
                subject: activity.subject.clone(),
                body: activity.body.trim().to_owned(),
                occurred_on: Some(day),
                created_at: published_at,
                updated_at: published_at,
            })
        });
        activities.collect()
    }

    fn after_opening(&self, dates: &Dates, days: i64) -> Option<Date> {
        Some(days_after(deadline::day(dates.opened_at?), days))
    }

    /// An open petition's count is that of now; any other has not changed since the last thing happened to it.
    fn updated_at(&self, dates: &Dates, counts: &Counts, activities: &[Activity]) -> Timestamp {
        if self.entry.state == PetitionState::Open {
            return self.now;
        }
        let last = [
            dates.opened_at,
            dates.closed_at,
            dates.rejected_at,
            dates.stopped_at,
            dates.removed_at,
            dates.government_response_at,
            dates.debate_scheduled_on.map(deadline::start_of_day),
            dates.debate_outcome_at,
        ];
        let changes = last.into_iter().flatten().chain(activities.iter().map(|activity| activity.updated_at));
        changes.fold(counts.last_change(), Timestamp::max)
    }
}
