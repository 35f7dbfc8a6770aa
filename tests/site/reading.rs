//! Reading a petition: what its page says in every state, and that its numbers tell one story.

use reqwest::StatusCode;
use undersigned::{
    domain::petition::{Debate, PetitionState},
    urls,
};

use crate::support::{Created, TestApp, at, day, squeeze};

/// A petition with everything that a petition can have.
async fn eventful(app: &TestApp) -> Created {
    app.petition()
        .action("Plant trees along every railway line")
        .details("Begin in towns.\nSee https://example.org/trees.")
        .opened(at("2022-03-01T10:30:00Z"))
        .signatures(120_345)
        .reached_thresholds(60)
        .counted(at("2022-08-20T20:00:00Z"), 120_332)
        .answered(day("2022-03-21"), "Cabinet Office", "We agree in part.", "First.\n\n## What we will do\n\n* Plant.")
        .debate_on(day("2022-09-12"))
        .activity(day("2022-06-01"), "The Committee asked for views", "Over 300 people *answered*.")
        .topic("environment")
        .in_constituency("E14001063", "Aldershot", 70_000)
        .in_constituency("W07000112", "Ynys Môn", 40_000)
        .in_country("GB", "United Kingdom", 115_345)
        .in_country("FR", "France", 5_000)
        .create()
        .await
}

#[tokio::test]
async fn the_parts_of_a_petition_stand_in_their_order() {
    let app = TestApp::new().await;
    app.petition().action("Plant hedges along every railway line").create().await;
    let petition = eventful(&app).await;
    app.run_job("relate petitions", app.now).await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;

    assert_eq!(ada.heading(), "Plant trees along every railway line");
    assert_eq!(ada.title(), "Plant trees along every railway line – Undersigned");
    assert_eq!(
        ada.page().sections(),
        [
            "More details",
            "120,345 signatures",
            "Key facts",
            "You may be interested in these active petitions",
            "Signatures over time",
            "The Government’s response",
            "Debate in Parliament",
            "Other parliamentary activity",
            "Where people signed",
            "Timeline",
            "Data",
        ]
    );
    assert_eq!(ada.page().texts(".action .tag"), ["Open", "Government responded", "Debate scheduled"]);
    ada.see("Trees give shade and clean the air. More details Begin in towns. See https://example.org/trees.");
    assert_eq!(ada.page().link("Environment"), urls::topic("environment"));
}

#[tokio::test]
async fn the_key_facts_of_an_open_petition() {
    let app = TestApp::new().await;
    let petition = eventful(&app).await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;

    assert_eq!(
        ada.page().texts(".card dl dt"),
        [
            "Status",
            "Opened",
            "Last 24 hours",
            "Signature deadline",
            "Estimated final signatures",
            "Created by",
            "Government response",
            "Debate",
        ]
    );
    assert_eq!(ada.fact("Status"), "Open");
    assert_eq!(ada.fact("Opened"), "Tuesday 1st March 2022");
    assert_eq!(ada.fact("Last 24 hours"), "13");
    assert_eq!(ada.fact("Signature deadline"), "Thursday 1st September 2022 in 10 days");
    assert_eq!(ada.fact("Created by"), "Wilhelmina Oakes");
    assert_eq!(ada.fact("Government response"), "Answered on Monday 21st March 2022");
    assert_eq!(ada.fact("Debate"), "Scheduled for Monday 12th September 2022");
    ada.see("As at 21:00:00 on 21 August 2022");
    ada.see("Passed the 100,000 needed for a debate in Parliament");
}

#[tokio::test]
async fn response_debate_and_activity_can_be_read() {
    let app = TestApp::new().await;
    let petition = eventful(&app).await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;

    assert_eq!(
        ada.section("The Government’s response"),
        "The Government’s response Cabinet Office Monday 21st March 2022 We agree in part. Read the full response \
         First. What we will do Plant."
    );
    assert_eq!(
        ada.section("Debate in Parliament"),
        "Debate in Parliament Parliament will debate this petition on Monday 12th September 2022."
    );
    assert_eq!(
        ada.section("Other parliamentary activity"),
        "Other parliamentary activity The Committee asked for views 1 June 2022 Over 300 people answered."
    );
    assert_eq!(
        ada.section("Timeline"),
        "Timeline 23 August 2022 A debate was scheduled for Monday 12th September 2022. \
         22 June 2022 Reached 100,000 signatures. 22 June 2022 Reached 10,000 signatures. \
         1 June 2022 The Committee asked for views. Read more \
         21 March 2022 The Government responded. Read the response 1 March 2022 Opened for signatures. \
         22 February 2022 Found enough supporters to be checked. 21 February 2022 Created."
    );
}

