//! A new secret key: what former ones have encrypted and hashed is made anew with the current one.

use sqlx::Connection;

use super::save_draft::reseal_drafts;
use crate::{
    domain::{
        email::EmailAddress,
        feedback::Feedback,
        keyring::{Keyring, SecretOf},
    },
    store::{
        self, Db,
        signatures::{Resealed, Sealed},
        staff::SealedTelephone,
    },
};

/// Signatures that are made anew in one transaction.
const AT_ONCE: i64 = 500;

/// What became of the signatures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Made anew.
    pub resealed: u64,
    /// No key of the ring opens them.
    pub unopened: u64,
    /// Their signer has signed again at a program that did not know the new key, and that signature stands.
    pub doubled: u64,
    /// Addresses that want no mail and are known by a former key alone: it is needed until their petitions are over.
    pub unwanted: u64,
    /// Accounts of staff whose codes were made anew.
    pub accounts: u64,
    /// Drafts of petitions that were made anew.
    pub drafts: u64,
    /// People who follow something and whose address was made anew.
    pub followers: u64,
}

/// Why keys were not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateKeysError {
    /// The current key has the number of another that was used before.
    #[error("a key with the number {0} was used before, and it was another one: give the new key a number of its own")]
    NumberUsed(u8),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Makes everything anew that was made with a former key; `progress` hears after each transaction how it goes. What was
/// done stays done if it is broken off; once more does the rest. The site may run meanwhile, with both keys.
///
/// # Errors
/// When the current key has another's number, and when the database fails.
pub async fn rotate_keys(
    db: &mut Db,
    keyring: &Keyring,
    mut progress: impl FnMut(Rotated),
) -> Result<Rotated, RotateKeysError> {
    let current = keyring.current_number();
    if let Some(sealed) = store::signatures::sealed_with(db, current).await?
        && keyring.open(&sealed.contact, sealed.petition, sealed.email_hash).is_err()
    {
        return Err(RotateKeysError::NumberUsed(current));
    }
    let (mut rotated, mut after) = (Rotated::default(), 0);
    loop {
        let mut tx = db.begin().await?;
        let sealed = store::signatures::sealed_before(&mut tx, current, after, AT_ONCE).await?;
        let Some(last) = sealed.last() else {
            store::signature_rules::reseal(&mut tx, keyring).await?;
            rotated.unwanted = store::signatures::unwanted_before(&mut tx, current).await?.unsigned_abs()
                + store::follows::unwanted_before(&mut tx, current).await?.unsigned_abs();
            reseal_staff(&mut tx, keyring, &mut rotated).await?;
            reseal_feedback(&mut tx, keyring, &mut rotated).await?;
            tx.commit().await?;
            let (drafts, unopened) = reseal_drafts(db, keyring).await?;
            rotated.drafts = drafts;
            rotated.unopened += unopened;
            reseal_followers(db, keyring, &mut rotated, &mut progress).await?;
            return Ok(rotated);
        };
        after = last.id.get();
        let resealed: Vec<Resealed> = sealed.iter().filter_map(|sealed| reseal(keyring, sealed)).collect();
        let done = store::signatures::reseal(&mut tx, &resealed).await?;
        tx.commit().await?;
        rotated.resealed += done;
        rotated.doubled += resealed.len() as u64 - done;
        rotated.unopened += (sealed.len() - resealed.len()) as u64;
        progress(rotated);
    }
}

/// What the codes of staff are made from. Recovery codes are known by hashes that need no key, and links of invitations
/// are good as long as the key that made them is in the ring.
async fn reseal_staff(db: &mut Db, keyring: &Keyring, rotated: &mut Rotated) -> sqlx::Result<()> {
    let anew = |of, account: i32, sealed: &Option<Vec<u8>>, unopened: &mut u64| -> Option<Vec<u8>> {
        let former = sealed.as_ref().filter(|sealed| sealed.first() != Some(&keyring.current_number()))?;
        match keyring.open_secret(of, account, former) {
            Ok(plain) => Some(keyring.seal_secret(of, account, &plain)),
            Err(_) => {
                *unopened += 1;
                None
            }
        }
    };
    for sealed in store::staff::sealed_telephones(db).await? {
        let (id, unopened) = (sealed.id, &mut rotated.unopened);
        let resealed = SealedTelephone {
            id,
            current: anew(SecretOf::Telephone, id.0, &sealed.current, unopened),
            new: anew(SecretOf::NewTelephone, id.0, &sealed.new, unopened),
            invited: anew(SecretOf::NewTelephone, id.0, &sealed.invited, unopened),
        };
        if resealed.current.is_some() || resealed.new.is_some() || resealed.invited.is_some() {
            store::staff::reseal_telephone(db, &resealed).await?;
            rotated.accounts += 1;
        }
    }
    Ok(())
}

/// What waits for somebody to read it.
async fn reseal_feedback(db: &mut Db, keyring: &Keyring, rotated: &mut Rotated) -> sqlx::Result<()> {
    for (id, sealed) in store::feedback::sealed(db).await? {
        match Feedback::open(keyring, &sealed) {
            Ok(feedback) => store::feedback::reseal(db, id, &feedback.seal(keyring)).await?,
            Err(_) => rotated.unopened += 1,
        }
    }
    Ok(())
}

/// The addresses of those who follow something.
async fn reseal_followers(
    db: &mut Db,
    keyring: &Keyring,
    rotated: &mut Rotated,
    progress: &mut impl FnMut(Rotated),
) -> sqlx::Result<()> {
    let mut after = 0;
    loop {
        let mut tx = db.begin().await?;
        let sealed = store::follows::sealed_before(&mut tx, keyring.current_number(), after, AT_ONCE).await?;
        let Some(last) = sealed.last() else { return Ok(()) };
        after = last.id.0;
        for follower in &sealed {
            let email = keyring.open_follower(&follower.contact, follower.email_hash).ok();
            let Some(email) = email.as_deref().and_then(|email| EmailAddress::parse(email).ok()) else {
                rotated.unopened += 1;
                continue;
            };
            let hash = keyring.email_hash(&email.canonical());
            let contact = keyring.seal_follower(email.as_str(), hash);
            store::follows::reseal(&mut tx, follower.id, hash, &contact).await?;
            rotated.followers += 1;
        }
        tx.commit().await?;
        progress(*rotated);
    }
}

fn reseal(keyring: &Keyring, sealed: &Sealed) -> Option<Resealed> {
    let contact = keyring.open(&sealed.contact, sealed.petition, sealed.email_hash).ok()?;
    let email_hash = keyring.email_hash(&EmailAddress::parse(&contact.email).ok()?.canonical());
    Some(Resealed {
        id: sealed.id,
        email_hash,
        postcode_hash: keyring.postcode_hashes(contact.postcode.as_deref())[0],
        contact: keyring.seal(&contact, sealed.petition, email_hash),
    })
}
