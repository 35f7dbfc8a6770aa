//! Petitions of which it is known which are about the same thing, to judge by.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use undersigned::domain::{
    likeness::{Index, Terms, Text, Weights},
    petition::PetitionState,
};

/// Related petitions that are looked at.
pub const FIVE: usize = 5;

/// Petitions with what they are about.
pub struct Labelled(pub Vec<Petition>);

/// A petition with what it is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Petition {
    about: BTreeSet<String>,
    published: Option<u32>,
    /// What it asks for.
    #[serde(default)]
    pub action: String,
    /// Why, in short.
    #[serde(default)]
    pub background: String,
    /// Why, at length.
    #[serde(default)]
    pub additional_details: String,
}

impl Petition {
    /// Its words.
    pub fn text(&self) -> Text<'_> {
        Text { action: &self.action, background: &self.background, additional_details: &self.additional_details }
    }

    /// The same petition with the words that were published.
    fn with_words(mut self, published: u32) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/petitions");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap_or_else(|error| panic!("{folder}: {error}"))
            .map(|file| file.expect("a file").path())
            .filter(|path| {
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{published}_")))
            })
            .collect();
        files.sort();
        let file = std::fs::read(files.first().unwrap_or_else(|| panic!("no petition {published}"))).expect("a file");
        let json: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
        let word = |name: &str| json["data"]["attributes"][name].as_str().unwrap_or_default().to_owned();
        (self.action, self.background) = (word("action"), word("background"));
        self.additional_details = word("additional_details");
        assert!(!self.action.is_empty(), "{published}");
        self
    }
}

/// How good those were that were found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judged {
    /// For how many petitions there is anything related.
    pub petitions: usize,
    /// Of five places, the share in which a related one stands.
    pub precision: f64,
    /// The precision if all that are related were found.
    pub best: f64,
    /// Of the related ones, five at the most, the share that was found.
    pub recall: f64,
    /// Of those that were shown, the share that is related.
    pub shown: f64,
}

impl Labelled {
    /// Whole petitions that were written for this, and some real ones.
    pub fn texts() -> Self {
        #[derive(Deserialize)]
        struct File {
            petition: Vec<Petition>,
        }
        let file: File = toml::from_str(include_str!("texts.toml")).expect("a labelled set");
        let petitions = file.petition.into_iter().map(|petition| match petition.published {
            Some(published) => petition.with_words(published),
            None => petition,
        });
        Self(petitions.collect())
    }

    /// Judges what `find` finds for each petition, most similar first.
    pub fn judge(&self, mut find: impl FnMut(usize) -> Vec<usize>) -> Judged {
        let mut judged = Judged::default();
        let (mut shown, mut right) = (0, 0);
        for (at, petition) in self.0.iter().enumerate() {
            let is_related = |other: usize| other != at && !self.0[other].about.is_disjoint(&petition.about);
            let related = (0..self.0.len()).filter(|other| is_related(*other)).count().min(FIVE);
            if related == 0 {
                continue;
            }
            let found = find(at);
            let found = &found[..found.len().min(FIVE)];
            let hits = found.iter().filter(|other| is_related(**other)).count();
            judged.petitions += 1;
            judged.precision += hits as f64 / FIVE as f64;
            judged.best += related as f64 / FIVE as f64;
            judged.recall += hits as f64 / related as f64;
            shown += found.len();
            right += hits;
        }
        let all = judged.petitions as f64;
        Judged {
            precision: judged.precision / all,
            best: judged.best / all,
            recall: judged.recall / all,
            shown: f64::from(right as u32) / f64::from(shown.max(1) as u32),
            ..judged
        }
    }

    /// Judges the site's own method: petitions that are at least so much alike.
    pub fn judge_ours(&self, least: f32) -> Judged {
        let terms: Vec<Terms> = self.0.iter().map(|petition| Terms::of(&petition.text())).collect();
        let mut with: HashMap<String, u32> = HashMap::new();
        terms.iter().flat_map(Terms::iter).for_each(|term| *with.entry(term.to_owned()).or_default() += 1);
        let mut index = Index::new(Weights::new(terms.len() as u32, with));
        for (terms, id) in terms.iter().zip(1..) {
            index.put(i64::into(id), PetitionState::Open, terms);
        }
        self.judge(|at| {
            let itself = at as i64 + 1;
            let found = index.alike(&terms[at], least, FIVE, |id, _| id.get() != itself);
            found.iter().map(|alike| alike.id.get() as usize - 1).collect()
        })
    }
}
