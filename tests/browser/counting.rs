//! The live count: the number, the bar and the words follow what comes in, without the page being loaded again.

use super::{
    browser::{Browser, PHONE, Scripts},
    look,
    site::{LIVE_PETITION, site},
};

#[tokio::test]
async fn the_count_changes_before_the_readers_eyes() {
    let page = format!("/petitions/{LIVE_PETITION}");
    let reader = Browser::open(PHONE, Scripts::On).await;
    let without_scripts = Browser::open(PHONE, Scripts::Off).await;
    for browser in [&reader, &without_scripts] {
        browser.visit(&page).await;
        assert_eq!(browser.text("#count").await, "9,990 signatures");
    }
    // Whatever the page writes itself is lost should it be loaded again.
    reader.ask::<()>("document.documentElement.dataset.first = 'yes'", vec![]).await;

    site().import_live_petition(10_250, "2022-08-21T19:59:00.000Z");
    reader.wait_for_text("#count", "10,250 signatures").await;
    assert_eq!(reader.text("#progress").await, "10% of the 100,000 needed for a debate in Parliament");
    let bar: (f64, f64) =
        reader.ask("const { value, max } = document.querySelector('progress'); return [value, max]", vec![]).await;
    assert_eq!(bar, (10_250.0, 100_000.0));
    assert!(
        reader.ask::<bool>("return document.documentElement.dataset.first === 'yes'", vec![]).await,
        "it was loaded again"
    );
    look::as_it_is(&reader).await;

    assert_eq!(without_scripts.text("#count").await, "9,990 signatures");
    without_scripts.visit(&page).await;
    assert_eq!(without_scripts.text("#count").await, "10,250 signatures");
    reader.close().await;
    without_scripts.close().await;
}
