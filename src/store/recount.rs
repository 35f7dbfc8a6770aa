//! Rebuilding the tallies from what they are sums of: the ledger, and imported places.

use super::Db;
use crate::domain::petition::PetitionId;

/// A tally that was not what it should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of which petition.
    pub petition: PetitionId,
    /// Which tally: `before the history`, `hours`, `constituencies`, `countries`,
    /// `located` (the total's own account of its places), `removals`, `put back` or `total`.
    pub tally: String,
    /// What stood there, in signatures.
    pub stored: i64,
    /// What the ledger or the imported places say, in signatures.
    pub counted: i64,
}

/// Compares every tally with what it is a sum of. Rows that cancel each other out are found too: a tally's
/// difference is reported with the sums over the rows that differ.
///
/// # Errors
/// When the database fails.
pub async fn differences(db: &mut Db) -> sqlx::Result<Vec<Difference>> {
    let rows = sqlx::query!(
        r#"with hours as (
               select petition_id, 'hours' as tally,
                   coalesce(h.added - h.removed, 0)::bigint as stored, coalesce(c.added - c.removed, 0)::bigint as counted
               from tally_hours h full join counted_hours c using (petition_id, starts_at)
               where (h.added, h.removed) is distinct from (c.added, c.removed)
           ), before as (
               select petition_id, 'before the history' as tally,
                   t.before_history::bigint as stored, coalesce(l.net, 0)::bigint as counted
               from petition_totals t
               left join (select petition_id, sum(change) as net from ledger where counted_at is null group by 1) l
                   using (petition_id)
               where t.before_history <> coalesce(l.net, 0)
           ), constituencies as (
               select petition_id, 'constituencies' as tally,
                   coalesce(t.signature_count, 0)::bigint as stored, coalesce(c.signature_count, 0)::bigint as counted
               from tally_constituencies t
               full join (select * from counted_places where kind = 'constituency') c using (petition_id, area_id)
               where coalesce(t.signature_count, 0) <> coalesce(c.signature_count, 0)
           ), countries as (
               select petition_id, 'countries' as tally,
                   coalesce(t.signature_count, 0)::bigint as stored, coalesce(c.signature_count, 0)::bigint as counted
               from tally_countries t
               full join (select * from counted_places where kind = 'country') c using (petition_id, area_id)
               where coalesce(t.signature_count, 0) <> coalesce(c.signature_count, 0)
           ), located as (
               select petition_id, 'located' as tally,
                   (t.in_constituencies + t.in_other_countries)::bigint as stored,
                   (coalesce(c.count, 0) + coalesce(k.count, 0))::bigint as counted
               from petition_totals t
               left join (select petition_id, sum(signature_count) as count from tally_constituencies group by 1) c
                   using (petition_id)
               left join (select k.petition_id, sum(k.signature_count) as count
                          from tally_countries k join areas a on a.id = k.area_id and a.code <> 'GB' group by 1) k
                   using (petition_id)
               where (t.in_constituencies, t.in_other_countries)
                   is distinct from (coalesce(c.count, 0)::integer, coalesce(k.count, 0)::integer)
           ), removed as (
               select petition_id, 'removals' as tally,
                   coalesce(r.signatures, 0)::bigint as stored, coalesce(l.signatures, 0)::bigint as counted
               from removals r
               full join (select petition_id::bigint, (counted_at at time zone 'Europe/London')::date as day, reason,
                              count(*) as signatures
                          from ledger where reason in ('quarantined', 'invalidated', 'reinstated')
                          group by 1, 2, 3) l using (petition_id, day, reason)
               where coalesce(r.signatures, 0) <> coalesce(l.signatures, 0)
           ), again as (
               select petition_id, 'put back' as tally,
                   coalesce(b.signatures, 0)::bigint as stored, coalesce(l.signatures, 0)::bigint as counted
               from put_backs b
               full join (select petition_id::bigint, date_trunc('minute', counted_at, 'UTC') as starts_at,
                              count(*) as signatures
                          from ledger where reason = 'reinstated' group by 1, 2) l using (petition_id, starts_at)
               where coalesce(b.signatures, 0) <> coalesce(l.signatures, 0)
           ), totals as (
               select petition_id, 'total' as tally, t.signature_count::bigint as stored, coalesce(l.net, 0)::bigint as counted
               from petition_totals t
               left join (select petition_id, sum(change) as net from ledger group by 1) l using (petition_id)
               where t.signature_count <> coalesce(l.net, 0)
           )
           select petition_id as "petition_id!", tally as "tally!", sum(stored)::bigint as "stored!",
               sum(counted)::bigint as "counted!"
           from (select * from before union all select * from hours union all select * from constituencies
                 union all select * from countries union all select * from located union all select * from removed
                 union all select * from again union all select * from totals) d
           group by petition_id, tally order by petition_id, tally"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Difference {
            petition: row.petition_id.into(),
            tally: row.tally,
            stored: row.stored,
            counted: row.counted,
        })
        .collect())
}

