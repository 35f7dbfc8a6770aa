//! What looks odd about signatures.

use jiff::SignedDuration;
use reqwest::StatusCode;
use undersigned::{
    actions::sign::NewSignature,
    domain::{email::EmailAddress, staff::Role},
    urls,
};

use crate::{judging::Signers, support::TestApp};

#[tokio::test]
async fn what_stands_out_leads_to_the_signatures_and_to_a_rule() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await.id;
    let other = app.petition().without_history().signatures(0).create().await.id;
    let signers = Signers::of(&app).await;
    for number in 0..60 {
        let from = Some(format!("198.51.{number}.7").parse().unwrap());
        signers.pending(&NewSignature { signed_from: from, ..signers.person(other, number) }).await;
    }
    for number in 100..120 {
        let mut new = signers.person(petition, number);
        let farm = number < 112;
        let from = if farm { "203.0.113.9".to_owned() } else { format!("198.51.{number}.7") };
        new.signed_from = Some(from.parse().unwrap());
        if farm {
            new.email = EmailAddress::parse(&format!("ada{number}@mail.farm.example")).unwrap();
        }
        signers.sign(&new).await;
    }

    let mut staff = app.staff(Role::Sysadmin).await;
    staff.visit(&urls::admin::odd_signatures_of(&petition)).await;
    staff.see("Looked at 20 signatures, compared with 60 signatures of other petitions.");
    let networks = staff.table("Networks that stand out").rows;
    assert_eq!(networks.len(), 1, "{networks:?}");
    assert_eq!(networks[0][..3], ["203.0.113.0/24", "12", "0.2"]);
    assert_eq!(staff.table("Domains of e-mail addresses that stand out").rows[0][0], "mail.farm.example");
    staff.dont_see("fraud");
    staff.follow("Look at them: 203.0.113.0/24").await;
    assert_eq!(staff.page().texts(".signatures tbody tr").len(), 12);
    assert_eq!(staff.field("Petition"), petition.to_string());
    assert!(!staff.path().contains("203.0"));
    staff.visit(&urls::admin::odd_signatures_of(&petition)).await;
    staff.follow("Make a rule for mail.farm.example").await;
    assert_eq!((staff.field("Domain"), staff.field("Petition")), ("mail.farm.example".into(), petition.to_string()));

    // Everything has come in one minute, with nothing around it; a day later it is no news.
    app.set_time(app.now + SignedDuration::from_hours(30));
    let mut staff = app.staff(Role::Moderator).await;
    staff.visit(&urls::admin::odd_signatures_of(&petition)).await;
    staff.see("Looked at 0 signatures").see("Nothing stands out.");
    staff.fill("Signed in", "However old").press("Show").await;
    staff.see("Looked at 20 signatures");
    assert!(staff.page().links().iter().all(|link| !link.contains("rules/new")), "moderators run no rules");
    staff.visit(urls::admin::odd_signatures()).await;
    staff.fill("Petition", "none").press("Show").await;
    assert_eq!(staff.status(), StatusCode::UNPROCESSABLE_ENTITY);
    staff.fill("Petition", "99999999").press("Show").await;
    assert_eq!(staff.mistake("Petition"), "There is no petition of this number");
    let mut reviewer = app.staff(Role::Reviewer).await;
    reviewer.visit(urls::admin::odd_signatures()).await;
    assert_eq!(reviewer.status(), StatusCode::FORBIDDEN);
}
