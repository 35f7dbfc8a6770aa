//! Staff's pages with 200,000 petitions: how long the server takes for each, for one browser at a time.

use std::time::Instant;

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Response,
    header::{ACCEPT_ENCODING, COOKIE},
};
use sqlx::PgPool;
use undersigned::{
    domain::{desk::DeskFacet, threshold::Thresholds},
    store, urls,
};

use super::Fixture;
use crate::{
    crowd::Fared,
    site::Site,
    statistics::{median, milliseconds},
    table::{Table, Wanted},
};

/// How many petitions there are, and of how many words.
const PETITIONS: usize = 200_000;
const WORDS: [usize; 3] = [10, 25, 45];
/// How often each page is asked for.
const TURNS: usize = 60;
/// How often a file is.
const FILES: usize = 5;
/// What a page may take, in milliseconds.
const MOST: f64 = 50.0;
/// The token of the session.
const TOKEN: &str = "a-session-of-the-bench";

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let (mut site, _) = Site::start(&fixture.folder.join("desk")).await?;
    let database = site.database().await?;
    let began = Instant::now();
    fill(&database).await?;
    sign_in(&database).await?;
    table.add(format!("{PETITIONS} petitions and 10,000,000 hours put in"), seconds(began));
    let began = Instant::now();
    let months = sum_months(&database, fixture.now).await?;
    table.add(format!("Signatures of {months} months summed, once"), seconds(began));

    let began = Instant::now();
    make_statistics(&database, fixture.now).await?;
    table.add("Statistics of the site made, by the job", seconds(began));

    let staff = Staff { client: reqwest::Client::new(), site: &site };
    staff.look("Desk", "/admin", table).await?;
    staff.look("Statistics, as everybody sees them", urls::statistics(), table).await?;
    staff.look("The same as JSON", &urls::statistics_data("json"), table).await?;
    for facet in DeskFacet::ALL {
        staff.look(&format!("List: {}", facet.title()), &urls::admin::desk_list(facet), table).await?;
    }
    for (name, query) in [
        ("All petitions, page 4,000", "page=4000"),
        ("Rejected, page 1,500", "state=rejected&page=1500"),
        ("Closed, page 1,400", "state=closed&page=1400"),
        ("Oldest first, page 2,000", "order=oldest&page=2000"),
        ("Most signatures first", "order=signatures"),
        ("Most signatures first, page 4,000", "order=signatures&page=4000"),
        ("Open, most signatures first", "order=signatures&state=open"),
        ("Rejected, most signatures first", "order=signatures&state=rejected"),
        ("Rejected, most signatures first, page 100", "order=signatures&state=rejected&page=100"),
        ("A word of every fifth petition", "q=school"),
        ("The same, page 100", "q=school&page=100"),
        ("The same, most signatures first", "q=school&order=signatures"),
        ("The same, in moderation", "q=school&state=in_moderation"),
        ("The same, rejected", "q=school&state=rejected"),
        ("Two words", "q=school+transport"),
        ("Two words, page 10", "q=school+transport&page=10"),
        ("Four words", "q=people+school+transport+power"),
        ("Two letters", "q=co"),
        ("A word of none", "q=xqzw"),
        ("Creator’s name", "creator=Woodford"),
        ("A common part of creators’ names", "creator=wood"),
        ("Two letters of creators’ names", "creator=wo"),
        ("One letter of creators’ names", "creator=a"),
        ("Creator’s name of none", "creator=zq"),
        ("Creator’s name and a word", "creator=Woodford&q=school"),
        ("A tag", "tag=1"),
        ("A tag, most signatures first", "tag=1&order=signatures"),
        ("A topic", "topic=health"),
        ("A topic, page 100", "topic=health&page=100"),
        ("A topic, open", "topic=health&state=open"),
        ("A department", "department=1"),
        ("A department, waiting for a response", "department=1&state=awaiting_response"),
        ("Tag, word and creator", "tag=1&q=school&creator=wood"),
    ] {
        staff.look(name, &format!("/admin/petitions?{query}"), table).await?;
    }
    for (name, condition) in [
        ("in moderation", "state = 'sponsored'"),
        ("open", "state = 'open'"),
        ("rejected", "state = 'rejected'"),
        ("debated", "debate_outcome_at is not null"),
    ] {
        let sql = format!("select id from petitions where id > 2000000 and {condition} order by id desc limit 1");
        let id: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&database).await?;
        staff.look(&format!("A petition {name}"), &format!("/admin/petitions/{id}"), table).await?;
        if name == "in moderation" {
            staff.look("Rejecting it", &format!("/admin/petitions/{id}/reject"), table).await?;
        }
    }
    staff.look("The outbox", "/admin/site/outbox", table).await?;
    staff.look("Log", "/admin/log", table).await?;
    // Not a list, and rarely looked at: how long it takes is told, nothing is promised.
    let times = staff.times("/admin/site/figures", FILES).await?;
    table.add("Figures by month", format!("{:.0} ms", times.percentile(50.0)));
    for (name, path) in [
        (format!("All {PETITIONS} as a file"), "/admin/petitions.csv"),
        ("Those with a word as a file".to_owned(), "/admin/petitions.csv?q=school"),
    ] {
        staff.fetch(&name, path, table).await?;
    }
    site.process.stop();
    Ok(())
}

