//! The sample petitions: the one that was promised is exactly as promised, and every page that can be reached is sound.

use std::collections::{BTreeMap, BTreeSet};

use undersigned::{
    domain::{facet::Facet, petition::PetitionState},
    urls,
};

use crate::support::{Page, TestApp, is_local, problems};

const MAIN: &str = "Send every household a printed guide to preparing for emergencies";

#[tokio::test]
async fn the_demonstration_is_as_promised() {
    let app = TestApp::sample().await;
    let mut ada = app.visitor();
    ada.visit("/").await.fill("Search petitions", "printed guide emergencies").press("Search").await;
    ada.follow(MAIN).await;

    ada.see("44,029 signatures").see("44% of the 100,000 needed for a debate in Parliament");
    assert_eq!(ada.page().select("progress[value='44029'][max='100000']").len(), 1);
    assert_eq!(ada.fact("Status"), "Open");
    assert_eq!(ada.fact("Opened"), "Tuesday 1st March 2022");
    assert_eq!(ada.fact("Last 24 hours"), "13");
    assert_eq!(ada.fact("Signature deadline"), "Thursday 1st September 2022 in 10 days");
    assert_eq!(ada.fact("Government response"), "Answered on Monday 21st March 2022");
    let response = ada.section("The Government’s response");
    assert!(
        response.starts_with("The Government’s response Cabinet Office Monday 21st March 2022 We agree"),
        "{response}"
    );
    ada.see("As at 21:00:00 on 21 August 2022");

    let estimate = ada.fact("Estimated final signatures");
    let (estimate, range) = estimate.split_once(' ').expect("an estimate and its range");
    let estimate: u32 = estimate.replace(',', "").parse().expect("a number");
    assert!((44_029..46_000).contains(&estimate), "{estimate}");
    assert!(range.starts_with("half of petitions like this end between 44,"), "{range}");
    ada.follow(&ada.page().texts("dd a[href='/help/estimates']")[0].clone()).await.see("How far to trust it");
}

#[tokio::test]
async fn its_five_related_petitions_are_open_and_of_the_promised_sizes() {
    let app = TestApp::sample().await;
    let mut ada = app.visitor();
    ada.visit("/petitions?q=printed+guide+emergencies").await.follow(MAIN).await;
    let heading = "You may be interested in these active petitions";
    let mut counts: Vec<u32> = Vec::new();
    for item in ada.page().items(heading) {
        let words = item.strip_suffix(" signatures").expect("a count");
        counts.push(words.rsplit(' ').next().expect("a number").replace(',', "").parse().expect("a number"));
    }
    counts.sort_unstable();
    assert_eq!(counts.len(), 5);
    assert_eq!((counts[0], counts[4]), (2_084, 8_033));

    for address in ada.page().links_of(heading) {
        ada.visit(&address).await;
        assert_eq!(ada.fact("Status"), "Open", "{address}");
    }
}

#[tokio::test]
async fn there_is_a_petition_in_every_state_and_in_every_list() {
    let app = TestApp::sample().await;
    let states = app
        .ask("select string_agg(state::text, ' ' order by state) from (select distinct state from petitions) s")
        .await;
    assert_eq!(states, PetitionState::ALL.map(PetitionState::code).join(" "));
    let all: u32 = app.ask("select count(*) from petitions").await.parse().expect("a number");
    assert!((55..=70).contains(&all), "{all} petitions");
    for facet in Facet::ALL {
        let list = app.get(&format!("/petitions.json?state={}", facet.code())).await.json();
        assert!(list["meta"]["total_count"].as_u64() > Some(0), "{}", facet.title());
    }
    assert_eq!(app.run_job("check tallies", app.now).await, 0, "every tally agrees with the ledger");
}

