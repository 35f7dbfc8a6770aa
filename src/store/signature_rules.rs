//! Rules over signatures, how far they have come, and what they have met.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Db, sql};
use crate::domain::{
    keyring::Keyring,
    signature::{SignatureId, SignatureState},
    signature_rule::RuleState,
    signature_search::Typed,
    staff::StaffId,
};

/// The use for which conditions are encrypted.
const CONDITIONS: &str = "conditions of a rule";

/// What somebody wants of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is for.
    pub summary: String,
    /// The same at length.
    pub details: String,
    /// The conditions.
    pub typed: Typed,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its number.
    pub id: i32,
    /// Where it is in its life.
    pub state: RuleState,
    /// Grows with every change of its words and conditions.
    pub version: i32,
    /// What it is for.
    pub summary: String,
    /// The same at length.
    pub details: String,
    /// The conditions; `None` if no key opens them.
    pub typed: Option<Typed>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<String>,
    /// How many signatures it would meet, as far as that has been counted.
    pub matches: Option<i32>,
    /// When that was counted to the end.
    pub counted_at: Option<Timestamp>,
    /// The last signature that it looks at.
    pub last_signature: Option<i64>,
    /// How far it has looked.
    pub looked_to: i64,
    /// How many signatures it has taken out.
    pub invalidated: i32,
    /// How many of them have been put back by undoing it.
    pub reinstated: i32,
    /// When it was first told to run.
    pub started_at: Option<Timestamp>,
    /// By whom.
    pub started_by: Option<String>,
    /// When it had done, or was undone.
    pub ended_at: Option<Timestamp>,
}

struct Row {
    id: i32,
    state: RuleState,
    version: i32,
    summary: String,
    details: String,
    conditions: Value,
    created_at: jiff_sqlx::Timestamp,
    created_by: Option<String>,
    matches: Option<i32>,
    counted_at: Option<jiff_sqlx::Timestamp>,
    last_signature: Option<i64>,
    looked_to: i64,
    invalidated: i32,
    reinstated: i32,
    started_at: Option<jiff_sqlx::Timestamp>,
    started_by: Option<String>,
    ended_at: Option<jiff_sqlx::Timestamp>,
}

impl Row {
    fn rule(self, keyring: &Keyring) -> Rule {
        let sealed = self.conditions["sealed"].as_str().unwrap_or_default();
        let opened = keyring.open_text(CONDITIONS, sealed);
        Rule {
            id: self.id,
            state: self.state,
            version: self.version,
            summary: self.summary,
            details: self.details,
            typed: opened.and_then(|text| serde_json::from_str(&text).ok()),
            created_at: self.created_at.to_jiff(),
            created_by: self.created_by,
            matches: self.matches,
            counted_at: self.counted_at.map(|at| at.to_jiff()),
            last_signature: self.last_signature,
            looked_to: self.looked_to,
            invalidated: self.invalidated,
            reinstated: self.reinstated,
            started_at: self.started_at.map(|at| at.to_jiff()),
            started_by: self.started_by,
            ended_at: self.ended_at.map(|at| at.to_jiff()),
        }
    }
}

/// The conditions as they are kept: the petition in clear, all of them encrypted.
fn kept(keyring: &Keyring, typed: &Typed) -> Value {
    let text = serde_json::to_string(typed).unwrap_or_default();
    json!({ "petition": typed.petition.parse::<i64>().ok(), "sealed": keyring.seal_text(CONDITIONS, &text) })
}

/// Puts a draft in; says its number.
///
/// # Errors
/// When the database fails.
pub async fn add(
    db: &mut Db,
    keyring: &Keyring,
    draft: &Draft,
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into signature_rules (summary, details, conditions, created_at, created_by)
         values ($1, $2, $3, $4, $5) returning id",
        draft.summary,
        draft.details,
        kept(keyring, &draft.typed),
        sql(now) as _,
        by.map(|by| by.0)
    )
    .fetch_one(db)
    .await
}

/// Gives a rule, which the caller holds, other words and conditions. What was counted is void.
///
/// # Errors
/// When the database fails.
pub async fn change(db: &mut Db, keyring: &Keyring, id: i32, draft: &Draft) -> sqlx::Result<()> {
    sqlx::query!(
        "update signature_rules set version = version + 1, summary = $2, details = $3, conditions = $4,
             matches = null, counted_at = null
         where id = $1",
        id,
        draft.summary,
        draft.details,
        kept(keyring, &draft.typed)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a rule, which the caller holds and which has met nothing.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &mut Db, id: i32) -> sqlx::Result<()> {
    sqlx::query!("delete from signature_rules where id = $1", id).execute(db).await?;
    Ok(())
}

/// A rule; `None` if there is none with this number.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, keyring: &Keyring, id: i32) -> sqlx::Result<Option<Rule>> {
    Ok(select(db, keyring, Some(id), None, i32::MAX, 1).await?.pop())
}

