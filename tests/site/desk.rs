//! The desk of staff: what waits, and lists of petitions.

use jiff::SignedDuration;
use undersigned::{
    domain::{desk::DeskFacet, petition::PetitionState, staff::Role},
    urls,
};

use crate::support::{Answer, TestApp, Visitor, day};

#[tokio::test]
async fn whoever_is_not_signed_in_is_asked_to() {
    let app = TestApp::new().await;
    for path in ["/admin", "/admin/petitions", "/admin/petitions.csv", "/admin/petitions/1"] {
        let answer = app.get(path).await;
        assert_eq!(answer.status.as_u16(), 303, "{path}");
        assert!(answer.header("location").starts_with("/admin/sign-in"), "{path}");
    }
}

#[tokio::test]
async fn staff_see_the_desk() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Reviewer).await;
    grace.visit("/admin").await.see("Desk").see("Grace Hopper, reviewer").dont_see("Signatures");
}

fn figures(staff: &Visitor) -> Vec<String> {
    staff.page().texts(".waiting li")
}

#[tokio::test]
async fn the_desk_shows_what_waits_and_leads_there() {
    let app = TestApp::new().await;
    app.sql("insert into tags (name) values ('urgent')").await.expect("a tag");
    for days in [1, 6, 8, 12, 15, 40] {
        let waits = app.petition().state(PetitionState::Sponsored).without_history();
        let since = app.now - SignedDuration::from_hours(24 * days);
        waits.change(|record| record.dates.moderation_threshold_reached_at = Some(since)).create().await;
    }
    app.sql("insert into petition_tags select max(id), (select id from tags) from petitions").await.expect("tagged");
    app.petition().signatures(12_000).reached_thresholds(43).create().await;
    app.petition().signatures(120_000).reached_thresholds(20).create().await;
    app.petition().signatures(130_000).reached_thresholds(20).debate_on(day("2022-08-01")).create().await;
    app.sql("insert into outbox (kind, signature_id, created_at, due_at, given_up_at) values ('already_signed', 1, now(), now(), now())")
        .await
        .expect("a mail");
    let mut root = app.staff(Role::Sysadmin).await;
    root.visit("/admin").await;
    assert_eq!(
        figures(&root),
        [
            "6 in moderation 5 without a tag",
            "2 for up to 7 days 2 without a tag",
            "1 for 7 to 11 days 1 without a tag",
            "1 for 11 to 14 days 1 without a tag",
            "2 for over 14 days 1 without a tag",
            "5 in moderation without a tag 1 with one",
            "0 flagged Counted above as well",
            "3 waiting for a government response The longest for 43 days",
            "1 debate to schedule The longest for 20 days",
            "1 debate without an outcome Their day is over",
            "0 signatures in quarantine Confirmed, and not counted until somebody has looked",
            "1 mails given up All other mail leaves in time",
            "No postcodes are known Nobody’s constituency is known before they are imported, with undersigned import postcodes",
        ]
    );
    for (link, number) in [
        ("6 in moderation", 6),
        ("2 for up to 7 days", 2),
        ("1 for 7 to 11 days", 1),
        ("2 for over 14 days", 2),
        ("5 in moderation without a tag", 5),
        ("3 waiting for a government response", 3),
        ("1 debate to schedule", 1),
        ("1 debate without an outcome", 1),
    ] {
        root.visit("/admin").await.follow(link).await;
        assert_eq!(root.page().select("tbody tr").len(), number, "{link}");
    }
    root.visit("/admin").await.follow("No postcodes are known").await.see("Postcodes are not known yet,");
    app.sql("insert into postcodes (code, area_id, terminated) values ('JE23AB', null, false)").await.expect("one");
    root.visit("/admin/site/places").await.dont_see("Postcodes are not known yet").see("renews it.");
    root.visit("/admin").await.dont_see("postcodes are known");
    root.visit("/admin").await.follow("1 mails given up").await;
    assert_eq!(root.path(), urls::admin::site_outbox());
    root.visit("/admin/petitions?state=overdue_in_moderation").await.see("Waiting for 40 days").see("urgent");
    // Longest waiting first.
    assert!(root.page().texts("tbody tr")[0].contains("40 days"));
}

