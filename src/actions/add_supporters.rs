//! A petition that is not published yet gets its creator and its supporters: their signatures are put in, and counted as
//! any other.

use jiff::Timestamp;
use sqlx::Connection;

use super::{confirm_signature::count, sign::NewSignature};
use crate::{
    domain::{
        email::EmailAddress,
        keyring::Keyring,
        petition::{PetitionId, PetitionState},
        signature::LedgerReason,
        signer::SignerName,
        threshold::Thresholds,
    },
    store::{
        self, Db,
        areas::AreaId,
        tallies::{Line, Step},
    },
};

/// Somebody who stands behind a petition.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub name: SignerName,
    /// The address.
    pub email: EmailAddress,
    /// Whether it is who created the petition.
    pub is_creator: bool,
    /// Whether news about the petition are wanted.
    pub wants_updates: bool,
    /// When the form was sent.
    pub signed_at: Timestamp,
    /// When it was confirmed; `None`: not yet.
    pub confirmed_at: Option<Timestamp>,
}

/// Adds people to a petition that is not published, in this order; says of how many the signature went in. Who stands
/// behind it already, is not added again.
///
/// # Errors
/// When the database fails, or the petition has another creator; then nothing has changed.
pub async fn add_supporters(
    db: &mut Db,
    keyring: &Keyring,
    petition: PetitionId,
    people: &[Person],
    country: AreaId,
    thresholds: Thresholds,
) -> sqlx::Result<usize> {
    let mut tx = db.begin().await?;
    let held = store::moderation::find(&mut tx, petition, true).await?;
    let gathers = |state| {
        use PetitionState::{Dormant, Flagged, Pending, Sponsored, Validated};
        matches!(state, Pending | Validated | Sponsored | Flagged | Dormant)
    };
    if !held.is_some_and(|held| !held.imported && gathers(held.standing.state)) {
        return Ok(0);
    }
    let mut added = 0;
    for person in people {
        let new = NewSignature {
            petition,
            name: person.name.clone(),
            email: person.email.clone(),
            country,
            postcode: None,
            wants_updates: person.wants_updates,
            signed_from: None,
            suspicion: None,
        };
        let entry = new.ready(keyring, person.signed_at).entry;
        if !store::signatures::put(&mut tx, &[(&entry, 1)], false, person.signed_at).await?[0] {
            continue;
        }
        let Some(id) = store::supporters::add(&mut tx, petition, entry.email_hash, 1, person.is_creator).await? else {
            continue;
        };
        added += 1;
        let Some(confirmed_at) = person.confirmed_at else { continue };
        store::signatures::confirm(&mut tx, &[id], confirmed_at).await?;
        for held in store::signatures::hold(&mut tx, &[id]).await? {
            let line =
                Line { petition, signature: id, area: held.area, change: Step::Added, reason: LedgerReason::Confirmed };
            count(&mut tx, &[line], thresholds, confirmed_at).await?;
        }
        store::supporters::settle(&mut tx, petition, confirmed_at).await?;
    }
    tx.commit().await?;
    Ok(added)
}
