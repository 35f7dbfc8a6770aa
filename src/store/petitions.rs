//! Petitions: read whole, with what belongs to them.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Db;
use crate::domain::{
    area::BoundarySet,
    parliament::ParliamentId,
    petition::{Activity, Debate, Department, GovernmentResponse, PetitionId, PetitionState, Rejection, Topic},
    record::Dates,
};

/// A petition as lists and pages show it.
#[derive(Clone, Debug)]
pub struct Petition {
    /// Its number.
    pub id: PetitionId,
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
    /// Where it was published, for petitions of another service.
    pub source_url: Option<String>,
    /// Its own deadline, where the end of its parliament comes before that.
    pub own_closes_at: Option<Timestamp>,
    /// To which parliament it belongs.
    pub parliament: ParliamentId,
    /// Of which moment its count is, for petitions of another service.
    pub counted_at: Option<Timestamp>,
    /// Which constituencies its places mean.
    pub boundary_set: BoundarySet,
    /// How many signed.
    pub signature_count: u32,
    /// Why it was refused.
    pub rejection: Option<Rejection>,
    /// The refusal's reason in words: title and text.
    pub rejection_reason: Option<(String, String)>,
    /// What the Government answered.
    pub response: Option<GovernmentResponse>,
    /// Who wrote the answer.
    pub response_department: Option<String>,
    /// What came of the debate.
    pub debate: Option<Debate>,
    /// The departments concerned.
    pub departments: Vec<Department>,
    /// What it is about.
    pub topics: Vec<Topic>,
}

/// What tells whether a rendering of a petition is still true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// Grows with every change of the petition.
    pub petition: i64,
    /// Grows with every change of its numbers.
    pub totals: i64,
}