#[tokio::test]
async fn every_list_has_as_many_petitions_as_it_says() {
    let app = TestApp::sample().await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit("/admin/petitions").await;
    for facet in DeskFacet::ALL {
        grace.visit(&urls::admin::desk_list(facet)).await;
        assert_eq!(grace.heading(), facet.title());
        let facets = grace.page().texts(".facets a");
        let said = facets.iter().find_map(|words| words.strip_prefix(facet.title())?.trim().parse::<usize>().ok());
        let mut listed = grace.page().select("tbody tr").len();
        if listed == 50 {
            grace.follow("Next page").await;
            listed += grace.page().select("tbody tr").len();
        }
        assert_eq!(said, Some(listed), "{}", facet.title());
    }
}

#[tokio::test]
async fn petitions_are_found_by_number_words_tag_topic_department_and_creator() {
    let app = TestApp::new().await;
    let trees = app.petition().action("Plant a tree in every street").topic("trees").create().await;
    let dogs = app
        .petition()
        .action("Fund guide dogs")
        .background("For all.")
        .details("Now.")
        .state(PetitionState::Sponsored)
        .supported("Ada Lovelace", "a.da+dogs@gmail.com", 5)
        .create()
        .await;
    app.sql("insert into tags (name) values ('urgent'); insert into petition_tags select max(p.id), max(t.id) from petitions p, tags t")
        .await
        .expect("tagged");
    app.sql("insert into departments (name) values ('Defra'); insert into petition_departments select min(p.id), max(d.id), 1 from petitions p, departments d")
        .await
        .expect("a department");
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit("/admin").await.fill("Find a petition by its number or its words", &format!("#{}", dogs.id));
    grace.press("Search").await;
    assert_eq!(grace.path(), urls::admin::petition(&dogs.id));

    let found = async |grace: &mut Visitor| {
        let rows = grace.page().texts("tbody tr td:nth-child(1)");
        rows.join(" ")
    };
    for (label, words, wanted) in [
        ("Number or words", "guid dog", &dogs),
        ("Number or words", "street TREE", &trees),
        ("Creator’s name", "lovel", &dogs),
        ("Creator’s name", "LO", &dogs),
        ("Creator’s name", "a", &dogs),
        ("Tag", "urgent", &dogs),
        ("Topic", "Trees", &trees),
        ("Department", "Defra", &trees),
        ("List", "In moderation", &dogs),
    ] {
        grace.visit("/admin/petitions").await.fill(label, words).press("Search").await;
        assert_eq!(found(&mut grace).await, wanted.id.to_string(), "{label} {words}");
    }
    grace.visit("/admin/petitions").await.fill("Number or words", "nothing like it").press("Search").await;
    grace.see("No petitions").see("Nothing is in this list with these filters.");
    grace.visit("/admin/petitions").await.fill("Creator’s name", "%").press("Search").await.see("No petitions");
    grace.visit("/admin/petitions").await.fill("Creator’s name", "ce").press("Search").await.see("No petitions");

    grace.visit("/admin/petitions").await.fill("Email address of the creator", "ADA@gmail.com").press("Find").await;
    assert_eq!(found(&mut grace).await, dogs.id.to_string(), "in any way of writing it");
    assert!(!grace.path().contains('@') && !grace.path().to_lowercase().contains("gmail"), "{}", grace.path());
    grace
        .visit("/admin/petitions")
        .await
        .fill("Email address of the creator", "supporter1@example.org")
        .press("Find")
        .await;
    grace.see("No petitions created with that email address.");
    grace.visit("/admin/petitions").await.fill("Email address of the creator", "nobody").press("Find").await;
    assert_eq!((grace.status().as_u16(), grace.field("Email address of the creator").as_str()), (422, "nobody"));
}

