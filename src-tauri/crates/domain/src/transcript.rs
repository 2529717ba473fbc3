//! What a row of a transcript is of, so that a run of a million rows can be asked for some of them.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A sort of things that a row can say; a row of several blocks is of several sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[serde(rename = "TranscriptSort")]
pub enum Sort {
    /// What the agent wrote to its reader.
    Words,
    /// What it thought.
    Thinking,
    /// A call of a tool, or what a tool answered.
    Tools,
    /// A call that changes a file.
    Edits,
    /// A refusal, a failed call, a retry, a loop, a failed end.
    Trouble,
    /// What the host or the CLI tells of itself, and all else.
    Host,
}

impl Sort {
    /// Every sort.
    pub const ALL: [Self; 6] = [Self::Words, Self::Thinking, Self::Tools, Self::Edits, Self::Trouble, Self::Host];
}

/// A set of sorts, which fits into one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sorts(u8);

impl Sorts {
    /// The set that a byte stands for; bits that stand for nothing are dropped.
    pub fn from_byte(byte: u8) -> Self {
        Self(byte & ((1 << Sort::ALL.len()) - 1))
    }

    /// The byte that stands for the set.
    pub fn byte(self) -> u8 {
        self.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set with one more.
    #[must_use]
    pub fn with(self, sort: Sort) -> Self {
        Self(self.0 | 1 << sort as u8)
    }

    /// Whether the sort is in it.
    pub fn has(self, sort: Sort) -> bool {
        self.0 & 1 << sort as u8 != 0
    }
}

impl FromIterator<Sort> for Sorts {
    fn from_iter<I: IntoIterator<Item = Sort>>(sorts: I) -> Self {
        sorts.into_iter().fold(Self::default(), Self::with)
    }
}

/// What one row is of: its sorts, and the tools and files of the calls in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// Its sorts; a row of none is nothing that anybody can ask for.
    pub sorts: Sorts,
    /// The tools it calls.
    pub tools: Vec<String>,
    /// The files that its calls name, as they name them.
    pub files: Vec<String>,
}

impl Facets {
    /// A row of one sort that calls nothing.
    pub fn of(sort: Sort) -> Self {
        Self { sorts: Sorts::default().with(sort), ..Self::default() }
    }
}

/// Which rows of a transcript are wanted. One that asks for nothing in particular wants all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Rows of any of these sorts; of every sort when empty.
    pub sorts: Sorts,
    /// Only calls of this tool.
    pub tool: Option<String>,
    /// Only calls that name this file: as it was named, or by the last parts of its path.
    pub file: Option<String>,
}

/// Whether a tool changes the file that it is called with.
pub fn is_edit(tool: &str) -> bool {
    matches!(tool, "Edit" | "MultiEdit" | "Write" | "NotebookEdit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_sorts_survives_its_byte_and_a_byte_of_nonsense_is_no_sort() {
        for (at, sort) in Sort::ALL.into_iter().enumerate() {
            let one = Sorts::default().with(sort);
            assert_eq!(one.byte(), 1 << at, "the byte is stored, so its bits may never move");
            assert!(Sort::ALL.into_iter().all(|other| one.has(other) == (other == sort)), "{sort:?} is itself alone");
            assert_eq!(Sorts::from_byte(one.byte()), one, "what is stored is what is read");
        }
        assert!(Sorts::from_byte(0b1100_0000).is_empty(), "bits of a newer version are not known here");
    }
}
