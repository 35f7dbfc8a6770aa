//! Following without signing: asked for, confirmed by the link of a mail, and stopped. Whoever asks sees the same whatever is
//! known of the address.

use jiff::Timestamp;
use sqlx::Connection;

use crate::{
    domain::{
        email::EmailAddress,
        follow::{FollowId, FollowerId, Target},
        keyring::Keyring,
        limits,
    },
    store::{self, Db, follows::Followed},
};

/// Somebody wants to follow something: notes it, and sends a mail with the link that confirms it. Of whoever has asked for no
/// such mails, nothing is noted; and no more mails are sent than [`limits::FOLLOW_MAILS`] about one following.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn ask(
    db: &mut Db,
    keyring: &Keyring,
    email: &EmailAddress,
    target: &Target,
    now: Timestamp,
) -> sqlx::Result<()> {
    let canonical = email.canonical();
    let (hash, former) = (keyring.email_hash(&canonical), keyring.former_email_hashes(&canonical));
    let mut tx = db.begin().await?;
    let hashes: Vec<_> = former.iter().copied().chain([hash]).collect();
    if store::follows::is_unwanted(&mut tx, &hashes).await? {
        return Ok(());
    }
    let contact = keyring.seal_follower(email.as_str(), hash);
    let follower = store::follows::put_follower(&mut tx, hash, &former, &contact, now).await?;
    let follow = store::follows::ask(&mut tx, follower, target, limits::FOLLOW_MAILS, now).await?;
    if let Some(follow) = follow {
        store::follows::mail(&mut tx, follower, follow, now).await?;
    }
    tx.commit().await
}

/// Confirms a following; says whose it is, or nothing if it is there no more. Harmless when repeated.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn confirm(db: &mut Db, id: FollowId, now: Timestamp) -> sqlx::Result<Option<FollowerId>> {
    let mut tx = db.begin().await?;
    let follower = store::follows::confirm(&mut tx, id, now).await?;
    if let Some(follow) = store::follows::find(&mut tx, id).await?
        && let Followed::Place(area, _, set) = follow.of
    {
        store::digests::note_tops(&mut tx, id, area, set, now).await?;
    }
    tx.commit().await?;
    Ok(follower)
}

/// "I did not ask for this": the address gets no more such mails. What was confirmed before stays; its follower can stop it.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn disown(db: &mut Db, id: FollowId, now: Timestamp) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    store::follows::disown(&mut tx, id, now).await?;
    tx.commit().await
}

/// What somebody stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Following one thing.
    One(FollowId),
    /// The weekly news.
    Weekly(FollowerId),
    /// Everything.
    Everything(FollowerId),
}

/// Stops following. With the last thing that somebody follows goes what is held of them. Harmless when repeated.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn stop(db: &mut Db, stop: Stop) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    match stop {
        Stop::One(id) => store::follows::remove(&mut tx, id).await?,
        Stop::Weekly(follower) => store::follows::remove_weekly(&mut tx, follower).await?,
        Stop::Everything(follower) => store::follows::erase(&mut tx, follower).await?,
    }
    tx.commit().await
}
