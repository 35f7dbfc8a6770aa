//! Every limit stands in one place, and pages, fields, the command line and the database all say the same.

use std::process::Command;

use undersigned::{
    domain::{limits, petition::PetitionState, text::letters, threshold::Thresholds},
    urls,
    web::filters::thousands,
};

use crate::support::{Setup, TestApp};

#[tokio::test]
async fn pages_say_what_the_limits_are() {
    let app = TestApp::sample().await;
    let mut ada = app.visitor();
    ada.visit(urls::start()).await;
    ada.see(&format!("in one sentence of at most {} characters", limits::ACTION));
    ada.see(&format!("Why, in at most {} characters", limits::BACKGROUND));
    ada.see(&format!("More details, if you like, in at most {} characters", limits::ADDITIONAL_DETAILS));
    ada.see(&format!("You ask {} people to support your petition", limits::SUPPORTERS_NEEDED));
    ada.see(&format!("it is open for {} months", limits::MONTHS_OPEN));
    ada.visit(urls::help()).await;
    ada.see(&format!("finds {} supporters", limits::SUPPORTERS_NEEDED));
    ada.see(&format!("usually within {} days", limits::MODERATION_TARGET_DAYS));
    ada.see(&format!("It is open for {} months", limits::MONTHS_OPEN));
    for page in [urls::home(), urls::petitions()] {
        ada.visit(page).await;
        let field = ada.page().select("input[type='search']")[0].attr("maxlength").map(str::to_owned);
        assert_eq!(field, Some(limits::SEARCH.to_string()), "{page}");
    }
}

#[tokio::test]
async fn the_limits_are_those_of_the_product() {
    assert_eq!(Thresholds::default(), Thresholds { response: 10_000, debate: 100_000 });
    assert_eq!((limits::ACTION, limits::BACKGROUND, limits::ADDITIONAL_DETAILS), (80, 300, 800));
    assert_eq!((limits::SUPPORTERS_NEEDED, limits::SUPPORTERS_MOST, limits::MONTHS_OPEN), (5, 20, 6));
    assert_eq!((limits::NAME, limits::RESPONSE_SUMMARY, limits::RESPONSE_DETAILS), (255, 200, 10_000));
    assert_eq!((limits::PAGE_SIZE, limits::PAGE_SIZE_MOST, limits::RELATED), (25, 50, 5));
}

#[tokio::test]
async fn other_thresholds_are_said_and_meant_everywhere() {
    let thresholds = Thresholds { response: 1_234, debate: 56_789 };
    let app = TestApp::with(Setup { thresholds, ..Setup::default() }).await;
    let petition = app.petition().signatures(1_200).create().await;
    let more = app.petition().signatures(28_400).create().await;
    let mut ada = app.visitor();
    for page in [urls::home(), urls::help(), urls::start()] {
        ada.visit(page).await.see("1,234").see("56,789").dont_see("10,000").dont_see("100,000");
    }
    ada.visit(&petition.url()).await.see("97% of the 1,234 needed for a government response").dont_see("10,000");
    ada.visit(&more.url()).await.see("50% of the 56,789 needed for a debate in Parliament").dont_see("100,000");
    let progress = &app.get(&urls::count_json(&more.id)).await.json()["progress"];
    assert_eq!((&progress["goal"], &progress["percent"]), (&56_789.into(), &50.into()));
}

#[test]
fn the_command_line_says_what_holds_unless_it_is_set() {
    let help = Command::new(env!("CARGO_BIN_EXE_undersigned")).arg("--help").output().expect("the program");
    let help = String::from_utf8(help.stdout).expect("text");
    let default_of = |setting: &str| {
        let part = help.split(setting).nth(1).unwrap_or_else(|| panic!("{setting} is not in\n{help}"));
        let rest = part.split("[default: ").nth(1).expect("a default");
        rest.split(']').next().expect("a default").to_owned()
    };
    let thresholds = Thresholds::default();
    assert_eq!(default_of("--response-threshold <NUMBER>"), thresholds.response.to_string());
    assert_eq!(default_of("--debate-threshold <NUMBER>"), thresholds.debate.to_string());
    for variable in
        ["DATABASE_URL", "UNDERSIGNED_PORT", "UNDERSIGNED_NOW", "UNDERSIGNED_PUBLIC_URL", "RUST_LOG", "PG_BIN"]
    {
        assert!(help.contains(&format!("[env: {variable}")), "{variable} is not in\n{help}");
    }
}

#[tokio::test]
async fn the_database_has_room_for_what_the_limits_allow() {
    // A family is one letter to a person and seven code points to a database.
    let family = "👩‍👩‍👧‍👦";
    assert_eq!((letters(family), family.chars().count()), (1, 7));
    let app = TestApp::new().await;
    let petition = app
        .petition()
        .without_history()
        .action(&family.repeat(limits::ACTION))
        .background(&family.repeat(limits::BACKGROUND))
        .details(&family.repeat(limits::ADDITIONAL_DETAILS))
        .creator(&"W".repeat(limits::NAME))
        .answered(
            crate::support::day("2022-06-01"),
            "Home Office",
            &"s".repeat(limits::RESPONSE_SUMMARY),
            &"d".repeat(limits::RESPONSE_DETAILS),
        )
        .create()
        .await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    assert_eq!(letters(&ada.heading()), limits::ACTION);
}

#[tokio::test]
async fn supporters_are_counted_down_from_the_number_needed() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    let petition = app.petition().signatures(1).state(PetitionState::Validated).create().await;
    ada.visit(&petition.url()).await.see(&format!("needs {} supporters", limits::SUPPORTERS_NEEDED));
    ada.see(&format!("This one needs {} more.", limits::SUPPORTERS_NEEDED));
    assert_eq!(thousands(limits::SUPPORTERS_NEEDED), "5");
}
