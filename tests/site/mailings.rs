//! Mails to everybody who signed and asked for news: queued bit by bit, each exactly once, stoppable.

use jiff::SignedDuration;
use undersigned::{
    actions::{
        mailings::{self, begin},
        sign::{NewSignature, Signed},
    },
    domain::{
        email::EmailAddress,
        keyring::Purpose::{Manage, Unsubscribe},
        mailing::{MailingId, MailingKind},
        petition::{Activity, Debate, GovernmentResponse, PetitionId},
        postcode::Postcode,
        signature::SignatureId,
        signer::SignerName,
        staff::Role,
    },
    jobs::queue_mailings,
    mail::{
        messages::{AboutSignature, Mail, News},
        news::Told,
    },
    store::{self, audit::Actor, mailings::Content},
    urls,
};

use crate::support::{RUNTIME, TestApp, at, day};

impl TestApp {
    /// Somebody signs and confirms, and asks for news or does not.
    pub async fn signer(&self, petition: PetitionId, name: &str, email: &str, wants_updates: bool) -> SignatureId {
        let uk = self.ask("select id from areas where kind = 'country' and code = 'GB'").await;
        let new = NewSignature {
            petition,
            name: SignerName::parse(name).expect("a name"),
            email: EmailAddress::parse(email).expect("an address"),
            country: uk.parse().expect("a number"),
            postcode: Some(Postcode::parse("SW1A 1AA").expect("a postcode")),
            wants_updates,
            signed_from: None,
            suspicion: None,
        };
        let now = self.app().clock.now();
        assert_eq!(self.app().signing.sign(&new, now).await.expect("signed"), Signed::CheckYourMail);
        let id = self.ask("select max(id) from signatures").await.parse::<i64>().expect("a number").into();
        self.app().signing.confirm(id, now).await.expect("confirmed");
        id
    }

    /// Puts the mails of mailings into the outbox; says how many, or how many were taken out of it.
    pub async fn queue_mailings(&self) -> u64 {
        let app = self.app().clone();
        RUNTIME.spawn(async move { queue_mailings::once(&app).await }).await.expect("no panic").expect("queued")
    }

    /// So long later: what is due by then leaves.
    pub fn later(&self, time: SignedDuration) {
        self.set_time(self.app().clock.now() + time);
        self.app().signing.mail_queued.notify_one();
    }

