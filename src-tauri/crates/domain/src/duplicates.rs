//! Names so alike that two cards are probably the same work.

use std::collections::BTreeMap;

/// From which likeness on two names are reported; 1 is equal after normalising.
pub const ALIKE: f64 = 0.92;
/// How many similar names one question is answered with at most.
const MOST_ANSWERS: usize = 5;
/// How many names one question is compared with letter by letter at most, the likeliest first.
const MOST_COMPARED: usize = 100;

/// A card whose name is like the one asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar<K> {
    /// Which card, as it was inserted.
    pub key: K,
    /// Its name as written.
    pub name: String,
    /// From [`ALIKE`] to 1.
    pub likeness: f64,
}

/// Names to compare with. Answers a question by looking only at names of nearly the same length.
#[derive(Debug, Clone)]
pub struct NameIndex<K> {
    by_length: BTreeMap<usize, Vec<Entry<K>>>,
}

#[derive(Debug, Clone)]
struct Entry<K> {
    key: K,
    name: String,
    shape: Shape,
}

/// What two names are compared by: case, spaces and punctuation do not count.
#[derive(Debug, Clone)]
struct Shape {
    text: String,
    length: usize,
    /// How often each letter occurs, letters folded into few counters: a cheap lower bound of the edit distance.
    letters: [u8; 32],
    /// "Part 1" and "part 2" differ by one letter but are never the same work.
    numbers: Vec<String>,
}

impl<K> Default for NameIndex<K> {
    fn default() -> Self {
        Self { by_length: BTreeMap::new() }
    }
}

impl<K: Copy> NameIndex<K> {
    /// Adds a name under a key of the caller's choice.
    pub fn insert(&mut self, key: K, name: &str) {
        let shape = Shape::of(name);
        self.by_length.entry(shape.length).or_default().push(Entry { key, name: name.to_owned(), shape });
    }

    /// The names most like `name`, best first; at most five. A warning's basis, not a proof: very many names that
    /// share nearly all letters are not all compared.
    pub fn similar(&self, name: &str) -> Vec<Similar<K>> {
        let shape = Shape::of(name);
        let shortest = (shape.length as f64 * ALIKE).ceil() as usize;
        let longest = (shape.length as f64 / ALIKE).floor() as usize;
        let mut candidates: Vec<(usize, &Entry<K>)> = self
            .by_length
            .range(shortest..=longest)
            .flat_map(|(_, entries)| entries)
            .filter(|entry| entry.shape.numbers == shape.numbers)
            .filter_map(|entry| shape.least_distance(&entry.shape).map(|distance| (distance, entry)))
            .collect();
        candidates.sort_by_key(|(distance, _)| *distance);
        let compare = |(_, entry): (usize, &Entry<K>)| {
            let likeness = shape.likeness(&entry.shape);
            (likeness >= ALIKE).then(|| Similar { key: entry.key, name: entry.name.clone(), likeness })
        };
        let mut found: Vec<Similar<K>> = candidates.into_iter().take(MOST_COMPARED).filter_map(compare).collect();
        found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
        found.truncate(MOST_ANSWERS);
        found
    }
}

impl Shape {
    fn of(name: &str) -> Self {
        let lower = name.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let text = if words.is_empty() { lower.trim().to_owned() } else { words.join(" ") };
        let numbers = text.split(|c: char| !c.is_numeric()).filter(|run| !run.is_empty()).map(str::to_owned).collect();
        let mut letters = [0u8; 32];
        for letter in text.chars() {
            let counter = &mut letters[letter as usize % 32];
            *counter = counter.saturating_add(1);
        }
        Self { length: text.chars().count(), letters, numbers, text }
    }

    /// A lower bound of the edit distance, or none when it already rules out that the two are alike.
    fn least_distance(&self, other: &Shape) -> Option<usize> {
        let (mut missing, mut added) = (0usize, 0usize);
        for (mine, theirs) in self.letters.iter().zip(other.letters) {
            missing += usize::from(mine.saturating_sub(theirs));
            added += usize::from(theirs.saturating_sub(*mine));
        }
        let distance = missing.max(added);
        let longer = self.length.max(other.length);
        (distance as f64 <= longer as f64 * (1.0 - ALIKE) + f64::EPSILON).then_some(distance)
    }

    fn likeness(&self, other: &Shape) -> f64 {
        if self.text == other.text { 1.0 } else { strsim::normalized_levenshtein(&self.text, &other.text) }
    }
}

/// The names among `existing` most like `name`, best first, with their positions. For one question; ask a
/// [`NameIndex`] when there are many.
pub fn similar(name: &str, existing: &[&str]) -> Vec<Similar<usize>> {
    let mut index = NameIndex::default();
    for (position, known) in existing.iter().enumerate() {
        index.insert(position, known);
    }
    index.similar(name)
}
