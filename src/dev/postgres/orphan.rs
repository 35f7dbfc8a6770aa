//! Servers that lost their program: recognised and stopped. To be called by the holder of the folder's lock only,
//! which is the proof that no other program looks after them.

use std::{
    fs,
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tracing::{info, warn};

use super::{error::PostgresError, folder::Folder};

/// How to stop a server: ask, then insist, then end it; and how long each may take.
pub(super) const STOPPING: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(10)),
    (Signal::QUIT, Duration::from_secs(5)),
    (Signal::KILL, Duration::from_secs(5)),
];

/// Stops whatever an earlier server left running in this folder, and removes the process id file it left behind.
///
/// PostgreSQL would refuse to start if that number now belonged to somebody else, or to a server that was killed and
/// that nobody has collected yet. Without the file it still refuses while anything uses the cluster's shared memory.
pub(super) fn stop(folder: &Folder) -> Result<(), PostgresError> {
    let cluster = folder.cluster();
    let pid_file = cluster.join("postmaster.pid");
    // A server that was stopped properly has removed this file.
    let Some(pid) = fs::read_to_string(&pid_file).ok().as_deref().and_then(pid_in) else {
        return Ok(());
    };
    let is_server = |pid| command_of(pid).is_some_and(|command| is_server_of(&command, &cluster));
    if is_server(pid) {
        info!("stopping the PostgreSQL server that an earlier program left running (process {})", pid.as_raw_nonzero());
        end(folder, &[pid], &STOPPING, is_server)?;
    }
    // A server that was killed leaves processes that notice it only when they have finished what they are doing.
    let title = title(folder);
    let is_part = |pid| command_of(pid).is_some_and(|command| command.starts_with(&title));
    let parts: Vec<Pid> = all_processes().into_iter().filter(|pid| is_part(*pid)).collect();
    end(folder, &parts, &STOPPING[1..], is_part)?;
    match fs::remove_file(&pid_file) {
        // A server that could be stopped in good order has removed it.
        Err(problem) if problem.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(PostgresError::io("remove", &pid_file)),
    }
}

/// Stops processes by rising force and waits until they have ended.
fn end(
    folder: &Folder,
    pids: &[Pid],
    stopping: &[(Signal, Duration)],
    is_ours: impl Fn(Pid) -> bool,
) -> Result<(), PostgresError> {
    let mut left = pids.to_vec();
    for (signal, patience) in stopping {
        for pid in &left {
            // One that has ended meanwhile is what we want.
            let _ = kill_process(*pid, *signal);
        }
        let deadline = Instant::now() + *patience;
        loop {
            left.retain(|pid| is_ours(*pid));
            if left.is_empty() {
                return Ok(());
            }
            if Instant::now() > deadline {
                warn!("{} PostgreSQL processes left behind have not ended after {patience:?}", left.len());
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
    let pid = left.first().map_or(0, |pid| pid.as_raw_nonzero().get());
    Err(PostgresError::Unstoppable { folder: folder.path().to_owned(), pid })
}

/// The process id in the first line of `postmaster.pid`.
fn pid_in(file: &str) -> Option<Pid> {
    Pid::from_raw(file.lines().next()?.trim().parse().ok().filter(|pid| *pid > 0)?)
}

/// Whether this is the command line of a server running this cluster.
fn is_server_of(command: &str, cluster: &Path) -> bool {
    let program = command.split(' ').next().unwrap_or_default();
    let is_postgres = matches!(program.rsplit('/').next(), Some("postgres" | "postmaster"));
    is_postgres && format!("{command} ").contains(&format!("-D {} ", cluster.display()))
}

/// How the title of every process of this folder's server begins, its first process excepted.
fn title(folder: &Folder) -> String {
    format!("postgres: {}: ", folder.cluster_name())
}

/// The command line or title of a living process, its parts separated by spaces.
fn command_of(pid: Pid) -> Option<String> {
    let number = pid.as_raw_nonzero();
    let command = if has_proc() {
        let line = fs::read(format!("/proc/{number}/cmdline")).ok()?;
        String::from_utf8_lossy(&line).replace('\0', " ")
    } else {
        let output = Command::new("ps")
            .args(["-o", "command=", "-p", &number.to_string()])
            .stdin(Stdio::null())
            .output()
            .ok()?;
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    // The line of a process that has ended and waits to be collected is empty.
    Some(command.trim().to_owned()).filter(|command| !command.is_empty())
}

fn all_processes() -> Vec<Pid> {
    let names: Vec<String> = if has_proc() {
        fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    } else {
        let listed = Command::new("ps").args(["-axo", "pid="]).stdin(Stdio::null()).output();
        let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        listed.split_whitespace().map(str::to_owned).collect()
    };
    names.iter().filter_map(|name| pid_in(name)).collect()
}

fn has_proc() -> bool {
    Path::new("/proc/self/cmdline").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_process_id() {
        let file = "41205\n/data/pg\n1763812345\n5432\n/data/run\n\n  918273   32768\nready   \n";
        assert_eq!(pid_in(file), Pid::from_raw(41205));
        for damaged in ["", "\n41205", "-41205\n", "0\n", "99999999999\n", "garbage"] {
            assert_eq!(pid_in(damaged), None, "{damaged:?} names no process, least of all a group of them");
        }
    }

    #[test]
    fn only_a_postgres_on_this_very_folder_counts() {
        let cluster = Path::new("/data/pg");
        assert!(is_server_of("/usr/lib/postgresql/15/bin/postgres -D /data/pg -c port=5432", cluster));
        assert!(is_server_of("postgres -D /data/pg", cluster));
        assert!(!is_server_of("postgres -D /data/pg2 -c port=5432", cluster));
        assert!(!is_server_of("/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main", cluster));
        assert!(!is_server_of("vi -D /data/pg", cluster));
    }

    #[test]
    fn living_processes_have_a_command() {
        let me = rustix::process::getpid();
        assert!(command_of(me).is_some());
        assert!(all_processes().contains(&me));
    }
}
