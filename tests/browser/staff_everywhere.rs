//! Every page of the protected area, from the table of its addresses, and the forms that come back with mistakes: sound on a
//! desk, in the dark, on a phone and on the narrowest screen.

use axum::http::Method;
use undersigned::{urls, web::admin::addresses};

use super::{
    browser::{Browser, Scripts, WIDE, with_browser},
    look,
    office::{Office, sign_in},
    site::site,
};

/// Addresses that show nothing: files, and the way to a provider that this site has not.
fn shows_nothing(path: &str) -> bool {
    path.ends_with(".csv") || path.starts_with("/admin/sign-in/elsewhere")
}

#[tokio::test]
async fn every_page_of_staff_is_sound_everywhere() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go("/admin/sign-in").await;
        let mut wrong = look::everywhere(browser, 200).await;
        sign_in(browser).await;
        let office = Office::open().await;
        for address in addresses() {
            if address.method != Method::GET || shows_nothing(address.path) {
                continue;
            }
            browser.resize(WIDE).await;
            match address.path {
                "/admin/invitations/{staff}" => {
                    browser.go(&site().invite("Katherine Johnson", "katherine@example.org")).await;
                }
                "/admin/signatures/judge" => choose(browser, &office, "Invalidate").await,
                "/admin/signatures/erase" => choose(browser, &office, "Erase").await,
                path => browser.go(&office.filled_in(path)).await,
            }
            wrong.extend(look::everywhere(browser, status_of(address.path)).await);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

/// What the page answers with: some acts are not possible while no dissolution has been announced, and say so.
fn status_of(path: &str) -> u16 {
    let acts = ["take-back", "tell", "archive"];
    if acts.iter().any(|act| path == format!("/admin/parliament/{act}")) { 409 } else { 200 }
}

/// Ticks all signatures of a page and says what is to become of them.
async fn choose(browser: &Browser, office: &Office, act: &str) {
    browser.go(&urls::admin::signatures_of(&office.open)).await;
    browser.tick("All on this page").await;
    browser.click(act).await;
}

#[tokio::test]
async fn every_form_of_staff_that_comes_back_is_sound_everywhere() {
    with_browser(WIDE, Scripts::On, async |browser| {
        sign_in(browser).await;
        let office = Office::open().await;
        let mut wrong = Vec::new();
        let (open, waiting) = (office.open, office.waiting);
        for (path, emptied, button, status) in [
            (urls::admin::petition(&open), "", "Add the note", 422),
            (urls::admin::petition_part(&open, "text"), "action", "Save the text", 422),
            (urls::admin::petition_part(&waiting, "reject"), "", "Continue", 422),
            (urls::admin::response_withdraw(&open), "", "Withdraw the response", 422),
            (urls::admin::debate(&open), "", "Save the day", 422),
            (urls::admin::debate(&open), "", "Save the outcome", 422),
            (urls::admin::activities(&open), "", "Publish the activity", 422),
            (urls::admin::new_rule(""), "", "Save the draft", 422),
            (urls::admin::site_settings().to_owned(), "site_name", "Save settings", 422),
            (urls::admin::site_page_new().to_owned(), "", "Save and publish", 422),
            (urls::admin::site_list_new("departments"), "", "Save", 422),
            (urls::admin::site_list_new("reasons"), "", "Save", 422),
            (urls::admin::site_departments_import().to_owned(), "", "See what it changes", 422),
            (urls::admin::site_places().to_owned(), "", "See what it changes", 422),
            (urls::admin::site_protection().to_owned(), "", "Add to the list", 422),
            (urls::admin::new_colleague().to_owned(), "", "Invite", 422),
            (urls::admin::own_password().to_owned(), "", "Change your password", 422),
            (urls::admin::own_telephone().to_owned(), "", "Connect this telephone", 422),
        ] {
            browser.resize(WIDE).await;
            browser.go(&path).await;
            if !emptied.is_empty() {
                let script = "document.getElementById(arguments[0]).value = ''";
                browser.ask::<()>(script, vec![emptied.into()]).await;
            }
            browser.click(button).await;
            wrong.extend(look::everywhere(browser, status).await);
            if browser.focus().await != "errors" {
                wrong.push(format!("{path}: the mistakes of “{button}” do not have the focus"));
            }
        }
        // A colleague was quicker.
        for (path, button, change) in [
            (
                urls::admin::petition_part(&open, "text"),
                "Save the text",
                "update petitions set background = 'Kites are quiet.' where id = $1",
            ),
            (
                urls::admin::petition_part(&open, "committee-note"),
                "Save the note",
                "update petitions set committee_note = 'The committee is flying one.' where id = $1",
            ),
            (
                urls::admin::response(&open),
                "Save draft",
                "update response_drafts set summary = 'At night, too.', revision = revision + 100000 where petition_id = $1",
            ),
            (
                office.filled_in("/admin/petitions/{petition}/activities/{activity}"),
                "Save the activity",
                "update activities set subject = 'The Minister has written back', updated_at = now() where petition_id = $1",
            ),
            (
                office.filled_in("/admin/site/tags/{entry}"),
                "Save",
                "update tags set description = 'About kites and dragons.' where name = 'kites' and $1 > 0",
            ),
        ] {
            browser.resize(WIDE).await;
            browser.go(&path).await;
            site().change(open, &[change]).await;
            let typed = "const e = document.querySelector('main form textarea'); e.value += ' And more.'";
            browser.ask::<()>(typed, vec![]).await;
            browser.click(button).await;
            wrong.extend(look::everywhere(browser, 409).await);
        }
        // What was written about a petition that has been taken away meanwhile is given back.
        browser.resize(WIDE).await;
        browser.go(&urls::admin::response(&open)).await;
        let typed = "document.querySelector('main form textarea').value = 'A long answer about kites.'";
        browser.ask::<()>(typed, vec![]).await;
        let hidden = "update petitions set state = 'hidden', rejected_at = opened_at where id = $1";
        site().change(open, &[hidden]).await;
        browser.click("Save draft").await;
        browser.see("Nothing was saved").await;
        wrong.extend(look::everywhere(browser, 409).await);
        browser.go(&urls::admin::petition(&open)).await;
        let width = browser.ask::<u32>("return document.querySelector('strong.tag').offsetWidth", vec![]).await;
        assert!(width > 30, "that it is hidden is to be seen");
        site().change(open, &["update petitions set state = 'open', rejected_at = null where id = $1"]).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn what_was_being_written_when_the_session_ended_is_carried_soundly() {
    with_browser(WIDE, Scripts::On, async |browser| {
        let token = sign_in(browser).await;
        let office = Office::open().await;
        browser.go(&urls::admin::petition(&office.open)).await;
        browser.fill("Note for colleagues", "It took an hour to write this.").await;
        site().end_session(&token).await;
        browser.click("Add the note").await;
        browser.see("Sign in").await;
        let mut wrong = look::everywhere(browser, 401).await;

        browser.resize(WIDE).await;
        let token = sign_in(browser).await;
        browser.go(urls::admin::new_colleague()).await;
        browser.fill("Full name", "Dorothy Vaughan").await;
        site().forget_proof(&token).await;
        browser.click("Invite").await;
        browser.see("Prove that it is you").await;
        wrong.extend(look::everywhere(browser, 403).await);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}
