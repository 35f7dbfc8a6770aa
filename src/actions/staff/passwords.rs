//! Hashing passwords (Argon2id), a few at a time: it is slow on purpose, and takes 19 MB each.

use std::{sync::LazyLock, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::actions::together::NotDone;

/// Hashes that are made at one time for those whom nobody knows.
static STRANGERS: Semaphore = Semaphore::const_new(2);
/// The same for those who are known by their session, their invitation or their browser: a crowd of strangers does not
/// stand in their way.
static KNOWN: Semaphore = Semaphore::const_new(2);
/// How long somebody waits for their turn before they are told that the site is busy.
const PATIENCE: Duration = Duration::from_secs(8);

/// The parameters that OWASP recommends: 19 MiB, twice, one lane.
static ARGON2: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    let params = Params::new(19_456, 2, 1, None).expect("parameters within their bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
});

/// What is compared with when there is no account or no password: it takes as long, and nothing fits.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(&format!("{:032x}", rand::random::<u128>())));

fn hash_now(password: &str) -> String {
    ARGON2.hash_password(password.as_bytes()).expect("a password is short enough").to_string()
}

/// The hash of a password, with its parameters and a salt of its own.
///
/// # Errors
/// When too many wait already.
pub async fn hash(password: &str) -> Result<String, NotDone> {
    let password = password.to_owned();
    in_turn(&KNOWN, move || hash_now(&password)).await
}

/// Whether this is the password of which there is this hash. Takes as long when there is none. `known`: whether it is
/// somebody who has been here before.
///
/// # Errors
/// When too many wait already.
pub async fn is(password: &str, hash: Option<&str>, known: bool) -> Result<bool, NotDone> {
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    in_turn(if known { &KNOWN } else { &STRANGERS }, move || {
        let is_set = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let fits =
            PasswordHash::new(&hash).is_ok_and(|hash| ARGON2.verify_password(password.as_bytes(), &hash).is_ok());
        fits && is_set
    })
    .await
}

async fn in_turn<T: Send + 'static>(
    gate: &'static Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, NotDone> {
    let turn = tokio::time::timeout(PATIENCE, gate.acquire()).await;
    let Ok(Ok(turn)) = turn else { return Err(NotDone::Busy) };
    let done = tokio::task::spawn_blocking(move || {
        // Held until it is done, even if nobody waits for it any more.
        let _turn = turn;
        work()
    });
    done.await.map_err(|_| NotDone::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_and_no_other_does() {
        let hash = hash("teal otter walks").await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is("teal otter walks", Some(&hash), true).await.expect("an answer"));
        assert!(!is("teal otter walk", Some(&hash), true).await.expect("an answer"));
        assert!(!is("teal otter walks", None, false).await.expect("an answer"));
        assert!(!is("teal otter walks", Some("nonsense"), false).await.expect("an answer"));
    }
}
