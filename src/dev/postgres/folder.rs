//! The data folder: where things are in it, whose they are, and where the socket goes when its path is too long.

use std::{
    fs,
    io::ErrorKind,
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use super::{account::Account, error::PostgresError};

/// The socket's name: PostgreSQL makes it from the port number, which means nothing else here.
pub(super) const SOCKET: &str = ".s.PGSQL.5432";

/// Bytes that the path of a Unix socket may have: `sun_path` of the system, less its final NUL.
const LONGEST_SOCKET_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The data folder of a checkout: its name, and a hash of its full path, so that no two checkouts share one. It is in
/// `/var/lib/undersigned` for root, whose home no other account can enter; else in the user's XDG data folder.
pub fn default_data_dir(project: &Path) -> PathBuf {
    let root = rustix::process::geteuid().is_root();
    let xdg = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let data_home = xdg.or_else(|| Some(std::env::home_dir()?.join(".local/share")));
    data_dir(project, data_home.filter(|_| !root))
}

fn data_dir(project: &Path, data_home: Option<PathBuf>) -> PathBuf {
    let name = project.file_name().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().take(40).collect();
    let home = data_home.unwrap_or_else(|| PathBuf::from("/var/lib"));
    home.join("undersigned").join(format!("{name}-{}", short_hash(project)))
}

/// Where the cluster of a data folder is.
pub(super) fn cluster_in(data_dir: &Path) -> PathBuf {
    data_dir.join("pg")
}

/// A data folder that exists and is ours.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// Absolute, without symbolic links.
    path: PathBuf,
    root: bool,
}

impl Folder {
    /// The folder at this path, made if it is missing, and checked: it must be ours, closed to others' writing,
    /// and open to the account that runs PostgreSQL.
    pub(super) fn open(data_dir: &Path, account: &Account) -> Result<Self, PostgresError> {
        const INSTEAD: &str = "another data folder with --data-dir";
        let wanted = std::path::absolute(data_dir).map_err(PostgresError::io("understand", data_dir))?;
        if fs::symlink_metadata(&wanted).is_ok_and(|found| found.is_symlink()) {
            return Err(PostgresError::refused(&wanted, "is a symbolic link"));
        }
        let existing = wanted.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        let base = existing.canonicalize().map_err(PostgresError::io("look at", existing))?;
        account.check_reachable(&base, INSTEAD)?;

        let mut path = base;
        for name in wanted.strip_prefix(existing).unwrap_or(Path::new("")) {
            path.push(name);
            make_open_dir(&path, account)?;
        }
        let folder = Self { path, root: account.other };
        check_owner(&folder.path, rustix::process::geteuid().as_raw())?;
        account.check_reachable(&folder.path, INSTEAD)?;
        let writable_by_others = if folder.root { 0o022 } else { 0o002 };
        let metadata = fs::metadata(&folder.path).map_err(PostgresError::io("look at", &folder.path))?;
        if metadata.mode() & writable_by_others != 0 {
            return Err(PostgresError::refused(&folder.path, "may be written by others"));
        }
        Ok(folder)
    }