#[tokio::test]
async fn the_numbers_of_a_page_tell_one_story() {
    let app = TestApp::new().await;
    let petition = eventful(&app).await;
    let id = petition.id;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.see("120,345 signatures");

    let places = ada.table("Where the 120,345 are");
    let [constituencies, countries, not_located] = &places.rows[..] else { panic!("{places:?}") };
    assert_eq!(constituencies[1], "110,000");
    assert_eq!(countries[1], "5,000");
    assert_eq!(*not_located, ["Not located", "5,345"]);
    assert_eq!(places.foot, ["All signatures", "120,345"]);
    let number = |text: &String| text.replace(',', "").parse::<u64>().expect("a number");
    let sum = |rows: &[Vec<String>]| rows.iter().map(|row| number(&row[1])).sum::<u64>();
    assert_eq!(sum(&places.rows), 120_345);
    let listed = ada.table("Signatures by constituency, most first");
    assert_eq!((listed.rows.len(), sum(&listed.rows)), (21, 110_000), "twenty, and the others in one row");
    assert_eq!(listed.foot[..2], ["All constituencies", "110,000"]);
    assert_eq!(sum(&ada.table("Signatures by region").rows), 110_000);
    assert_eq!(sum(&ada.table("Signatures by country").rows), 120_345);
    let weeks = ada.table("Signatures by week, latest first");
    assert_eq!(weeks.rows[0][2], "120,345");
    assert_eq!(sum(&weeks.rows) + number(weeks.foot.last().expect("a foot")), 120_345);

    let history = app.get(&urls::history(&id, "csv")).await.csv();
    assert_eq!(history[0], ["starts_at", "added", "removed", "total"]);
    assert_eq!(history.last().expect("a row")[3], "120345");
    let history = app.get(&urls::history(&id, "json")).await.json();
    let added: u64 = history["rows"].as_array().expect("rows").iter().map(|row| row["added"].as_u64().unwrap()).sum();
    assert_eq!(added + history["before"].as_u64().expect("a count"), 120_345);

    let rows = app.get(&urls::places(&id, "csv")).await.csv();
    assert_eq!(rows[0][..5], ["kind", "code", "name", "signature_count", "population"]);
    let parts = rows[1..].iter().filter(|row| row[0] != "region" && row[1] != "GB");
    assert_eq!(parts.map(|row| number(&row[3])).sum::<u64>(), 120_345);

    let json = app.get(&urls::petition_json(&id)).await.json();
    assert_eq!(json["data"]["attributes"]["signature_count"], 120_345);
    assert_eq!(app.get(&urls::count_json(&id)).await.json()["signature_count"], 120_345);
}

#[tokio::test]
async fn the_front_page_has_the_signatures_of_today_beside_those_of_yesterday() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit("/").await.see("Nobody has signed yet today.");
    assert!(ada.page().select("svg.day").is_empty());

    // Counted once a minute: another site has counted nothing yet.
    let app = TestApp::new().await;
    for (action, today) in [("Plant trees", 240), ("Plant hedges", 60)] {
        app.petition()
            .action(action)
            .opened(at("2022-08-17T09:00:00Z"))
            .counted(at("2022-08-19T23:00:00Z"), 400)
            .counted(at("2022-08-20T22:00:00Z"), 446)
            .counted(at("2022-08-20T23:00:00Z"), 456)
            .counted(app.now, 456 + today)
            .signatures(456 + today)
            .create()
            .await;
    }
    let mut ada = app.visitor();
    ada.visit("/").await.see("300 signatures so far today; yesterday there were 84 by this time.");
    let table = ada.table("Signatures by hour, today and yesterday");
    assert_eq!(table.rows.len(), 21, "each hour since midnight in London: it is 9 pm");
    assert_eq!(table.foot, ["By this time", "300", "84"]);
    let sum = |column: usize| table.rows.iter().map(|row| row[column].parse::<u64>().expect("a number")).sum::<u64>();
    assert_eq!((sum(1), sum(2)), (300, 84));
    assert_eq!(ada.page().select("svg.day").len(), 1);
    ada.see("All petitions together, counted at 21:00 on 21 August 2022.");
}

