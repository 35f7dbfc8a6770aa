//! What the home page shows: popular petitions, latest answers and debates.

use jiff::{Timestamp, civil::Date};

use super::Db;
use crate::domain::{petition::PetitionId, window::Window};

/// A petition and how many signed it lately.
#[derive(Clone, Debug)]
pub struct Popular {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// How many signed in all.
    pub signature_count: u32,
    /// How many signed lately.
    pub lately: u32,
}

/// Open petitions with the most signatures in the hour or day before `now`, at most `limit`. What staff put back makes
/// up for what was taken out in the same time, and is nothing new beyond that.
///
/// # Errors
/// When the database fails.
pub async fn most_signed(db: &mut Db, now: Timestamp, window: Window, limit: i64) -> sqlx::Result<Vec<Popular>> {
    let rows = sqlx::query!(
        r#"select p.id, p.action, t.signature_count, m.added as "added!"
           from (select petition_id, came.added - greatest(came.removed, coalesce(back.signatures, 0)) as added
                 from (select petition_id, sum(added) as added, sum(removed) as removed from tally_minutes
                       where starts_at > $1 and starts_at <= $2
                       group by petition_id) came
                 left join (select petition_id::bigint, sum(signatures) as signatures from put_backs
                            where starts_at > $1 and starts_at <= $2
                            group by petition_id) back using (petition_id)) m
           join petitions p on p.id = m.petition_id and p.state = 'open'
           join petition_totals t on t.petition_id = p.id
           where m.added > 0
           order by m.added desc, p.opened_at desc, p.id desc
           limit $3"#,
        super::sql(now - window.length()),
        super::sql(now),
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Popular {
            id: row.id.into(),
            action: row.action,
            signature_count: row.signature_count.try_into().unwrap_or(0),
            lately: row.added.try_into().unwrap_or(0),
        })
        .collect())
}

/// The petitions that the Government answered last.
///
/// # Errors
/// When the database fails.
pub async fn latest_responses(db: &mut Db, limit: i64) -> sqlx::Result<Vec<PetitionId>> {
    let ids = sqlx::query_scalar!(
        "select p.id from petitions p join government_responses g on g.petition_id = p.id
         where p.state in ('open', 'closed') and p.government_response_at is not null
         order by p.government_response_at desc, p.id desc limit $1",
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// The petitions that Parliament debated last, up to and including `today`.
///
/// # Errors
/// When the database fails.
pub async fn latest_debates(db: &mut Db, today: Date, limit: i64) -> sqlx::Result<Vec<PetitionId>> {
    let ids = sqlx::query_scalar!(
        "select p.id from petitions p join debates d on d.petition_id = p.id
         where p.state in ('open', 'closed') and d.debated and d.debated_on <= $1
         order by d.debated_on desc, p.id desc limit $2",
        jiff_sqlx::Date::from(today) as _,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}
