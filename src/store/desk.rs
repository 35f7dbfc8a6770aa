//! The desk: what waits, and lists of petitions in all states, by facets and filters, a page at a time.

use jiff::{SignedDuration, Timestamp, civil::Date};
use sqlx::{Connection, Postgres, QueryBuilder, Row, Transaction};

use super::{Db, sql};
use crate::domain::{
    desk::{DeskFacet, DeskOrder},
    keyring::EmailHash,
    limits,
    petition::{PetitionId, PetitionState},
    text,
};

/// How many petitions are in moderation for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aged {
    /// All of them.
    pub all: i64,
    /// Those without a tag.
    pub untagged: i64,
}

/// What waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// In moderation.
    pub in_moderation: Aged,
    /// For no longer than it should take.
    pub recent: Aged,
    /// For longer.
    pub late: Aged,
    /// Nearly overdue.
    pub nearly_overdue: Aged,
    /// Overdue.
    pub overdue: Aged,
    /// Flagged.
    pub flagged: i64,
    /// Waiting for a response, and since when the first.
    pub responses: (i64, Option<Timestamp>),
    /// Debates without a day, and since when the first waits.
    pub debates: (i64, Option<Timestamp>),
    /// Debates whose day is over, without an outcome.
    pub outcomes: i64,
    /// Signatures in quarantine; counted no further than [`QUARANTINED`].
    pub quarantined: i64,
    /// Mails that were given up.
    pub mails_given_up: i64,
    /// By how much the first mail is late.
    pub mail_late: SignedDuration,
}

/// Up to how many signatures in quarantine are counted.
pub const QUARANTINED: i64 = 1000;

/// The moments after which petitions in moderation are of another age.
#[derive(Clone, Copy, Debug)]
struct Ages {
    late: Timestamp,
    nearly: Timestamp,
    overdue: Timestamp,
}

impl Ages {
    fn at(now: Timestamp) -> Self {
        let ago = |days: u32| now - SignedDuration::from_hours(24 * i64::from(days));
        Self {
            late: ago(limits::MODERATION_TARGET_DAYS),
            nearly: ago(limits::MODERATION_NEARLY_OVERDUE_DAYS),
            overdue: ago(limits::MODERATION_OVERDUE_DAYS),
        }
    }
}

/// What waits now.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &mut Db, today: Date, now: Timestamp) -> sqlx::Result<Waiting> {
    let ages = Ages::at(now);
    let m = sqlx::query!(
        r#"select count(*) as "all!", count(*) filter (where untagged) as "untagged!",
               count(*) filter (where since >= $1) as "recent!", count(*) filter (where since >= $1 and untagged) as "recent_untagged!",
               count(*) filter (where since < $1 and since >= $2) as "late!",
               count(*) filter (where since < $1 and since >= $2 and untagged) as "late_untagged!",
               count(*) filter (where since < $2 and since >= $3) as "nearly!",
               count(*) filter (where since < $2 and since >= $3 and untagged) as "nearly_untagged!",
               count(*) filter (where since < $3) as "overdue!", count(*) filter (where since < $3 and untagged) as "overdue_untagged!",
               count(*) filter (where state = 'flagged') as "flagged!"
           from (select state, coalesce(moderation_threshold_reached_at, created_at) as since,
                     not exists (select from petition_tags t where t.petition_id = p.id) as untagged
                 from petitions p where state in ('sponsored', 'flagged')) m"#,
        sql(ages.late) as _,
        sql(ages.nearly) as _,
        sql(ages.overdue) as _
    )
    .fetch_one(&mut *db)
    .await?;
    let w = sqlx::query!(
        r#"select r.count as "responses!", r.since as responses_since, d.count as "debates!", d.since as debates_since,
               d.over as "outcomes!",
               (select count(*) from (select from signatures where suspicion <> 0 and state = 'quarantined' limit $2) q)
                   as "quarantined!",
               (select count(*) from outbox where given_up_at is not null) as "given_up!",
               (select min(due_at) from outbox where given_up_at is null and mailing_id is null) as due_at
           from (select count(*) as count, min(response_threshold_reached_at) as since from petitions
                 where state in ('open', 'closed') and response_threshold_reached_at is not null
                     and government_response_at is null) r,
                (select count(*) filter (where scheduled_debate_date is null) as count,
                     min(debate_threshold_reached_at) filter (where scheduled_debate_date is null) as since,
                     count(*) filter (where scheduled_debate_date < $1) as over
                 from petitions where state in ('open', 'closed') and debate_outcome_at is null
                     and (debate_threshold_reached_at is not null or scheduled_debate_date is not null)) d"#,
        jiff_sqlx::Date::from(today) as _,
        QUARANTINED + 1
    )
    .fetch_one(db)
    .await?;
    let late = w.due_at.map_or(SignedDuration::ZERO, |due_at| now.duration_since(due_at.to_jiff()));
    Ok(Waiting {
        in_moderation: Aged { all: m.all, untagged: m.untagged },
        recent: Aged { all: m.recent, untagged: m.recent_untagged },
        late: Aged { all: m.late, untagged: m.late_untagged },
        nearly_overdue: Aged { all: m.nearly, untagged: m.nearly_untagged },
        overdue: Aged { all: m.overdue, untagged: m.overdue_untagged },
        flagged: m.flagged,
        responses: (w.responses, w.responses_since.map(|at| at.to_jiff())),
        debates: (w.debates, w.debates_since.map(|at| at.to_jiff())),
        outcomes: w.outcomes,
        quarantined: w.quarantined,
        mails_given_up: w.given_up,
        mail_late: late.max(SignedDuration::ZERO),
    })
}

