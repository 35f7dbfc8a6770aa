//! Reading the JSON of one petition as petition.parliament.uk publishes it, today's schema and that of 2015.

mod checks;
mod schema;

use jiff::{Timestamp, civil::date};

use super::{
    area::BoundarySet,
    deadline, json,
    petition::{Activity, Debate, Department, GovernmentResponse, PetitionId, PetitionState, Rejection, Topic},
    record::{ConstituencyCount, CountryCount, Dates, PetitionRecord, RecordedPlaces},
    refused::Refused,
};
use schema::{Attributes, Day, Document, Moment, Text};

/// Reads a petition's whole JSON. Texts stay exactly as they are; fields that are not known are passed over.
///
/// # Errors
/// When the file is malformed or cut off, lacks what every petition has, or contradicts itself; see the checks
/// for what counts as a contradiction.
pub fn parse(text: &str) -> Result<PetitionRecord, Refused> {
    let document: Document = json::read(text)?;
    let source_url = checks::source_url(&document)?;
    let id = PetitionId::new(document.data.id)
        .ok_or_else(|| Refused::new("data.id", format!("{} is not a petition’s number", document.data.id)))?;
    let a = document.data.attributes;
    checks::state(&a)?;
    checks::lengths(&a)?;
    let dates = dates(&a);
    checks::dates(&a, &dates)?;
    let places = places(&a);
    checks::places(&a, &places)?;

    let debate = match a.debate {
        Some(debate) => Some(published_debate(debate)),
        None => a.debate_outcome_at.map(|_| Debate::default()),
    };
    let departments: Vec<Department> = a.departments.unwrap_or_default().into_iter().map(department).collect();
    Ok(PetitionRecord {
        id: Some(id),
        source_url: Some(source_url),
        state: a.state,
        action: a.action.0,
        background: plain(a.background),
        additional_details: plain(a.additional_details),
        committee_note: plain(a.committee_note),
        creator_name: optional(a.creator_name),
        dates,
        rejection: a.rejection.map(|r| Rejection { code: r.code.0, details: plain(r.details) }),
        response: a.government_response.map(response),
        response_department: departments.first().map(|department| department.name.clone()),
        debate,
        departments,
        topics: a.topics.unwrap_or_default().into_iter().map(topic).collect(),
        activities: a.other_parliamentary_business.unwrap_or_default().into_iter().map(activity).collect(),
        signature_count: a.signature_count.0,
        places,
        readings: Vec::new(),
    })
}

impl Attributes {
    /// When the petition was published, under either name of the field.
    fn opened(&self) -> Option<Timestamp> {
        self.opened_at.or(self.open_at).map(|opened| opened.0)
    }
}

/// The published moments. When a petition was stopped or removed is not published as a rule:
/// then the last change stands for it.
fn dates(a: &Attributes) -> Dates {
    let at = |moment: Option<Moment>| moment.map(|moment| moment.0);
    let on = |day: Option<Day>| day.map(|day| day.0);
    let at_the_latest = |moment, state| at(moment).or((a.state == state).then_some(a.updated_at.0));
    let opened_at = a.opened();
    Dates {
        created_at: a.created_at.0,
        updated_at: a.updated_at.0,
        moderation_threshold_reached_at: at(a.moderation_threshold_reached_at),
        opened_at,
        closes_at: opened_at.map(|opened| match a.closing_date {
            Some(day) => deadline::end_of_day(day.0),
            None => deadline::closes_at(opened),
        }),
        closed_at: at(a.closed_at),
        rejected_at: at(a.rejected_at),
        withdrawn_at: None,
        stopped_at: at_the_latest(a.stopped_at, PetitionState::Stopped),
        removed_at: at_the_latest(a.removed_at, PetitionState::Removed),
        response_threshold_reached_at: at(a.response_threshold_reached_at),
        government_response_at: at(a.government_response_at),
        debate_threshold_reached_at: at(a.debate_threshold_reached_at),
        debate_scheduled_on: on(a.debate_scheduled_on),
        scheduled_debate_date: on(a.scheduled_debate_date),
        debate_outcome_at: at(a.debate_outcome_at),
    }
}

fn places(a: &Attributes) -> RecordedPlaces {
    let constituencies: Vec<_> = a
        .signatures_by_constituency
        .iter()
        .flatten()
        .map(|c| ConstituencyCount {
            code: c.ons_code.0.clone(),
            name: c.name.0.clone(),
            member: c.mp.as_ref().map(|mp| mp.0.clone()),
            count: c.signature_count.0,
        })
        .collect();
    let countries = a
        .signatures_by_country
        .iter()
        .flatten()
        .map(|c| CountryCount {
            code: c.code.as_ref().map(|code| code.0.clone()),
            name: c.name.0.clone(),
            count: c.signature_count.0,
        })
        .collect();
    let boundary_set =
        BoundarySet::of_codes(constituencies.iter().map(|c| c.code.as_str())).unwrap_or_else(|| boundaries_in_force(a));
    RecordedPlaces { boundary_set, constituencies, countries }
}

/// The Parliament elected on the boundaries of 2010 was dissolved on 30 May 2024; its petitions closed with it.
fn boundaries_in_force(a: &Attributes) -> BoundarySet {
    match a.opened() {
        Some(opened) if deadline::day(opened) < date(2024, 5, 30) => BoundarySet::OF_2010,
        _ => BoundarySet::OF_2024,
    }
}

/// In 2015 the day of the answer was not published; it is the day on which the answer was.
fn response(r: schema::GovernmentResponse) -> GovernmentResponse {
    GovernmentResponse {
        responded_on: r.responded_on.map_or_else(|| deadline::day(r.created_at.0), |day| day.0),
        summary: plain(r.summary),
        details: plain(r.details),
        created_at: r.created_at.0,
        updated_at: r.updated_at.0,
    }
}

/// A debate that took place has a day; an outcome without one says why there was none.
fn published_debate(d: schema::Debate) -> Debate {
    Debate {
        debated: d.debated_on.is_some(),
        debated_on: d.debated_on.map(|day| day.0),
        overview: optional(d.overview),
        transcript_url: optional(d.transcript_url),
        video_url: optional(d.video_url),
        debate_pack_url: optional(d.debate_pack_url),
        public_engagement_url: optional(d.public_engagement_url),
        debate_summary_url: optional(d.debate_summary_url),
    }
}

fn department(d: schema::Department) -> Department {
    Department { acronym: optional(d.acronym), name: d.name.0, url: optional(d.url) }
}

/// Only the codes of topics are published: "armed-forces" becomes "Armed forces".
fn topic(code: Text) -> Topic {
    let mut name = code.0.replace('-', " ");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Topic { code: code.0, name }
}

fn activity(b: schema::Business) -> Activity {
    Activity {
        subject: b.subject.0,
        body: plain(b.body),
        occurred_on: b.occurred_on.map(|day| day.0),
        created_at: b.created_at.0,
        updated_at: b.updated_at.0,
    }
}

fn plain(text: Option<Text>) -> String {
    optional(text).unwrap_or_default()
}

fn optional(text: Option<Text>) -> Option<String> {
    text.map(|text| text.0)
}
