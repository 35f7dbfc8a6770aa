//! Tries to sign in that were refused: written into the log, but not one by one, so that an attack cannot fill it.

use jiff::{Timestamp, TimestampRound, Unit};
use serde_json::{Value, json};
use sqlx::Connection;

use super::sign_in::Origin;
use crate::{
    domain::{limits, network, staff::StaffId},
    store::{
        self, Db,
        audit::{Act, Actor},
        refused_sign_ins::Reasons,
    },
};

/// Why a try was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// There is no such account.
    Unknown,
    /// The account is closed.
    Closed,
    /// The password was wrong.
    Password,
    /// The code was wrong, or had been used.
    Code,
    /// Too many had failed before; nothing was looked at.
    Waiting,
    /// The passkey's answer was wrong, or too late.
    Passkey,
    /// The provider of single sign-on led to no account that is open.
    Elsewhere,
}

impl Reason {
    fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Closed => "closed",
            Self::Password => "password",
            Self::Code => "code",
            Self::Waiting => "waiting",
            Self::Passkey => "passkey",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// What is counted for accounts that do not exist. No line is made of it: nobody needs to know what was typed.
const NOBODY: &str = "nobody";
/// Networks beyond those that are counted each by itself.
const OTHERS: &str = "network others";

/// Notes a try. Does as much for an account that does not exist as for one that does.
pub(super) async fn note(
    db: &mut Db,
    account: Option<StaffId>,
    origin: Origin<'_>,
    reason: Reason,
    now: Timestamp,
) -> sqlx::Result<()> {
    let hour = hour(now);
    let about = account.map_or_else(|| NOBODY.to_owned(), |account| format!("staff {account}"));
    let network = origin.address.map(|address| format!("network {}", network::Origin::of(address).address));
    let mut tx = db.begin().await?;
    let network = match network {
        Some(known) if store::refused_sign_ins::has_room(&mut tx, hour, &known, limits::REFUSED_NETWORKS).await? => {
            known
        }
        _ => OTHERS.to_owned(),
    };
    let actor = Actor {
        address: origin.address,
        request: origin.request.to_owned(),
        ..Actor::nobody("somebody not signed in")
    };
    // Everybody takes them in the same order, so nobody waits for each other.
    let mut subjects = [about, network];
    subjects.sort();
    for about in &subjects {
        if store::refused_sign_ins::add(&mut tx, hour, about, reason.word()).await? {
            let after = json!({ "tries": 1, "reasons": [reason.word()] });
            record(&mut tx, &actor, about, after, now).await?;
        }
    }
    tx.commit().await
}

/// Writes a line for each account and network that was refused more than once in an hour that is over; says how many.
///
/// # Errors
/// When the database fails.
pub async fn sum_up(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let mut lines = 0;
    for (hour, about, reasons) in store::refused_sign_ins::take_before(&mut tx, hour(now)).await? {
        let tries: i64 = reasons.values().sum();
        if tries > 1 && about != NOBODY {
            let after = json!({ "tries": tries, "reasons": words(&reasons), "in the hour from": hour });
            record(&mut tx, &Actor::nobody("timetable"), &about, after, now).await?;
            lines += 1;
        }
    }
    tx.commit().await?;
    Ok(lines)
}

/// How many for which reason, the most frequent first.
fn words(reasons: &Reasons) -> Vec<String> {
    let mut reasons: Vec<_> = reasons.iter().collect();
    reasons.sort_by_key(|(reason, tries)| (-**tries, *reason));
    reasons.into_iter().map(|(reason, tries)| format!("{reason} {tries}")).collect()
}

async fn record(db: &mut Db, actor: &Actor, about: &str, after: Value, now: Timestamp) -> sqlx::Result<()> {
    let (subject, id) = match about.split_once(' ') {
        Some(("staff", id)) => ("staff", id),
        Some((_, id)) => ("network", id),
        None => return Ok(()),
    };
    let act = Act { name: "session.refuse", subject, subject_id: id, before: Value::Null, after };
    store::audit::record(db, actor, act, now).await
}

/// The hour in which a moment lies.
fn hour(now: Timestamp) -> Timestamp {
    let down = TimestampRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Trunc);
    now.round(down).unwrap_or(now)
}
