//! The door to the protected area: invitations, signing in and out, what happens to whoever guesses, and to whoever was
//! writing when a session ended.

use std::time::{Duration, Instant};

use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use undersigned::{
    actions::staff::{self, Delivery, NewColleague},
    domain::{
        email::EmailAddress,
        keyring::{Keyring, SecretKey},
        limits,
        second_factor::TotpSecret,
        signer::SignerName,
        staff::Role,
    },
    store::audit::Actor,
    urls,
};

use crate::support::{Answer, TestApp, Visitor};

/// Somebody with an account: what they know, and what they have.
pub struct Person {
    pub email: String,
    pub password: String,
    pub telephone: TotpSecret,
    pub codes: Vec<String>,
}

impl Person {
    /// The code that the telephone shows.
    pub fn code(&self, app: &TestApp) -> String {
        self.telephone.code_at(app.app().clock.now())
    }

    /// Signs in on the page that a visitor sees.
    pub async fn sign_in(&self, app: &TestApp, visitor: &mut Visitor) {
        let code = self.code(app);
        visitor.fill("Email address", &self.email).fill("Password", &self.password).fill("Code", &code);
        visitor.press("Sign in").await;
    }
}

const PASSWORD: &str = "teal otter walks nine bridges";

/// Invites somebody, by mail, to an account of this role.
async fn invite(app: &TestApp, role: Role, name: &str) -> String {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    let new = NewColleague {
        name: SignerName::parse(name).expect("a name"),
        email: EmailAddress::parse(&email).expect("an address"),
        role,
    };
    let now = app.app().clock.now();
    let actor = Actor::nobody("command line");
    staff::add(&mut app.db().await, &app.keyring, &actor, &new, Delivery::Mail, now).await.expect("an account");
    email
}

fn telephone(visitor: &Visitor) -> TotpSecret {
    let words = visitor.page().texts(".secret").join("");
    let bytes = BASE32_NOPAD.decode(words.replace('-', "").as_bytes()).expect("a key");
    TotpSecret::from_slice(&bytes).expect("a key")
}

/// Somebody who has accepted an invitation and is signed in.
pub async fn join(app: &TestApp, role: Role, name: &str) -> (Visitor, Person) {
    let email = invite(app, role, name).await;
    let mut visitor = app.visitor();
    visitor.follow_link_in_mail(&email, "Set your password").await.see(name);
    let telephone = telephone(&visitor);
    let code = telephone.code_at(app.app().clock.now());
    visitor.fill("Password", PASSWORD).fill("The same password again", PASSWORD).fill("Code", &code);
    visitor.press("Set password and telephone").await.see("You are in");
    let codes = visitor.page().texts(".secret");
    assert_eq!(codes.len(), 10);
    (visitor, Person { email, password: PASSWORD.to_owned(), telephone, codes })
}

fn later(app: &TestApp, minutes: i64) -> Timestamp {
    let now = app.app().clock.now() + SignedDuration::from_mins(minutes);
    app.set_time(now);
    now
}

