//! What staff do all day, by keyboard alone: on the way to every stop the focus is seen, and moves on in the order of the
//! page.

use thirtyfour::Key;
use undersigned::{domain::petition::PetitionState, urls};

use super::{
    browser::{Browser, PHONE, Scripts, WIDE, with_browser},
    office::sign_in,
    site::site,
};

impl Browser {
    /// Looks again until the page says so.
    async fn look_again_until(&self, words: &str) {
        for _ in 0..60 {
            if self.shows(words).await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            let again: bool = self.ask("return !!document.querySelector('progress')", vec![]).await;
            if again {
                self.tab_and_enter("Look again").await;
            } else {
                let here = self.place().await;
                self.go(&here).await;
            }
        }
        self.see(words).await;
    }
}

#[tokio::test]
async fn a_petition_is_set_aside_and_restored() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        sign_in(browser).await;
        let petition = site().petition_in("validated").await;
        browser.go(&format!("/admin/petitions/{petition}")).await;
        for (act, says) in [("Set aside", "The petition is set aside."), ("Restore", "The petition is restored.")] {
            // The link to the page that says what will happen, and its button.
            browser.tab_and_enter(act).await;
            browser.tab_and_enter(act).await;
            browser.see(says).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_response_is_written_and_published() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        sign_in(browser).await;
        let petition = site().petition(PetitionState::Open, "Let kites be flown at dawn").await;
        site().people(petition, 2).await;
        browser.go(&urls::admin::petition(&petition)).await;
        browser.tab_and_enter("Government response").await;
        browser.tab_and_type("Department", "Cabinet").await;
        browser.tab_to("Day of the response").await;
        browser.type_in("08082022").await;
        browser.tab_and_type("Summary", "Kites may be flown at dawn.").await;
        browser.tab_and_type("Full response", "## Dawn\n\nThey **may**.").await;
        browser.tab_and_enter("Save draft").await;
        browser.see("The draft is saved.").await;
        browser.tab_and_enter("Preview").await;
        browser.see("This is a preview.").await;
        browser.go(&urls::admin::response(&petition)).await;
        browser.tab_and_enter("Publish…").await;
        browser.see("2 people signed, confirmed it and asked for news.").await;
        browser.tab_and_enter("Publish").await;
        browser.see("The response is published.").await;
    })
    .await;
}

#[tokio::test]
async fn a_debate_is_scheduled() {
    with_browser(PHONE, Scripts::On, async |browser| {
        sign_in(browser).await;
        let petition = site().petition(PetitionState::Open, "Let kites be flown at noon").await;
        browser.go(&urls::admin::debate(&petition)).await;
        browser.tab_and_enter("Save the day").await;
        browser.first_mistake("Enter the day of the debate", "scheduled_for").await;
        // The same in whatever order the browser asks for day and month.
        browser.type_in("10102022").await;
        browser.tab_and_enter("Save the day").await;
        browser.see("The day of the debate is saved.").await;
    })
    .await;
}

