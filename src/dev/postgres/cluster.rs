//! Makes the cluster, in a way that a kill at any moment leaves either a whole one or none.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
};

use tracing::warn;

use super::{account::Account, connection, error::PostgresError, folder, folder::Folder, programs::Programs};

/// What clusters in the making are called, followed by the process that makes them: should the `initdb` of a killed
/// program still be at work, it does not write into the folder of the next.
const HALF_MADE: &str = "pg.new-";

/// Makes the cluster beside its final place, then moves it there.
pub(super) fn create(
    folder: &Folder,
    programs: &Programs,
    account: &Account,
    durable: bool,
) -> Result<(), PostgresError> {
    let new = folder.path().join(format!("{HALF_MADE}{}", std::process::id()));
    // C.UTF-8 sorts by code point and lower-cases every alphabet. Systems without it have C, which is ASCII only.
    let mut made = initdb(&new, programs, account, "C.UTF-8")?;
    if made.as_ref().is_err_and(|complaint| complaint.contains("invalid locale name")) {
        fs::remove_dir_all(&new).map_err(PostgresError::io("remove", &new))?;
        made = initdb(&new, programs, account, "C")?;
    }
    made.map_err(PostgresError::Initdb)?;
    if durable {
        save(&new, programs, account)?;
    }
    let cluster = folder.cluster();
    fs::rename(&new, &cluster).map_err(PostgresError::io("move the new database to", &cluster))?;
    File::open(folder.path()).and_then(|folder| folder.sync_all()).map_err(PostgresError::io("save", folder.path()))
}

/// Removes what kills during [`create`] left. Best effort: what cannot be removed is in nobody's way.
pub(super) fn remove_half_made(folder: &Folder) {
    for entry in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(HALF_MADE.as_bytes())
            && let Err(problem) = fs::remove_dir_all(entry.path())
        {
            warn!("could not remove {}, left by a start that was killed: {problem}", entry.path().display());
        }
    }
}

/// The major version of PostgreSQL that made a data folder's cluster; `None` if there is no cluster yet.
pub(super) fn major_version(data_dir: &Path) -> Result<Option<u32>, PostgresError> {
    let cluster = folder::cluster_in(data_dir);
    if !cluster.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(cluster.join("PG_VERSION")).ok();
    match text.and_then(|text| text.trim().parse().ok()) {
        Some(major) => Ok(Some(major)),
        None => Err(PostgresError::NotACluster(cluster)),
    }
}

fn initdb(
    new: &Path,
    programs: &Programs,
    account: &Account,
    locale: &str,
) -> Result<Result<(), String>, PostgresError> {
    account.make_dir(new).map_err(PostgresError::io("make the folder", new))?;
    let locale = format!("--locale={locale}");
    let username = format!("--username={}", connection::USER);
    // "trust" is safe because only the account itself and root can enter the folder of the only socket.
    run(
        programs,
        account,
        new,
        &["--auth=trust", &username, "--encoding=UTF8", &locale, "--no-sync", "--no-instructions"],
    )
}

/// Waits until the new cluster is on the disk: its whole file system in one go, which takes a fiftieth of the time
/// that its thousand files take one after the other.
#[cfg(target_os = "linux")]
fn save(new: &Path, _: &Programs, _: &Account) -> Result<(), PostgresError> {
    let synced = File::open(new).and_then(|new| Ok(rustix::fs::syncfs(new)?));
    synced.map_err(PostgresError::io("save", new))
}

/// Waits until the new cluster is on the disk.
#[cfg(not(target_os = "linux"))]
fn save(new: &Path, programs: &Programs, account: &Account) -> Result<(), PostgresError> {
    run(programs, account, new, &["--sync-only"])?.map_err(PostgresError::Initdb)
}

/// Runs initdb. The inner error is what it complains about.
fn run(
    programs: &Programs,
    account: &Account,
    cluster: &Path,
    arguments: &[&str],
) -> Result<Result<(), String>, PostgresError> {
    let program: &PathBuf = &programs.initdb;
    let output = account
        .command(program)
        .arg("-D")
        .arg(cluster)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(PostgresError::io("run", program))?;
    if output.status.success() {
        return Ok(Ok(()));
    }
    Ok(Err(format!("{} ({})", String::from_utf8_lossy(&output.stderr).trim(), output.status)))
}