#[tokio::test]
async fn the_home_page_leads_to_what_is_going_on() {
    let app = TestApp::sample().await;
    let mut ada = app.visitor();
    ada.visit("/").await;
    assert_eq!(ada.heading(), "Petitions to the Government and Parliament");
    assert_eq!(
        ada.page().sections(),
        [
            "Popular in the last hour",
            "Others in the last 24 hours",
            "Government responses",
            "Debates",
            "Signatures today",
            "So far",
            "How a petition becomes a debate"
        ]
    );
    let popular = ada.section("Popular in the last hour");
    assert_eq!(popular.matches(" in the last hour").count(), 4, "its heading and three petitions: {popular}");
    assert_eq!(ada.section("Government responses").matches('“').count(), 2);
    assert_eq!(ada.section("Debates").matches("Debated on").count(), 2);

    for (words, facet) in [
        ("open for signatures", Facet::Open),
        ("waiting for a government response", Facet::AwaitingResponse),
        ("answered by the Government", Facet::WithResponse),
        ("waiting for a debate", Facet::AwaitingDebate),
        ("debated in Parliament", Facet::Debated),
        ("rejected", Facet::Rejected),
    ] {
        ada.visit("/").await;
        let figures = ada.page().texts(".figures a");
        let figure = figures.iter().find(|figure| figure.ends_with(words)).expect("a figure").clone();
        let count = figure.split_once(' ').expect("a number and words").0.to_owned();
        ada.follow(&figure).await;
        assert_eq!(ada.heading(), facet.title());
        let noun = if count == "1" { "petition" } else { "petitions" };
        ada.see(&format!("{count} {noun}."));
    }
}

/// Goes everywhere that links lead to: pages must be sound, everything else must be there.
#[tokio::test]
async fn everything_that_can_be_reached_is_there_and_sound() {
    let app = TestApp::sample().await;
    let mut next: Vec<(String, String)> = vec![("/".to_owned(), "the tests".to_owned())];
    let mut seen: BTreeSet<String> = BTreeSet::from(["/".to_owned()]);
    let mut anchors: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    while let Some((path, from)) = next.pop() {
        let answer = app.get(&path).await;
        assert!(answer.status.is_success(), "{path}, linked to on {from}: {}", answer.status);
        assert!(!answer.body.is_empty(), "{path} is empty");
        let kind = answer.header("content-type");
        *kinds.entry(kind.to_owned()).or_default() += 1;
        if !kind.starts_with("text/html") {
            continue;
        }
        let page = Page::of(path.clone(), &answer);
        assert_eq!(problems(&page), [""; 0], "{path}");
        ids.insert(path.clone(), page.select("[id]").iter().filter_map(|e| e.attr("id")).map(str::to_owned).collect());
        for link in page.links().into_iter().filter(|link| is_local(link) && !link.starts_with('#')) {
            let (address, anchor) = link.split_once('#').unwrap_or((&link, ""));
            if !anchor.is_empty() {
                anchors.entry(address.to_owned()).or_default().insert(anchor.to_owned());
            }
            // One petition's ranges and orders of places stand for all, and one topic's lists.
            let endless = address.contains("?range=") && !address.starts_with("/petitions/1000000?")
                || address.contains("/places?") && !address.starts_with("/petitions/1000000/")
                || address.contains("state=") && address.contains("topic=") && !address.contains("topic=safety");
            if !endless && seen.insert(address.to_owned()) {
                next.push((address.to_owned(), path.clone()));
            }
        }
    }
    for (address, wanted) in &anchors {
        if let Some(ids) = ids.get(address) {
            let missing: Vec<_> = wanted.difference(ids).collect();
            assert!(missing.is_empty(), "{address} has no {missing:?}");
        }
    }
    let public = app.ask("select count(*) from petitions where state in ('open', 'closed', 'rejected')").await;
    let reached =
        seen.iter().filter(|path| path.strip_prefix("/petitions/").is_some_and(|id| id.parse::<u32>().is_ok()));
    assert_eq!(reached.count().to_string(), public, "petitions reached");
    assert!(seen.contains(urls::privacy()) && seen.contains(urls::cookies()) && seen.contains(urls::accessibility()));
    assert!(kinds.len() >= 4, "{kinds:?}");
}
