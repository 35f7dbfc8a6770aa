//! The account that runs PostgreSQL: our own, or an unprivileged one when we are root, as which PostgreSQL refuses to run.

use std::{
    ffi::OsStr,
    fs::{self, Metadata},
    io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

use super::{error::PostgresError, folder};

/// Accounts fit to run PostgreSQL for root, best first. macOS marks the accounts of services with an underscore.
const CANDIDATES: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// Who runs PostgreSQL and owns its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Whether this is not the account that we run as ourselves.
    pub(super) other: bool,
}

impl Account {
    /// Our own account; for root, the one that owns the cluster already, else the first there is.
    pub(super) fn choose(data_dir: &Path) -> Result<Self, PostgresError> {
        let uid = rustix::process::geteuid();
        if !uid.is_root() {
            return Ok(Self {
                name: "of this user".to_owned(),
                uid: uid.as_raw(),
                gid: rustix::process::getegid().as_raw(),
                other: false,
            });
        }
        let passwd = Path::new("/etc/passwd");
        let lines = fs::read(passwd).map_err(PostgresError::io("read", passwd))?;
        let candidates = candidates(&String::from_utf8_lossy(&lines));
        let owner = fs::symlink_metadata(folder::cluster_in(data_dir)).ok().map(|cluster| cluster.uid());
        let owning = candidates.iter().find(|candidate| Some(candidate.uid) == owner);
        owning.or(candidates.first()).cloned().ok_or(PostgresError::NoAccount)
    }

    /// A command that runs as this account, untouched by what the caller's environment says about PostgreSQL,
    /// its language or its time zone. Supplementary groups are dropped by the standard library with the user.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // Our own working folder may be one that the account cannot enter.
        command.current_dir("/").env("LC_ALL", "C").env("TZ", "UTC");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        if self.other {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Makes a folder that only this account may enter. Fails if there is something at that path.
    pub(super) fn make_dir(&self, path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().mode(0o700).create(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        if self.other { lchown(path, Some(self.uid), Some(self.gid)) } else { Ok(()) }
    }

    /// Checks that this account may enter a folder and every folder above it. Our own account is not checked:
    /// what is closed to it fails with the system's own message.
    pub(super) fn check_reachable(&self, folder: &Path, instead: &'static str) -> Result<(), PostgresError> {
        if !self.other {
            return Ok(());
        }
        let mut way: Vec<&Path> = folder.ancestors().collect();
        way.reverse();
        for step in way {
            let metadata = fs::metadata(step).map_err(PostgresError::io("look at", step))?;
            if !self.may_enter(&metadata) {
                return Err(PostgresError::Closed { folder: step.to_owned(), account: self.name.clone(), instead });
            }
        }
        Ok(())
    }

    fn may_enter(&self, folder: &Metadata) -> bool {
        let allowed = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & allowed != 0
    }
}

/// The accounts of a passwd file that may run PostgreSQL, best first.
fn candidates(passwd: &str) -> Vec<Account> {
    let account = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = id(fields.nth(1)?)?;
        let gid = id(fields.next()?)?;
        Some(Account { name, uid, gid, other: true })
    };
    let accounts: Vec<Account> = passwd.lines().filter_map(account).filter(|account| account.uid != 0).collect();
    CANDIDATES.iter().filter_map(|name| accounts.iter().find(|account| account.name == *name).cloned()).collect()
}

/// A user or group id. macOS writes that of `nobody` as -2.
fn id(field: &str) -> Option<u32> {
    field.parse().ok().or_else(|| field.parse::<i32>().ok().map(i32::cast_unsigned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_is_preferred_to_nobody() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\n\
                      nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n\
                      postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";
        let found = candidates(passwd);
        let facts: Vec<_> = found.iter().map(|account| (account.name.as_str(), account.uid, account.gid)).collect();
        assert_eq!(facts, [("postgres", 101, 104), ("nobody", 65534, 65533)]);
    }

    #[test]
    fn strange_lines_are_passed_over() {
        let passwd = "\n# comment\nnobody\npostgres:x:0:0::/:\n+::::::\nnobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false";
        let found = candidates(passwd);
        assert_eq!(found.len(), 1, "an account postgres with the rights of root is no help");
        assert_eq!((found[0].name.as_str(), found[0].uid, found[0].gid), ("nobody", u32::MAX - 1, u32::MAX - 1));
    }

    #[test]
    fn programs_are_shielded_from_the_callers_postgres_settings() {
        let account = Account { name: "x".to_owned(), uid: 1, gid: 1, other: false };
        let command = account.command("true");
        assert!(command.get_envs().any(|(name, value)| name == "LC_ALL" && value == Some(OsStr::new("C"))));
        assert_eq!(command.get_current_dir(), Some(Path::new("/")));
    }
}