#[tokio::test]
async fn two_of_the_signatures_that_were_searched_for_are_invalidated() {
    with_browser(WIDE, Scripts::On, async |browser| {
        sign_in(browser).await;
        let petition = site().petition(PetitionState::Open, "Let kites be flown at dusk").await;
        site().people(petition, 4).await;
        browser.go(urls::admin::signatures()).await;
        browser.tab_and_type("Petition", &petition.to_string()).await;
        browser.leave_by(browser.keys(Key::Enter, 1)).await;
        let rows: Vec<String> = browser
            .ask("return [...document.querySelectorAll('tbody label')].map((label) => label.textContent)", vec![])
            .await;
        assert_eq!(rows.len(), 4);
        browser.tab_and_tick(&rows[0]).await;
        browser.tab_and_tick(&rows[2]).await;
        browser.tab_and_enter("Invalidate").await;
        browser.tab_and_enter("Invalidate 2 signatures").await;
        browser.first_mistake("Say why, for colleagues who read the log", "reason").await;
        browser.type_in("They came from one machine.").await;
        browser.tab_and_enter("Invalidate 2 signatures").await;
        browser.see("2 signatures").await;
        let left = "select count(*) from signatures where petition_id = $1 and state = 'validated'";
        assert_eq!(site().number(left, petition).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_rule_is_made_counted_run_and_undone() {
    with_browser(WIDE, Scripts::Off, async |browser| {
        sign_in(browser).await;
        let petition = site().petition(PetitionState::Open, "Let kites be flown at night").await;
        site().people(petition, 3).await;
        browser.go(urls::admin::signature_rules()).await;
        browser.tab_and_enter("New rule").await;
        browser.tab_and_enter("Save the draft").await;
        browser.first_mistake("Say why, for colleagues who read the log", "summary").await;
        browser.type_in("A flock of kites").await;
        browser.tab_and_type("Petition", &petition.to_string()).await;
        browser.tab_and_enter("Save the draft").await;
        browser.see("The rule is kept as a draft.").await;
        browser.tab_and_enter("Count").await;
        browser.look_again_until("3 signatures, counted at").await;
        browser.tab_and_enter("Run …").await;
        browser.tab_and_enter("Run the rule").await;
        browser.look_again_until("Done").await;
        let left = "select count(*) from signatures where petition_id = $1 and state = 'validated'";
        assert_eq!(site().number(left, petition).await, 0);
        browser.tab_and_enter("Undo …").await;
        browser.tab_and_enter("Undo the rule").await;
        browser.look_again_until("Undone").await;
        assert_eq!(site().number(left, petition).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_setting_is_changed() {
    with_browser(PHONE, Scripts::Off, async |browser| {
        const PACE: &str = "Mails a minute to the signers of petitions";
        sign_in(browser).await;
        browser.go(urls::admin::site()).await;
        browser.tab_and_enter(&browser.text("main a[href$=settings]").await).await;
        // What a field holds is chosen as a whole when the Tab key comes to it.
        browser.tab_and_type(PACE, "many").await;
        browser.tab_and_enter("Save settings").await;
        browser.first_mistake("Enter a number from 1 to 1,000,000", "mails_per_minute").await;
        let pace: String = browser.ask("return document.getElementById('mails_per_minute').value", vec![]).await;
        assert_eq!(pace, "many", "what was typed is still there");
        browser.keys(Key::End, 1).await;
        browser.keys(Key::Backspace, pace.len()).await;
        browser.type_in("19000").await;
        browser.tab_and_enter("Save settings").await;
        browser.see("The settings are saved").await;
    })
    .await;
}

#[tokio::test]
async fn the_outbox_is_tended() {
    with_browser(WIDE, Scripts::On, async |browser| {
        sign_in(browser).await;
        let petition = site().petition(PetitionState::Open, "Let kites carry the post").await;
        site().people(petition, 2).await;
        let given_up = "insert into outbox (kind, signature_id, created_at, due_at, attempts, given_up_at, last_error)
            select 'confirm_signature', id, created_at, created_at, 8, created_at, '550 5.1.1 no such user'
            from signatures where petition_id = $1";
        site().change(petition, &[given_up]).await;
        let mails = "select max(o.id) from outbox o join signatures s on s.id = o.signature_id
            where s.petition_id = $1 and o.given_up_at is not null";
        for (button, says) in
            [("Take out unsent", "The mail is taken out"), ("Send again now", "The mail is sent again.")]
        {
            let mail = site().number(mails, petition).await;
            browser.go(urls::admin::site()).await;
            browser.tab_and_enter(&browser.text("main a[href$=outbox]").await).await;
            browser.tab_and_enter(&mail.to_string()).await;
            browser.see("550 5.1.1 no such user").await;
            browser.tab_and_enter(button).await;
            browser.see(says).await;
        }
    })
    .await;
}
