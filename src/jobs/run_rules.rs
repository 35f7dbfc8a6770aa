//! Rules over signatures, run, counted and undone in small steps, with pauses in which signers have the totals.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::{actions::signature_rules, app::App};

/// The longest pause between two steps.
const MOST_PAUSE: Duration = Duration::from_millis(250);

/// Does what there is to do; says in how many steps. Whoever calls it sees to it that no other process does the same.
///
/// # Errors
/// When the database fails; the steps before that are done.
pub async fn run(app: &App, now: Timestamp) -> sqlx::Result<u64> {
    let mut steps = 0;
    loop {
        let began = Instant::now();
        // A connection for each step: one that was stopped in the middle gives it back, and the step is not done.
        let mut db = app.pool.acquire().await?;
        let most = signature_rules::AT_ONCE;
        if !signature_rules::step(&mut db, &app.keyring, app.thresholds(), most, now).await? {
            return Ok(steps);
        }
        drop(db);
        steps += 1;
        sleep(began.elapsed().min(MOST_PAUSE)).await;
    }
}
