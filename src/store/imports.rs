//! Writing a whole petition, as an import or the sample data brings it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::{Db, sql, sql_day, sql_opt};
use crate::domain::{
    history::Reading,
    petition::{Department, PetitionId},
    record::PetitionRecord,
};

/// When a petition closed, if it has.
///
/// # Errors
/// When the database fails.
pub async fn closed_at(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Timestamp>> {
    let closed = sqlx::query_scalar!("select closed_at from petitions where id = $1", id.get()).fetch_one(db).await?;
    Ok(closed.map(Into::into))
}

/// What is known about a petition before an import touches it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Where it was published; `None`: it is this site's own.
    pub source_url: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What is known about a petition; the row is locked until the end of the transaction.
///
/// # Errors
/// When the database fails.
pub async fn known(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Known>> {
    let row = sqlx::query!("select source_url, updated_at from petitions where id = $1 for update", id.get())
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| Known { source_url: row.source_url, updated_at: row.updated_at.to_jiff() }))
}

/// Writes the petition's own row and everything that hangs on it but the numbers. Gives its number.
///
/// # Errors
/// When the database fails or one of its constraints refuses the record.
pub async fn put(db: &mut Db, record: &PetitionRecord) -> sqlx::Result<PetitionId> {
    let d = &record.dates;
    let id: PetitionId = sqlx::query_scalar!(
        r#"insert into petitions as p (id, state, action, background, additional_details, committee_note, creator_name,
               created_at, updated_at, moderation_threshold_reached_at, opened_at, closes_at, closed_at, rejected_at,
               stopped_at, removed_at, response_threshold_reached_at, government_response_at,
               debate_threshold_reached_at, debate_scheduled_on, scheduled_debate_date, debate_outcome_at,
               boundary_set, source_url)
           values (coalesce($1, nextval(pg_get_serial_sequence('petitions', 'id'))), $2, $3, $4, $5, $6, $7, $8, $9,
               $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
           on conflict (id) do update set state = excluded.state, action = excluded.action,
               background = excluded.background, additional_details = excluded.additional_details,
               committee_note = excluded.committee_note, creator_name = excluded.creator_name,
               created_at = excluded.created_at, updated_at = excluded.updated_at,
               moderation_threshold_reached_at = excluded.moderation_threshold_reached_at,
               opened_at = excluded.opened_at, closes_at = excluded.closes_at, closed_at = excluded.closed_at,
               rejected_at = excluded.rejected_at, stopped_at = excluded.stopped_at, removed_at = excluded.removed_at,
               response_threshold_reached_at = excluded.response_threshold_reached_at,
               government_response_at = excluded.government_response_at,
               debate_threshold_reached_at = excluded.debate_threshold_reached_at,
               debate_scheduled_on = excluded.debate_scheduled_on,
               scheduled_debate_date = excluded.scheduled_debate_date,
               debate_outcome_at = excluded.debate_outcome_at,
               boundary_set = excluded.boundary_set, source_url = excluded.source_url
           returning id"#,
        record.id.map(PetitionId::get),
        record.state as _,
        record.action,
        record.background,
        record.additional_details,
        record.committee_note,
        record.creator_name,
        sql(d.created_at),
        sql(d.updated_at),
        sql_opt(d.moderation_threshold_reached_at) as _,
        sql_opt(d.opened_at) as _,
        sql_opt(d.closes_at) as _,
        sql_opt(d.closed_at) as _,
        sql_opt(d.rejected_at) as _,
        sql_opt(d.stopped_at) as _,
        sql_opt(d.removed_at) as _,
        sql_opt(d.response_threshold_reached_at) as _,
        sql_opt(d.government_response_at) as _,
        sql_opt(d.debate_threshold_reached_at) as _,
        sql_day(d.debate_scheduled_on) as _,
        sql_day(d.scheduled_debate_date) as _,
        sql_opt(d.debate_outcome_at) as _,
        record.places.boundary_set.0,
        record.source_url
    )
    .fetch_one(&mut *db)
    .await?
    .into();
    departments(db, id, record).await?;
    topics(db, id, record).await?;
    rejection(db, id, record).await?;
    response(db, id, record).await?;
    debate(db, id, record).await?;
    activities(db, id, record).await?;
    Ok(id)
}

