//! The programs that the benchmark needs besides the site: found, or installed from the system's packages.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

/// Where they are.
pub struct Programs {
    /// The load generator.
    pub wrk: PathBuf,
    /// The server to compare with.
    pub nginx: PathBuf,
    /// The database's own benchmark.
    pub pgbench: PathBuf,
}

impl Programs {
    /// Finds them. Root on a system with apt-get gets them installed when they are missing; others are told what to do.
    pub fn find() -> anyhow::Result<Self> {
        let missing: Vec<&str> = ["wrk", "nginx"].into_iter().filter(|name| look_for(name).is_none()).collect();
        if !missing.is_empty() {
            match look_for("apt-get") {
                Some(apt_get) if rustix::process::geteuid().is_root() => install(&apt_get, &missing)?,
                _ => bail!(
                    "{0} is missing: install it from the system's packages, for example with \
                     `sudo apt-get install {1}`",
                    missing.join(" and "),
                    missing.join(" ")
                ),
            }
        }
        let found = |name| look_for(name).with_context(|| format!("{name} cannot be found"));
        Ok(Self { wrk: found("wrk")?, nginx: found("nginx")?, pgbench: pgbench()? })
    }
}

/// In PATH, or where the system's packages put the programs of PostgreSQL that are not for everybody.
fn pgbench() -> anyhow::Result<PathBuf> {
    if let Some(pgbench) = look_for("pgbench") {
        return Ok(pgbench);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> =
        versions.map(|version| version.path().join("bin/pgbench")).filter(|file| file.is_file()).collect();
    found.sort();
    found.pop().context("pgbench is missing: it comes with PostgreSQL")
}

fn install(apt_get: &Path, packages: &[&str]) -> anyhow::Result<()> {
    eprintln!("Installing {} with apt-get ...", packages.join(" and "));
    for arguments in [&["update", "--quiet=2"][..], &["install", "--quiet=2", "--yes", "--no-install-recommends"]] {
        let packages = if arguments[0] == "install" { packages } else { &[] };
        let outcome = Command::new(apt_get)
            .args(arguments)
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(std::io::stderr())
            .status()
            .context("apt-get cannot be run")?;
        if !outcome.success() {
            bail!("apt-get {} has failed: {outcome}", arguments[0]);
        }
    }
    Ok(())
}

/// Looks where programs are, and where those for administrators are.
fn look_for(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(usual).map(|folder| folder.join(name)).find(|file| file.is_file())
}
