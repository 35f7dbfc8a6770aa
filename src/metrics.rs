//! Figures for those who run the site, as Prometheus reads them.

use std::{fmt, sync::atomic::AtomicU64};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// Which job a figure is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct JobLabel {
    /// Its name.
    pub job: &'static str,
}

/// What is counted while the program runs, by this process alone unless it says otherwise.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Mails handed over.
    pub mails_sent: Counter,
    /// Tries to hand a mail over that failed; it is tried again.
    pub mails_delayed: Counter,
    /// Mails given up.
    pub mails_given_up: Counter,
    /// Mails waiting, in the database.
    pub mails_waiting: Gauge,
    /// Mails given up, in the database.
    pub mails_failed: Gauge,
    /// Seconds by which the mail that should have left first is late.
    pub mail_late_seconds: Gauge,
    /// Tallies that did not agree with the ledger when they were last compared; anything but 0 is an alarm.
    pub tally_differences: Gauge,
    /// Pictures of petitions that were painted.
    pub cards_painted: Counter,
    /// How often jobs have run.
    pub job_runs: Family<JobLabel, Counter>,
    /// How often they have failed.
    pub job_failures: Family<JobLabel, Counter>,
    /// How long they have taken, all runs together.
    pub job_seconds: Family<JobLabel, Counter<f64, AtomicU64>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("undersigned");
        let mut counter = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let mails_sent = counter("mails_sent", "Mails handed over by this process");
        let mails_delayed = counter("mails_delayed", "Failed tries of this process to hand a mail over");
        let mails_given_up = counter("mails_given_up", "Mails given up by this process");
        let cards_painted = counter("cards_painted", "Pictures of petitions that this process has painted");
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let mails_waiting = gauge("outbox_waiting", "Mails waiting in the database");
        let mails_failed = gauge("outbox_given_up", "Mails given up, in the database");
        let mail_late_seconds =
            gauge("outbox_late_seconds", "Seconds by which the mail that should have left first is late");
        let tally_differences = gauge(
            "tally_differences",
            "Tallies that did not agree with the ledger when this process last compared them",
        );
        let (job_runs, job_failures, job_seconds) = (Family::default(), Family::default(), Family::default());
        registry.register("job_runs", "Runs of jobs in this process", Family::clone(&job_runs));
        registry.register("job_failures", "Runs of jobs in this process that failed", Family::clone(&job_failures));
        registry.register("job_seconds", "Seconds that jobs took in this process", Family::clone(&job_seconds));
        Self {
            registry,
            job_runs,
            job_failures,
            job_seconds,
            tally_differences,
            mails_sent,
            mails_delayed,
            mails_given_up,
            mails_waiting,
            mails_failed,
            cards_painted,
            mail_late_seconds,
        }
    }
}

impl Metrics {
    /// All figures as text (OpenMetrics 1.0).
    ///
    /// # Errors
    /// None that can happen to a text in memory.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
