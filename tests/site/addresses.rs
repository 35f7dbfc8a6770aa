//! Every address that pages and feeds can write leads somewhere.

use std::{collections::BTreeSet, fs, path::Path};

use reqwest::{Method, StatusCode};
use undersigned::{
    domain::{
        area::BoundarySet,
        draft::DraftId,
        facet::Facet,
        follow::{FollowId, FollowerId},
        keyring::{FollowPurpose, PetitionPurpose, Purpose},
        petition::PetitionState,
        signature::SignatureId,
    },
    urls,
    web::assets,
};

use crate::support::{Answer, Mailing, Setup, TestApp, TestFolder};

#[tokio::test]
async fn every_function_of_urls_leads_somewhere() {
    let folder = TestFolder::new();
    let app = TestApp::with(Setup { mail: Mailing::Folder(folder.path().to_owned()), ..Setup::default() }).await;
    let petition = app.petition().topic("water").in_constituency("E14001063", "Aldershot", 50).create().await;
    let young = app.petition().state(PetitionState::Validated).supported("Willy", "willy@example.org", 1);
    let young = young.create().await;
    let of = |purpose| app.keyring.petition_token(purpose, young.id);
    let checked = app.petition().signatures(7).state(PetitionState::Sponsored).create().await;
    let id = &petition.id;
    let form = "name=Ada&email=ada%40example.org&country=FR&resident=1&updates=1";
    let kind = "application/x-www-form-urlencoded";
    let sent = Answer::to(app.request(Method::POST, &urls::sign(id)).header("content-type", kind).body(form)).await;
    assert_eq!(sent.header("location"), urls::thank_you(id));
    let signature =
        SignatureId::from(app.ask("select max(id) from signatures").await.parse::<i64>().expect("a number"));
    let form = "stage=save&go=keep&email=ada%40example.org";
    let saved =
        Answer::to(app.request(Method::POST, urls::new_petition()).header("content-type", kind).body(form)).await;
    assert_eq!(saved.header("location"), urls::draft_saved());
    let draft = DraftId(app.ask("select id from petition_drafts").await.parse().expect("a number"));
    let form =
        "stage=check&go=send&resident=yes&action=Plant+trees&background=b&name=Ada&country=FR&email=a%40example.org";
    let sent =
        Answer::to(app.request(Method::POST, urls::new_petition()).header("content-type", kind).body(form)).await;
    assert_eq!(sent.header("location"), urls::petition_sent());
    let creator = app.ask(
        "select max(signature_id) from supporters where is_creator and signature_id in
        (select id from signatures where state = 'pending')",
    );
    let creator = SignatureId::from(creator.await.parse::<i64>().expect("a number"));
    let confirm_petition = app.keyring.token(Purpose::Confirm, creator);
    let follow = Answer::to(
        app.request(Method::POST, &urls::follow_topic("water"))
            .header("content-type", kind)
            .body("email=ada%40example.org"),
    );
    assert_eq!(follow.await.status, StatusCode::SEE_OTHER);
    let follow = FollowId(app.ask("select id from follows").await.parse().expect("a number"));
    let follower = FollowerId(app.ask("select id from followers").await.parse().expect("a number"));
    let follow_token = |purpose, number| app.keyring.follow_token(purpose, number);
    app.deliver();
    app.becomes("select count(*) from outbox", "0").await;
    let token = |purpose| app.keyring.token(purpose, signature);
    app.sql("insert into site_pages (slug, title, body, updated_at) values ('own', 'Our own', 'Words', now())")
        .await
        .expect("a page");
    app.sql("update site set version = version").await.expect("told");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let addresses: Vec<(&str, String)> = vec![
        ("home", urls::home().to_owned()),
        ("manifest", urls::manifest().to_owned()),
        ("petitions", urls::petitions().to_owned()),
        ("list", urls::list(Facet::Debated)),
        ("topic", urls::topic("water")),
        ("topics", urls::topics().to_owned()),
        ("follow_petition", urls::follow_petition(id)),
        ("follow_topic", urls::follow_topic("water")),
        ("follow_place", urls::follow_place("ynys-mon")),
        ("confirm_follow", urls::confirm_follow(&follow, &follow_token(FollowPurpose::Confirm, follow.0))),
        ("stop_follow", urls::stop_follow(&follow, &follow_token(FollowPurpose::Stop, follow.0))),
        ("following", urls::following(&follower, &follow_token(FollowPurpose::Manage, follower.0))),
        ("stop_weekly", urls::stop_weekly(&follower, &follow_token(FollowPurpose::Weekly, follower.0))),
        ("petitions_feed", urls::petitions_feed().to_owned()),
        ("petition_feed", urls::petition_feed(id)),
        ("topic_feed", urls::topic_feed("water")),
        ("local_feed", urls::local_feed("ynys-mon", BoundarySet::OF_2024)),
        ("sitemap", urls::sitemap().to_owned()),
        ("sitemap_part", urls::sitemap_part(20)),
        ("sitemap_pages", urls::sitemap_pages().to_owned()),
        ("petition", urls::petition(id)),
        ("petition_json", urls::petition_json(id)),
        ("count_json", urls::count_json(id)),
        ("history", urls::history(id, "csv")),
        ("history", urls::history(id, "json")),
        ("history", urls::history(id, "svg")),
        ("places", urls::places(id, "csv")),
        ("places", urls::places(id, "json")),
        ("places", urls::places(id, "svg")),
        ("all_places", urls::all_places(id)),
        ("local", urls::local().to_owned()),
        ("local_place", urls::local_place("ynys-mon", BoundarySet::OF_2024)),
        ("local_place_all", urls::local_place_all("ynys-mon", BoundarySet::OF_2024)),
        ("local_data", urls::local_data("ynys-mon", false, BoundarySet::OF_2024, "json")),
        ("local_data", urls::local_data("ynys-mon", true, BoundarySet::OF_2024, "csv")),
        ("constituencies", urls::constituencies(BoundarySet::OF_2024)),
        ("constituencies_json", urls::constituencies_json().to_owned()),
        ("card", urls::card(id)),
        ("embed", urls::embed(id)),
        ("share", urls::share(id)),
        ("statistics", urls::statistics().to_owned()),
        ("statistics_data", urls::statistics_data("csv")),
        ("statistics_data", urls::statistics_data("json")),
        ("sign", urls::sign(id)),
        ("thank_you", urls::thank_you(id)),
        ("confirm_signature", urls::confirm_signature(&signature, &token(Purpose::Confirm))),
        ("your_signature", urls::your_signature(&signature, &token(Purpose::Manage))),
        ("your_data", urls::your_data(&signature, &token(Purpose::Manage))),
        ("unsubscribe", urls::unsubscribe(&signature, &token(Purpose::Unsubscribe))),
        ("sheet", urls::sheet(id)),
        ("support", urls::support(&young.id, &of(PetitionPurpose::Support))),
        ("support_thanks", urls::support_thanks(&young.id, &of(PetitionPurpose::Support))),
        ("creator_page", urls::creator_page(&young.id, &of(PetitionPurpose::Creator))),
        ("lost_link", urls::lost_link(&young.id)),
        ("support_sheet", urls::support_sheet(&young.id, &of(PetitionPurpose::Creator))),
        ("withdraw_petition", urls::withdraw_petition(&young.id, &of(PetitionPurpose::Creator))),
        ("gathering_support", urls::gathering_support(&young.id)),
        ("moderation_info", urls::moderation_info(&checked.id)),
        ("dev_mailbox", urls::dev_mailbox().to_owned()),
        ("dev_mail", urls::dev_mail(1)),
        ("dev_mail_html", urls::dev_mail_html(1)),
        ("api", urls::api().to_owned()),
        ("api_description", urls::api_description().to_owned()),
        ("feedback", urls::feedback().to_owned()),
        ("feedback_thanks", urls::feedback_thanks().to_owned()),
        ("outages", urls::outages().to_owned()),
        ("petitions_of", urls::petitions_of("2000-")),
        ("parliaments_json", urls::parliaments_json().to_owned()),
        ("parliament_json", urls::parliament_json("2000-")),
        ("start", urls::start().to_owned()),
        ("new_petition", urls::new_petition().to_owned()),
        ("petition_sent", urls::petition_sent().to_owned()),
        ("draft_saved", urls::draft_saved().to_owned()),
        ("draft", urls::draft(&draft, &app.keyring.draft_token(draft))),
        ("confirm_petition", urls::confirm_petition(&creator, &confirm_petition)),
        ("help", urls::help().to_owned()),
        ("help_page", urls::help_page("own")),
        ("help_estimates", urls::help_estimates().to_owned()),
        ("privacy", urls::privacy().to_owned()),
        ("accessibility", urls::accessibility().to_owned()),
        ("cookies", urls::cookies().to_owned()),
    ];
    for (function, address) in &addresses {
        assert_eq!(app.get(address).await.status, StatusCode::OK, "urls::{function} gives {address}");
    }
    // Those that only forms are sent to, and one that is reached by confirming.
    let (confirm, manage) = (token(Purpose::Confirm), token(Purpose::Manage));
    let sent = [
        ("confirm_signature", urls::confirm_signature(&signature, &confirm), StatusCode::SEE_OTHER),
        ("not_me", urls::not_me(&signature, &confirm), StatusCode::SEE_OTHER),
        (
            "creator_mails",
            urls::creator_mails(&young.id, &of(PetitionPurpose::Creator)),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "confirm_follow",
            urls::confirm_follow(&follow, &follow_token(FollowPurpose::Confirm, follow.0)),
            StatusCode::SEE_OTHER,
        ),
        (
            "disown_follow",
            urls::disown_follow(&follow, &follow_token(FollowPurpose::Confirm, follow.0)),
            StatusCode::SEE_OTHER,
        ),
        (
            "stop_everything",
            urls::stop_everything(&follower, &follow_token(FollowPurpose::Manage, follower.0)),
            StatusCode::OK,
        ),
        ("withdraw_signature", urls::withdraw_signature(&signature, &manage), StatusCode::OK),
        ("not_my_petition", urls::not_my_petition(&creator, &confirm_petition), StatusCode::OK),
    ];
    let mut functions: Vec<&str> = addresses.iter().map(|(function, _)| *function).collect();
    for (function, address, status) in sent {
        let answer = Answer::to(app.request(Method::POST, &address)).await;
        assert_eq!(answer.status, status, "urls::{function} gives {address}");
        functions.push(function);
        if function == "confirm_signature" {
            let token = app.keyring.token_until(Purpose::Signed, signature, app.now);
            assert_eq!(answer.header("location").split('=').next(), urls::signed(&signature, &token).split('=').next());
            assert_eq!(app.get(&urls::signed(&signature, &token)).await.status, StatusCode::OK);
            functions.push("signed");
        }
    }
    for file in ["site.css", "site.js", "chart.js", "embed.css"] {
        assert_eq!(app.get(&assets::url(file)).await.status, StatusCode::OK, "{file}");
    }

    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/urls.rs")).expect("the addresses");
    let written = source.split("\npub fn ").skip(1).filter_map(|rest| rest.split('(').next());
    let all: BTreeSet<&str> = written.collect();
    assert_eq!(functions.into_iter().collect::<BTreeSet<_>>(), all, "each is asked for");
}

#[tokio::test]
async fn old_ways_of_writing_an_address_lead_to_the_new_one() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut ada = app.visitor();
    ada.visit(&format!("{}.html", petition.url())).await;
    assert_eq!(ada.path(), petition.url());
    let json = app.get(&format!("{}.json", petition.url())).await.json();
    assert_eq!(json["links"]["self"], format!("{}{}", app.url, urls::petition_json(&petition.id)));
}
