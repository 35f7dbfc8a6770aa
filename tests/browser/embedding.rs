//! A petition in a frame of another page: it fits the sizes that are offered, in every colour, whatever its title.

use undersigned::web::pages::petitions::share::Size;

use super::{
    browser::{Browser, Scripts, WIDE, Window, with_browser},
    look,
    site::PETITION,
};

/// As long as a title may be, in words as long as they come.
const TITLE: &str = "Reconsider antidisestablishmentarianism in Llanfairpwllgwyngyll and Westminster!";

async fn fits(browser: &Browser, what: &str) {
    let script = "const { scrollWidth, scrollHeight } = document.documentElement;
        return [scrollWidth - innerWidth, scrollHeight - innerHeight]";
    let over: (i32, i32) = browser.ask(script, vec![]).await;
    assert!(over.0 <= 0 && over.1 <= 0, "{what}: {over:?} pixels too many");
}

#[tokio::test]
async fn an_embedded_petition_fits_its_frame() {
    assert_eq!(TITLE.len(), 80);
    with_browser(WIDE, Scripts::Off, async |browser| {
        for size in Size::ALL {
            let (width, height) = size.pixels();
            browser.resize(Window { width: width.into(), height: height.into() }).await;
            // Open, closed and debated, rejected, removed, not public.
            for (path, status) in [
                (PETITION, 200),
                ("/petitions/1000027", 200),
                ("/petitions/1000047", 200),
                ("/petitions/1000050", 410),
                ("/petitions/1000055", 404),
            ] {
                browser.go(&format!("{path}/embed")).await;
                look::at(browser, status).await;
                fits(browser, &format!("{path} in {size:?}")).await;
            }
            browser.go(&format!("{PETITION}/embed?theme=dark")).await;
            let script = "document.querySelector('h1 a').firstChild.data = arguments[0]";
            browser.ask::<()>(script, vec![TITLE.into()]).await;
            look::as_it_is(browser, 200).await;
            fits(browser, &format!("the longest title in {size:?}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_embedded_petition_is_shown_within_another_page() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.visit(&format!("{PETITION}/share")).await;
        let script = "return document.querySelector('iframe').contentDocument.querySelector('h1').innerText";
        let heading: String = browser.ask(script, vec![]).await;
        assert!(heading.contains("Send every household a printed guide"), "{heading}");
    })
    .await;
}
