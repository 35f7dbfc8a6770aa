//! Rules over signatures: counted, run, stopped, undone.

use jiff::SignedDuration;
use reqwest::StatusCode;
use undersigned::{
    actions::{rotate_keys::rotate_keys, signature_rules, withdraw_signature::withdraw_signature},
    domain::{
        keyring::{Keyring, SecretKey},
        petition::PetitionId,
        signature::SignatureId,
        staff::Role,
        threshold::Thresholds,
    },
    store, urls,
};

use crate::{
    judging::{Signers, agrees, public_reads},
    support::{TestApp, Visitor},
};

async fn petition(app: &TestApp) -> PetitionId {
    app.petition().without_history().signatures(0).create().await.id
}

/// Does one part of what rules have to do, with so many signatures at the most.
async fn step(app: &TestApp, most: usize) -> bool {
    let mut db = app.db().await;
    signature_rules::step(&mut db, &app.keyring, Thresholds::default(), most, app.now).await.expect("a step")
}

/// Writes a rule with one condition, and has it counted.
async fn counted(app: &TestApp, staff: &mut Visitor, field: &str, value: &str) -> String {
    staff.visit(&urls::admin::new_rule("")).await;
    staff.fill("Summary", "A farm of clicks").fill(field, value).press("Save the draft").await;
    staff.see("The rule is kept as a draft.").press("Count").await;
    staff.see("The rule is being counted.");
    app.run_job("run rules", app.now).await;
    let address = staff.path().to_owned();
    staff.visit(&address).await;
    address
}

async fn states(app: &TestApp) -> String {
    app.ask("select string_agg(left(state::text, 1), '' order by id) from signatures").await
}

#[tokio::test]
async fn a_rule_is_made_of_a_search_counted_run_and_undone() {
    let app = TestApp::new().await;
    let (here, there) = (petition(&app).await, petition(&app).await);
    let signers = Signers::of(&app).await;
    signers.people(here, 0..6).await;
    signers.people(there, 6..9).await;
    signers.pending(&signers.person(here, 10)).await;

    let mut staff = app.staff(Role::Sysadmin).await;
    staff.visit(urls::admin::signatures()).await;
    staff.fill("Postcode", "SW1A 1").press("Search").await;
    staff.follow("Make a rule of this search").await;
    assert_eq!(staff.field("Postcode"), "SW1A 1");
    assert!(!staff.path().to_lowercase().contains("sw1a"));
    staff.fill("Domain", "*.org").press("Save the draft").await;
    assert_eq!(staff.mistake("Summary"), "Say why, for colleagues who read the log");
    staff.fill("Summary", "A farm of clicks").press("Save the draft").await;
    let address = staff.path().to_owned();
    assert_eq!((staff.fact("Postcode"), staff.fact("Domain")), ("SW1A 1".into(), "*.org".into()));
    staff.press("Count").await;
    staff.see("Being counted");
    app.run_job("run rules", app.now).await;
    staff.follow("Look again").await;
    assert!(staff.fact("Meets").starts_with("6 signatures, counted at 21:00:00"), "{}", staff.fact("Meets"));
    assert_eq!(states(&app).await, "vvvvvvvvvp", "counting changes nothing");

    staff.follow("Run …").await;
    staff.see("Takes out about 6 signatures").press("Run the rule").await;
    staff.see("The rule runs.").see("About to run");
    app.run_job("run rules", app.now).await;
    staff.visit(&address).await.see("Done");
    assert_eq!(staff.fact("Taken out"), "6 signatures");
    assert_eq!(states(&app).await, "ivivivivii");
    assert_eq!(app.ask("select count(*) from signatures where state = 'invalidated'").await, "6");
    agrees(&app).await;
    let mut public = app.visitor();
    let removed = "3 signatures were removed as suspected fraud on 21 August 2022.";
    public_reads(&mut public, &urls::petition(&here), removed).await;

    staff.follow("Undo …").await;
    staff.press("Undo the rule").await;
    app.run_job("run rules", app.now).await;
    staff.visit(&address).await.see("Undone");
    assert_eq!(staff.fact("Put back"), "6 signatures");
    assert_eq!(states(&app).await, "vvvvvvvvvp");
    agrees(&app).await;
    public_reads(&mut public, &urls::petition(&here), "3 signatures were put back on 21 August 2022.").await;
    public.see("6 signatures");

    let log = app.ask("select string_agg(act || ' ' || who, ', ' order by id) from audit_log").await;
    assert_eq!(
        log,
        "signature_rule.create Grace Hopper, signature_rule.count Grace Hopper, signature_rule.run Grace Hopper, \
         signature_rule.finish timetable, signature_rule.undo Grace Hopper, signature_rule.finish timetable"
    );
    for table in [
        "select string_agg(after::text, '') from audit_log",
        "select string_agg(conditions::text, '') from signature_rules",
    ] {
        let kept = app.ask(table).await;
        assert!(!kept.contains("SW1A") && !kept.contains(".org"), "{kept}");
    }
    staff.visit(urls::admin::signature_rules()).await;
    assert_eq!(staff.table("Rules, newest first").rows.len(), 1);
    staff.follow("Undone (1)").await.see("A farm of clicks");
    staff.follow("A farm of clicks").await;
    staff.follow("A new rule like this").await;
    assert_eq!(staff.field("Postcode"), "SW1A 1");
    staff.visit(&format!("{}?state=draft", urls::admin::signature_rules())).await.see("There is no rule.");

    // Whom it was for is forgotten in the end.
    app.run_job("erase personal data", app.now + SignedDuration::from_hours(24 * 180)).await;
    staff.visit(&address).await.see("SW1A 1");
    app.run_job("erase personal data", app.now + SignedDuration::from_hours(24 * 190)).await;
    staff.visit(&address).await.dont_see("SW1A 1").see("No longer kept");
}

