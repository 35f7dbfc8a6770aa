//! The postcode directory.

use std::fmt::Write;

use super::{Db, areas::AreaId};
use crate::domain::postcodes_file::Code;

/// A postcode, its constituency, and whether it is no longer in use.
pub type Postcode = (Code, Option<AreaId>, bool);

/// How many postcodes the directory has.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &mut Db) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from postcodes"#).fetch_one(db).await
}

/// The numbers of all constituencies, by code.
///
/// # Errors
/// When the database fails.
pub async fn constituencies(db: &mut Db) -> sqlx::Result<Vec<(String, AreaId)>> {
    let rows = sqlx::query!("select code, id from areas where kind = 'constituency'").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.code, row.id)).collect())
}

/// Makes these all postcodes of the directory after `after` and up to the last of them, or up to the end if there is
/// nothing `beyond` them; expects them sorted. Wants a transaction: whoever reads sees the old directory until it is
/// committed. Says how many postcodes were new, different or gone.
///
/// # Errors
/// When the database fails.
pub async fn replace(db: &mut Db, postcodes: &[Postcode], after: Option<Code>, beyond: bool) -> sqlx::Result<u64> {
    // The first time, this also keeps a second import waiting until this one is done.
    sqlx::query!("truncate incoming_postcodes").execute(&mut *db).await?;
    let mut copy = db.copy_in_raw("copy incoming_postcodes (code, area_id, terminated) from stdin").await?;
    let mut lines = String::new();
    for (code, area, terminated) in postcodes {
        let code = code.as_str();
        let area = area.map_or("\\N".to_owned(), |area| area.to_string());
        let terminated = if *terminated { 't' } else { 'f' };
        writeln!(lines, "{code}\t{area}\t{terminated}").expect("memory takes text");
    }
    copy.send(lines.into_bytes()).await?;
    copy.finish().await?;

    let last = postcodes.last().filter(|_| beyond).map(|(code, ..)| code.as_str());
    let gone = sqlx::query!(
        "delete from postcodes p
         where p.code > $1 and ($2::text is null or p.code <= $2)
           and not exists (select from incoming_postcodes i where i.code = p.code)",
        after.as_ref().map_or("", Code::as_str),
        last
    )
    .execute(&mut *db)
    .await?;
    let put = sqlx::query!(
        "insert into postcodes as p (code, area_id, terminated)
         select code, area_id, terminated from incoming_postcodes
         on conflict (code) do update set area_id = excluded.area_id, terminated = excluded.terminated
         where (p.area_id, p.terminated) is distinct from (excluded.area_id, excluded.terminated)"
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("truncate incoming_postcodes").execute(db).await?;
    Ok(gone.rows_affected() + put.rows_affected())
}

/// Has the database look at the directory, so that it knows how to search it.
///
/// # Errors
/// When the database fails.
pub async fn analyse(db: &mut Db) -> sqlx::Result<()> {
    sqlx::query!("analyze postcodes").execute(db).await?;
    Ok(())
}
