//! Starting a petition: it and its creator's signature are put in, with the mail that asks to confirm them, in one
//! transaction. Until the creator has confirmed, nothing else happens; then it begins to gather support.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use sqlx::Connection;

use super::{
    confirm_signature::{count, lines},
    sign::NewSignature,
};
use crate::{
    domain::{
        email::EmailAddress,
        keyring::Keyring,
        life::{self, Event, Facts},
        mail::MailKind,
        petition::{PetitionId, PetitionState},
        postcode::Postcode,
        signature::{SignatureId, SignatureState},
        signer::SignerName,
        suspicion::Suspicion,
        threshold::Thresholds,
    },
    store::{self, Db, areas::AreaId},
};

/// A petition as its form was filled in rightly.
#[derive(Clone, Debug)]
pub struct NewPetition {
    /// The number by chance of its form.
    pub form: String,
    /// What it asks for.
    pub action: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length; may be empty.
    pub additional_details: String,
    /// Who starts it.
    pub name: SignerName,
    /// The address that will be asked to confirm.
    pub email: EmailAddress,
    /// The creator's country.
    pub country: AreaId,
    /// The creator's postcode; only in the United Kingdom.
    pub postcode: Option<Postcode>,
    /// Whether news about the petition are wanted.
    pub wants_updates: bool,
    /// The address of the internet from which it came.
    pub signed_from: Option<IpAddr>,
    /// Why its creator's signature will go into quarantine.
    pub suspicion: Option<Suspicion>,
}

impl NewPetition {
    /// Everything that whoever sends the form again may have corrected.
    fn content(&self) -> String {
        [
            self.action.as_str(),
            &self.background,
            &self.additional_details,
            self.name.as_str(),
            self.email.as_str(),
            &self.country.to_string(),
            self.postcode.as_ref().map_or("", Postcode::as_str),
            if self.wants_updates { "1" } else { "" },
        ]
        .join("\0")
    }
}

/// A form that is sent again so soon was sent twice by mistake; afterwards its mail may not have come.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(1);

/// What became of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// Whatever there is to say is in a mail.
    CheckYourMail,
    /// It would have made another petition, and that was not allowed now. Nothing has changed.
    NotNow,
}

/// Puts a petition in that its creator has yet to confirm, and the mail that asks for that. The same form sent again makes no
/// other petition: unchanged, it has the mail sent again; corrected, it takes the place of what was sent before, as long as
/// that is not confirmed. What it had saved as a draft is forgotten. Whether another petition may be made is asked once, of
/// `may_start`, and only if one would be.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn start_petition(
    db: &mut Db,
    keyring: &Keyring,
    new: &NewPetition,
    may_start: impl FnOnce() -> bool,
    now: Timestamp,
) -> sqlx::Result<Started> {
    let mut tx = db.begin().await?;
    store::locks::take(&mut tx, &format!("petition form {}", new.form)).await?;
    let content = keyring.content_hash(&new.content());
    if let Some(sent) = store::starting::sent(&mut tx, &new.form).await? {
        let creator: Vec<SignatureId> = sent.creator.iter().map(|(signature, _)| *signature).collect();
        let held = store::signatures::hold(&mut tx, &creator).await?;
        let waits = sent.state == PetitionState::Pending
            && held.iter().all(|signature| signature.state == SignatureState::Pending);
        if sent.content == content && waits && sent.creator.is_some_and(|(_, at)| at + AT_ONCE < now) {
            store::signatures::mail_again(&mut tx, &creator, MailKind::ConfirmPetition, now).await?;
        }
        if sent.content == content || !waits {
            store::drafts::remove_of_form(&mut tx, &new.form).await?;
            tx.commit().await?;
            return Ok(Started::CheckYourMail);
        }
        store::starting::remove(&mut tx, sent.petition).await?;
    }
    if !may_start() {
        return Ok(Started::NotNow);
    }
    let (details, name) = (&new.additional_details, new.name.as_str());
    let petition = store::starting::put(&mut tx, &new.action, &new.background, details, name, now).await?;
    store::starting::note_sent(&mut tx, &new.form, petition, &content).await?;
    let signature = NewSignature {
        petition,
        name: new.name.clone(),
        email: new.email.clone(),
        country: new.country,
        postcode: new.postcode.clone(),
        wants_updates: new.wants_updates,
        signed_from: new.signed_from,
        suspicion: new.suspicion,
    };
    let entry = signature.ready(keyring, now).entry;
    store::signatures::put(&mut tx, &[(&entry, 1)], false, now).await?;
    let creator = store::supporters::add(&mut tx, petition, entry.email_hash, 1, true).await?;
    let creator = creator.ok_or(sqlx::Error::RowNotFound)?;
    store::signatures::mail_again(&mut tx, &[creator], MailKind::ConfirmPetition, now).await?;
    store::drafts::remove_of_form(&mut tx, &new.form).await?;
    tx.commit().await?;
    Ok(Started::CheckYourMail)
}

