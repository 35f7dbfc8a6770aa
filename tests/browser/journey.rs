//! The whole journey of a petition, from the idea to its closing, through everybody's hands: once by clicking, every page
//! looked at on the way, and once by keyboard alone. What people get by mail is read where the site keeps it, and its links
//! are followed; months pass while the program is not running.

use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use serde_json::json;
use undersigned::domain::second_factor::TotpSecret;

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, Window, with_browser_at},
    site::Site,
};

const ACTION: &str = "Light every stairwell from below";
const CREATOR: &str = "journey-creator@example.org";
const STAFF: &str = "grace-hopper@example.org";
const PASSWORD: &str = "teal otter walks nine bridges";

#[tokio::test]
async fn a_petition_goes_all_the_way() {
    all_the_way("-journey", WIDE, Scripts::On, Hand::Pointer).await;
}

#[tokio::test]
async fn a_petition_goes_all_the_way_on_a_phone_without_javascript() {
    all_the_way("-journey-phone", PHONE, Scripts::Off, Hand::Pointer).await;
}

#[tokio::test]
async fn the_keyboard_alone_is_enough_all_the_way() {
    all_the_way("-journey-keys", WIDE, Scripts::On, Hand::Keyboard).await;
}

/// What somebody uses the browser with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hand {
    /// Each page that it comes to is looked at.
    Pointer,
    /// The way to everything is the Tab key, and shows where it is.
    Keyboard,
}

async fn all_the_way(name: &str, window: Window, scripts: Scripts, hand: Hand) {
    let mut site = Site::begin(name, "2022-08-30T09:00:00Z").expect("a site");
    // All of them share an address, and no time passes while they fill in forms: that is what programs do.
    site.command(&["protect", "allow", "127.0.0.0/8"]);
    with_browser_at(site.address(""), window, scripts, async |browser| {
        let someone = Someone { browser, hand };
        let telephone = someone.joins_the_staff(&site).await;
        someone.wants_fewer_signatures().await;

        someone.starts().await;
        let creators_page = someone.confirms_the_start().await;
        for number in 1..=5 {
            someone.supports(number).await;
        }
        someone.goes(&creators_page).await;
        browser.see("We are checking it").await;

        site.sleep_until("2022-08-31T09:30:00Z");
        someone.signs_in(&site, &telephone).await;
        someone.publishes().await;
        someone.opens_mail(CREATOR, "published").await;
        someone.follows("See its page").await;
        let page = browser.place().await;
        for number in 1..=2 {
            someone.signs(&page, number).await;
        }
        someone.waits_to_see(&page, "It has been waiting for").await;
        someone.opens_mail(CREATOR, "reached 8 signatures").await;

        site.sleep_until("2022-09-09T10:00:00Z");
        someone.signs_in(&site, &telephone).await;
        someone.responds(&page).await;

        site.sleep_until("2022-09-12T10:00:00Z");
        assert_eq!(someone.opens_mail("signer1@example.org", "Government").await, format!("{page}#response"));
        browser.see("The Government’s response").await;
        browser.see("Stairwells will be lit from below.").await;
        for number in 3..=4 {
            someone.signs(&page, number).await;
        }
        someone.waits_to_see(&page, "considered for a debate. No date has been set yet").await;
        someone.opens_mail(CREATOR, "reached 10 signatures").await;
        someone.signs_in(&site, &telephone).await;
        someone.schedules_a_debate(&page).await;
        someone.waits_to_see(&page, "Parliament will debate this petition on Monday 10th October 2022").await;

        site.sleep_until("2022-10-11T10:00:00Z");
        assert_eq!(someone.opens_mail("signer3@example.org", "debate").await, format!("{page}#debate"));
        someone.signs_in(&site, &telephone).await;
        someone.records_the_debate(&page).await;

        // It closed half a year after it was published, while nobody was there: in a month that has no 31st.
        site.sleep_until("2023-03-02T10:00:00Z");
        someone.waits_to_see(&page, "This petition closed on 28 February 2023. It can no longer be signed.").await;
        browser.see("10 signatures").await;
        browser.see("Parliament debated this petition on Monday 10th October 2022").await;
        assert_eq!(someone.opens_mail("signer4@example.org", "debate").await, format!("{page}#debate"));
        someone.opens_mail(CREATOR, "Your petition has closed").await;
        browser.see("Your petition").await;
    })
    .await;
}