/// How many petitions each list has.
#[derive(Clone, Debug, Default)]
pub struct FacetCounts(Vec<(DeskFacet, i64)>);

impl FacetCounts {
    /// The length of a list.
    pub fn of(&self, facet: DeskFacet) -> i64 {
        self.0.iter().find(|(counted, _)| *counted == facet).map_or(0, |(_, count)| *count)
    }
}

/// Counts all lists; what waits has been counted before.
///
/// # Errors
/// When the database fails.
pub async fn facet_counts(db: &mut Db, waiting: &Waiting) -> sqlx::Result<FacetCounts> {
    let states = sqlx::query!(r#"select state as "state: PetitionState", petitions from petition_states"#)
        .fetch_all(&mut *db)
        .await?;
    let in_state = |state: PetitionState| states.iter().find(|row| row.state == state).map_or(0, |row| row.petitions);
    let o = sqlx::query!(
        r#"select (select count(*) from petitions where state in ('open', 'closed') and government_response_at is not null)
                   as "answered!",
               (select count(*) from petitions where state in ('open', 'closed') and debate_outcome_at is null
                    and (debate_threshold_reached_at is not null or scheduled_debate_date is not null)) as "awaiting!",
               d.debated as "debated!", d.not_debated as "not_debated!"
           from (select count(*) filter (where d.debated) as debated, count(*) filter (where not d.debated) as not_debated
                 from petitions p join debates d on d.petition_id = p.id
                 where p.state in ('open', 'closed') and p.debate_outcome_at is not null) d"#
    )
    .fetch_one(db)
    .await?;
    let count = |facet| match facet {
        DeskFacet::All => states.iter().map(|row| row.petitions).sum(),
        DeskFacet::GatheringSupport => in_state(PetitionState::Pending) + in_state(PetitionState::Validated),
        DeskFacet::InModeration => waiting.in_moderation.all,
        DeskFacet::Recent => waiting.recent.all,
        DeskFacet::Late => waiting.late.all,
        DeskFacet::NearlyOverdue => waiting.nearly_overdue.all,
        DeskFacet::Overdue => waiting.overdue.all,
        DeskFacet::Tagged => waiting.in_moderation.all - waiting.in_moderation.untagged,
        DeskFacet::Untagged => waiting.in_moderation.untagged,
        DeskFacet::Flagged => in_state(PetitionState::Flagged),
        DeskFacet::Dormant => in_state(PetitionState::Dormant),
        DeskFacet::Open => in_state(PetitionState::Open),
        DeskFacet::Closed => in_state(PetitionState::Closed),
        DeskFacet::Rejected => in_state(PetitionState::Rejected),
        DeskFacet::Hidden => in_state(PetitionState::Hidden),
        DeskFacet::Stopped => in_state(PetitionState::Stopped),
        DeskFacet::Removed => in_state(PetitionState::Removed),
        DeskFacet::AwaitingResponse => waiting.responses.0,
        DeskFacet::WithResponse => o.answered,
        DeskFacet::ToSchedule => waiting.debates.0,
        DeskFacet::AwaitingDebate => o.awaiting,
        DeskFacet::DebateOver => waiting.outcomes,
        DeskFacet::Debated => o.debated,
        DeskFacet::NotDebated => o.not_debated,
    };
    Ok(FacetCounts(DeskFacet::ALL.into_iter().map(|facet| (facet, count(facet))).collect()))
}

/// Which petitions are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Which list.
    pub facet: DeskFacet,
    /// In which order.
    pub order: DeskOrder,
    /// Words that stand in the text, as typed.
    pub words: String,
    /// A tag that it has, by number.
    pub tag: Option<i32>,
    /// A topic that it has, by code.
    pub topic: Option<String>,
    /// A department that it concerns, by number.
    pub department: Option<i32>,
    /// A part of its creator's name; one or two letters: the beginning of one of the names.
    pub creator: String,
    /// Hashes of the creator's address; `None`: anybody's.
    pub creator_hashes: Option<Vec<EmailHash>>,
}