#[tokio::test]
async fn what_was_taken_out_is_marked_in_the_chart() {
    let app = TestApp::new().await;
    let petition = app
        .petition()
        .opened(at("2022-08-01T09:00:00Z"))
        .counted(at("2022-08-10T12:00:00Z"), 1_500)
        .counted(at("2022-08-10T13:00:00Z"), 900)
        .signatures(1_000)
        .debate_on(day("2022-08-20"))
        .create()
        .await;
    app.sql(
        "insert into removals (petition_id, day, reason, signatures)
         select id, '2022-08-10', 'invalidated', 600 from petitions",
    )
    .await
    .expect("a line");
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    let marks = ada.page().texts("ol.events li");
    assert_eq!(
        marks,
        [
            "Opened for signatures on 1 August 2022",
            "600 signatures were removed as suspected fraud on 10 August 2022",
            "Day set for the debate on 20 August 2022"
        ]
    );
    assert_eq!(ada.page().select("svg.chart g.event").len(), 3);
    let file = app.get(&urls::history(&petition.id, "svg")).await;
    assert_eq!(file.text().matches("<circle").count(), 3);
}

#[tokio::test]
async fn every_range_of_the_chart_adds_up() {
    let app = TestApp::new().await;
    let petition = eventful(&app).await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    for (range, word, caption) in [
        ("24 hours", "24h", "Signatures by hour, latest first"),
        ("7 days", "7d", "Signatures by day, latest first"),
        ("30 days", "30d", "Signatures by day, latest first"),
        ("All", "all", "Signatures by week, latest first"),
    ] {
        ada.follow(range).await;
        assert_eq!(ada.path(), format!("{}?range={word}", petition.url()));
        assert_eq!(ada.page().texts("nav [aria-current='true']"), ["Petitions", range, "Signatures"]);
        let rows = ada.table(caption).rows;
        assert_eq!(rows[0][2], "120,345");
        if word == "24h" {
            let added: u64 = rows.iter().map(|row| row[1].parse::<u64>().expect("a number")).sum();
            assert_eq!(added.to_string(), ada.fact("Last 24 hours"));
        }
    }
    ada.visit(&format!("{}?range=week", petition.url())).await.see("The range of the chart is 24h, 7d, 30d or all.");
    assert_eq!(ada.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn counts_that_fell_are_shown_as_removed() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(5_000).counted(at("2022-08-10T20:00:00Z"), 5_400).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.see("5,000 signatures");
    let table = ada.table("Signatures by week, latest first");
    assert_eq!(table.head, ["Week", "Added", "Removed", "Total"]);
    let of =
        |column: usize| table.rows.iter().map(|row| row[column].replace(',', "").parse::<i64>().unwrap()).sum::<i64>();
    assert_eq!(of(1) - of(2) + 6, 5_000);
    assert_eq!(of(2), 400);
}

#[tokio::test]
async fn nothing_is_hidden_from_those_without_javascript() {
    let app = TestApp::new().await;
    let petition = eventful(&app).await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    let page = ada.page();
    assert_eq!(page.select("script").len(), 2, "that of every page, and that of charts");
    assert_eq!(page.select("link[rel='stylesheet']").len(), 1, "one stylesheet");
    assert!(page.select("noscript").is_empty(), "nothing to say to them");
    let bytes = page.source.len();
    assert!(bytes < 60_000, "{bytes} bytes are more than 60 kB");
    for name in ["E-mail", "WhatsApp", "Facebook", "X"] {
        let link = page.link(name);
        assert!(link.contains(&*format!("petitions%2F{}", petition.id)), "{link}");
    }
}

#[tokio::test]
async fn before_there_are_signatures_nothing_is_made_up() {
    let app = TestApp::new().await;
    let opened = app.now - jiff::SignedDuration::from_mins(30);
    let petition = app.petition().opened(opened).signatures(1).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.see("1 signature").dont_see("1 signatures");
    ada.see("0% of the 10,000 needed for a government response");
    assert_eq!(ada.fact("Last 24 hours"), "1", "it is not older");
    let growth = &app.get(&urls::petition_json(&petition.id)).await.json()["data"]["attributes"]["growth"];
    assert_eq!(growth["last_24_hours"], 1, "{growth}");
    let terms: Vec<String> = ada.page().facts().into_iter().map(|(term, _)| term).collect();
    assert!(!terms.contains(&"Estimated final signatures".to_owned()), "{terms:?}");
    ada.section("Where people signed");
    ada.see("All signatures come from the United Kingdom. From which of its constituencies is not known.");

    let nobody = app.petition().signatures(0).create().await;
    ada.visit(&nobody.url()).await.see("0 signatures").see("Nobody has signed yet.");
}

#[tokio::test]
async fn a_petition_that_waits_for_its_response_says_since_when() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(12_000).reached_thresholds(43).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    assert_eq!(ada.fact("Government response"), "Waiting for 43 days, since 9 July 2022");
    ada.see("It has been waiting for 43 days.");
    assert_eq!(ada.fact("Debate"), "Not yet due");
    ada.see("12% of the 100,000 needed for a debate in Parliament");
}

