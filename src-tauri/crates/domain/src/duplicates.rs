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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn names(name: &str, existing: &[&str]) -> Vec<String> {
        similar(name, existing).into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn case_spaces_and_punctuation_do_not_make_a_name_different() {
        let found = similar("User login-form", &["Sign up", "  USER LOGIN: form!"]);
        assert_eq!(found, [Similar { key: 1, name: "  USER LOGIN: form!".into(), likeness: 1.0 }]);
    }

    #[test]
    fn a_typing_error_or_an_ending_is_noticed_and_another_word_is_not() {
        assert_eq!(names("Users can reset their password", &["User can reset their password"]).len(), 1);
        assert_eq!(names("Create a customer invoice", &["Create a costumer invoice"]).len(), 1);
        assert_eq!(names("Create a customer", &["Delete a customer", "Create an order"]), [""; 0]);
    }

    #[test]
    fn names_that_differ_in_a_number_are_different_work() {
        assert_eq!(names("Import contacts (part 1 of 3)", &["Import contacts (part 2 of 3)"]), [""; 0]);
        assert_eq!(names("Import contacts (part 1 of 3)", &["Import contacts, part 1 of 3"]).len(), 1);
    }

    #[test]
    fn the_best_come_first_and_no_more_than_five() {
        let base = "The whole catalogue can be searched by title and author";
        let existing: Vec<String> =
            ["", "s", "!", " x", "ss", " xy", "sx", " z"].map(|end| format!("{base}{end}")).into();
        let existing: Vec<&str> = existing.iter().map(String::as_str).collect();
        let found = similar(base, &existing);
        assert_eq!(found.len(), 5);
        assert_eq!((found[0].key, found[1].key), (0, 2), "the equal ones first, in the order they were given");
        assert!(found.is_sorted_by(|a, b| a.likeness >= b.likeness), "{found:?}");
        assert!(found.iter().all(|answer| (ALIKE..=1.0).contains(&answer.likeness)), "{found:?}");
    }

    #[test]
    fn the_quick_exclusion_never_hides_an_answer() {
        let words = ["order", "orders", "ordering", "list", "lists", "customer", "customers", "of", "the", "a"];
        let all: Vec<String> =
            (0..600).map(|n| [n % 10, n / 7 % 10, n / 3 % 10, n / 60].map(|word| words[word]).join(" ")).collect();
        let mut index = NameIndex::default();
        for (position, name) in all.iter().enumerate() {
            index.insert(position, name);
        }
        for name in all.iter().step_by(13) {
            let likeness = |other: &String| strsim::normalized_levenshtein(name, other);
            let best = all.iter().map(likeness).filter(|likeness| *likeness >= ALIKE).count().min(MOST_ANSWERS);
            assert_eq!(index.similar(name).len(), best, "as many as comparing with every name finds for {name:?}");
        }
    }

    #[test]
    fn names_without_letters_and_empty_names_are_compared_as_they_are() {
        assert_eq!(names("???", &["???", "!!!"]), ["???"]);
        assert_eq!(names("", &["a"]), [""; 0]);
    }

    #[test]
    fn a_batch_of_three_hundred_is_compared_with_ten_thousand_names_in_time() {
        // The hardest case: all names of one length, made of the same letters.
        let letters = ["retain", "retina", "nitrea", "antire", "tinear", "airent", "entira", "trainé"];
        let name = |n: usize| (0..6).map(|word| letters[n / 8usize.pow(word) % 8]).collect::<Vec<_>>().join(" ");
        let mut index = NameIndex::default();
        for n in 0..10_000 {
            index.insert(n, &name(n * 26));
        }
        // Without optimisation a tenth of the batch takes as long as the whole does with it.
        let batch = if cfg!(debug_assertions) { 30 } else { 300 };
        let started = Instant::now();
        let found = (0..batch).filter(|n| !index.similar(&name(n * 31)).is_empty()).count();
        let took = started.elapsed();
        println!("{batch} names against 10,000: {took:?}, {found} with an answer");
        assert!(took < Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 1 }), "took {took:?}");
    }
}