impl Filter {
    /// Whether it is a list as it is, whose length is known.
    pub fn is_plain(&self) -> bool {
        self.words.is_empty()
            && self.tag.is_none()
            && self.topic.is_none()
            && self.department.is_none()
            && self.creator.is_empty()
            && self.creator_hashes.is_none()
    }

    /// Whether no more than [`limits::DESK_LISTED`] of it are listed: beyond that, finding or sorting them takes as long as
    /// there are many.
    pub fn is_bounded(&self) -> bool {
        !self.is_plain() || self.order == DeskOrder::Signatures && self.facet != DeskFacet::All
    }

    /// One page of the list, in order, and the length of the whole; one more than [`limits::DESK_LISTED`]: longer than
    /// that.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(
        &self,
        db: &mut Db,
        number: u64,
        counts: &FacetCounts,
        today: Date,
        now: Timestamp,
    ) -> sqlx::Result<(Vec<PetitionId>, i64)> {
        let (size, most) = (i64::from(limits::DESK_PAGE_SIZE), i64::from(limits::DESK_LISTED));
        let offset = i64::try_from(number - 1).unwrap_or(i64::MAX).saturating_mul(size);
        let length = if self.is_plain() {
            counts.of(self.facet)
        } else if self.order != DeskOrder::Signatures && offset >= FAR_DOWN {
            return self.walked(db, offset, today, now).await;
        } else {
            let (ids, length) = self.found(db, offset, today, now).await?;
            if length <= most {
                return Ok((ids, length));
            }
            length
        };
        if self.is_bounded() && offset >= most {
            return Ok((Vec::new(), length));
        }
        let ids = match self.order {
            DeskOrder::Signatures => self.by_signatures(db, offset, today, now).await?,
            _ => self.in_order(db, offset, today, now).await?,
        };
        Ok((ids, length))
    }

    /// How many there are, and a page of them if they are no more than [`limits::DESK_LISTED`]: found once, then counted
    /// and sorted.
    async fn found(
        &self,
        db: &mut Db,
        offset: i64,
        today: Date,
        now: Timestamp,
    ) -> sqlx::Result<(Vec<PetitionId>, i64)> {
        let most = i64::from(limits::DESK_LISTED);
        let mut query = QueryBuilder::new(
            "with found as materialized (select p.id, p.moderation_threshold_reached_at, p.rejected_at, \
             p.response_threshold_reached_at, p.government_response_at, p.debate_threshold_reached_at, \
             p.scheduled_debate_date, p.debate_outcome_at from petitions p ",
        );
        self.push_condition(&mut query, today, now);
        query.push(" limit ").push_bind(most + 1);
        query.push(") select c.length, l.id from (select count(*) as length from found) c left join lateral (select p.id from found p ");
        if self.order == DeskOrder::Signatures {
            query.push("join petition_totals t on t.petition_id = p.id ");
        }
        query.push("where c.length <= ").push_bind(most).push(" order by ").push(self.order_by());
        query.push(" limit ").push_bind(i64::from(limits::DESK_PAGE_SIZE)).push(" offset ").push_bind(offset);
        query.push(") l on true");
        // Planned for these words and no others: how many have them decides how they are best found.
        let rows = query.build().persistent(false).fetch_all(db).await?;
        let length = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        let ids = rows.iter().map(|row| row.try_get::<Option<i64>, _>(1));
        let ids = ids.filter_map(Result::transpose).map(|id| id.map(Into::into)).collect::<sqlx::Result<_>>()?;
        Ok((ids, length))
    }

    /// A page far down, and how many there are: all are walked through in order up to [`limits::DESK_LISTED`], which tells
    /// both at once and costs little more than to walk to the page.
    async fn walked(
        &self,
        db: &mut Db,
        offset: i64,
        today: Date,
        now: Timestamp,
    ) -> sqlx::Result<(Vec<PetitionId>, i64)> {
        let most = i64::from(limits::DESK_LISTED);
        let mut query = QueryBuilder::new("select p.id from petitions p ");
        self.push_condition(&mut query, today, now);
        query.push(" order by ").push(self.order_by()).push(" limit ").push_bind(most + 1);
        let mut found = ids(query, db).await?;
        let length = i64::try_from(found.len()).unwrap_or(i64::MAX);
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let page = found.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX));
        Ok((page.take(limits::DESK_PAGE_SIZE as usize).collect(), length))
    }

    /// A page of a list that is in order as it is read.
    async fn in_order(&self, db: &mut Db, offset: i64, today: Date, now: Timestamp) -> sqlx::Result<Vec<PetitionId>> {
        let mut query = QueryBuilder::new("select p.id from petitions p ");
        self.push_condition(&mut query, today, now);
        query.push(" order by ").push(self.order_by());
        query.push(" limit ").push_bind(i64::from(limits::DESK_PAGE_SIZE)).push(" offset ").push_bind(offset);
        ids(query, db).await
    }

    /// A page of a list by signatures: all totals are walked through in order, past those that are not of the list. What is
    /// filtered and comes here is so frequent that one petition after the other can be looked at, where many have signed.
    /// Elsewhere, which petitions the list has is found first and kept in memory, if the database believes that there is
    /// enough.
    async fn by_signatures(
        &self,
        db: &mut Db,
        offset: i64,
        today: Date,
        now: Timestamp,
    ) -> sqlx::Result<Vec<PetitionId>> {
        let mut query = QueryBuilder::new("select t.petition_id from petition_totals t ");
        let signed = matches!(self.facet, DeskFacet::All | DeskFacet::Open | DeskFacet::Closed);
        if signed && !self.is_plain() {
            query.push("join petitions p on p.id = t.petition_id ");
            self.push_condition(&mut query, today, now);
        } else if self.facet != DeskFacet::All {
            query.push("where (t.petition_id in (select p.id from petitions p ");
            self.push_condition(&mut query, today, now);
            query.push(")) is true ");
        }
        query.push(" order by t.signature_count desc, t.petition_id desc");
        query.push(" limit ").push_bind(i64::from(limits::DESK_PAGE_SIZE)).push(" offset ").push_bind(offset);
        let mut tx = db.begin().await?;
        sqlx::query!("set local work_mem = '64MB'").execute(&mut *tx).await?;
        let found = ids(query, &mut tx).await?;
        tx.commit().await?;
        Ok(found)
    }

    fn push_condition(&self, query: &mut QueryBuilder<Postgres>, today: Date, now: Timestamp) {
        let ages = Ages::at(now);
        let since = "coalesce(p.moderation_threshold_reached_at, p.created_at)";
        query.push("where ").push(condition(self.facet));
        match self.facet {
            DeskFacet::Recent => {
                query.push(" and ").push(since).push(" >= ").push_bind(sql(ages.late));
            }
            DeskFacet::Late => {
                query.push(" and ").push(since).push(" < ").push_bind(sql(ages.late));
                query.push(" and ").push(since).push(" >= ").push_bind(sql(ages.nearly));
            }
            DeskFacet::NearlyOverdue => {
                query.push(" and ").push(since).push(" < ").push_bind(sql(ages.nearly));
                query.push(" and ").push(since).push(" >= ").push_bind(sql(ages.overdue));
            }
            DeskFacet::Overdue => {
                query.push(" and ").push(since).push(" < ").push_bind(sql(ages.overdue));
            }
            DeskFacet::DebateOver => {
                query.push(" and p.scheduled_debate_date < ").push_bind(jiff_sqlx::Date::from(today));
            }
            _ => {}
        }
        if let Some(words) = words(&self.words) {
            query.push(" and p.search @@ to_tsquery('english', ").push_bind(words).push(")");
        }
        if let Some(tag) = self.tag {
            query
                .push(" and p.id in (select x.petition_id from petition_tags x where x.tag_id = ")
                .push_bind(tag)
                .push(")");
        }
        if let Some(topic) = &self.topic {
            query.push(" and p.id in (select x.petition_id from petition_topics x where x.topic_code = ");
            query.push_bind(topic.clone()).push(")");
        }
        if let Some(department) = self.department {
            query.push(" and p.id in (select x.petition_id from petition_departments x where x.department_id = ");
            query.push_bind(department).push(")");
        }
        if !self.creator.is_empty() {
            let part = self.creator.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            if self.creator.chars().count() < WHOLE_PART {
                query.push(" and (p.creator_name ilike ").push_bind(format!("{part}%"));
                query.push(" or p.creator_name ilike ").push_bind(format!("% {part}%"));
                query.push(" or p.creator_name ilike ").push_bind(format!("%-{part}%")).push(")");
            } else {
                query.push(" and p.creator_name ilike ").push_bind(format!("%{part}%"));
            }
        }
        if let Some(hashes) = &self.creator_hashes {
            let hashes: Vec<i64> = hashes.iter().map(|hash| hash.0).collect();
            query.push(
                " and p.id in (select u.petition_id::bigint from signatures s \
                 join supporters u on u.signature_id = s.id and u.is_creator where s.email_hash = any(",
            );
            query.push_bind(hashes).push("))");
        }
    }

    fn order_by(&self) -> &'static str {
        match (self.order, self.facet) {
            (DeskOrder::Newest, _) => "p.id desc",
            (DeskOrder::Oldest, _) => "p.id",
            (DeskOrder::Signatures, _) => "t.signature_count desc, t.petition_id desc",
            (DeskOrder::Usual, facet) => match facet {
                DeskFacet::AwaitingResponse => "p.response_threshold_reached_at, p.id",
                DeskFacet::WithResponse => "p.government_response_at desc, p.id desc",
                DeskFacet::ToSchedule => "p.debate_threshold_reached_at, p.id",
                DeskFacet::AwaitingDebate | DeskFacet::DebateOver => {
                    "p.scheduled_debate_date nulls last, p.debate_threshold_reached_at, p.id"
                }
                DeskFacet::Debated | DeskFacet::NotDebated => "p.debate_outcome_at desc, p.id desc",
                // As the index of the states has them: of most states nothing was ever rejected.
                DeskFacet::Open
                | DeskFacet::Closed
                | DeskFacet::Rejected
                | DeskFacet::Hidden
                | DeskFacet::Stopped
                | DeskFacet::Removed
                | DeskFacet::Dormant => "p.rejected_at desc, p.id desc",
                facet if facet.is_in_moderation() => "p.moderation_threshold_reached_at, p.id",
                _ => "p.id desc",
            },
        }
    }
}

