//! Reading a chart off: by keyboard, pointer and finger, in words that a screen reader says; and what it looks like then.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::{
    browser::{Browser, NARROW, PHONE, Scripts, WIDE, with_browser},
    look,
    site::PETITION,
};

/// What the slider says, and what stands under the chart.
async fn said(browser: &Browser) -> String {
    let both = "return ['aria-valuetext', ''].map((name) => {
        const reader = document.querySelector('.reader');
        return name ? reader.querySelector('input').getAttribute(name) : reader.querySelector('p').textContent;
    })";
    let [said, shown]: [String; 2] = browser.ask(both, vec![]).await;
    assert_eq!(said, shown, "a screen reader says what is shown");
    said
}

/// Waits until what is said begins so.
async fn becomes(browser: &Browser, beginning: &str) -> String {
    let text = "return document.querySelector('.reader p').textContent.startsWith(arguments[0])";
    for _ in 0..200 {
        if browser.ask::<bool>(text, vec![json!(beginning)]).await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let said = said(browser).await;
    assert!(said.starts_with(beginning), "“{said}” does not begin with “{beginning}”");
    said
}

/// Where the line stands that marks what is read, as a share of the chart's width.
async fn marked(browser: &Browser) -> f64 {
    browser.ask("return parseFloat(document.querySelector('line.reading').getAttribute('x1')) / 100", vec![]).await
}

async fn focus_slider(browser: &Browser) {
    browser.ask::<()>("document.querySelector('.reader input').focus()", vec![]).await;
}

#[tokio::test]
async fn a_chart_is_read_off_by_keyboard() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(&format!("{PETITION}?range=24h")).await;
        let at_the_end =
            "const { value, max } = document.querySelector('.reader input'); return Number(max) > 0 && value === max";
        assert!(browser.ask::<bool>(at_the_end, vec![]).await, "it begins at the newest point");
        focus_slider(browser).await;
        let latest = becomes(browser, "Sunday 21 August").await;
        assert!(latest.ends_with("44,029 in all"), "{latest}");
        browser.keys(Key::Home, 1).await;
        becomes(browser, "Saturday 20 August").await;
        assert!(marked(browser).await < 0.05);
        browser.keys(Key::Right, 3).await;
        let midnight = becomes(browser, "Sunday 21 August 2022, 00:00 to 01:00").await;
        assert!(midnight.contains("signature"), "{midnight}");
        browser.keys(Key::Left, 1).await;
        becomes(browser, "Saturday 20 August 2022, 23:00 to 00:00").await;
        browser.keys(Key::End, 1).await;
        becomes(browser, &latest).await;
        assert!(marked(browser).await > 0.95);
        look::as_it_is(browser, 200).await;
    })
    .await;
}

#[tokio::test]
async fn a_chart_of_days_is_read_off_by_pointer() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(PETITION).await;
        let place = "const chart = document.querySelector('#growth svg.chart');
            chart.scrollIntoView({ block: 'center' });
            const { left, top, width, height } = chart.getBoundingClientRect();
            return [left, top, width, height]";
        let [left, top, width, height]: [f64; 4] = browser.ask(place, vec![]).await;
        let point = async |share: f64| {
            let (x, y) = (left + share * width, top + height / 2.0);
            let moved = json!({ "type": "mouseMoved", "x": x, "y": y });
            browser.dev_tools("Input.dispatchMouseEvent", moved).await;
        };
        point(0.002).await;
        becomes(browser, "Tuesday 1 March 2022: ").await;
        point(0.5).await;
        becomes(browser, "Wednesday 1 June 2022: ").await;
        assert!((marked(browser).await - 0.5).abs() < 0.01);
        point(0.999).await;
        let last = becomes(browser, "Sunday 21 August 2022, so far: ").await;
        assert!(last.ends_with("44,029 in all"), "beyond the last day lies the estimate: {last}");
    })
    .await;
}

#[tokio::test]
async fn a_chart_is_read_off_by_finger_and_the_page_still_scrolls() {
    with_browser(PHONE, Scripts::On, async |browser| {
        browser.dev_tools("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })).await;
        browser.go(&format!("{PETITION}?range=30d")).await;
        let place = "const chart = document.querySelector('#growth svg.chart');
            chart.scrollIntoView({ block: 'center' });
            const { left, top, width, height } = chart.getBoundingClientRect();
            return [left, top, width, height]";
        let [left, top, width, height]: [f64; 4] = browser.ask(place, vec![]).await;
        let touch = async |kind: &str, points: Value| {
            browser.dev_tools("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await;
        };
        let at = |share: f64| json!([{ "x": left + share * width, "y": top + height / 2.0 }]);
        touch("touchStart", at(0.01)).await;
        becomes(browser, "Saturday 23 July 2022: ").await;
        for step in 1..=8 {
            touch("touchMove", at(0.01 + 0.1 * f64::from(step))).await;
        }
        touch("touchEnd", json!([])).await;
        becomes(browser, "Tuesday 16 August 2022: ").await;
        let action: String = browser
            .ask("return getComputedStyle(document.querySelector('#growth svg.chart')).touchAction", vec![])
            .await;
        assert_eq!(action, "pan-y");
        look::as_it_is(browser, 200).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_moves_when_the_reader_comes_and_the_narrowest_window_holds_it() {
    with_browser(NARROW, Scripts::On, async |browser| {
        for range in ["24h", "7d", "30d", "all"] {
            browser.go(&format!("{PETITION}?range={range}")).await;
            let heights = "const reader = document.querySelector('.reader');
                const filled = reader.getBoundingClientRect().height;
                reader.replaceChildren();
                return [filled, reader.getBoundingClientRect().height]";
            let [filled, empty]: [f64; 2] = browser.ask(heights, vec![]).await;
            assert!((filled - empty).abs() < 1.0, "{range}: {filled} and {empty}");
            look::as_it_is(browser, 200).await;
        }
        browser.go(PETITION).await;
        focus_slider(browser).await;
        becomes(browser, "Sunday 21 August 2022").await;
        look::as_it_is(browser, 200).await;
    })
    .await;
}

#[tokio::test]
async fn without_the_numbers_the_table_is_named() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(PETITION).await;
        browser.ask::<()>("window.fetch = async () => { throw new Error('away') }", vec![]).await;
        focus_slider(browser).await;
        browser.wait_for_text(".reader p", "The numbers cannot be had just now. The table has them.").await;
    })
    .await;
}
