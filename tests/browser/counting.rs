//! The live count: the number, the bar and the words follow what comes in, without the page being loaded again.

use super::{
    browser::{Browser, PHONE, Scripts, with_browser},
    look,
    site::{LIVE_PETITION, site},
};

#[tokio::test]
async fn the_count_changes_before_the_readers_eyes() {
    let page = format!("/petitions/{LIVE_PETITION}");
    let arrive = async |browser: &Browser| {
        browser.visit(&page).await;
        assert_eq!(browser.text("#count").await, "9,990 signatures");
    };
    with_browser(PHONE, Scripts::On, async |reader| {
        with_browser(PHONE, Scripts::Off, async |other| {
            arrive(reader).await;
            arrive(other).await;
            // What is written into the page is lost should it be loaded again.
            reader.ask::<()>("document.documentElement.dataset.first = 'yes'", vec![]).await;

            site().import_live_petition(10_250, "2022-08-21T19:59:00.000Z");
            reader.wait_for_text("#count", "10,250 signatures").await;
            assert_eq!(reader.text("#progress").await, "10% of the 100,000 needed for a debate in Parliament");
            let bar = "const { value, max } = document.querySelector('progress'); return [value, max]";
            assert_eq!(reader.ask::<(f64, f64)>(bar, vec![]).await, (10_250.0, 100_000.0));
            let kept = "return document.documentElement.dataset.first === 'yes'";
            assert!(reader.ask::<bool>(kept, vec![]).await, "the page was loaded again");
            look::as_it_is(reader, 200).await;

            assert_eq!(other.text("#count").await, "9,990 signatures", "without scripts nothing moves");
            other.go(&page).await;
            assert_eq!(other.text("#count").await, "10,250 signatures");
        })
        .await;
    })
    .await;
}
