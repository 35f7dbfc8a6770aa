//! Mails a second that are handed to a mail server on this machine.

use std::time::{Duration, Instant};

use anyhow::ensure;

use super::{Fixture, signing::Signers};
use crate::{
    office::Office,
    sink::Sink,
    table::{Table, Wanted},
};

/// Seconds for which people sign before the mail is delivered.
const SECONDS: f64 = 6.0;
/// How long delivering may take.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let mut office = Office::open(&fixture.folder.join("mail"), &[]).await?;
    let petition = office.petition().await?;
    let stamps = office.stamps(std::slice::from_ref(&petition)).await?;
    let signed = Signers::new(&office).sign(std::slice::from_ref(&petition), &stamps, SECONDS).await?;
    let waiting = office.ask("select count(*) from outbox").await?;
    ensure!(waiting as u64 == signed.done, "{} have signed, {waiting} mails wait", signed.done);

    let sink = Sink::open(false).await?;
    office.restart(&[("SMTP_URL", format!("smtp://{}?tls=none", sink.address))]).await?;
    let began = Instant::now();
    while office.ask("select count(*) from outbox").await? > 0 {
        ensure!(began.elapsed() < PATIENCE, "{} of {waiting} mails are delivered", sink.mails());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure!(sink.mails() as i64 == waiting, "{} of {waiting} mails have come", sink.mails());
    ensure!(sink.repeated() == 0, "{} mails came twice", sink.repeated());
    table.check(
        format!("Mails handed to a server on this machine ({waiting})"),
        sink.per_second()?,
        0,
        "/s",
        &Wanted::AtLeast(2000.0),
    );
    Ok(())
}