/// From which place on a page is far down.
const FAR_DOWN: i64 = 1000;

/// From so many letters on, a part of a name is looked for anywhere in it; fewer are the beginning of one of its words,
/// since no index knows them elsewhere.
const WHOLE_PART: usize = 3;

/// The petitions that a query finds, planned for what stands in it and for nothing else.
async fn ids(mut query: QueryBuilder<Postgres>, db: &mut Db) -> sqlx::Result<Vec<PetitionId>> {
    let rows = query.build().persistent(false).fetch_all(db).await?;
    rows.iter().map(|row| row.try_get::<i64, _>(0).map(Into::into)).collect()
}

/// Words as the database looks for them: all of them, the beginning of each being enough. `None`: no words.
fn words(typed: &str) -> Option<String> {
    let folded = text::fold(typed);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(12);
    let terms: Vec<String> = words.map(|word| format!("'{word}':*")).collect();
    (!terms.is_empty()).then(|| terms.join(" & "))
}

fn condition(facet: DeskFacet) -> &'static str {
    match facet {
        DeskFacet::All => "true",
        DeskFacet::GatheringSupport => "p.state in ('pending', 'validated')",
        DeskFacet::InModeration
        | DeskFacet::Recent
        | DeskFacet::Late
        | DeskFacet::NearlyOverdue
        | DeskFacet::Overdue => "p.state in ('sponsored', 'flagged')",
        DeskFacet::Tagged => {
            "p.state in ('sponsored', 'flagged') and exists (select from petition_tags x where x.petition_id = p.id)"
        }
        DeskFacet::Untagged => {
            "p.state in ('sponsored', 'flagged') and not exists (select from petition_tags x where x.petition_id = p.id)"
        }
        DeskFacet::Flagged => "p.state = 'flagged'",
        DeskFacet::Dormant => "p.state = 'dormant'",
        DeskFacet::Open => "p.state = 'open'",
        DeskFacet::Closed => "p.state = 'closed'",
        DeskFacet::Rejected => "p.state = 'rejected'",
        DeskFacet::Hidden => "p.state = 'hidden'",
        DeskFacet::Stopped => "p.state = 'stopped'",
        DeskFacet::Removed => "p.state = 'removed'",
        DeskFacet::AwaitingResponse => {
            "p.state in ('open', 'closed') and p.response_threshold_reached_at is not null \
             and p.government_response_at is null"
        }
        DeskFacet::WithResponse => "p.state in ('open', 'closed') and p.government_response_at is not null",
        DeskFacet::ToSchedule => {
            "p.state in ('open', 'closed') and p.debate_outcome_at is null \
             and (p.debate_threshold_reached_at is not null or p.scheduled_debate_date is not null) \
             and p.scheduled_debate_date is null"
        }
        DeskFacet::AwaitingDebate | DeskFacet::DebateOver => {
            "p.state in ('open', 'closed') and p.debate_outcome_at is null \
             and (p.debate_threshold_reached_at is not null or p.scheduled_debate_date is not null)"
        }
        DeskFacet::Debated => {
            "p.state in ('open', 'closed') and p.debate_outcome_at is not null \
             and exists (select from debates d where d.petition_id = p.id and d.debated)"
        }
        DeskFacet::NotDebated => {
            "p.state in ('open', 'closed') and p.debate_outcome_at is not null \
             and exists (select from debates d where d.petition_id = p.id and not d.debated)"
        }
    }
}

