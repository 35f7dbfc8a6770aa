//! Lists that staff keep: departments, topics, tags and rejection reasons, with how often each is used.

use super::Db;
use crate::domain::reference::{Entry, List};

/// An entry, and how many petitions use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The entry.
    pub entry: Entry,
    /// In how many places it is used; it cannot be removed before there is none.
    pub uses: i64,
}

/// A whole list, by name.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &mut Db, list: List) -> sqlx::Result<Vec<Used>> {
    let mut entries = match list {
        List::Departments => departments(db, None).await?,
        List::Topics => topics(db, None).await?,
        List::Tags => tags(db, None).await?,
        List::Reasons => reasons(db, None).await?,
    };
    entries.sort_by_cached_key(|used| used.entry.name.to_lowercase());
    Ok(entries)
}

/// One entry.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, list: List, key: &str) -> sqlx::Result<Option<Used>> {
    let found = match (list, key.parse::<i32>()) {
        (List::Departments, Ok(id)) => departments(db, Some(id)).await?,
        (List::Tags, Ok(id)) => tags(db, Some(id)).await?,
        (List::Departments | List::Tags, Err(_)) => Vec::new(),
        (List::Topics, _) => topics(db, Some(key)).await?,
        (List::Reasons, _) => reasons(db, Some(key)).await?,
    };
    // "007" is no other name for 7.
    Ok(found.into_iter().next().filter(|used| used.entry.key == key))
}

async fn departments(db: &mut Db, id: Option<i32>) -> sqlx::Result<Vec<Used>> {
    let rows = sqlx::query!(
        r#"select d.id, d.name, coalesce(d.acronym, '') as "acronym!", coalesce(d.url, '') as "url!",
               (select count(*) from petition_departments where department_id = d.id)
               + (select count(*) from government_responses where department_id = d.id)
               + (select count(*) from response_drafts where department_id = d.id)
               + (select count(*) from response_changes where department_id = d.id) as "uses!"
           from departments d where $1::int is null or d.id = $1"#,
        id
    )
    .fetch_all(db)
    .await?;
    let used = rows.into_iter().map(|row| Used {
        entry: Entry {
            key: row.id.to_string(),
            name: row.name,
            acronym: row.acronym,
            url: row.url,
            ..Entry::default()
        },
        uses: row.uses,
    });
    Ok(used.collect())
}

async fn topics(db: &mut Db, code: Option<&str>) -> sqlx::Result<Vec<Used>> {
    let rows = sqlx::query!(
        r#"select t.code, t.name, (select count(*) from petition_topics where topic_code = t.code) as "uses!"
           from topics t where $1::text is null or t.code = $1"#,
        code
    )
    .fetch_all(db)
    .await?;
    let used = rows
        .into_iter()
        .map(|row| Used { entry: Entry { key: row.code, name: row.name, ..Entry::default() }, uses: row.uses });
    Ok(used.collect())
}

async fn tags(db: &mut Db, id: Option<i32>) -> sqlx::Result<Vec<Used>> {
    let rows = sqlx::query!(
        r#"select t.id, t.name, t.description, (select count(*) from petition_tags where tag_id = t.id) as "uses!"
           from tags t where $1::int is null or t.id = $1"#,
        id
    )
    .fetch_all(db)
    .await?;
    let used = rows.into_iter().map(|row| Used {
        entry: Entry { key: row.id.to_string(), name: row.name, description: row.description, ..Entry::default() },
        uses: row.uses,
    });
    Ok(used.collect())
}

async fn reasons(db: &mut Db, code: Option<&str>) -> sqlx::Result<Vec<Used>> {
    let rows = sqlx::query!(
        r#"select r.code, r.title, r.description, r.hides,
               (select count(*) from rejections where code = r.code) as "uses!"
           from rejection_reasons r where $1::text is null or r.code = $1"#,
        code
    )
    .fetch_all(db)
    .await?;
    let used = rows.into_iter().map(|row| Used {
        entry: Entry {
            key: row.code,
            name: row.title,
            description: row.description,
            hides: row.hides,
            ..Entry::default()
        },
        uses: row.uses,
    });
    Ok(used.collect())
}

/// Whether another entry of the list has this name, or a new one has a code that is taken: the field, if so.
///
/// # Errors
/// When the database fails.
pub async fn clash(db: &mut Db, list: List, entry: &Entry, new: bool) -> sqlx::Result<Option<&'static str>> {
    let others = all(db, list).await?;
    if new && list.has_codes() && others.iter().any(|other| other.entry.key == entry.key) {
        return Ok(Some("code"));
    }
    let name = entry.name.to_lowercase();
    let taken =
        others.iter().any(|other| (new || other.entry.key != entry.key) && other.entry.name.to_lowercase() == name);
    Ok(taken.then_some("name"))
}

/// Holds a list until the end of the transaction: nobody else changes it meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db, list: List) -> sqlx::Result<()> {
    super::locks::take(db, list.code()).await
}

