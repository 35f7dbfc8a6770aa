//! The server as our child: started, watched, asked to stop.

use std::{
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

use rustix::{
    io::retry_on_intr,
    process::{Pid, WaitId, WaitIdOptions, kill_process, waitid},
};
use tokio::sync::watch;
use tracing::warn;

use super::{Options, account::Account, error::PostgresError, folder::Folder, log::Log, orphan, programs::Programs};

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    life: Arc<Life>,
    ended: watch::Receiver<Option<Ended>>,
    log: Log,
}

/// How a server ended: exit status or signal, and whether we had told it to.
#[derive(Debug, Clone)]
struct Ended {
    status: String,
    as_told: bool,
}

/// Shared with the thread that waits for the server.
#[derive(Debug, Default)]
struct Life {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    told_to_stop: bool,
    /// Set before the process id is given back to the system: while it is not, the id is safe to signal.
    ended: bool,
}

impl Server {
    /// Starts the server. It is ready some time later, or has ended.
    pub(super) fn spawn(
        folder: &Folder,
        programs: &Programs,
        account: &Account,
        options: &Options,
    ) -> Result<Self, PostgresError> {
        let (log, output) = Log::open(folder)?;
        let copy = output.try_clone().map_err(PostgresError::io("open", log.path()))?;
        let mut command = tied_to_us(account, &programs.postgres);
        command.arg("-D").arg(folder.cluster());
        for (name, value) in settings(folder, options) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        // In a process group of its own, it does not get the Ctrl-C meant for us, and can serve until we are done.
        command.stdin(Stdio::null()).stdout(copy).stderr(output).process_group(0);

        let life = Arc::new(Life::default());
        let (ended_sender, ended) = watch::channel(None);
        let (pid_sender, started) = mpsc::channel();
        let watched = Arc::clone(&life);
        // The death signal follows the thread that started the child, not the whole program: this thread does
        // nothing else for as long as the server lives.
        thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || match command.spawn() {
                Ok(child) => {
                    let _ = pid_sender.send(Ok(child.id()));
                    watched.wait_for(child, &ended_sender);
                }
                Err(problem) => {
                    let _ = pid_sender.send(Err(problem));
                }
            })
            .map_err(PostgresError::io("start a thread for", &programs.postgres))?;
        let pid = started
            .recv()
            .unwrap_or_else(|_| Err(io::Error::other("its thread ended")))
            .and_then(|pid| Pid::from_raw(pid.cast_signed()).ok_or_else(|| io::Error::other("it has no process id")))
            .map_err(PostgresError::io("run", &programs.postgres))?;
        Ok(Self { pid, life, ended, log })
    }

    /// Whether the server has ended; if so, the error that says how.
    pub(super) fn ended_early(&self) -> Option<PostgresError> {
        let ended = self.ended.borrow().clone()?;
        Some(PostgresError::EndedEarly {
            status: ended.status,
            log: self.log.path().to_owned(),
            last_words: self.log.last_words(),
        })
    }

    /// The error for a server that does not get ready.
    pub(super) fn not_ready(&self, seconds: u64, problem: sqlx::Error) -> PostgresError {
        PostgresError::NotReady { seconds, problem, log: self.log.path().to_owned(), last_words: self.log.last_words() }
    }

    /// Resolves when the server ends without having been told to; never if it was told.
    pub(super) fn died(&self) -> impl Future<Output = PostgresError> + Send + use<> {
        let (mut ended, log) = (self.ended.clone(), self.log.clone());
        async move {
            let ended = ended.wait_for(Option::is_some).await.ok().and_then(|ended| ended.clone());
            match ended {
                Some(Ended { status, as_told: false }) => {
                    PostgresError::Died { status, last_words: log.last_words(), log: log.path().to_owned() }
                }
                _ => std::future::pending().await,
            }
        }
    }

    /// Stops the server and waits until it has ended. Does nothing if it has ended already.
    pub(super) fn stop(&self) {
        for (signal, patience) in orphan::STOPPING {
            let mut state = self.life.lock();
            state.told_to_stop = true;
            if !state.ended {
                let _ = kill_process(self.pid, signal);
            }
            let waited = self.life.changed.wait_timeout_while(state, patience, |state| !state.ended);
            if waited.unwrap_or_else(PoisonError::into_inner).0.ended {
                return;
            }
            warn!("PostgreSQL has not ended {patience:?} after signal {signal:?}");
        }
    }
}

impl Life {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for(&self, mut child: Child, sender: &watch::Sender<Option<Ended>>) {
        if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
            // Leaves the ended process, and so its id, in place. An error here comes back below.
            let _ = retry_on_intr(|| waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
        }
        let mut state = self.lock();
        let status = child.wait().map_or_else(|problem| problem.to_string(), |status| status.to_string());
        state.ended = true;
        sender.send_replace(Some(Ended { status, as_told: state.told_to_stop }));
        self.changed.notify_all();
    }
}

/// The server's settings. They go on its command line, where they win over the files of the cluster.
fn settings(folder: &Folder, options: &Options) -> Vec<(&'static str, String)> {
    let socket_dir = folder.socket_dir();
    // The value is a list; quoted, a path may contain commas and spaces.
    let quoted_socket_dir = format!("\"{}\"", socket_dir.to_string_lossy().replace('"', "\"\""));
    let mut settings = vec![
        ("listen_addresses", String::new()),
        ("unix_socket_directories", quoted_socket_dir),
        ("unix_socket_permissions", "0700".to_owned()),
        ("port", "5432".to_owned()),
        ("cluster_name", folder.cluster_name()),
        ("max_connections", options.max_connections.to_string()),
        ("shared_buffers", "128MB".to_owned()),
        // Short queries on a solid-state disk: compiling them costs more than it gains, and random reads are cheap.
        ("jit", "off".to_owned()),
        ("random_page_cost", "1.1".to_owned()),
        // There is no standby server to write details for.
        ("wal_level", "minimal".to_owned()),
        ("max_wal_senders", "0".to_owned()),
        ("wal_compression", "on".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("log_destination", "stderr".to_owned()),
        ("logging_collector", "off".to_owned()),
        ("log_checkpoints", "off".to_owned()),
    ];
    if cfg!(target_os = "linux") {
        // After a crash, save all files in one go instead of one after the other.
        settings.push(("recovery_init_sync_method", "syncfs".to_owned()));
    }
    if !options.durable {
        settings.extend(["fsync", "synchronous_commit", "full_page_writes"].map(|name| (name, "off".to_owned())));
    }
    settings
}

/// A command that the system interrupts when our program dies, however it dies, where `setpriv` can arrange that.
/// Elsewhere the next start stops a server left behind.
fn tied_to_us(account: &Account, program: &Path) -> Command {
    const SETPRIV: [&str; 4] = ["setpriv", "--pdeathsig", "INT", "--"];
    // Our program may die before setpriv has done its part, and nobody would ever tell. So look whether
    // our child still has us as its parent, after that, and only then go on as the server.
    const IF_WE_LIVE: &str = r#"test "$PPID" = "$1" || exit 1; shift; exec "$@""#;

    let can_be_tied = cfg!(target_os = "linux") && {
        let mut probe = account.command(SETPRIV[0]);
        probe.args(&SETPRIV[1..]).arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    };
    if !can_be_tied {
        return account.command(program);
    }
    let mut command = account.command(SETPRIV[0]);
    command.args(&SETPRIV[1..]).args(["sh", "-c", IF_WE_LIVE, "sh", &std::process::id().to_string()]).arg(program);
    command
}