/// A petition in a list of staff.
#[derive(Clone, Debug)]
pub struct DeskRow {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// Its state.
    pub state: PetitionState,
    /// Who created it.
    pub creator_name: Option<String>,
    /// How many signed.
    pub signature_count: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it had enough supporters.
    pub moderation_since: Option<Timestamp>,
    /// When it was published.
    pub opened_at: Option<Timestamp>,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
    /// When it reached the response threshold, while it has no response.
    pub response_since: Option<Timestamp>,
    /// When it reached the debate threshold, while there is no outcome.
    pub debate_since: Option<Timestamp>,
    /// The day of the debate.
    pub debate_on: Option<Date>,
    /// The title of the reason for which it was refused.
    pub reason: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// How many notes there are.
    pub notes: i64,
    /// Where it was published, for petitions of another service.
    pub source_url: Option<String>,
}

/// These petitions, in this order.
///
/// # Errors
/// When the database fails.
pub async fn rows(db: &mut Db, ids: &[PetitionId]) -> sqlx::Result<Vec<DeskRow>> {
    let rows = sqlx::query!(
        r#"select p.id, p.action, p.state, p.creator_name, t.signature_count, p.created_at,
               p.moderation_threshold_reached_at, p.opened_at, p.closes_at, p.source_url, p.scheduled_debate_date,
               case when p.government_response_at is null then p.response_threshold_reached_at end as response_since,
               case when p.debate_outcome_at is null then p.debate_threshold_reached_at end as debate_since,
               n.title as "reason?",
               array(select g.name from petition_tags x join tags g on g.id = x.tag_id where x.petition_id = p.id order by g.name)
                   as "tags!",
               (select count(*) from petition_notes o where o.petition_id = p.id) as "notes!"
           from unnest($1::bigint[]) with ordinality wanted (id, position)
           join petitions p on p.id = wanted.id
           join petition_totals t on t.petition_id = p.id
           left join rejections j on j.petition_id = p.id left join rejection_reasons n on n.code = j.code
           order by wanted.position"#,
        &ids.iter().map(|id| id.get()).collect::<Vec<_>>()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DeskRow {
            id: row.id.into(),
            action: row.action,
            state: row.state,
            creator_name: row.creator_name,
            signature_count: row.signature_count,
            created_at: row.created_at.to_jiff(),
            moderation_since: row.moderation_threshold_reached_at.map(|at| at.to_jiff()),
            opened_at: row.opened_at.map(|at| at.to_jiff()),
            closes_at: row.closes_at.map(|at| at.to_jiff()),
            response_since: row.response_since.map(|at| at.to_jiff()),
            debate_since: row.debate_since.map(|at| at.to_jiff()),
            debate_on: row.scheduled_debate_date.map(|on| on.to_jiff()),
            reason: row.reason,
            tags: row.tags,
            notes: row.notes,
            source_url: row.source_url,
        })
        .collect())
}

