//! The table of a petition's life, as staff read it.

use undersigned::{
    domain::{life::LIFE, petition::PetitionState, staff::Role},
    urls,
};

use crate::support::TestApp;

#[tokio::test]
async fn staff_read_the_table_that_the_site_asks() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Reviewer).await;
    grace.visit(urls::admin::life()).await.see("What is not in it does not happen.");
    let mut lines = grace.table("A new petition").rows.len();
    for (state, caption) in [
        (PetitionState::Pending, "Unconfirmed"),
        (PetitionState::Validated, "Gathering support"),
        (PetitionState::Sponsored, "In moderation"),
        (PetitionState::Open, "Open"),
        (PetitionState::Rejected, "Rejected"),
    ] {
        let rows = grace.table(caption).rows;
        assert_eq!(rows.len(), LIFE.iter().filter(|line| line.from.contains(&state)).count(), "{state:?}");
        lines += rows.len();
    }
    assert!(lines > 20, "{lines}");
    let open = grace.table("Open").rows;
    let close = open.iter().find(|row| row[0] == "Its deadline passes").expect("a line");
    assert_eq!((&*close[1], &*close[3], &*close[5]), ("by itself", "Closed", "its creator"));
    grace.see("Nothing any more: this is the end.");
}
