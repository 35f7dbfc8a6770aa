//! Supporting a petition that is not published yet: the form, the confirmation, and what becomes of the petition when it
//! gains or loses a supporter.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::Connection;

use super::{confirm_signature::count, sign::NewSignature};
use crate::{
    domain::{
        household::{self, Decision},
        keyring::Keyring,
        life::{self, Audience, Event, Facts, Stamp},
        limits,
        mail::MailKind,
        petition::{PetitionId, PetitionState, Visibility},
        signature::{LedgerReason, SignatureId, SignatureState},
        threshold::Thresholds,
    },
    store::{
        self, Db,
        supporters::Gathering,
        tallies::{Line, Step},
    },
};

/// What became of a form. Whether somebody has supported it before is not among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supported {
    /// Whatever there is to say is in a mail.
    CheckYourMail,
    /// It cannot be supported.
    Not(NotSupported),
}

/// Why a petition cannot be supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSupported {
    /// There is no such petition.
    Missing,
    /// Its creator has not confirmed yet.
    Unconfirmed,
    /// It has as many supporters as it can have.
    Full,
    /// It is past that: it was decided about, or has ended.
    MovedOn,
    /// The site takes no signatures for the time being.
    Paused,
}

impl NotSupported {
    /// Why a petition cannot be supported by whoever comes by the link; `None`: it can.
    pub fn at(petition: &Gathering) -> Option<Self> {
        let gathers = matches!(petition.state.visibility(), Visibility::GatheringSupport | Visibility::BeingChecked);
        if petition.elsewhere || !gathers {
            return Some(Self::MovedOn);
        }
        if !petition.confirmed || life::lines(Event::Support, petition.state).next().is_none() {
            return Some(Self::Unconfirmed);
        }
        if petition.supporters >= limits::SUPPORTERS_MOST {
            return Some(Self::Full);
        }
        petition.paused.then_some(Self::Paused)
    }
}

/// Takes a form: the pending signature of a supporter and the mail that asks to confirm it. Its creator has signed
/// already, and is told so like everybody who has.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn support(db: &mut Db, keyring: &Keyring, new: &NewSignature, now: Timestamp) -> sqlx::Result<Supported> {
    let entry = new.ready(keyring, now).entry;
    let mut tx = db.begin().await?;
    let Some(petition) = store::supporters::gathering(&mut tx, new.petition).await? else {
        return Ok(Supported::Not(NotSupported::Missing));
    };
    if let Some(why) = NotSupported::at(&petition) {
        return Ok(Supported::Not(why));
    }
    let met = store::signatures::met(&mut tx, &[&entry]).await?.pop().unwrap_or_default();
    if met.unwanted {
        return Ok(Supported::CheckYourMail);
    }
    match household::decide(&met.signatures, &entry.name_key, &entry.postcode_hashes) {
        Decision::New(member) => {
            // Another process may have been quicker with the same address: then that one's mail is on its way.
            if store::signatures::put(&mut tx, &[(&entry, member)], true, now).await? == [true] {
                store::supporters::add(&mut tx, new.petition, entry.email_hash, member, false).await?;
            }
        }
        Decision::Remind(id) => {
            store::signatures::mail_again(&mut tx, &[id], MailKind::ConfirmSignature, now).await?;
        }
        Decision::TellAlreadySigned(id) => {
            store::signatures::mail_again(&mut tx, &[id], MailKind::AlreadySigned, now).await?;
        }
        Decision::Nothing => {}
    }
    tx.commit().await?;
    Ok(Supported::CheckYourMail)
}

/// What became of a supporter's confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SupportConfirmed {
    /// It is confirmed now.
    Now,
    /// It was confirmed before.
    Already,
    /// It is not there any more: taken back, disowned, or forgotten.
    Gone,
    /// The petition has as many supporters as it can have.
    Full,
    /// Nobody supports the petition any more: it was decided about, or has ended; or this is nobody's support.
    NotSupported,
}

