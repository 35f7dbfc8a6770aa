//! Related petitions: which they are, when they come and go, and how good they are.

use std::collections::{BTreeMap, HashMap};

use jiff_sqlx::ToSqlx;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sqlx::PgConnection;
use undersigned::{
    actions::relate::{LOCK, Relating},
    domain::{
        likeness::{ALIKE, Index, Terms, Text},
        petition::{PetitionId, PetitionState, Visibility},
        staff::Role,
    },
    store, urls,
};

use crate::{
    likeness::Labelled,
    support::{Created, TestApp},
};

const HEADING: &str = "You may be interested in these active petitions";

/// What a visitor is told is related, on a page that was not made before: each range of the chart is a page of its own.
async fn related(app: &TestApp, petition: &Created, range: &str) -> Vec<String> {
    let mut ada = app.visitor();
    ada.visit(&format!("{}?range={range}", petition.url())).await;
    if !ada.page().sections().iter().any(|section| section == HEADING) {
        return Vec::new();
    }
    ada.page().links_of(HEADING)
}

async fn badgers(app: &TestApp, action: &str, signatures: u32) -> Created {
    app.petition().without_history().action(action).background("").details("").signatures(signatures).create().await
}

#[tokio::test]
async fn a_petition_leads_to_the_open_ones_that_are_most_like_it() {
    let app = TestApp::new().await;
    let main = badgers(&app, "Stop the cull of badgers", 90_000).await;
    let roads = badgers(&app, "Mend the holes in our roads", 500_000).await;
    let mut alike = Vec::new();
    for (action, signatures) in [
        ("Stop the cull of badgers and foxes", 1),
        ("No cull of badgers in the hills of Wales, and mend our roads", 2_000_000),
        ("Vaccinate cattle against bovine tuberculosis", 7),
        ("Badgers: stop it", 0),
        ("Cull fewer badgers in winter", 12),
        ("Stop the cull of badgers on farms", 5),
    ] {
        alike.push(badgers(&app, action, signatures).await);
    }
    let closed = app.petition().without_history().action("Stop the cull of badgers now").closed(20).create().await;
    assert_eq!(related(&app, &main, "24h").await, [""; 0], "nothing was compared yet");
    assert_eq!(app.run_job(LOCK, app.now).await, 9);
    assert_eq!(app.run_job(LOCK, app.now).await, 0, "nothing is left to do");

    let found = related(&app, &main, "7d").await;
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(
        !found.contains(&main.url()) && !found.contains(&roads.url()) && !found.contains(&closed.url()),
        "{found:?}"
    );
    let mut nearest = found[..4].to_vec();
    nearest.sort();
    assert_eq!(nearest, [0, 3, 4, 5].map(|at: usize| alike[at].url()), "those with most in common first");
    assert!(found.contains(&alike[3].url()), "small ones, too: {found:?}");
    assert_eq!(related(&app, &main, "30d").await, found);
    // A petition that is over leads to open ones, too, and another word for the same is found.
    assert_eq!(related(&app, &closed, "all").await.len(), 5);
    assert!(!related(&app, &alike[2], "all").await.is_empty());
    let mut ada = app.visitor();
    ada.visit(&roads.url()).await.see("2,000,000 signatures");

    // Compared anew from nothing, by another process, it is the same.
    app.sql("truncate relatings cascade; update relating_basis set method = 'another'; insert into petitions_to_relate (petition_id) select id from petitions")
        .await
        .expect("forgotten");
    assert_eq!(Relating::default().relate(&mut app.db().await).await.expect("related"), 9);
    let again = store::related::find(&mut app.db().await, main.id, app.now).await.expect("found");
    assert_eq!(again.iter().map(|other| urls::petition(&other.id)).collect::<Vec<_>>(), found);
}

