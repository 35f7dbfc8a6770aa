//! Starting a petition: the questions, with and without JavaScript, on a phone and on a desk, by keyboard alone; and the
//! counter beside a text, which agrees with the server to the letter.

use serde_json::json;
use thirtyfour::Key;
use undersigned::{domain::keyring::Purpose, urls};

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, with_browser},
    look,
    site::site,
};

const FORM: &str = "/petitions/new";

#[tokio::test]
async fn a_petition_is_started_on_a_phone() {
    with_browser(PHONE, Scripts::On, async |browser| start(browser, "phone").await).await;
}

#[tokio::test]
async fn a_petition_is_started_on_a_desk_without_javascript() {
    with_browser(WIDE, Scripts::Off, async |browser| start(browser, "desk-plain").await).await;
}

async fn start(browser: &Browser, who: &str) {
    browser.visit("/petitions/start").await;
    browser.follow("Start your petition").await;
    browser.press_and_get("Continue", 422).await;
    assert_eq!(browser.focus().await, "errors", "the mistakes are read out first");
    browser.tick("Yes").await;
    on(browser, "Continue").await;
    browser.press_and_get("Continue", 422).await;
    browser.fill("What you want done", "PLANT TREES IN EVERY STREET AND ask Mr Bloggs").await;
    on(browser, "Continue").await;
    assert_eq!(browser.ask::<String>("return document.activeElement.tagName", vec![]).await, "H1");
    on(browser, "Continue with my petition").await;
    browser.fill("Why it should be done", "Because of the shade.").await;
    on(browser, "Continue").await;
    on(browser, "Continue").await;
    browser.press_and_get("Continue", 422).await;
    browser.fill("Full name", "Ada Lovelace").await;
    browser.fill("Email address", &format!("{who}-starts@gmial.com")).await;
    browser.fill("Postcode", "cv1 1aa").await;
    browser.press_and_get("Continue", 422).await;
    assert_eq!(browser.focus().await, "slip", "the question is read out first");
    browser.tick(&format!("No, {who}-starts@gmial.com is right")).await;
    on(browser, "Continue").await;
    browser.see("Before you send it").await;
    browser.see("It seems to name somebody").await;
    on(browser, "Change why").await;
    on(browser, "Back").await;
    on(browser, "Back").await;
    on(browser, "Save and finish later").await;
    on(browser, "Back").await;
    browser.fill("What you want done", "Plant a tree in every street").await;
    on(browser, "Continue").await;
    on(browser, "Continue with my petition").await;
    on(browser, "Send my petition").await;
    browser.see("Check your inbox").await;

    let id = site().signature_of(&format!("{who}-starts@gmial.com")).await;
    browser.go(&urls::confirm_petition(&id, &site().keyring().token(Purpose::Confirm, id))).await;
    look::at(browser, 200).await;
    browser.see("You are starting this petition as Ada Lovelace").await;
    browser.press("I did not start this").await;
    browser.see("We have forgotten this petition").await;
}

/// Presses a button whose page has the address of the one before, and looks at it.
async fn on(browser: &Browser, button: &str) {
    browser.press_and_get(button, 200).await;
}

#[tokio::test]
async fn the_keyboard_alone_is_enough_to_start_one() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(FORM).await;
        tab_to(browser, "resident").await;
        browser.type_in(" ").await;
        browser.leave_by(browser.keys(Key::Enter, 1)).await;
        tab_to(browser, "action").await;
        browser.type_in("Mend every bicycle").await;
        press(browser, "on").await;
        press(browser, "on").await;
        tab_to(browser, "background").await;
        browser.type_in("They are useful.").await;
        press(browser, "on").await;
        press(browser, "on").await;
        for (field, text) in [("name", "Ada Lovelace"), ("email", "keys-start@example.org"), ("postcode", "CV1 1AA")] {
            tab_to(browser, field).await;
            browser.type_in(text).await;
        }
        // Enter in a field is the first button of the form: the next question.
        browser.leave_by(browser.keys(Key::Enter, 1)).await;
        browser.see("Check your petition").await;
        press(browser, "send").await;
        browser.see("Check your inbox").await;
        browser.console().await;
    })
    .await;
}

