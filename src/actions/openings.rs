//! Noting that a page for supporters was opened, without making anybody wait for it: openings are gathered for a moment
//! and written together.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use sqlx::PgPool;

use crate::{
    domain::{deadline, petition::PetitionId},
    store,
};

/// For how long openings are gathered.
const GATHER: Duration = Duration::from_millis(500);

/// Where openings are noted; cheap to clone.
#[derive(Clone)]
pub struct Openings {
    pool: PgPool,
    gathered: Arc<Mutex<BTreeMap<PetitionId, u32>>>,
}

impl Openings {
    /// Nothing has been opened yet.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, gathered: Arc::default() }
    }

    /// Notes that the page of a petition was opened. Never waits. Wants to be called within tokio.
    pub fn note(&self, petition: PetitionId, now: Timestamp) {
        let first = {
            let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
            let first = gathered.is_empty();
            *gathered.entry(petition).or_default() += 1;
            first
        };
        // Whoever comes first sees to it that all who come meanwhile are written.
        if first {
            let this = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(GATHER).await;
                this.write(now).await;
            });
        }
    }

    async fn write(&self, now: Timestamp) {
        let gathered = std::mem::take(&mut *self.gathered.lock().unwrap_or_else(PoisonError::into_inner));
        let openings: Vec<(PetitionId, u32)> = gathered.into_iter().collect();
        let written =
            async { store::forms::opened(&mut *self.pool.acquire().await?, &openings, deadline::day(now)).await };
        if let Err(error) = written.await {
            tracing::warn!(%error, "openings of pages for supporters could not be noted");
        }
    }
}