#[tokio::test]
async fn a_petition_that_waits_for_its_debate_says_so() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(101_000).reached_thresholds(1).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    assert_eq!(ada.fact("Debate"), "Waiting for 1 day, since 20 August 2022");
    ada.see("It has been waiting for 1 day.").see("No date has been set yet.");
}

#[tokio::test]
async fn what_came_of_the_debate() {
    let app = TestApp::new().await;
    let held = Debate {
        debated: true,
        debated_on: Some(day("2022-07-04")),
        overview: Some("Members agreed that **trees** matter.".to_owned()),
        transcript_url: Some("https://example.org/transcript".to_owned()),
        video_url: Some("https://example.org/video".to_owned()),
        debate_pack_url: Some("javascript:alert(1)".to_owned()),
        ..Debate::default()
    };
    let debated = app
        .petition()
        .signatures(130_000)
        .reached_thresholds(90)
        .debate_on(day("2022-07-04"))
        .debated(held, at("2022-07-05T10:00:00Z"))
        .create()
        .await;
    let mut ada = app.visitor();
    ada.visit(&debated.url()).await;
    assert_eq!(ada.fact("Debate"), "Debated on Monday 4th July 2022");
    ada.see("Parliament debated this petition on Monday 4th July 2022").see("Members agreed that trees matter.");
    assert_eq!(ada.page().link("Watch the debate"), "https://example.org/video");
    assert_eq!(ada.page().link("Read the transcript"), "https://example.org/transcript");
    ada.dont_see("Read the briefing");

    let refused = Debate { debated: false, overview: Some("It was debated before.".to_owned()), ..Debate::default() };
    let not_debated = app
        .petition()
        .signatures(130_000)
        .reached_thresholds(90)
        .debated(refused, at("2022-07-05T10:00:00Z"))
        .create()
        .await;
    ada.visit(&not_debated.url()).await;
    assert_eq!(ada.fact("Debate"), "Parliament decided not to debate it");
    ada.see("Parliament decided not to debate this petition.").see("It was debated before.");

    let just_held =
        app.petition().signatures(130_000).reached_thresholds(90).debate_on(day("2022-08-20")).create().await;
    ada.visit(&just_held.url()).await;
    assert_eq!(ada.fact("Debate"), "Outcome not recorded yet it was scheduled for Saturday 20th August 2022");
    ada.see("The debate was scheduled for Saturday 20th August 2022; its outcome is not recorded yet.");
    ada.dont_see("Parliament debated").dont_see("Debated");
}

#[tokio::test]
async fn a_closed_petition_can_no_longer_be_signed() {
    let app = TestApp::new().await;
    let petition = app.petition().closed(30).signatures(8_000).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.see("8,000 signatures");
    ada.see("This petition closed on 22 July 2022. It can no longer be signed.").dont_see("Sign this petition");
    assert_eq!(ada.fact("Status"), "Closed");
    assert_eq!(ada.fact("Closed"), "Friday 22nd July 2022");
    assert_eq!(ada.fact("Final signatures"), "8,000");
    ada.dont_see("Wilhelmina Oakes").dont_see("in the last 24 hours").dont_see("(so far)");
    let json = app.get(&urls::petition_json(&petition.id)).await.json();
    assert!(json["data"]["attributes"]["creator_name"].is_null(), "creators are named while a petition is open");

    ada.visit(&urls::sign(&petition.id)).await.see("Its deadline has passed.");
    assert_eq!(ada.heading(), "This petition is closed for signatures");
}

