//! What the doors to the program share: the database, the time, the settings in force.

use std::sync::Arc;

use sqlx::PgPool;

use crate::{clock::Clock, domain::threshold::Thresholds};

/// The running program; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What an [`App`] holds.
pub struct Inner {
    /// Connections to the database.
    pub pool: PgPool,
    /// Where the time comes from.
    pub clock: Clock,
    /// The thresholds in force.
    pub thresholds: Thresholds,
    /// Address under which people reach the site, without a slash at the end.
    pub public_url: String,
}

impl App {
    /// Puts the parts together.
    pub fn new(pool: PgPool, clock: Clock, thresholds: Thresholds, public_url: String) -> Self {
        Self(Arc::new(Inner { pool, clock, thresholds, public_url }))
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