#[tokio::test]
async fn what_closes_goes_at_once_and_what_is_new_comes_with_the_job() {
    let app = TestApp::new().await;
    let main = badgers(&app, "Stop the cull of badgers", 90_000).await;
    let mut alike = Vec::new();
    for place in ["farms", "hills", "moors", "heaths", "downs", "fells"] {
        alike.push(badgers(&app, &format!("Stop the cull of badgers on {place}"), 10).await);
    }
    app.run_job(LOCK, app.now).await;
    let before = related(&app, &main, "24h").await;
    assert_eq!(before.len(), 5);

    sqlx::query("update petitions set state = 'closed', closed_at = closes_at where '/petitions/' || id = $1")
        .bind(&before[0])
        .execute(&mut app.db().await)
        .await
        .expect("closed");
    let after = related(&app, &main, "7d").await;
    assert_eq!((after[..4].to_vec(), after.len()), (before[1..].to_vec(), 5), "the sixth takes its place");
    app.run_job(LOCK, app.now).await;
    assert_eq!(related(&app, &main, "30d").await, after);

    let new = badgers(&app, "Stop the cull of badgers!", 0).await;
    assert_eq!(app.run_job(LOCK, app.now).await, 1, "only the new one is compared");
    let with_new = related(&app, &main, "all").await;
    assert_eq!(with_new[0], new.url());
    assert_eq!(related(&app, &new, "24h").await[0], main.url());

    // When its text is changed it is about something else, for both.
    sqlx::query("update petitions set action = 'Lower the tax on tea' where id = $1")
        .bind(new.id.get())
        .execute(&mut app.db().await)
        .await
        .expect("changed");
    app.run_job(LOCK, app.now).await;
    let found = store::related::find(&mut app.db().await, main.id, app.now).await.expect("found");
    assert_eq!(found.iter().map(|other| urls::petition(&other.id)).collect::<Vec<_>>(), after);
    assert_eq!(related(&app, &new, "7d").await, [""; 0]);
    // A deadline that has passed is enough.
    let late = app.now + jiff::SignedDuration::from_hours(24 * 365);
    assert!(store::related::find(&mut app.db().await, main.id, late).await.expect("found").is_empty());
}

#[tokio::test]
async fn staff_and_writers_are_shown_what_there_was_before() {
    let app = TestApp::new().await;
    let words = "Fund more guide dogs for blind people";
    let open = app.petition().action(words).create().await;
    let over =
        app.petition().action("Guide dogs should travel free").background("").details("").closed(20).create().await;
    let refused = app.petition().action("More guide dogs please").rejected("duplicate").create().await;
    let hidden = app
        .petition()
        .action("Guide dogs are for sale")
        .rejected("offensive")
        .state(PetitionState::Hidden)
        .create()
        .await;
    let checked = app
        .petition()
        .action("Train more guide dogs")
        .state(PetitionState::Sponsored)
        .supported("Ada Lovelace", "ada@example.org", 5)
        .create()
        .await;
    app.petition().action("Lower the tax on tea").background("Tea is dear.").details("").create().await;
    app.run_job(LOCK, app.now).await;

    let relating = Relating::default();
    let mut db = app.db().await;
    let text = Text { action: "guide dogs for people who cannot see", ..Text::default() };
    let similar = relating.similar_to_text(&mut db, &text).await.expect("found");
    let mut ids: Vec<PetitionId> = similar.iter().map(|similar| similar.id).collect();
    assert!(similar.is_sorted_by(|a, b| a.likeness >= b.likeness));
    ids.sort();
    assert_eq!(ids, [open.id, over.id, refused.id], "what the public may see");
    let reason = similar.iter().find(|similar| similar.id == refused.id).and_then(|similar| similar.reason.clone());
    assert_eq!(reason.as_deref(), Some("Duplicate petition"));
    assert!(similar.iter().all(|similar| similar.shared[0] == "guide dogs"), "{similar:?}");
    for text in ["", "dogs", "👩‍👩‍👧 🐕", "a b c", "\u{202e}", "the and of"] {
        relating
            .similar_to_text(&mut db, &Text { action: text, background: text, additional_details: text })
            .await
            .expect("no harm");
    }

    // What changes meanwhile in another process is followed.
    app.sql("update petitions set action = 'Lower the tax on coffee' where action like 'Guide dogs should%'")
        .await
        .expect("changed");
    app.run_job(LOCK, app.now).await;
    let similar = relating.similar_to_text(&mut db, &text).await.expect("found");
    assert!(similar.iter().all(|similar| similar.id != over.id));

    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::petition(&checked.id)).await;
    let table = grace.table("Petitions about the same thing, most similar first");
    let rows: Vec<String> = table.rows.iter().map(|row| row.join(" | ")).collect();
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(
        rows.iter().any(|row| row.starts_with(&format!("{words} In both: ")) && row.contains("| Open | 120")),
        "{rows:?}"
    );
    assert!(rows.iter().any(|row| row.contains("Hidden")), "{rows:?}");
    assert!(grace.page().links().contains(&urls::admin::petition(&hidden.id)));
}

