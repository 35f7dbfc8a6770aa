//! A response mailed to everybody who signed and asked for it: how soon their mails are queued, whether those who sign
//! meanwhile notice, what memory it takes, and that kills in the middle leave nobody out and nobody twice.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use undersigned::{
    actions::mailings,
    clock::Clock,
    domain::{
        keyring::{Contact, EmailHash, Keyring},
        mailing::{MailingId, MailingKind},
        petition::PetitionId,
    },
    store::audit::Actor,
    urls,
};

use super::{Fixture, signing::filled_in};
use crate::{
    crowd::{Fared, steadily},
    office::{Office, secret},
    process::resident,
    sink::Sink,
    table::{Table, Wanted},
};

/// Signers who asked for the mail, unless the environment says otherwise (`BENCH_SIGNERS`).
const SIGNERS: i64 = 1_000_000;
/// Signatures that are put in with one statement.
const AT_ONCE: usize = 20_000;
/// Signatures a second on another petition meanwhile: more than the worst hour on record.
const SIGNING: f64 = 100.0;
/// Seconds of that without a mailing, for comparison, and of each round beside one.
const ALONE: f64 = 15.0;
const ROUND: f64 = 2.0;
/// Browsers that sign.
const BROWSERS: usize = 64;
/// Kills of the program while mails are queued, and while they are delivered.
const KILLS: usize = 3;
/// How long mails are delivered.
const DELIVERING: Duration = Duration::from_secs(60);
/// How long anything else may take.
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let signers = std::env::var("BENCH_SIGNERS").ok().map_or(Ok(SIGNERS), |count| count.parse())?;
    let mut office = Office::open(&fixture.folder.join("response"), &[]).await?;
    let (answered, other) = (office.petition().await?, office.petition().await?);
    fill(&office, answered, signers).await?;
    sqlx::query("update site set mails_per_minute = 1000000").execute(&office.database).await?;
    sqlx::query(
        "insert into government_responses (petition_id, responded_on, summary, details, created_at, updated_at)
         values ($1, '2026-01-02', 'The Government will plant trees.', $2, now(), now())",
    )
    .bind(answered.get())
    .bind("The Government is grateful to everybody who signed.\n\n".repeat(180))
    .execute(&office.database)
    .await?;

    let crowd = Crowd { stamp: office.stamps(&[other]).await?.remove(0), petition: other, people: AtomicU64::new(0) };
    crowd.sign(&office, 3.0).await?;
    office.settle().await?;
    let alone = crowd.sign(&office, ALONE).await?;
    let memory = resident(office.site.process.id())?;
    let (mut most_memory, mut beside) = (memory, Vec::new());
    let counted = Instant::now();
    let mailing = begin(&office, answered).await?;
    let counted = counted.elapsed();
    while !is_queued(&office, mailing).await? {
        beside.extend(crowd.sign(&office, ROUND).await?.times);
        most_memory = most_memory.max(resident(office.site.process.id())?);
    }
    let seconds = "select extract(epoch from all_queued_at - created_at) * 1000 from mailings order by id desc limit 1";
    let seconds = office.ask(seconds).await? as f64 / 1000.0;
    exactly_once(&office, mailing, signers).await?;
    beside.sort_by(f64::total_cmp);
    let beside = Fared { times: beside, ..Fared::default() };
    table.check(format!("A response queued to {signers} signers"), seconds, 1, " s", &Wanted::AtMost(60.0));
    table.add(format!("Counting {signers} who asked for it, before"), format!("{:.2} s", counted.as_secs_f64()));
    table.add(
        format!("POST sign, {SIGNING:.0} a second: 50th and 99th percentile alone"),
        format!("{:.0} ms, {:.0} ms", alone.percentile(50.0), alone.percentile(99.0)),
    );
    table.add(
        "The same while the response is queued".to_owned(),
        format!("{:.0} ms, {:.0} ms", beside.percentile(50.0), beside.percentile(99.0)),
    );
    table.add(
        "Memory of the program before, and at most meanwhile".to_owned(),
        format!("{} MB, {} MB", memory >> 20, most_memory >> 20),
    );

    // Once more, with kills in the middle; the first one is taken out again by that.
    let mailing = begin(&office, answered).await?;
    for kill in 1..=KILLS {
        queued_to(&office, mailing, signers * kill as i64 / (KILLS as i64 + 1)).await?;
        office.kill_program(&[]).await?;
    }
    queued_to(&office, mailing, signers).await?;
    exactly_once(&office, mailing, signers).await?;
    let old = format!("select count(*) from outbox where mailing_id is not null and mailing_id <> {mailing}");
    let began = Instant::now();
    while office.ask(&old).await? > 0 {
        ensure!(began.elapsed() < PATIENCE, "mails of a mailing that was replaced stay where they are");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    table.add(format!("{KILLS} kills while queueing: left out, twice"), "0, 0");

    let sink = Sink::open(false).await?;
    let settings = [("SMTP_URL", format!("smtp://{}?tls=none", sink.address))];
    office.restart(&settings).await?;
    let began = Instant::now();
    for _ in 0..KILLS {
        tokio::time::sleep(DELIVERING / (KILLS as u32 + 1)).await;
        office.kill_program(&settings).await?;
    }
    while began.elapsed() < DELIVERING && sink.mails() < signers as usize {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    office.site.process.stop();
    let sent = office.ask(&format!("select sent from mailings where id = {mailing}")).await?;
    let left = office.ask(&format!("select count(*) from outbox where mailing_id = {mailing}")).await?;
    ensure!(sent + left == signers, "{sent} were sent, {left} are left, of {signers}");
    ensure!(sink.mails() as i64 >= sent, "{sent} are said to be sent, {} have come", sink.mails());
    table.add(
        format!(
            "{KILLS} kills while delivering, in {} s: mails; handed over again (same Message-ID)",
            DELIVERING.as_secs()
        ),
        format!("{}; {}", sink.mails(), sink.repeated()),
    );
    Ok(())
}

/// Puts in confirmed signatures of people who asked for news, with addresses that open.
async fn fill(office: &Office, petition: PetitionId, count: i64) -> anyhow::Result<()> {
    let keyring = Keyring::new(&[secret()])?;
    let all: Vec<i64> = (1..=count).collect();
    for numbers in all.chunks(AT_ONCE) {
        let sealed = |number: &i64| {
            let contact =
                Contact { email: format!("ada.lovelace.{number}@example.org"), postcode: Some("SW1A1AA".to_owned()) };
            keyring.seal(&contact, petition, EmailHash(*number))
        };
        let contacts: Vec<Vec<u8>> = numbers.iter().map(sealed).collect();
        sqlx::query(
            "insert into signatures (created_at, confirmed_at, email_hash, petition_id, area_id, state,
                 household_member, mails_sent, wants_updates, name, contact)
             select now(), now(), n.number, $1, (select min(id) from areas where kind = 'constituency'), 'validated',
                 1, 1, true, 'Ada Lovelace ' || n.number, n.contact
             from unnest($2::bigint[], $3::bytea[]) as n (number, contact)",
        )
        .bind(i32::try_from(petition.get())?)
        .bind(numbers)
        .bind(&contacts)
        .execute(&office.database)
        .await
        .context("signatures")?;
    }
    sqlx::raw_sql("vacuum analyze signatures").execute(&office.database).await?;
    Ok(())
}

