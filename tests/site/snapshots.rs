//! What several statements read is of one moment, and of the newest.

use std::time::Duration;

use undersigned::store;

use crate::support::database::Database;

#[tokio::test]
async fn a_request_that_is_broken_off_leaves_no_transaction_open() {
    let database = Database::empty().await;
    let pool = store::connect(database.options.clone(), 4).await.expect("the test's database");
    for microseconds in (0..3000).step_by(10) {
        let _ = tokio::time::timeout(Duration::from_micros(microseconds), store::snapshot(&pool)).await;
    }
    // Whatever was still beginning has ended once all connections can be had at one time.
    let mut connections = Vec::new();
    for _ in 0..4 {
        connections.push(pool.acquire().await.expect("a connection"));
    }
    let mut db = database.connect().await;
    let open: i64 = sqlx::query_scalar(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    )
    .fetch_one(&mut db)
    .await
    .expect("what the server is doing");
    assert_eq!(open, 0);
}
