//! The lists of networks and mail domains, as staff keep them.

use undersigned::domain::staff::Role;

use crate::support::TestApp;

#[tokio::test]
async fn networks_and_domains_are_listed_and_forgotten_by_staff() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let label = "Network or mail domain";
    grace.visit("/admin/site/protection").await.see("Nothing is listed.").press("Add to the list").await;
    assert_eq!(grace.status(), 422);
    assert_eq!(grace.mistakes().len(), 2, "{:?}", grace.mistakes());
    grace
        .fill(label, "192.0.2.1/24")
        .tick("Block Signatures from there go into quarantine.")
        .press("Add to the list")
        .await;
    assert_eq!(
        grace.mistake(label),
        "Check the network or domain: it wants the first address of the network: 192.0.2.0/24"
    );
    grace.fill(label, "192.0.2.0/24").fill("Note for colleagues", "A <b>botnet</b>").press("Add to the list").await;
    grace.see("192.0.2.0/24 is blocked.");
    grace
        .fill(label, "school.example.org")
        .tick("Allow Never limited, such as a school or a large employer.")
        .press("Add to the list")
        .await;
    let rows = grace.table("2 in all").rows;
    assert_eq!(rows[0][..4], ["192.0.2.0/24", "blocked", "21 August 2022", "A <b>botnet</b>"]);
    assert_eq!(rows[1][..2], ["school.example.org", "allowed"]);
    grace.press("Forget 192.0.2.0/24").await.see("192.0.2.0/24 is no longer listed.");
    assert_eq!(grace.table("1 in all").rows.len(), 1);
    let acts = app.ask("select string_agg(act || ' ' || subject_id, ', ' order by id) from audit_log").await;
    assert_eq!(
        acts,
        "protection.list 192.0.2.0/24, protection.list school.example.org, protection.forget 192.0.2.0/24"
    );
}
