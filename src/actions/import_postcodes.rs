//! The postcode directory comes from the files of the Office for National Statistics, a whole one each time.

use std::collections::HashMap;

use sqlx::Connection;

use crate::{
    domain::{
        postcodes_file::{Directory, Entry},
        refused::Refused,
    },
    store::{self, Db, areas::AreaId},
};

/// What an import of postcodes did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostcodesImported {
    /// How many postcodes the directory had.
    pub before: i64,
    /// How many it has now.
    pub postcodes: usize,
    /// How many of them are no longer in use.
    pub terminated: usize,
    /// How many have no constituency that is known.
    pub not_located: usize,
    /// How many of those lie in a constituency that is not known.
    pub unknown: usize,
    /// The codes of those constituencies.
    pub unknown_constituencies: Vec<String>,
    /// How many postcodes were new, different or gone.
    pub changed: u64,
}

/// Why postcodes were not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportPostcodesError {
    /// The files are not right.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// How many postcodes are put into the database at a time: a fraction of a second's work.
const AT_A_TIME: usize = 50_000;

/// Makes this the postcode directory, and tells after each part how many postcodes of all are done. Readers have the old
/// directory until the new one is complete.
///
/// # Errors
/// When a postcode lies in two constituencies, or most lie in constituencies that are not known; then nothing has changed.
pub async fn import_postcodes(
    db: &mut Db,
    mut directory: Directory,
    progress: impl Fn(usize, usize),
) -> Result<PostcodesImported, ImportPostcodesError> {
    directory.sort()?;
    let mut tx = db.begin().await?;
    let before = store::postcodes::count(&mut tx).await?;
    let known: HashMap<String, AreaId> = store::postcodes::constituencies(&mut tx).await?.into_iter().collect();
    let areas: Vec<Option<AreaId>> = directory.constituencies.iter().map(|code| known.get(code).copied()).collect();
    let area = |constituency: Option<u16>| constituency.and_then(|number| areas[usize::from(number)]);

    let unknown_constituencies: Vec<String> = directory
        .constituencies
        .iter()
        .zip(&areas)
        .filter(|(_, area)| area.is_none())
        .map(|(code, _)| code.clone())
        .collect();
    let entries = directory.entries.iter();
    let not_located = entries.clone().filter(|entry| area(entry.constituency).is_none()).count();
    let no_constituency = entries.clone().filter(|entry| entry.constituency.is_none()).count();
    let unknown = not_located - no_constituency;
    let located = directory.entries.len() - not_located;
    if let Some(code) = unknown_constituencies.first()
        && unknown > located
    {
        let reason = format!(
            "{unknown} of {} postcodes lie in constituencies that are not known, such as {code}; import those first",
            directory.entries.len()
        );
        return Err(Refused::new("constituencies", reason).into());
    }

    let (mut changed, mut done, mut after) = (0, 0, None);
    for chunk in directory.entries.chunks(AT_A_TIME) {
        let postcode = |entry: &Entry| (entry.code, area(entry.constituency), entry.terminated);
        let postcodes: Vec<_> = chunk.iter().map(postcode).collect();
        done += chunk.len();
        let beyond = done < directory.entries.len();
        changed += store::postcodes::replace(&mut tx, &postcodes, after, beyond).await?;
        after = chunk.last().map(|entry| entry.code);
        progress(done, directory.entries.len());
    }
    tx.commit().await?;
    store::postcodes::analyse(db).await?;
    Ok(PostcodesImported {
        postcodes: directory.entries.len(),
        before,
        terminated: directory.terminated(),
        not_located,
        unknown,
        unknown_constituencies,
        changed,
    })
}