    /// A petition that so many people have signed who asked for news, as far as mailings look at them.
    async fn crowd(&self, people: i64) -> PetitionId {
        let petition = self.petition().signatures(0).create().await.id;
        sqlx::query(
            "insert into signatures (created_at, confirmed_at, email_hash, petition_id, area_id, state,
                 household_member, wants_updates, name, contact)
             select now(), now(), n, $1, (select min(id) from areas), 'validated', 1, n % 4 <> 0, 'Ada', ''
             from generate_series(1, $2) n",
        )
        .bind(i32::try_from(petition.get()).expect("a small number"))
        .bind(people)
        .execute(&mut self.db().await)
        .await
        .expect("signatures");
        petition
    }

    async fn begin_mailing(&self, petition: PetitionId) {
        let actor = Actor::nobody("a test");
        let now = self.app().clock.now();
        let kind = MailingKind::GovernmentResponse;
        begin(&mut self.db().await, petition, kind, None, &actor, now).await.expect("begun").expect("somebody asked");
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const QUEUED: &str = "select count(*) || ' ' || count(distinct signature_id) from outbox where kind = 'mailing'";
const MAILING: &str = "select queued || ' ' || sent || ' ' || unwanted from mailings order by id desc limit 1";

#[tokio::test]
async fn everybody_who_asked_is_queued_once_spread_by_the_pace() {
    let app = TestApp::new().await;
    let petition = app.crowd(20_000).await;
    app.sql("update site set mails_per_minute = 1000").await.expect("a pace");
    app.begin_mailing(petition).await;
    // Signed since: they read it on the page.
    app.signer(petition, "Late Comer", "late@example.org", true).await;
    assert_eq!(app.queue_mailings().await, 15_000);
    assert_eq!(app.ask(QUEUED).await, "15000 15000");
    assert_eq!(app.queue_mailings().await, 0, "once more changes nothing");
    let spread = "select extract(epoch from max(due_at) - min(due_at))::int from outbox where kind = 'mailing'";
    assert_eq!(app.ask(spread).await, "900", "the last a quarter of an hour after the first");
    let wrong = "select count(*) from outbox o join signatures s on s.id = o.signature_id
                 where o.kind = 'mailing' and not s.wants_updates";
    assert_eq!(app.ask(wrong).await, "0");
    assert_eq!(app.ask("select all_queued_at is not null from mailings").await, "true");
}

#[tokio::test]
async fn whoever_is_killed_while_queueing_leaves_nothing_out_and_nothing_twice() {
    let app = TestApp::new().await;
    let petition = app.crowd(60_000).await;
    app.begin_mailing(petition).await;
    let mut stopped = 0;
    for pause in [5, 20, 60, 150, 300, 40, 90, 30] {
        // Another program: its connections end with it.
        let (options, now) = ((*app.pool().connect_options()).clone(), app.now);
        let task = RUNTIME.spawn(async move {
            let pool = store::connect(options, 2).await.expect("the database");
            let mailing = store::mailings::unqueued(&mut pool.acquire().await.expect("a connection")).await;
            mailings::queue(&pool, mailing.expect("mailings")[0], || now).await.expect("queued")
        });
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        task.abort();
        stopped += usize::from(task.await.is_err());
        let queued = "select queued = (select count(*) from outbox where kind = 'mailing') from mailings";
        assert_eq!(app.ask(queued).await, "true", "what is noted is there");
    }
    assert!(stopped > 1, "it was never caught in the middle");
    // Two at once do not hurt each other; the server may not have noticed yet that the last one is dead.
    while app.ask("select all_queued_at is not null from mailings").await == "false" {
        let (one, two) = tokio::join!(app.queue_mailings(), app.queue_mailings());
        assert!(one == 0 || two == 0, "{one} and {two}");
    }
    assert_eq!(app.ask(QUEUED).await, "45000 45000");
    assert_eq!(app.ask("select queued from mailings").await, "45000");
}

#[tokio::test]
async fn only_those_who_still_want_it_are_mailed_and_all_is_counted() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).answered(day("2022-08-20"), "DfT", "Yes.", "We will.");
    let petition = petition.create().await.id;
    app.sql("update site set mails_per_minute = 60000").await.expect("a pace");
    let mut signers = Vec::new();
    for name in ["ada", "stops", "leaves", "taken", "unwanted"] {
        let full = format!("{}{} Signer", name[..1].to_uppercase(), &name[1..]);
        signers.push(app.signer(petition, &full, &format!("{name}@example.org"), true).await);
    }
    app.signer(petition, "Quiet Signer", "quiet@example.org", false).await;
    app.begin_mailing(petition).await;
    assert_eq!(app.queue_mailings().await, 5);
    // Between the queue and the turn of their mail.
    let mut stops = app.visitor();
    let token = |purpose, id| app.keyring.token(purpose, id);
    stops.visit(&urls::unsubscribe(&signers[1], &token(Unsubscribe, signers[1]))).await;
    stops.press("Stop mails").await;
    stops.visit(&urls::your_signature(&signers[2], &token(Manage, signers[2]))).await;
    stops.press("Withdraw my signature").await;
    app.sql("update signatures set state = 'invalidated' where name = 'Taken Signer'").await.expect("taken out");
    let unwanted = "insert into unwanted_mail (petition_id, email_hash, key, created_at)
         select petition_id, email_hash, 1, now() from signatures where name = 'Unwanted Signer'";
    app.sql(unwanted).await.expect("unwanted");
    app.later(MINUTE);
    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "The Government has responded: Plant a tree in every street");
    app.becomes(MAILING, "5 1 4").await;
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 1);

    let mut grace = app.staff(Role::Reviewer).await;
    grace.visit(&urls::admin::mailings(&petition)).await;
    let table = grace.table("Mailings, latest first");
    assert_eq!(table.rows[0][2..], ["Done", "5", "1", "0"]);
    grace.follow("Government response").await.see("100% of 5 mails are through.");
    assert_eq!(grace.fact("Not wanted any more"), "4");
}

