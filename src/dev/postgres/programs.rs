//! Finds the programs of PostgreSQL: the setting, the search path, the places where systems install them, the data folder.

use std::{
    env,
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{account::Account, error::PostgresError};

/// The oldest major version the site's SQL is tested with.
pub(super) const OLDEST_MAJOR: u32 = 15;

/// Where systems install the programs, side by side by version: `*` stands for the version, the newest goes first.
const PLACES: [&str; 9] = [
    "/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
    "/usr/pgsql-*/bin",                                   // Red Hat, from the PostgreSQL project
    "/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew on Apple's processors
    "/usr/local/opt/postgresql@*/bin",                    // Homebrew on Intel's
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",    // Homebrew on Linux
    "/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
    "/usr/libexec/postgresql*",                           // Alpine
    "/usr/lib/postgresql*/bin",                           // SUSE
    "/usr/local/pgsql/bin",                               // built from source
];

/// Programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    pub(super) initdb: PathBuf,
    pub(super) postgres: PathBuf,
    pub(super) major: u32,
}

/// A place to search, and how the message about a vain search calls it.
struct Place {
    name: String,
    folders: Vec<PathBuf>,
}

impl Programs {
    /// The first programs that will do: those in `pg_bin` if that is set, otherwise the first of the usual places.
    /// A cluster can only be run by the major version that it was `made_by`.
    pub(super) fn find(pg_bin: Option<&Path>, data_dir: &Path, made_by: Option<u32>) -> Result<Self, PostgresError> {
        let places = match pg_bin {
            Some(folder) => vec![Place { name: "PG_BIN".to_owned(), folders: vec![folder.to_owned()] }],
            None => places(env::var_os("PATH").as_deref(), data_dir),
        };
        Self::in_one_of(places, pg_bin, data_dir, made_by)
    }

    /// The first programs in these places that will do. What there is to say if there are none depends on the rest.
    fn in_one_of(
        places: Vec<Place>,
        pg_bin: Option<&Path>,
        data_dir: &Path,
        made_by: Option<u32>,
    ) -> Result<Self, PostgresError> {
        let mut found = Vec::new();
        for folder in places.iter().flat_map(|place| &place.folders) {
            let Some(programs) = Self::inside(folder) else {
                continue;
            };
            if made_by.map_or(programs.major >= OLDEST_MAJOR, |major| programs.major == major) {
                return Ok(programs);
            }
            found.push(programs);
        }
        let described = found
            .iter()
            .map(|programs| format!("{} in {}", programs.major, folder_of(&programs.postgres).display()))
            .collect();
        Err(match (pg_bin, made_by) {
            (Some(folder), _) if found.is_empty() => PostgresError::WrongPgBin(folder.to_owned()),
            (None, _) if found.is_empty() => {
                PostgresError::NoPrograms { looked: places.into_iter().map(|place| place.name).collect() }
            }
            (_, Some(made_by)) => {
                PostgresError::OtherVersion { folder: data_dir.to_owned(), made_by, found: described }
            }
            (_, None) => PostgresError::TooOld { found: described },
        })
    }

    /// The programs in a folder, if both are there and can say what version they are.
    fn inside(folder: &Path) -> Option<Self> {
        let [initdb, postgres] = ["initdb", "postgres"].map(|name| folder.join(name));
        if !is_program(&initdb) || !is_program(&postgres) {
            return None;
        }
        let answer = Command::new(&postgres).arg("--version").stdin(Stdio::null()).output().ok()?;
        let major = major_in(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Self { initdb, postgres, major })
    }

    /// Checks that the account may enter the folders the programs really are in.
    pub(super) fn check_reachable(&self, account: &Account) -> Result<(), PostgresError> {
        for program in [&self.initdb, &self.postgres] {
            let real = program.canonicalize().map_err(PostgresError::io("find", program))?;
            for place in [folder_of(program), folder_of(&real)] {
                account.check_reachable(place, "other programs with PG_BIN")?;
            }
        }
        Ok(())
    }
}

