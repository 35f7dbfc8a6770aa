//! Saving a petition that somebody goes on writing later, and the mail with the link to it, in one transaction.

use jiff::{SignedDuration, Timestamp};
use sqlx::Connection;

use crate::{
    domain::{
        draft::{DraftId, SealedDraft},
        email::EmailAddress,
        keyring::Keyring,
        limits,
    },
    store::{self, Db},
};

/// Drafts that are made anew in one transaction.
const AT_ONCE: i64 = 200;

/// Until when a draft is kept that was last saved at this moment.
pub fn kept_until(saved_at: Timestamp) -> Timestamp {
    saved_at + SignedDuration::from_hours(24 * limits::KEEP_DRAFTS_DAYS)
}

/// Saves what was typed into a form, and mails the link to it. The same form saved again is the same draft.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn save_draft(
    db: &mut Db,
    keyring: &Keyring,
    form: &str,
    email: &EmailAddress,
    answers: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    store::locks::take(&mut tx, &format!("petition form {form}")).await?;
    let id = store::drafts::number_for(&mut tx, form).await?;
    let sealed = SealedDraft::seal(keyring, id, email.as_str(), answers);
    store::drafts::save(&mut tx, id, form, &sealed, now).await?;
    store::drafts::mail(&mut tx, id, now).await?;
    tx.commit().await
}

/// Forgets a draft, as whoever has its link wishes.
///
/// # Errors
/// When the database fails.
pub async fn forget_draft(db: &mut Db, id: DraftId) -> sqlx::Result<()> {
    store::drafts::remove(db, id).await
}

/// Forgets drafts that nobody has saved again in time; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_old_drafts(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    store::drafts::forget(db, now - SignedDuration::from_hours(24 * limits::KEEP_DRAFTS_DAYS)).await
}

/// Encrypts all drafts anew with the current key; says how many, and how many no key opens.
///
/// # Errors
/// When the database fails.
pub(super) async fn reseal_drafts(db: &mut Db, keyring: &Keyring) -> sqlx::Result<(u64, u64)> {
    let (mut resealed, mut unopened, mut after) = (0, 0, DraftId(0));
    loop {
        let mut tx = db.begin().await?;
        let drafts = store::drafts::hold_after(&mut tx, after, AT_ONCE).await?;
        let Some((last, _)) = drafts.last() else { return Ok((resealed, unopened)) };
        after = *last;
        for (id, sealed) in drafts {
            let Some((address, answers)) = sealed.open(keyring, id) else {
                unopened += 1;
                continue;
            };
            let anew = SealedDraft::seal(keyring, id, &address, &answers);
            // The same key seals the same text in the same way.
            if anew != sealed {
                store::drafts::reseal(&mut tx, id, &anew).await?;
                resealed += 1;
            }
        }
        tx.commit().await?;
    }
}