#[tokio::test]
async fn a_mailing_is_paused_gone_on_with_and_cancelled() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).answered(day("2022-08-20"), "DfT", "Yes.", "We will.");
    let petition = petition.create().await.id;
    app.sql("update site set mails_per_minute = 1").await.expect("a pace");
    for name in ["a", "b", "c", "d"] {
        app.signer(petition, "Ada Signer", &format!("{name}@example.org"), true).await;
    }
    app.begin_mailing(petition).await;
    assert_eq!(app.queue_mailings().await, 4);
    app.deliver();
    app.becomes(MAILING, "4 1 0").await;

    let mut grace = app.staff(Role::Moderator).await;
    let mailing = app.ask("select id from mailings").await.parse().expect("a number");
    let page = urls::admin::mailing(&petition, &MailingId(mailing));
    grace.visit(&page).await.see("25% of 4 mails are through.");
    assert_eq!(
        (grace.fact("Left"), grace.fact("Last mail")),
        ("3".to_owned(), "about 21:04 on 21 August 2022".to_owned())
    );
    grace.press("Pause").await.see("The mails are paused.");
    // However long it stands still, nothing leaves; afterwards it keeps its pace.
    app.later(SignedDuration::from_hours(5));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.ask(MAILING).await, "4 1 0");
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&page).await.press("Go on").await.see("The mails leave again");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.ask(MAILING).await, "4 1 0", "the next is due a minute after the first, and not before");
    app.later(MINUTE + SignedDuration::from_secs(1));
    app.becomes(MAILING, "4 2 0").await;
    assert_eq!(app.mailbox().mails().len(), 2);

    grace.visit(&page).await.press("Cancel").await.see("The mails are cancelled.").dont_see("Pause");
    assert_eq!(app.queue_mailings().await, 2, "the rest is taken out of the outbox");
    app.later(SignedDuration::from_hours(1));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.ask(MAILING).await, "4 2 0");
    assert_eq!(app.ask("select count(*) from outbox").await, "0");
    let log = "select string_agg(act, ' ' order by id) from audit_log";
    assert_eq!(app.ask(log).await, "mailing.begin mailing.pause mailing.go_on mailing.cancel");
}

#[tokio::test]
async fn a_mailing_that_is_paused_while_it_is_queued_goes_on_where_it_was() {
    let app = TestApp::new().await;
    let petition = app.crowd(8).await;
    app.begin_mailing(petition).await;
    app.sql("update mailings set paused_at = now()").await.expect("paused");
    assert_eq!(app.queue_mailings().await, 0);
    app.sql("update mailings set paused_at = null").await.expect("gone on");
    assert_eq!(app.queue_mailings().await, 6);
}

#[tokio::test]
async fn confirmations_leave_before_mails_of_a_mailing() {
    let app = TestApp::new().await;
    let petition = app.crowd(400).await;
    app.sql("update site set mails_per_minute = 1000000").await.expect("a pace");
    app.begin_mailing(petition).await;
    app.queue_mailings().await;
    app.later(MINUTE);
    let other = app.petition().signatures(0).create().await;
    let mut ada = app.visitor();
    ada.visit(&urls::sign(&other.id)).await;
    ada.fill("Full name", "Ada Lovelace").fill("Email address", "ada@example.org").fill("Postcode", "SW1A 1AA");
    ada.tick("I am a British citizen or UK resident").press("Sign this petition").await;
    let now = app.app().clock.now();
    let taken = store::outbox::take(&mut app.db().await, now, 100).await.expect("mails");
    assert_eq!(taken.len(), 100);
    assert!(taken[0].mailing.is_none() && taken[1..].iter().all(|mail| mail.mailing.is_some()));
    // What is full of confirmations has no room for others.
    let none = store::outbox::take(&mut app.db().await, now, 0).await.expect("mails");
    assert!(none.is_empty());
}

