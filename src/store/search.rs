//! Searching: from what a person types to a query that the database understands.
//!
//! Every word counts, the beginning of a word is enough, and a word that no petition has is taken for the
//! nearest one that some petition has.

use super::Db;
use crate::domain::text;

/// Most words of a search that are looked at.
const WORDS: usize = 12;
/// How alike a word must be to be taken for the one meant (pg_trgm's similarity, 0 to 1).
const ALIKE: f32 = 0.3;

/// What a search means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Understood {
    /// The query in the database's words; `None`: nothing in it can be looked for.
    pub query: Option<String>,
    /// What was looked for instead, if a word was taken for another.
    pub instead: Option<String>,
    /// Beginnings of words to mark in what was found, folded.
    pub marks: Vec<String>,
}

/// Understands what a person typed.
///
/// # Errors
/// When the database fails.
pub async fn understand(db: &mut Db, typed: &str) -> sqlx::Result<Understood> {
    let folded = text::fold(typed);
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS)
        .map(|word| word.chars().take(40).collect())
        .collect();
    let rows = sqlx::query!(
        r#"select w.word as "word!", w.stem, w.known as "known!",
               case when not w.known and char_length(w.word) >= 4 then (
                   select v.word from petition_words v
                   where v.word % w.word and similarity(v.word, w.word) >= $2 and v.word !~ '[0-9]'
                   order by similarity(v.word, w.word) desc, v.petitions desc, v.word
                   limit 1)
               end as nearest
           from (
               select t.word, t.position,
                   (tsvector_to_array(to_tsvector('english', t.word)))[1] as stem,
                   exists (select from petitions p
                           where p.search @@ to_tsquery('english', '''' || t.word || ''':*')
                             and p.state in ('open', 'closed', 'rejected')) as known
               from unnest($1::text[]) with ordinality t (word, position)
           ) w
           order by w.position"#,
        &words,
        ALIKE
    )
    .fetch_all(db)
    .await?;

    let mut understood = Understood::default();
    let (mut terms, mut shown, mut changed) = (Vec::new(), Vec::new(), false);
    for row in rows {
        // Words such as "the" have no stem; they stand in every text and say nothing.
        let Some(stem) = row.stem else {
            shown.push(row.word);
            continue;
        };
        let word = match row.nearest {
            Some(nearest) if !row.known => {
                changed = true;
                understood.marks.push(nearest.clone());
                nearest
            }
            _ => {
                // "policy" has the stem "polici".
                if let Some(before) = stem.strip_suffix('i') {
                    understood.marks.push(format!("{before}y"));
                }
                understood.marks.push(stem);
                understood.marks.push(row.word.clone());
                row.word
            }
        };
        terms.push(format!("'{word}':*"));
        shown.push(word);
    }
    understood.query = (!terms.is_empty()).then(|| terms.join(" & "));
    understood.instead = changed.then(|| shown.join(" "));
    Ok(understood)
}

/// Brings the list of words up to date with the petitions, without keeping searches waiting.
///
/// # Errors
/// When the database fails.
pub async fn refresh_words(db: &mut Db) -> sqlx::Result<()> {
    sqlx::query!("refresh materialized view concurrently petition_words").execute(db).await?;
    Ok(())
}
