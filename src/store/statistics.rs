//! The statistics of the site: made from petitions and tallies, kept for everybody who looks.

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{Db, sql};
use crate::domain::{
    deadline, limits,
    statistics::{
        Department, Month, Outcomes, Overdue, Purpose, Reached, Rejected, Signatures, Statistics, response_target,
    },
    threshold::Thresholds,
};

/// The statistics that were made last; `None`: there are none that this program can read.
///
/// # Errors
/// When the database fails.
pub async fn kept(db: &mut Db) -> sqlx::Result<Option<Statistics>> {
    let document = sqlx::query_scalar!("select document from statistics").fetch_optional(db).await?;
    Ok(document.and_then(|document| serde_json::from_value(document).ok()))
}

/// The moment of the statistics that were made last.
///
/// # Errors
/// When the database fails.
pub async fn kept_as_at(db: &mut Db) -> sqlx::Result<Option<Timestamp>> {
    let as_at = sqlx::query_scalar!(r#"select as_at as "at: SqlTimestamp" from statistics"#).fetch_optional(db).await?;
    Ok(as_at.map(SqlTimestamp::to_jiff))
}

/// Keeps them instead of those that were made before.
///
/// # Errors
/// When the database fails.
pub async fn keep(db: &mut Db, statistics: &Statistics) -> sqlx::Result<()> {
    let document = serde_json::to_value(statistics).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query!(
        "insert into statistics (as_at, document) values ($1, $2)
         on conflict (only_row) do update set as_at = excluded.as_at, document = excluded.document",
        sql(statistics.as_at) as _,
        document
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes them. It looks at every petition and its months, so it is for a job; on a connection that sees one moment
/// ([`super::snapshot`]) all its numbers agree.
///
/// # Errors
/// When the database fails.
pub async fn make(db: &mut Db, thresholds: Thresholds, now: Timestamp) -> sqlx::Result<Statistics> {
    let statistics = Statistics {
        as_at: now,
        outcomes: outcomes(db, now).await?,
        signatures: signatures(db).await?,
        thresholds: reached(db, thresholds).await?,
        rejections: rejections(db).await?,
        departments: departments(db, now).await?,
        overdue: overdue(db, now).await?,
        months: months(db).await?,
    };
    Ok(statistics.with_every_month())
}

async fn outcomes(db: &mut Db, now: Timestamp) -> sqlx::Result<Outcomes> {
    sqlx::query_as!(
        Outcomes,
        r#"select count(*) filter (where published) as "published!", count(*) filter (where state = 'open') as "open!",
               count(*) filter (where state = 'closed') as "closed!",
               count(*) filter (where published and government_response_at is not null) as "answered!",
               count(*) filter (where published and (debated
                   or (debate_outcome_at is null and scheduled_debate_date < ($1 at time zone 'Europe/London')::date)))
                   as "debated!",
               count(*) filter (where published and not debated) as "not_debated!",
               count(*) filter (where state = 'closed' and government_response_at is null
                   and response_threshold_reached_at is null) as "closed_below_threshold!",
               count(*) filter (where state = 'closed' and government_response_at is null
                   and response_threshold_reached_at is not null) as "closed_unanswered!",
               count(*) filter (where state in ('rejected', 'hidden')) as "rejected!",
               count(*) filter (where state = 'hidden') as "rejected_hidden!"
           from (select p.state, p.state in ('open', 'closed') as published, p.government_response_at, d.debated,
                     p.debate_outcome_at, p.scheduled_debate_date, p.response_threshold_reached_at
                 from petitions p left join debates d on d.petition_id = p.id
                 where p.state in ('open', 'closed', 'rejected', 'hidden')) p"#,
        sql(now) as _
    )
    .fetch_one(db)
    .await
}

async fn signatures(db: &mut Db) -> sqlx::Result<Signatures> {
    sqlx::query_as!(
        Signatures,
        r#"select coalesce(sum(t.signature_count), 0)::bigint as "total!",
               coalesce(sum(t.before_history), 0)::bigint as "undated!"
           from petition_totals t join petitions p on p.id = t.petition_id where p.state in ('open', 'closed')"#
    )
    .fetch_one(db)
    .await
}

async fn reached(db: &mut Db, thresholds: Thresholds) -> sqlx::Result<Vec<Reached>> {
    let row = sqlx::query!(
        r#"select count(response_days) as "responses!", count(debate_days) as "debates!",
               percentile_cont(0.5) within group (order by response_days) as response_days,
               percentile_cont(0.5) within group (order by debate_days) as debate_days
           from (select extract(epoch from greatest(response_threshold_reached_at - opened_at, case
                         when response_threshold_reached_at is not null then interval '0' end))::float8 / 86400
                         as response_days,
                     extract(epoch from greatest(debate_threshold_reached_at - opened_at, case
                         when debate_threshold_reached_at is not null then interval '0' end))::float8 / 86400
                         as debate_days
                 from petitions where state in ('open', 'closed')) p"#
    )
    .fetch_one(db)
    .await?;
    let reached = |purpose, signatures, petitions, days: Option<f64>| Reached {
        purpose,
        signatures,
        petitions,
        median_days: days.map(tenths),
    };
    Ok(vec![
        reached(Purpose::Response, thresholds.response, row.responses, row.response_days),
        reached(Purpose::Debate, thresholds.debate, row.debates, row.debate_days),
    ])
}

async fn rejections(db: &mut Db) -> sqlx::Result<Vec<Rejected>> {
    sqlx::query_as!(
        Rejected,
        r#"select r.code, n.title as reason, count(*) as "petitions!"
           from petitions p join rejections r on r.petition_id = p.id join rejection_reasons n on n.code = r.code
           where p.state in ('rejected', 'hidden') and p.rejected_at is not null
           group by r.code, n.title order by count(*) desc, n.title"#
    )
    .fetch_all(db)
    .await
}

/// What waits is with the first of the departments concerned. A response from before the threshold took no time.
async fn departments(db: &mut Db, now: Timestamp) -> sqlx::Result<Vec<Department>> {
    let rows = sqlx::query!(
        r#"with published as (
               select p.government_response_at is not null as answered,
                   case when p.government_response_at is not null then g.department_id else (
                       select x.department_id from petition_departments x where x.petition_id = p.id
                       order by x.position limit 1) end as department_id,
                   case when p.response_threshold_reached_at is not null then greatest(0, extract(epoch from
                       coalesce(p.government_response_at, (select max(r.read_at) from readings r
                           where r.petition_id = p.id and p.source_url is not null), $1)
                       - p.response_threshold_reached_at)::float8) end as seconds
               from petitions p left join government_responses g on g.petition_id = p.id
               where p.state in ('open', 'closed')
                   and (p.government_response_at is not null or p.response_threshold_reached_at is not null)
           )
           select d.name as "name?", count(*) filter (where answered) as "answered!",
               count(seconds) filter (where answered) as "timed!",
               count(*) filter (where answered and seconds <= $2) as "in_time!",
               percentile_cont(0.5) within group (order by seconds) filter (where answered) as median,
               count(*) filter (where not answered) as "waiting!",
               count(*) filter (where not answered and seconds > $2) as "overdue!"
           from published p left join departments d on d.id = p.department_id
           group by d.name
           order by count(*) desc, d.name nulls last"#,
        sql(now) as _,
        response_target().as_secs_f64()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Department {
            name: row.name,
            answered: row.answered,
            timed: row.timed,
            in_time: row.in_time,
            median_days: row.median.map(|seconds| tenths(seconds / 86_400.0)),
            waiting: row.waiting,
            overdue: row.overdue,
        })
        .collect())
}

async fn overdue(db: &mut Db, now: Timestamp) -> sqlx::Result<Vec<Overdue>> {
    let rows = sqlx::query!(
        r#"select p.id, p.action, t.signature_count as "signature_count!", p.since as "since!: SqlTimestamp",
               p.as_at as "as_at!: SqlTimestamp",
               (select d.name from petition_departments x join departments d on d.id = x.department_id
                where x.petition_id = p.id order by x.position limit 1) as department
           from (select p.id, p.action, p.response_threshold_reached_at as since,
                     coalesce((select max(r.read_at) from readings r
                               where r.petition_id = p.id and p.source_url is not null), $1) as as_at
                 from petitions p
                 where p.state in ('open', 'closed') and p.response_threshold_reached_at is not null
                     and p.government_response_at is null) p
           join petition_totals t on t.petition_id = p.id
           where extract(epoch from p.as_at - p.since) > $2::float8
           order by p.as_at - p.since desc, p.id
           limit $3"#,
        sql(now) as _,
        response_target().as_secs_f64(),
        limits::OVERDUE_NAMED
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Overdue {
            id: row.id.into(),
            action: row.action,
            department: row.department,
            signature_count: row.signature_count.unsigned_abs(),
            since: row.since.to_jiff(),
            days: deadline::days_between(row.since.to_jiff(), row.as_at.to_jiff()).into(),
        })
        .collect())
}

