//! Which cards build what a specification asks for: a hint by words, never a proof.
//!
//! What is asked for are the list items of the parts that are built (of the core features, the schema, the endpoints and
//! the criteria also their paragraphs); name, overview, technology and steps ask for nothing by themselves. A card builds
//! it when it came from the same specification, or from none that is known, and its title shares enough words with it:
//! half of the weight of the shorter of the two and at least two words, or three tenths and one word when the card's category
//! is the part's name. Words are compared without endings and letter case; a rare word weighs more than a common one, and
//! one that most titles have weighs nothing.

mod asks;
mod words;

pub use asks::Ask;

use super::Spec;
use std::collections::{HashMap, HashSet};

/// A card as far as its words go.
#[derive(Debug, Clone, Copy)]
pub struct CardWords<'a> {
    /// Its title.
    pub name: &'a str,
    /// Free text from the specification.
    pub category: &'a str,
    /// The name of the specification it came from.
    pub source_spec: &'a str,
}

/// Something a specification asks for, with the cards that build it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// What is asked for.
    pub ask: Ask,
    /// Places of the cards that build it, the likeliest first; at most [`MOST_CARDS`].
    pub cards: Vec<usize>,
}

/// How many cards one ask names at most.
pub const MOST_CARDS: usize = 20;
/// The share of words that makes a card one that builds it.
const ENOUGH: f64 = 0.5;
/// The same when the card's category is the part's name.
const ENOUGH_IN_CATEGORY: f64 = 0.3;
/// With fewer cards no word is too common.
const FEW_CARDS: usize = 20;

/// The cards by their words, so that an ask looks at those only that share one with it.
pub struct Index<'a> {
    cards: &'a [CardWords<'a>],
    /// Which cards have a word in their titles, and what the word weighs; no cards for one that most titles have.
    by_word: HashMap<String, (Vec<usize>, f64)>,
    /// What the words of each title weigh together, and how many count.
    totals: Vec<(f64, usize)>,
    categories: Vec<HashSet<String>>,
}

impl<'a> Index<'a> {
    /// Reads the words of `cards`. Linear in them.
    pub fn of(cards: &'a [CardWords<'a>]) -> Self {
        let mut by_word: HashMap<String, (Vec<usize>, f64)> = HashMap::new();
        for (place, card) in cards.iter().enumerate() {
            for word in words::of(card.name) {
                by_word.entry(word).or_default().0.push(place);
            }
        }
        if cards.len() > FEW_CARDS {
            for (places, _) in by_word.values_mut().filter(|(places, _)| places.len() * 2 > cards.len()) {
                places.clear();
            }
        }
        let mut totals = vec![(0.0, 0); cards.len()];
        for (places, weight) in by_word.values_mut().filter(|(places, _)| !places.is_empty()) {
            *weight = weight_of(cards.len(), places.len());
            for place in places {
                totals[*place].0 += *weight;
                totals[*place].1 += 1;
            }
        }
        let categories = cards.iter().map(|card| words::of(card.category)).collect();
        Self { cards, by_word, totals, categories }
    }

    /// What `spec` asks for, in its order, each with the cards that build it. `known` names every specification.
    pub fn covered(&self, name: &str, spec: &Spec, known: &HashSet<&str>) -> Vec<Covered> {
        let may_build = |card: &CardWords<'_>| card.source_spec == name || !known.contains(card.source_spec);
        let may_build: Vec<bool> = self.cards.iter().map(may_build).collect();
        asks::of(spec).into_iter().map(|ask| Covered { cards: self.cards_of(&ask, &may_build), ask }).collect()
    }

    fn cards_of(&self, ask: &Ask, may_build: &[bool]) -> Vec<usize> {
        let (mut shared, mut total, mut counted): (HashMap<usize, (f64, usize)>, f64, usize) = (HashMap::new(), 0.0, 0);
        for word in words::of(&ask.text) {
            let (places, weight) = match self.by_word.get(&word) {
                // Most titles have it.
                Some((places, _)) if places.is_empty() => continue,
                Some((places, weight)) => (places.as_slice(), *weight),
                None => (&[][..], weight_of(self.cards.len(), 1)),
            };
            total += weight;
            counted += 1;
            for place in places.iter().filter(|place| may_build[**place]) {
                let of = shared.entry(*place).or_default();
                of.0 += weight;
                of.1 += 1;
            }
        }
        let part = words::of(&ask.section);
        let mut likely: Vec<(f64, usize)> = shared
            .into_iter()
            .filter_map(|(place, (weight, words))| {
                let (whole, whole_count) = self.totals[place];
                let share = weight / whole.min(total);
                let category = &self.categories[place];
                let is_in_category = !category.is_empty() && category.is_subset(&part);
                let is_enough = share >= ENOUGH && words >= whole_count.min(counted).min(2);
                (is_enough || (is_in_category && share >= ENOUGH_IN_CATEGORY)).then_some((share, place))
            })
            .collect();
        likely.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        likely.into_iter().take(MOST_CARDS).map(|(_, place)| place).collect()
    }
}

fn weight_of(cards: usize, with_it: usize) -> f64 {
    (1.0 + cards as f64 / with_it.max(1) as f64).ln()
}

#[cfg(test)]
mod tests;