/// A member of staff who looks at pages, one after the other.
struct Staff<'a> {
    client: reqwest::Client,
    site: &'a Site,
}

impl Staff<'_> {
    async fn ask(&self, path: &str) -> anyhow::Result<Response> {
        let request = self.client.get(format!("{}{path}", self.site.address)).header(ACCEPT_ENCODING, "identity");
        let answer = request.header(COOKIE, format!("staff={TOKEN}")).send().await?;
        ensure!(answer.url().path() == path.split('?').next().unwrap_or_default(), "{path}: sent away");
        Ok(answer.error_for_status()?)
    }

    /// How long a page takes, so many times.
    async fn times(&self, path: &str, turns: usize) -> anyhow::Result<Fared> {
        let mut times = Vec::new();
        for turn in 0..=turns {
            let began = Instant::now();
            self.ask(path).await?.bytes().await?;
            // The first is not counted: nothing has been read from the disk yet.
            if turn > 0 {
                times.push(milliseconds(began.elapsed()));
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(Fared { done: turns as u64, times, ..Fared::default() })
    }

    async fn look(&self, name: &str, path: &str, table: &mut Table) -> anyhow::Result<()> {
        let times = self.times(path, TURNS).await.with_context(|| name.to_owned())?;
        let [middle, most, nearly_all] = [50.0, 95.0, 99.0].map(|percent| times.percentile(percent));
        let figure = format!("{name} (95th percentile {most:.0} ms, 99th {nearly_all:.0} ms)");
        table.check(figure, middle, 1, " ms", &Wanted::AtMost(MOST));
        Ok(())
    }

    /// A file: until its first bytes are here, and all of them.
    async fn fetch(&self, name: &str, path: &str, table: &mut Table) -> anyhow::Result<()> {
        let (mut first, mut whole, mut size) = (Vec::new(), Vec::new(), 0);
        for _ in 0..FILES {
            let began = Instant::now();
            let mut answer = self.ask(path).await?;
            size = answer.chunk().await?.context("a file is not empty")?.len();
            first.push(milliseconds(began.elapsed()));
            while let Some(chunk) = answer.chunk().await? {
                size += chunk.len();
            }
            whole.push(began.elapsed().as_secs_f64());
        }
        let first = median(first);
        table.check(format!("{name}: its first bytes"), first, 1, " ms", &Wanted::AtMost(MOST));
        let whole = median(whole);
        table.add(format!("{name}: all of it, {} MB", size / 1_000_000), format!("{whole:.1} s"));
        Ok(())
    }
}

fn seconds(began: Instant) -> String {
    format!("{:.0} s", began.elapsed().as_secs_f64())
}

/// What the job of the site does each hour; it has done so before there was anything.
async fn sum_months(database: &PgPool, now: Timestamp) -> anyhow::Result<u64> {
    let mut db = database.acquire().await?;
    sqlx::query("delete from signature_months").execute(&mut *db).await?;
    sqlx::query("update months_summed set until = null").execute(&mut *db).await?;
    let months = store::figures::sum_months(&mut db, now + SignedDuration::from_hours(1)).await?;
    sqlx::query("vacuum analyze signature_months").execute(&mut *db).await?;
    Ok(months)
}

/// What another job does each hour.
async fn make_statistics(database: &PgPool, now: Timestamp) -> anyhow::Result<()> {
    let mut moment = store::snapshot(database).await?;
    let statistics = store::statistics::make(&mut moment, Thresholds::default(), now).await?;
    moment.commit().await?;
    Ok(store::statistics::keep(&mut *database.acquire().await?, &statistics).await?)
}

/// Puts in petitions in all states, and what belongs to them.
async fn fill(database: &PgPool) -> anyhow::Result<()> {
    let mut db = database.acquire().await?;
    let words = vocabulary(&mut db).await?;
    sqlx::query("create temp table texts (n integer, action text, background text, details text)")
        .execute(&mut *db)
        .await?;
    let mut chance = Chance(1);
    for from in (1..=PETITIONS).step_by(AT_ONCE) {
        let mut texts = WORDS.map(|_| Vec::with_capacity(AT_ONCE));
        for _ in 0..AT_ONCE {
            for (texts, length) in texts.iter_mut().zip(WORDS) {
                texts.push((0..length).map(|_| chance.word(&words)).collect::<Vec<_>>().join(" "));
            }
        }
        let [actions, backgrounds, details] = texts;
        sqlx::query(
            "insert into texts select $1 + row_number() over () - 1, a, b, d from unnest($2::text[], $3::text[], $4::text[]) t (a, b, d)",
        )
        .bind(from as i64)
        .bind(actions)
        .bind(backgrounds)
        .bind(details)
        .execute(&mut *db)
        .await?;
    }
    sqlx::raw_sql(include_str!("desk.sql")).execute(&mut *db).await?;
    // Its settings are for this alone.
    db.close().await?;
    sqlx::query("vacuum analyze").execute(database).await?;
    Ok(())
}

/// Texts that are put in at once.
const AT_ONCE: usize = 5000;

/// Some thirty thousand words, the most frequent ones first.
async fn vocabulary(db: &mut store::Db) -> anyhow::Result<Vec<String>> {
    let words: Vec<String> =
        sqlx::query_scalar("select word from petition_words order by petitions desc, word").fetch_all(db).await?;
    const ENDINGS: [&str; 24] = [
        "", "a", "e", "i", "o", "u", "ab", "ed", "ic", "on", "ra", "ty", "ing", "ous", "ine", "ate", "ory", "ism",
        "ard", "esk", "ville", "shire", "worth", "stone",
    ];
    Ok(ENDINGS.iter().flat_map(|ending| words.iter().map(move |word| format!("{word}{ending}"))).collect())
}

/// Chance that falls the same way each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A word, as often as words are: the one of rank n comes 1/n as often as the first.
    fn word<'a>(&mut self, words: &'a [String]) -> &'a str {
        let part = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (words.len() as f64).powf(part) as usize;
        &words[(rank - 1).min(words.len() - 1)]
    }
}

async fn sign_in(database: &PgPool) -> anyhow::Result<()> {
    sqlx::query(
        "with account as (
             insert into staff (name, email, role, created_at) values ('Grace Hopper', 'grace@example.org', 'sysadmin', now())
             returning id
         )
         insert into staff_sessions (token_hash, staff_id, way, began_at, seen_at, proved_at)
         select $1, id, 'password', now(), now(), now() from account",
    )
    .bind(&blake3::hash(TOKEN.as_bytes()).as_bytes()[..])
    .execute(database)
    .await?;
    Ok(())
}