/// Confirms the signature of a supporter, counts it, and moves the petition on if that makes enough of them.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn confirm_support(
    db: &mut Db,
    id: SignatureId,
    thresholds: Thresholds,
    now: Timestamp,
) -> sqlx::Result<SupportConfirmed> {
    let mut tx = db.begin().await?;
    let Some(held) = store::signatures::hold(&mut tx, &[id]).await?.pop() else { return Ok(SupportConfirmed::Gone) };
    match held.state {
        SignatureState::Pending => {}
        SignatureState::Withdrawn => return Ok(SupportConfirmed::Gone),
        SignatureState::Validated | SignatureState::Quarantined | SignatureState::Invalidated => {
            return Ok(SupportConfirmed::Already);
        }
    }
    // Whoever holds the total is the only one who counts: the last two who are wanted come one after the other.
    store::tallies::hold(&mut tx, &[held.petition]).await?;
    let Some(petition) = store::supporters::gathering(&mut tx, held.petition).await? else {
        return Ok(SupportConfirmed::Gone);
    };
    let behind = store::supporters::stands_behind(&mut tx, id).await?.is_some();
    if !behind || !petition.confirmed || life::lines(Event::Support, petition.state).next().is_none() {
        return Ok(SupportConfirmed::NotSupported);
    }
    if petition.supporters >= limits::SUPPORTERS_MOST {
        return Ok(SupportConfirmed::Full);
    }
    store::signatures::confirm(&mut tx, &[id], now).await?;
    let line = |change, reason| Line { petition: held.petition, signature: id, area: held.area, change, reason };
    let mut lines = vec![line(Step::Added, LedgerReason::Confirmed)];
    if held.suspicion.is_some() {
        lines.push(line(Step::Removed, LedgerReason::Quarantined));
    }
    count(&mut tx, &lines, thresholds, now).await?;
    settle(&mut tx, &lines, now).await?;
    tx.commit().await?;
    Ok(SupportConfirmed::Now)
}

/// Moves petitions that are not published yet to where their supporters put them, after these lines have been counted,
/// and puts the mails about it to their creators. The caller holds their totals.
///
/// # Errors
/// When the database fails.
pub(super) async fn settle(db: &mut Db, lines: &[Line], now: Timestamp) -> sqlx::Result<()> {
    let mut changes: BTreeMap<PetitionId, i32> = BTreeMap::new();
    for line in lines {
        *changes.entry(line.petition).or_default() += line.change.by();
    }
    let ids: Vec<PetitionId> = changes.iter().filter(|(_, by)| **by != 0).map(|(id, _)| *id).collect();
    for id in store::supporters::gathering_among(db, &ids).await? {
        let event = if changes[&id] > 0 { Event::Support } else { Event::SupportLost };
        settle_one(db, id, event, now).await?;
    }
    Ok(())
}

async fn settle_one(db: &mut Db, id: PetitionId, event: Event, now: Timestamp) -> sqlx::Result<()> {
    let Some(petition) = store::supporters::gathering(db, id).await? else { return Ok(()) };
    let facts = Facts {
        confirmed: petition.confirmed,
        supported: petition.supporters >= limits::SUPPORTERS_NEEDED,
        ..Facts::default()
    };
    let Some(line) = life::next(event, petition.state, &facts) else { return Ok(()) };
    if let Some(to) = line.to.filter(|to| *to != petition.state) {
        let reached = line.sets.contains(&Stamp::ModerationThresholdReached).then_some(now);
        if !store::supporters::move_on(db, id, (petition.state, to), reached, now).await? {
            // Staff have decided in this moment, which goes before.
            return Ok(());
        }
        tracing::info!(petition.id = %id, state = to.code(), "petition {id} has moved with its supporters");
    }
    for (audience, kind) in line.tells {
        match (audience, kind) {
            (Audience::Creator, MailKind::SupportGrows) => {
                store::creators::tell_of_support(db, id, petition.supporters, now).await?;
            }
            (Audience::Creator, MailKind::SupportLost) => {
                store::creators::tell_support_lost(db, id, now).await?;
            }
            (Audience::Creator, _) => {
                store::creators::forget_support(db, id).await?;
                store::creators::tell_support_reached(db, id, now).await?;
            }
            (Audience::Supporters | Audience::WhomStaffChoose, _) => {}
        }
    }
    Ok(())
}

/// Whether a petition in this state is one that somebody may still support, who has been mailed about it.
pub fn is_gathering(state: PetitionState) -> bool {
    life::lines(Event::Support, state).next().is_some()
}
