//! One command with its words, as it would be started.

use crate::shell::Word;
use brush_parser::ast;

/// What a command reads.
#[derive(Debug, Clone, Default)]
pub(crate) enum Input {
    /// Whatever the shell reads.
    #[default]
    Same,
    /// This text.
    Text(Word),
    /// A file.
    File(Word),
    /// What other commands print.
    Pipe {
        /// The names of the commands on the way, as they are written.
        from: Vec<String>,
        /// The directories below which all the names lie that are passed on; none when anything may be.
        names_below: Vec<Word>,
    },
    /// Something else.
    Unknown,
}

impl Input {
    /// What the next command of a pipeline reads.
    pub(crate) fn of_pipe_from(command: &ast::Command, earlier: &Self, names: Vec<Word>) -> Self {
        let (mut from, earlier) = match earlier {
            Self::Pipe { from, names_below } => (from.clone(), names_below.as_slice()),
            _ => (Vec::new(), &[][..]),
        };
        let name = match command {
            ast::Command::Simple(simple) => simple.word_or_name.as_ref().map_or("", |word| word.value.as_str()),
            _ => "",
        };
        from.push(name.to_owned());
        // These pass on what they were given, and nothing else.
        let passes_on = matches!(name, "sort" | "uniq" | "head" | "tail" | "grep" | "egrep") && names.is_empty();
        let names_below = if passes_on { earlier.to_vec() } else { names };
        Self::Pipe { from, names_below }
    }

    /// Whether everything on the way only looks for files and passes their names on.
    pub(crate) fn is_of_searches(&self) -> bool {
        let Self::Pipe { from, .. } = self else { return false };
        let searches = ["git", "find", "fd", "ls", "sort", "uniq", "head", "tail"];
        !from.is_empty() && from.iter().all(|name| searches.contains(&name.as_str()))
    }

    /// Whether it comes from the network, as far as the names tell.
    pub(crate) fn is_fetched(&self) -> bool {
        let Self::Pipe { from, .. } = self else { return false };
        from.iter().any(|name| matches!(name.as_str(), "curl" | "wget" | "http" | "https" | "nc" | "fetch"))
    }
}

/// A command about to be judged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    /// Its name and arguments.
    pub words: Vec<Word>,
    /// Variables that are set for it alone.
    pub settings: Vec<(String, Word)>,
    /// Variables it declares, when it is one of the shell's declarations.
    pub declared: Vec<(String, Word)>,
    /// What it reads.
    pub input: Input,
}

impl Call {
    /// A command of these words, reading what another does.
    pub(crate) fn of(words: Vec<Word>, input: Input) -> Self {
        Self { words, input, ..Self::default() }
    }

    /// The arguments.
    pub(crate) fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }
}

/// A word that names a file to be written, and what for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub word: &'a Word,
    pub what: &'a str,
}

impl<'a> Target<'a> {
    pub(crate) fn new(word: &'a Word, what: &'a str) -> Self {
        Self { word, what }
    }
}
