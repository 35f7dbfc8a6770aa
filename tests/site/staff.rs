//! Colleagues and the log of what they did.

use reqwest::StatusCode;
use undersigned::domain::staff::Role;

use crate::{
    door::join,
    support::{Answer, TestApp},
};

#[tokio::test]
async fn a_sysadmin_invites_changes_and_closes_accounts() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin").await.follow("Staff").await.follow("Invite a colleague").await.press("Invite").await;
    assert_eq!(grace.mistakes(), ["Enter your full name", "Enter your email address", "Choose what they may do"]);
    grace.fill("Full name", "Ada Lovelace").fill("Email address", "Grace.Hopper.Sysadmin@example.org");
    grace.tick("Reviewer Reads, and writes notes.").press("Invite").await;
    assert_eq!(grace.mistakes(), ["There is an account with this address already; it is in the list of staff"]);
    grace
        .fill("Email address", "ada@example.org")
        .press("Invite")
        .await
        .see("Ada Lovelace is invited by mail, for 7 days.");
    let mut ada = app.visitor();
    ada.follow_link_in_mail("ada@example.org", "Set your password").await.see("Ada Lovelace");

    grace.tick(
        "Moderator Decides about petitions and signatures, and publishes what the Government and Parliament did.",
    );
    grace.press("Change role").await.see("The role is now moderator, from the next click on.");
    grace.press("Close the account").await.see("The account is closed");
    let here = ada.path().to_owned();
    ada.visit(&here).await.see("This invitation does not work");
    grace.press("Open the account again").await.see("The account is open again");
    grace.press("Invite again").await.see("An invitation is on its way by mail.");
    ada.follow_link_in_mail("ada@example.org", "Set your password").await.see("Ada Lovelace");
    grace.press("End their sessions").await.see("0 sessions were ended.");
    grace.follow("Back to staff").await;
    let rows = grace.table("Accounts").rows;
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["Ada Lovelace", "Grace Hopper"]);
    assert_eq!((rows[0][2].as_str(), rows[0][4].as_str()), ("Moderator", "invited until 28 August 2022"));
}

#[tokio::test]
async fn a_closed_account_and_a_lower_role_hold_at_once() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let (mut ada, _) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    let account = app.ask("select '/admin/staff/' || id from staff where name = 'Ada Lovelace'").await;
    grace.visit(&account).await.tick("Reviewer Reads, and writes notes.").press("Change role").await;
    ada.visit("/admin/log").await.see("Your role does not allow this");
    grace.press("Close the account").await;
    ada.visit("/admin").await.see("For the staff of this site");
}

#[tokio::test]
async fn somebody_can_always_run_the_site() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let (mut ada, _) = join(&app, Role::Sysadmin, "Ada Lovelace").await;
    let page = |name: &'static str| {
        let app = &app;
        async move {
            let ids = app.ask("select string_agg(name || '=' || id, ',') from staff").await;
            let id = ids.split(',').find_map(|pair| pair.strip_prefix(&format!("{name}="))).expect("an account");
            format!("/admin/staff/{id}")
        }
    };
    let (own, other) = (page("Grace Hopper").await, page("Ada Lovelace").await);
    grace.visit(&own).await.see("This is you.").dont_see("Close the account");
    // Both open each other's account; the second to decide finds what the first has done.
    grace.visit(&other).await;
    ada.visit(&own).await;
    ada.press("Close the account").await.see("The account is closed");
    grace.press("Close the account").await.see("You are not signed in any more");
    // By hand, too, nobody changes the own account.
    let cookie = format!("staff={}", ada.cookie("staff").expect("a session"));
    for (what, form) in [("disable", ""), ("role", "role=reviewer&was=sysadmin")] {
        let request = app.request(reqwest::Method::POST, &format!("{other}/{what}")).header("cookie", &cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        assert_eq!(Answer::to(request).await.status, StatusCode::CONFLICT, "{what}");
    }
    let left = app.ask("select count(*) from staff where role = 'sysadmin' and disabled_at is null").await;
    assert_eq!(left, "1");
    let actor = undersigned::store::audit::Actor::nobody("command line");
    let id =
        undersigned::domain::staff::StaffId(other.rsplit('/').next().expect("a number").parse().expect("a number"));
    let changed =
        undersigned::actions::staff::disable(&mut app.db().await, &actor, id, app.now).await.expect("an answer");
    assert_eq!(changed, undersigned::actions::staff::Changed::LastSysadmin);
}

