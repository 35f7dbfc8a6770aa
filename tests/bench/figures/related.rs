//! Related petitions: how good they are against plain full-text search of PostgreSQL, and what they cost among 100,000.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use jiff_sqlx::ToSqlx;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sqlx::{Connection, PgConnection, PgPool};
use undersigned::{
    actions::relate::{LOCK, Relating},
    domain::likeness::{ALIKE, Text},
    store,
};

use super::Fixture;
use crate::{
    likeness::{FIVE, Judged, Labelled},
    site::Site,
    statistics::{median, milliseconds},
    table::{Table, Wanted},
};

/// Petitions among which related ones are found, all of them open.
const PETITIONS: usize = 100_000;
/// Words of a generated petition: of its action, its background, its details.
const WORDS: [usize; 3] = [8, 30, 40];
/// Different words of all of them.
const VOCABULARY: usize = 40_000;
/// How often each thing is timed.
const TURNS: usize = 200;
/// What looking for petitions like a text may take, in milliseconds.
const MOST: f64 = 20.0;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let (mut site, _) = Site::start(&fixture.folder.join("related")).await?;
    let database = site.database().await?;
    let set = Labelled::texts();
    let plain = plain(&database, &set).await?;
    let ours = set.judge_ours(ALIKE);
    let name = format!("{} petitions (best possible {:.2})", ours.petitions, ours.best);
    let words = |judged: Judged| {
        let share = |share: f64| format!("{:.0}%", 100.0 * share);
        format!("{:.3}; {}; {}", judged.precision, share(judged.recall), share(judged.shown))
    };
    table.add(format!("{name}: precision at 5; related found; shown that are related"), words(ours));
    table.add("the same with PostgreSQL’s full text (any word, ts_rank)", words(plain));
    ensure!(ours.precision > plain.precision, "full text alone does better");
    among_many(&database, table).await?;
    site.process.stop();
    Ok(())
}

/// What the database's own ranking finds: petitions with any of the words.
async fn plain(database: &PgPool, set: &Labelled) -> anyhow::Result<Judged> {
    let mut db = database.acquire().await?;
    sqlx::raw_sql(
        "create temporary table labelled (id integer, search tsvector);
         create temporary table found (id integer, other integer, place bigint)",
    )
    .execute(&mut *db)
    .await?;
    for (petition, id) in set.0.iter().zip(0_i32..) {
        sqlx::query(
            "insert into labelled values ($1, setweight(to_tsvector('english', searchable($2)), 'A')
                 || setweight(to_tsvector('english', searchable($3)), 'B')
                 || setweight(to_tsvector('english', searchable($4)), 'C'))",
        )
        .bind(id)
        .bind(&petition.action)
        .bind(&petition.background)
        .bind(&petition.additional_details)
        .execute(&mut *db)
        .await?;
    }
    let rows: Vec<(i32, i32)> = sqlx::query_as(
        "select p.id, f.id from labelled p
         cross join lateral (
             select string_agg(quote_literal(word), ' | ')::tsquery as query from unnest(tsvector_to_array(p.search)) word) q
         cross join lateral (
             select c.id, ts_rank(c.search, q.query) as rank from labelled c
             where c.id <> p.id and c.search @@ q.query order by rank desc, c.id limit $1) f
         order by p.id, f.rank desc, f.id",
    )
    .bind(FIVE as i64)
    .fetch_all(&mut *db)
    .await?;
    sqlx::raw_sql("drop table labelled; drop table found").execute(&mut *db).await?;
    Ok(set.judge(|at| rows.iter().filter(|(id, _)| *id as usize == at).map(|(_, other)| *other as usize).collect()))
}

