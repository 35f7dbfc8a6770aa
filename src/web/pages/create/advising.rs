//! What somebody is told who is writing a petition: what others ask for, and what usually gets a petition rejected.

use jiff::Timestamp;

use super::{form::Words, stage::Stage};
use crate::{
    app::App,
    domain::{
        advice::{self, About, Alike, MUCH_ALIKE},
        limits,
        petition::PetitionState,
        petition_text::Part,
    },
    store::{self, related},
    web::error::PageError,
};

/// Petitions that are like one that is being written, most similar first.
#[derive(Default)]
pub struct Similar {
    /// Those that can be signed.
    pub open: Vec<related::Similar>,
    /// Those that the Government has answered and that cannot be signed any more.
    pub answered: Vec<related::Similar>,
    /// Those that were rejected.
    pub rejected: Vec<related::Similar>,
}

impl Similar {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.answered.is_empty() && self.rejected.is_empty()
    }
}

/// What is like these words.
///
/// # Errors
/// When the database fails.
pub async fn similar(app: &App, words: &Words, now: Timestamp) -> Result<Similar, PageError> {
    let mut db = app.pool.acquire().await?;
    let all = app.relating.similar_to_text(&mut db, &words.text()).await?;
    let ids: Vec<_> = all.iter().map(|similar| similar.id).collect();
    let collecting = store::signatures::collecting(&mut db, &ids).await?;
    let is_open = |similar: &related::Similar| {
        // Nobody may have closed it yet.
        let ends = collecting.get(&similar.id).and_then(|petition| petition.closes_at);
        similar.state == PetitionState::Open && ends.is_none_or(|ends| ends > now)
    };
    let mut found = Similar::default();
    for similar in all {
        let list = if is_open(&similar) {
            &mut found.open
        } else if similar.state == PetitionState::Rejected {
            &mut found.rejected
        } else if similar.responded_on.is_some() {
            &mut found.answered
        } else {
            continue;
        };
        if list.len() < limits::SIMILAR_OF_A_KIND {
            list.push(similar);
        }
    }
    Ok(found)
}

/// A piece of advice as the page shows it.
pub struct Hint {
    /// What may be amiss.
    pub title: &'static str,
    /// How to put it better.
    pub remedy: &'static str,
    /// What was found.
    pub found: String,
    /// Where it can be changed.
    pub stage: Stage,
    /// The words on the button that leads there.
    pub button: &'static str,
}

/// What to think about before sending these words.
pub fn hints(words: &Words, similar: &Similar) -> Vec<Hint> {
    let is_much_alike = |similar: &&related::Similar| similar.likeness >= MUCH_ALIKE;
    let alike = Alike {
        open: similar.open.iter().any(|similar| is_much_alike(&similar)),
        // One that can still be signed may have been answered, too.
        answered: similar
            .open
            .iter()
            .chain(&similar.answered)
            .any(|similar| similar.responded_on.is_some() && is_much_alike(&similar)),
    };
    let hint = |advice: advice::Advice| {
        let (stage, button) = match (advice.about, advice.part) {
            (About::Open | About::Answered, _) => (Stage::Similar, "See petitions that are like yours"),
            (_, Part::Action) => (Stage::Action, "Change what you want done"),
            (_, Part::Background) => (Stage::Background, "Change your reason"),
            (_, Part::AdditionalDetails) => (Stage::Details, "Change the details"),
        };
        let found: Vec<String> = advice.found.iter().map(|found| format!("“{found}”")).collect();
        Hint { title: advice.about.title(), remedy: advice.about.remedy(), found: found.join(", "), stage, button }
    };
    advice::advice(words.texts(), alike).into_iter().map(hint).collect()
}