/// Rules in a state or in any, newest first, before a number; `most` at the most.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &mut Db,
    keyring: &Keyring,
    state: Option<RuleState>,
    before: Option<i32>,
    most: i64,
) -> sqlx::Result<Vec<Rule>> {
    select(db, keyring, None, state, before.unwrap_or(i32::MAX), most).await
}

async fn select(
    db: &mut Db,
    keyring: &Keyring,
    id: Option<i32>,
    state: Option<RuleState>,
    before: i32,
    most: i64,
) -> sqlx::Result<Vec<Rule>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select r.id, r.state, r.version, r.summary, r.details, r.conditions,
               r.created_at as "created_at: jiff_sqlx::Timestamp", c.name as "created_by?", r.matches,
               r.counted_at as "counted_at: jiff_sqlx::Timestamp", r.last_signature, r.looked_to, r.invalidated,
               r.reinstated, r.started_at as "started_at: jiff_sqlx::Timestamp", s.name as "started_by?",
               r.ended_at as "ended_at: jiff_sqlx::Timestamp"
           from signature_rules r
           left join staff c on c.id = r.created_by
           left join staff s on s.id = r.started_by
           where ($1::int is null or r.id = $1) and ($2::signature_rule_state is null or r.state = $2) and r.id < $3
           order by r.id desc limit $4"#,
        id,
        state as _,
        before,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.rule(keyring)).collect())
}

/// How many rules are in each state.
///
/// # Errors
/// When the database fails.
pub async fn counts(db: &mut Db) -> sqlx::Result<Vec<(RuleState, i64)>> {
    let rows =
        sqlx::query!(r#"select state, count(*) as "count!" from signature_rules group by state"#).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.state, row.count)).collect())
}

/// Takes hold of a rule until the end of the transaction; `None` if there is none with this number.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db, keyring: &Keyring, id: i32) -> sqlx::Result<Option<Rule>> {
    sqlx::query!("select id from signature_rules where id = $1 for update", id).fetch_optional(&mut *db).await?;
    find(db, keyring, id).await
}

/// Takes hold of the first rule for which something is to be done; `None` if there is none.
///
/// # Errors
/// When the database fails.
pub async fn hold_next(db: &mut Db, keyring: &Keyring) -> sqlx::Result<Option<Rule>> {
    let id = sqlx::query_scalar!(
        "select id from signature_rules where state in ('counting', 'queued', 'running', 'undoing')
         order by id limit 1 for update skip locked"
    )
    .fetch_optional(&mut *db)
    .await?;
    match id {
        Some(id) => find(db, keyring, id).await,
        None => Ok(None),
    }
}

/// Puts a rule into a state.
///
/// # Errors
/// When the database fails.
pub async fn set_state(db: &mut Db, id: i32, state: RuleState) -> sqlx::Result<()> {
    sqlx::query!("update signature_rules set state = $2 where id = $1", id, state as RuleState).execute(db).await?;
    Ok(())
}

