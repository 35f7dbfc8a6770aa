//! Finds what is most like a text among very many: for each term, the petitions that have it.

use std::collections::HashMap;

use super::{Terms, Weights, repeated};
use crate::domain::petition::{PetitionId, PetitionState};

/// The petitions that can be found, by their terms. Takes some four bytes a term and petition.
#[derive(Debug, Default)]
pub struct Index {
    weights: Weights,
    /// The place of each term in `having`.
    terms: HashMap<Box<str>, u32>,
    having: Vec<Having>,
    entries: Vec<Entry>,
    /// The place of each petition in `entries`.
    places: HashMap<PetitionId, u32>,
}

/// The petitions that have a term.
#[derive(Debug)]
struct Having {
    /// What the term weighs.
    weight: f32,
    /// The place of a petition, and in the lowest byte how often it has the term. A million petitions would take 20 bits.
    petitions: Vec<u32>,
}

#[derive(Debug)]
struct Entry {
    id: PetitionId,
    /// `None` once it has been taken out, or put in anew.
    state: Option<PetitionState>,
    /// One over the length of its vector.
    scale: f32,
}

/// A petition that is like a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alike {
    /// Which it is.
    pub id: PetitionId,
    /// How much, from 0 to 1.
    pub likeness: f32,
}

impl Index {
    /// Most petitions that can be held, those that were taken out included until there is room to be made.
    const MOST: usize = 1 << 24;

    /// An index without petitions.
    pub fn new(weights: Weights) -> Self {
        Self { weights, ..Self::default() }
    }

    /// How much terms say.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// How many petitions can be found.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Puts a petition in, instead of what was known of it.
    pub fn put(&mut self, id: PetitionId, state: PetitionState, terms: &Terms) {
        self.take_out(id);
        let (Ok(place), true) = (u32::try_from(self.entries.len()), self.entries.len() < Self::MOST) else { return };
        let mut length = 0.0;
        for (term, found) in &terms.0 {
            let at = self.place_of(term);
            let having = &mut self.having[at];
            length += (having.weight * repeated(found.count)).powi(2);
            having.petitions.push(place << 8 | u32::from(found.count));
        }
        self.entries.push(Entry { id, state: Some(state), scale: scale(length) });
        self.places.insert(id, place);
    }

    /// Takes a petition out.
    pub fn take_out(&mut self, id: PetitionId) {
        if let Some(place) = self.places.remove(&id) {
            self.entries[place as usize].state = None;
            if self.entries.len() > 2 * self.places.len() + 100 {
                self.make_room();
            }
        }
    }

    fn place_of(&mut self, term: &str) -> usize {
        if let Some(at) = self.terms.get(term) {
            return *at as usize;
        }
        let at = self.having.len();
        self.terms.insert(term.into(), u32::try_from(at).unwrap_or(u32::MAX));
        self.having.push(Having { weight: self.weights.of(term), petitions: Vec::new() });
        at
    }

    /// Forgets what was taken out.
    fn make_room(&mut self) {
        let mut moved: Vec<Option<u32>> = Vec::with_capacity(self.entries.len());
        let mut next = 0;
        for entry in &self.entries {
            moved.push(entry.state.map(|_| next));
            next += u32::from(entry.state.is_some());
        }
        for having in &mut self.having {
            having.petitions.retain_mut(|posting| match moved[(*posting >> 8) as usize] {
                Some(place) => {
                    *posting = place << 8 | (*posting & 0xff);
                    true
                }
                None => false,
            });
        }
        self.entries.retain(|entry| entry.state.is_some());
        self.places = self.entries.iter().zip(0..).map(|(entry, place)| (entry.id, place)).collect();
    }

