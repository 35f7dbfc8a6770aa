//! One petition as JSON, with the reference service's fields, names and types.

use std::borrow::Cow;

use axum::{http::HeaderMap, response::Response};
use jiff::{Timestamp, civil::Date};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::{growth::Growth, parliaments::ParliamentOf};
use crate::{
    app::App,
    domain::{
        deadline,
        forecast::{Figures, Forecast},
        petition::{PetitionId, PetitionState, Visibility},
        places::Places,
    },
    store::{self, petitions::Petition},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::Format,
        filters::iso,
        markdown,
        memory::{Key, Memory, Rendered},
    },
};

/// A moment as the reference service writes it.
#[derive(Clone, Copy, Debug)]
pub struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&iso(&self.0))
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// A petition in a list or by itself.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PetitionItem")]
pub struct Item {
    /// Always `petition`.
    #[serde(rename = "type")]
    #[schemars(extend("const" = "petition"))]
    kind: &'static str,
    /// The petition’s number.
    id: i64,
    /// Where it is to be had by itself; only in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Link>,
    /// All there is to know of it.
    attributes: Attributes,
}

/// An address of this site.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SelfLink")]
pub(super) struct Link {
    /// The full address of this very thing.
    #[serde(rename = "self")]
    pub(super) this: String,
}

/// What a petition says, and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PetitionAttributes")]
struct Attributes {
    /// What it asks for.
    action: String,
    /// Why, in a few sentences.
    background: String,
    /// Why, at length; may be empty.
    additional_details: String,
    /// What the committee adds to it; may be empty.
    committee_note: String,
    /// Where it is in its life. Only `open`, `closed` and `rejected` petitions are public.
    state: PetitionState,
    /// How many have signed.
    signature_count: u32,
    /// The last day on which it can be signed; only of open petitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    closing_date: Option<Date>,
    /// When it was begun.
    created_at: Moment,
    /// When its text or state last changed.
    updated_at: Moment,
    /// When it was rejected.
    rejected_at: Option<Moment>,
    /// When it was published.
    opened_at: Option<Moment>,
    /// When it stopped taking signatures.
    closed_at: Option<Moment>,
    /// When it had enough supporters to be checked.
    moderation_threshold_reached_at: Option<Moment>,
    /// When it had enough signatures for a government response.
    response_threshold_reached_at: Option<Moment>,
    /// When the government response was published.
    government_response_at: Option<Moment>,
    /// When it had enough signatures to be considered for a debate.
    debate_threshold_reached_at: Option<Moment>,
    /// The day on which its debate was announced.
    debate_scheduled_on: Option<Date>,
    /// The day of its debate.
    scheduled_debate_date: Option<Date>,
    /// When it was published how the debate went, or that there is none.
    debate_outcome_at: Option<Moment>,
    /// Who started it; only of open petitions.
    creator_name: Option<String>,
    /// Why it was rejected.
    rejection: Option<Rejection>,
    /// What the Government answered.
    government_response: Option<ResponseOf>,
    /// How its debate went.
    debate: Option<Debate>,
    /// The departments concerned.
    departments: Vec<Department>,
    /// The codes of its topics; `/topics.json` has their names.
    topics: Vec<String>,
    /// The parliament to which it belonged, once another has taken its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    parliament: Option<ParliamentOf>,
    /// By how much its deadline was moved, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deadline_extensions: Vec<DeadlineExtension>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    places: Option<PlacesOf>,
    /// What else happened in Parliament, latest first. Not in lists; only of published petitions, as is what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_parliamentary_business: Option<Vec<Activity>>,
    /// Signatures that were set aside or taken out as suspected fraud, or put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    removals: Option<Vec<Removal>>,
    /// What stands out in how it grew.
    #[serde(skip_serializing_if = "Option::is_none")]
    growth: Option<Growth>,
    /// Where an open petition is heading, if that can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<Estimate>,
}

/// A petition's deadline was moved.
#[derive(Debug, Serialize, JsonSchema)]
struct DeadlineExtension {
    /// By so many days.
    days: u32,
    /// When.
    made_at: Moment,
    /// Why.
    reason: String,
}

/// Where an open petition is heading.
#[derive(Debug, Serialize, JsonSchema)]
struct Estimate {
    /// From when it is.
    made_at: Moment,
    /// For when it is: the deadline.
    made_for: Moment,
    /// The final count that is most likely.
    signature_count: u64,
    /// Half of petitions like this end between these two counts.
    half_end_between: [u64; 2],
    /// Four in five petitions like this end between these two counts.
    four_in_five_end_between: [u64; 2],
}