async fn among_many(database: &PgPool, table: &mut Table) -> anyhow::Result<()> {
    // The site's own job would do it meanwhile.
    let mut lock = PgConnection::connect_with(&database.connect_options()).await?;
    sqlx::query("select pg_advisory_lock(hashtextextended($1, 0))").bind(LOCK).execute(&mut lock).await?;
    let mut db = database.acquire().await?;
    let mut writer = Writer::new();
    for _ in 0..PETITIONS / 1000 {
        writer.add(&mut db, 1000).await?;
    }
    sqlx::raw_sql("vacuum analyze").execute(&mut *db).await?;

    let before = memory()?;
    let relating = Relating::default();
    let began = Instant::now();
    let related = relating.relate(&mut db).await?;
    ensure!(related as usize >= PETITIONS, "{related} were related");
    let took = began.elapsed();
    table.add(format!("{PETITIONS} open petitions are related from nothing"), seconds(took));
    let kept = (memory()? - before) / 1_000_000.0;
    table.add("Memory that comparing takes, at the most", format!("{kept:.0} MB"));
    sqlx::raw_sql("analyze related_petitions; analyze relatings").execute(&mut *db).await?;
    let began = Instant::now();
    let text = Text { action: &writer.text(20), ..Text::default() };
    let other = Relating::default();
    other.similar_to_text(&mut db, &text).await?;
    table.add("Another process reads them all", seconds(began.elapsed()));
    drop(other);

    let mut times = Vec::new();
    for _ in 0..TURNS {
        writer.add(&mut db, 1).await?;
        let began = Instant::now();
        ensure!(relating.relate(&mut db).await? == 1, "more than the new one was related");
        times.push(milliseconds(began.elapsed()));
    }
    let name = "One new petition is related, in both directions: median; 99th percentile";
    table.add(name, format!("{:.1} ms; {:.1} ms", median(times.iter().copied()), last_percent(times)));

    let mut times = Vec::new();
    for _ in 0..TURNS {
        let (action, background) = (writer.text(WORDS[0]), writer.text(WORDS[1]));
        let text = Text { action: &action, background: &background, additional_details: "" };
        let began = Instant::now();
        relating.similar_to_text(&mut db, &text).await?;
        times.push(milliseconds(began.elapsed()));
    }
    table
        .add("Petitions like a text that is being written: median", format!("{:.1} ms", median(times.iter().copied())));
    table.check("the same: 99th percentile", last_percent(times), 1, " ms", &Wanted::AtMost(MOST));

    let ids: Vec<i64> =
        sqlx::query_scalar("select id from petitions where state = 'open' order by hashint8(id) limit $1")
            .bind(TURNS as i64)
            .fetch_all(&mut *db)
            .await?;
    let (mut times, mut shown) = (Vec::new(), 0);
    for id in ids {
        let began = Instant::now();
        shown += store::related::find(&mut db, id.into(), writer.now).await?.len();
        times.push(milliseconds(began.elapsed()));
    }
    ensure!(shown > 4 * TURNS, "only {shown} are shown on {TURNS} pages");
    table.add("A page reads its related petitions", format!("{:.2} ms", median(times)));
    lock.close().await?;
    Ok(())
}

/// Writes petitions whose words are as frequent as words are: the tenth of them a tenth as often as the first (Zipf).
struct Writer {
    words: Vec<String>,
    chance: StdRng,
    now: jiff::Timestamp,
}

impl Writer {
    fn new() -> Self {
        let texts = Labelled::texts();
        let real = texts.0.iter().flat_map(|petition| {
            let text = format!("{} {} {}", petition.action, petition.background, petition.additional_details);
            text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase).collect::<Vec<_>>()
        });
        let real: BTreeSet<String> = real.filter(|word| word.len() > 2).collect();
        let mut words: Vec<(blake3::Hash, String)> = ["", "a", "ot", "ix", "un", "el", "ard", "om", "isk", "ub"]
            .iter()
            .flat_map(|ending| real.iter().map(move |word| format!("{word}{ending}")))
            .map(|word| (blake3::hash(word.as_bytes()), word))
            .collect();
        // In an order of their own, the real ones first.
        words.sort_by_key(|(hash, word)| (!real.contains(word), *hash.as_bytes()));
        words.truncate(VOCABULARY);
        Self {
            words: words.into_iter().map(|(_, word)| word).collect(),
            chance: StdRng::seed_from_u64(1),
            now: undersigned::clock::Clock::System.now(),
        }
    }

    fn text(&mut self, words: usize) -> String {
        let all = self.words.len() as f64;
        let mut word = || &self.words[(all.powf(self.chance.random::<f64>()) as usize).min(self.words.len() - 1)];
        (0..words).map(|_| word().as_str()).collect::<Vec<_>>().join(" ")
    }

    async fn add(&mut self, db: &mut PgConnection, petitions: usize) -> anyhow::Result<()> {
        let columns: [Vec<String>; 3] = WORDS.map(|words| (0..petitions).map(|_| self.text(words)).collect());
        sqlx::query(
            "insert into petitions (state, action, background, additional_details, created_at, updated_at, opened_at, closes_at)
             select 'open', action, background, details, $4, $4, $4, $4 + interval '100 days'
             from unnest($1::text[], $2::text[], $3::text[]) t (action, background, details)",
        )
        .bind(&columns[0])
        .bind(&columns[1])
        .bind(&columns[2])
        .bind(self.now.to_sqlx())
        .execute(db)
        .await
        .context("petitions")?;
        Ok(())
    }
}

/// Bytes of memory that this process holds.
fn memory() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no memory is told of")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1024.0)
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

fn last_percent(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() * 99 / 100]
}