/// Those in which something happened.
async fn months(db: &mut Db) -> sqlx::Result<Vec<Month>> {
    let until = super::figures::summed_until(db).await?;
    let rows = sqlx::query!(
        r#"with happened as (
               select opened_at at time zone 'Europe/London' as at, 'published' as what from petitions
               where state in ('open', 'closed')
               union all
               select rejected_at at time zone 'Europe/London', 'rejected' from petitions
               where state in ('rejected', 'hidden') and rejected_at is not null
               union all
               select closed_at at time zone 'Europe/London', 'closed' from petitions where state = 'closed'
               union all
               select government_response_at at time zone 'Europe/London', 'answered' from petitions
               where state in ('open', 'closed') and government_response_at is not null
               union all
               select d.debated_on::timestamp, 'debated' from debates d join petitions p on p.id = d.petition_id
               where d.debated and p.state in ('open', 'closed')
           ), parts as (
               select date_trunc('month', at)::date as month, what, 1::bigint as petitions, 0::bigint as added,
                   0::bigint as removed
               from happened
               union all
               select m.month, 'signed', 0, sum(m.added)::bigint, sum(m.removed)::bigint
               from counted_months($1) m join petitions p on p.id = m.petition_id and p.state in ('open', 'closed')
               group by m.month
           )
           select month as "month!", coalesce(sum(petitions) filter (where what = 'published'), 0)::bigint as "published!",
               coalesce(sum(petitions) filter (where what = 'rejected'), 0)::bigint as "rejected!",
               coalesce(sum(petitions) filter (where what = 'closed'), 0)::bigint as "closed!",
               coalesce(sum(petitions) filter (where what = 'answered'), 0)::bigint as "answered!",
               coalesce(sum(petitions) filter (where what = 'debated'), 0)::bigint as "debated!",
               sum(added)::bigint as "added!", sum(removed)::bigint as "removed!"
           from parts group by month order by month"#,
        until as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Month {
            month: row.month.to_jiff(),
            published: row.published,
            rejected: row.rejected,
            closed: row.closed,
            answered: row.answered,
            debated: row.debated,
            added: row.added,
            removed: row.removed,
        })
        .collect())
}

/// As exact as anybody wants to know it.
fn tenths(days: f64) -> f64 {
    (days * 10.0).round() / 10.0
}
