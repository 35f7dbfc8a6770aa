//! What search engines may find: the numbers of public petitions and when each last changed.

use jiff::Timestamp;

use super::Db;
use crate::domain::{limits, petition::PetitionId};

/// A part of the sitemap: the petitions of so many numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which part.
    pub number: i64,
    /// How many petitions it has.
    pub petitions: i64,
    /// When one of them last changed.
    pub changed_at: Timestamp,
}

/// The parts that have petitions; only that with this number, if one is given. Numbers do not move from one part to another, so
/// a part that is over stays as it is.
///
/// # Errors
/// When the database fails.
pub async fn parts(db: &mut Db, only: Option<i64>) -> sqlx::Result<Vec<Part>> {
    let (first, last) = match only {
        Some(part) => range(part),
        None => (0, i64::MAX),
    };
    let rows = sqlx::query!(
        r#"select id / $1 as "number!", count(*) as "petitions!", max(updated_at) as "changed_at!"
           from petitions where state in ('open', 'closed', 'rejected') and id between $2 and $3
           group by 1 order by 1"#,
        limits::SITEMAP_PART,
        first,
        last
    )
    .fetch_all(db)
    .await?;
    let parts = rows.into_iter().map(|row| Part {
        number: row.number,
        petitions: row.petitions,
        changed_at: row.changed_at.to_jiff(),
    });
    Ok(parts.collect())
}

/// The petitions of a part, by number, and when each last changed.
///
/// # Errors
/// When the database fails.
pub async fn petitions(db: &mut Db, part: i64) -> sqlx::Result<Vec<(PetitionId, Timestamp)>> {
    let (first, last) = range(part);
    let rows = sqlx::query!(
        "select id, updated_at from petitions
         where state in ('open', 'closed', 'rejected') and id between $1 and $2 order by id",
        first,
        last
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.updated_at.to_jiff())).collect())
}

/// The first and the last number of a part.
fn range(part: i64) -> (i64, i64) {
    let first = part.saturating_mul(limits::SITEMAP_PART);
    (first, first.saturating_add(limits::SITEMAP_PART - 1))
}