#[tokio::test]
async fn mails_that_wait_for_their_turn_are_not_late() {
    let app = TestApp::new().await;
    let petition = app.crowd(40).await;
    app.begin_mailing(petition).await;
    app.queue_mailings().await;
    app.later(SignedDuration::from_hours(2));
    let state = store::outbox::state(&mut app.db().await, app.app().clock.now()).await.expect("a state");
    assert_eq!((state.waiting, state.late, state.given_up), (30, SignedDuration::ZERO, 0));
}

#[tokio::test]
async fn strangers_numbers_and_orders_lead_nowhere() {
    let app = TestApp::new().await;
    let (petition, other) = (app.crowd(8).await, app.crowd(0).await);
    app.begin_mailing(petition).await;
    let id = MailingId(app.ask("select id from mailings").await.parse().expect("a number"));
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::mailing(&petition, &id)).await;
    assert_eq!(grace.status().as_u16(), 200);
    for path in [
        urls::admin::mailing(&other, &id),
        urls::admin::mailing(&petition, &MailingId(99)),
        format!("{}/x", urls::admin::mailings(&petition)),
        urls::admin::mailings(&99_999_999.into()),
    ] {
        assert_eq!(grace.visit(&path).await.status().as_u16(), 404, "{path}");
    }
    let mut rex = app.staff(Role::Reviewer).await;
    rex.visit(&urls::admin::mailing(&petition, &id)).await;
    assert!(!rex.page().source.contains("<button name=\"order\""), "a reviewer only looks");
}

/// A mail that tells this.
fn telling(content: &Content, creator_page: Option<String>) -> Mail {
    let about = AboutSignature {
        site_name: "Undersigned".to_owned(),
        name: "Ada <Lovelace>".to_owned(),
        action: "Plant a tree in every street & care for it".to_owned(),
        petition: "https://petitions.example.org/petitions/1000001".to_owned(),
        signature: "https://petitions.example.org/signatures/7?token=aaaa".to_owned(),
        unsubscribe: "https://petitions.example.org/signatures/7/unsubscribe?token=bbbb".to_owned(),
    };
    Mail::News(News { about, told: Told::new(content).into(), creator_page })
}

#[test]
fn news_read_well_as_text_and_as_html() {
    let published = at("2022-08-21T10:00:00Z");
    let response = GovernmentResponse {
        responded_on: day("2022-08-20"),
        summary: "The Government will plant a tree in every street.".to_owned(),
        details: "## What we will do\n\nWe will plant **trees**:\n\n- oaks\n- limes\n\n| Year | Trees |\n| --- | --- |\n| 2023 \
                  | 1,000 |\n\n<script>alert(1)</script>"
            .to_owned(),
        created_at: published,
        updated_at: published,
    };
    let held = Debate {
        debated: true,
        debated_on: Some(day("2022-09-05")),
        overview: Some("Members spoke of trees.".to_owned()),
        video_url: Some("https://parliamentlive.tv/event/index/1?a=1&b=2".to_owned()),
        ..Debate::default()
    };
    let refused = Debate { overview: Some("It was debated last year.".to_owned()), ..Debate::default() };
    let activity = Activity {
        subject: "A committee heard <evidence>".to_owned(),
        body: "It heard *foresters*.".to_owned(),
        occurred_on: Some(day("2022-08-19")),
        created_at: published,
        updated_at: published,
    };
    let mails = [
        ("response", Content::Response(response, Some("Department for Trees".to_owned()))),
        ("debate-scheduled", Content::Scheduled(day("2022-09-05"))),
        ("debated", Content::Outcome(held)),
        ("not-debated", Content::Outcome(refused)),
        ("activity", Content::Activity(activity)),
    ];
    let to_creator = telling(
        &Content::Scheduled(day("2022-09-05")),
        Some("https://petitions.example.org/petitions/1000001/creator?token=cccc".to_owned()),
    );
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        let to_signers = mails.into_iter().map(|(name, content)| (name, telling(&content, None)));
        for (name, mail) in to_signers.chain([("debate-scheduled-creator", to_creator)]) {
            insta::assert_snapshot!(format!("mail-{name}.txt"), format!("{}\n\n{}", mail.subject(), mail.text().expect("words")));
            insta::assert_snapshot!(format!("mail-{name}.html"), mail.html().expect("words"));
        }
    });
}