#[tokio::test]
async fn a_role_that_a_colleague_changed_meanwhile_is_not_overwritten() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let mut joan = app.colleague(Role::Sysadmin, "Joan Clarke").await;
    app.colleague(Role::Reviewer, "Ada Lovelace").await;
    let account = app.ask("select '/admin/staff/' || id from staff where name = 'Ada Lovelace'").await;
    grace.visit(&account).await;
    joan.visit(&account).await.tick("Sysadmin Runs the site, and says who may do what.").press("Change role").await;
    grace.tick(
        "Moderator Decides about petitions and signatures, and publishes what the Government and Parliament did.",
    );
    grace.press("Change role").await.see("A colleague changed this account meanwhile");
    assert_eq!(grace.status(), StatusCode::CONFLICT);
    assert_eq!(app.ask("select role from staff where name = 'Ada Lovelace'").await, "sysadmin");
    grace.press("Change role").await.see("The role is now moderator");
}

#[tokio::test]
async fn accounts_that_are_not_there_are_not_found() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    for path in ["/admin/staff/0", "/admin/staff/99999999999999999999", "/admin/staff/x", "/admin/staff/-1"] {
        grace.visit(path).await;
        assert_eq!(grace.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_table_of_roles_is_for_everybody() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Reviewer).await;
    grace.visit("/admin/roles").await;
    let rows = grace.table("What the roles allow").rows;
    assert_eq!(rows.len(), undersigned::domain::staff::Permission::ALL.len());
    assert_eq!(rows[0][1..], ["Yes", "Yes", "Yes"]);
    assert!(rows.iter().any(|row| row[1..] == ["No", "Yes", "Yes"]));
    grace.visit("/admin/staff").await.see("Grace Hopper").dont_see("Invite a colleague");
}

#[tokio::test]
async fn what_staff_do_is_in_the_log_and_can_be_found() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/staff/new").await;
    grace.fill("Full name", "Ada Lovelace").fill("Email address", "ada@example.org");
    grace.tick("Reviewer Reads, and writes notes.").press("Invite").await;
    grace.tick("Sysadmin Runs the site, and says who may do what.").press("Change role").await;
    grace.visit("/admin/log").await;
    let rows = grace.table("What was done").rows;
    assert!(rows[0][1].starts_with("Grace Hopper, sysadmin from 127.0.0.1 request "), "{rows:?}");
    assert!(rows[0][2].starts_with("staff.role"), "{rows:?}");
    assert!(rows[0][3].contains("was: reviewer") && rows[0][3].contains("is: sysadmin"), "{rows:?}");
    assert_eq!(rows.len(), 3);
    grace.fill("Act", "staff.invite").press("Show").await;
    assert_eq!(grace.table("What was done").rows.len(), 1);
    grace.visit("/admin/log?to=2022-08-20").await.see("Nothing of this kind is in the log.");
    grace.visit("/admin/log?from=2022-08-21&to=2022-08-21&subject=staff").await.see("staff.add");
    grace.visit("/admin/log?person=999999999&act=%27%3B--&before=x&from=x").await.see("Nothing of this kind");
    grace.visit("/admin/log?act=staff.").await.see("staff.add");
}

#[tokio::test]
async fn the_log_goes_on_for_pages_and_as_a_table_of_all() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    app.sql(
        "insert into audit_log (at, who, act, subject, subject_id, after)
         select timestamptz '2022-08-21T19:00:00Z' + n * interval '1 second', '=cmd()', 'test.act', 'thing', n::text,
             jsonb_build_object('text', '<script>alert(1)</script>')
         from generate_series(1, 2520) n",
    )
    .await
    .expect("lines");
    grace.visit("/admin/log?act=test.act").await.see("<script>alert(1)</script>");
    let mut pages = 1;
    let mut last = grace.table("What was done").rows;
    while grace.page().text().contains("Older") {
        grace.follow("Older").await;
        last = grace.table("What was done").rows;
        pages += 1;
    }
    assert_eq!((pages, last.len()), (51, 20));
    assert!(last[19][2].contains("thing 1"), "{:?}", last[19]);
    let cookie = format!("staff={}", grace.cookie("staff").expect("a session"));
    let request = app.request(reqwest::Method::GET, "/admin/log.csv?act=test.act").header("cookie", cookie);
    let answer = Answer::to(request).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let text = answer.text();
    let rows: Vec<_> =
        csv::Reader::from_reader(text.as_bytes()).into_records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 2520);
    assert_eq!((&rows[0][2], &rows[0][8], &rows[2519][8]), ("'=cmd()", "2520", "1"));
}

#[tokio::test]
async fn nobody_alters_the_log() {
    let app = TestApp::new().await;
    app.staff(Role::Sysadmin).await;
    app.sql("insert into audit_log (at, who, act, subject) values (now(), 'Grace', 'test.act', 'thing')")
        .await
        .expect("a line");
    for statement in [
        "update audit_log set who = 'nobody'",
        "delete from audit_log",
        "truncate audit_log",
        "truncate audit_log cascade",
        "with gone as (delete from audit_log returning id) select * from gone",
    ] {
        let refused = app.sql(statement).await.expect_err(statement);
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    assert!(app.sql("insert into audit_log (at, who, act, subject) values (now(), 'x', 'no act', 'x')").await.is_err());
    assert_eq!(app.ask("select count(*) from audit_log").await, "1");
}
