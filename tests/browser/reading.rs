//! Reading: from the front page to a petition and its details, and every other page; each with and without
//! JavaScript, on a phone and on a desk. Each page is looked at in light and in dark.

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, with_browser},
    site::PETITION,
};

#[tokio::test]
async fn a_petition_is_found_and_read_on_a_phone() {
    with_browser(PHONE, Scripts::On, find_and_read).await;
}

#[tokio::test]
async fn a_petition_is_found_and_read_on_a_phone_without_javascript() {
    with_browser(PHONE, Scripts::Off, find_and_read).await;
}

#[tokio::test]
async fn a_petition_is_found_and_read_on_a_desk() {
    with_browser(WIDE, Scripts::On, find_and_read).await;
}

#[tokio::test]
async fn a_petition_is_found_and_read_on_a_desk_without_javascript() {
    with_browser(WIDE, Scripts::Off, find_and_read).await;
}

#[tokio::test]
async fn every_other_page_is_in_order() {
    with_browser(WIDE, Scripts::On, visit_every_other_page).await;
}

#[tokio::test]
async fn every_other_page_is_in_order_without_javascript() {
    with_browser(WIDE, Scripts::Off, visit_every_other_page).await;
}

#[tokio::test]
async fn a_petition_page_is_the_same_without_javascript() {
    let read = async |browser: &Browser| {
        browser.go(PETITION).await;
        browser.ask::<()>("for (const fold of document.querySelectorAll('details')) fold.open = true", vec![]).await;
        browser.text("body").await
    };
    let mut with = String::new();
    let mut without = String::new();
    with_browser(WIDE, Scripts::On, async |browser| with = read(browser).await).await;
    with_browser(WIDE, Scripts::Off, async |browser| without = read(browser).await).await;
    assert!(without.contains("Coventry South") && without.contains("44,029"), "something is missing: {without}");
    assert_eq!(with, without);
}

#[tokio::test]
async fn the_map_is_read_with_the_arrow_keys_and_by_pointing() {
    with_browser(WIDE, Scripts::On, async |browser| {
        for (page, first) in
            [(PETITION, "Coventry South: 290 signatures"), ("/petitions/1000000/places", "Coventry South: 290")]
        {
            browser.go(page).await;
            // Each waits until something else is told than before.
            let read = "const [act, done] = arguments;
                const told = document.querySelector('.told');
                const before = told.textContent;
                const wait = setInterval(() => {
                  if (told.textContent === before) return;
                  clearInterval(wait);
                  done(told.textContent);
                }, 20);
                const figure = document.querySelector('[data-places]');
                if (act === 'point') {
                  const { left, top, width, height } = figure.querySelector('svg').getBoundingClientRect();
                  const at = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true };
                  figure.querySelector('svg').dispatchEvent(new PointerEvent('pointermove', at));
                } else {
                  figure.dispatchEvent(new KeyboardEvent('keydown', { key: act, bubbles: true, cancelable: true }));
                }";
            let told: String = browser.ask_later(read, vec!["ArrowRight".into()]).await;
            assert!(told.starts_with(first) && told.ends_with("times as much as usual."), "{told}");
            let right: String = browser.ask_later(read, vec!["ArrowRight".into()]).await;
            let back: String = browser.ask_later(read, vec!["ArrowLeft".into()]).await;
            let elsewhere: String = browser.ask_later(read, vec!["point".into()]).await;
            let beside: bool = browser
                .ask(
                    "const box = (what) => document.querySelector(what).getBoundingClientRect();
                    const [told, mark, figure] = ['.told', '.pointed', '[data-places]'].map(box);
                    const apart = Math.max(mark.top - told.bottom, told.top - mark.bottom);
                    return apart >= 0 && apart < 40 && told.left >= figure.left - 1 && told.right <= figure.right + 1",
                    vec![],
                )
                .await;
            assert!(beside, "what is told does not stand beside what is pointed at");
            assert!(back == told && right != told && elsewhere != told, "{told} {right} {back} {elsewhere}");
        }
    })
    .await;
}