    /// The folder at this path, if there is one. Nothing is made and nothing checked.
    pub(super) fn existing(data_dir: &Path) -> Result<Option<Self>, PostgresError> {
        match data_dir.canonicalize() {
            Ok(path) => Ok(Some(Self { path, root: rustix::process::geteuid().is_root() })),
            Err(problem) if problem.kind() == ErrorKind::NotFound => Ok(None),
            Err(problem) => Err(PostgresError::io("look at", data_dir)(problem)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn cluster(&self) -> PathBuf {
        cluster_in(&self.path)
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    pub(super) fn old_log(&self) -> PathBuf {
        self.path.join("postgres.log.1")
    }

    /// What this server's processes call themselves in the list of processes.
    pub(super) fn cluster_name(&self) -> String {
        format!("undersigned-{}", short_hash(&self.path))
    }

    /// `run/` in this folder; or, if the socket's path would be too long there or could not be written in a URL,
    /// a folder with a short name where such things belong.
    pub(super) fn socket_dir(&self) -> PathBuf {
        let usual = self.path.join("run");
        let socket = usual.join(SOCKET);
        if socket.as_os_str().len() <= LONGEST_SOCKET_PATH && socket.to_str().is_some() {
            return usual;
        }
        // Sticky or root's own: nobody can take the folder away once it is ours.
        let place = match (self.root, cfg!(target_os = "linux")) {
            (true, true) => "/run",
            (true, false) => "/var/run",
            (false, _) => "/tmp",
        };
        Path::new(place).join(self.cluster_name())
    }

    /// Makes or checks the socket's folder, and removes what a killed server left in it: its lock file names a
    /// process, and if the system has since given that number to another, the next server would refuse to start.
    pub(super) fn prepare_socket_dir(&self, account: &Account) -> Result<(), PostgresError> {
        let folder = self.socket_dir();
        match account.make_dir(&folder) {
            Ok(()) => Ok(()),
            Err(problem) if problem.kind() == ErrorKind::AlreadyExists => {
                check_owner(&folder, account.uid)?;
                fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))
                    .map_err(PostgresError::io("close", &folder))?;
                remove_sockets(&folder);
                Ok(())
            }
            Err(problem) => Err(PostgresError::io("make the folder", &folder)(problem)),
        }
    }

    /// Removes the socket's folder if it is not in this one.
    pub(super) fn remove_fallback_socket_dir(&self) {
        let folder = self.socket_dir();
        if !folder.starts_with(&self.path) {
            remove_sockets(&folder);
            let _ = fs::remove_dir(&folder);
        }
    }
}

/// Checks that something is a folder, no link to one, and owned by whom it should be. We are about to trust
/// what is in it, and others may have been able to make it.
pub(super) fn check_owner(path: &Path, uid: u32) -> Result<(), PostgresError> {
    let found = fs::symlink_metadata(path).map_err(PostgresError::io("look at", path))?;
    if !found.is_dir() {
        return Err(PostgresError::refused(path, "is not a folder"));
    }
    if found.uid() != uid {
        return Err(PostgresError::refused(path, format!("belongs to user {}, not to user {uid}", found.uid())));
    }
    Ok(())
}

/// Makes a folder that the account can enter, whatever the umask; or takes the one that another start made meanwhile.
fn make_open_dir(path: &Path, account: &Account) -> Result<(), PostgresError> {
    match fs::create_dir(path) {
        Ok(()) => {
            let mode = if account.other { 0o711 } else { 0o700 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(PostgresError::io("open", path))
        }
        Err(problem) if problem.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(problem) => Err(PostgresError::refused(path, format!("could not be made: {problem}"))),
    }
}

fn remove_sockets(folder: &Path) {
    let _ = fs::remove_file(folder.join(SOCKET));
    let _ = fs::remove_file(folder.join(format!("{SOCKET}.lock")));
}

fn short_hash(path: &Path) -> String {
    blake3::hash(path.as_os_str().as_bytes()).to_hex().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn checkouts_of_one_name_have_folders_of_their_own() {
        let (one, other) = (data_dir(Path::new("/home/ada/site"), None), data_dir(Path::new("/home/bob/site"), None));
        assert!(one.to_str().unwrap().starts_with("/var/lib/undersigned/site-"), "{}", one.display());
        assert_ne!(one, other);
        assert_eq!(one, data_dir(Path::new("/home/ada/site"), None));
    }

    #[test]
    fn a_user_has_the_folder_at_home_and_its_name_stays_short() {
        let home = PathBuf::from("/home/ada/.local/share");
        let folder = data_dir(&Path::new("/x").join("n".repeat(255)), Some(home.clone()));
        assert_eq!(folder.parent(), Some(home.join("undersigned").as_path()));
        assert_eq!(folder.file_name().map(OsStr::len), Some(40 + 1 + 10));
    }

    #[test]
    fn the_socket_is_in_the_data_folder_while_its_path_fits() {
        let fits = format!("/{}", "d".repeat(LONGEST_SOCKET_PATH - "//run/".len() - SOCKET.len()));
        let folder = |path: &str, root| Folder { path: PathBuf::from(path), root };
        let socket_dir = folder(&fits, false).socket_dir();
        assert_eq!(socket_dir, Path::new(&fits).join("run"));
        assert_eq!(socket_dir.join(SOCKET).as_os_str().len(), LONGEST_SOCKET_PATH);

        let long = fits + "d";
        assert!(folder(&long, false).socket_dir().starts_with("/tmp"));
        assert!(!folder(&long, true).socket_dir().starts_with("/tmp"), "root has a better place");
    }

    #[test]
    fn a_path_that_no_url_can_say_has_its_socket_elsewhere() {
        let folder = Folder { path: PathBuf::from(OsStr::from_bytes(b"/data/\xff")), root: false };
        assert!(folder.socket_dir().starts_with("/tmp"));
    }
}
