//! Which petitions are about the same thing: found when texts or states have changed, kept for pages, and looked up for texts
//! that are just being written.
//!
//! What is found stands in the database ([`store::related`]), so that pages only read it. To find it, a process keeps the
//! terms of all petitions in memory and follows the changes of the others; one that has just begun reads them all.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use sqlx::Connection;
use tokio::sync::Mutex;

use crate::{
    domain::{
        likeness::{ALIKE, Alike, Index, METHOD, Terms, Text},
        limits,
        petition::{PetitionId, PetitionState, Visibility},
    },
    store::{
        self, Db,
        related::{Compared, Found, Similar},
    },
};

/// The name of the lock that whoever relates petitions holds until it is done.
pub const LOCK: &str = "relate petitions";
/// States of petitions with which others are compared: from when they are complete.
const COMPARED: [PetitionState; 6] = [
    PetitionState::Sponsored,
    PetitionState::Flagged,
    PetitionState::Open,
    PetitionState::Closed,
    PetitionState::Rejected,
    PetitionState::Hidden,
];
/// Petitions that are read at once.
const READ: i64 = 500;
/// Changes that are taken at once.
const TAKEN: i64 = 1000;
/// Petitions that are related in one transaction.
const RELATED: i64 = 50;
/// Similar petitions that are looked for besides those that are wanted, since some may have changed their state meanwhile.
const SPARE: usize = 5;

/// The petitions as they are compared, in this process; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Relating(Arc<Kept>);

#[derive(Debug, Default)]
struct Kept {
    index: RwLock<Index>,
    followed: Mutex<Followed>,
}

/// What of the database is in the index.
#[derive(Debug, Default)]
struct Followed {
    /// The number of the basis; nought before anything was read.
    basis: i64,
    change: i64,
}

