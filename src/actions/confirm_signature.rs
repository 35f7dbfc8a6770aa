//! Confirming: the signature becomes valid and is counted, in one transaction and once.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::{live_settings::Live, together::Work};
use crate::{
    domain::{
        limits,
        mail::MailKind,
        petition::{PetitionId, PetitionState},
        signature::{LedgerReason, SignatureId, SignatureState},
        threshold::Thresholds,
    },
    store::{
        self, Db,
        signatures::{Collecting, Counted},
        tallies::{Line, Step},
    },
};

/// What became of it. Quarantine is not among it: the signer sees what everybody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// It is confirmed now.
    Now,
    /// It was confirmed before.
    Already,
    /// It is not there any more: taken back, disowned, or forgotten.
    Gone,
    /// The petition closed too long ago.
    TooLate,
    /// The petition takes no signatures any more: it was rejected, hidden or removed.
    NotCollected,
}

/// A signature to be confirmed.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation {
    /// Which; its token has been looked at.
    pub signature: SignatureId,
    /// When.
    pub now: Timestamp,
}

/// Confirming, for all who do it at once.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// Where the thresholds in force stand.
    pub live: Live,
}

impl Work for Confirm {
    type Item = Confirmation;
    type Outcome = Confirmed;
    type Key = SignatureId;

    fn key(&self, item: &Confirmation) -> SignatureId {
        item.signature
    }

    async fn run(&self, db: &mut Db, items: &[&Confirmation]) -> sqlx::Result<Vec<Option<Confirmed>>> {
        let ids: Vec<SignatureId> = items.iter().map(|item| item.signature).collect();
        let held: HashMap<SignatureId, Counted> =
            store::signatures::hold(db, &ids).await?.into_iter().map(|held| (held.id, held)).collect();
        let mut petitions: Vec<PetitionId> = held.values().map(|held| held.petition).collect();
        petitions.sort_unstable();
        petitions.dedup();
        let collecting = store::signatures::collecting(db, &petitions).await?;
        let now = items.iter().map(|item| item.now).max().unwrap_or_default();

        let mut confirmed = Vec::new();
        let outcomes = items
            .iter()
            .map(|item| {
                let Some(held) = held.get(&item.signature) else { return Some(Confirmed::Gone) };
                let outcome = match held.state {
                    SignatureState::Pending => {
                        collecting.get(&held.petition).map_or(Confirmed::Gone, |p| at(p, item.now))
                    }
                    SignatureState::Withdrawn => Confirmed::Gone,
                    SignatureState::Validated | SignatureState::Quarantined | SignatureState::Invalidated => {
                        Confirmed::Already
                    }
                };
                if outcome == Confirmed::Now {
                    confirmed.push(*held);
                }
                Some(outcome)
            })
            .collect();
        if confirmed.is_empty() {
            return Ok(outcomes);
        }
        let ids: Vec<SignatureId> = confirmed.iter().map(|held| held.id).collect();
        store::signatures::confirm(db, &ids, now).await?;
        count(db, &lines(&confirmed), self.live.thresholds(), now).await?;
        Ok(outcomes)
    }
}

/// Whether a pending signature on this petition may be confirmed at this moment.
pub fn at(petition: &Collecting, now: Timestamp) -> Confirmed {
    let grace = SignedDuration::from_hours(limits::CONFIRMATION_GRACE_HOURS);
    let ends = match petition.state {
        // Its deadline will be moved, wherever to.
        PetitionState::Open if !petition.is_over(now) => return Confirmed::Now,
        PetitionState::Open => petition.closes_at,
        PetitionState::Closed => petition.closed_at,
        _ => return Confirmed::NotCollected,
    };
    if ends.is_some_and(|ends| ends + grace < now) { Confirmed::TooLate } else { Confirmed::Now }
}

/// What the ledger says of signatures that have just been confirmed: one line each; of those that go into quarantine a
/// second one, which takes them out of the count again where everybody can see it.
pub(super) fn lines(confirmed: &[Counted]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(confirmed.len());
    for held in confirmed {
        let line =
            |change, reason| Line { petition: held.petition, signature: held.id, area: held.area, change, reason };
        lines.push(line(Step::Added, LedgerReason::Confirmed));
        if held.suspicion.is_some() {
            lines.push(line(Step::Removed, LedgerReason::Quarantined));
        }
    }
    lines
}

/// Writes lines into the ledger, adds them to the tallies, and stamps the thresholds that the count has come to or
/// fallen below. The creator is told of each threshold once.
///
/// # Errors
/// When the database fails.
pub(super) async fn count(db: &mut Db, lines: &[Line], thresholds: Thresholds, now: Timestamp) -> sqlx::Result<()> {
    let mut changes: BTreeMap<PetitionId, i32> = BTreeMap::new();
    for line in lines {
        *changes.entry(line.petition).or_default() += line.change.by();
    }
    let petitions: Vec<PetitionId> = changes.keys().copied().collect();
    let before = store::tallies::hold(db, &petitions).await?;
    store::tallies::count(db, lines, now).await?;
    let crosses = |petition: &PetitionId, before: i32| {
        let after = before + changes[petition];
        [thresholds.response, thresholds.debate]
            .into_iter()
            .any(|threshold| (i64::from(before) >= threshold.into()) != (i64::from(after) >= threshold.into()))
    };
    let crossing: Vec<PetitionId> = before
        .into_iter()
        .filter(|(petition, before)| crosses(petition, *before))
        .map(|(petition, _)| petition)
        .collect();
    if !crossing.is_empty() {
        let crossed = store::thresholds::settle(db, &crossing, thresholds, now).await?;
        for petition in &crossed {
            tracing::info!(petition.id = %petition, "petition {petition} has crossed a threshold");
        }
        let (response, debate) = store::thresholds::reached(db, &crossed, now).await?;
        store::creators::tell_once(db, &response, MailKind::ResponseThresholdReached, true, now).await?;
        store::creators::tell_once(db, &debate, MailKind::DebateThresholdReached, true, now).await?;
    }
    Ok(())
}
