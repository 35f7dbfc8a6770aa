//! The keyboard alone: the skip link works, and the Tab key reaches everything and shows where it is.

use serde::Deserialize;
use thirtyfour::Key;

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, with_browser},
    look,
    site::PETITION,
};

/// What has the focus.
#[derive(Deserialize)]
struct Focused {
    name: String,
    /// One sees that it has it.
    shown: bool,
    /// It comes after what had it before.
    follows: bool,
}

impl Browser {
    /// Goes on with the Tab key until what is called so has the focus.
    pub async fn tab_to(&self, name: &str) {
        let script = format!("{}\nreturn focused()", look::MEASURES);
        for _ in 0..300 {
            self.keys(Key::Tab, 1).await;
            let now: Focused = self.ask(&script, vec![]).await;
            let place = self.place().await;
            assert!(now.shown, "{place}: “{}” does not show that it has the focus", now.name);
            assert!(now.follows, "{place}: the focus jumps back to “{}” on the way to “{name}”", now.name);
            if now.name == name {
                return;
            }
        }
        panic!("{}: the Tab key does not reach “{name}”", self.place().await);
    }

    /// Tabs to a field and writes into it.
    pub async fn tab_and_type(&self, label: &str, text: &str) {
        self.tab_to(label).await;
        self.type_in(text).await;
    }

    /// Tabs to a box and ticks it.
    pub async fn tab_and_tick(&self, label: &str) {
        self.tab_to(label).await;
        self.keys(Key::Space, 1).await;
    }

    /// Tabs to a link or a button and follows or presses it.
    pub async fn tab_and_enter(&self, name: &str) {
        self.tab_to(name).await;
        self.leave_by(self.keys(Key::Enter, 1)).await;
    }

    /// The mistakes have the focus; the first of them leads to its field.
    pub async fn first_mistake(&self, words: &str, field: &str) {
        assert_eq!(self.focus().await, "errors", "the mistakes are read out first, on {}", self.place().await);
        self.tab_to(words).await;
        self.keys(Key::Enter, 1).await;
        assert_eq!(self.focus().await, field, "a mistake leads to its field");
    }
}

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