/// Whoever sits before the browser.
struct Someone<'a> {
    browser: &'a Browser,
    hand: Hand,
}

impl Someone<'_> {
    async fn goes(&self, path: &str) {
        match self.hand {
            Hand::Pointer => self.browser.visit(path).await,
            Hand::Keyboard => self.browser.go(path).await,
        }
    }

    async fn types(&self, label: &str, text: &str) {
        match self.hand {
            Hand::Pointer => self.browser.fill(label, text).await,
            Hand::Keyboard => self.browser.tab_and_type(label, text).await,
        }
    }

    async fn chooses(&self, label: &str, option: &str) {
        match self.hand {
            Hand::Pointer => self.browser.choose(label, option).await,
            Hand::Keyboard => self.browser.tab_and_type(label, option).await,
        }
    }

    async fn ticks(&self, label: &str) {
        match self.hand {
            Hand::Pointer => self.browser.tick(label).await,
            Hand::Keyboard => self.browser.tab_and_tick(label).await,
        }
    }

    async fn follows(&self, words: &str) {
        match self.hand {
            Hand::Pointer => self.browser.follow(words).await,
            Hand::Keyboard => self.browser.tab_and_enter(words).await,
        }
    }

    async fn presses(&self, words: &str) {
        match self.hand {
            Hand::Pointer => self.browser.press_and_get(words, 200).await,
            Hand::Keyboard => self.browser.tab_and_enter(words).await,
        }
    }

    /// Waits until a page says so.
    async fn waits_to_see(&self, path: &str, words: &str) {
        for _ in 0..60 {
            self.browser.go(path).await;
            if self.browser.shows(words).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        self.browser.see(words).await;
    }

    /// Waits for a mail to an address, with these words in its subject, and opens it.
    async fn reads_mail(&self, to: &str, subject: &str) {
        let find = "const mail = [...document.querySelectorAll('.petitions li')].find((li) =>
                li.querySelector('h2').textContent.includes(arguments[1])
                && li.querySelector('p').textContent.startsWith(`to ${arguments[0]},`));
            return mail?.querySelector('a').getAttribute('href')";
        for _ in 0..60 {
            self.browser.go("/dev/mail").await;
            let mail: Option<String> = self.browser.ask(find, vec![json!(to), json!(subject)]).await;
            if let Some(mail) = mail {
                return self.browser.go(&mail).await;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("no mail about “{subject}” to {to}:\n{}", self.browser.text("main").await);
    }

    /// The addresses in the mail that is open.
    async fn links(&self) -> Vec<String> {
        self.browser.ask("return [...document.querySelectorAll('.raw a')].map((a) => a.textContent)", vec![]).await
    }

    /// Waits for a mail and follows its first link; where it led.
    async fn opens_mail(&self, to: &str, subject: &str) -> String {
        self.reads_mail(to, subject).await;
        let links = self.links().await;
        self.follows(links.first().expect("a link")).await;
        self.browser.place().await
    }

    /// Accepts an invitation; the key of the telephone.
    async fn joins_the_staff(&self, site: &Site) -> TotpSecret {
        self.goes(&site.invite("Grace Hopper", STAFF)).await;
        let words = self.browser.text(".secret").await;
        let bytes = BASE32_NOPAD.decode(words.trim().replace('-', "").as_bytes()).expect("a key");
        let telephone = TotpSecret::from_slice(&bytes).expect("a key");
        self.types("Password", PASSWORD).await;
        self.types("The same password again", PASSWORD).await;
        self.types("Code", &telephone.code_at(site.now())).await;
        self.presses("Set password and telephone").await;
        self.browser.see("Keep these recovery codes").await;
        telephone
    }

    async fn signs_in(&self, site: &Site, telephone: &TotpSecret) {
        self.browser.go("/admin").await;
        self.types("Email address", STAFF).await;
        self.types("Password", PASSWORD).await;
        self.types("Code", &telephone.code_at(site.now())).await;
        self.presses("Sign in").await;
        self.browser.wait_for_text(".who", "Grace Hopper, sysadmin").await;
    }

    async fn wants_fewer_signatures(&self) {
        self.goes("/admin/site/settings").await;
        self.types("Signatures for a government response", "8").await;
        self.types("Signatures for a debate", "10").await;
        self.presses("Save settings").await;
        self.browser.see("The settings are saved").await;
    }

    async fn starts(&self) {
        self.goes("/petitions/start").await;
        self.follows("Start your petition").await;
        self.ticks("Yes").await;
        self.presses("Continue").await;
        self.types("What you want done", ACTION).await;
        self.presses("Continue").await;
        self.presses("Continue with my petition").await;
        self.types("Why it should be done", "People stumble in their own shadow.").await;
        self.presses("Continue").await;
        self.presses("Continue").await;
        self.types("Full name", "Ada Lovelace").await;
        self.types("Email address", CREATOR).await;
        self.types("Postcode", "CV1 1AA").await;
        self.presses("Continue").await;
        self.presses("Send my petition").await;
        self.browser.see("Check your inbox").await;
    }

    /// Confirms it; the creator's page, which the next mail leads to.
    async fn confirms_the_start(&self) -> String {
        self.opens_mail(CREATOR, "Confirm your petition").await;
        self.presses("Confirm my petition").await;
        self.reads_mail(CREATOR, "Find 5 supporters").await;
        let links = self.links().await;
        let page = links.iter().find(|link| link.contains("/creator?")).expect("the creator's page");
        self.follows(page).await;
        self.browser.see("0 of 5 supporters needed").await;
        self.browser.place().await
    }

    async fn supports(&self, number: usize) {
        self.opens_mail(CREATOR, "Find 5 supporters").await;
        self.browser.see("People stumble in their own shadow.").await;
        let email = format!("supporter{number}@example.org");
        self.fills_in(&email, "Support this petition").await;
        self.opens_mail(&email, "Confirm your support").await;
        self.presses("Confirm my support").await;
        self.browser.see("Your support is counted").await;
    }

    async fn signs(&self, page: &str, number: usize) {
        self.goes(page).await;
        self.follows("Sign this petition").await;
        let email = format!("signer{number}@example.org");
        self.fills_in(&email, "Sign this petition").await;
        self.opens_mail(&email, "Confirm your signature").await;
        self.presses("Confirm my signature").await;
        self.browser.see("Your signature is counted").await;
    }

    async fn fills_in(&self, email: &str, button: &str) {
        self.types("Full name", "Charles Babbage").await;
        self.types("Email address", email).await;
        self.types("Postcode", "SW1A 1AA").await;
        self.ticks("I am a British citizen or UK resident").await;
        self.ticks("Email me about this petition").await;
        self.presses(button).await;
        self.browser.see("Check your inbox").await;
    }

    /// Finds it on the desk's list, and publishes it.
    async fn publishes(&self) {
        self.goes("/admin/petitions?state=in_moderation").await;
        self.follows(ACTION).await;
        self.follows("Publish").await;
        self.presses("Publish").await;
        self.browser.see("The petition is published.").await;
    }

    async fn responds(&self, page: &str) {
        self.goes(&format!("/admin{page}")).await;
        self.follows("Government response").await;
        self.chooses("Department", "Cabinet Office").await;
        self.types("Day of the response", "09092022").await;
        self.types("Summary", "Stairwells will be lit from below.").await;
        self.types("Full response", "## From below\n\nFrom **every** step.").await;
        self.presses("Save draft").await;
        self.goes(&format!("/admin{page}/response")).await;
        self.follows("Publish…").await;
        self.presses("Publish").await;
        self.browser.see("The response is published.").await;
    }

    async fn schedules_a_debate(&self, page: &str) {
        self.goes(&format!("/admin{page}/debate")).await;
        self.types("Day of the debate", "10102022").await;
        self.ticks("Mail the signers that it is scheduled").await;
        self.presses("Save the day").await;
        self.browser.see("The day of the debate is saved.").await;
    }

    async fn records_the_debate(&self, page: &str) {
        self.goes(&format!("/admin{page}/debate")).await;
        self.ticks("Parliament debated it").await;
        self.types("Debated on", "10102022").await;
        self.types("In words", "All sides were enlightened.").await;
        self.ticks("Mail the signers what came of it").await;
        self.presses("Save the outcome").await;
        self.browser.see("The outcome is saved.").await;
    }
}
