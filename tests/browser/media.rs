//! Other media: paper, forced colours, the narrowest window, more contrast.

use super::{
    browser::{Browser, NARROW, PHONE, Scripts, WIDE},
    look,
    site::PETITION,
};

#[tokio::test]
async fn a_printed_page_has_everything_that_paper_can_show() {
    let browser = Browser::open(WIDE, Scripts::Off).await;
    for page in ["/", "/petitions?q=emergency", PETITION, "/petitions/1000027", "/petitions/1000047", "/help"] {
        browser.go(page).await;
        browser.emulate("print", &[]).await;
        let lost = browser.ask(&format!("{}\nreturn lostInPrint();", look::MEASURES), vec![]).await;
        look::fail_if(&browser, lost).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn a_petition_page_fits_into_320_pixels() {
    let browser = Browser::open(NARROW, Scripts::On).await;
    browser.visit(PETITION).await;
    browser.close().await;
}

#[tokio::test]
async fn a_petition_page_is_in_order_with_more_contrast() {
    let browser = Browser::open(WIDE, Scripts::Off).await;
    for scheme in ["light", "dark"] {
        browser.emulate("screen", &[("prefers-contrast", "more"), ("prefers-color-scheme", scheme)]).await;
        browser.go(PETITION).await;
        look::as_it_is(&browser).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn a_petition_page_keeps_its_meaning_with_forced_colours() {
    let browser = Browser::open(PHONE, Scripts::Off).await;
    for scheme in ["light", "dark"] {
        browser.emulate("screen", &[("forced-colors", "active"), ("prefers-color-scheme", scheme)]).await;
        for window in [WIDE, PHONE] {
            browser.resize(window).await;
            browser.go(PETITION).await;
            look::as_it_is(&browser).await;
            let script = "const colour = (selector, of) => getComputedStyle(document.querySelector(selector))[of];
                const ground = colour('body', 'backgroundColor');
                const classes = [1, 2, 3, 4, 5].map((k) => colour(`marker.k${k}`, 'fill'));
                const borders = ['.tag', '.card .button'].map((e) => colour(e, 'borderTopStyle') !== 'none');
                return {
                  'the classes of the map differ': new Set(classes).size === 5,
                  'the line of the chart is seen': colour('.line', 'stroke') !== ground,
                  'tags and buttons have an edge': borders.every(Boolean),
                }";
            let kept: std::collections::BTreeMap<String, bool> = browser.ask(script, vec![]).await;
            let lost: Vec<String> =
                kept.into_iter().filter(|(_, kept)| !kept).map(|(what, _)| format!("not true: {what}")).collect();
            look::fail_if(&browser, lost).await;
        }
    }
    browser.close().await;
}
