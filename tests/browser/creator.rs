//! A petition's first supporters, its creator's page and its sheet of paper, in a real browser: with and without JavaScript,
//! on a phone and on a desk, in the dark and on paper.

use undersigned::{
    domain::{
        keyring::{PetitionPurpose, Purpose},
        petition::PetitionId,
    },
    urls,
};

use super::{
    browser::{Browser, NARROW, PHONE, Scripts, WIDE, with_browser},
    look,
    site::{PETITION, site},
};

/// The sample's petition in this state; of several the first.
async fn sample(state: &str) -> PetitionId {
    let found = sqlx::query_scalar::<_, i64>(
        "select p.id from petitions p join supporters u on u.petition_id = p.id and u.is_creator
         where p.state::text = $1 order by p.id limit 1",
    );
    found.bind(state).fetch_one(&mut site().db().await).await.expect("a petition in this state").into()
}

fn token(purpose: PetitionPurpose, id: PetitionId) -> String {
    site().keyring().petition_token(purpose, id)
}

fn support(id: PetitionId) -> String {
    urls::support(&id, &token(PetitionPurpose::Support, id))
}

fn page(id: PetitionId) -> String {
    urls::creator_page(&id, &token(PetitionPurpose::Creator, id))
}

#[tokio::test]
async fn a_petition_is_supported_on_a_phone() {
    with_browser(PHONE, Scripts::On, async |browser| supports(browser, "support-phone").await).await;
}

#[tokio::test]
async fn a_petition_is_supported_on_a_desk_without_javascript() {
    with_browser(WIDE, Scripts::Off, async |browser| supports(browser, "support-desk").await).await;
}

async fn supports(browser: &Browser, who: &str) {
    let id = sample("sponsored").await;
    browser.visit(&support(id)).await;
    browser.press_and_get("Support this petition", 422).await;
    assert_eq!(browser.focus().await, "errors", "the mistakes are read out first");
    browser.fill("Full name", "Ada Lovelace").await;
    browser.fill("Email address", &format!("{who}@example.org")).await;
    browser.fill("Postcode", "cv1 1aa").await;
    browser.tick("I am a British citizen or UK resident").await;
    browser.press("Support this petition").await;
    browser.see("Check your inbox").await;
    let signature = site().signature_of(&format!("{who}@example.org")).await;
    browser.visit(&urls::confirm_signature(&signature, &site().keyring().token(Purpose::Confirm, signature))).await;
    browser.press("Confirm my support").await;
    browser.see("Your support is counted").await;
}

#[tokio::test]
async fn a_creators_page_is_in_order_in_every_state() {
    with_browser(WIDE, Scripts::On, creators_pages).await;
}

#[tokio::test]
async fn a_creators_page_is_in_order_without_javascript() {
    with_browser(WIDE, Scripts::Off, creators_pages).await;
}

async fn creators_pages(browser: &Browser) {
    for state in ["pending", "validated", "sponsored", "flagged"] {
        browser.visit_everywhere(&page(sample(state).await), 200).await;
    }
    let young = sample("validated").await;
    let creator = token(PetitionPurpose::Creator, young);
    browser.visit_everywhere(&urls::withdraw_petition(&young, &creator), 200).await;
    browser.visit_everywhere(&urls::support_sheet(&young, &creator), 200).await;
    browser.visit_everywhere(&urls::lost_link(&young), 200).await;
    browser.press_and_get("Send me the link", 422).await;
    browser.visit_everywhere(&page(published().await), 200).await;
    browser.visit_everywhere(&format!("{PETITION}/sheet"), 200).await;
    browser.resize(NARROW).await;
    browser.visit(&page(young)).await;
}

/// A published petition with somebody who is said to have created it.
async fn published() -> PetitionId {
    let id: PetitionId = PETITION.rsplit('/').next().and_then(|number| number.parse().ok()).expect("a number");
    sqlx::query(
        "with creator as (
             insert into signatures (created_at, confirmed_at, email_hash, petition_id, area_id, state, household_member,
                 wants_updates, name, contact)
             select '2022-02-20', '2022-02-20', 1, $1, id, 'invalidated', 1, true, 'Wilhelmina Oakes', 'x'
             from areas where kind = 'country' and code = 'GB'
             on conflict do nothing returning id
         )
         insert into supporters (signature_id, petition_id, is_creator) select id, $1, true from creator
         on conflict do nothing",
    )
    .bind(i32::try_from(id.get()).expect("a number"))
    .execute(&mut site().db().await)
    .await
    .expect("a creator");
    id
}

#[tokio::test]
async fn what_is_to_be_passed_on_is_copied_by_a_button() {
    with_browser(WIDE, Scripts::On, async |browser| {
        let id = sample("validated").await;
        browser.go(&page(id)).await;
        let grant = serde_json::json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        browser.dev_tools("Browser.grantPermissions", grant).await;
        browser.ask::<()>("document.querySelector('#link + .copy').click()", vec![]).await;
        browser.wait_for_text("#link ~ .copied", "Copied").await;
        let copied = "navigator.clipboard.readText().then(arguments[arguments.length - 1])";
        let copied: String = browser.ask_later(copied, vec![]).await;
        assert!(copied.ends_with(&support(id)), "{copied}");
    })
    .await;
}

#[tokio::test]
async fn a_sheet_fits_on_one_page_of_paper() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        let young = sample("validated").await;
        let own = urls::support_sheet(&young, &token(PetitionPurpose::Creator, young));
        for path in [own, format!("{PETITION}/sheet")] {
            browser.go(&path).await;
            browser.emulate("print", &[]).await;
            let paper = serde_json::json!({ "paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": true });
            let printed = browser.dev_tools("Page.printToPDF", paper).await;
            let pdf =
                data_encoding::BASE64.decode(printed["data"].as_str().expect("a file").as_bytes()).expect("a file");
            let text = String::from_utf8_lossy(&pdf);
            assert_eq!(text.matches("/Type /Page\n").count(), 1, "{path} is printed on one page");
            let shown =
                browser.ask::<bool>("return document.querySelector('.on-screen').offsetParent === null", vec![]);
            assert!(shown.await, "what is said on the screen alone is not printed");
            browser.emulate("screen", &[("prefers-color-scheme", "dark")]).await;
            look::as_it_is(browser, 200).await;
            let ground = "return getComputedStyle(document.querySelector('.sheet')).backgroundColor";
            assert_eq!(browser.ask::<String>(ground, vec![]).await, "rgb(255, 255, 255)");
        }
    })
    .await;
}