#[tokio::test]
async fn lists_come_fifty_at_a_time_and_as_a_whole() {
    let app = TestApp::new().await;
    let danger = app.petition().action("=HYPERLINK(\"x\")").creator("Ada, \"the\" first").create().await;
    for number in 0..59 {
        app.petition().action(&format!("Petition {number}")).without_history().create().await;
    }
    let supported =
        app.petition().state(PetitionState::Sponsored).supported("Ida Rhodes", "ida@example.org", 5).create().await;
    let mut grace = app.staff(Role::Reviewer).await;
    grace.visit("/admin/petitions?state=open").await.see("60 petitions.");
    assert_eq!(grace.page().select("tbody tr").len(), 50);
    grace.follow("Next page").await.see("Page 2");
    assert_eq!(grace.page().select("tbody tr").len(), 10);
    grace.follow("Previous page").await;
    assert_eq!(grace.page().select("tbody tr").len(), 50);
    grace.follow("Signatures").await;
    assert_eq!(grace.field("Order"), "signatures");
    grace.visit("/admin/petitions?state=open&page=900").await.see("The list ends before this page.");

    let moderator = app.staff(Role::Moderator).await;
    let cookie = format!("staff={}", moderator.cookie("staff").expect("a session"));
    let file = |path: &'static str| Answer::to(app.request(reqwest::Method::GET, path).header("cookie", &cookie));
    let answer = file("/admin/petitions.csv?state=open").await;
    assert_eq!(answer.header("access-control-allow-origin"), "", "nobody else’s scripts read it");
    let rows = answer.csv();
    assert_eq!(rows.len(), 61);
    let column = |name: &str| rows[0].iter().position(|head| head == name).expect("a column");
    let row = rows.iter().find(|row| row[0] == danger.id.to_string()).expect("the petition");
    assert_eq!(row[column("action")], "'=HYPERLINK(\"x\")", "no formula");
    assert_eq!(row[column("creator_name")], "Ada, \"the\" first");
    assert_eq!((row[column("state")].as_str(), row[column("signature_count")].as_str()), ("open", "120"));
    let rows = file("/admin/petitions.csv?state=in_moderation").await.csv();
    assert_eq!(
        (rows.len(), rows[1][0].as_str(), rows[1][3].as_str()),
        (2, &*supported.id.to_string(), "ida@example.org")
    );
    // As browsers ask for it.
    for encoding in ["gzip", "br", "gzip, deflate, br, zstd"] {
        let request = app.request(reqwest::Method::GET, "/admin/petitions.csv?state=all").header("cookie", &cookie);
        let packed = Answer::to(request.header("accept-encoding", encoding)).await;
        assert!(!packed.header("content-encoding").is_empty() && packed.body.len() > 500, "{encoding}");
    }
    assert_eq!(app.ask("select count(*) from audit_log where act = 'petitions.export'").await, "5");
    let reviewer = format!("staff={}", grace.cookie("staff").expect("a session"));
    let request = app.request(reqwest::Method::GET, "/admin/petitions.csv?state=in_moderation");
    let rows = Answer::to(request.header("cookie", &reviewer)).await.csv();
    assert_eq!((rows.len(), rows[1][3].as_str()), (2, ""), "a reviewer sees no addresses");
}

#[tokio::test]
async fn lists_are_sorted_by_signatures_whatever_they_are_filtered_by() {
    let app = TestApp::new().await;
    let mut ids = Vec::new();
    for (number, count) in [30, 10, 20].into_iter().enumerate() {
        let petition = app.petition().action(&format!("Plant {number} trees")).signatures(count).topic("trees");
        ids.push(petition.create().await.id.to_string());
    }
    let refused = app.petition().action("Plant a tree on the moon").rejected("no-action").create().await.id.to_string();
    let mut grace = app.staff(Role::Reviewer).await;
    for (query, wanted) in [
        ("state=open", vec![&ids[0], &ids[2], &ids[1]]),
        ("state=rejected", vec![&refused]),
        ("q=plant&state=open", vec![&ids[0], &ids[2], &ids[1]]),
        ("topic=trees", vec![&ids[0], &ids[2], &ids[1]]),
        ("topic=trees&q=1", vec![&ids[1]]),
        ("topic=trees&page=2", vec![]),
        ("state=hidden", vec![]),
    ] {
        grace.visit(&format!("/admin/petitions?order=signatures&{query}")).await;
        let listed = grace.page().texts("tbody tr td:nth-child(1)");
        assert_eq!(listed.iter().collect::<Vec<_>>(), wanted, "{query}");
    }
    grace.visit("/admin/petitions?order=signatures&topic=trees&page=2").await.see("3 petitions.");
}

