//! Signing: a pending signature and the mail that asks to confirm it, in one transaction.

use std::net::IpAddr;

use jiff::Timestamp;

use super::together::Work;
use crate::{
    domain::{
        email::EmailAddress,
        household::{self, Decision},
        keyring::{Contact, EmailHash, Keyring},
        mail::MailKind,
        petition::{PetitionId, PetitionState},
        postcode::Postcode,
        signer::SignerName,
        suspicion::Suspicion,
    },
    store::{
        self, Db,
        areas::AreaId,
        signatures::{Collecting, Entry},
    },
};

/// A form that was filled in rightly.
#[derive(Clone, Debug)]
pub struct NewSignature {
    /// What is signed.
    pub petition: PetitionId,
    /// By whom.
    pub name: SignerName,
    /// The address that will be asked to confirm.
    pub email: EmailAddress,
    /// The country.
    pub country: AreaId,
    /// The postcode; only in the United Kingdom.
    pub postcode: Option<Postcode>,
    /// Whether news about the petition are wanted.
    pub wants_updates: bool,
    /// The address of the internet from which it came.
    pub signed_from: Option<IpAddr>,
    /// Why it will go into quarantine.
    pub suspicion: Option<Suspicion>,
}

/// What became of it. Whether somebody has signed before is not among it, so that nobody learns who has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Whatever there is to say is in a mail.
    CheckYourMail,
    /// No signatures are taken.
    NotCollected(NotCollected),
}

/// Why a petition takes no signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCollected {
    /// There is no such petition, or none that the public may know of.
    Missing,
    /// It was removed.
    Removed,
    /// It is not published yet.
    NotYet,
    /// It was rejected.
    Rejected,
    /// Its deadline has passed.
    Closed,
    /// It is signed where it was published.
    Elsewhere,
    /// The site takes no signatures for the time being.
    Paused,
}

impl NotCollected {
    /// Why a petition takes no signatures at this moment; `None`: it does.
    pub fn at(petition: &Collecting, now: Timestamp) -> Option<Self> {
        match petition.state {
            PetitionState::Open if petition.elsewhere => Some(Self::Elsewhere),
            // Nobody may have closed it yet.
            PetitionState::Open if petition.is_over(now) => Some(Self::Closed),
            PetitionState::Open => {
                // After a pause it takes a moment until deadlines have been moved.
                let waits = petition.paused || petition.closes_at.is_some_and(|deadline| deadline < now);
                waits.then_some(Self::Paused)
            }
            PetitionState::Closed => Some(Self::Closed),
            PetitionState::Rejected => Some(Self::Rejected),
            PetitionState::Removed => Some(Self::Removed),
            PetitionState::Hidden | PetitionState::Dormant => Some(Self::Missing),
            PetitionState::Pending
            | PetitionState::Validated
            | PetitionState::Sponsored
            | PetitionState::Flagged
            | PetitionState::Stopped => Some(Self::NotYet),
        }
    }
}

/// A signature that is ready to be put in: hashed and encrypted, which each request does for itself.
#[derive(Clone, Debug)]
pub struct Ready {
    pub(super) entry: Entry,
    now: Timestamp,
}

impl NewSignature {
    /// Makes it ready.
    pub fn ready(&self, keyring: &Keyring, now: Timestamp) -> Ready {
        let canonical = self.email.canonical();
        let postcode = self.postcode.as_ref().map(Postcode::as_str);
        let email_hash = keyring.email_hash(&canonical);
        let contact = Contact { email: self.email.as_str().to_owned(), postcode: postcode.map(str::to_owned) };
        let entry = Entry {
            petition: self.petition,
            email_hash,
            former_hashes: keyring.former_email_hashes(&canonical),
            name: self.name.as_str().to_owned(),
            name_key: self.name.key(),
            postcode_hashes: keyring.postcode_hashes(postcode),
            postcode: postcode.map(str::to_owned),
            country: self.country,
            contact: keyring.seal(&contact, self.petition, email_hash),
            wants_updates: self.wants_updates,
            signed_from: self.signed_from,
            suspicion: self.suspicion,
        };
        Ready { entry, now }
    }
}

/// Signing, for all who do it at once.
#[derive(Clone, Copy, Debug)]
pub struct Sign;

impl Work for Sign {
    type Item = Ready;
    type Outcome = Signed;
    type Key = (PetitionId, EmailHash);

    fn key(&self, item: &Ready) -> Self::Key {
        (item.entry.petition, item.entry.email_hash)
    }

    async fn run(&self, db: &mut Db, items: &[&Ready]) -> sqlx::Result<Vec<Option<Signed>>> {
        let mut petitions: Vec<PetitionId> = items.iter().map(|item| item.entry.petition).collect();
        petitions.sort_unstable();
        petitions.dedup();
        let collecting = store::signatures::collecting(db, &petitions).await?;
        let entries: Vec<&Entry> = items.iter().map(|item| &item.entry).collect();
        let met = store::signatures::met(db, &entries).await?;
        let now = items.iter().map(|item| item.now).max().unwrap_or_default();

        let mut outcomes = vec![Some(Signed::CheckYourMail); items.len()];
        let (mut new, mut places) = (Vec::new(), Vec::new());
        let (mut remind, mut tell) = (Vec::new(), Vec::new());
        for (at, (item, met)) in items.iter().zip(&met).enumerate() {
            let refusal = match collecting.get(&item.entry.petition) {
                Some(petition) => NotCollected::at(petition, item.now),
                None => Some(NotCollected::Missing),
            };
            if let Some(refusal) = refusal {
                outcomes[at] = Some(Signed::NotCollected(refusal));
                continue;
            }
            if met.unwanted {
                continue;
            }
            match household::decide(&met.signatures, &item.entry.name_key, &item.entry.postcode_hashes) {
                Decision::New(member) => {
                    new.push((&item.entry, member));
                    places.push(at);
                }
                Decision::Remind(id) => remind.push(id),
                Decision::TellAlreadySigned(id) => tell.push(id),
                Decision::Nothing => {}
            }
        }
        let put = store::signatures::put(db, &new, true, now).await?;
        for (at, put) in places.into_iter().zip(put) {
            if !put {
                outcomes[at] = None;
            }
        }
        store::signatures::mail_again(db, &remind, MailKind::ConfirmSignature, now).await?;
        store::signatures::mail_again(db, &tell, MailKind::AlreadySigned, now).await?;
        Ok(outcomes)
    }
}