/// Whatever happens in whatever order, pages show what comparing all with all gives.
#[tokio::test]
async fn what_pages_show_is_what_comparing_all_with_all_gives() {
    const WORDS: [&str; 24] = [
        "badger", "fox", "hedgehog", "otter", "salmon", "heron", "swift", "owl", "tree", "river", "lake", "hill",
        "moor", "roof", "bridge", "tunnel", "tram", "ferry", "violin", "choir", "poem", "tea", "bread", "cheese",
    ];
    let app = TestApp::new().await;
    let mut db = app.db().await;
    let mut chance = StdRng::seed_from_u64(5);
    let relating = [Relating::default(), Relating::default()];
    for step in 0..220 {
        let words: Vec<&str> =
            (0..chance.random_range(1..7)).map(|_| *WORDS.choose(&mut chance).expect("a word")).collect();
        let words = words.join(" ");
        let id: Option<i64> = sqlx::query_scalar("select id from petitions order by hashint8(id * $1) limit 1")
            .bind(step)
            .fetch_optional(&mut db)
            .await
            .expect("one");
        let sql = match (chance.random_range(0..10), id) {
            (0 | 1, Some(_)) => {
                "update petitions set state = 'closed', closed_at = closes_at where id = $1 and state = 'open' and $2 <> ''"
            }
            (2, Some(_)) => {
                "update petitions set state = 'open', closed_at = null where id = $1 and state = 'closed' and $2 <> ''"
            }
            (3, Some(_)) => "update petitions set action = $2 where id = $1",
            (4, Some(_)) => {
                "update petitions set state = 'removed', removed_at = now(), closed_at = null where id = $1 and $2 <> ''"
            }
            _ => {
                "insert into petitions (state, action, created_at, updated_at, opened_at, closes_at)
                 select 'open', $2, $3, $3, $3, $3 + interval '90 days' where $1::bigint is null or $1 > 0"
            }
        };
        let query = sqlx::query(sql).bind(id).bind(&words);
        let query = if sql.contains("$3") { query.bind(app.now.to_sqlx()) } else { query };
        query.execute(&mut db).await.expect("done");
        if step % 3 == 0 {
            relating[step as usize % 2].relate(&mut db).await.expect("related");
        }
        if step % 20 == 19 {
            relating[0].relate(&mut db).await.expect("related");
            compare(&mut db, app.now).await;
        }
    }
    let shown: i64 =
        sqlx::query_scalar("select count(*) from related_petitions").fetch_one(&mut db).await.expect("a count");
    assert!(shown > 200, "{shown}");
}

async fn compare(db: &mut PgConnection, now: jiff::Timestamp) {
    let rows: Vec<(i64, PetitionState, String)> =
        sqlx::query_as("select id, state, action from petitions").fetch_all(&mut *db).await.expect("petitions");
    let basis = store::related::basis(db).await.expect("a basis");
    let mut index = Index::new(store::related::weights(db, &basis).await.expect("weights"));
    let terms: BTreeMap<i64, Terms> =
        rows.iter().map(|(id, _, action)| (*id, Terms::of(&Text { action, ..Text::default() }))).collect();
    for (id, state, _) in &rows {
        index.put((*id).into(), *state, &terms[id]);
    }
    for (id, state, action) in &rows {
        let expected = match state.visibility() {
            Visibility::Page => {
                index.alike(&terms[id], ALIKE, 5, |other, state| other.get() != *id && state == PetitionState::Open)
            }
            _ => Vec::new(),
        };
        let expected: Vec<i64> = expected.iter().map(|alike| alike.id.get()).collect();
        let shown = store::related::find(&mut *db, (*id).into(), now).await.expect("found");
        let shown: Vec<i64> = shown.iter().map(|other| other.id.get()).collect();
        assert_eq!(shown, expected, "{id}: {action}");
    }
}

/// `cargo bench -- related` compares it with PostgreSQL's own search; it is not to become worse unnoticed.
#[test]
fn related_petitions_are_good() {
    let set = Labelled::texts();
    let judged = set.judge_ours(ALIKE);
    assert!(judged.petitions > 150, "{judged:?}");
    assert!(judged.recall > 0.80 && judged.shown > 0.32, "{judged:?}");
    assert!(judged.precision > 0.5 * judged.best, "{judged:?}");
    let mut subjects: HashMap<&str, usize> = HashMap::new();
    set.0.iter().for_each(|petition| *subjects.entry(&petition.action).or_default() += 1);
    assert!(subjects.values().all(|count| *count == 1), "no text stands there twice");
}
