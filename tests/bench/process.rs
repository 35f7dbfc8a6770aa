//! Programs that run beside the benchmark: started with their output in a file, stopped when dropped.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a program may take to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that runs. Dropping it stops it and waits for its end.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program that writes into the file `log`.
    pub fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let command = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("cannot run {}", command.get_program().display()))?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails with what the program said if it has ended.
    pub fn check(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                let said = fs::read_to_string(&self.log).unwrap_or_default();
                bail!("a program has ended by itself, {status}:\n{said}")
            }
        }
    }
}

impl Process {
    /// Kills it, in the middle of whatever it does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Stops it, and waits for its end.
    pub fn stop(&mut self) {
        let began = Instant::now();
        if let Some(id) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process(id, Signal::TERM);
        }
        while began.elapsed() < PATIENCE {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                _ => return,
            }
        }
        eprintln!("Process {} does not stop and is killed.", self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that nobody listens on.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The memory that a process holds itself, in bytes.
pub fn resident(id: u32) -> anyhow::Result<u64> {
    field(&format!("/proc/{id}/status"), "VmRSS:")
}

/// The memory of all processes that a process has started, and those have started, in bytes. What several share counts
/// once, in equal parts.
pub fn proportional_of_descendants(id: u32) -> anyhow::Result<u64> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").context("memory is measured on Linux only")? {
        let name = entry?.file_name();
        let Some(child) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process that has just ended has no parent any more.
        if let Ok(parent) = parent(child) {
            parents.push((child, parent));
        }
    }
    let mut family = vec![id];
    let mut sum = 0;
    while let Some(parent) = family.pop() {
        for (child, _) in parents.iter().filter(|(_, its)| *its == parent) {
            sum += field(&format!("/proc/{child}/smaps_rollup"), "Pss:")?;
            family.push(*child);
        }
    }
    Ok(sum)
}

fn parent(id: u32) -> anyhow::Result<u32> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:")).context("no parent")?;
    Ok(line.trim().parse()?)
}

fn field(file: &str, name: &str) -> anyhow::Result<u64> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let line =
        text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("{file} has no {name}"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024)
}
