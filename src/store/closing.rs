//! Petitions end: at their deadline, or with their parliament. A batch at a time, each in a transaction of its caller's.

use jiff::Timestamp;

use super::{Db, sql};
use crate::domain::{mail::MailKind, petition::PetitionId};

/// Petitions whose deadline is not the one that they should have: it is later than the end of their parliament, or was
/// moved there and that end is withdrawn or another. Moves those of `most` of them; says how many.
///
/// # Errors
/// When the database fails.
pub async fn settle_deadlines(db: &mut Db, most: i64, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with wrong as (
             select p.id, coalesce(p.own_closes_at, p.closes_at) as own,
                 least(coalesce(p.own_closes_at, p.closes_at), l.dissolution_at) as wanted
             from parliaments l join petitions p on p.parliament_id = l.id and p.state = 'open' and p.source_url is null
             where l.archived_at is null
                 and p.closes_at is distinct from least(coalesce(p.own_closes_at, p.closes_at), l.dissolution_at)
             order by p.id limit $1 for update of p
         )
         update petitions p
         set closes_at = w.wanted, own_closes_at = case when w.own > w.wanted then w.own end, updated_at = $2
         from wrong w where p.id = w.id",
        most,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Closes petitions of this site whose deadline has passed, `most` of them, and says which: at their deadline, whenever that
/// is noticed. While no signatures are taken, or an outage is still to be made good, those stay open whose deadline will be
/// moved; the end of a parliament is not moved, and they close then.
///
/// # Errors
/// When the database fails.
pub async fn close_due(db: &mut Db, most: i64, now: Timestamp) -> sqlx::Result<Vec<PetitionId>> {
    let ids = sqlx::query_scalar!(
        "with stopped as (
             select least((select collection_paused_at from site),
                          (select min(began_at) from outages where settled_at is null)) as since
         ), due as (
             select p.id, case when s.since is null or p.closes_at < s.since or p.own_closes_at is not null
                 then p.closes_at else l.dissolution_at end as at
             from stopped s cross join petitions p
             left join parliaments l on l.id = p.parliament_id and l.archived_at is null and l.dissolution_at < $2
             where p.state = 'open' and p.closes_at < $2 and p.source_url is null
                 and (s.since is null or p.closes_at < s.since or p.own_closes_at is not null or l.id is not null)
             order by p.closes_at, p.id limit $1 for update of p
         )
         update petitions p set state = 'closed', closed_at = due.at, closes_at = due.at, updated_at = $2
         from due where p.id = due.id
         returning p.id",
        most,
        sql(now) as _
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Stops petitions of a dissolved parliament that were not published, `most` of them; says which, and whether their creators
/// are told: those whose petition was gathering support or being checked, and is not older than the parliament's cutoff.
///
/// # Errors
/// When the database fails.
pub async fn stop_unpublished(db: &mut Db, most: i64, now: Timestamp) -> sqlx::Result<Vec<(PetitionId, bool)>> {
    let rows = sqlx::query!(
        r#"with due as (
               select p.id, p.state, l.dissolution_at, l.notification_cutoff_at
               from parliaments l join petitions p on p.parliament_id = l.id and p.source_url is null
               where l.archived_at is null and l.announced_at is not null and l.dissolution_at <= $2
                   and p.state in ('pending', 'validated', 'sponsored', 'flagged', 'dormant')
               order by p.id limit $1 for update of p
           )
           update petitions p
           set state = 'stopped', stopped_at = greatest(due.dissolution_at, p.created_at), updated_at = $2
           from due where p.id = due.id
           returning p.id,
               (due.state in ('validated', 'sponsored') and p.created_at >= due.notification_cutoff_at) as "told!""#,
        most,
        sql(now) as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.told)).collect())
}

/// Puts a mail into the outbox for the creators of petitions, wherever one can be reached; says how many.
///
/// # Errors
/// When the database fails.
pub async fn tell_creators(db: &mut Db, petitions: &[PetitionId], kind: MailKind, now: Timestamp) -> sqlx::Result<u64> {
    if petitions.is_empty() {
        return Ok(0);
    }
    let done = sqlx::query!(
        "insert into outbox (kind, signature_id, created_at, due_at)
         select $2, s.id, $3, $3
         from supporters u join signatures s on s.id = u.signature_id
         where u.petition_id = any($1::bigint[]) and u.is_creator and s.email_hash is not null
             and s.state not in ('pending', 'withdrawn')
             and not exists (select from unwanted_mail n
                             where n.email_hash = s.email_hash and n.petition_id = s.petition_id)",
        &petitions.iter().map(|petition| petition.get()).collect::<Vec<_>>(),
        kind as MailKind,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