#[tokio::test]
async fn a_rule_is_stopped_goes_on_and_leaves_alone_what_was_judged_since() {
    let app = TestApp::new().await;
    let here = petition(&app).await;
    let signers = Signers::of(&app).await;
    let ids = signers.people(here, 0..10).await;
    let mut staff = app.staff(Role::Sysadmin).await;
    let address = counted(&app, &mut staff, "Petition", &here.to_string()).await;
    staff.follow("Run …").await.press("Run the rule").await;
    for _ in 0..2 {
        assert!(step(&app, 3).await);
    }
    assert_eq!(states(&app).await, "iiiiiivvvv");
    agrees(&app).await;
    staff.visit(&address).await.see("Running: 6 of about 10 taken out.").press("Stop").await;
    staff.see("The rule is stopped.");
    assert!(!step(&app, 3).await, "nothing is to be done for a rule that is stopped");
    // A program that ends in the middle of a step has not done it.
    staff.follow("Go on …").await.press("Run the rule").await;
    {
        use sqlx::Connection;
        let mut db = app.db().await;
        let mut killed = db.begin().await.unwrap();
        signature_rules::step(&mut killed, &app.keyring, Thresholds::default(), 3, app.now).await.unwrap();
    }
    assert_eq!(states(&app).await, "iiiiiivvvv");
    while step(&app, 3).await {}
    assert_eq!(states(&app).await, "iiiiiiiiii");
    staff.visit(&address).await.see("Done");

    // Somebody puts one back and takes it out again; another is withdrawn.
    staff.visit(urls::admin::signatures()).await;
    staff.tick(&ids[0].to_string()).press("Put back").await.fill("Reason", "Known to us");
    staff.press("Put back 1 signature").await;
    staff.tick(&ids[0].to_string()).press("Invalidate").await.fill("Reason", "After all");
    staff.press("Invalidate 1 signature").await;
    withdraw_signature(&mut app.db().await, ids[1], Thresholds::default(), app.now).await.unwrap();
    staff.visit(&address).await;
    staff.follow("Undo …").await.press("Undo the rule").await;
    assert!(step(&app, 4).await);
    agrees(&app).await;
    while step(&app, 4).await {}
    assert_eq!(states(&app).await, "iwvvvvvvvv");
    staff.visit(&address).await;
    assert_eq!(staff.fact("Put back"), "8 signatures");
    agrees(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_programs_run_rules_while_people_sign_and_each_signature_is_met_once() {
    let app = TestApp::new().await;
    let here = petition(&app).await;
    let signers = Signers::of(&app).await;
    signers.people(here, 0..40).await;
    let mut staff = app.staff(Role::Sysadmin).await;
    counted(&app, &mut staff, "Network", "192.0.2.0/27").await;
    staff.follow("Run …").await.press("Run the rule").await;
    let work = async || while step(&app, 4).await {};
    let (.., late) = tokio::join!(work(), work(), work(), signers.people(here, 200..205));
    assert!(late.iter().all(|id: &SignatureId| id.get() > 0));
    while step(&app, 4).await {}
    assert_eq!(app.ask("select count(*) from signatures where state = 'invalidated'").await, "32");
    assert_eq!(app.ask("select invalidated || ' ' || state from signature_rules").await, "32 done");
    assert_eq!(app.ask("select count(*) from ledger where reason = 'invalidated'").await, "32");
    agrees(&app).await;
}

#[tokio::test]
async fn a_draft_that_a_colleague_changes_is_not_overwritten_and_not_run_unseen() {
    let app = TestApp::new().await;
    let here = petition(&app).await;
    Signers::of(&app).await.people(here, 0..3).await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let address = counted(&app, &mut grace, "Name", "ada*").await;
    let edit = format!("{address}/edit");
    let mut joan = app.colleague(Role::Sysadmin, "Joan Clarke").await;
    joan.visit(&edit).await;
    grace.visit(&edit).await;
    joan.fill("Name", "ada number 1").press("Save the draft").await;
    joan.see("The rule is changed. Count it once more.");
    grace.fill("Summary", "Something of Grace’s").press("Save the draft").await;
    assert_eq!(grace.status(), StatusCode::CONFLICT);
    grace.see("a colleague has changed this rule meanwhile").see("ada number 1");
    assert_eq!(grace.field("Summary"), "Something of Grace’s");
    grace.press("Save the draft").await;
    assert_eq!(grace.fact("Name"), "ada*");

    // What was counted is void; what somebody else has seen is not run.
    joan.visit(&address).await.press("Count").await;
    app.run_job("run rules", app.now).await;
    joan.visit(&format!("{address}/run")).await;
    grace.visit(&edit).await.fill("Petition", &here.to_string()).press("Save the draft").await;
    joan.press("Run the rule").await;
    assert_eq!(joan.status(), StatusCode::CONFLICT);
    joan.see("Nothing was done");
    assert!(!step(&app, 10).await);
    assert_eq!(states(&app).await, "vvv");
    joan.press("Delete").await.see("The draft is deleted.");
    grace.visit(&address).await;
    assert_eq!(grace.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn rules_want_a_condition_and_a_sysadmin() {
    let app = TestApp::new().await;
    let mut staff = app.staff(Role::Sysadmin).await;
    staff.visit(&urls::admin::new_rule("")).await;
    staff.press("Save the draft").await;
    assert_eq!(staff.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(staff.mistake("Petition"), "Enter at least one condition");
    staff.fill("Summary", &"x".repeat(256)).fill("Network", "x").press("Save the draft").await;
    assert_eq!(staff.mistake("Summary"), "Shorten the summary to 255 characters or fewer: it has 256");
    assert!(staff.mistake("Network").starts_with("Enter an address"));
    for address in
        ["/admin/signatures/rules/77", "/admin/signatures/rules/x", "/admin/signatures/rules/99999999999/run"]
    {
        staff.visit(address).await;
        assert_eq!(staff.status(), StatusCode::NOT_FOUND, "{address}");
    }
    let mut moderator = app.staff(Role::Moderator).await;
    moderator.visit(urls::admin::signature_rules()).await;
    assert_eq!(moderator.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn rules_go_along_when_keys_are_changed() {
    let app = TestApp::new().await;
    let mut staff = app.staff(Role::Sysadmin).await;
    counted(&app, &mut staff, "Name", "ada*").await;
    let new = SecretKey::new(2, [7; 32]);
    let both = Keyring::new(&[new.clone(), app.secret.clone()]).unwrap();
    let mut db = app.db().await;
    rotate_keys(&mut db, &both, |_| {}).await.unwrap();
    let rule = store::signature_rules::list(&mut db, &Keyring::new(&[new]).unwrap(), None, None, 1).await.unwrap();
    assert_eq!(rule[0].typed.as_ref().map(|typed| typed.name.as_str()), Some("ada*"));
}

#[tokio::test]
async fn what_changes_nothing_asks_for_no_proof() {
    let app = TestApp::new().await;
    petition(&app).await;
    let mut staff = app.staff(Role::Sysadmin).await;
    app.sql("update staff_sessions set proved_at = began_at - interval '1 day'").await.expect("long ago");
    let address = counted(&app, &mut staff, "Domain", "example.org").await;
    staff.follow("Change it").await.press("Save the draft").await.see("A farm of clicks");
    for act in ["run", "stop", "undo"] {
        let answer = staff.send(&format!("{address}/{act}"), "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{act}");
        assert!(answer.text().contains("Prove that it is you"), "{act}");
    }
}
