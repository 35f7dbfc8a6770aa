//! What is signed most, in the last hour and in the last day.

use jiff::SignedDuration;
use reqwest::StatusCode;

use undersigned::{domain::staff::Role, urls};

use crate::{
    judging::{Signers, agrees, judge, public_reads},
    support::{Created, TestApp},
};

/// A petition that was signed by so many in the last hour, and by so many in the day before that.
async fn signed(app: &TestApp, action: &str, last_hour: u32, before: u32) -> Created {
    let ago = |minutes| app.now - SignedDuration::from_mins(minutes);
    let (start, end) = (1_000, 1_000 + before);
    app.petition()
        .action(action)
        .signatures(end + last_hour)
        .counted(ago(24 * 60 + 5), start)
        .counted(ago(23 * 60), start)
        .counted(ago(20 * 60), end)
        .counted(ago(59), end)
        .counted(ago(1), end + last_hour)
        .create()
        .await
}

async fn site() -> TestApp {
    let app = TestApp::new().await;
    signed(&app, "Signed now", 50, 10).await;
    signed(&app, "Signed now as well", 40, 0).await;
    signed(&app, "Signed a little now", 1, 900).await;
    signed(&app, "Signed this morning", 0, 500).await;
    signed(&app, "Signed a little this morning", 0, 20).await;
    signed(&app, "Signed long ago", 0, 0).await;
    app
}

#[tokio::test]
async fn programs_choose_between_the_last_hour_and_the_last_day() {
    let app = site().await;
    let list = async |path: &str| {
        let json = app.get(path).await.json();
        let item = |item: &serde_json::Value| {
            (
                item["attributes"]["action"].as_str().expect("words").to_owned(),
                item["attributes"]["signature_count"].as_u64(),
            )
        };
        assert_eq!(json["links"]["self"], format!("{}{path}", app.url));
        json["data"].as_array().expect("a list").iter().map(item).collect::<Vec<_>>()
    };
    let hour = [("Signed now", 50), ("Signed now as well", 40), ("Signed a little now", 1)];
    let day = [
        ("Signed a little now", 901),
        ("Signed this morning", 500),
        ("Signed now", 60),
        ("Signed now as well", 40),
        ("Signed a little this morning", 20),
    ];
    let named = |list: &[(&str, u64)]| {
        list.iter().map(|(action, count)| ((*action).to_owned(), Some(*count))).collect::<Vec<_>>()
    };
    assert_eq!(list("/trending.json").await, named(&hour), "as the reference service has it");
    assert_eq!(list("/trending.json?window=hour").await, named(&hour));
    assert_eq!(list("/trending.json?window=day").await, named(&day));
    let refused = app.get("/trending.json?window=week").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["error"]["detail"], "The window is hour or day.");
}

#[tokio::test]
async fn the_front_page_does_not_say_the_same_twice() {
    let app = site().await;
    let mut ada = app.visitor();
    ada.visit("/").await;
    let names = |heading: &str| {
        let part = ada.page().part(heading);
        part.select(&crate::support::css("h3")).map(crate::support::text).collect::<Vec<_>>()
    };
    assert_eq!(names("Popular in the last hour"), ["Signed now", "Signed now as well", "Signed a little now"]);
    assert_eq!(names("Others in the last 24 hours"), ["Signed this morning", "Signed a little this morning"]);
    ada.see("500 in the last 24 hours");
}

#[tokio::test]
async fn what_staff_put_back_is_not_signed_anew() {
    let trending = async |app: &TestApp| {
        let json = app.get("/trending.json?window=day").await.json();
        let counts = json["data"].as_array().expect("a list").iter();
        counts.filter_map(|item| item["attributes"]["signature_count"].as_u64()).collect::<Vec<_>>()
    };
    for (hours, as_signed, last_24_hours, words) in [
        (1, vec![6], "6 and 5 put back", "(6 came, 5 were taken out, 5 were put back)"),
        (30, vec![], "0 and 5 put back", "No signatures in the last 24 hours (5 were put back)"),
    ] {
        let app = TestApp::new().await;
        let before = app.now - SignedDuration::from_hours(24 * 5);
        let petition = app.petition().counted(before, 500).counted(app.now, 500).signatures(500).create().await;
        let ids = Signers::of(&app).await.people(petition.id, 0..6).await;
        let mut staff = app.staff(Role::Moderator).await;
        judge(&mut staff, &ids[..5], "Quarantine", "One network").await;
        app.set_time(app.now + SignedDuration::from_hours(hours));
        let mut staff = app.staff(Role::Moderator).await;
        judge(&mut staff, &ids[..5], "Put back", "A school").await;
        let mut public = app.visitor();
        public_reads(&mut public, &petition.url(), "506 signatures").await;
        public.see(words);
        assert_eq!(public.fact("Last 24 hours"), last_24_hours);
        assert_eq!(trending(&app).await, as_signed);
        let json = app.get(&urls::petition_json(&petition.id)).await.json();
        let growth = &json["data"]["attributes"]["growth"];
        assert_eq!(growth["last_24_hours"].as_u64(), Some(as_signed.iter().sum()), "{growth}");
        public.visit("/").await;
        let popular = public.page().text().contains("Plant a tree in every street");
        assert_eq!(popular, !as_signed.is_empty(), "{}", public.page().text());
        agrees(&app).await;
        app.sql("update put_backs set signatures = 77").await.expect("altered");
        assert_eq!(app.run_job("check tallies", app.now).await, 1);
        undersigned::store::recount::rebuild(&mut app.db().await, petition.id).await.expect("counted again");
        agrees(&app).await;
    }
}

#[tokio::test]
async fn a_quiet_hour_leaves_the_day() {
    let app = TestApp::new().await;
    signed(&app, "Signed this morning", 0, 500).await;
    let mut ada = app.visitor();
    ada.visit("/").await.see("Nobody has signed in the last hour.");
    assert_eq!(ada.page().items("Popular in the last 24 hours").len(), 1);
    let nobody = TestApp::new().await;
    let mut ada = nobody.visitor();
    ada.visit("/").await.see("Nobody has signed in the last hour.").dont_see("24 hours");
}
