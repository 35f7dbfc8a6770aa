//! Lists of networks and mail domains that are blocked or allowed.

use jiff::Timestamp;
use sqlx::error::BoxDynError;

use super::Db;
use crate::domain::protection::{Listed, Lists, Rule};

/// One line of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is listed.
    pub listed: Listed,
    /// As what.
    pub rule: Rule,
    /// Why, in the words of whoever did it; may be empty.
    pub note: String,
    /// Since when.
    pub since: Timestamp,
}

/// Lists a network or domain; says whether that was new, or otherwise before.
///
/// # Errors
/// When the database fails.
pub async fn put(db: &mut Db, listed: &Listed, rule: Rule, note: &str, now: Timestamp) -> sqlx::Result<bool> {
    let (rule, now) = (rule.word(), super::sql(now));
    let changed = match listed {
        Listed::Network(network) => {
            sqlx::query!(
                "insert into listed_networks as l (network, rule, note, created_at) values ($1::text::cidr, $2, $3, $4)
                 on conflict (network) do update
                 set rule = excluded.rule, note = excluded.note, created_at = excluded.created_at
                 where (l.rule, l.note) <> (excluded.rule, excluded.note)",
                network.to_string(),
                rule,
                note,
                now
            )
            .execute(db)
            .await?
        }
        Listed::Domains(domains) => {
            sqlx::query!(
                "insert into listed_domains as l (pattern, rule, note, created_at) values ($1, $2, $3, $4)
                 on conflict (pattern) do update
                 set rule = excluded.rule, note = excluded.note, created_at = excluded.created_at
                 where (l.rule, l.note) <> (excluded.rule, excluded.note)",
                domains.as_str(),
                rule,
                note,
                now
            )
            .execute(db)
            .await?
        }
    };
    Ok(changed.rows_affected() > 0)
}

/// Takes a network or domain off the lists; says whether it was there.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &mut Db, listed: &Listed) -> sqlx::Result<bool> {
    let forgotten = match listed {
        Listed::Network(network) => {
            sqlx::query!("delete from listed_networks where network = $1::text::cidr", network.to_string())
                .execute(db)
                .await?
        }
        Listed::Domains(domains) => {
            sqlx::query!("delete from listed_domains where pattern = $1", domains.as_str()).execute(db).await?
        }
    };
    Ok(forgotten.rows_affected() > 0)
}

/// Everything that is listed: networks by address, then domains by name.
///
/// # Errors
/// When the database fails.
pub async fn lines(db: &mut Db) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query!(
        r#"select listed as "listed!", rule as "rule!", note as "note!", created_at as "created_at!"
           from (select 1 as part, network, text(network) as listed, rule, note, created_at from listed_networks
                 union all
                 select 2, null, pattern, rule, note, created_at from listed_domains) as l
           order by part, network, listed"#
    )
    .fetch_all(db)
    .await?;
    let line = |listed: &str, rule: &str| -> Result<(Listed, Rule), BoxDynError> {
        Ok((listed.parse()?, Rule::from_word(rule).ok_or("an unknown rule")?))
    };
    rows.into_iter()
        .map(|row| {
            let (listed, rule) = line(&row.listed, &row.rule).map_err(sqlx::Error::Decode)?;
            Ok(Line { listed, rule, note: row.note, since: row.created_at.to_jiff() })
        })
        .collect()
}

/// The same for looking things up.
///
/// # Errors
/// When the database fails.
pub async fn lists(db: &mut Db) -> sqlx::Result<Lists> {
    Ok(lines(db).await?.into_iter().map(|line| (line.listed, line.rule)).collect())
}