async fn tab_to(browser: &Browser, id: &str) {
    for _ in 0..30 {
        browser.keys(Key::Tab, 1).await;
        if browser.focus().await == id {
            return;
        }
    }
    panic!("the Tab key does not reach #{id}");
}

/// Goes to a button by the Tab key and presses it by Enter.
async fn press(browser: &Browser, go: &str) {
    let value = "return document.activeElement.name === 'go' ? document.activeElement.value : ''";
    for _ in 0..30 {
        browser.keys(Key::Tab, 1).await;
        if browser.ask::<String>(value, vec![]).await == go {
            return browser.leave_by(browser.keys(Key::Enter, 1)).await;
        }
    }
    panic!("the Tab key does not reach the button “{go}”");
}

#[tokio::test]
async fn going_back_in_the_browser_finds_what_was_typed() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(FORM).await;
        browser.tick("Yes").await;
        browser.click("Continue").await;
        browser.fill("What you want done", "Mend every bicycle").await;
        browser.click("Continue").await;
        browser.see("Petitions that are like yours").await;
        browser.leave_by(async { browser.ask::<()>("history.back()", vec![]).await }).await;
        let value = "return document.getElementById('action')?.value";
        assert_eq!(browser.ask::<Option<String>>(value, vec![]).await.as_deref(), Some("Mend every bicycle"));
    })
    .await;
}

#[tokio::test]
async fn the_counter_agrees_with_the_server_to_the_letter() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(FORM).await;
        browser.tick("Yes").await;
        browser.click("Continue").await;
        // Letters of one, two and many parts, as people type and paste them; and what is not counted.
        let letters = [
            "a", "é", "e\u{301}", "ñ\u{303}", "ŷ", "ß", "👩", "👩🏽", "👨‍👩‍👧‍👦", "👨🏿‍👩🏿‍👧🏿‍👦🏿", "🇬🇧", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "❤️", "1️⃣", "한", "ᄒ\u{1161}ᆫ",
            "नि", "क्षि", "ก็", "ก\u{e33}", "த\u{bbf}", "\u{635}\u{651}", "z\u{335}\u{321}", "x\u{200d}", "ﷺ", "𝒳", "中",
        ];
        let around = [("", ""), (" \n", "\r\n "), ("\u{a0}\u{3000}", "\u{85}\u{2028}"), ("\u{1}", "\u{7}\u{1b}")];
        for (number, letter) in letters.iter().enumerate() {
            let (before, after) = around[number % around.len()];
            for over in [0, 1] {
                let text = format!("{before}a\r\n{}{after}", letter.repeat(78 + over));
                let set = "const field = document.getElementById('action');
                    field.value = arguments[0];
                    field.dispatchEvent(new Event('input', { bubbles: true }))";
                browser.ask::<()>(set, vec![json!(text)]).await;
                let told = if over == 0 { "0 characters left" } else { "1 character too many" };
                browser.wait_for_text(".left", told).await;
                let status = "const done = arguments[arguments.length - 1];
                    const form = document.querySelector('form[method=post]');
                    const fields = new URLSearchParams(new FormData(form, form.querySelector('button')));
                    fetch(location.pathname, { method: 'POST', body: fields })
                        .then(async (answer) => [answer.status, (await answer.text()).match(/it has (\\d+)/)?.[1] ?? ''])
                        .then(done)";
                let (status, has): (u16, String) = browser.ask_later(status, vec![]).await;
                let wanted = if over == 0 { (200, "") } else { (422, "81") };
                assert_eq!((status, has.as_str()), wanted, "{letter:?} {letter}");
            }
        }
    })
    .await;
}