async fn department(db: &mut Db, department: &Department) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into departments as d (name, acronym, url) values ($1, $2, $3)
         on conflict (name) do update set acronym = coalesce(excluded.acronym, d.acronym), url = coalesce(excluded.url, d.url)
         returning id",
        department.name,
        department.acronym,
        department.url
    )
    .fetch_one(db)
    .await
}

async fn departments(db: &mut Db, id: PetitionId, record: &PetitionRecord) -> sqlx::Result<()> {
    sqlx::query!("delete from petition_departments where petition_id = $1", id.get()).execute(&mut *db).await?;
    for (position, concerned) in (0i16..).zip(&record.departments) {
        let department = department(db, concerned).await?;
        sqlx::query!(
            "insert into petition_departments (petition_id, department_id, position) values ($1, $2, $3)
             on conflict do nothing",
            id.get(),
            department,
            position
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

async fn topics(db: &mut Db, id: PetitionId, record: &PetitionRecord) -> sqlx::Result<()> {
    sqlx::query!("delete from petition_topics where petition_id = $1", id.get()).execute(&mut *db).await?;
    for topic in &record.topics {
        sqlx::query!("insert into topics (code, name) values ($1, $2) on conflict do nothing", topic.code, topic.name)
            .execute(&mut *db)
            .await?;
        sqlx::query!(
            "insert into petition_topics (petition_id, topic_code) values ($1, $2) on conflict do nothing",
            id.get(),
            topic.code
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

async fn rejection(db: &mut Db, id: PetitionId, record: &PetitionRecord) -> sqlx::Result<()> {
    let Some(rejection) = &record.rejection else {
        sqlx::query!("delete from rejections where petition_id = $1", id.get()).execute(db).await?;
        return Ok(());
    };
    // Another service may have reasons of its own; its code in words is better than nothing.
    let mut title = rejection.code.replace('-', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sqlx::query!(
        "insert into rejection_reasons (code, title)
         values ($1, case when exists (select from rejection_reasons where title = $2) then $1 else $2 end)
         on conflict (code) do nothing",
        rejection.code,
        title
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into rejections (petition_id, code, details) values ($1, $2, $3)
         on conflict (petition_id) do update set code = excluded.code, details = excluded.details",
        id.get(),
        rejection.code,
        rejection.details
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn response(db: &mut Db, id: PetitionId, record: &PetitionRecord) -> sqlx::Result<()> {
    let Some(response) = &record.response else {
        sqlx::query!("delete from government_responses where petition_id = $1", id.get()).execute(db).await?;
        return Ok(());
    };
    sqlx::query!(
        "insert into government_responses
             (petition_id, department_id, responded_on, summary, details, created_at, updated_at)
         values ($1, (select id from departments where name = $2), $3, $4, $5, $6, $7)
         on conflict (petition_id) do update set department_id = excluded.department_id,
             responded_on = excluded.responded_on, summary = excluded.summary, details = excluded.details,
             created_at = excluded.created_at, updated_at = excluded.updated_at",
        id.get(),
        record.response_department,
        response.responded_on.to_sqlx() as _,
        response.summary,
        response.details,
        sql(response.created_at),
        sql(response.updated_at)
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn debate(db: &mut Db, id: PetitionId, record: &PetitionRecord) -> sqlx::Result<()> {
    let Some(debate) = &record.debate else {
        sqlx::query!("delete from debates where petition_id = $1", id.get()).execute(db).await?;
        return Ok(());
    };
    sqlx::query!(
        "insert into debates (petition_id, debated, debated_on, overview, transcript_url, video_url, debate_pack_url,
             public_engagement_url, debate_summary_url)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (petition_id) do update set debated = excluded.debated, debated_on = excluded.debated_on,
             overview = excluded.overview, transcript_url = excluded.transcript_url, video_url = excluded.video_url,
             debate_pack_url = excluded.debate_pack_url, public_engagement_url = excluded.public_engagement_url,
             debate_summary_url = excluded.debate_summary_url",
        id.get(),
        debate.debated,
        sql_day(debate.debated_on) as _,
        debate.overview,
        debate.transcript_url,
        debate.video_url,
        debate.debate_pack_url,
        debate.public_engagement_url,
        debate.debate_summary_url
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn activities(db: &mut Db, id: PetitionId, record: &PetitionRecord) -> sqlx::Result<()> {
    sqlx::query!("delete from activities where petition_id = $1", id.get()).execute(&mut *db).await?;
    for activity in record.activities.iter().rev() {
        sqlx::query!(
            "insert into activities (petition_id, subject, body, occurred_on, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6)",
            id.get(),
            activity.subject,
            activity.body,
            sql_day(activity.occurred_on) as _,
            sql(activity.created_at),
            sql(activity.updated_at)
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Remembers counts read at certain moments; says how many were new or corrected.
///
/// # Errors
/// When the database fails.
pub async fn add_readings(db: &mut Db, id: PetitionId, readings: &[Reading]) -> sqlx::Result<u64> {
    let at: Vec<jiff_sqlx::Timestamp> = readings.iter().map(|r| sql(r.at)).collect();
    let counts: Vec<i32> = readings.iter().map(|r| r.count.try_into().unwrap_or(i32::MAX)).collect();
    let done = sqlx::query!(
        "insert into readings as r (petition_id, read_at, signature_count)
         select distinct on (at) $1::bigint, at, count from unnest($2::timestamptz[], $3::int[]) as n (at, count)
         order by at, count desc
         on conflict (petition_id, read_at) do update set signature_count = excluded.signature_count
         where r.signature_count <> excluded.signature_count",
        id.get(),
        &at as _,
        &counts
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// All counts read of a petition, in order of time.
///
/// # Errors
/// When the database fails.
pub async fn readings(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Reading>> {
    let rows =
        sqlx::query!("select read_at, signature_count from readings where petition_id = $1 order by read_at", id.get())
            .fetch_all(db)
            .await?;
    Ok(rows
        .into_iter()
        .map(|row| Reading { at: row.read_at.to_jiff(), count: row.signature_count.unsigned_abs() })
        .collect())
}

/// Remembers a petition's places as published, instead of those known before; says whether they differ.
/// The tallies follow with [`super::recount::places`].
///
/// # Errors
/// When the database fails.
pub async fn put_places(
    db: &mut Db,
    id: PetitionId,
    places: &[(i32, u32, String)],
    overlap: bool,
) -> sqlx::Result<bool> {
    let areas: Vec<i32> = places.iter().map(|(area, ..)| *area).collect();
    let counts: Vec<i32> = places.iter().map(|(_, count, _)| (*count).try_into().unwrap_or(i32::MAX)).collect();
    let names: Vec<String> = places.iter().map(|(.., name)| name.clone()).collect();
    let gone =
        sqlx::query!("delete from imported_places where petition_id = $1 and area_id <> all($2)", id.get(), &areas)
            .execute(&mut *db)
            .await?;
    let put = sqlx::query!(
        "insert into imported_places as i (petition_id, area_id, signature_count, published_name)
         select $1, area_id, count, name from unnest($2::int[], $3::int[], $4::text[]) as n (area_id, count, name)
         on conflict (petition_id, area_id) do update
         set signature_count = excluded.signature_count, published_name = excluded.published_name
         where (i.signature_count, i.published_name) <> (excluded.signature_count, excluded.published_name)",
        id.get(),
        &areas,
        &counts,
        &names
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update petition_totals set places_overlap = $2 where petition_id = $1 and places_overlap <> $2",
        id.get(),
        overlap
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected() + put.rows_affected() > 0)
}