#[tokio::test]
async fn a_petition_whose_deadline_has_just_passed_cannot_be_signed() {
    let app = TestApp::new().await;
    let petition = app.petition().open_until(day("2022-08-20")).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.dont_see("Sign this petition");
    assert_eq!(ada.fact("Signature deadline"), "Saturday 20th August 2022 passed");
    ada.visit(&urls::sign(&petition.id)).await.see("Its deadline has passed.");
}

#[tokio::test]
async fn a_rejected_petition_gives_the_reason_and_no_count() {
    let app = TestApp::new().await;
    let petition = app
        .petition()
        .signatures(17)
        .rejected("duplicate")
        .change(|record| record.rejection.as_mut().expect("one").details = "See [the other](/petitions/1).".to_owned())
        .create()
        .await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.dont_see("17").dont_see("Wilhelmina Oakes");
    assert_eq!(ada.page().texts(".action .tag"), ["Rejected"]);
    assert_eq!(ada.fact("Reason"), "Duplicate petition");
    assert_eq!(ada.fact("Rejected"), "Friday 19th August 2022");
    ada.see("Why this petition was rejected").see("Duplicate petition. There is already a petition about this.");
    assert_eq!(ada.page().link("the other"), "/petitions/1");
    let page = ada.page();
    assert!(page.select("progress, svg[role='img'], table").is_empty(), "{page:?}");
    assert!(!page.source.contains("17 signature"));
    for path in [urls::count_json(&petition.id), urls::history(&petition.id, "csv"), urls::places(&petition.id, "csv")]
    {
        assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    ada.visit(&urls::sign(&petition.id)).await.see("It was rejected.");
}

#[tokio::test]
async fn petitions_before_publication_have_a_page_that_does_not_name_them() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    for (state, signatures, page, words) in [
        (PetitionState::Pending, 0, "gathering-support", "This one needs 5 more."),
        (PetitionState::Validated, 3, "gathering-support", "This one needs 3 more."),
        (PetitionState::Validated, 5, "gathering-support", "This one needs one more."),
        (PetitionState::Sponsored, 9, "moderation-info", "8 people have already supported it."),
        (PetitionState::Flagged, 6, "moderation-info", "usually publish within 7 days"),
    ] {
        let petition = app.petition().signatures(signatures).state(state).create().await;
        ada.visit(&petition.url()).await.see(words).see("You cannot sign it yet.");
        assert_eq!(ada.redirects, [petition.url()]);
        assert_eq!(ada.path(), format!("{}/{page}", petition.url()));
        assert_eq!(ada.status(), StatusCode::OK);
        assert_eq!(ada.header("cache-control"), "no-store");
        let page = ada.page();
        assert!(!page.source.contains("Plant a tree") && !page.source.contains("Wilhelmina"), "{page:?}");
        assert_eq!(page.select("meta[name='robots'][content='noindex']").len(), 1);
        let json = app.get(&urls::petition_json(&petition.id)).await;
        assert_eq!(json.status, StatusCode::NOT_FOUND);
        assert!(!json.text().contains("Plant a tree"));
        ada.visit(&urls::sign(&petition.id)).await.see(words);
    }
}

#[tokio::test]
async fn a_petition_that_was_published_moves_on_from_its_holding_page() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut ada = app.visitor();
    for path in [urls::gathering_support(&petition.id), urls::moderation_info(&petition.id)] {
        ada.visit(&path).await.see("Plant a tree in every street");
        assert_eq!(ada.path(), petition.url());
    }
}

#[tokio::test]
async fn stopped_hidden_and_removed_petitions() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    for (state, status, words) in [
        (PetitionState::Stopped, StatusCode::OK, "Parliament was dissolved before this petition could be published."),
        (PetitionState::Dormant, StatusCode::NOT_FOUND, "Page not found"),
        (PetitionState::Hidden, StatusCode::NOT_FOUND, "Page not found"),
        (PetitionState::Removed, StatusCode::GONE, "This petition was removed"),
    ] {
        let petition = app.petition().state(state).create().await;
        ada.visit(&petition.url()).await.see(words).dont_see("Plant a tree").dont_see("Wilhelmina Oakes");
        assert_eq!(ada.status(), status, "{state:?}");
        assert_eq!(ada.header("cache-control"), "no-store");
        for path in [
            urls::petition_json(&petition.id),
            urls::count_json(&petition.id),
            urls::history(&petition.id, "svg"),
            urls::places(&petition.id, "json"),
            urls::gathering_support(&petition.id),
            urls::sign(&petition.id),
        ] {
            let answer = app.get(&path).await;
            assert!(!answer.status.is_success(), "{path}: {}", answer.status);
            assert!(!answer.text().contains("Plant a tree"), "{path}");
        }
    }
    ada.visit("/petitions/1").await.see("Page not found").fill("Search petitions", "trees").press("Search").await;
    assert_eq!(ada.path(), "/petitions?q=trees");
}

