//! Staff change the settings of the site and its pages of text.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sqlx::{Connection, PgPool};

use crate::{
    domain::{fingerprint::fingerprint, outage::NO_WORDS, site_settings::SiteSettings, threshold::Thresholds},
    store::{
        self, Db,
        audit::{Act, Actor},
        site_pages::SitePage,
    },
};

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed<T> {
    /// It is made.
    Done,
    /// There was nothing to change.
    Same,
    /// It was made from something that is not there any more; this is what is there now.
    Stale(T),
}

/// What a change of these settings is made from: a form that shows them carries it.
pub fn settings_mark(settings: &SiteSettings) -> String {
    fingerprint(&json!(settings))
}

/// Writes settings, unless they are not those any more that the change was made from. With them change the thresholds that
/// petitions are held to, where the command line has `otherwise`.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn save_settings(
    db: &mut Db,
    actor: &Actor,
    made_from: &str,
    settings: &SiteSettings,
    otherwise: Thresholds,
    now: Timestamp,
) -> sqlx::Result<Changed<Box<SiteSettings>>> {
    let mut tx = db.begin().await?;
    let before = store::site::hold(&mut tx).await?;
    if settings_mark(&before) != made_from {
        return Ok(Changed::Stale(Box::new(before)));
    }
    let (was, is) = differences(json!(before), json!(settings));
    if was == is {
        return Ok(Changed::Same);
    }
    store::site::save(&mut tx, settings).await?;
    // While no signatures are taken, the clock of all petitions stands still.
    match (before.collection_paused_at, settings.collection_paused_at) {
        (None, Some(since)) => store::outages::begin(&mut tx, since, NO_WORDS).await?,
        (Some(_), None) => drop(store::outages::end(&mut tx, now).await?),
        _ => {}
    }
    if before.thresholds(otherwise) != settings.thresholds(otherwise) {
        store::site::unsettle_thresholds(&mut tx, now).await?;
    }
    if !settings.feedback_to.is_empty() {
        store::feedback::queue_waiting(&mut tx, now).await?;
    }
    let act = Act { name: "site.configure", subject: "site", subject_id: "", before: was, after: is };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Changed::Done)
}

/// Pauses the taking of signatures, or goes on with it; says whether that was a change. Links in mails that were sent can
/// be confirmed all the same. It is an outage: petitions that are open meanwhile are open for longer.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn pause_collection(db: &mut Db, actor: &Actor, paused: bool, now: Timestamp) -> sqlx::Result<bool> {
    let before = store::site::settings(db).await?;
    let since = before.collection_paused_at.or(Some(now)).filter(|_| paused);
    let settings = SiteSettings { collection_paused_at: since, ..before.clone() };
    let otherwise = Thresholds::default();
    let changed = save_settings(db, actor, &settings_mark(&before), &settings, otherwise, now).await?;
    Ok(changed == Changed::Done)
}

/// The members in which two objects differ, as they were and as they are.
fn differences(before: Value, after: Value) -> (Value, Value) {
    let (Value::Object(mut before), Value::Object(mut after)) = (before, after) else { return Default::default() };
    let same: Vec<String> =
        before.iter().filter(|(name, was)| after.get(*name) == Some(*was)).map(|(name, _)| name.clone()).collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    (Value::Object(before), Value::Object(after))
}

/// How many petitions are looked at in one transaction.
const BATCH: i64 = 100;
/// For so long after a change another process may still count with the thresholds from before.
const OVERLAP: SignedDuration = SignedDuration::from_secs(5);

/// Brings the stamps of petitions up with thresholds that were changed; says how many had others. A few petitions at a
/// time, so that signers wait for none of it. Harmless when repeated.
///
/// # Errors
/// When the database fails; then it is done again.
pub async fn settle_thresholds(pool: &PgPool, thresholds: Thresholds, now: Timestamp) -> sqlx::Result<u64> {
    let mut db = pool.acquire().await?;
    let Some(changed_at) = store::site::thresholds_changed_at(&mut db).await? else { return Ok(0) };
    let (mut after, mut settled) = (0, 0);
    loop {
        let mut tx = db.begin().await?;
        let petitions = store::thresholds::unsettled(&mut tx, thresholds, after, BATCH).await?;
        let Some(last) = petitions.last() else { break };
        after = last.get();
        // Their counts stand still meanwhile.
        store::tallies::hold(&mut tx, &petitions).await?;
        settled += store::thresholds::settle(&mut tx, &petitions, thresholds, now).await?.len() as u64;
        tx.commit().await?;
    }
    if now.duration_since(changed_at) >= OVERLAP {
        store::site::thresholds_settled(&mut db, changed_at).await?;
    }
    Ok(settled)
}

/// What a change of this page is made from: a form that shows it carries it.
pub fn page_mark(page: Option<&SitePage>) -> String {
    fingerprint(&page.map_or(Value::Null, |page| json!([page.title, page.body])))
}

/// Writes a page of text, unless it is not that any more which the change was made from.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn write_page(
    db: &mut Db,
    actor: &Actor,
    slug: &str,
    made_from: &str,
    title: &str,
    body: &str,
    now: Timestamp,
) -> sqlx::Result<Changed<Option<SitePage>>> {
    let mut tx = db.begin().await?;
    store::site::hold(&mut tx).await?;
    let before = store::site_pages::find(&mut tx, slug).await?;
    if page_mark(before.as_ref()) != made_from {
        return Ok(Changed::Stale(before));
    }
    if before.as_ref().is_some_and(|before| before.title == title && before.body == body) {
        return Ok(Changed::Same);
    }
    store::site_pages::put(&mut tx, slug, title, body, actor.staff, now).await?;
    store::site::touch(&mut tx).await?;
    let act = Act {
        name: "page.write",
        subject: "page",
        subject_id: slug,
        before: before.map_or(Value::Null, |before| json!({ "title": before.title, "body": before.body })),
        after: json!({ "title": title, "body": body }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Changed::Done)
}

/// Removes what staff have written of a page; one that comes with the site has its first text again. Says whether there
/// was something to remove.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn remove_page(db: &mut Db, actor: &Actor, slug: &str, now: Timestamp) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    store::site::hold(&mut tx).await?;
    let Some(before) = store::site_pages::find(&mut tx, slug).await? else { return Ok(false) };
    store::site_pages::remove(&mut tx, slug).await?;
    store::site::touch(&mut tx).await?;
    let before = json!({ "title": before.title, "body": before.body });
    let act = Act { name: "page.remove", subject: "page", subject_id: slug, before, after: Value::Null };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(true)
}
