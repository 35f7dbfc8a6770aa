//! Reading: from the front page to a petition and its details, and every other page; each with and without
//! JavaScript, on a phone and on a desk. Each page is looked at in light and in dark.

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, Window},
    site::PETITION,
};

#[tokio::test]
async fn a_petition_is_found_and_read_on_a_phone() {
    find_and_read(PHONE, Scripts::On).await;
}

#[tokio::test]
async fn a_petition_is_found_and_read_on_a_phone_without_javascript() {
    find_and_read(PHONE, Scripts::Off).await;
}

#[tokio::test]
async fn a_petition_is_found_and_read_on_a_desk() {
    find_and_read(WIDE, Scripts::On).await;
}

#[tokio::test]
async fn a_petition_is_found_and_read_on_a_desk_without_javascript() {
    find_and_read(WIDE, Scripts::Off).await;
}

#[tokio::test]
async fn every_other_page_is_in_order_on_a_phone() {
    visit_every_other_page(PHONE, Scripts::On).await;
}

#[tokio::test]
async fn every_other_page_is_in_order_on_a_phone_without_javascript() {
    visit_every_other_page(PHONE, Scripts::Off).await;
}

#[tokio::test]
async fn every_other_page_is_in_order_on_a_desk() {
    visit_every_other_page(WIDE, Scripts::On).await;
}

#[tokio::test]
async fn every_other_page_is_in_order_on_a_desk_without_javascript() {
    visit_every_other_page(WIDE, Scripts::Off).await;
}

#[tokio::test]
async fn a_petition_page_is_the_same_without_javascript() {
    let with = Browser::open(WIDE, Scripts::On).await;
    let without = Browser::open(WIDE, Scripts::Off).await;
    with.go(PETITION).await;
    without.go(PETITION).await;
    for browser in [&with, &without] {
        browser.ask::<()>("for (const fold of document.querySelectorAll('details')) fold.open = true", vec![]).await;
    }
    let text = without.text("body").await;
    assert!(text.contains("Coventry South") && text.contains("44,029"), "the page is not the petition’s: {text}");
    assert_eq!(with.text("body").await, text);
    with.close().await;
    without.close().await;
}

#[tokio::test]
async fn action_number_progress_and_sign_button_are_on_the_first_screen() {
    for window in [PHONE, WIDE] {
        let browser = Browser::open(window, Scripts::Off).await;
        browser.go(PETITION).await;
        for selector in ["h1", "#count", "progress", "#progress", ".card .button"] {
            let script = "const { top, bottom } = document.querySelector(arguments[0]).getBoundingClientRect();
                return top >= 0 && bottom <= innerHeight && scrollY === 0";
            let there: bool = browser.ask(script, vec![selector.into()]).await;
            assert!(there, "{selector} is not on the first screen of {window:?}");
        }
        browser.close().await;
    }
}

async fn find_and_read(window: Window, scripts: Scripts) {
    let browser = Browser::open(window, scripts).await;
    browser.visit("/").await;
    browser.see("Popular in the last hour").await;

    browser.fill("Search petitions", "prnted guide emergencys").await;
    browser.press("Search").await;
    browser.see("read as").await;

    browser.follow("Send every household a printed guide").await;
    assert_eq!(browser.place().await, PETITION);
    browser.see("44,029 signatures").await;
    browser.see("44% of the 100,000 needed for a debate in Parliament").await;

    for (range, heading) in [("24 hours", "13 signatures in the last 24 hours"), ("7 days", ""), ("30 days", "")] {
        browser.follow(range).await;
        browser.see(heading).await;
    }
    browser.follow("All").await;

    assert!(!browser.shows("Coventry South 290").await, "the table is folded");
    browser.unfold("The same numbers as a table").await;
    browser.unfold("Read the full response").await;
    browser.unfold("650 constituencies, as a table").await;
    browser.unfold("Regions and nations").await;
    browser.unfold("Countries").await;
    browser.see("Coventry South 290").await;
    super::look::as_it_is(&browser).await;

    browser.follow("Test the emergency alert on mobile phones").await;
    browser.follow("Sign this petition").await;
    browser.see("Signatures are not collected on this site yet.").await;
    browser.follow("Back to the petition").await;
    browser.close().await;
}

async fn visit_every_other_page(window: Window, scripts: Scripts) {
    let browser = Browser::open(window, scripts).await;
    for path in [
        "/petitions",
        "/petitions?state=all&page=2",
        "/petitions?state=rejected",
        "/petitions?state=awaiting_debate",
        "/petitions?topic=culture",
        "/petitions?q=zzzzqqqq",
        "/petitions/start",
        "/help",
        "/help/estimates",
        "/privacy",
        "/accessibility",
        "/cookies",
    ] {
        browser.visit(path).await;
    }

    // Open with five signatures; closed and debated; closed with answer; rejected; stopped; not published yet.
    browser.visit("/petitions/1000018").await;
    browser.visit("/petitions/1000027").await;
    browser.see("It can no longer be signed.").await;
    browser.visit("/petitions/1000027/signatures/new").await;
    browser.visit("/petitions/1000034").await;
    browser.visit("/petitions/1000047").await;
    browser.see("Why this petition was rejected").await;
    browser.visit("/petitions/1000051").await;
    browser.visit("/petitions/1000055").await;
    browser.see("You cannot sign it yet.").await;
    browser.visit("/petitions/1000059").await;
    browser.see("supporters before it is checked and published").await;

    browser.visit_error("/nowhere", 404).await;
    browser.see("Page not found").await;
    browser.visit_error("/petitions/1000050", 410).await;
    browser.visit_error("/petitions/abc", 400).await;
    browser.close().await;
}