    /// The petitions that are most like these terms, most alike first and then by number: no more than `most`, no less alike
    /// than `least`, and only those that are wanted.
    pub fn alike(
        &self,
        terms: &Terms,
        least: f32,
        most: usize,
        wanted: impl Fn(PetitionId, PetitionState) -> bool,
    ) -> Vec<Alike> {
        let mut products = vec![0.0_f32; self.entries.len()];
        let mut length = 0.0;
        for (term, found) in &terms.0 {
            let Some(having) = self.terms.get(term.as_str()).map(|at| &self.having[*at as usize]) else {
                length += (self.weights.of(term) * repeated(found.count)).powi(2);
                continue;
            };
            length += (having.weight * repeated(found.count)).powi(2);
            let weight = having.weight * having.weight;
            // Terms that all have say nothing.
            if weight > 0.0 {
                let mine = repeated(found.count);
                for posting in &having.petitions {
                    let theirs = REPEATED[(*posting & 0xff) as usize];
                    products[(*posting >> 8) as usize] += mine * theirs * weight;
                }
            }
        }
        let mine = scale(length);
        let mut alike: Vec<Alike> = self
            .entries
            .iter()
            .zip(products)
            .filter(|(_, product)| *product > 0.0)
            .filter_map(|(entry, product)| {
                let likeness = product * (mine * entry.scale);
                let state = entry.state.filter(|_| likeness >= least)?;
                wanted(entry.id, state).then_some(Alike { id: entry.id, likeness })
            })
            .collect();
        let order = |a: &Alike, b: &Alike| b.likeness.total_cmp(&a.likeness).then_with(|| a.id.cmp(&b.id));
        if alike.len() > most {
            alike.select_nth_unstable_by(most, order);
            alike.truncate(most);
        }
        alike.sort_unstable_by(order);
        alike
    }
}

/// [`repeated`] of every count.
static REPEATED: std::sync::LazyLock<[f32; 256]> =
    std::sync::LazyLock::new(|| std::array::from_fn(|count| repeated(u8::try_from(count).unwrap_or(u8::MAX))));

fn scale(length: f32) -> f32 {
    if length > 0.0 { length.sqrt().recip() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::likeness::Text;

    fn terms(action: &str) -> Terms {
        Terms::of(&Text { action, ..Text::default() })
    }

    #[test]
    fn what_was_taken_out_or_changed_is_not_found() {
        let mut index = Index::new(Weights::new(3, HashMap::new()));
        index.put(1.into(), PetitionState::Open, &terms("badgers"));
        index.put(2.into(), PetitionState::Rejected, &terms("badgers and foxes"));
        let ids = |index: &Index, words: &str| -> Vec<i64> {
            index.alike(&terms(words), 0.0, 10, |_, _| true).iter().map(|alike| alike.id.get()).collect()
        };
        assert_eq!(ids(&index, "badgers"), [1, 2]);
        index.put(1.into(), PetitionState::Closed, &terms("hedgehogs"));
        assert_eq!(ids(&index, "badgers"), [2]);
        index.take_out(2.into());
        index.take_out(3.into());
        assert_eq!((ids(&index, "badgers"), index.len()), (vec![], 1));
    }

    proptest! {
        /// Whatever happened before, what is found is what would be found if only the last of each were ever put in.
        #[test]
        fn the_past_leaves_no_trace(acts in prop::collection::vec((1..40_i64, "[a-f]{2}( [a-f]{2}){0,4}", any::<bool>()), 1..60)) {
            let weights = Weights::new(40, HashMap::from([("aa".to_owned(), 9), ("ab".to_owned(), 3)]));
            let mut index = Index::new(weights.clone());
            let mut last: std::collections::BTreeMap<i64, Option<&str>> = std::collections::BTreeMap::new();
            for round in 0..5 {
                for (id, words, stays) in &acts {
                    if *stays || round == 0 {
                        index.put((*id).into(), PetitionState::Open, &terms(words));
                        last.insert(*id, Some(words));
                    } else {
                        index.take_out((*id).into());
                        last.insert(*id, None);
                    }
                }
            }
            let mut fresh = Index::new(weights);
            for (id, words) in &last {
                if let Some(words) = words {
                    fresh.put((*id).into(), PetitionState::Open, &terms(words));
                }
            }
            prop_assert_eq!(index.len(), fresh.len());
            for (_, words, _) in &acts {
                let found = |index: &Index| index.alike(&terms(words), 0.01, 7, |_, _| true);
                prop_assert_eq!(found(&index), found(&fresh));
            }
        }
    }
}
