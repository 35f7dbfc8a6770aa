//! Pages of text: staff's own words in the place of those that come with the site, and pages of their own.

use std::time::Duration;

use undersigned::{domain::staff::Role, urls};

use crate::support::TestApp;

const A_SECOND: Duration = Duration::from_millis(1_000);

#[tokio::test]
async fn own_words_replace_those_that_come_with_the_site_and_go_again() {
    let app = TestApp::new().await;
    let beside = app.beside().await;
    let mut ada = beside.visitor();
    ada.visit(urls::cookies()).await.see("This site works without cookies");
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/pages").await.follow("Cookies").await;
    assert_eq!(grace.field("Title"), "Cookies");
    grace
        .fill("Title", "Biscuits")
        .fill("Text", "## None\r\n\r\n### Really\r\n\r\nWe have *none*. <img src=x onerror=alert(1)>");
    grace.press("Preview").await;
    assert_eq!(
        grace.section("Preview of “Biscuits”"),
        "Preview of “Biscuits” None Really We have none. <img src=x onerror=alert(1)> Nothing is saved yet."
    );
    assert_eq!(app.ask("select count(*) from site_pages").await, "0");
    grace
        .press("Save and publish")
        .await
        .see("“Biscuits” is saved")
        .see("Your own, changed on 21 August 2022 by Grace Hopper");
    tokio::time::sleep(A_SECOND).await;
    ada.visit(urls::cookies()).await.see("We have none.").dont_see("This site works without cookies");
    assert_eq!((ada.heading(), ada.title()), ("Biscuits".into(), "Biscuits – Undersigned".into()));
    grace.follow("Biscuits").await.press("Take my text away").await.see("says again what came with the site");
    tokio::time::sleep(A_SECOND).await;
    ada.visit(urls::cookies()).await.see("This site works without cookies");
    let acts = app.ask("select string_agg(act, ' ' order by id) from audit_log").await;
    assert_eq!(acts, "page.write page.remove");
}

#[tokio::test]
async fn pages_of_their_own_stand_under_help_and_are_linked_from_there() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let mut ada = app.visitor();
    for (name, mistake) in [
        ("Two Words", "Enter at most 60 lower-case letters, digits and hyphens"),
        ("privacy", "This name belongs to a page that comes with the site; choose another"),
        ("new", "This name belongs to a page that comes with the site; choose another"),
    ] {
        grace.visit("/admin/site/pages/new").await.fill("Name in its address", name);
        grace.fill("Title", "Standards").fill("Text", "Words").press("Save and publish").await;
        assert_eq!((grace.status().as_u16(), grace.mistake("Name in its address")), (422, mistake.to_owned()));
    }
    grace.fill("Name in its address", "standards").press("Save and publish").await.see("“Standards” is saved");
    tokio::time::sleep(A_SECOND).await;
    ada.visit(urls::help()).await.follow("Standards").await.see("Words");
    assert_eq!(ada.path(), "/help/standards");
    grace.visit("/admin/site/pages/new").await.fill("Name in its address", "standards").fill("Title", "Again");
    grace.fill("Text", "Other").press("Save and publish").await;
    assert_eq!(grace.mistake("Name in its address"), "There is a page with this name already; choose another");
    grace.visit("/admin/site/pages/standards").await.press("Remove").await.see("The page is removed.");
    tokio::time::sleep(A_SECOND).await;
    assert_eq!(app.get("/help/standards").await.status, 404);
    grace.visit("/admin/site/pages/standards").await;
    assert_eq!(grace.status(), 404);
}

#[tokio::test]
async fn what_a_colleague_has_written_meanwhile_is_shown_beside_ones_own() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let mut ada = app.colleague(Role::Sysadmin, "Ada Lovelace").await;
    grace.visit("/admin/site/pages/help").await;
    ada.visit("/admin/site/pages/help").await.fill("Text", "Ada’s").press("Save and publish").await;
    grace.fill("Text", "Grace’s").press("Save and publish").await;
    assert_eq!(grace.status(), 409);
    assert_eq!(grace.table("What differs").rows, [["Text", "Ada’s", "Grace’s"]]);
    assert_eq!(grace.field("Text").trim(), "Grace’s");
    assert_eq!(app.ask("select body from site_pages").await, "Ada’s");
    grace.press("Save and publish").await.see("is saved");
    assert_eq!(app.ask("select body from site_pages").await, "Grace’s");
}

#[tokio::test]
async fn a_page_that_is_empty_or_too_long_comes_back() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/pages/help").await.fill("Title", "").press("Save and publish").await;
    assert_eq!(grace.mistakes(), ["Enter what the page is called", "Write something on the page"]);
    grace.fill("Title", "Help").fill("Text", &"x".repeat(20_001)).press("Save and publish").await;
    assert_eq!(grace.mistakes(), ["Shorten the text to 20,000 characters or fewer: it has 20,001"]);
}
