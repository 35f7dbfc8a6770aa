//! A rule that takes 100,000 of 1,000,000 signatures out of a petition that people go on signing, and is undone: how long
//! that takes, what signers notice of it, and whether every number is right.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use undersigned::{
    actions::signature_rules::{Outcome, Wish, create, wish},
    clock::Clock,
    domain::{keyring::Keyring, petition::PetitionId, signature_search::Typed},
    store::{self, audit::Actor, signature_rules::Draft},
    urls,
};

use super::{Fixture, crowded::fill, signing::filled_in};
use crate::{
    crowd::{Fared, steadily},
    office::{Office, secret},
    table::Table,
};

/// Signatures of the petition, and those that the rule meets.
const SIGNATURES: i64 = 1_000_000;
const MET: i64 = 100_000;
/// Browsers that sign, forms that they send in a second, and seconds of one round.
const BROWSERS: usize = 32;
const PACE: f64 = 200.0;
const ROUND: f64 = 2.0;
/// Rounds without a rule, to compare with.
const ROUNDS: usize = 5;
/// How long a rule may take.
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let office = Office::open(&fixture.folder.join("rule"), &[]).await?;
    let petition = office.petition().await?;
    fill(&office, &petition, SIGNATURES).await?;
    // It is older than its signatures.
    sqlx::query("update petitions set created_at = created_at - interval '6 days'").execute(&office.database).await?;
    office.settle().await?;
    let stamp = office.stamps(std::slice::from_ref(&petition)).await?.pop().context("a form")?;
    let signers = Signers { office: &office, petition, stamp, people: AtomicU64::new(0) };
    signers.round().await?;
    let mut alone = Vec::new();
    for _ in 0..ROUNDS {
        alone.push(signers.round().await?);
    }

    let rule = Rule::write(&office, &petition).await?;
    rule.wish(Wish::Count).await?;
    let counting = rule.becomes("draft").await?;
    let matches = office.ask("select matches from signature_rules").await?;
    ensure!(matches == MET, "{matches} were counted instead of {MET}");
    table.add(format!("A rule counts what it meets among {SIGNATURES} signatures"), seconds(counting));
    table.add("Signing before: 99th percentile", format!("{:.0} ms", percentile(&alone)));

    for (what, act, state, left) in
        [("takes out", Wish::Run, "done", SIGNATURES - MET), ("puts back", Wish::Undo, "undone", SIGNATURES)]
    {
        rule.wish(act).await?;
        let (took, beside) = tokio::try_join!(rule.becomes(state), signers.until(&rule, state))?;
        table.add(format!("A rule {what} {MET} of {SIGNATURES} signatures"), seconds(took));
        table.add(format!("Signing while it {what}: 99th percentile"), format!("{:.0} ms", percentile(&beside)));
        let counted = office.counted().await?;
        ensure!(counted == left, "{counted} signatures count instead of {left}");
        let differences = store::recount::differences(&mut *office.database.acquire().await?).await?;
        ensure!(differences.is_empty(), "tallies differ from the ledger: {differences:?}");
        let valid = office.ask("select count(*) from signatures where state = 'validated'").await?;
        ensure!(valid == left, "{valid} signatures are valid instead of {left}");
    }
    table.add("Tallies that differ from a recount, after it and after undoing it", "0");
    Ok(())
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

fn percentile(rounds: &[Fared]) -> f64 {
    let mut all = Fared { times: rounds.iter().flat_map(|round| round.times.clone()).collect(), ..Fared::default() };
    all.times.sort_by(f64::total_cmp);
    all.percentile(99.0)
}

/// Those who sign the petition meanwhile.
struct Signers<'a> {
    office: &'a Office,
    petition: PetitionId,
    stamp: String,
    people: AtomicU64,
}

impl Signers<'_> {
    async fn round(&self) -> anyhow::Result<Fared> {
        let form = |_| {
            let number = self.people.fetch_add(1, Ordering::Relaxed);
            (urls::sign(&self.petition), Some(filled_in(number, &self.stamp)))
        };
        steadily(&self.office.site.address, BROWSERS, PACE, ROUND, form).await
    }

    /// Rounds until the rule is in a state.
    async fn until(&self, rule: &Rule<'_>, state: &str) -> anyhow::Result<Vec<Fared>> {
        let mut rounds = Vec::new();
        while !rule.is(state).await? {
            rounds.push(self.round().await?);
        }
        Ok(rounds)
    }
}

/// The rule.
struct Rule<'a> {
    office: &'a Office,
    keyring: Keyring,
    id: i32,
}

impl<'a> Rule<'a> {
    async fn write(office: &'a Office, petition: &PetitionId) -> anyhow::Result<Self> {
        let keyring = Keyring::new(&[secret()])?;
        // Names that were filled in end in all digits alike; who signs meanwhile comes from another network.
        let typed = Typed {
            petition: petition.to_string(),
            name: "*5".to_owned(),
            network: "10.0.0.0/8".to_owned(),
            ..Typed::default()
        };
        let draft = Draft { summary: "A tenth of all".to_owned(), details: String::new(), typed };
        let (actor, now) = (Actor::nobody("benchmark"), Clock::System.now());
        let id = create(&mut *office.database.acquire().await?, &keyring, &draft, &actor, now).await?;
        Ok(Self { office, keyring, id })
    }

    async fn wish(&self, what: Wish) -> anyhow::Result<()> {
        let (actor, now) = (Actor::nobody("benchmark"), Clock::System.now());
        let mut db = self.office.database.acquire().await?;
        let outcome = wish(&mut db, &self.keyring, (self.id, 1), what, &actor, now).await?;
        ensure!(matches!(outcome, Outcome::Done), "{what:?}: {outcome:?}");
        Ok(())
    }

    async fn is(&self, state: &str) -> anyhow::Result<bool> {
        let states = format!("select count(*) from signature_rules where state = '{state}'");
        Ok(self.office.ask(&states).await? == 1)
    }

    /// Waits until it is in a state; says how long that took.
    async fn becomes(&self, state: &str) -> anyhow::Result<Duration> {
        let began = Instant::now();
        while !self.is(state).await? {
            ensure!(began.elapsed() < PATIENCE, "the rule is not {state} after {}", seconds(PATIENCE));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(began.elapsed())
    }
}
