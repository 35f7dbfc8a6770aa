//! Pages of text, where staff have written their own.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Db, sql};
use crate::domain::staff::StaffId;

/// A page as staff have written it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePage {
    /// What it is called.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By whom; empty if nobody knows any more.
    pub updated_by: String,
}

/// All of them, by their place in addresses.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &mut Db) -> sqlx::Result<BTreeMap<String, SitePage>> {
    let rows = sqlx::query!(
        r#"select p.slug, p.title, p.body, p.updated_at, coalesce(s.name, '') as "updated_by!"
           from site_pages p left join staff s on s.id = p.updated_by"#
    )
    .fetch_all(db)
    .await?;
    let page = |title, body, updated_at: jiff_sqlx::Timestamp, updated_by| SitePage {
        title,
        body,
        updated_at: updated_at.to_jiff(),
        updated_by,
    };
    Ok(rows.into_iter().map(|row| (row.slug, page(row.title, row.body, row.updated_at, row.updated_by))).collect())
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, slug: &str) -> sqlx::Result<Option<SitePage>> {
    let row = sqlx::query!(
        r#"select p.title, p.body, p.updated_at, coalesce(s.name, '') as "updated_by!"
           from site_pages p left join staff s on s.id = p.updated_by where p.slug = $1"#,
        slug
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| SitePage {
        title: row.title,
        body: row.body,
        updated_at: row.updated_at.to_jiff(),
        updated_by: row.updated_by,
    }))
}

/// Writes one.
///
/// # Errors
/// When the database fails.
pub async fn put(
    db: &mut Db,
    slug: &str,
    title: &str,
    body: &str,
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into site_pages (slug, title, body, updated_at, updated_by) values ($1, $2, $3, $4, $5)
         on conflict (slug) do update
         set title = excluded.title, body = excluded.body, updated_at = excluded.updated_at,
             updated_by = excluded.updated_by",
        slug,
        title,
        body,
        sql(now) as _,
        by.map(|by| by.0),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes one; says whether it was there.
///
/// # Errors
/// When the database fails.
pub async fn remove(db: &mut Db, slug: &str) -> sqlx::Result<bool> {
    Ok(sqlx::query!("delete from site_pages where slug = $1", slug).execute(db).await?.rows_affected() > 0)
}