/// Adds an entry; gives what it is known by.
///
/// # Errors
/// When the database fails.
pub async fn add(db: &mut Db, list: List, entry: &Entry) -> sqlx::Result<String> {
    match list {
        List::Departments => {
            let id = sqlx::query_scalar!(
                "insert into departments (name, acronym, url) values ($1, nullif($2, ''), nullif($3, '')) returning id",
                entry.name,
                entry.acronym,
                entry.url
            );
            Ok(id.fetch_one(db).await?.to_string())
        }
        List::Tags => {
            let id = sqlx::query_scalar!(
                "insert into tags (name, description) values ($1, $2) returning id",
                entry.name,
                entry.description
            );
            Ok(id.fetch_one(db).await?.to_string())
        }
        List::Topics => {
            sqlx::query!("insert into topics (code, name) values ($1, $2)", entry.key, entry.name).execute(db).await?;
            Ok(entry.key.clone())
        }
        List::Reasons => {
            sqlx::query!(
                "insert into rejection_reasons (code, title, description, hides) values ($1, $2, $3, $4)",
                entry.key,
                entry.name,
                entry.description,
                entry.hides
            )
            .execute(db)
            .await?;
            Ok(entry.key.clone())
        }
    }
}

/// The number by which an entry is known; `-1`, which none has, for what is no number.
fn number(key: &str) -> i32 {
    key.parse().unwrap_or(-1)
}

/// Changes an entry.
///
/// # Errors
/// When the database fails.
pub async fn change(db: &mut Db, list: List, entry: &Entry) -> sqlx::Result<()> {
    match list {
        List::Departments => {
            sqlx::query!(
                "update departments set name = $2, acronym = nullif($3, ''), url = nullif($4, '') where id = $1",
                number(&entry.key),
                entry.name,
                entry.acronym,
                entry.url
            )
            .execute(db)
            .await?
        }
        List::Tags => {
            sqlx::query!(
                "update tags set name = $2, description = $3 where id = $1",
                number(&entry.key),
                entry.name,
                entry.description
            )
            .execute(db)
            .await?
        }
        List::Topics => {
            sqlx::query!("update topics set name = $2 where code = $1", entry.key, entry.name).execute(db).await?
        }
        List::Reasons => {
            sqlx::query!(
                "update rejection_reasons set title = $2, description = $3, hides = $4 where code = $1",
                entry.key,
                entry.name,
                entry.description,
                entry.hides
            )
            .execute(db)
            .await?
        }
    };
    Ok(())
}

/// Removes an entry that nothing uses.
///
/// # Errors
/// When the database fails, and when something uses it.
pub async fn remove(db: &mut Db, list: List, key: &str) -> sqlx::Result<()> {
    match list {
        List::Departments => sqlx::query!("delete from departments where id = $1", number(key)).execute(db).await?,
        List::Tags => sqlx::query!("delete from tags where id = $1", number(key)).execute(db).await?,
        List::Topics => sqlx::query!("delete from topics where code = $1", key).execute(db).await?,
        List::Reasons => sqlx::query!("delete from rejection_reasons where code = $1", key).execute(db).await?,
    };
    Ok(())
}

/// Has everything that uses one entry use another instead. Reasons are not merged.
///
/// # Errors
/// When the database fails.
pub async fn merge(db: &mut Db, list: List, from: &str, into: &str) -> sqlx::Result<()> {
    match list {
        List::Departments => {
            let (from, into) = (number(from), number(into));
            sqlx::query!(
                "insert into petition_departments (petition_id, department_id, position)
                 select petition_id, $2, position from petition_departments where department_id = $1
                 on conflict do nothing",
                from,
                into
            )
            .execute(&mut *db)
            .await?;
            sqlx::query!("delete from petition_departments where department_id = $1", from).execute(&mut *db).await?;
            sqlx::query!("update government_responses set department_id = $2 where department_id = $1", from, into)
                .execute(&mut *db)
                .await?;
            sqlx::query!("update response_drafts set department_id = $2 where department_id = $1", from, into)
                .execute(&mut *db)
                .await?;
            sqlx::query!("update response_changes set department_id = $2 where department_id = $1", from, into)
                .execute(&mut *db)
                .await?;
        }
        List::Topics => {
            sqlx::query!(
                "insert into petition_topics (petition_id, topic_code)
                 select petition_id, $2 from petition_topics where topic_code = $1 on conflict do nothing",
                from,
                into
            )
            .execute(&mut *db)
            .await?;
            sqlx::query!("delete from petition_topics where topic_code = $1", from).execute(&mut *db).await?;
        }
        List::Tags => {
            let (from, into) = (number(from), number(into));
            sqlx::query!(
                "insert into petition_tags (petition_id, tag_id)
                 select petition_id, $2 from petition_tags where tag_id = $1 on conflict do nothing",
                from,
                into
            )
            .execute(&mut *db)
            .await?;
            sqlx::query!("delete from petition_tags where tag_id = $1", from).execute(&mut *db).await?;
        }
        List::Reasons => {}
    }
    Ok(())
}