#[tokio::test]
async fn an_invitation_sets_password_and_telephone_and_shows_codes_once() {
    let app = TestApp::new().await;
    let email = invite(&app, Role::Moderator, "Ada Lovelace").await;
    let mut ada = app.visitor();
    ada.follow_link_in_mail(&email, "Set your password").await;
    let link = ada.path().to_owned();
    let secret = telephone(&ada);
    ada.fill("Password", "password1234").fill("The same password again", "password12345").fill("Code", "000000");
    ada.press("Set password and telephone").await;
    assert_eq!(
        ada.mistake("Password"),
        "Choose a password that is harder to guess: not a known one, a name, a date or keys in a row"
    );
    assert_eq!(ada.mistake("The same password again"), "Enter the same password a second time");
    assert!(ada.mistake("Code").starts_with("Enter the six digits"));
    // The telephone is still the one that was scanned.
    assert_eq!(telephone(&ada).bytes(), secret.bytes());
    let code = secret.code_at(app.now);
    ada.fill("Password", PASSWORD).fill("The same password again", PASSWORD).fill("Code", &code);
    ada.press("Set password and telephone").await.see("Keep these recovery codes");
    ada.follow("I have kept them: go to the desk").await.see("Ada Lovelace, moderator");
    // The link is good once.
    ada.visit(&link).await.see("This invitation does not work");
    assert_eq!(ada.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_invitation_ends_after_a_week_and_with_the_next_one() {
    let app = TestApp::new().await;
    let email = invite(&app, Role::Reviewer, "Ada Lovelace").await;
    let first = app.mail_to(&email).await.link("Set your password");
    let id = undersigned::domain::staff::StaffId(app.ask("select id from staff").await.parse().expect("a number"));
    let actor = Actor::nobody("command line");
    staff::invite_again(&mut app.db().await, &app.keyring, &actor, id, Delivery::Mail, app.now).await.expect("invited");
    let second = app.mail_to(&email).await.link("Set your password");
    let mut ada = app.visitor();
    ada.visit(&first).await.see("This invitation does not work");
    ada.visit(&second).await.see("Set your password");
    ada.visit(&second[..second.len() - 1]).await.see("This invitation does not work");
    app.set_time(app.now + SignedDuration::from_hours(24 * limits::INVITATION_DAYS));
    ada.visit(&second).await.see("This invitation does not work");
}

#[tokio::test]
async fn staff_sign_in_with_password_and_code_and_go_where_they_wanted() {
    let app = TestApp::new().await;
    let (mut ada, person) = join(&app, Role::Reviewer, "Ada Lovelace").await;
    ada.visit("/admin").await.press("Sign out").await.see("Sign in");
    assert_eq!(ada.cookie("staff"), None);
    later(&app, 1);
    ada.visit("/admin/roles?from=mail").await;
    assert_eq!(ada.path(), "/admin/sign-in?next=/admin/roles%3Ffrom%3Dmail");
    person.sign_in(&app, &mut ada).await;
    assert_eq!(ada.path(), "/admin/roles?from=mail");
    // Whoever is signed in need not do so again.
    ada.visit("/admin/sign-in?next=/admin/account").await;
    assert_eq!(ada.path(), "/admin/account");
    ada.see("Where you are signed in").see("with password and code");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let app = TestApp::new().await;
    let (mut ada, person) = join(&app, Role::Reviewer, "Ada Lovelace").await;
    for next in
        ["https%3A%2F%2Fexample.org%2Fadmin", "%2F%2Fexample.org%2Fadmin", "%2Fadmin%5C%40example.org", "%2Fpetitions"]
    {
        ada.visit("/admin").await.press("Sign out").await;
        later(&app, 1);
        ada.visit(&format!("/admin/sign-in?next={next}")).await;
        person.sign_in(&app, &mut ada).await;
        assert_eq!(ada.path(), "/admin", "{next}");
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_a_recovery_code_as_well() {
    let app = TestApp::new().await;
    let (mut ada, mut person) = join(&app, Role::Reviewer, "Ada Lovelace").await;
    // The code of the invitation has been used.
    let mut elsewhere = app.visitor();
    elsewhere.visit("/admin/sign-in").await;
    person.sign_in(&app, &mut elsewhere).await;
    elsewhere.see("That did not work");
    assert_eq!(elsewhere.status(), StatusCode::UNAUTHORIZED);
    let code = person.codes[3].to_uppercase();
    for (code, said) in [(code.as_str(), "You used a recovery code; 9 codes are left."), (&code, "That did not work")] {
        elsewhere.visit("/admin/sign-in").await;
        elsewhere.fill("Email address", "ADA.Lovelace@example.org").fill("Password", PASSWORD).fill("Code", code);
        elsewhere.press("Sign in").await.see(said);
        elsewhere = app.visitor();
    }
    // A new telephone ends the codes of the former, once it is proved.
    later(&app, 1);
    let former = person.code(&app);
    ada.visit("/admin/account").await.follow("Connect another telephone").await;
    let new = telephone(&ada);
    ada.fill("Code", &former).press("Connect this telephone").await;
    assert!(ada.mistake("Code").starts_with("Enter the six digits"));
    let code = new.code_at(app.app().clock.now());
    ada.fill("Code", &code).press("Connect this telephone").await.see("The new telephone is connected.");
    person.telephone = new;
    later(&app, 1);
    elsewhere.visit("/admin/sign-in").await;
    person.sign_in(&app, &mut elsewhere).await;
    elsewhere.see("Ada Lovelace, reviewer");
    // New recovery codes end the former.
    ada.visit("/admin/account").await.press("Make new recovery codes").await.see("Your new recovery codes");
    assert!(ada.page().texts(".secret").iter().all(|code| !person.codes.contains(code)));
    assert_eq!(app.ask("select count(*) from staff_recovery_codes where used_at is null").await, "10");
}

/// What a program gets that tries to sign in.
async fn attempt(app: &TestApp, email: &str, password: &str, code: &str) -> Answer {
    let form = format!("email={email}&password={}&code={code}", password.replace(' ', "+"));
    let request = app.request(Method::POST, "/admin/sign-in").header("sec-fetch-site", "same-origin");
    Answer::to(request.header("content-type", "application/x-www-form-urlencoded").body(form)).await
}

#[tokio::test]
async fn unknown_account_wrong_password_and_wrong_code_have_one_answer_and_one_duration() {
    let app = TestApp::new().await;
    let (_, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    later(&app, 1);
    let right = person.code(&app);
    let wrong = if right == "123456" { "654321" } else { "123456" };
    let tries = [
        ("nobody@example.org", PASSWORD, right.as_str()),
        ("ada.lovelace@example.org", "not the password", right.as_str()),
        ("ada.lovelace@example.org", PASSWORD, wrong),
    ];
    let mut bodies = Vec::new();
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..15 {
        for (at, (email, password, code)) in tries.iter().enumerate() {
            app.sql("delete from sign_in_failures").await.expect("forgotten");
            let began = Instant::now();
            let answer = attempt(&app, email, password, code).await;
            times[at].push(began.elapsed());
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            bodies.push(answer.text().replace(email, "…"));
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "one answer");
    let medians = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    let (least, most) = (medians.iter().min().expect("three"), medians.iter().max().expect("three"));
    println!("unknown account {:?}, wrong password {:?}, wrong code {:?}", medians[0], medians[1], medians[2]);
    // Argon2 alone takes longer than what they may differ by; other tests are at work beside this one.
    assert!(*least > Duration::from_millis(8), "{medians:?}");
    assert!(*most < *least * 2, "{medians:?}");
}

#[tokio::test]
async fn whoever_guesses_waits_and_the_owner_does_not() {
    let app = TestApp::new().await;
    let (mut ada, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    ada.visit("/admin").await.press("Sign out").await;
    later(&app, 1);
    for email in ["ada.lovelace@example.org", "nobody@example.org"] {
        let statuses: Vec<u16> = {
            let mut statuses = Vec::new();
            for _ in 0..7 {
                statuses.push(attempt(&app, email, "a guess", "123456").await.status.as_u16());
            }
            statuses
        };
        assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429], "{email}: existing or not, it is told the same");
    }
    let refused = attempt(&app, &person.email, PASSWORD, &person.code(&app)).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "60"));
    assert!(refused.text().contains("Wait 1 minute,"), "even what is right is not looked at");
    // The owner's browser has signed in before.
    person.sign_in(&app, &mut ada).await;
    ada.see("Ada Lovelace, sysadmin");
    // Waits grow, and end.
    later(&app, 2);
    assert_eq!(attempt(&app, &person.email, "a guess", "123456").await.status.as_u16(), 401);
    assert_eq!(attempt(&app, &person.email, "a guess", "123456").await.header("retry-after"), "120");
    later(&app, 15);
    let mut anew = app.visitor();
    anew.visit("/admin/sign-in").await;
    person.sign_in(&app, &mut anew).await;
    anew.see("Ada Lovelace, sysadmin");
    let kept = app.ask("select string_agg(encode(subject, 'escape'), ' ') from sign_in_failures").await;
    assert!(!kept.contains("ada") && !kept.contains("127.0.0.1"), "{kept}");
    later(&app, 60 * 25);
    app.run_job("forget sign-ins", app.app().clock.now()).await;
    assert_eq!(app.ask("select count(*) from sign_in_failures").await, "0");
    assert_eq!(app.ask("select count(*) from staff_sessions").await, "0");
}

#[tokio::test]
async fn many_tries_at_once_are_no_way_around_waiting() {
    let app = TestApp::new().await;
    let tries = (0..20).map(|_| attempt(&app, "ada.lovelace@example.org", "a guess", "123456"));
    let answers = futures_util::future::join_all(tries).await;
    let looked_at = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
    assert_eq!(looked_at, 5);
    assert!(answers.iter().all(|answer| [401, 429].contains(&answer.status.as_u16())));
}

#[tokio::test]
async fn a_network_is_slowed_down_whatever_account_it_tries() {
    let app = TestApp::new().await;
    for number in 0..50 {
        assert_eq!(
            attempt(&app, &format!("a{number}@example.org"), "a guess", "1").await.status.as_u16(),
            401,
            "{number}"
        );
    }
    assert_eq!(attempt(&app, "b@example.org", "a guess", "1").await.status.as_u16(), 429);
}

#[tokio::test]
async fn sessions_end_when_nobody_is_seen_and_after_half_a_day() {
    let app = TestApp::new().await;
    let (mut ada, _) = join(&app, Role::Reviewer, "Ada Lovelace").await;
    for _ in 0..25 {
        later(&app, limits::SESSION_IDLE_MINUTES - 1);
        if app.app().clock.now().duration_since(app.now) < SignedDuration::from_hours(limits::SESSION_HOURS) {
            ada.visit("/admin").await.see("Ada Lovelace");
        }
    }
    ada.visit("/admin").await.see("For the staff of this site");
    let (mut grace, _) = join(&app, Role::Reviewer, "Grace Hopper").await;
    later(&app, limits::SESSION_IDLE_MINUTES + 1);
    grace.visit("/admin").await.see("For the staff of this site");
}

#[tokio::test]
async fn nothing_typed_is_lost_when_a_session_ends_in_the_middle_of_writing() {
    let app = TestApp::new().await;
    let (mut ada, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    ada.visit(urls::admin::new_colleague()).await;
    // As much as a response has, and of letters that take the most bytes, with all that could be misread on the way.
    let text = format!("“Wörds” & <b>signs</b> = 100% + 1; {} end", "🦦ß ".repeat(3330));
    ada.fill("Full name", &text).fill("Email address", "grace@example.org").tick(
        "Moderator Decides about petitions and signatures, and publishes what the Government and Parliament did.",
    );
    later(&app, limits::SESSION_IDLE_MINUTES + 1);
    ada.press("Invite").await.see("You are not signed in any more").see("What you wrote is not lost");
    assert_eq!(ada.status(), StatusCode::UNAUTHORIZED);
    // Not even when something is mistyped now.
    ada.fill("Email address", &person.email).fill("Password", "no").fill("Code", "1");
    ada.press("Sign in").await.see("That did not work");
    person.sign_in(&app, &mut ada).await;
    ada.see("You are signed in again").see("What you wrote is kept");
    ada.press("Send it now").await;
    assert_eq!(ada.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.path(), urls::admin::new_colleague());
    assert_eq!(ada.field("Full name"), text);
    assert_eq!(ada.field("Email address"), "grace@example.org");
    ada.fill("Full name", "Grace Hopper").press("Invite").await.see("Grace Hopper is invited by mail");
}

#[tokio::test]
async fn forms_of_staff_may_be_long_but_not_endless() {
    let app = TestApp::new().await;
    let (mut ada, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    // Half a megabyte as browsers send it, and nearly one when it is carried.
    let long = "ß".repeat(84_000);
    ada.visit(urls::admin::new_colleague()).await.fill("Full name", &long);
    later(&app, limits::SESSION_IDLE_MINUTES + 1);
    ada.press("Invite").await;
    person.sign_in(&app, &mut ada).await;
    ada.press("Send it now").await;
    assert_eq!((ada.status(), ada.field("Full name")), (StatusCode::UNPROCESSABLE_ENTITY, long));
    ada.fill("Full name", &"x".repeat(10_000_000)).press("Invite").await;
    assert_eq!((ada.status(), ada.field("Full name").len()), (StatusCode::UNPROCESSABLE_ENTITY, 10_000_000));
    ada.fill("Full name", &"x".repeat(13_000_000)).press("Invite").await.see("This is too large");
    assert_eq!(ada.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_is_sensitive_asks_again_who_one_is() {
    let app = TestApp::new().await;
    let (mut ada, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    ada.visit(urls::admin::new_colleague()).await;
    ada.fill("Full name", "Grace Hopper").fill("Email address", "grace@example.org");
    ada.tick("Reviewer Reads, and writes notes.");
    later(&app, limits::PROOF_MINUTES + 1);
    ada.press("Invite").await.see("Prove that it is you");
    assert_eq!(ada.status(), StatusCode::FORBIDDEN);
    ada.fill("Password", PASSWORD).fill("Code", "1").press("Go on").await.see("is not right");
    let code = person.code(&app);
    ada.fill("Password", PASSWORD).fill("Code", &code).press("Go on").await.see("Thank you");
    ada.press("Send it now").await.see("Grace Hopper is invited by mail");
    // Pages on which secrets are typed ask before.
    later(&app, limits::PROOF_MINUTES + 1);
    ada.visit("/admin/account").await.follow("Change your password").await.see("Prove that it is you");
    // A session that ends there carries what was carried already.
    let code = person.code(&app);
    ada.fill("Password", PASSWORD).fill("Code", &code).press("Go on").await;
    assert_eq!(ada.path(), urls::admin::own_password());
}

#[tokio::test]
async fn a_session_that_ends_while_proving_loses_nothing_and_shows_no_password() {
    let app = TestApp::new().await;
    let (mut ada, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    ada.visit(urls::admin::new_colleague()).await.fill("Full name", "Grace Hopper");
    later(&app, limits::PROOF_MINUTES + 1);
    ada.press("Invite").await.fill("Password", PASSWORD).fill("Code", "1");
    later(&app, limits::SESSION_IDLE_MINUTES + 1);
    ada.press("Go on").await.see("You are not signed in any more");
    assert!(!ada.page().source.contains("otter"), "no password is sent back");
    person.sign_in(&app, &mut ada).await;
    ada.press("Send it now").await;
    assert_eq!(ada.field("Full name"), "Grace Hopper");
}

#[tokio::test]
async fn a_new_password_ends_other_sessions() {
    let app = TestApp::new().await;
    let (mut ada, mut person) = join(&app, Role::Reviewer, "Ada Lovelace").await;
    later(&app, 1);
    let mut elsewhere = app.visitor();
    elsewhere.visit("/admin/sign-in").await;
    person.sign_in(&app, &mut elsewhere).await;
    ada.visit("/admin/account").await;
    assert_eq!(ada.table("Your open sessions").rows.len(), 2);
    ada.follow("Change your password").await;
    ada.fill("New password", "ada lovelace 1815").fill("The same password again", "ada lovelace 1815");
    ada.press("Change your password").await;
    assert!(ada.mistake("New password").starts_with("Choose a password that is harder to guess"));
    ada.fill("New password", "ochre newts juggle quietly")
        .fill("The same password again", "ochre newts juggle quietly");
    ada.press("Change your password").await.see("Your password is changed. 1 other session was ended.");
    elsewhere.visit("/admin").await.see("For the staff of this site");
    later(&app, 1);
    person.sign_in(&app, &mut elsewhere).await;
    elsewhere.see("That did not work");
    person.password = "ochre newts juggle quietly".to_owned();
    person.sign_in(&app, &mut elsewhere).await;
    elsewhere.see("Ada Lovelace, reviewer");
    // And one by one.
    ada.visit("/admin/account").await;
    let end = ada.page().texts("table button").first().cloned().expect("a button");
    ada.press(&end).await.see("That session is ended.");
    elsewhere.visit("/admin").await.see("For the staff of this site");
}

#[tokio::test]
async fn cookies_that_were_tampered_with_are_nobodys() {
    let app = TestApp::new().await;
    let (ada, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    let token = ada.cookie("staff").expect("a session").to_owned();
    for cookie in [&token[..42], "", "x", &token.to_uppercase(), "%00", &format!("{token}x")] {
        let mut mallory = app.visitor();
        mallory.set_cookie("staff", cookie).set_cookie("staff-browser", "x.y");
        mallory.visit("/admin").await.see("For the staff of this site");
    }
    let kept = app.ask("select string_agg(encode(token_hash, 'escape'), '') from staff_sessions").await;
    assert!(!kept.contains(&token));
    // A browser is known for one account only, and by our own mark.
    let mark = ada.cookie("staff-browser").expect("a mark").to_owned();
    let is = |mark: &str, email: &str| staff::sign_in::known_browser(&app.keyring, mark, email).is_some();
    assert!(is(&mark, &person.email) && is(&mark, "ADA.LOVELACE@example.org"));
    assert!(!is(&mark, "grace@example.org") && !is(&mark[1..], &person.email) && !is("", &person.email));
    // A form from another site is refused.
    let other = app.request(Method::POST, "/admin/account/sessions/end-others").header("sec-fetch-site", "cross-site");
    assert_eq!(Answer::to(other.header("cookie", format!("staff={token}"))).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_carried_goes_nowhere_else() {
    let app = TestApp::new().await;
    let (_, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    for address in ["https://example.org/admin/staff/new", "/petitions/1/signatures", "/admin/sign-out", "javascript:x"]
    {
        later(&app, 1);
        let form = format!(
            "email={}&password={}&code={}&address={address}&body=name%3DGrace",
            person.email,
            PASSWORD.replace(' ', "+"),
            person.code(&app)
        );
        let request = app.request(Method::POST, "/admin/sign-in").header("sec-fetch-site", "same-origin");
        let kind = "application/x-www-form-urlencoded";
        let answer = Answer::to(request.header("content-type", kind).body(form)).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/admin"), "{address}");
    }
}

#[tokio::test]
async fn new_secret_keys_leave_staff_their_codes() {
    let app = TestApp::new().await;
    let (_, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    invite(&app, Role::Reviewer, "Grace Hopper").await;
    let new = SecretKey::new(2, [7; 32]);
    let both = Keyring::new(&[new.clone(), app.secret.clone()]).expect("a ring");
    let mut db = app.db().await;
    let rotated = undersigned::actions::rotate_keys::rotate_keys(&mut db, &both, |_| {}).await.expect("rotated");
    assert_eq!((rotated.accounts, rotated.unopened), (2, 0));
    let alone = Keyring::new(&[new]).expect("a ring");
    let now = later(&app, 1);
    let origin = staff::sign_in::Origin { address: None, agent: "", request: "", browser: None };
    for code in [person.code(&app), person.codes[0].clone()] {
        let typed = staff::sign_in::Typed { email: &person.email, password: PASSWORD, code: &code };
        let tried = staff::sign_in::sign_in(&mut db, &alone, typed, origin, now).await.expect("an answer");
        assert!(matches!(tried, staff::sign_in::Tried::In(_)), "{code}");
    }
    let again = undersigned::actions::rotate_keys::rotate_keys(&mut db, &alone, |_| {}).await.expect("rotated");
    assert_eq!(again.accounts, 0);
}

#[tokio::test]
async fn refused_tries_are_in_the_log_and_an_attack_does_not_fill_it() {
    let app = TestApp::new().await;
    let (mut ada, person) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    ada.visit("/admin").await.press("Sign out").await;
    later(&app, 1);
    let right = person.code(&app);
    attempt(&app, &person.email, "a guess", &right).await;
    attempt(&app, &person.email, PASSWORD, if right == "123456" { "654321" } else { "123456" }).await;
    for _ in 0..8 {
        attempt(&app, &person.email, "a guess", "123456").await;
    }
    for number in 0..5 {
        attempt(&app, &format!("stranger{number}@example.org"), "a guess", "123456").await;
    }
    let lines =
        "select string_agg(subject || ' ' || (after->>'tries') || ' ' || (after->'reasons')::text, ', ' order by id)
                 from audit_log where act = 'session.refuse'";
    assert_eq!(app.ask(lines).await, r#"network 1 ["password"], staff 1 ["password"]"#, "the first of each at once");
    later(&app, 60);
    for _ in 0..2 {
        app.run_job("forget sign-ins", app.app().clock.now()).await;
    }
    assert_eq!(
        app.ask(lines).await,
        r#"network 1 ["password"], staff 1 ["password"], network 15 ["unknown 5", "waiting 5", "password 4", "code 1"], "#
            .to_owned()
            + r#"staff 10 ["waiting 5", "password 4", "code 1"]"#,
        "how many there were when the hour is over, once"
    );
    let log = app.ask("select string_agg(coalesce(after::text, ''), ' ') from audit_log").await;
    assert!(!log.contains("stranger") && !log.contains("guess"), "{log}");
    assert_eq!(app.ask("select count(*) from refused_sign_ins").await, "0");

    // Networks without end are counted together.
    attempt(&app, "stranger@example.org", "a guess", "123456").await;
    app.sql(
        "insert into refused_sign_ins
         select hour, 'network 192.0.2.' || n, '{\"unknown\": 1}' from refused_sign_ins, generate_series(1, 200) n
         where about = 'nobody'",
    )
    .await
    .expect("networks");
    app.sql("delete from refused_sign_ins where about like 'network 127.%'").await.expect("forgotten");
    attempt(&app, "stranger@example.org", "a guess", "123456").await;
    let others = "select count(*) from audit_log where act = 'session.refuse' and subject_id = 'others'";
    assert_eq!(app.ask(others).await, "1");

    let mut staff = app.staff(Role::Sysadmin).await;
    staff.visit(urls::admin::log()).await.follow("tries to sign in that were refused").await;
    staff.see("somebody not signed in").see("tries").dont_see("session.begin");
}
