//! A crowd: many who do the same at once, each over a connection of their own.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::bail;
use futures_util::{StreamExt, stream::FuturesUnordered};

use super::http::{Answer, Connection};

/// How a crowd fared.
#[derive(Clone, Debug, Default)]
pub struct Fared {
    /// What was done, in a second.
    pub per_second: f64,
    /// What was done.
    pub done: u64,
    /// How long each took, in milliseconds, the fastest first.
    pub times: Vec<f64>,
}

impl Fared {
    /// So many of a hundred took this long at the most, in milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        let at = (self.times.len() as f64 * percent / 100.0) as usize;
        self.times.get(at.min(self.times.len().saturating_sub(1))).copied().unwrap_or(0.0)
    }
}

/// One after the other, `connections` at once, for as long as there are numbers below `until` and `seconds` last:
/// each number is done once. Every answer must have the status that is wanted.
pub async fn all_at_once(
    address: &str,
    connections: usize,
    numbers: &AtomicU64,
    until: u64,
    seconds: f64,
    wanted: u16,
    request: impl Fn(u64) -> (String, Option<String>),
) -> anyhow::Result<Fared> {
    let began = Instant::now();
    let ends = began + Duration::from_secs_f64(seconds);
    let one = async || {
        let (mut connection, mut times) = (Connection::new(address), Vec::new());
        while Instant::now() < ends {
            let number = numbers.fetch_add(1, Ordering::Relaxed);
            if number >= until {
                numbers.fetch_sub(1, Ordering::Relaxed);
                break;
            }
            let (path, form) = request(number);
            let asked = Instant::now();
            let answer = ask(&mut connection, &path, form).await?;
            if answer.status != wanted {
                bail!("{path} answered {} instead of {wanted}", answer.status);
            }
            times.push(asked.elapsed().as_secs_f64() * 1000.0);
        }
        anyhow::Ok(times)
    };
    fared(began, (0..connections).map(|_| one())).await
}

/// At a steady pace, whether answers come or not: each request has its moment, and its time counts from there. So a site
/// that falls behind is not spared. Every answer must be below 400.
pub async fn steadily(
    address: &str,
    connections: usize,
    per_second: f64,
    seconds: f64,
    request: impl Fn(u64) -> (String, Option<String>),
) -> anyhow::Result<Fared> {
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let all = (per_second * seconds) as u64;
    let one = async || {
        let (mut connection, mut times) = (Connection::new(address), Vec::new());
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= all {
                return anyhow::Ok(times);
            }
            let due = began + Duration::from_secs_f64(number as f64 / per_second);
            if let Some(early) = due.checked_duration_since(Instant::now())
                && early > Duration::from_millis(1)
            {
                tokio::time::sleep(early).await;
            }
            let (path, form) = request(number);
            let answer = ask(&mut connection, &path, form).await?;
            if answer.status >= 400 {
                bail!("{path} answered {}", answer.status);
            }
            times.push(due.elapsed().as_secs_f64() * 1000.0);
        }
    };
    fared(began, (0..connections).map(|_| one())).await
}

/// Sends a form, or asks for a page.
async fn ask(connection: &mut Connection, path: &str, form: Option<String>) -> anyhow::Result<Answer> {
    match form {
        Some(form) => connection.post(path, &form).await,
        None => connection.get(path).await,
    }
}

/// Waits for everybody; each says how long the answers took.
async fn fared(
    began: Instant,
    crowd: impl Iterator<Item = impl Future<Output = anyhow::Result<Vec<f64>>>>,
) -> anyhow::Result<Fared> {
    let mut crowd: FuturesUnordered<_> = crowd.collect();
    let mut times = Vec::new();
    while let Some(outcome) = crowd.next().await {
        times.extend(outcome?);
    }
    let elapsed = began.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    Ok(Fared { per_second: times.len() as f64 / elapsed, done: times.len() as u64, times })
}
