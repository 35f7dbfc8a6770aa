//! Requests that are broken off leave nothing behind.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::support::TestApp;

/// How many statements of one moment are still open on the test's database.
const OPEN: &str =
    "select count(*)::text from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";

#[tokio::test]
async fn a_request_that_is_broken_off_leaves_no_transaction_open() {
    let app = TestApp::new().await;
    app.get("/petitions").await;
    for tenths in 0..300 {
        let _ = timeout(Duration::from_micros(tenths * 20), app.get("/petitions")).await;
    }
    // What was still running may take its time to end.
    for _ in 0..50 {
        if app.ask(OPEN).await == "0" {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{} transactions are still open", app.ask(OPEN).await);
}