/// A petition in a file for spreadsheets: everything about it, as text, in the order of [`COLUMNS`], and what it takes to
/// know its creator's address.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Its number.
    pub id: PetitionId,
    /// Its columns.
    pub columns: Vec<String>,
    /// Its creator's contact, encrypted, and to what it belongs.
    pub creator: Option<(Vec<u8>, EmailHash)>,
}

/// What a file for spreadsheets has of a petition besides its number and its creator's address.
pub const COLUMNS: [&str; 29] = [
    "action",
    "background",
    "additional_details",
    "committee_note",
    "state",
    "creator_name",
    "signature_count",
    "rejection_code",
    "rejection_details",
    "response_summary",
    "response_details",
    "scheduled_debate_date",
    "debated_on",
    "debate_transcript_url",
    "debate_video_url",
    "debate_pack_url",
    "debate_overview",
    "created_at",
    "updated_at",
    "moderation_threshold_reached_at",
    "moderated_at",
    "opened_at",
    "closes_at",
    "closed_at",
    "rejected_at",
    "response_threshold_reached_at",
    "government_response_at",
    "debate_threshold_reached_at",
    "notes",
];

/// All petitions of a filter, latest first, some at a time: as many as there are.
///
/// By a cursor: of that the database takes it that somebody waits for the first ones. So it walks through all petitions
/// where many are wanted, instead of finding and sorting those first.
pub struct Export<'a>(Transaction<'a, Postgres>);

