//! Lists that staff keep: departments, topics, tags, rejection reasons; and places from files.

use reqwest::Method;
use undersigned::domain::{petition::PetitionState, staff::Role};

use crate::support::{Answer, TestApp, Visitor};

const FILE: &str = "name,acronym,url\nHome Office,HO,https://www.example.org/ho\nDepartment for Bees,DfB,\n";

#[tokio::test]
async fn entries_are_added_changed_and_removed() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    for (list, one) in
        [("departments", "department"), ("topics", "topic"), ("tags", "tag"), ("reasons", "rejection reason")]
    {
        let coded = matches!(list, "topics" | "reasons");
        grace.visit(&format!("/admin/site/{list}")).await.follow(&format!("New {one}")).await.press("Save").await;
        assert_eq!(grace.status(), 422, "{list}");
        assert_eq!(grace.mistake("Name"), format!("Enter what the {one} is called"));
        grace.fill("Name", "  Bees & <b>wasps</b> ");
        if coded {
            grace.fill("Code", "bees");
        }
        grace.press("Save").await.see(&format!("The {one} “Bees & <b>wasps</b>” is added."));
        // Another of the same name is refused, and what was typed stays.
        grace.follow(&format!("New {one}")).await.fill("Name", "bees & <B>wasps</B>");
        if coded {
            grace.fill("Code", "other");
        }
        grace.press("Save").await;
        assert_eq!(grace.mistake("Name"), format!("Another {one} has this name already; choose another"));
        grace.visit(&format!("/admin/site/{list}")).await.follow("Bees & <b>wasps</b>").await;
        grace.fill("Name", "Hornets").press("Save").await.see("“Hornets” is saved.");
        grace.follow("Hornets").await.press("Remove").await.see(&format!("The {one} is removed.")).dont_see("Hornets");
    }
    let acts = app.ask("select string_agg(act, ' ' order by id) from audit_log where subject = 'tag'").await;
    assert_eq!(acts, "tag.add tag.change tag.remove");
    let (before, after) = (
        app.ask("select before->>'name' from audit_log where act = 'tag.change'").await,
        app.ask("select after->>'name' from audit_log where act = 'tag.change'").await,
    );
    assert_eq!((&*before, &*after), ("Bees & <b>wasps</b>", "Hornets"));
}

#[tokio::test]
async fn what_is_in_use_is_merged_and_not_removed() {
    let app = TestApp::new().await;
    let one = app.petition().topic("water").create().await;
    let two = app.petition().topic("rivers").create().await;
    app.sql("insert into petition_topics (petition_id, topic_code) select petition_id, 'rivers' from petition_topics where topic_code = 'water'").await.expect("both");
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/topics/rivers").await.see("It is used in 2 places, so it cannot be removed.");
    let mut ada = app.visitor();
    ada.visit(&two.url()).await.see("Rivers");
    let name = app.ask("select name from topics where code = 'water'").await;
    grace.press("Merge into it").await;
    assert_eq!(grace.mistake("The one that stays"), "Choose the topic that stays");
    grace.fill("The one that stays", &name).press("Merge into it").await.see("Both are one topic now.");
    assert_eq!(
        app.ask("select string_agg(petition_id || ' ' || topic_code, ', ' order by petition_id) from petition_topics")
            .await,
        format!("{} water, {} water", one.id, two.id)
    );
    tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
    ada.visit(&two.url()).await.see(&format!("About: {name}"));
    grace.visit("/admin/site/topics/rivers").await;
    assert_eq!(grace.status(), 404);
}

#[tokio::test]
async fn a_changed_name_shows_on_petitions_within_a_second() {
    let app = TestApp::new().await;
    let petition = app.petition().topic("water").create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/topics/water").await.fill("Name", "Seas and rivers").press("Save").await;
    tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
    ada.visit(&petition.url()).await.see("About: Seas and rivers");
    ada.visit("/petitions").await.see("Seas and rivers");
}

#[tokio::test]
async fn two_changes_of_an_entry_are_told() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let mut ada = app.colleague(Role::Sysadmin, "Ada Lovelace").await;
    grace.visit("/admin/site/reasons/foi").await;
    ada.visit("/admin/site/reasons/foi").await.tick("Hides the petition").press("Save").await.see("is saved");
    grace.fill("Description", "Ask for it **there**.").press("Save").await;
    assert_eq!(grace.status(), 409);
    assert_eq!(grace.table("What differs").rows.len(), 2);
    assert!(!app.ask("select description from rejection_reasons where code = 'foi'").await.contains("there"));
    grace.press("Save").await.see("is saved");
    grace.visit("/admin/site/reasons/foi").await;
    assert!(grace.section("How it is read").contains("Ask for it there."));
    assert!(!grace.is_ticked("Hides the petition"), "as Grace decided");
}

#[tokio::test]
async fn a_reason_in_use_stays() {
    let app = TestApp::new().await;
    app.petition().state(PetitionState::Rejected).create().await;
    let code = app.ask("select code from rejections").await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(&format!("/admin/site/reasons/{code}")).await.see("It is used in 1 place, so it cannot be removed.");
}

