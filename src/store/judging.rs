//! Signatures as those see them who judge them.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Db, areas::AreaId, sql};
use crate::domain::{
    judging::{Outcome, Standing},
    petition::{PetitionId, PetitionState},
    signature::{SignatureId, SignatureState},
    suspicion::Suspicion,
};

/// A signature that is to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Its number.
    pub id: SignatureId,
    /// On which petition.
    pub petition: PetitionId,
    /// Its constituency or country.
    pub area: AreaId,
    /// How it stands.
    pub standing: Standing,
}

/// These signatures, by number; those that are gone are left out.
///
/// # Errors
/// When the database fails.
pub async fn look(db: &mut Db, ids: &[SignatureId]) -> sqlx::Result<Vec<Judged>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.id, s.petition_id, s.area_id, s.state, s.suspicion, s.confirmed_at is not null as "confirmed!",
               s.wants_updates, s.email_hash is not null as "known!", p.state as petition,
               coalesce(u.is_creator, false) as "is_creator!"
           from signatures s join petitions p on p.id = s.petition_id
           left join supporters u on u.signature_id = s.id
           where s.id = any($1) order by s.id"#,
        &numbers(ids)
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Judged::from).collect())
}

/// The same, held until the end of the transaction, in the order of their numbers.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db, ids: &[SignatureId]) -> sqlx::Result<Vec<Judged>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.id, s.petition_id, s.area_id, s.state, s.suspicion, s.confirmed_at is not null as "confirmed!",
               s.wants_updates, s.email_hash is not null as "known!", p.state as petition,
               coalesce(u.is_creator, false) as "is_creator!"
           from signatures s join petitions p on p.id = s.petition_id
           left join supporters u on u.signature_id = s.id
           where s.id = any($1) order by s.id for update of s"#,
        &numbers(ids)
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Judged::from).collect())
}

struct Row {
    id: i64,
    petition_id: i32,
    area_id: AreaId,
    state: SignatureState,
    suspicion: i16,
    confirmed: bool,
    wants_updates: bool,
    known: bool,
    petition: PetitionState,
    is_creator: bool,
}

impl From<Row> for Judged {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            petition: i64::from(row.petition_id).into(),
            area: row.area_id,
            standing: Standing {
                state: row.state,
                confirmed: row.confirmed,
                suspicion: Suspicion::from_code(row.suspicion),
                wants_updates: row.wants_updates,
                known: row.known,
                is_creator: row.is_creator,
                petition: row.petition,
            },
        }
    }
}

/// Makes of signatures, which the caller holds, what has been decided. What rules have taken of them is no longer theirs
/// to put back.
///
/// # Errors
/// When the database fails.
pub async fn apply(db: &mut Db, outcomes: &[(SignatureId, Outcome)], now: Timestamp) -> sqlx::Result<()> {
    let ids: Vec<i64> = outcomes.iter().map(|(id, _)| id.get()).collect();
    let states: Vec<SignatureState> = outcomes.iter().map(|(_, outcome)| outcome.state).collect();
    let suspicions: Vec<i16> =
        outcomes.iter().map(|(_, outcome)| outcome.suspicion.map_or(0, Suspicion::code)).collect();
    let confirmed: Vec<bool> = outcomes.iter().map(|(_, outcome)| outcome.confirm).collect();
    let stopped: Vec<bool> = outcomes.iter().map(|(_, outcome)| outcome.stop_mails).collect();
    sqlx::query!(
        "update signatures s set state = i.state, suspicion = i.suspicion,
             confirmed_at = case when i.confirm then coalesce(s.confirmed_at, $6) else s.confirmed_at end,
             wants_updates = s.wants_updates and not i.stop
         from unnest($1::bigint[], $2::signature_state[], $3::smallint[], $4::bool[], $5::bool[])
             as i (id, state, suspicion, confirm, stop)
         where s.id = i.id",
        &ids,
        &states as _,
        &suspicions,
        &confirmed,
        &stopped,
        sql(now) as _
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("update signature_rule_hits set settled = true where signature_id = any($1) and not settled", &ids)
        .execute(&mut *db)
        .await?;
    let erased: Vec<SignatureId> = outcomes.iter().filter(|(_, outcome)| outcome.erase).map(|(id, _)| *id).collect();
    if !erased.is_empty() {
        super::signatures::erase(db, &erased).await?;
    }
    for (id, _) in outcomes.iter().filter(|(_, outcome)| outcome.remove) {
        super::signatures::remove_pending(db, *id).await?;
    }
    Ok(())
}

fn numbers(ids: &[SignatureId]) -> Vec<i64> {
    ids.iter().map(|id| id.get()).collect()
}

/// What these petitions ask for.
///
/// # Errors
/// When the database fails.
pub async fn titles(db: &mut Db, petitions: &[PetitionId]) -> sqlx::Result<HashMap<PetitionId, String>> {
    let ids: Vec<i64> = petitions.iter().map(|petition| petition.get()).collect();
    let rows = sqlx::query!("select id, action from petitions where id = any($1)", &ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.action)).collect())
}