impl Estimate {
    fn new(forecast: &Forecast) -> Self {
        let Figures { estimate, low, high, lowest, highest } = forecast.exact();
        Self {
            made_at: Moment(forecast.made_at()),
            made_for: Moment(forecast.deadline()),
            signature_count: estimate,
            half_end_between: [low, high],
            four_in_five_end_between: [lowest, highest],
        }
    }
}

/// Signatures that were taken out of the count, or put back.
#[derive(Debug, Serialize, JsonSchema)]
struct Removal {
    /// On which day.
    on: Date,
    /// Why.
    reason: &'static str,
    /// How many they were.
    signature_count: u32,
}

/// Why a petition was rejected.
#[derive(Debug, Serialize, JsonSchema)]
struct Rejection {
    /// The reason.
    code: String,
    /// What was added to it; may be empty.
    details: String,
}

/// What the Government answered.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GovernmentResponse")]
struct ResponseOf {
    /// On which day.
    responded_on: Date,
    /// In a sentence or two.
    summary: String,
    /// At length, as plain text.
    details: String,
    /// When it was published.
    created_at: Moment,
    /// When it was last corrected.
    updated_at: Moment,
}

/// How a petition’s debate went.
#[derive(Debug, Serialize, JsonSchema)]
struct Debate {
    /// On which day.
    debated_on: Option<Date>,
    /// Where its transcript can be read.
    transcript_url: Option<String>,
    /// Where it can be watched.
    video_url: Option<String>,
    /// Where the briefing for it can be read.
    debate_pack_url: Option<String>,
    /// Where the public was asked about it.
    public_engagement_url: Option<String>,
    /// Where it is summed up.
    debate_summary_url: Option<String>,
    /// What is said about it here.
    overview: Option<String>,
}

/// A government department.
#[derive(Debug, Serialize, JsonSchema)]
struct Department {
    /// Its short name.
    acronym: Option<String>,
    /// Its name.
    name: String,
    /// Its own site.
    url: Option<String>,
}

/// Something that happened in Parliament because of a petition.
#[derive(Debug, Serialize, JsonSchema)]
struct Activity {
    /// What it was.
    subject: String,
    /// What there is to say of it, as plain text.
    body: String,
    /// On which day.
    occurred_on: Option<Date>,
    /// When it was published here.
    created_at: Moment,
    /// When it was last corrected.
    updated_at: Moment,
}

/// Where signatures come from. Not in lists, and only of published petitions.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SignaturesByPlace")]
struct PlacesOf {
    /// By country, the United Kingdom among them.
    signatures_by_country: Vec<CountryCount>,
    /// By constituency; those without a signature are left out.
    signatures_by_constituency: Vec<ConstituencyCount>,
    /// By region; likewise.
    signatures_by_region: Vec<RegionCount>,
}

/// Signatures from a country.
#[derive(Debug, Serialize, JsonSchema)]
struct CountryCount {
    /// Its name.
    name: String,
    /// Its code: two letters (ISO 3166), or what stands for several countries together.
    code: String,
    /// How many have signed there.
    signature_count: i64,
}

/// Signatures from a constituency.
#[derive(Debug, Serialize, JsonSchema)]
struct ConstituencyCount {
    /// Its name.
    name: String,
    /// The code that the Office for National Statistics gives it.
    ons_code: String,
    /// Who represents it, where known.
    mp: Option<String>,
    /// How many have signed there.
    signature_count: i64,
}

/// Signatures from a region.
#[derive(Debug, Serialize, JsonSchema)]
struct RegionCount {
    /// Its name.
    name: String,
    /// Its letter in the codes of the Office for National Statistics.
    ons_code: String,
    /// How many have signed there.
    signature_count: i64,
}

/// A petition.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Petition")]
pub(super) struct Document {
    /// Where it is.
    links: Link,
    /// The petition.
    data: Item,
}

impl Item {
    /// A petition for a list, with the address of its own document.
    pub fn listed(app: &App, petition: Petition) -> Self {
        let link = Link { this: format!("{}{}", app.public_url, urls::petition_json(&petition.id)) };
        let parliament = parliament_of(app, &petition);
        let mut item = Self { links: Some(link), ..Self::new(petition) };
        item.attributes.parliament = parliament;
        item
    }

