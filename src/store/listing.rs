//! Lists of petitions: one of ten facets, perhaps searched, perhaps by topic, a page at a time.

use jiff::civil::Date;
use sqlx::{Postgres, QueryBuilder, Row};

use super::Db;
use crate::domain::{
    facet::Facet,
    parliament::ParliamentId,
    petition::{PetitionId, PetitionState},
};

/// Which petitions are wanted.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Which list.
    pub facet: Facet,
    /// What to look for, as [`super::search::understand`] gives it; `None`: everything.
    pub search: Option<String>,
    /// Topics that a petition must all have, by code.
    pub topics: Vec<String>,
    /// Those of which parliament; `None`: of the current one.
    pub parliament: Option<ParliamentId>,
    /// Scheduled debates before this day are past.
    pub today: Date,
    /// What came onto the list last stands first, instead of the list's own order.
    pub newest: bool,
}

/// A part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Petitions to pass over.
    pub offset: u64,
    /// Petitions to take at the most; `None`: all.
    pub limit: Option<u64>,
}

impl Listing {
    /// The petitions of one part of the list, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self, db: &mut Db, slice: Slice) -> sqlx::Result<Vec<PetitionId>> {
        let mut query = QueryBuilder::new("select p.id from petitions p ");
        query.push("join petition_totals t on t.petition_id = p.id ");
        self.push_condition(&mut query);
        query.push(" order by ");
        if self.newest {
            query.push(newest(self.facet)).push(" desc, p.id desc");
        } else if let Some(search) = &self.search {
            query.push("ts_rank_cd(p.search, to_tsquery('english', ").push_bind(search.clone()).push(")) desc, ");
            query.push(order(self.facet));
        } else {
            query.push(order(self.facet));
        }
        query.push(" offset ").push_bind(slice.offset as i64);
        if let Some(limit) = slice.limit {
            query.push(" limit ").push_bind(limit as i64);
        }
        let rows = query.build().fetch_all(db).await?;
        rows.iter().map(|row| row.try_get::<i64, _>(0).map(Into::into)).collect()
    }

    /// How many petitions of each earlier parliament would be on the list, for those that have any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_earlier(&self, db: &mut Db) -> sqlx::Result<Vec<(ParliamentId, u64)>> {
        let mut query = QueryBuilder::new("select p.parliament_id, count(*) from petitions p where ");
        query.push("p.parliament_id in (select id from parliaments where archived_at is not null)");
        self.push_what_is_wanted(&mut query);
        query.push(" group by p.parliament_id");
        let rows: Vec<(i32, i64)> = query.build_query_as().fetch_all(db).await?;
        Ok(rows.into_iter().map(|(id, count)| (ParliamentId(id), count.unsigned_abs())).collect())
    }

    /// The length of the list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, db: &mut Db) -> sqlx::Result<u64> {
        let mut query = QueryBuilder::new("select count(*) from petitions p ");
        self.push_condition(&mut query);
        Ok(query.build_query_scalar::<i64>().fetch_one(db).await?.unsigned_abs())
    }

    fn push_condition(&self, query: &mut QueryBuilder<Postgres>) {
        query.push("where p.parliament_id = ");
        match self.parliament {
            Some(parliament) => {
                query.push_bind(parliament.0);
            }
            None => {
                query.push("(select id from parliaments where archived_at is null)");
            }
        }
        self.push_what_is_wanted(query);
    }

    /// What is wanted of petitions of any parliament.
    fn push_what_is_wanted(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" and ").push(condition(self.facet));
        match self.facet {
            Facet::AwaitingDebate => {
                query.push(" and (p.scheduled_debate_date is null or p.scheduled_debate_date >= ");
                query.push_bind(jiff_sqlx::Date::from(self.today)).push(")");
            }
            Facet::Debated => {
                query.push(" and (exists (select from debates d where d.petition_id = p.id and d.debated)");
                query.push(" or (p.debate_outcome_at is null and p.scheduled_debate_date < ");
                query.push_bind(jiff_sqlx::Date::from(self.today)).push("))");
            }
            _ => {}
        }
        if let Some(search) = &self.search {
            query.push(" and p.search @@ to_tsquery('english', ").push_bind(search.clone()).push(")");
        }
        for topic in &self.topics {
            query
                .push(" and exists (select from petition_topics x where x.petition_id = p.id and x.topic_code = ")
                .push_bind(topic.clone())
                .push(")");
        }
    }
}

/// How many petitions the lists have that the front page leads to.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// [`Facet::Open`].
    pub open: i64,
    /// [`Facet::Rejected`].
    pub rejected: i64,
    /// [`Facet::AwaitingResponse`].
    pub awaiting_response: i64,
    /// [`Facet::WithResponse`].
    pub with_response: i64,
    /// [`Facet::AwaitingDebate`].
    pub awaiting_debate: i64,
    /// [`Facet::Debated`].
    pub debated: i64,
}

