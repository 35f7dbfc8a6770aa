//! The desk of staff: what waits.

use undersigned::domain::staff::Role;

use crate::support::TestApp;

#[tokio::test]
async fn whoever_is_not_signed_in_is_asked_to() {
    let app = TestApp::new().await;
    let answer = app.get("/admin").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/admin/sign-in"));
}

#[tokio::test]
async fn staff_see_the_desk() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Reviewer).await;
    grace.visit("/admin").await.see("Desk").see("Grace Hopper, reviewer").dont_see("Signatures");
}