    fn new(petition: Petition) -> Self {
        let dates = petition.dates;
        let open = petition.state == PetitionState::Open;
        let own = petition.source_url.is_none();
        let debate = petition.debate.filter(|debate| debate.debated);
        Self {
            kind: "petition",
            id: petition.id.get(),
            links: None,
            attributes: Attributes {
                action: petition.action,
                background: petition.background,
                additional_details: petition.additional_details,
                committee_note: petition.committee_note,
                state: petition.state,
                signature_count: petition.signature_count,
                closing_date: dates.closes_at.filter(|_| open).map(deadline::day),
                created_at: Moment(dates.created_at),
                updated_at: Moment(dates.updated_at),
                rejected_at: dates.rejected_at.map(Moment),
                opened_at: dates.opened_at.map(Moment),
                closed_at: dates.closed_at.map(Moment),
                moderation_threshold_reached_at: dates.moderation_threshold_reached_at.map(Moment),
                response_threshold_reached_at: dates.response_threshold_reached_at.map(Moment),
                government_response_at: dates.government_response_at.map(Moment),
                debate_threshold_reached_at: dates.debate_threshold_reached_at.map(Moment),
                debate_scheduled_on: dates.debate_scheduled_on,
                scheduled_debate_date: dates.scheduled_debate_date,
                debate_outcome_at: dates.debate_outcome_at.map(Moment),
                creator_name: petition.creator_name.filter(|_| open),
                rejection: petition
                    .rejection
                    .map(|rejection| Rejection { code: rejection.code, details: rejection.details }),
                government_response: petition.response.map(|response| ResponseOf {
                    responded_on: response.responded_on,
                    summary: response.summary,
                    details: plain(response.details, own),
                    created_at: Moment(response.created_at),
                    updated_at: Moment(response.updated_at),
                }),
                debate: debate.map(|debate| Debate {
                    debated_on: debate.debated_on,
                    transcript_url: debate.transcript_url,
                    video_url: debate.video_url,
                    debate_pack_url: debate.debate_pack_url,
                    public_engagement_url: debate.public_engagement_url,
                    debate_summary_url: debate.debate_summary_url,
                    overview: debate.overview,
                }),
                departments: petition
                    .departments
                    .into_iter()
                    .map(|department| Department {
                        acronym: department.acronym,
                        name: department.name,
                        url: department.url,
                    })
                    .collect(),
                topics: petition.topics.into_iter().map(|topic| topic.code).collect(),
                parliament: None,
                deadline_extensions: Vec::new(),
                places: None,
                other_parliamentary_business: None,
                removals: None,
                growth: None,
                estimate: None,
            },
        }
    }
}

/// The parliament of a petition, once another has taken its place.
fn parliament_of(app: &App, petition: &Petition) -> Option<ParliamentOf> {
    let in_force = app.live.in_force();
    let archived = in_force.archived().iter().find(|parliament| parliament.id == petition.parliament)?;
    Some(ParliamentOf::of(archived, app.thresholds()))
}

/// A text as the reference service publishes it: the words of its Markdown. What it has published itself has been
/// through that already.
fn plain(markdown: String, own: bool) -> String {
    if own { markdown::to_text(&markdown) } else { markdown }
}

/// A petition with its places.
///
/// # Errors
/// When it is not public.
pub async fn json(app: &App, memory: &Memory, id: PetitionId, headers: &HeaderMap) -> Result<Response, PageError> {
    let render = || render(app, id, app.clock.now());
    let rendered = memory.of_petition(&app.pool, Key::PetitionJson(id), id, render).await?;
    Ok(rendered.respond(headers))
}

async fn render(app: &App, id: PetitionId, now: Timestamp) -> Result<Rendered, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page => {}
        Visibility::Gone => return Err(PageError::Gone),
        _ => return Err(PageError::NotFound),
    }
    let published = petition.state.is_published();
    let own = petition.source_url.is_none();
    let (mut growth, mut estimate) = (None, None);
    if published {
        let series = store::tallies::series(&mut db, id, now).await?.ok_or(PageError::NotFound)?;
        growth = Some(Growth::new(&petition, &series, app.thresholds()));
        if let (PetitionState::Open, Some(opened), Some(closes)) =
            (petition.state, petition.dates.opened_at, petition.dates.closes_at)
            && now <= closes
        {
            let forecast = Forecast::new(&series, opened, closes, petition.counted_at.unwrap_or(now));
            estimate = forecast.as_ref().map(Estimate::new);
        }
    }
    let parliament = parliament_of(app, &petition);
    let mut item = Item::new(petition);
    item.attributes.parliament = parliament;
    let moved = store::outages::of_petition(&mut db, id).await?.into_iter();
    item.attributes.deadline_extensions = moved
        .map(|moved| DeadlineExtension { days: moved.days, made_at: Moment(moved.made_at), reason: moved.reason })
        .collect();
    item.attributes.growth = growth;
    item.attributes.estimate = estimate;
    if published {
        let places = store::places::find(&mut db, id, &app.boundaries).await?.ok_or(PageError::NotFound)?;
        let countries = store::places::countries(&mut db, id).await?;
        item.attributes.places = Some(by_place(&places, countries));
        let activities = store::petitions::activities(&mut db, id).await?;
        let removals = store::removals::find(&mut db, id).await?.into_iter();
        item.attributes.removals = Some(
            removals
                .map(|removal| Removal {
                    on: removal.on,
                    reason: removal.reason.code(),
                    signature_count: removal.signatures,
                })
                .collect(),
        );
        item.attributes.other_parliamentary_business = Some(
            activities
                .into_iter()
                .map(|activity| Activity {
                    subject: activity.subject,
                    body: plain(activity.body, own),
                    occurred_on: activity.occurred_on,
                    created_at: Moment(activity.created_at),
                    updated_at: Moment(activity.updated_at),
                })
                .collect(),
        );
    }
    db.commit().await?;
    let links = Link { this: format!("{}{}", app.public_url, urls::petition_json(&id)) };
    let text = serde_json::to_string(&Document { links, data: item })?;
    Ok(Rendered::new(Format::Json, text, CachePolicy::ForASecond))
}

