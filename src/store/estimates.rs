//! The estimates that the site has made, and how good they were.

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;

use super::{Db, sql};
use crate::domain::{
    forecast::{LEAST_AGE, LEAST_SIGNATURES},
    petition::PetitionId,
};

/// The spans of days since opening by which the track record is divided: where all but the first begin.
pub const AGES: [f64; 4] = [4.0, 10.0, 25.0, 60.0];
/// The spans of days left.
pub const DAYS_LEFT: [f64; 5] = [3.0, 7.0, 14.0, 30.0, 90.0];

/// An open petition that today's estimate is missing of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number.
    pub id: PetitionId,
    /// When it opened.
    pub opened_at: Timestamp,
    /// Its deadline.
    pub closes_at: Timestamp,
}

/// An estimate as it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Of which petition.
    pub petition: PetitionId,
    /// On which day, by London's calendar.
    pub made_on: Date,
    /// When.
    pub made_at: Timestamp,
    /// For which moment.
    pub made_for: Timestamp,
    /// The signatures at that time.
    pub count: u64,
    /// What the naive rule would have said.
    pub naive: u64,
    /// What was said, with its ranges.
    pub figures: crate::domain::forecast::Figures,
}

/// How good the estimates of some span of days were.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// By days since opening; else by days left.
    pub by_age: bool,
    /// Which of the spans, from 0.
    pub bucket: usize,
    /// How many have been judged.
    pub estimates: i64,
    /// Of how many petitions.
    pub petitions: i64,
    /// The median error of the naive rule, as a share of the final count.
    pub naive_error: f64,
    /// That of the site's.
    pub error: f64,
    /// The share of final counts in the range of half of them.
    pub held_half: f64,
    /// The share in the range of four in five.
    pub held_four_in_five: f64,
}

/// Open petitions of our own that may have an estimate and have none of this day yet: `most` of those after one, in the
/// order of their numbers.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &mut Db, now: Timestamp, today: Date, after: i64, most: i64) -> sqlx::Result<Vec<Due>> {
    let rows = sqlx::query!(
        r#"select p.id, p.opened_at as "opened_at!", p.closes_at as "closes_at!"
           from petitions p join petition_totals t on t.petition_id = p.id
           where p.state = 'open' and p.source_url is null and p.id > $1
               and p.opened_at <= $2 and p.closes_at > $3 and t.signature_count >= $4
               and not exists (select from estimates e where e.petition_id = p.id and e.made_on = $5)
           order by p.id limit $6"#,
        after,
        sql(now - LEAST_AGE) as _,
        sql(now) as _,
        i32::try_from(LEAST_SIGNATURES).unwrap_or(i32::MAX),
        today.to_sqlx() as _,
        most,
    )
    .fetch_all(db)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        id: row.id.into(),
        opened_at: row.opened_at.to_jiff(),
        closes_at: row.closes_at.to_jiff(),
    });
    Ok(due.collect())
}

/// Keeps estimates; those of petitions and days that have one already are passed over. Says how many were new.
///
/// # Errors
/// When the database fails.
pub async fn keep(db: &mut Db, estimates: &[Estimate]) -> sqlx::Result<u64> {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let column = |figure: fn(&Estimate) -> u64| estimates.iter().map(|one| signed(figure(one))).collect::<Vec<_>>();
    let done = sqlx::query!(
        "insert into estimates
             (petition_id, made_on, made_at, made_for, signature_count, naive, estimate, low, high, lowest, highest)
         select * from unnest($1::bigint[], $2::date[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::bigint[],
             $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
         on conflict do nothing",
        &estimates.iter().map(|one| one.petition.get()).collect::<Vec<_>>(),
        &estimates.iter().map(|one| one.made_on.to_sqlx()).collect::<Vec<_>>() as _,
        &estimates.iter().map(|one| sql(one.made_at)).collect::<Vec<_>>() as _,
        &estimates.iter().map(|one| sql(one.made_for)).collect::<Vec<_>>() as _,
        &column(|one| one.count),
        &column(|one| one.naive),
        &column(|one| one.figures.estimate),
        &column(|one| one.figures.low),
        &column(|one| one.figures.high),
        &column(|one| one.figures.lowest),
        &column(|one| one.figures.highest),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Writes the final count beside the estimates of petitions that have closed. Estimates for another moment than the one
/// at which the petition closed can be compared with nothing, and go. Says how many were judged.
///
/// # Errors
/// When the database fails.
pub async fn judge(db: &mut Db) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from estimates e using petitions p
         where p.id = e.petition_id and e.final_count is null and p.state = 'closed' and p.closed_at <> e.made_for"
    )
    .execute(&mut *db)
    .await?;
    let judged = sqlx::query!(
        "update estimates e set final_count = t.signature_count
         from petitions p join petition_totals t on t.petition_id = p.id
         where p.id = e.petition_id and e.final_count is null and p.state = 'closed'"
    )
    .execute(db)
    .await?;
    Ok(judged.rows_affected())
}

/// Makes the track record anew from all estimates that have been judged.
///
/// # Errors
/// When the database fails.
pub async fn refresh_record(db: &mut Db, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("delete from track_record").execute(&mut *db).await?;
    sqlx::query!(
        "with judged as (
             select e.petition_id, p.opened_at, e.made_at, e.made_for,
                 abs(e.naive - e.final_count) / greatest(e.final_count, 1)::float8 as naive_error,
                 abs(e.estimate - e.final_count) / greatest(e.final_count, 1)::float8 as error,
                 (e.final_count between e.low and e.high)::int as half,
                 (e.final_count between e.lowest and e.highest)::int as four_in_five
             from estimates e join petitions p on p.id = e.petition_id
             where e.final_count is not null
         ), placed as (
             select *, true as by_age,
                 width_bucket(extract(epoch from made_at - opened_at)::float8 / 86400, $1::float8[]) as bucket from judged
             union all
             select *, false,
                 width_bucket(extract(epoch from made_for - made_at)::float8 / 86400, $2::float8[]) from judged
         )
         insert into track_record (by_age, bucket, estimates, petitions, naive_error, error, held_half, held_four_in_five,
             refreshed_at)
         select by_age, bucket, count(*), count(distinct petition_id),
             percentile_cont(0.5) within group (order by naive_error),
             percentile_cont(0.5) within group (order by error),
             avg(half)::float8, avg(four_in_five)::float8, $3
         from placed group by by_age, bucket",
        &AGES[..],
        &DAYS_LEFT[..],
        sql(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The track record, by age and by days left, each from the first span on; empty while none has been judged.
///
/// # Errors
/// When the database fails.
pub async fn record(db: &mut Db) -> sqlx::Result<Vec<Record>> {
    let rows = sqlx::query!(
        "select by_age, bucket, estimates, petitions, naive_error, error, held_half, held_four_in_five
         from track_record order by by_age desc, bucket"
    )
    .fetch_all(db)
    .await?;
    let records = rows.into_iter().map(|row| Record {
        by_age: row.by_age,
        bucket: usize::try_from(row.bucket).unwrap_or(0),
        estimates: row.estimates,
        petitions: row.petitions,
        naive_error: row.naive_error,
        error: row.error,
        held_half: row.held_half,
        held_four_in_five: row.held_four_in_five,
    });
    Ok(records.collect())
}

/// A number that changes with the track record.
///
/// # Errors
/// When the database fails.
pub async fn record_version(db: &mut Db) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce((extract(epoch from max(refreshed_at)) * 1000)::bigint, 0) as "version!" from track_record"#
    )
    .fetch_one(db)
    .await
}