#[tokio::test]
async fn of_what_thousands_have_the_first_are_listed_and_the_page_says_so() {
    let app = TestApp::new().await;
    app.sql(
        "insert into petitions (state, action, created_at, updated_at, rejected_at)
         select 'rejected', 'Plant tree ' || n, now(), now(), now() from generate_series(1, 5001) n",
    )
    .await
    .expect("petitions");
    let mut grace = app.staff(Role::Reviewer).await;
    for query in ["q=tree&state=rejected", "q=tree&order=newest", "q=tree&order=signatures"] {
        let list = grace.visit(&format!("/admin/petitions?{query}&page=99")).await;
        list.see("More than 5,000 petitions; the first 5,000 are listed here.");
        grace.follow("Next page").await.see("Page 100").dont_see("Next page");
        assert_eq!(grace.page().select("tbody tr").len(), 50, "{query}");
        grace.visit(&format!("/admin/petitions?{query}&page=101")).await.see("The list ends before this page.");
    }
    let list = grace.visit("/admin/petitions?state=rejected&order=signatures&page=100").await;
    list.see("5,001 petitions; the first 5,000 are listed here.").dont_see("Next page");
    grace.visit("/admin/petitions?state=rejected&page=101").await.see("5,001 petitions.");
    assert_eq!(grace.page().select("tbody tr").len(), 1, "a list as it is has no such end");
    app.sql("delete from petitions where id = (select max(id) from petitions)").await.expect("one less");
    grace.visit("/admin/petitions?q=tree").await.see("5,000 petitions.");
}

#[tokio::test]
async fn strange_addresses_of_lists_are_taken_as_well_as_can_be() {
    let app = TestApp::new().await;
    app.petition().create().await;
    let mut grace = app.staff(Role::Reviewer).await;
    for query in [
        "state=nonsense",
        "page=-1",
        "page=99999999999999999999",
        "tag=x",
        "tag=99999999999",
        "order=x",
        "topic=%27",
        "department=-3",
        "address=zz.ff",
        "q=%27%22%3A%2A%20%26%20%7C",
        "q=99999999999999999999",
    ] {
        assert_eq!(grace.visit(&format!("/admin/petitions?{query}")).await.status(), 200, "{query}");
    }
}

#[tokio::test]
async fn pages_far_down_go_on_where_the_one_before_ended() {
    let app = TestApp::new().await;
    app.petition().signatures(3).create().await;
    app.sql(
        "insert into petitions (state, action, background, created_at, updated_at)
         select 'pending', 'A school in street ' || i, '', now(), now() from generate_series(1, 1060) i",
    )
    .await
    .expect("petitions");
    let mut grace = app.staff(Role::Moderator).await;
    let actions = async |grace: &mut Visitor, page: u32| {
        grace.visit(&format!("/admin/petitions?q=school&page={page}")).await.see("1,060");
        grace.page().texts("tbody tr").len()
    };
    let streets = |grace: &Visitor| -> Vec<u32> {
        let rows = grace.page().texts("tbody tr");
        let street = |row: &String| row.split("street ").nth(1)?.split(' ').next()?.parse().ok();
        rows.iter().filter_map(street).collect()
    };
    assert_eq!(actions(&mut grace, 20).await, 50);
    assert_eq!(streets(&grace), (61..=110).rev().collect::<Vec<_>>());
    assert_eq!(actions(&mut grace, 21).await, 50);
    assert_eq!(streets(&grace), (11..=60).rev().collect::<Vec<_>>());
    assert_eq!(actions(&mut grace, 22).await, 10);
    assert_eq!(streets(&grace), (1..=10).rev().collect::<Vec<_>>());
    assert_eq!(actions(&mut grace, 23).await, 0);
    let cookie = format!("staff={}", grace.cookie("staff").expect("a session"));
    let request = app.request(reqwest::Method::GET, "/admin/petitions.csv?q=school").header("cookie", &cookie);
    let rows = Answer::to(request).await.csv();
    assert_eq!(rows.len(), 1_061, "the file has all of them");
    assert!(rows[1..].windows(2).all(|pair| pair[0][0].parse::<i64>().ok() > pair[1][0].parse::<i64>().ok()));
}