fn by_place(places: &Places, countries: Vec<crate::domain::places::Country>) -> PlacesOf {
    PlacesOf {
        signatures_by_country: countries
            .into_iter()
            .map(|country| CountryCount { name: country.name, code: country.code, signature_count: country.count })
            .collect(),
        // As published: places without a signature are not listed.
        signatures_by_constituency: places
            .constituencies
            .iter()
            .filter(|constituency| constituency.count > 0)
            .map(|constituency| ConstituencyCount {
                name: constituency.name.clone(),
                ons_code: constituency.code.clone(),
                mp: constituency.member.clone(),
                signature_count: constituency.count,
            })
            .collect(),
        signatures_by_region: places
            .regions()
            .into_iter()
            .filter(|tally| tally.count > 0)
            .map(|tally| RegionCount {
                name: tally.region.name,
                ons_code: tally.region.letter,
                signature_count: tally.count,
            })
            .collect(),
    }
}

/// A petition’s count, and how far it has come.
#[derive(Serialize, JsonSchema)]
pub(super) struct Count {
    /// How many have signed by now.
    signature_count: u32,
    /// When it had enough signatures for a government response.
    response_threshold_reached_at: Option<Moment>,
    /// When the government response was published.
    government_response_at: Option<Moment>,
    /// When it had enough signatures to be considered for a debate.
    debate_threshold_reached_at: Option<Moment>,
    /// The day of its debate.
    scheduled_debate_date: Option<Date>,
    /// When it was published how the debate went, or that there is none.
    debate_outcome_at: Option<Moment>,
    /// Whether it was debated.
    debated: bool,
    /// Progress to the next threshold, in the words of the page.
    progress: Progress,
}

/// How far a petition has come towards the next threshold.
#[derive(Serialize, JsonSchema)]
struct Progress {
    /// The signatures that are needed.
    goal: u32,
    /// How much of that there is, in per cent, rounded down.
    percent: u32,
    /// The same in words.
    text: String,
}

/// The live count.
///
/// # Errors
/// When the petition is not published.
pub async fn count(app: &App, memory: &Memory, id: PetitionId, headers: &HeaderMap) -> Result<Response, PageError> {
    let rendered = memory.of_petition(&app.pool, Key::Count(id), id, || render_count(app, id)).await?;
    Ok(rendered.respond(headers))
}

async fn render_count(app: &App, id: PetitionId) -> Result<Rendered, PageError> {
    let mut db = app.pool.acquire().await?;
    super::published(&mut db, id).await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    let dates = &petition.dates;
    let progress = app.thresholds().progress(
        petition.signature_count,
        dates.response_threshold_reached_at.is_some() || petition.response.is_some(),
    );
    let count = Count {
        signature_count: petition.signature_count,
        response_threshold_reached_at: dates.response_threshold_reached_at.map(Moment),
        government_response_at: dates.government_response_at.map(Moment),
        debate_threshold_reached_at: dates.debate_threshold_reached_at.map(Moment),
        scheduled_debate_date: dates.scheduled_debate_date,
        debate_outcome_at: dates.debate_outcome_at.map(Moment),
        debated: petition.debate.as_ref().is_some_and(|debate| debate.debated),
        progress: Progress {
            goal: progress.goal,
            percent: progress.percent(),
            text: crate::web::filters::progress(&progress),
        },
    };
    Ok(Rendered::new(Format::Json, serde_json::to_string(&count)?, CachePolicy::ForASecond))
}
