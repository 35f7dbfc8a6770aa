//! Signing: the form and its mistakes, the links of the mails, what signers do afterwards; with and without JavaScript,
//! on a phone and on a desk, and with the keyboard alone.

use serde_json::json;
use thirtyfour::Key;
use undersigned::{domain::keyring::Purpose, urls};

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, with_browser},
    look,
    site::{PETITION, site},
};

const FORM: &str = "/petitions/1000000/signatures/new";
const SIGN: &str = "Sign this petition";

#[tokio::test]
async fn a_petition_is_signed_on_a_phone() {
    with_browser(PHONE, Scripts::On, async |browser| sign(browser, "phone").await).await;
}

#[tokio::test]
async fn a_petition_is_signed_on_a_phone_without_javascript() {
    with_browser(PHONE, Scripts::Off, async |browser| sign(browser, "phone-plain").await).await;
}

#[tokio::test]
async fn a_petition_is_signed_on_a_desk() {
    with_browser(WIDE, Scripts::On, async |browser| sign(browser, "desk").await).await;
}

#[tokio::test]
async fn a_petition_is_signed_on_a_desk_without_javascript() {
    with_browser(WIDE, Scripts::Off, async |browser| sign(browser, "desk-plain").await).await;
}

async fn sign(browser: &Browser, who: &str) {
    browser.visit(PETITION).await;
    browser.follow(SIGN).await;
    browser.press_and_get(SIGN, 422).await;
    assert_eq!(browser.focus().await, "errors", "the mistakes are read out first");
    browser.see("Confirm that you are a British citizen or UK resident").await;
    let link = "document.querySelector('#errors a[href=\"#email\"]').click()";
    browser.ask::<()>(link, vec![]).await;
    assert_eq!(browser.focus().await, "email", "a mistake leads to its field");
    let label = "return document.querySelector('label[for=email]').getBoundingClientRect().top >= 0";
    assert!(browser.ask::<bool>(label, vec![]).await, "the label of the field is in view");

    browser.fill("Full name", "Ada Lovelace").await;
    browser.fill("Email address", &format!("{who}@gmial.com")).await;
    browser.fill("Postcode", "cv1 1aa").await;
    browser.tick("I am a British citizen or UK resident").await;
    browser.tick("Email me about this petition").await;
    browser.press_and_get(SIGN, 422).await;
    assert_eq!(browser.focus().await, "slip", "the question is read out first");
    browser.see(&format!("Did you mean {who}@gmail.com?")).await;
    browser.tick(&format!("Yes, use {who}@gmail.com")).await;
    browser.press(SIGN).await;
    browser.see("Check your inbox").await;

    let id = site().signature_of(&format!("{who}@gmail.com")).await;
    let token = |purpose| site().keyring().token(purpose, id);
    browser.visit(&urls::confirm_signature(&id, &token(Purpose::Confirm))).await;
    browser.press("Confirm my signature").await;
    browser.see("Your signature is counted").await;
    browser.visit(&urls::confirm_signature(&id, &token(Purpose::Confirm))).await;
    browser.see("Your signature is confirmed").await;
    browser.follow("Your signature").await;
    browser.see("Ada Lovelace").await;
    look::as_it_is(browser, 200).await;
    browser.visit(&urls::unsubscribe(&id, &token(Purpose::Unsubscribe))).await;
    browser.press("Stop mails").await;
    browser.see("You get no news about this petition").await;
    browser.go(&urls::your_signature(&id, &token(Purpose::Manage))).await;
    browser.press("Withdraw my signature").await;
    browser.see("Your signature is withdrawn").await;
    look::as_it_is(browser, 200).await;
}

#[tokio::test]
async fn the_keyboard_alone_is_enough_to_sign() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(FORM).await;
        for (field, text) in [("name", "Ada Lovelace"), ("email", "keyboard@example.org"), ("postcode", "CV1 1AA")] {
            tab_to(browser, field).await;
            browser.type_in(text).await;
        }
        tab_to(browser, "resident").await;
        browser.type_in(" ").await;
        browser.leave_by(browser.keys(Key::Enter, 1)).await;
        browser.see("Check your inbox").await;

        let id = site().signature_of("keyboard@example.org").await;
        browser.go(&urls::confirm_signature(&id, &site().keyring().token(Purpose::Confirm, id))).await;
        let on_button = "return document.activeElement.matches('main button')";
        for _ in 0..20 {
            browser.keys(Key::Tab, 1).await;
            if browser.ask::<bool>(on_button, vec![]).await {
                break;
            }
        }
        browser.leave_by(browser.keys(Key::Enter, 1)).await;
        browser.see("Your signature is counted").await;
        browser.console().await;
    })
    .await;
}

async fn tab_to(browser: &Browser, id: &str) {
    for _ in 0..20 {
        browser.keys(Key::Tab, 1).await;
        if browser.focus().await == id {
            return;
        }
    }
    panic!("the Tab key does not reach #{id}");
}

#[tokio::test]
async fn a_postcode_is_asked_for_where_there_are_some() {
    with_browser(PHONE, Scripts::On, async |browser| {
        let choose = async |country: &str| {
            let script = "const country = document.getElementById('country');
                country.value = arguments[0];
                country.dispatchEvent(new Event('change', { bubbles: true }));
                return document.getElementById('postcode').checkVisibility()";
            browser.ask::<bool>(script, vec![json!(country)]).await
        };
        browser.go(FORM).await;
        assert!(!choose("FR").await);
        look::as_it_is(browser, 200).await;
        assert!(choose("GB").await);
        // It is still as it was chosen when the form comes back.
        assert!(!choose("FR").await);
        browser.press_and_get(SIGN, 422).await;
        let shown = "return document.getElementById('postcode').checkVisibility()";
        assert!(!browser.ask::<bool>(shown, vec![]).await);
    })
    .await;
}

#[tokio::test]
async fn a_second_click_sends_nothing_again() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(FORM).await;
        let clicks = "const form = document.querySelector('form[method=post]'), button = form.querySelector('button');
            let sent = 0;
            form.addEventListener('submit', (event) => { sent += !event.defaultPrevented; event.preventDefault(); });
            button.click();
            button.click();
            const once = sent;
            dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
            button.click();
            return [once, sent]";
        assert_eq!(browser.ask::<(u32, u32)>(clicks, vec![]).await, (1, 2), "going back, it can be sent again");
    })
    .await;
}

#[tokio::test]
async fn going_back_finds_what_was_typed() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go(FORM).await;
        browser.fill("Full name", "Ada Lovelace").await;
        browser.press_and_get(SIGN, 422).await;
        browser.fill("Email address", "back@example.org").await;
        browser.fill("Postcode", "CV1 1AA").await;
        browser.tick("I am a British citizen or UK resident").await;
        browser.press(SIGN).await;
        browser.see("Check your inbox").await;
        browser.leave_by(async { browser.ask::<()>("history.back()", vec![]).await }).await;
        let name = "return document.getElementById('name').value";
        assert_eq!(browser.ask::<String>(name, vec![]).await, "Ada Lovelace");
    })
    .await;
}

#[tokio::test]
async fn the_form_keeps_its_meaning_with_forced_colours_and_more_contrast() {
    with_browser(PHONE, Scripts::Off, async |browser| {
        for feature in [("forced-colors", "active"), ("prefers-contrast", "more")] {
            for scheme in ["light", "dark"] {
                browser.go(FORM).await;
                browser.emulate("screen", &[feature, ("prefers-color-scheme", scheme)]).await;
                browser.tick("I am a British citizen or UK resident").await;
                look::as_it_is(browser, 200).await;
            }
        }
    })
    .await;
}