impl Export<'_> {
    /// Begins with them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin<'a>(db: &'a mut Db, filter: &Filter, today: Date, now: Timestamp) -> sqlx::Result<Export<'a>> {
        let mut tx = db.begin().await?;
        filter.export_query(today, now).build().persistent(false).execute(&mut *tx).await?;
        Ok(Export(tx))
    }

    /// The next ones; none: that was all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self) -> sqlx::Result<Vec<Exported>> {
        let rows = sqlx::query("fetch 200 from exported").persistent(false).fetch_all(&mut *self.0).await?;
        let exported = |row: &sqlx::postgres::PgRow| {
            Ok(Exported {
                id: row.try_get::<i64, _>(0)?.into(),
                columns: row.try_get::<Vec<Option<String>>, _>(1)?.into_iter().map(Option::unwrap_or_default).collect(),
                creator: row.try_get::<Option<Vec<u8>>, _>(2)?.zip(row.try_get::<Option<i64>, _>(3)?.map(EmailHash)),
            })
        };
        rows.iter().map(exported).collect()
    }
}

impl Filter {
    /// Declares the cursor of [`Export`].
    fn export_query(&self, today: Date, now: Timestamp) -> QueryBuilder<Postgres> {
        let moment = |column: &str| format!("to_char(p.{column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
        let mut columns: Vec<String> = [
            "p.action",
            "p.background",
            "p.additional_details",
            "p.committee_note",
            "p.state::text",
            "p.creator_name",
            "t.signature_count::text",
            "j.code",
            "j.details",
            "g.summary",
            "g.details",
            "p.scheduled_debate_date::text",
            "d.debated_on::text",
            "d.transcript_url",
            "d.video_url",
            "d.debate_pack_url",
            "d.overview",
        ]
        .map(str::to_owned)
        .to_vec();
        columns.extend(
            [
                "created_at",
                "updated_at",
                "moderation_threshold_reached_at",
                "moderated_at",
                "opened_at",
                "closes_at",
                "closed_at",
                "rejected_at",
                "response_threshold_reached_at",
                "government_response_at",
                "debate_threshold_reached_at",
            ]
            .map(moment),
        );
        columns.push(
            "(select string_agg(o.body, E'\\n\\n' order by o.id) from petition_notes o where o.petition_id = p.id)"
                .to_owned(),
        );
        // One after the other, each with what belongs to it ("offset 0" keeps the database from looking up that of all
        // first): so the first ones can leave at once.
        let mut query = QueryBuilder::new("declare exported no scroll cursor for select p.id, array[");
        query.push(columns.join(", "));
        query.push(
            "], s.contact, s.email_hash from petitions p join petition_totals t on t.petition_id = p.id \
             left join lateral (select * from rejections where petition_id = p.id offset 0) j on true \
             left join lateral (select * from government_responses where petition_id = p.id offset 0) g on true \
             left join lateral (select * from debates where petition_id = p.id offset 0) d on true \
             left join lateral (select c.contact, c.email_hash from supporters u join signatures c on c.id = u.signature_id \
             where u.petition_id = p.id and u.is_creator offset 0) s on true ",
        );
        self.push_condition(&mut query, today, now);
        query.push(" order by p.id desc");
        query
    }
}

/// What lists can be filtered by.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Tags, by number.
    pub tags: Vec<(i32, String)>,
    /// Topics, by code.
    pub topics: Vec<(String, String)>,
    /// Departments, by number.
    pub departments: Vec<(i32, String)>,
}

/// What lists can be filtered by.
///
/// # Errors
/// When the database fails.
pub async fn choices(db: &mut Db) -> sqlx::Result<Choices> {
    let tags = sqlx::query!("select id, name from tags order by lower(name)").fetch_all(&mut *db).await?;
    let topics = sqlx::query!("select code, name from topics order by lower(name)").fetch_all(&mut *db).await?;
    let departments = sqlx::query!("select id, name from departments order by lower(name)").fetch_all(db).await?;
    Ok(Choices {
        tags: tags.into_iter().map(|row| (row.id, row.name)).collect(),
        topics: topics.into_iter().map(|row| (row.code, row.name)).collect(),
        departments: departments.into_iter().map(|row| (row.id, row.name)).collect(),
    })
}
