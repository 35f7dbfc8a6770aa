//! What petitions are about.

use super::Db;
use crate::domain::petition::Topic;

/// A topic and how many open petitions it has.
#[derive(Clone, Debug)]
pub struct TopicCount {
    /// The topic.
    pub topic: Topic,
    /// Open petitions.
    pub open: i64,
}

/// All topics that public petitions have, by name.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &mut Db) -> sqlx::Result<Vec<TopicCount>> {
    let rows = sqlx::query!(
        r#"select t.code, t.name, count(*) filter (where p.state = 'open') as "open!"
           from topics t join petition_topics x on x.topic_code = t.code join petitions p on p.id = x.petition_id
           where p.state in ('open', 'closed', 'rejected')
           group by t.code, t.name order by t.name"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TopicCount { topic: Topic { code: row.code, name: row.name }, open: row.open })
        .collect())
}

/// Those of these codes that no topic has.
///
/// # Errors
/// When the database fails.
pub async fn unknown(db: &mut Db, codes: &[String]) -> sqlx::Result<Vec<String>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"select wanted.code as "code!" from unnest($1::text[]) wanted (code)
           where not exists (select from topics t where t.code = wanted.code)"#,
        codes
    )
    .fetch_all(db)
    .await
}

/// The codes of all topics, whether or not there are petitions about them.
///
/// # Errors
/// When the database fails.
pub async fn codes(db: &mut Db) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select code from topics order by code").fetch_all(db).await
}

/// The topic with this code; `None` if there is none.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, code: &str) -> sqlx::Result<Option<Topic>> {
    sqlx::query_as!(Topic, "select code, name from topics where code = $1", code).fetch_optional(db).await
}
