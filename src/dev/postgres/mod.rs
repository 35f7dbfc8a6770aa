//! A private PostgreSQL for a site that was given no `DATABASE_URL`, and for tests.
//!
//! The program initialises a cluster in a data folder of its own, runs the server as its child and stops it at the end.
//! Nothing else can reach that server: it has no TCP port, and its Unix socket is in a folder that only the account
//! that runs it may enter.
//!
//! ```text
//! DATA_DIR/              ours; for root: owned by root, and entered but not written by the account that runs PostgreSQL
//!   lock                 held while a program runs this folder's server; contains the process id of that program
//!   postgres.log(.1)     what the server has to say, and the log before
//!   pg/                  the cluster; belongs to the account that runs PostgreSQL
//!   run/                 the socket; likewise
//! ```
//!
//! Whatever is killed, and whenever, the next start recovers: the lock goes away with the program that held it, so
//! whoever holds the lock knows that a server still alive in this folder has lost its program, and stops it.

mod account;
mod cluster;
mod connection;
mod error;
mod folder;
mod lock;
mod log;
mod orphan;
mod programs;
mod server;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::Instant;
use tracing::info;

use self::{account::Account, folder::Folder, lock::Lock, programs::Programs, server::Server};
pub use self::{error::PostgresError, folder::default_data_dir};

/// How long [`running`] waits for a server that another process is just starting.
const PATIENCE_WITH_OTHERS: Duration = Duration::from_secs(10);

/// How long a start waits for the system to clear away a server that was killed, and what PostgreSQL says meanwhile:
/// a process in its last moments is on no list any more, but its share of the memory still counts as used.
const PATIENCE_WITH_THE_KILLED: Duration = Duration::from_secs(10);
const STILL_IN_USE: &str = "pre-existing shared memory block";

/// What a private server needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder for everything the server keeps; made if it is missing. See [`default_data_dir`].
    pub data_dir: PathBuf,
    /// The setting `PG_BIN`: the folder with `initdb` and `postgres`. Without it the usual places are searched.
    pub pg_bin: Option<PathBuf>,
    /// Connections the server accepts at once, all programs together.
    pub max_connections: u16,
    /// Whether what was committed must survive a power cut. Only tests can do without; they are faster for it.
    pub durable: bool,
}

/// A running PostgreSQL server that belongs to this program. Dropping it stops the server and blocks until it has
/// ended; in asynchronous code, prefer [`PrivatePostgres::stop`].
#[derive(Debug)]
pub struct PrivatePostgres {
    server: Server,
    folder: Folder,
    /// Given back last, when the server has ended.
    _lock: Lock,
}

impl PrivatePostgres {
    /// Starts the server of a data folder and waits until its database accepts connections. Makes the cluster
    /// and the database first where they are missing, and cleans up after a program or server that was killed.
    ///
    /// # Errors
    ///
    /// [`PostgresError::AlreadyRunning`] while another process runs this folder's server (see [`running`]);
    /// otherwise a message that says what stands in the way and what can be done about it.
    pub async fn start(options: &Options) -> Result<Self, PostgresError> {
        let deadline = Instant::now() + PATIENCE_WITH_THE_KILLED;
        loop {
            match Self::start_once(options).await {
                Err(PostgresError::EndedEarly { last_words, .. })
                    if last_words.contains(STILL_IN_USE) && Instant::now() < deadline =>
                {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn start_once(options: &Options) -> Result<Self, PostgresError> {
        let options = options.clone();
        let postgres = tokio::task::spawn_blocking(move || Self::launch(&options))
            .await
            .map_err(|problem| PostgresError::Interrupted(problem.to_string()))??;
        connection::wait_until_ready(&postgres.server, &postgres.folder.socket_dir()).await?;
        Ok(postgres)
    }

    fn launch(options: &Options) -> Result<Self, PostgresError> {
        let account = Account::choose(&options.data_dir)?;
        let made_by = cluster::major_version(&options.data_dir)?;
        let programs = Programs::find(options.pg_bin.as_deref(), &options.data_dir, made_by)?;
        programs.check_reachable(&account)?;

        let folder = Folder::open(&options.data_dir, &account)?;
        let lock = Lock::acquire(&folder.lock(), folder.path())?;
        cluster::remove_half_made(&folder);
        orphan::stop(&folder)?;
        if !folder.cluster().exists() {
            info!("setting up a private PostgreSQL {} in {}", programs.major, folder.path().display());
            cluster::create(&folder, &programs, &account, options.durable)?;
        }
        folder::check_owner(&folder.cluster(), account.uid)?;
        folder.prepare_socket_dir(&account)?;
        let server = Server::spawn(&folder, &programs, &account, options)?;
        Ok(Self { server, folder, _lock: lock })
    }

    /// Where the database is, as sqlx and the programs of PostgreSQL understand it.
    pub fn url(&self) -> String {
        connection::url(&self.folder.socket_dir(), connection::DATABASE)
    }

    /// Resolves when the server has ended without being told to, to an error that says how and quotes its log.
    /// The connections are dead then; the program should end, or drop this server and start it again.
    pub fn died(&self) -> impl Future<Output = PostgresError> + Send + use<> {
        self.server.died()
    }

    /// Stops the server: open transactions are rolled back, connections closed, what was committed is kept.
    /// Usually takes less than 0.1 s; a server that does not answer is killed within 20 s.
    pub async fn stop(self) {
        // If the runtime is shutting down, the task is dropped unrun, which stops the server as well.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.server.stop();
        self.folder.remove_fallback_socket_dir();
    }
}

/// The address of the database that another process is running in this folder, or `None` if no process does.
/// If that server is still starting, waits up to ten seconds for it.
///
/// # Errors
///
/// [`PostgresError::NotAnswering`] if a process holds the folder but its server does not accept connections.
pub async fn running(data_dir: &Path) -> Result<Option<String>, PostgresError> {
    let Some(folder) = Folder::existing(data_dir)? else {
        return Ok(None);
    };
    let deadline = Instant::now() + PATIENCE_WITH_OTHERS;
    while let Some(holder) = lock::holder(&folder.lock())? {
        match connection::attempt(&folder.socket_dir(), connection::DATABASE).await {
            Ok(()) => {
                return Ok(Some(connection::url(&folder.socket_dir(), connection::DATABASE)));
            }
            Err(problem) if Instant::now() > deadline => {
                return Err(PostgresError::NotAnswering { folder: folder.path().to_owned(), pid: holder.pid, problem });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    Ok(None)
}
