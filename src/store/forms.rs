//! Where people drop out between opening a page, sending its form and confirming; how many, never who.

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{Db, signatures::narrow, sql, sql_day};
use crate::domain::petition::PetitionId;

/// Adds openings of the pages for supporters on a day.
///
/// # Errors
/// When the database fails.
pub async fn opened(db: &mut Db, openings: &[(PetitionId, u32)], on: Date) -> sqlx::Result<()> {
    let petitions: Vec<i64> = openings.iter().map(|(petition, _)| petition.get()).collect();
    let counts: Vec<i32> = openings.iter().map(|(_, count)| i32::try_from(*count).unwrap_or(i32::MAX)).collect();
    sqlx::query!(
        "insert into support_openings as o (petition_id, opened_on, openings)
         select p.id, $3, i.openings
         from unnest($1::bigint[], $2::int[]) as i (petition_id, openings) join petitions p on p.id = i.petition_id
         order by p.id
         on conflict (petition_id, opened_on) do update set openings = o.openings + excluded.openings",
        &petitions,
        &counts,
        sql_day(Some(on)) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How far those came who were given the link for supporters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SupportFunnel {
    /// How often the page was opened; by programs as well.
    pub opened: u64,
    /// Forms that were sent, as far as they are kept.
    pub sent: u64,
    /// Of those, confirmed.
    pub confirmed: u64,
}

/// How far the supporters of a petition came.
///
/// # Errors
/// When the database fails.
pub async fn of_supporters(db: &mut Db, petition: PetitionId) -> sqlx::Result<SupportFunnel> {
    let row = sqlx::query!(
        r#"select (select coalesce(sum(openings), 0)::bigint from support_openings where petition_id = $1) as "opened!",
               count(*) as "sent!", count(*) filter (where s.confirmed_at is not null) as "confirmed!"
           from supporters u join signatures s on s.id = u.signature_id
           where u.petition_id = $1::bigint and not u.is_creator"#,
        petition.get()
    )
    .fetch_one(db)
    .await?;
    Ok(SupportFunnel {
        opened: row.opened.unsigned_abs(),
        sent: row.sent.unsigned_abs(),
        confirmed: row.confirmed.unsigned_abs(),
    })
}

/// How many of those who sent the form of a published petition have confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningFunnel {
    /// Forms that were sent.
    pub forms: u64,
    /// Of those, confirmed.
    pub confirmed: u64,
    /// The moment of both numbers.
    pub as_at: Timestamp,
}

/// How many forms of a petition were sent from a day on, and how many of those are confirmed; `None`: not counted yet.
///
/// # Errors
/// When the database fails.
pub async fn of_signers(db: &mut Db, petition: PetitionId, since: Date) -> sqlx::Result<Option<SigningFunnel>> {
    let row = sqlx::query!(
        r#"select c.as_at, coalesce(f.forms, 0) as "forms!", coalesce(f.confirmed, 0) as "confirmed!"
           from forms_counted c
           cross join (select sum(forms + recent_forms)::bigint as forms,
                           sum(confirmed + recent_confirmed)::bigint as confirmed
                       from petition_forms where petition_id = $1 and sent_on >= $2) f"#,
        narrow(petition),
        sql_day(Some(since)) as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.as_at.map(|as_at| SigningFunnel {
        forms: row.forms.unsigned_abs(),
        confirmed: row.confirmed.unsigned_abs(),
        as_at: as_at.to_jiff(),
    }))
}

/// For how long the latest signatures are left out: a number that is given may be written later.
const SETTLING: SignedDuration = SignedDuration::from_mins(1);
/// After how long a form is counted for good; hardly anybody confirms later.
const FOR_GOOD: SignedDuration = SignedDuration::from_hours(48);

/// Counts forms for good that are old enough: `most` numbers of signatures; says how many are left to be done.
///
/// # Errors
/// When the database fails.
pub async fn count_for_good(db: &mut Db, most: i64, now: Timestamp) -> sqlx::Result<bool> {
    let from = sqlx::query_scalar!("select signature_id from forms_counted for update").fetch_one(&mut *db).await?;
    // The first that is not old enough ends it, so that none is passed over.
    let to = sqlx::query_scalar!(
        "select max(id) from (
             select id, bool_or(created_at > $3) over (order by id) as late
             from (select id, created_at from signatures where id > $1 order by id limit $2) few
         ) walked where not late",
        from,
        most,
        sql(now - FOR_GOOD) as _
    )
    .fetch_one(&mut *db)
    .await?;
    let Some(to) = to else { return Ok(false) };
    sqlx::query!(
        "insert into petition_forms as f (petition_id, sent_on, forms, confirmed)
         select s.petition_id, (s.created_at at time zone 'Europe/London')::date, count(*)::int,
             (count(*) filter (where s.confirmed_at is not null))::int
         from signatures s left join supporters u on u.signature_id = s.id
         where s.id > $1 and s.id <= $2 and u.signature_id is null
         group by 1, 2 order by 1, 2
         on conflict (petition_id, sent_on) do update
             set forms = f.forms + excluded.forms, confirmed = f.confirmed + excluded.confirmed",
        from,
        to
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("update forms_counted set signature_id = $1", to).execute(db).await?;
    Ok(true)
}

/// Counts all later forms anew; says of how many petitions and days there are some.
///
/// # Errors
/// When the database fails.
pub async fn count_recent(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let from = sqlx::query_scalar!("select signature_id from forms_counted for update").fetch_one(&mut *db).await?;
    let done = sqlx::query!(
        "with recent as (
             select s.petition_id, (s.created_at at time zone 'Europe/London')::date as sent_on, count(*)::int as forms,
                 (count(*) filter (where s.confirmed_at is not null))::int as confirmed
             from signatures s left join supporters u on u.signature_id = s.id
             where s.id > $1 and s.created_at <= $2 and u.signature_id is null
             group by 1, 2
         ), over as (
             update petition_forms f set recent_forms = 0, recent_confirmed = 0
             where f.recent_forms > 0
                 and not exists (select from recent r where r.petition_id = f.petition_id and r.sent_on = f.sent_on)
         )
         insert into petition_forms (petition_id, sent_on, recent_forms, recent_confirmed)
         select petition_id, sent_on, forms, confirmed from recent order by 1, 2
         on conflict (petition_id, sent_on) do update
             set recent_forms = excluded.recent_forms, recent_confirmed = excluded.recent_confirmed",
        from,
        sql(now - SETTLING) as _
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("update forms_counted set as_at = $1", sql(now - SETTLING) as _).execute(db).await?;
    Ok(done.rows_affected())
}