/// Counts those lists in one go.
///
/// # Errors
/// When the database fails.
pub async fn counts(db: &mut Db, today: Date) -> sqlx::Result<Counts> {
    sqlx::query_as!(
        Counts,
        r#"select count(*) filter (where p.state = 'open') as "open!",
               count(*) filter (where p.state = 'rejected') as "rejected!",
               count(*) filter (where p.state <> 'rejected' and p.response_threshold_reached_at is not null
                   and p.government_response_at is null) as "awaiting_response!",
               count(*) filter (where p.state <> 'rejected' and p.government_response_at is not null) as "with_response!",
               count(*) filter (where p.state <> 'rejected' and p.debate_outcome_at is null
                   and (p.debate_threshold_reached_at is not null or p.scheduled_debate_date is not null)
                   and (p.scheduled_debate_date is null or p.scheduled_debate_date >= $1)) as "awaiting_debate!",
               count(*) filter (where p.state <> 'rejected' and (d.debated
                   or (p.debate_outcome_at is null and p.scheduled_debate_date < $1))) as "debated!"
           from petitions p left join debates d on d.petition_id = p.id
           where p.state in ('open', 'closed', 'rejected')
               and p.parliament_id = (select id from parliaments where archived_at is null)"#,
        jiff_sqlx::Date::from(today) as _
    )
    .fetch_one(db)
    .await
}

/// A petition as a table lists it.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// Where it is in its life.
    pub state: PetitionState,
    /// How many signed.
    pub signature_count: i32,
}

/// These petitions, in this order, as a table lists them.
///
/// # Errors
/// When the database fails.
pub async fn table(db: &mut Db, ids: &[PetitionId]) -> sqlx::Result<Vec<TableRow>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    let rows = sqlx::query!(
        "select p.id, p.action, p.state, t.signature_count
         from unnest($1::bigint[]) with ordinality wanted (id, position)
         join petitions p on p.id = wanted.id
         join petition_totals t on t.petition_id = p.id
         order by wanted.position",
        &ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TableRow {
            id: row.id.into(),
            action: row.action,
            state: row.state,
            signature_count: row.signature_count,
        })
        .collect())
}

fn condition(facet: Facet) -> &'static str {
    match facet {
        Facet::All => "p.state in ('open', 'closed', 'rejected')",
        Facet::Open | Facet::Recent => "p.state = 'open'",
        Facet::Closed => "p.state = 'closed'",
        Facet::Rejected => "p.state = 'rejected'",
        Facet::AwaitingResponse => {
            "p.state in ('open', 'closed') and p.response_threshold_reached_at is not null \
             and p.government_response_at is null"
        }
        Facet::WithResponse => "p.state in ('open', 'closed') and p.government_response_at is not null",
        Facet::AwaitingDebate => {
            "p.state in ('open', 'closed') and p.debate_outcome_at is null \
             and (p.debate_threshold_reached_at is not null or p.scheduled_debate_date is not null)"
        }
        Facet::Debated => "p.state in ('open', 'closed')",
        Facet::NotDebated => {
            "p.state in ('open', 'closed') \
             and exists (select from debates d where d.petition_id = p.id and not d.debated)"
        }
    }
}

fn order(facet: Facet) -> &'static str {
    match facet {
        Facet::All | Facet::Open | Facet::Closed => "t.signature_count desc, p.id desc",
        Facet::Recent => "p.opened_at desc, p.id desc",
        Facet::Rejected => "p.rejected_at desc, p.id desc",
        Facet::AwaitingResponse => "p.response_threshold_reached_at, p.id",
        Facet::WithResponse => "p.government_response_at desc, p.id desc",
        Facet::AwaitingDebate => "p.scheduled_debate_date nulls last, p.debate_threshold_reached_at, p.id",
        Facet::Debated => {
            "coalesce((select d.debated_on from debates d where d.petition_id = p.id), p.scheduled_debate_date) desc, \
             p.debate_outcome_at desc, p.id desc"
        }
        Facet::NotDebated => "p.debate_outcome_at desc, p.id desc",
    }
}

/// When a petition came onto a list.
fn newest(facet: Facet) -> &'static str {
    match facet {
        Facet::All => "coalesce(p.opened_at, p.rejected_at)",
        Facet::Open | Facet::Recent => "p.opened_at",
        Facet::Closed => "p.closed_at",
        Facet::Rejected => "p.rejected_at",
        Facet::AwaitingResponse => "p.response_threshold_reached_at",
        Facet::WithResponse => "p.government_response_at",
        Facet::AwaitingDebate => "coalesce(p.debate_threshold_reached_at, p.debate_scheduled_on::timestamptz)",
        Facet::Debated => "coalesce(p.debate_outcome_at, p.scheduled_debate_date::timestamptz)",
        Facet::NotDebated => "p.debate_outcome_at",
    }
}
