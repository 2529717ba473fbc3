//! Splitting cards with too many steps for one session, without losing or reordering any.

mod text;

pub use text::from_text;

use crate::{
    feature::{Kind, NewFeature},
    limits::LONGEST_NAME,
};
use std::ops::Range;

/// From how many steps on a card is split.
pub const SPLIT_FROM: usize = 10;
/// How many steps a part has at most.
pub const MOST_STEPS: usize = 7;

/// A card to be created, and the cards of the same batch it depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The card.
    pub feature: NewFeature,
    /// Positions in the batch, from 0.
    pub depends_on_index: Vec<usize>,
}

impl From<NewFeature> for Draft {
    fn from(feature: NewFeature) -> Self {
        Self { feature, depends_on_index: Vec::new() }
    }
}

/// A dependency by position that the batch cannot keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// It points behind the end.
    #[error("entry {entry} depends on entry {index}, but the batch has only {length} entries, counted from 0")]
    NoSuchEntry {
        /// The entry that depends, from 0.
        entry: usize,
        /// What it names.
        index: usize,
        /// Entries in the batch.
        length: usize,
    },
    /// It names itself.
    #[error("entry {entry} cannot depend on itself; leave {entry} out of its depends_on_index")]
    Itself {
        /// The entry, from 0.
        entry: usize,
    },
}

/// A batch after splitting.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitBatch {
    /// All parts in order, their positions counted in this list.
    pub drafts: Vec<Draft>,
    /// For each entry of the original batch, where its parts are in `drafts`; one long when it was not split.
    pub parts: Vec<Range<usize>>,
}

impl SplitBatch {
    /// How many entries of the original batch were split.
    pub fn split_count(&self) -> usize {
        self.parts.iter().filter(|range| range.len() > 1).count()
    }
}

/// Splits every card of the batch that has [`SPLIT_FROM`] steps or more into parts of at most [`MOST_STEPS`].
///
/// The parts of one card hold its steps in their order, none lost and none twice, in sizes that differ by one at most.
/// Each part keeps every other field of the whole, is named after it with ` (part i of n)`, and depends on the part
/// before. Whoever depended on the whole depends on its last part. Bugs are left whole: their steps are how to
/// reproduce them. Fails with [`BatchError`] when a position does not exist or names its own entry.
pub fn auto_split(batch: Vec<Draft>) -> Result<SplitBatch, BatchError> {
    let length = batch.len();
    let mut parts: Vec<Range<usize>> = Vec::with_capacity(length);
    for (entry, draft) in batch.iter().enumerate() {
        if let Some(index) = draft.depends_on_index.iter().copied().find(|index| *index >= length) {
            return Err(BatchError::NoSuchEntry { entry, index, length });
        }
        if draft.depends_on_index.contains(&entry) {
            return Err(BatchError::Itself { entry });
        }
        let start = parts.last().map_or(0, |range| range.end);
        parts.push(start..start + part_count(&draft.feature));
    }
    let mut drafts = Vec::with_capacity(parts.last().map_or(0, |range| range.end));
    for (draft, range) in batch.into_iter().zip(&parts) {
        let depends_on_index: Vec<usize> = draft.depends_on_index.iter().map(|index| parts[*index].end - 1).collect();
        if range.len() == 1 {
            drafts.push(Draft { feature: draft.feature, depends_on_index });
            continue;
        }
        for (position, steps) in balanced(&draft.feature.steps, range.len()).enumerate() {
            let mut depends_on_index = depends_on_index.clone();
            if position > 0 {
                depends_on_index.push(range.start + position - 1);
            }
            let name = part_name(&draft.feature.name, position + 1, range.len());
            let feature = NewFeature { name, steps: steps.to_vec(), ..draft.feature.clone() };
            drafts.push(Draft { feature, depends_on_index });
        }
    }
    Ok(SplitBatch { drafts, parts })
}

fn part_count(feature: &NewFeature) -> usize {
    let is_split = feature.kind != Kind::Bug && feature.steps.len() >= SPLIT_FROM;
    if is_split { feature.steps.len().div_ceil(MOST_STEPS) } else { 1 }
}

/// `count` runs of consecutive steps, the longer ones first.
fn balanced(steps: &[String], count: usize) -> impl Iterator<Item = &[String]> {
    let (size, longer) = (steps.len() / count, steps.len() % count);
    (0..count).scan(0, move |start, position| {
        let end = *start + size + usize::from(position < longer);
        let chunk = &steps[*start..end];
        *start = end;
        Some(chunk)
    })
}

/// The whole's name with the part's number, the name shortened when both are too long together.
fn part_name(whole: &str, part: usize, count: usize) -> String {
    let suffix = format!(" (part {part} of {count})");
    let room = LONGEST_NAME - suffix.chars().count();
    if whole.chars().count() <= room {
        return format!("{whole}{suffix}");
    }
    let start: String = whole.chars().take(room - 1).collect();
    format!("{}…{suffix}", start.trim_end())
}

#[cfg(test)]
mod tests;