/// Begins to count what a rule would meet, among signatures above a number up to another.
///
/// # Errors
/// When the database fails.
pub async fn begin_counting(db: &mut Db, id: i32, (low, high): (i64, i64)) -> sqlx::Result<()> {
    sqlx::query!(
        "update signature_rules
         set state = 'counting', matches = 0, counted_at = null, looked_to = $2, last_signature = $3
         where id = $1",
        id,
        low,
        high
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has counted so many more, up to a number; at the end when `counted_at` says so.
///
/// # Errors
/// When the database fails.
pub async fn counted(db: &mut Db, id: i32, more: i32, to: i64, counted_at: Option<Timestamp>) -> sqlx::Result<()> {
    sqlx::query!(
        "update signature_rules set matches = coalesce(matches, 0) + $2, looked_to = $3, counted_at = $4,
             state = case when $4::timestamptz is null then state else 'draft' end
         where id = $1",
        id,
        more,
        to,
        super::sql_opt(counted_at) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives up counting.
///
/// # Errors
/// When the database fails.
pub async fn stop_counting(db: &mut Db, id: i32) -> sqlx::Result<()> {
    sqlx::query!("update signature_rules set state = 'draft', matches = null, counted_at = null where id = $1", id)
        .execute(db)
        .await?;
    Ok(())
}

/// Has a rule run for the first time, over signatures above a number up to another.
///
/// # Errors
/// When the database fails.
pub async fn start(
    db: &mut Db,
    id: i32,
    (low, high): (i64, i64),
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update signature_rules
         set state = 'queued', looked_to = $2, last_signature = $3, started_at = $4, started_by = $5
         where id = $1",
        id,
        low,
        high,
        sql(now) as _,
        by.map(|by| by.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has taken out so many more, up to a number; at the end when `ended_at` says so.
///
/// # Errors
/// When the database fails.
pub async fn ran(db: &mut Db, id: i32, more: i32, to: i64, ended_at: Option<Timestamp>) -> sqlx::Result<()> {
    sqlx::query!(
        "update signature_rules set invalidated = invalidated + $2, looked_to = $3, ended_at = $4,
             state = case when $4::timestamptz is null then 'running' else 'done' end::signature_rule_state
         where id = $1",
        id,
        more,
        to,
        super::sql_opt(ended_at) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has put back so many more; all of them when `ended_at` says so.
///
/// # Errors
/// When the database fails.
pub async fn undid(db: &mut Db, id: i32, more: i32, ended_at: Option<Timestamp>) -> sqlx::Result<()> {
    sqlx::query!(
        "update signature_rules set reinstated = reinstated + $2, ended_at = coalesce($3, ended_at),
             state = case when $3::timestamptz is null then state else 'undone' end
         where id = $1",
        id,
        more,
        super::sql_opt(ended_at) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes what a rule has taken out, and what that was before.
///
/// # Errors
/// When the database fails.
pub async fn add_hits(db: &mut Db, id: i32, hits: &[(SignatureId, SignatureState)]) -> sqlx::Result<()> {
    let signatures: Vec<i64> = hits.iter().map(|(signature, _)| signature.get()).collect();
    let states: Vec<SignatureState> = hits.iter().map(|(_, state)| *state).collect();
    sqlx::query!(
        "insert into signature_rule_hits (rule_id, signature_id, state_before)
         select $1, * from unnest($2::bigint[], $3::signature_state[])
         on conflict (rule_id, signature_id) do update set state_before = excluded.state_before, settled = false",
        id,
        &signatures,
        &states as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a rule has taken out and can put back, and what that was before; `most` of them.
///
/// # Errors
/// When the database fails.
pub async fn hits(db: &mut Db, id: i32, most: i64) -> sqlx::Result<Vec<(SignatureId, SignatureState)>> {
    let rows = sqlx::query!(
        "select signature_id, state_before from signature_rule_hits
         where rule_id = $1 and not settled order by signature_id limit $2",
        id,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.signature_id.into(), row.state_before)).collect())
}

/// These are no longer a rule's to put back.
///
/// # Errors
/// When the database fails.
pub async fn settle(db: &mut Db, id: i32, signatures: &[SignatureId]) -> sqlx::Result<()> {
    let signatures: Vec<i64> = signatures.iter().map(|signature| signature.get()).collect();
    sqlx::query!(
        "update signature_rule_hits set settled = true where rule_id = $1 and signature_id = any($2)",
        id,
        &signatures
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Encrypts the conditions of rules anew with the current key. Those that no key opens are left.
///
/// # Errors
/// When the database fails.
pub async fn reseal(db: &mut Db, keyring: &Keyring) -> sqlx::Result<()> {
    for rule in list(db, keyring, None, None, i64::MAX).await? {
        if let Some(typed) = &rule.typed {
            let conditions = kept(keyring, typed);
            sqlx::query!("update signature_rules set conditions = $2 where id = $1", rule.id, conditions)
                .execute(&mut *db)
                .await?;
        }
    }
    Ok(())
}

/// Forgets the conditions of rules with which nothing has happened since a moment, as far as they may say whom.
///
/// # Errors
/// When the database fails.
pub async fn forget_conditions(db: &mut Db, since: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update signature_rules set conditions = conditions - 'sealed', version = version + 1
         where state in ('draft', 'stopped', 'done', 'undone') and conditions ? 'sealed'
             and coalesce(ended_at, started_at, created_at) < $1",
        sql(since) as _
    )
    .execute(db)
    .await?;
    Ok(())
}
