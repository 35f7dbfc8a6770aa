//! The lock on a data folder: one program at a time, and the system gives it back whatever happens to that program.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    thread,
    time::Duration,
};

use rustix::fs::OFlags;

use super::error::PostgresError;

/// How often and at what distance a taken lock is tried again. [`holder`] takes it for an instant, as does every
/// program that is just being started by the one that holds it.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Another process that holds the lock.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Holder {
    /// Its process id, unless it has not written that yet.
    pub(super) pid: Option<u32>,
}

impl Lock {
    /// Takes the lock and writes our process id into it.
    pub(super) fn acquire(path: &Path, folder: &Path) -> Result<Self, PostgresError> {
        let mut file = options()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(PostgresError::io("open", path))?;
        let mut tries = 0;
        loop {
            tries += 1;
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries < TRIES => thread::sleep(BETWEEN_TRIES),
                Err(TryLockError::WouldBlock) => {
                    return Err(PostgresError::AlreadyRunning { folder: folder.to_owned(), pid: pid_in(&mut file) });
                }
                Err(TryLockError::Error(problem)) => {
                    return Err(PostgresError::io("lock", path)(problem));
                }
            }
        }
        file.set_len(0)
            .and_then(|()| file.write_all(format!("{}\n", std::process::id()).as_bytes()))
            .map_err(PostgresError::io("write", path))?;
        Ok(Self { _file: file })
    }
}

/// Who holds the lock, if anybody does.
pub(super) fn holder(path: &Path) -> Result<Option<Holder>, PostgresError> {
    let mut file = match options().open(path) {
        Ok(file) => file,
        Err(problem) if problem.kind() == ErrorKind::NotFound => return Ok(None),
        Err(problem) => return Err(PostgresError::io("open", path)(problem)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(Holder { pid: pid_in(&mut file) })),
        Err(TryLockError::Error(problem)) => Err(PostgresError::io("lock", path)(problem)),
    }
}

/// A planted symbolic link is not followed.
fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

fn pid_in(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, path::PathBuf};

    use super::*;

    fn fresh_folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("undersigned-lock-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn one_holder_at_a_time_and_it_says_who_it_is() {
        let folder = fresh_folder("holder");
        let path = folder.join("lock");
        assert_eq!(holder(&path).unwrap(), None, "no file");

        let lock = Lock::acquire(&path, &folder).unwrap();
        let me = Some(std::process::id());
        assert_eq!(holder(&path).unwrap(), Some(Holder { pid: me }));
        let refused = Lock::acquire(&path, &folder).unwrap_err();
        assert!(matches!(refused, PostgresError::AlreadyRunning { pid, .. } if pid == me), "{refused}");

        drop(lock);
        assert_eq!(holder(&path).unwrap(), None, "released");
        Lock::acquire(&path, &folder).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_planted_link_is_refused_and_its_target_left_alone() {
        let folder = fresh_folder("link");
        let target = folder.join("precious");
        fs::write(&target, "keep").unwrap();
        symlink(&target, folder.join("lock")).unwrap();
        assert!(Lock::acquire(&folder.join("lock"), &folder).is_err());
        assert_eq!(fs::read_to_string(&target).unwrap(), "keep");
        fs::remove_dir_all(folder).unwrap();
    }
}
