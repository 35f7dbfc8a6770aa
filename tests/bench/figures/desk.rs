//! Staff's pages with 200,000 petitions: how long the server takes for each.

use std::time::Instant;

use anyhow::{Context, ensure};
use reqwest::header::{ACCEPT_ENCODING, COOKIE};
use sqlx::PgPool;

use super::Fixture;
use crate::{
    site::Site,
    statistics::{median, milliseconds},
    table::{Table, Wanted},
};

/// How many petitions there are.
const PETITIONS: i32 = 200_000;
/// How often each page is asked for.
const TURNS: usize = 15;
/// What a page may take, in milliseconds.
const MOST: f64 = 50.0;
/// The token of the session.
const TOKEN: &str = "a-session-of-the-bench";

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let (mut site, _) = Site::start(&fixture.folder.join("desk")).await?;
    let database = site.database().await?;
    fill(&database).await?;
    sign_in(&database).await?;
    let waiting: i64 =
        sqlx::query_scalar("select max(id) from petitions where state = 'sponsored'").fetch_one(&database).await?;
    let pages = [
        ("Desk", "/admin".to_owned()),
        ("All petitions", "/admin/petitions".to_owned()),
        ("All petitions, page 2,000", "/admin/petitions?page=2000".to_owned()),
        ("In moderation, longest first", "/admin/petitions?state=in_moderation".to_owned()),
        ("Rejected", "/admin/petitions?state=rejected".to_owned()),
        ("Most signatures first", "/admin/petitions?order=signatures".to_owned()),
        ("Waiting for a response", "/admin/petitions?state=awaiting_response".to_owned()),
        ("Search for a common word", "/admin/petitions?q=school".to_owned()),
        ("Search for two words", "/admin/petitions?q=school+transport".to_owned()),
        ("By creator’s name", "/admin/petitions?creator=Woode".to_owned()),
        ("By tag", "/admin/petitions?tag=1".to_owned()),
        ("By topic, open ones", "/admin/petitions?topic=health&state=open".to_owned()),
        ("A petition in moderation", format!("/admin/petitions/{waiting}")),
        ("Deciding about it", format!("/admin/petitions/{waiting}/reject")),
    ];
    let client = reqwest::Client::new();
    for (name, path) in pages {
        let mut times = Vec::new();
        for turn in 0..=TURNS {
            let began = Instant::now();
            let request = client.get(format!("{}{path}", site.address)).header(ACCEPT_ENCODING, "identity");
            let answer = request.header(COOKIE, format!("staff={TOKEN}")).send().await?;
            ensure!(answer.url().path().starts_with(path.split('?').next().unwrap_or_default()), "{name}: sent away");
            answer.error_for_status().with_context(|| name.to_owned())?.bytes().await?;
            // The first is not counted: nothing has been read from the disk yet.
            if turn > 0 {
                times.push(milliseconds(began.elapsed()));
            }
        }
        table.check(format!("{name}, of {PETITIONS} petitions"), median(times), 1, " ms", &Wanted::AtMost(MOST));
    }
    let began = Instant::now();
    let file = client.get(format!("{}/admin/petitions.csv", site.address)).header(COOKIE, format!("staff={TOKEN}"));
    let bytes = file.send().await?.error_for_status()?.bytes().await?.len();
    table.add(
        format!("All {PETITIONS} petitions as CSV, {} MB", bytes / 1_000_000),
        format!("{:.1} s", began.elapsed().as_secs_f64()),
    );
    site.process.stop();
    Ok(())
}

/// Petitions in all states whose words are as frequent as words are: a few stand in many, most in few.
async fn fill(database: &PgPool) -> anyhow::Result<()> {
    sqlx::query("insert into tags (name) values ('urgent'), ('devolved'), ('unclear')").execute(database).await?;
    sqlx::query(
        "with words as (
             select array_agg(word || ending order by length(ending), petitions desc, word) as w
             from petition_words, unnest(array['', 'a', 'e', 'i', 'o', 'u', 'ab', 'ed', 'ic', 'on', 'ra', 'ty']) ending
         ), made as (
             select n, now() - n * interval '13 minutes' as created_at,
                 case when n % 1000 < 5 then 'pending' when n % 1000 < 20 then 'validated' when n % 1000 < 26 then 'sponsored'
                      when n % 1000 < 28 then 'flagged' when n % 1000 < 36 then 'dormant' when n % 1000 < 100 then 'open'
                      when n % 1000 < 480 then 'closed' when n % 1000 < 940 then 'rejected' when n % 1000 < 980 then 'hidden'
                      when n % 1000 < 990 then 'stopped' else 'removed' end::petition_state as state,
                 (select array_agg(w[1 + floor(array_length(w, 1) * power(
                      (hashint8(n::bigint * 64 + k)::bigint & 1048575) / 1048576.0, 3))::int] order by k)
                  from generate_series(1, 50) k) as t
             from generate_series(1, $1) n, words
         )
         insert into petitions (state, action, background, additional_details, creator_name, created_at, updated_at,
             moderation_threshold_reached_at, opened_at, closes_at, closed_at, rejected_at, stopped_at, removed_at,
             response_threshold_reached_at, government_response_at, debate_threshold_reached_at, debate_outcome_at)
         select state, left(array_to_string(t[1:10], ' '), 80), array_to_string(t[11:30], ' '),
             array_to_string(t[31:50], ' '), initcap(t[17] || ' ' || t[43]), created_at, created_at,
             case when state not in ('pending', 'validated') then created_at + interval '2 days' end,
             case when state in ('open', 'closed') then created_at + interval '5 days' end,
             case when state in ('open', 'closed') then created_at + interval '190 days' end,
             case when state = 'closed' then created_at + interval '190 days' end,
             case when state in ('rejected', 'hidden') then created_at + interval '6 days' end,
             case when state = 'stopped' then created_at + interval '6 days' end,
             case when state = 'removed' then created_at + interval '6 days' end,
             case when state in ('open', 'closed') and n % 20 = 0 then created_at + interval '30 days' end,
             case when state in ('open', 'closed') and n % 40 = 0 then created_at + interval '60 days' end,
             case when state in ('open', 'closed') and n % 200 = 0 then created_at + interval '60 days' end,
             case when state in ('open', 'closed') and n % 400 = 0 then created_at + interval '90 days' end
         from made",
    )
    .bind(PETITIONS)
    .execute(database)
    .await?;
    for sql in [
        "insert into petition_tags select id, 1 + id % 3 from petitions where id % 10 = 0",
        "insert into petition_topics select p.id, t.code from petitions p, topics t
         where (p.id + ascii(t.code)) % 40 = 0 on conflict do nothing",
        "insert into debates (petition_id, debated, debated_on) select id, id % 2 = 0, debate_outcome_at::date
         from petitions where debate_outcome_at is not null on conflict do nothing",
        "update petition_totals set in_hours = 1 + petition_id % 9000 where signature_count = 0",
        "refresh materialized view petition_words",
        "refresh materialized view open_petition_stems",
        "vacuum analyze",
    ] {
        sqlx::query(sql).execute(database).await.context(sql)?;
    }
    Ok(())
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
