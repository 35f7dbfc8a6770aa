//! What can stand in the way of a private PostgreSQL, in words for the person who has to do something about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::programs::OLDEST_MAJOR;

/// Why a private PostgreSQL could not be started, found or kept.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// No folder with both programs, in none of the places `looked` lists.
    #[error(
        "No PostgreSQL programs (initdb and postgres, version {OLDEST_MAJOR} or newer) were found on this machine.\n\
         Install them with:\n  \
           Debian, Ubuntu   apt-get install postgresql\n  \
           Fedora, Red Hat  dnf install postgresql-server postgresql-contrib\n  \
           Alpine           apk add postgresql postgresql-contrib\n  \
           macOS            brew install postgresql@17\n\
         or set PG_BIN to the folder that contains them, or DATABASE_URL to a server that runs already.\n\
         Looked in:\n  {}",
        .looked.join("\n  ")
    )]
    NoPrograms {
        /// Every place that was searched, in order.
        looked: Vec<String>,
    },

    /// The setting `PG_BIN` names a folder without the programs.
    #[error("PG_BIN is {}, but that folder does not contain the programs initdb and postgres.", .0.display())]
    WrongPgBin(PathBuf),

    /// Only programs that are too old were found.
    #[error("PostgreSQL {OLDEST_MAJOR} or newer is needed, but only these were found: {}.", .found.join(", "))]
    TooOld {
        /// Versions and their folders.
        found: Vec<String>,
    },

    /// The cluster was made by a version whose programs are not there.
    #[error(
        "The database in {} was made by PostgreSQL {made_by}, but only these were found: {}.\n\
         Install PostgreSQL {made_by} beside them (it will be preferred for this folder), or start afresh in another folder with --data-dir.",
        .folder.display(), .found.join(", ")
    )]
    OtherVersion {
        /// The data folder.
        folder: PathBuf,
        /// Major version of the cluster.
        made_by: u32,
        /// Versions found and their folders.
        found: Vec<String>,
    },

    /// `pg/` exists but is no cluster.
    #[error("{} is not a PostgreSQL database: its file PG_VERSION is missing or unreadable. Choose another folder with --data-dir.", .0.display())]
    NotACluster(PathBuf),

    /// The program runs as root and has no other account to run PostgreSQL with.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody to run it with. Start the program as an ordinary user."
    )]
    NoAccount,

    /// A folder on the way is closed to the account that runs PostgreSQL.
    #[error(
        "PostgreSQL refuses to run as root, so the account {account} runs it, but that account may not enter {}.\n\
         Choose {instead}, or open the folder with: chmod o+x {}",
        .folder.display(), .folder.display()
    )]
    Closed {
        /// The folder that cannot be entered.
        folder: PathBuf,
        /// The account's name.
        account: String,
        /// What could be chosen instead, and with which setting.
        instead: &'static str,
    },

    /// Something is there already, and it is not what it should be.
    #[error("{} {problem}. Choose another data folder with --data-dir.", .path.display())]
    Refused {
        /// What is there.
        path: PathBuf,
        /// What is wrong with it, as the rest of a sentence.
        problem: String,
    },

    /// Another process runs the server of this folder.
    #[error("The database in {} is already in use by {}. Stop that one first, or choose another folder with --data-dir.", .folder.display(), process(*.pid))]
    AlreadyRunning {
        /// The data folder.
        folder: PathBuf,
        /// The process that holds the folder, if it has said so yet.
        pid: Option<u32>,
    },

    /// Another process holds this folder, but its server does not accept connections.
    #[error("The database in {} is in use by {}, but does not answer: {problem}", .folder.display(), process(*.pid))]
    NotAnswering {
        /// The data folder.
        folder: PathBuf,
        /// The process that holds the folder, if it has said so yet.
        pid: Option<u32>,
        /// What came of the last attempt to connect.
        problem: sqlx::Error,
    },

    /// `initdb` failed.
    #[error("PostgreSQL could not set up a new database: {0}")]
    Initdb(String),

    /// The server ended while it was starting.
    #[error("PostgreSQL ended while it was starting ({status}). Its last words, from {}:\n{last_words}", .log.display())]
    EndedEarly {
        /// Exit status or signal.
        status: String,
        /// The log file.
        log: PathBuf,
        /// The last lines of the log.
        last_words: String,
    },

    /// The server did not get ready in time.
    #[error("PostgreSQL was not ready after {seconds} seconds ({problem}). Its last words, from {}:\n{last_words}", .log.display())]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// What came of the last attempt to connect.
        problem: sqlx::Error,
        /// The log file.
        log: PathBuf,
        /// The last lines of the log.
        last_words: String,
    },

    /// The server ended later on, without being told to.
    #[error("PostgreSQL ended unexpectedly ({status}). Its last words, from {}:\n{last_words}", .log.display())]
    Died {
        /// Exit status or signal.
        status: String,
        /// The log file.
        log: PathBuf,
        /// The last lines of the log.
        last_words: String,
    },

    /// A server that lost its program does not end.
    #[error("A PostgreSQL server left behind in {} (process {pid}) could not be stopped.", .folder.display())]
    Unstoppable {
        /// The data folder.
        folder: PathBuf,
        /// The server's process.
        pid: i32,
    },

    /// PostgreSQL is there, but not the extension the site's search needs.
    #[error(
        "This PostgreSQL lacks the extension pg_trgm, which is part of its contrib package. Install it with:\n  \
           Fedora, Red Hat  dnf install postgresql-contrib\n  \
           Alpine           apk add postgresql-contrib\n\
         (the packages of Debian, Ubuntu and Homebrew contain it)."
    )]
    NoTrigrams,

    /// The server refused what we asked.
    #[error("The private PostgreSQL runs, but its database could not be opened: {0}")]
    Database(#[from] sqlx::Error),

    /// A file or folder could not be read or written, or a program not be run.
    #[error("Could not {doing} {}: {problem}", .path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// The file, folder or program.
        path: PathBuf,
        /// The system's reason.
        problem: io::Error,
    },

    /// The task that starts the server did not finish.
    #[error("Starting PostgreSQL was interrupted: {0}")]
    Interrupted(String),
}

impl PostgresError {
    /// For `map_err`: an I/O error with what was tried, as a verb, and on what.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |problem| Self::Io { doing, path, problem }
    }

    pub(super) fn refused(path: &Path, problem: impl Into<String>) -> Self {
        Self::Refused { path: path.to_owned(), problem: problem.into() }
    }
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}
