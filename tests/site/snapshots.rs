//! Readings of one moment end, also when the request that wanted them is broken off.

use std::{future::poll_fn, pin::pin, task::Poll};

use undersigned::store;

use crate::support::Database;

/// How often the server is caught at beginning differs, so this is tried many times.
const TRIES: u32 = 500;

#[tokio::test]
async fn a_reading_that_is_broken_off_leaves_no_transaction_open() {
    let database = Database::empty().await;
    let mut db = database.connect().await;
    // One connection only: whoever has it next has the one that was given back.
    let pool = store::connect(database.options.clone(), 1).await.expect("the test's database");
    for number in 0..TRIES {
        broken_off(store::snapshot(&pool), 1 + number % 3).await;
        let connection = pool.acquire().await.expect("the connection is given back");
        let left_open: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
             where datname = current_database() and state like 'idle in transaction%'",
        )
        .fetch_one(&mut db)
        .await
        .expect("what the server is doing");
        assert_eq!(left_open, 0, "at try {number}");
        drop(connection);
    }
}

/// Drops a future that is not done after so many steps.
async fn broken_off<F: Future>(future: F, steps: u32) {
    let (mut future, mut steps) = (pin!(future), steps);
    poll_fn(|context| {
        steps -= 1;
        match future.as_mut().poll(context) {
            Poll::Pending if steps > 0 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}