#[tokio::test]
async fn action_number_progress_and_sign_button_are_on_the_first_screen() {
    with_browser(PHONE, Scripts::Off, async |browser| {
        for window in [PHONE, WIDE] {
            browser.resize(window).await;
            browser.go(PETITION).await;
            for selector in ["h1", "#count", "progress", "#progress", ".card .button"] {
                let script = "const { top, bottom } = document.querySelector(arguments[0]).getBoundingClientRect();
                    return top >= 0 && bottom <= innerHeight && scrollY === 0";
                let there: bool = browser.ask(script, vec![selector.into()]).await;
                assert!(there, "{selector} is not on the first screen of {window:?}");
            }
        }
    })
    .await;
}

async fn find_and_read(browser: &Browser) {
    browser.visit("/").await;
    browser.see("Popular in the last hour").await;

    browser.fill("Search petitions", "prnted guide emergencys").await;
    browser.press("Search").await;
    browser.see("read as").await;

    browser.follow("Send every household a printed guide").await;
    assert_eq!(browser.place().await, PETITION);
    browser.see("44,029 signatures").await;
    browser.see("44% of the 100,000 needed for a debate in Parliament").await;

    for range in ["24 hours", "7 days", "30 days"] {
        browser.follow(range).await;
        assert_eq!(browser.text("#growth [aria-current]").await, range);
    }

    assert!(!browser.shows("North East").await, "the table is folded");
    browser.unfold("The same numbers as a table").await;
    browser.unfold("Read the full response").await;
    for shade in ["Share of people", "Compared with usual", "Signatures"] {
        browser.follow(shade).await;
        assert_eq!(browser.text("#places [aria-current]").await, shade);
    }
    browser.unfold("Regions and nations").await;
    browser.unfold("Countries").await;
    browser.see("North East").await;
    super::look::as_it_is(browser, 200).await;

    browser.follow("Test the emergency alert on mobile phones").await;
    browser.follow("Sign this petition").await;
    browser.see("I am a British citizen or UK resident").await;
}

/// Visits all pages that the way to a petition does not touch, each on a desk and on a phone.
async fn visit_every_other_page(browser: &Browser) {
    // The last are: open with five signatures, closed and debated, closed with an answer, rejected, stopped,
    // being checked, looking for supporters.
    for (path, words) in [
        ("/petitions", "petitions"),
        ("/petitions?state=all&page=2", "Page 2 of"),
        ("/petitions?state=rejected", "Rejected"),
        ("/petitions?state=awaiting_debate", "debate"),
        ("/petitions?topic=culture", "Show every topic"),
        ("/petitions?q=zzzzqqqq", "check the spelling"),
        ("/petitions/start", "Start your petition"),
        ("/help", "From an idea to a debate"),
        ("/help/estimates", "How far to trust it"),
        ("/statistics", "How fast the Government answers"),
        ("/api", "Following along"),
        ("/feedback", "Tell us what does not work"),
        ("/feedback/thanks", "It is on its way"),
        ("/petitions/1000000/share", "On your own site"),
        ("/petitions/1000047/share?size=large&theme=dark", "Code to paste"),
        ("/privacy", "What is kept when you read"),
        ("/accessibility", "How this site is made"),
        ("/cookies", "Cookies"),
        ("/petitions/1000000/thank-you", "Check your inbox"),
        ("/petitions/1000000/places?map=usual", "What “usual” means"),
        ("/petitions/1000000/places?size=large", "Smaller map"),
        ("/petitions/1000000/places?map=share&places_by=name&region=W92000004", "32 constituencies of 650."),
        ("/petitions/local", "Petitions signed where you live"),
        ("/petitions/local/coventry-south", "Unusual here"),
        ("/petitions/local/ynys-mon/all", "Open and closed petitions."),
        ("/constituencies?q=south", "Show all"),
        ("/petitions/1000018", "5 signatures"),
        ("/petitions/1000027", "It can no longer be signed."),
        ("/petitions/1000027/signatures/new", "Its deadline has passed."),
        ("/petitions/1000034", "The Government’s response"),
        ("/petitions/1000047", "Why this petition was rejected"),
        ("/petitions/1000051", "This petition was stopped"),
        ("/petitions/1000055", "You cannot sign it yet."),
        ("/petitions/1000059", "supporters before it is checked and published"),
    ] {
        browser.visit_everywhere(path, 200).await;
        browser.see(words).await;
    }
    for (path, status) in
        [("/nowhere", 404), ("/petitions/1000050", 410), ("/petitions/abc", 400), ("/signatures/1/verify?token=x", 404)]
    {
        browser.visit_everywhere(path, status).await;
        browser.see("If you tell us about this, quote").await;
    }
}