/// Those who sign another petition.
struct Crowd {
    petition: PetitionId,
    stamp: String,
    /// How many have signed so far.
    people: AtomicU64,
}

impl Crowd {
    async fn sign(&self, office: &Office, seconds: f64) -> anyhow::Result<Fared> {
        let first = self.people.fetch_add((SIGNING * seconds) as u64, Ordering::Relaxed);
        let path = urls::sign(&self.petition);
        let form = |number: u64| (path.clone(), Some(filled_in(first + number, &self.stamp)));
        steadily(&office.site.address, BROWSERS, SIGNING, seconds, form).await
    }
}

async fn begin(office: &Office, petition: PetitionId) -> anyhow::Result<MailingId> {
    let (actor, now) = (Actor::nobody("bench"), Clock::System.now());
    let mut tx = office.database.begin().await?;
    let begun = mailings::begin(&mut tx, petition, MailingKind::GovernmentResponse, None, &actor, now).await?;
    tx.commit().await?;
    Ok(begun.context("nobody has asked for it")?.id)
}

async fn is_queued(office: &Office, mailing: MailingId) -> anyhow::Result<bool> {
    Ok(office.ask(&format!("select count(all_queued_at) from mailings where id = {mailing}")).await? > 0)
}

/// Waits until so many are queued.
async fn queued_to(office: &Office, mailing: MailingId, count: i64) -> anyhow::Result<()> {
    let began = Instant::now();
    while office.ask(&format!("select queued from mailings where id = {mailing}")).await? < count {
        ensure!(began.elapsed() < PATIENCE, "not {count} mails are queued");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Makes sure that everybody has one mail in the outbox, and nobody two.
async fn exactly_once(office: &Office, mailing: MailingId, signers: i64) -> anyhow::Result<()> {
    let rows = office.ask(&format!("select count(*) from outbox where mailing_id = {mailing}")).await?;
    let people = format!("select count(distinct signature_id) from outbox where mailing_id = {mailing}");
    let people = office.ask(&people).await?;
    ensure!((rows, people) == (signers, signers), "{rows} mails are queued for {people} of {signers} people");
    Ok(())
}
