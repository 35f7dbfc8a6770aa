//! The desk and petitions as staff see them: every page on a phone and on a desk, in light and in dark; a decision by
//! keyboard alone.

use thirtyfour::Key;

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, with_browser},
    office::sign_in,
    site::site,
};

#[tokio::test]
async fn every_page_of_petitions_is_in_order() {
    with_browser(WIDE, Scripts::On, every_page).await;
}

#[tokio::test]
async fn every_page_of_petitions_is_in_order_without_javascript() {
    with_browser(WIDE, Scripts::Off, every_page).await;
}

async fn every_page(browser: &Browser) {
    sign_in(browser).await;
    let (waiting, open) = (site().petition_in("sponsored").await, site().petition_in("open").await);
    for (path, status) in [
        ("/admin".to_owned(), 200),
        ("/admin/petitions".to_owned(), 200),
        ("/admin/petitions?state=in_moderation&q=nothing+like+it".to_owned(), 200),
        (format!("/admin/petitions/{waiting}"), 200),
        (format!("/admin/petitions/{open}"), 200),
        (format!("/admin/petitions/{waiting}/publish"), 200),
        (format!("/admin/petitions/{waiting}/reject"), 200),
        (format!("/admin/petitions/{waiting}/take-down"), 409),
        (format!("/admin/petitions/{open}/text"), 200),
        (format!("/admin/petitions/{open}/committee-note"), 200),
        (format!("/admin/petitions/{open}/remove"), 200),
    ] {
        browser.visit_everywhere(&path, status).await;
    }
    // A form that comes back with what is wrong, and the mail that would be sent.
    for window in [WIDE, PHONE] {
        browser.resize(window).await;
        browser.visit(&format!("/admin/petitions/{waiting}/reject")).await;
        browser.press_and_get("Continue", 422).await;
        browser.see("Choose a reason").await;
        browser.ask::<()>("document.getElementById('reason').click()", vec![]).await;
        browser.press("Continue").await;
        browser.see("We rejected your petition").await;
    }
}

#[tokio::test]
async fn a_petition_is_set_aside_and_restored_by_keyboard_alone() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        sign_in(browser).await;
        let petition = site().petition_in("validated").await;
        browser.go(&format!("/admin/petitions/{petition}")).await;
        for (link, says) in [("Set aside", "The petition is set aside."), ("Restore", "The petition is restored.")] {
            tab_to(browser, link).await;
            browser.leave_by(browser.keys(Key::Enter, 1)).await;
            tab_to(browser, link).await;
            browser.leave_by(browser.keys(Key::Enter, 1)).await;
            browser.see(says).await;
        }
    })
    .await;
}

/// Goes on with the Tab key until something with these words has the focus.
async fn tab_to(browser: &Browser, words: &str) {
    for _ in 0..200 {
        browser.keys(Key::Tab, 1).await;
        let script = "return document.activeElement.textContent.trim() === arguments[0]";
        if browser.ask(script, vec![words.into()]).await {
            return;
        }
    }
    panic!("the Tab key does not reach “{words}”");
}