#[tokio::test]
async fn a_petition_of_another_service_says_where_it_is_from() {
    let app = TestApp::new().await;
    let petition = app
        .petition()
        .imported(700_001)
        .change(|record| record.dates.updated_at = at("2022-08-20T09:15:00Z"))
        .create()
        .await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.see("As at 10:15:00 on 20 August 2022, as published by another service");
    assert_eq!(ada.page().link("another service"), "https://petitions.example.org/petitions/700001");
    ada.follow("Sign this petition").await.see("Its signatures are collected where it was published.");
    assert_eq!(ada.page().link("See it where it was published"), "https://petitions.example.org/petitions/700001");
}

#[tokio::test]
async fn what_people_write_stays_text() {
    let app = TestApp::new().await;
    let evil = "<script>alert(1)</script> & <b>\"bold\"</b> 'x'";
    let petition = app
        .petition()
        .action("Ban <img src=x onerror=alert(1)>")
        .background(evil)
        .details("https://example.org/?a=1&b=\"2\" javascript:alert(1)")
        .creator("</dd><script>alert(2)</script>")
        .answered(
            day("2022-06-01"),
            "Department <of> \"Things\"",
            "<u>No</u>.",
            "<script>alert(3)</script> [x](javascript:alert(4)) ![y](https://example.org/y.png) <style>*{}</style>",
        )
        .activity(day("2022-06-02"), "<i>Subject</i>", "<iframe src=//example.org></iframe>")
        .change(|record| record.committee_note = "<svg onload=alert(5)> **note**".to_owned())
        .create()
        .await;
    let mut ada = app.visitor();
    let answer = app.get(&petition.url()).await;
    assert!(
        !answer.text().contains("<script>alert")
            && !answer.text().contains("<img")
            && !answer.text().contains("<iframe")
    );
    let html = scraper::Html::parse_document(answer.text());
    assert!(html.errors.is_empty(), "{:?}", html.errors);
    for wrong in ["[onerror]", "[onload]", "main script", "main style", "iframe", "img", "a[href^='javascript']"] {
        let selector = scraper::Selector::parse(wrong).expect("a selector");
        assert!(html.select(&selector).next().is_none(), "{wrong}");
    }
    let words = squeeze(&html.root_element().text().collect::<String>());
    assert!(words.contains(evil), "{words}");

    ada.visit("/petitions").await.see("Ban <img src=x onerror=alert(1)>");
    ada.visit("/").await.see("<u>No</u>.");
}

#[tokio::test]
async fn a_telephone_can_put_the_site_among_its_programs() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit("/").await;
    let link = ada.page().select("link[rel=manifest]")[0].attr("href").expect("an address").to_owned();
    let answer = app.get(&link).await;
    assert_eq!(answer.header("content-type"), "application/manifest+json");
    let manifest: serde_json::Value = serde_json::from_str(answer.text()).expect("JSON");
    assert_eq!((&manifest["name"], &manifest["start_url"]), (&"Undersigned".into(), &"/".into()));
    let icon = app.get(manifest["icons"][0]["src"].as_str().expect("an address")).await;
    assert_eq!((icon.status, icon.header("content-type")), (StatusCode::OK, "image/svg+xml"));
    // Its colours are those of the pages.
    let css = app.get(ada.page().select("link[rel=stylesheet]")[0].attr("href").expect("an address")).await;
    for meta in ada.page().select("meta[name=theme-color]") {
        let colour = meta.attr("content").expect("a colour");
        assert!(css.text().contains(&format!("--paper: {colour};")), "{colour}");
    }
    assert_eq!(manifest["theme_color"], *ada.page().select("meta[name=theme-color]")[0].attr("content").expect("one"));
    app.sql("update site set site_name = 'Our Petitions'").await.expect("renamed");
    app.app().live.look(&mut app.db().await).await.expect("settings");
    let renamed = app.get(&link).await;
    assert!(renamed.text().contains("\"name\":\"Our Petitions\""), "{}", renamed.text());
}