/// Makes every tally of a petition what its ledger and imported places say.
///
/// # Errors
/// When the database fails.
pub async fn rebuild(db: &mut Db, id: PetitionId) -> sqlx::Result<()> {
    // Who is counting at this moment is waited for here: a statement that waits later has its sums from before.
    super::tallies::hold(db, &[id]).await?;
    // First the total's own account of its parts, should somebody have altered it by hand: what follows adds to it.
    sqlx::query!(
        "update petition_totals t set
             in_hours = coalesce((select sum(added - removed) from tally_hours where petition_id = $1), 0),
             in_constituencies = coalesce((select sum(signature_count) from tally_constituencies where petition_id = $1), 0),
             in_other_countries = coalesce((select sum(c.signature_count) from tally_countries c
                 join areas a on a.id = c.area_id where c.petition_id = $1 and a.code <> 'GB'), 0)
         where t.petition_id = $1",
        id.get()
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update petition_totals set before_history = coalesce(
             (select sum(change) from ledger where petition_id = $1::bigint and counted_at is null), 0)
         where petition_id = $1",
        id.get()
    )
    .execute(&mut *db)
    .await?;
    hours(db, id).await?;
    places(db, id).await?;
    removals(db, id).await
}

/// Makes the hours of a petition what its ledger says, and its months what its hours say.
///
/// # Errors
/// When the database fails.
pub async fn hours(db: &mut Db, id: PetitionId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from tally_hours h where h.petition_id = $1 and not exists (
             select from counted_hours c where c.petition_id = $1::bigint and c.starts_at = h.starts_at)",
        id.get()
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into tally_hours as h (petition_id, starts_at, added, removed)
         select petition_id, starts_at, added, removed from counted_hours where petition_id = $1::bigint
         on conflict (petition_id, starts_at) do update set added = excluded.added, removed = excluded.removed
         where (h.added, h.removed) <> (excluded.added, excluded.removed)",
        id.get()
    )
    .execute(&mut *db)
    .await?;
    super::figures::sum_months_again(db, id).await
}

/// Makes the constituencies and countries of a petition what its ledger and imported places say.
///
/// # Errors
/// When the database fails.
pub async fn places(db: &mut Db, id: PetitionId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from tally_constituencies t where t.petition_id = $1 and not exists (
             select from counted_places c where c.petition_id = $1::bigint and c.area_id = t.area_id)",
        id.get()
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into tally_constituencies as t (petition_id, area_id, signature_count)
         select petition_id, area_id, signature_count from counted_places
         where petition_id = $1::bigint and kind = 'constituency'
         on conflict (petition_id, area_id) do update set signature_count = excluded.signature_count
         where t.signature_count <> excluded.signature_count",
        id.get()
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tally_countries t where t.petition_id = $1 and not exists (
             select from counted_places c where c.petition_id = $1::bigint and c.area_id = t.area_id)",
        id.get()
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into tally_countries as t (petition_id, area_id, signature_count)
         select petition_id, area_id, signature_count from counted_places
         where petition_id = $1::bigint and kind = 'country'
         on conflict (petition_id, area_id) do update set signature_count = excluded.signature_count
         where t.signature_count <> excluded.signature_count",
        id.get()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes what the page says of removals, and what was put back, what the ledger says.
async fn removals(db: &mut Db, id: PetitionId) -> sqlx::Result<()> {
    sqlx::query!("delete from removals where petition_id = $1::bigint", id.get()).execute(&mut *db).await?;
    sqlx::query!(
        "insert into removals (petition_id, day, reason, signatures)
         select petition_id, (counted_at at time zone 'Europe/London')::date, reason, count(*)
         from ledger
         where petition_id = $1::bigint and reason in ('quarantined', 'invalidated', 'reinstated')
         group by 1, 2, 3",
        id.get()
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from put_backs where petition_id = $1::bigint", id.get()).execute(&mut *db).await?;
    sqlx::query!(
        "insert into put_backs (petition_id, starts_at, signatures)
         select petition_id, date_trunc('minute', counted_at, 'UTC'), count(*)
         from ledger where petition_id = $1::bigint and reason = 'reinstated'
         group by 1, 2",
        id.get()
    )
    .execute(db)
    .await?;
    Ok(())
}
