//! The secret keys: those that are set, or the private PostgreSQL's own. `undersigned new-key` makes one.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::ExitCode,
};

use anyhow::Context;

use super::{
    database::{self, Database},
    say,
};
use crate::{
    domain::keyring::{KEY_BYTES, Keyring, SecretKey},
    settings::Settings,
};

/// The file in the data folder that holds the keys of the private database.
const FILE: &str = "secret-keys";

/// The keys for a database: those that are set; for a private one otherwise its own, made when it is first asked for.
///
/// # Errors
/// When none are set for a database elsewhere, and when the file of the private one's cannot be used.
pub(super) fn keyring(settings: &Settings, database: &Database) -> anyhow::Result<Keyring> {
    match &settings.secret_keys {
        Some(keyring) => Ok(keyring.clone()),
        None if database.private.is_some() || settings.database_url.is_none() => {
            let file = database::data_dir(settings).join(FILE);
            kept(&file).with_context(|| format!("the secret keys in {}", file.display()))
        }
        None => anyhow::bail!(
            "with a database of your own, set --secret-keys (UNDERSIGNED_SECRET_KEYS) as well; `undersigned new-key` makes \
             one. Keep it outside the database, and keep it: what it has encrypted nothing else can open"
        ),
    }
}

fn kept(file: &Path) -> anyhow::Result<Keyring> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(mut new) => {
            let key = SecretKey::new(1, rand::random::<[u8; KEY_BYTES]>());
            writeln!(new, "{}", key.reveal())?;
            new.sync_all()?;
            Ok(Keyring::new(&[key])?)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(fs::read_to_string(file)?.parse()?),
        Err(error) => Err(error.into()),
    }
}

/// Prints a new key.
pub(super) fn new_key(number: u8) -> ExitCode {
    say(&SecretKey::new(number, rand::random::<[u8; KEY_BYTES]>()).reveal());
    ExitCode::SUCCESS
}