/// Everywhere to look when nothing was set, in order.
fn places(search_path: Option<&OsStr>, data_dir: &Path) -> Vec<Place> {
    let on_path = search_path.map(|path| env::split_paths(path).filter(|folder| folder.is_absolute()).collect());
    let mut places = vec![Place { name: "the folders in PATH".to_owned(), folders: on_path.unwrap_or_default() }];
    places.extend(PLACES.map(|pattern| Place { name: pattern.to_owned(), folders: expand(pattern) }));
    let own = data_dir.join("postgres-bin");
    places.push(Place { name: own.display().to_string(), folders: vec![own.clone(), own.join("bin")] });
    places
}

/// The folders that a pattern stands for, the newest version first. Without a `*`, the pattern is the folder.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let names = fs::read_dir(format!("{parent}/")).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    newest_first(names, prefix).iter().map(|name| PathBuf::from(format!("{parent}/{name}{after}"))).collect()
}

/// Those names that are the prefix and a version, the newest first.
fn newest_first(names: Vec<String>, prefix: &str) -> Vec<String> {
    let version = |name: &str| -> Option<Vec<u32>> {
        name.strip_prefix(prefix)?.split('.').map(|part| part.parse().ok()).collect()
    };
    let mut versions: Vec<(Vec<u32>, String)> =
        names.into_iter().filter_map(|name| Some((version(&name)?, name))).collect();
    versions.sort_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, name)| name).collect()
}

/// The major version in what `postgres --version` says: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_in(answer: &str) -> Option<u32> {
    let (_, version) = answer.split_once("(PostgreSQL) ")?;
    let end = version.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().ok()
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

fn folder_of(program: &Path) -> &Path {
    program.parent().unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn newer_versions_go_first_by_number() {
        assert_eq!(newest_first(owned(&["9.6", "15", "latest", "18", "16.2"]), ""), ["18", "16.2", "15", "9.6"]);
        assert_eq!(newest_first(owned(&["pgsql-9.6", "lib", "pgsql-17"]), "pgsql-"), ["pgsql-17", "pgsql-9.6"]);
        assert_eq!(
            newest_first(owned(&["postgresql", "postgresql-common", "postgresql16"]), "postgresql"),
            ["postgresql16"]
        );
    }

    #[test]
    fn the_version_is_read_from_what_the_program_says() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18\n"), Some(18));
        assert_eq!(major_in("postgres (PostgreSQL) 19beta2\n"), Some(19));
        assert_eq!(major_in("psql 15\n"), None);
    }

    #[test]
    fn the_search_goes_from_the_path_over_the_systems_places_to_the_data_folder() {
        let path = env::join_paths(["/a/bin", "relative", "/b"]).unwrap();
        let places = places(Some(&path), Path::new("/data"));
        assert_eq!(
            places[0].folders,
            [Path::new("/a/bin"), Path::new("/b")],
            "a relative folder means something else elsewhere"
        );
        assert_eq!(places[1].name, "/usr/lib/postgresql/*/bin");
        assert_eq!(
            places.last().unwrap().folders,
            [Path::new("/data/postgres-bin"), Path::new("/data/postgres-bin/bin")]
        );
    }

    #[test]
    fn a_wrong_setting_is_named_and_nothing_else_searched() {
        let refused = Programs::find(Some(Path::new("/nonexistent")), Path::new("/data"), None).unwrap_err();
        assert!(refused.to_string().starts_with("PG_BIN is /nonexistent"), "{refused}");
    }

    #[test]
    fn a_vain_search_says_what_to_install_and_where_it_looked() {
        let empty = |place: Place| Place { folders: vec![PathBuf::from("/nonexistent")], ..place };
        let places = places(None, Path::new("/data")).into_iter().map(empty).collect();
        let message = Programs::in_one_of(places, None, Path::new("/data"), None).unwrap_err().to_string();
        for part in [
            "apt-get install postgresql",
            "dnf install postgresql-server",
            "apk add",
            "brew install",
            "/usr/lib/postgresql/*/bin",
            "/data/postgres-bin",
        ] {
            assert!(message.contains(part), "{part} is missing in:\n{message}");
        }
    }
}
