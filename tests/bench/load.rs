//! Load: as many requests as a server answers, made by wrk.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, bail};

/// Connections that are open at one time.
pub const CONNECTIONS: usize = 64;

/// What wrk has measured.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Answers in a second.
    pub per_second: f64,
    /// 99 of 100 answers came within this time, in milliseconds.
    pub slow: f64,
}

/// Asks for an address over and over for so many seconds. Every answer must be a success.
pub async fn load(wrk: &Path, url: &str, headers: &[&str], seconds: u64) -> anyhow::Result<Load> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let mut command = tokio::process::Command::new(wrk);
    command
        .arg(format!("--threads={threads}"))
        .arg(format!("--connections={CONNECTIONS}"))
        .arg(format!("--duration={seconds}s"))
        .args(["--timeout=10s", "--latency"])
        .args(headers.iter().flat_map(|header| ["--header", header]))
        .arg(url)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(seconds + 20), command.output())
        .await
        .context("wrk does not come to an end")?
        .context("wrk cannot be run")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("wrk has failed: {}\n{said}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    read(&said).with_context(|| format!("not what wrk should say of {url}:\n{said}"))
}

fn read(said: &str) -> anyhow::Result<Load> {
    let after = |name: &str| said.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    if after("Socket errors:").is_some() || after("Non-2xx or 3xx responses:").is_some() {
        bail!("some requests have failed");
    }
    let per_second = after("Requests/sec:").context("no requests per second")?.parse()?;
    let slow = span(after("99%").context("no 99th percentile")?)?;
    Ok(Load { per_second, slow })
}

/// A span of time as wrk writes it (`12.34ms`), in milliseconds.
fn span(text: &str) -> anyhow::Result<f64> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).context("a span has a unit")?);
    let scale = match unit {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1000.0,
        "m" => 60_000.0,
        _ => bail!("{unit} is no unit of time"),
    };
    Ok(number.parse::<f64>()? * scale)
}
