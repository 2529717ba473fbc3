//! A command line read as bash would read it: tokens, grammar, words.
//!
//! Nothing is run and nothing is guessed. What a word will be is either known, or it is known why not.

mod lex;
mod read;
mod word;

pub(crate) use read::parse;
pub(crate) use word::{Expansion, Nested, UNKNOWN, Unknown, Values, Word, expand, expand_text, expand_value};

/// Why a line could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// It has more bytes than anybody types.
    #[error("the line is longer than {} KiB: put it into a script of the project and run that", lex::LONGEST / 1024)]
    TooLong,
    /// Its parts stand in each other deeper than is looked.
    #[error("the line nests too deep: split it into several commands")]
    TooDeep,
    /// What its variables become is more than anybody reads.
    #[error("the line makes too much text of its variables: write it into a file, or split it into several commands")]
    TooMuch,
    /// Something is opened and not closed.
    #[error("{0} is not finished: check the quotes, brackets and here-documents")]
    Unfinished(&'static str),
    /// Shells disagree about it, or nearly nobody uses it.
    #[error("{0} cannot be judged: write it more plainly")]
    Odd(&'static str),
    /// No sentence of the grammar.
    #[error("the line is no valid bash: check the quotes, brackets and keywords")]
    Grammar,
    /// Bytes that no text has.
    #[error("the line has a NUL byte in it: take it out")]
    Nul,
}