impl Relating {
    /// Relates what has changed. The caller sees to it that no other process does so. Says for how many petitions related
    /// ones were found; broken off, it goes on next time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn relate(&self, db: &mut Db) -> sqlx::Result<u64> {
        let mut has_changed = false;
        loop {
            let mut tx = db.begin().await?;
            let taken = store::related::take_changes(&mut tx, TAKEN).await?;
            tx.commit().await?;
            if taken == 0 {
                break;
            }
            has_changed = true;
        }
        let basis = store::related::basis(db).await?;
        let is_outgrown = has_changed && {
            let (now, then) = (store::related::count(db, &COMPARED).await?, i64::from(basis.petitions));
            now * 4 > then * 5 || now * 2 < then
        };
        if is_outgrown || basis.method != *METHOD {
            count_words(db).await?;
        }
        let (mut related, mut after) = (0, 0);
        loop {
            let petitions = store::related::to_relate(db, after, RELATED).await?;
            match petitions.last() {
                Some(last) => after = last.id.get(),
                // Once through; some may have come meanwhile.
                None if after > 0 => {
                    after = 0;
                    continue;
                }
                None => return Ok(related),
            }
            self.relate_all(db, &petitions).await?;
            related += petitions.len() as u64;
        }
    }

    async fn relate_all(&self, db: &mut Db, petitions: &[Compared]) -> sqlx::Result<()> {
        let up_to = self.follow(db).await?;
        let compared_by_all = store::related::all_related_up_to(db).await?;
        let (mut found, mut for_others) = (Vec::new(), Vec::new());
        for petition in petitions {
            let is_new_to_others =
                petition.state == PetitionState::Open && compared_by_all.is_some_and(|up_to| up_to < petition.change);
            let (own, others) = self.compare(petition, is_new_to_others);
            found.push(own);
            for_others.push(others);
            // A comparison may take a millisecond; others wait meanwhile.
            tokio::task::yield_now().await;
        }
        let mut tx = db.begin().await?;
        store::related::keep(&mut tx, &found, up_to).await?;
        for (petition, others) in petitions.iter().zip(for_others).filter(|(_, others)| !others.is_empty()) {
            store::related::keep_for_others(&mut tx, petition.id, petition.change, &others).await?;
        }
        tx.commit().await
    }

    /// The open petitions that are most like this one, and if wanted those with a page, to which it is related in turn.
    fn compare(&self, petition: &Compared, is_new_to_others: bool) -> (Found, Vec<Alike>) {
        let has_page = petition.state.visibility() == Visibility::Page;
        if !has_page {
            return (Found { id: petition.id, related: Vec::new(), has_more: false }, Vec::new());
        }
        let terms = Terms::of(&petition.words.text());
        let index = self.0.index.read().unwrap_or_else(PoisonError::into_inner);
        let kept = usize::try_from(limits::RELATED_KEPT).unwrap_or(0);
        let mut related =
            index.alike(&terms, ALIKE, kept + 1, |id, state| id != petition.id && state == PetitionState::Open);
        let has_more = related.len() > kept;
        related.truncate(kept);
        let others = match is_new_to_others {
            true => index.alike(&terms, ALIKE, usize::MAX, |id, state| {
                id != petition.id && state.visibility() == Visibility::Page
            }),
            false => Vec::new(),
        };
        (Found { id: petition.id, related, has_more }, others)
    }

    /// Brings the index up to date with the database; says up to which change.
    async fn follow(&self, db: &mut Db) -> sqlx::Result<i64> {
        let mut followed = self.0.followed.lock().await;
        let basis = store::related::basis(db).await?;
        // What is read anew is used once it is complete.
        let mut fresh = match basis.number > followed.basis {
            false => None,
            true => Some(Index::new(store::related::weights(db, &basis).await?)),
        };
        let mut change = if fresh.is_some() { 0 } else { followed.change };
        loop {
            let petitions = store::related::changed_since(db, change, READ).await?;
            let Some(last) = petitions.last() else { break };
            change = last.change;
            let terms: Vec<Terms> = petitions.iter().map(|petition| Terms::of(&petition.words.text())).collect();
            let mut shared;
            let index = match &mut fresh {
                Some(fresh) => fresh,
                None => {
                    shared = self.0.index.write().unwrap_or_else(PoisonError::into_inner);
                    &mut *shared
                }
            };
            for (petition, terms) in petitions.iter().zip(&terms) {
                match COMPARED.contains(&petition.state) {
                    true => index.put(petition.id, petition.state, terms),
                    false => index.take_out(petition.id),
                }
            }
        }
        if let Some(fresh) = fresh {
            *self.0.index.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        *followed = Followed { basis: basis.number.max(followed.basis), change };
        Ok(change)
    }

    /// Petitions that are about the same thing as this one, in whatever state, most similar first; for staff.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn similar_to(&self, db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Similar>> {
        let Some(words) = store::related::words(db, id).await? else { return Ok(Vec::new()) };
        self.similar(db, &words.text(), Some(id), |state| COMPARED.contains(&state)).await
    }

    /// Petitions with a page that are about the same thing as a text that somebody is writing, most similar first: open ones,
    /// closed ones, and rejected ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn similar_to_text(&self, db: &mut Db, text: &Text<'_>) -> sqlx::Result<Vec<Similar>> {
        self.similar(db, text, None, |state| state.visibility() == Visibility::Page).await
    }

    async fn similar(
        &self,
        db: &mut Db,
        text: &Text<'_>,
        except: Option<PetitionId>,
        wanted: impl Fn(PetitionState) -> bool,
    ) -> sqlx::Result<Vec<Similar>> {
        self.follow(db).await?;
        let most = usize::try_from(limits::SIMILAR).unwrap_or(0);
        let terms = Terms::of(text);
        let alike = {
            let index = self.0.index.read().unwrap_or_else(PoisonError::into_inner);
            index.alike(&terms, ALIKE, most + SPARE, |id, state| Some(id) != except && wanted(state))
        };
        let mut similar = store::related::describe(db, &alike).await?;
        similar.retain(|similar| wanted(similar.state));
        similar.truncate(most);
        let index = self.0.index.read().unwrap_or_else(PoisonError::into_inner);
        for similar in &mut similar {
            let shared = index.weights().shared(&terms, &Terms::of(&similar.words.text()), limits::SHARED_WORDS);
            similar.shared = shared;
        }
        Ok(similar)
    }
}

/// Counts in how many petitions each word stands, as the basis of all comparing from now on.
async fn count_words(db: &mut Db) -> sqlx::Result<()> {
    let (mut with, mut petitions, mut change) = (HashMap::<String, i32>::new(), 0, 0);
    loop {
        let read = store::related::changed_since(db, change, READ).await?;
        let Some(last) = read.last() else { break };
        change = last.change;
        for petition in read.iter().filter(|petition| COMPARED.contains(&petition.state)) {
            petitions += 1;
            for term in Terms::of(&petition.words.text()).iter() {
                match with.get_mut(term) {
                    Some(count) => *count += 1,
                    None => {
                        with.insert(term.to_owned(), 1);
                    }
                }
            }
        }
    }
    let words: Vec<(String, i32)> = with.into_iter().filter(|(_, count)| *count > 1).collect();
    let mut tx = db.begin().await?;
    store::related::put_on_basis(&mut tx, &METHOD, petitions, &words).await?;
    tx.commit().await
}
