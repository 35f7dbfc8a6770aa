//! Other media: paper, forced colours, the narrowest window, more contrast.

use super::{
    browser::{NARROW, PHONE, Scripts, WIDE, with_browser},
    look,
    site::PETITION,
};

#[tokio::test]
async fn a_printed_page_has_everything_that_paper_can_show() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        for page in [
            "/",
            "/petitions?q=emergency",
            PETITION,
            "/petitions/1000000/places?q=south",
            "/petitions/1000027",
            "/petitions/1000047",
            "/help",
            "/statistics",
        ] {
            browser.go(page).await;
            browser.emulate("print", &[]).await;
            let lost = browser.ask(&format!("{}\nreturn lostInPrint();", look::MEASURES), vec![]).await;
            look::fail_if(browser, lost).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_petition_and_its_form_fit_into_320_pixels() {
    with_browser(NARROW, Scripts::On, async |browser| {
        browser.visit("/statistics").await;
        browser.visit(&format!("{PETITION}/share?size=large")).await;
        browser.visit(&format!("{PETITION}/embed")).await;
        browser.visit(PETITION).await;
        browser.follow("Sign this petition").await;
        browser.press_and_get("Sign this petition", 422).await;
    })
    .await;
}

#[tokio::test]
async fn a_petition_page_is_in_order_with_more_contrast() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        for scheme in ["light", "dark"] {
            browser.emulate("screen", &[("prefers-contrast", "more"), ("prefers-color-scheme", scheme)]).await;
            browser.go(PETITION).await;
            look::as_it_is(browser, 200).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_petition_page_keeps_its_meaning_with_forced_colours() {
    with_browser(PHONE, Scripts::Off, async |browser| {
        for scheme in ["light", "dark"] {
            browser.emulate("screen", &[("forced-colors", "active"), ("prefers-color-scheme", scheme)]).await;
            for window in [WIDE, PHONE] {
                browser.resize(window).await;
                browser.go(PETITION).await;
                look::as_it_is(browser, 200).await;
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
                look::fail_if(browser, lost).await;

                browser.go("/").await;
                look::as_it_is(browser, 200).await;
                let script = "const colour = (selector, of) => getComputedStyle(document.querySelector(selector))[of];
                const drawn = [colour('.day .bars path', 'stroke'), colour('.day .before:not(.halo)', 'stroke')];
                return drawn.every((stroke) => stroke !== colour('body', 'backgroundColor'))";
                assert!(browser.ask::<bool>(script, vec![]).await, "the chart of today cannot be seen");
            }
        }
    })
    .await;
}
