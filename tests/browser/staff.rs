//! The door to the protected area: an invitation and passkeys.

use data_encoding::BASE32_NOPAD;
use serde_json::json;
use undersigned::domain::second_factor::TotpSecret;

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, with_browser},
    site::site,
};

const PASSWORD: &str = "teal otter walks nine bridges";

/// Somebody accepts an invitation, and is signed in from then on.
async fn join(browser: &Browser, name: &str, email: &str) {
    browser.visit(&site().invite(name, email)).await;
    let words = browser.text(".secret").await;
    let bytes = BASE32_NOPAD.decode(words.trim().replace('-', "").as_bytes()).expect("a key");
    let code = TotpSecret::from_slice(&bytes).expect("a key").code_at(site().now());
    browser.press_and_get("Set password and telephone", 422).await;
    assert_eq!(browser.focus().await, "errors", "the mistakes are read out first");
    browser.fill("Password", PASSWORD).await;
    browser.fill("The same password again", PASSWORD).await;
    browser.fill("Code", &code).await;
    browser.press("Set password and telephone").await;
    browser.see("Keep these recovery codes").await;
}

#[tokio::test]
async fn an_invitation_is_accepted_on_a_phone_without_javascript() {
    with_browser(PHONE, Scripts::Off, async |browser| {
        join(browser, "Joan Clarke", "joan@example.org").await;
        browser.follow("I have kept them").await;
        browser.wait_for_text(".who", "Joan Clarke, sysadmin").await;
        browser.press("Sign out").await;
        browser.see("To sign a petition you need no account").await;
    })
    .await;
}

#[tokio::test]
async fn a_passkey_stands_for_password_and_code() {
    with_browser(WIDE, Scripts::On, async |browser| {
        join(browser, "Ada Lovelace", "ada@example.org").await;
        browser.dev_tools("WebAuthn.enable", json!({})).await;
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        let made = browser.dev_tools("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await;
        let device = made["authenticatorId"].as_str().expect("a device").to_owned();

        browser.visit("/admin/account").await;
        browser.follow("Passkeys").await;
        browser.fill("Name", "laptop").await;
        browser.press("Add a passkey").await;
        browser.see("The passkey “laptop” is added.").await;
        browser.press("Sign out").await;
        browser.press("Use a passkey").await;
        browser.wait_for_text(".who", "Ada Lovelace, sysadmin").await;
        browser.visit("/admin/account").await;
        browser.see("with a passkey").await;

        // Whoever has the device, but is not its owner, does not get in.
        browser.press("Sign out").await;
        let stranger = json!({ "authenticatorId": device, "isUserVerified": false });
        browser.dev_tools("WebAuthn.setUserVerified", stranger).await;
        browser.ask::<()>("document.querySelector('form[data-passkey] button').click()", vec![]).await;
        let said = "Your browser has given no passkey of this site. Try again, or use password and code.";
        browser.wait_for_text("[data-passkey-problem]", said).await;
        let owner = json!({ "authenticatorId": device, "isUserVerified": true });
        browser.dev_tools("WebAuthn.setUserVerified", owner).await;
        browser.press("Use a passkey").await;
        browser.wait_for_text(".who", "Ada Lovelace, sysadmin").await;

        browser.visit("/admin/account/passkeys").await;
        browser.press("Remove laptop").await;
        browser.see("The passkey “laptop” is removed.").await;
        browser.press("Sign out").await;
        browser.press_and_get("Use a passkey", 401).await;
        browser.see("The passkey was not accepted.").await;
    })
    .await;
}
