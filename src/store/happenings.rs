//! What happened to petitions, for feeds.

use jiff::Timestamp;

use super::Db;
use crate::domain::{happening::Happening, petition::PetitionId};

/// Something that happened to a published petition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// To which petition.
    pub petition: PetitionId,
    /// What that asks for.
    pub action: String,
    /// What happened.
    pub what: Happening,
    /// When.
    pub at: Timestamp,
    /// What there is to say about it, in short: why the petition asks, or what the Government answers. May be empty.
    pub summary: String,
}

/// What happened last to the petitions of a topic, and to these petitions besides: `most` at the most, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn last(
    db: &mut Db,
    topic: Option<&str>,
    petitions: &[PetitionId],
    most: i64,
) -> sqlx::Result<Vec<Happened>> {
    let petitions: Vec<i64> = petitions.iter().map(|petition| petition.get()).collect();
    let rows = sqlx::query!(
        r#"select p.id, p.action, e.what as "what!: Happening", e.at as "at!", coalesce(e.summary, '') as "summary!"
           from petitions p
           left join government_responses g on g.petition_id = p.id
           left join debates d on d.petition_id = p.id
           cross join lateral (values
               ('published'::happening, p.opened_at, p.background),
               ('responded', case when g.petition_id is not null then p.government_response_at end, g.summary),
               (case when d.debated then 'debated'::happening else 'not_debated' end,
                case when d.petition_id is not null then p.debate_outcome_at end, '')) as e (what, at, summary)
           where (p.id in (select petition_id from petition_topics where topic_code = $1) or p.id = any($2))
               and p.state in ('open', 'closed') and e.at is not null
           order by e.at desc, p.id desc, e.what limit $3"#,
        topic,
        &petitions,
        most
    )
    .fetch_all(db)
    .await?;
    let happened = rows.into_iter().map(|row| Happened {
        petition: row.id.into(),
        action: row.action,
        what: row.what,
        at: row.at.to_jiff(),
        summary: row.summary,
    });
    Ok(happened.collect())
}
