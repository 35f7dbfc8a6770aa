//! Putting the mails of mailings into the outbox, and taking those of cancelled ones out again, bit by bit.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::{actions, app::App, store};

/// How often it is looked whether there is something to do.
const LOOK: Duration = Duration::from_secs(1);
/// Mails of cancelled mailings that are taken out in one transaction.
const CLEAR: i64 = 10_000;

/// Puts mails into the outbox until told to stop. What it is in the middle of then is gone on with by whoever comes next.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        tokio::select! {
            outcome = once(&app) => {
                if let Err(error) = outcome {
                    tracing::error!(%error, "mailings cannot be queued; it is tried again");
                }
            }
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Does what there is to do now; says how many mails were put in or taken out.
///
/// # Errors
/// When the database fails; what was done until then stays.
pub async fn once(app: &App) -> sqlx::Result<u64> {
    let unqueued = store::mailings::unqueued(&mut *app.pool.acquire().await?).await?;
    let mut done = 0;
    for mailing in unqueued {
        let queued = actions::mailings::queue(&app.pool, mailing, || app.clock.now()).await?;
        if queued > 0 {
            tracing::info!(mailing = %mailing.id, queued, "{queued} mails of a mailing are queued");
            app.signing.mail_queued.notify_one();
        }
        done += queued;
    }
    loop {
        let cleared = store::mailings::clear_cancelled(&mut *app.pool.acquire().await?, app.clock.now(), CLEAR).await?;
        done += cleared;
        if cleared == 0 {
            return Ok(done);
        }
    }
}
