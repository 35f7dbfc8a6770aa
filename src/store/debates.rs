//! What Parliament did about a petition: the debate that is to come, what came of it, and other activity.

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;

use super::{Db, sql, sql_day};
use crate::domain::{
    link_hosts::LinkHosts,
    petition::{Debate, PetitionId},
    staff::StaffId,
};

/// How it stands with the debate of a petition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DebateStanding {
    /// The day on which it was announced.
    pub announced_on: Option<Date>,
    /// The day for which.
    pub scheduled_for: Option<Date>,
    /// What came of it.
    pub outcome: Option<Debate>,
}

impl DebateStanding {
    /// What a form about it was made from: it differs as soon as anybody has changed anything.
    pub fn version(&self) -> String {
        blake3::hash(format!("{self:?}").as_bytes()).to_hex()[..16].to_owned()
    }
}

/// How it stands with the debate of a petition.
///
/// # Errors
/// When the database fails.
pub async fn standing(db: &mut Db, id: PetitionId) -> sqlx::Result<DebateStanding> {
    let row = sqlx::query!(
        r#"select p.debate_scheduled_on, p.scheduled_debate_date, d.debated as "debated?", d.debated_on, d.overview,
               d.transcript_url, d.video_url, d.debate_pack_url, d.public_engagement_url, d.debate_summary_url
           from petitions p left join debates d on d.petition_id = p.id
           where p.id = $1"#,
        id.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map_or_else(DebateStanding::default, |row| DebateStanding {
        announced_on: row.debate_scheduled_on.map(Into::into),
        scheduled_for: row.scheduled_debate_date.map(Into::into),
        outcome: row.debated.map(|debated| Debate {
            debated,
            debated_on: row.debated_on.map(Into::into),
            overview: row.overview,
            transcript_url: row.transcript_url,
            video_url: row.video_url,
            debate_pack_url: row.debate_pack_url,
            public_engagement_url: row.public_engagement_url,
            debate_summary_url: row.debate_summary_url,
        }),
    }))
}

/// Notes for which day a debate was announced, and when; `None`: for none.
///
/// # Errors
/// When the database fails.
pub async fn schedule(
    db: &mut Db,
    id: PetitionId,
    day: Option<Date>,
    announced_on: Option<Date>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update petitions set scheduled_debate_date = $2, debate_scheduled_on = $3, updated_at = $4 where id = $1",
        id.get(),
        sql_day(day) as _,
        sql_day(announced_on) as _,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes what came of a debate, or of the request for one.
///
/// # Errors
/// When the database fails.
pub async fn put_outcome(
    db: &mut Db,
    id: PetitionId,
    debate: &Debate,
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into debates (petition_id, debated, debated_on, overview, transcript_url, video_url, debate_pack_url,
             public_engagement_url, debate_summary_url, published_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (petition_id) do update set debated = excluded.debated, debated_on = excluded.debated_on,
             overview = excluded.overview, transcript_url = excluded.transcript_url, video_url = excluded.video_url,
             debate_pack_url = excluded.debate_pack_url, public_engagement_url = excluded.public_engagement_url,
             debate_summary_url = excluded.debate_summary_url, published_by = excluded.published_by",
        id.get(),
        debate.debated,
        sql_day(debate.debated_on) as _,
        debate.overview,
        debate.transcript_url,
        debate.video_url,
        debate.debate_pack_url,
        debate.public_engagement_url,
        debate.debate_summary_url,
        by.map(|by| by.0)
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update petitions set debate_outcome_at = coalesce(debate_outcome_at, $2), updated_at = $2 where id = $1",
        id.get(),
        sql(now)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets what came of a debate.
///
/// # Errors
/// When the database fails.
pub async fn clear_outcome(db: &mut Db, id: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("delete from debates where petition_id = $1", id.get()).execute(&mut *db).await?;
    sqlx::query!("update petitions set debate_outcome_at = null, updated_at = $2 where id = $1", id.get(), sql(now))
        .execute(db)
        .await?;
    Ok(())
}

/// Where links about debates may lead.
///
/// # Errors
/// When the database fails.
pub async fn link_hosts(db: &mut Db) -> sqlx::Result<LinkHosts> {
    let setting = sqlx::query_scalar!("select link_hosts from site").fetch_one(db).await?;
    Ok(LinkHosts::parse(&setting))
}

/// An activity as staff have it before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffActivity {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub subject: String,
    /// What happened; Markdown.
    pub body: String,
    /// The day on which it happened.
    pub occurred_on: Option<Date>,
    /// When it was published.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl StaffActivity {
    /// What a form about it was made from.
    pub fn version(&self) -> String {
        self.updated_at.as_microsecond().to_string()
    }
}

/// The activities of a petition, newest first.
///
/// # Errors
/// When the database fails.
pub async fn activities(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<StaffActivity>> {
    let rows = sqlx::query!(
        "select id, subject, body, occurred_on, created_at, updated_at from activities
         where petition_id = $1 order by coalesce(occurred_on, created_at::date) desc, id desc",
        id.get()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| StaffActivity {
            id: row.id,
            subject: row.subject,
            body: row.body,
            occurred_on: row.occurred_on.map(Into::into),
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
        .collect())
}

/// Adds an activity, or changes one; gives its number.
///
/// # Errors
/// When the database fails.
pub async fn put_activity(
    db: &mut Db,
    petition: PetitionId,
    activity: Option<i64>,
    (subject, body, occurred_on): (&str, &str, Date),
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<i64> {
    let id = match activity {
        Some(activity) => {
            sqlx::query_scalar!(
                "update activities set subject = $3, body = $4, occurred_on = $5, published_by = $6,
                     updated_at = greatest($7, updated_at + interval '1 microsecond')
                 where id = $2 and petition_id = $1
                 returning id",
                petition.get(),
                activity,
                subject,
                body,
                occurred_on.to_sqlx() as _,
                by.map(|by| by.0),
                sql(now) as _
            )
            .fetch_one(&mut *db)
            .await?
        }
        None => {
            sqlx::query_scalar!(
                "insert into activities (petition_id, subject, body, occurred_on, published_by, created_at, updated_at)
                 values ($1, $2, $3, $4, $5, $6, $6)
                 returning id",
                petition.get(),
                subject,
                body,
                occurred_on.to_sqlx() as _,
                by.map(|by| by.0),
                sql(now) as _
            )
            .fetch_one(&mut *db)
            .await?
        }
    };
    touch(db, petition, now).await?;
    Ok(id)
}

/// Removes an activity.
///
/// # Errors
/// When the database fails.
pub async fn remove_activity(db: &mut Db, petition: PetitionId, activity: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("delete from activities where id = $2 and petition_id = $1", petition.get(), activity)
        .execute(&mut *db)
        .await?;
    touch(db, petition, now).await
}

/// The petition's page has to be made anew.
async fn touch(db: &mut Db, petition: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update petitions set updated_at = $2 where id = $1", petition.get(), sql(now)).execute(db).await?;
    Ok(())
}