/// What became of confirming a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PetitionConfirmed {
    /// It is confirmed now, and gathers support.
    Now(PetitionId),
    /// It was confirmed before.
    Already(PetitionId),
    /// It is not there any more, or has been refused meanwhile.
    Gone,
}

/// Confirms a petition by its creator's signature, which is counted: it begins to gather support, and its creator is mailed
/// the link for supporters. Harmless when repeated.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn confirm_petition(
    db: &mut Db,
    signature: SignatureId,
    thresholds: Thresholds,
    now: Timestamp,
) -> sqlx::Result<PetitionConfirmed> {
    let mut tx = db.begin().await?;
    let held = store::signatures::hold(&mut tx, &[signature]).await?;
    let Some(started) = store::starting::started_by(&mut tx, signature).await? else {
        return Ok(PetitionConfirmed::Gone);
    };
    let petition = started.petition;
    match started.signature {
        SignatureState::Withdrawn => return Ok(PetitionConfirmed::Gone),
        SignatureState::Validated | SignatureState::Quarantined | SignatureState::Invalidated => {
            return Ok(PetitionConfirmed::Already(petition));
        }
        SignatureState::Pending => {}
    }
    let line = life::next(Event::ConfirmCreator, started.state, &Facts::default());
    let Some((line, to)) = line.and_then(|line| Some((line, line.to?))) else { return Ok(PetitionConfirmed::Gone) };
    store::signatures::confirm(&mut tx, &[signature], now).await?;
    count(&mut tx, &lines(&held), thresholds, now).await?;
    // Also where the signature goes into quarantine: whose address it is has been proved, and staff look at the petition.
    // Where staff have set it aside, it stays so.
    if to != started.state && store::starting::move_on(&mut tx, petition, started.state, to, now).await? {
        for (_, kind) in line.tells {
            store::starting::mail(&mut tx, signature, *kind, now).await?;
        }
    }
    tx.commit().await?;
    Ok(PetitionConfirmed::Now(petition))
}

/// What became of "I did not start this".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disowned {
    /// The petition is gone, or was gone before.
    Gone,
    /// It has been confirmed before; its creator can withdraw it.
    Confirmed(PetitionId),
}

/// "I did not start this": the petition goes, with everything that was typed. Harmless when repeated.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn disown_petition(db: &mut Db, signature: SignatureId, now: Timestamp) -> sqlx::Result<Disowned> {
    let mut tx = db.begin().await?;
    store::signatures::hold(&mut tx, &[signature]).await?;
    let Some(started) = store::starting::started_by(&mut tx, signature).await? else { return Ok(Disowned::Gone) };
    if !matches!(started.signature, SignatureState::Pending | SignatureState::Withdrawn) {
        return Ok(Disowned::Confirmed(started.petition));
    }
    // Where staff have decided about it meanwhile, only the signature goes.
    if !store::starting::remove(&mut tx, started.petition).await? {
        store::signatures::disown(&mut tx, signature, now).await?;
    }
    tx.commit().await?;
    Ok(Disowned::Gone)
}
