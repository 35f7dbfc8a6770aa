//! What many people do in the same moment is done in one transaction: while one is being written, those who come wait
//! for the next, so that the busier it is the more share one. A petition that explodes has its row changed once for
//! all of them, and the disk is waited for once.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
    panic::AssertUnwindSafe,
    sync::Arc,
};

use futures_util::FutureExt;
use sqlx::{Connection, PgPool};
use tokio::sync::{mpsc, oneshot};

use crate::store::Db;

/// Most that share one transaction.
const MOST: usize = 512;
/// Most that wait. Who comes then is told that the site is busy, rather than wait longer than a browser does.
const WAITING: usize = 8192;
/// How often something is tried that another process has got in the way of.
const TRIES: usize = 3;

/// Something that many people do at once.
pub trait Work: Send + Sync + 'static {
    /// What one of them does.
    type Item: Send + Sync + 'static;
    /// What becomes of it.
    type Outcome: Send + 'static;
    /// Two with one key do not share a transaction.
    type Key: Eq + Hash;

    /// The key of an item.
    fn key(&self, item: &Self::Item) -> Self::Key;

    /// Does it for all of them, in one transaction that has begun and that the caller ends. Outcomes in the order of the
    /// items; `None`: to be tried again, in a transaction of later.
    fn run(
        &self,
        db: &mut Db,
        items: &[&Self::Item],
    ) -> impl Future<Output = sqlx::Result<Vec<Option<Self::Outcome>>>> + Send;
}

/// Why something was not done. Nothing has changed then, unless the database broke off after it had been told to keep
/// the change; doing it once more is harmless.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotDone {
    /// Too many are waiting already, or the program is about to stop.
    #[error("too many wait already")]
    Busy,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(Arc<sqlx::Error>),
}

/// Where items are handed in.
pub struct Together<W: Work> {
    sender: mpsc::Sender<Waiting<W>>,
}

struct Waiting<W: Work> {
    item: W::Item,
    answer: oneshot::Sender<Result<W::Outcome, NotDone>>,
    tried: usize,
}

impl<W: Work> Together<W> {
    /// Begins to work. It ends when nobody can hand anything in any more.
    pub fn start(pool: PgPool, work: W) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(Worker { pool, work, receiver, late: VecDeque::new() }.run());
        Self { sender }
    }

    /// Has something done, and waits for what becomes of it: when this returns, it is in the database.
    ///
    /// # Errors
    /// When there is too much to do, and when the database fails.
    pub async fn run(&self, item: W::Item) -> Result<W::Outcome, NotDone> {
        let (answer, outcome) = oneshot::channel();
        self.sender.try_send(Waiting { item, answer, tried: 0 }).map_err(|_| NotDone::Busy)?;
        outcome.await.unwrap_or(Err(NotDone::Busy))
    }
}

struct Worker<W: Work> {
    pool: PgPool,
    work: W,
    receiver: mpsc::Receiver<Waiting<W>>,
    /// Those that could not share the last transaction.
    late: VecDeque<Waiting<W>>,
}

impl<W: Work> Worker<W> {
    async fn run(mut self) {
        loop {
            if self.late.is_empty() {
                match self.receiver.recv().await {
                    Some(waiting) => self.late.push_back(waiting),
                    None => return,
                }
            }
            let batch = self.gather();
            // A mistake of ours in one batch must not end the work for good: those in it are told that it was not done.
            if AssertUnwindSafe(self.work_off(batch)).catch_unwind().await.is_err() {
                tracing::error!("a batch of signatures was given up; those who wait for it are told so");
            }
        }
    }

    /// Everybody who is there, as far as they can share a transaction.
    fn gather(&mut self) -> Vec<Waiting<W>> {
        let (mut batch, mut keys, mut late) = (Vec::new(), HashSet::new(), VecDeque::new());
        while batch.len() < MOST {
            let Some(waiting) = self.late.pop_front().or_else(|| self.receiver.try_recv().ok()) else { break };
            if keys.insert(self.work.key(&waiting.item)) {
                batch.push(waiting);
            } else {
                late.push_back(waiting);
            }
        }
        late.append(&mut self.late);
        self.late = late;
        batch
    }

    async fn work_off(&mut self, batch: Vec<Waiting<W>>) {
        match self.attempt(&batch).await {
            Ok(outcomes) => self.answer(batch, outcomes),
            // One of them is what the database objects to: the others must not suffer for it.
            Err(error) if batch.len() > 1 && is_objection(&error) => self.work_off_one_by_one(batch).await,
            Err(error) => self.refuse(batch, error),
        }
    }

    async fn work_off_one_by_one(&mut self, batch: Vec<Waiting<W>>) {
        let mut batch = VecDeque::from(batch);
        while let Some(waiting) = batch.pop_front() {
            let alone = vec![waiting];
            match self.attempt(&alone).await {
                Ok(outcomes) => self.answer(alone, outcomes),
                Err(error) if is_objection(&error) => self.refuse(alone, error),
                // The database has gone meanwhile: the others would wait for it in vain, one after the other.
                Err(error) => {
                    let all = alone.into_iter().chain(std::mem::take(&mut batch));
                    self.refuse(all.collect(), error);
                }
            }
        }
    }

    fn refuse(&mut self, batch: Vec<Waiting<W>>, error: sqlx::Error) {
        // Two transactions stood in each other's way (PostgreSQL's class 40).
        let collided =
            error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code.starts_with("40"));
        let error = Arc::new(error);
        for mut waiting in batch {
            if collided && waiting.tried < TRIES {
                waiting.tried += 1;
                self.late.push_back(waiting);
            } else {
                drop(waiting.answer.send(Err(NotDone::Database(error.clone()))));
            }
        }
    }

    async fn attempt(&self, batch: &[Waiting<W>]) -> sqlx::Result<Vec<Option<W::Outcome>>> {
        let mut db = self.pool.acquire().await?;
        let mut tx = db.begin().await?;
        let items: Vec<&W::Item> = batch.iter().map(|waiting| &waiting.item).collect();
        let outcomes = self.work.run(&mut tx, &items).await?;
        tx.commit().await?;
        Ok(outcomes)
    }

    fn answer(&mut self, batch: Vec<Waiting<W>>, outcomes: Vec<Option<W::Outcome>>) {
        for (mut waiting, outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                // Whoever asked may have gone; what was done is done all the same.
                Some(outcome) => drop(waiting.answer.send(Ok(outcome))),
                None if waiting.tried < TRIES => {
                    waiting.tried += 1;
                    self.late.push_back(waiting);
                }
                None => drop(waiting.answer.send(Err(NotDone::Busy))),
            }
        }
    }
}

/// Whether the database objects to what was to be written (PostgreSQL's classes 22, data, and 23, constraints, and what
/// triggers raise), rather than being away, full, or about to stop: then nobody's turn is any better than another's.
fn is_objection(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["22", "23", "P0"].iter().any(|class| code.starts_with(class)))
}
