//! The desk and petitions as staff see them without JavaScript: on a phone and on a desk, in light and in dark.

use super::{
    browser::{PHONE, Scripts, WIDE, with_browser},
    office::sign_in,
    site::site,
};

#[tokio::test]
async fn every_page_of_petitions_is_in_order_without_javascript() {
    with_browser(WIDE, Scripts::Off, async |browser| {
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
    })
    .await;
}