/// The version of a petition; `None` if there is no such petition.
pub async fn version(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Version>> {
    sqlx::query_as!(
        Version,
        "select p.version as petition, t.version as totals
         from petitions p join petition_totals t on t.petition_id = p.id
         where p.id = $1",
        id.get()
    )
    .fetch_optional(db)
    .await
}

/// One petition, whatever its state; `None` if there is no such petition.
pub async fn find(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Petition>> {
    Ok(load(db, &[id]).await?.pop())
}

/// The state of a petition; `None` if there is no such petition.
pub async fn state(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<PetitionState>> {
    sqlx::query_scalar!("select state from petitions where id = $1", id.get()).fetch_optional(db).await
}

/// These petitions, in this order; numbers without a petition are left out.
pub async fn load(db: &mut Db, ids: &[PetitionId]) -> sqlx::Result<Vec<Petition>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    let rows = sqlx::query!(
        r#"select p.id, p.state, p.action, p.background, p.additional_details, p.committee_note, p.creator_name,
               p.created_at, p.updated_at, p.moderation_threshold_reached_at, p.opened_at, p.closes_at, p.closed_at,
               p.rejected_at, p.withdrawn_at, p.stopped_at, p.removed_at, p.response_threshold_reached_at, p.government_response_at,
               p.debate_threshold_reached_at, p.debate_scheduled_on, p.scheduled_debate_date, p.debate_outcome_at,
               p.source_url, p.boundary_set, p.own_closes_at, p.parliament_id, t.signature_count,
               (select max(r.read_at) from readings r where r.petition_id = p.id and p.source_url is not null) as counted_at,
               j.code as "rejection_code?", j.details as "rejection_details?",
               n.title as "rejection_title?", n.description as "rejection_text?",
               g.responded_on as "responded_on?", g.summary as "response_summary?", g.details as "response_details?",
               g.created_at as "response_created_at?", g.updated_at as "response_updated_at?",
               w.name as "response_department?",
               d.debated as "debated?", d.debated_on, d.overview, d.transcript_url, d.video_url, d.debate_pack_url,
               d.public_engagement_url, d.debate_summary_url
           from unnest($1::bigint[]) with ordinality wanted (id, position)
           join petitions p on p.id = wanted.id
           join petition_totals t on t.petition_id = p.id
           left join rejections j on j.petition_id = p.id
           left join rejection_reasons n on n.code = j.code
           left join government_responses g on g.petition_id = p.id
           left join departments w on w.id = g.department_id
           left join debates d on d.petition_id = p.id
           order by wanted.position"#,
        &ids
    )
    .fetch_all(&mut *db)
    .await?;

    let mut petitions: Vec<Petition> = rows
        .into_iter()
        .map(|row| Petition {
            id: row.id.into(),
            state: row.state,
            action: row.action,
            background: row.background,
            additional_details: row.additional_details,
            committee_note: row.committee_note,
            creator_name: row.creator_name,
            dates: Dates {
                created_at: row.created_at.to_jiff(),
                updated_at: row.updated_at.to_jiff(),
                moderation_threshold_reached_at: row.moderation_threshold_reached_at.map(Into::into),
                opened_at: row.opened_at.map(Into::into),
                closes_at: row.closes_at.map(Into::into),
                closed_at: row.closed_at.map(Into::into),
                rejected_at: row.rejected_at.map(Into::into),
                withdrawn_at: row.withdrawn_at.map(Into::into),
                stopped_at: row.stopped_at.map(Into::into),
                removed_at: row.removed_at.map(Into::into),
                response_threshold_reached_at: row.response_threshold_reached_at.map(Into::into),
                government_response_at: row.government_response_at.map(Into::into),
                debate_threshold_reached_at: row.debate_threshold_reached_at.map(Into::into),
                debate_scheduled_on: row.debate_scheduled_on.map(Into::into),
                scheduled_debate_date: row.scheduled_debate_date.map(Into::into),
                debate_outcome_at: row.debate_outcome_at.map(Into::into),
            },
            source_url: row.source_url,
            own_closes_at: row.own_closes_at.map(Into::into),
            parliament: ParliamentId(row.parliament_id),
            counted_at: row.counted_at.map(Into::into),
            boundary_set: BoundarySet(row.boundary_set),
            signature_count: row.signature_count.try_into().unwrap_or(0),
            rejection_reason: row.rejection_title.zip(row.rejection_text),
            rejection: row.rejection_code.zip(row.rejection_details).map(|(code, details)| Rejection { code, details }),
            response: (|| {
                Some(GovernmentResponse {
                    responded_on: row.responded_on?.to_jiff(),
                    summary: row.response_summary?,
                    details: row.response_details?,
                    created_at: row.response_created_at?.to_jiff(),
                    updated_at: row.response_updated_at?.to_jiff(),
                })
            })(),
            response_department: row.response_department,
            debate: row.debated.map(|debated| Debate {
                debated,
                debated_on: row.debated_on.map(Into::into),
                overview: row.overview,
                transcript_url: row.transcript_url,
                video_url: row.video_url,
                debate_pack_url: row.debate_pack_url,
                public_engagement_url: row.public_engagement_url,
                debate_summary_url: row.debate_summary_url,
            }),
            departments: Vec::new(),
            topics: Vec::new(),
        })
        .collect();

    let departments = sqlx::query!(
        "select l.petition_id, d.acronym, d.name, d.url
         from petition_departments l join departments d on d.id = l.department_id
         where l.petition_id = any($1) order by l.position",
        &ids
    )
    .fetch_all(&mut *db)
    .await?;
    let topics = sqlx::query!(
        "select l.petition_id, t.code, t.name
         from petition_topics l join topics t on t.code = l.topic_code
         where l.petition_id = any($1) order by t.code",
        &ids
    )
    .fetch_all(&mut *db)
    .await?;
    let mut places: HashMap<i64, usize> = HashMap::with_capacity(petitions.len());
    for (place, petition) in petitions.iter().enumerate() {
        places.insert(petition.id.get(), place);
    }
    for row in departments {
        if let Some(place) = places.get(&row.petition_id) {
            let department = Department { acronym: row.acronym, name: row.name, url: row.url };
            petitions[*place].departments.push(department);
        }
    }
    for row in topics {
        if let Some(place) = places.get(&row.petition_id) {
            petitions[*place].topics.push(Topic { code: row.code, name: row.name });
        }
    }
    Ok(petitions)
}

/// Other parliamentary business of a petition, newest first.
pub async fn activities(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Activity>> {
    let rows = sqlx::query!(
        "select subject, body, occurred_on, created_at, updated_at from activities
         where petition_id = $1 order by coalesce(occurred_on, created_at::date) desc, id desc",
        id.get()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Activity {
            subject: row.subject,
            body: row.body,
            occurred_on: row.occurred_on.map(Into::into),
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
        .collect())
}
