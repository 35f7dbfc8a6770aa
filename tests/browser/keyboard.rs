//! The keyboard alone: the skip link works, and the Tab key reaches everything and shows where it is.

use thirtyfour::Key;

use super::{
    browser::{PHONE, Scripts, WIDE, with_browser},
    look,
    site::PETITION,
};

const PAGES: [&str; 6] =
    ["/", "/petitions?q=emergency", PETITION, "/petitions/1000000/signatures/new", "/help", "/nowhere"];

#[tokio::test]
async fn the_skip_link_leads_to_the_main_part() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        for page in PAGES {
            browser.go(page).await;
            browser.keys(Key::Tab, 1).await;
            let script = "const e = document.activeElement, { top, left, bottom } = e.getBoundingClientRect();
            return e.matches('.skip') && top >= 0 && left >= 0 && bottom > 20";
            assert!(browser.ask::<bool>(script, vec![]).await, "the skip link is not shown first on {page}");
            browser.keys(Key::Enter, 1).await;
            browser.keys(Key::Tab, 1).await;
            let script =
                "return location.hash === '#main' && !document.activeElement.closest('header.masthead, .skip')";
            assert!(
                browser.ask::<bool>(script, vec![]).await,
                "the skip link of {page} does not pass over the masthead"
            );
            browser.console().await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_tab_key_reaches_everything_and_shows_where_it_is() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        for window in [WIDE, PHONE] {
            browser.resize(window).await;
            for page in PAGES {
                browser.go(page).await;
                let prepare = format!("{}\nnoteStops(); return stops().length", look::MEASURES);
                let stops: usize = browser.ask(&prepare, vec![]).await;
                // A few more: parts that scroll by themselves are stops, too.
                browser.keys(Key::Tab, stops + 3).await;
                let missed = browser.ask(&format!("{}\nreturn missedStops()", look::MEASURES), vec![]).await;
                look::fail_if(browser, missed).await;
            }
        }
    })
    .await;
}