#[tokio::test]
async fn departments_are_imported_after_saying_what_changes() {
    let app = TestApp::new().await;
    app.sql("insert into departments (name, acronym) values ('Home Office', 'HomeOff'), ('Treasury', 'HMT')")
        .await
        .expect("two");
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/departments").await.follow("Import departments").await.press("See what it changes").await;
    assert_eq!(grace.mistake("The file"), "Choose the file, or paste it into the field");
    grace.fill("The file", "nothing\nof use\n").press("See what it changes").await;
    assert!(
        grace.mistake("The file").starts_with("Put this right in the file: line 1: there is no column name"),
        "{}",
        grace.mistake("The file")
    );
    grace.fill("The file", FILE).press("See what it changes").await;
    assert_eq!(
        grace.table("New or changed").rows,
        [["Home Office", "HomeOff", "HO https://www.example.org/ho"], ["Department for Bees", "(new)", "DfB"],]
    );
    assert_eq!(app.ask("select count(*) from departments").await, "2", "nothing has changed yet");
    grace.press("Import").await.see("1 departments are new, 1 were changed.");
    let all = "select string_agg(name || ' ' || acronym, ', ' order by name) from departments";
    assert_eq!(app.ask(all).await, "Department for Bees DfB, Home Office HO, Treasury HMT");
    grace.visit("/admin/site/departments/import").await.fill("The file", FILE).press("See what it changes").await;
    grace.see("Nothing: every department of the file is here already.");
}

#[tokio::test]
async fn constituencies_are_imported_after_saying_what_changes() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let file = "code,name,nation,region,population\nE14001063,Aldershot and Farnborough,England,E12000008,119256\n";
    let name = "select name from areas where code = 'E14001063'";
    grace
        .visit("/admin/site/places")
        .await
        .fill("The file", "code,name\nX1,Nowhere\n")
        .press("See what it changes")
        .await;
    assert_eq!(grace.status(), 422);
    grace.fill("The file", file).press("See what it changes").await;
    grace.see("The file has 1 constituencies on the boundaries of 2024. 1 of them are new or different.");
    let before = app.ask(name).await;
    grace.press("Import").await.see("1 constituencies: 1 were new or different.");
    assert_eq!((before.as_str(), &*app.ask(name).await), ("Aldershot", "Aldershot and Farnborough"));
    assert_eq!(app.ask("select after->>'changed' from audit_log where act = 'areas.import'").await, "1");
}

/// A form with a file, as browsers send it without any script.
async fn send_file(app: &TestApp, staff: &Visitor, path: &str, file: &[u8]) -> Answer {
    let head = "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\npasted,before\r\n--x\r\nContent-Disposition: \
                form-data; name=\"text\"; filename=\"places.csv\"\r\nContent-Type: text/csv\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--x--\r\n"].concat();
    let cookie = staff.cookie("staff").map(|token| format!("staff={token}")).unwrap_or_default();
    let request = app.request(Method::POST, path).header("cookie", cookie).header("sec-fetch-site", "same-origin");
    Answer::to(request.header("content-type", "multipart/form-data; boundary=x").body(body)).await
}

#[tokio::test]
async fn a_file_can_be_chosen_without_javascript() {
    let app = TestApp::new().await;
    let grace = app.staff(Role::Sysadmin).await;
    let import = "/admin/site/departments/import";
    let answer = send_file(&app, &grace, import, FILE.as_bytes()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("Department for Bees"), "the file is taken instead of what is pasted");
    // What spreadsheets write.
    let answer = send_file(&app, &grace, import, b"name,acronym\r\nSwyddfa M\xf4n,SM\r\n").await;
    assert!(answer.text().contains("Swyddfa Môn"), "{}", answer.text());
    let file =
        "\u{feff}code,name,nation,region,population\nE14001063,Aldershot and Farnborough,England,E12000008,119256\n";
    let answer = send_file(&app, &grace, "/admin/site/places", file.as_bytes()).await;
    assert!(answer.text().contains("The file has 1 constituencies"), "{}", answer.text());
    let long = format!("name\n{}", "Department,\n".repeat(420_000));
    let answer = send_file(&app, &grace, import, long.as_bytes()).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("The file has 5,040,005 bytes; 5,000,000 are allowed."));
    assert_eq!(send_file(&app, &grace, import, &vec![b'x'; 13_000_000]).await.status, 413);
    // Elsewhere there are no files, and whoever is not signed in loses nothing of theirs.
    assert_eq!(send_file(&app, &grace, "/admin/site/settings", b"x").await.status, 415);
    let answer = send_file(&app, &app.visitor(), import, FILE.as_bytes()).await;
    assert_eq!(answer.status, 401);
    assert!(answer.text().contains("Department+for+Bees"), "{}", answer.text());
    let broken = app.request(Method::POST, import).header("sec-fetch-site", "same-origin");
    let broken = Answer::to(broken.header("content-type", "multipart/form-data; boundary=x").body("--y")).await;
    assert_eq!(broken.status, 400);
}
