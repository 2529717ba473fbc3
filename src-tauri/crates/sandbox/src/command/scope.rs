//! What is known of the shell at one point of the line: directories, variables, functions.

use crate::shell::{Unknown, Unreadable, Values, Word};
use brush_parser::ast;
use std::{
    cell::Cell,
    path::{Path, PathBuf},
    rc::Rc,
};

/// In how many directories the shell may be before it is said that nobody knows.
const MOST_PLACES: usize = 6;
/// How much text all values of one line may put into words, in bytes; a value counts for [`LEAST_SPENT`] at least.
const MOST_SPENT: usize = 1024 * 1024;
/// What a value counts for whose text is shorter: a word takes room by itself.
const LEAST_SPENT: usize = 32;

/// Whether the shell itself changes this variable, so that what the line sets it to says nothing.
fn is_the_shells_own(name: &str) -> bool {
    name.starts_with("BASH")
        || name.starts_with("EPOCH")
        || name.starts_with("COMP_")
        || matches!(
            name,
            "_" | "PWD"
                | "OLDPWD"
                | "REPLY"
                | "OPTARG"
                | "OPTIND"
                | "RANDOM"
                | "SRANDOM"
                | "SECONDS"
                | "LINENO"
                | "DIRSTACK"
                | "FUNCNAME"
                | "GROUPS"
                | "UID"
                | "EUID"
                | "PPID"
                | "MAPFILE"
                | "COPROC"
                | "HISTCMD"
                | "PIPESTATUS"
                | "HOSTNAME"
                | "status"
                | "pipestatus"
                | "argv"
                | "fpath"
                | "cdpath"
                | "match"
                | "MATCH"
                | "reply"
        )
}

/// The state of one shell. A subshell is a clone.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// Every directory the shell may be in; none when that is not known.
    places: Vec<PathBuf>,
    /// Where it may still be if a `cd` of this and-or list failed.
    if_failed: Vec<PathBuf>,
    before: Vec<PathBuf>,
    variables: Vec<(String, Word)>,
    /// Variables that keep their first value, whatever the line says later.
    fixed: Vec<String>,
    functions: Vec<(String, Rc<ast::FunctionBody>)>,
    pub(crate) arguments: Option<Vec<Word>>,
    /// Blanks part an unquoted value, as they do unless somebody sets `IFS`.
    pub(crate) splits_at_blanks: bool,
    /// Something may have moved or removed directories, so that what exists now may be gone by then.
    pub(crate) has_moved_things: bool,
    home: Option<String>,
    /// Where a build that the line has set up will be installed, when that is outside the project.
    pub(crate) prefix: Option<Word>,
    /// How much text values may still put into words: one purse for all shells of the line.
    left: Rc<Cell<usize>>,
}

/// Variables that have other values for one command: the value, what it was before, and the name.
pub(crate) struct Lent {
    variables: Vec<(Option<Word>, Option<Word>, String)>,
    splits_at_blanks: bool,
}

impl Scope {
    /// A fresh shell in `cwd`.
    pub(crate) fn new(cwd: &Path, home: Option<&Path>) -> Self {
        Self {
            places: vec![cwd.to_owned()],
            if_failed: Vec::new(),
            before: Vec::new(),
            variables: Vec::new(),
            fixed: Vec::new(),
            functions: Vec::new(),
            arguments: None,
            splits_at_blanks: true,
            has_moved_things: false,
            home: home.and_then(Path::to_str).map(str::to_owned),
            prefix: None,
            left: Rc::new(Cell::new(MOST_SPENT)),
        }
    }

    /// The same place and variables for a program that is started: no functions.
    pub(crate) fn child(&self) -> Self {
        Self { functions: Vec::new(), arguments: None, splits_at_blanks: true, ..self.clone() }
    }

    /// Every directory the shell may be in; none when that is not known.
    pub(crate) fn places(&self) -> &[PathBuf] {
        &self.places
    }

    /// The directory it was in before.
    pub(crate) fn before(&self) -> &[PathBuf] {
        &self.before
    }

    /// The same shell in other directories, known or not.
    #[must_use]
    pub(crate) fn at(&self, places: Vec<PathBuf>) -> Self {
        Self { places, if_failed: Vec::new(), ..self.clone() }
    }

    /// The shell goes elsewhere. If it may fail, it may still be where it was.
    pub(crate) fn go(&mut self, places: Vec<PathBuf>, may_fail: bool) {
        if may_fail {
            for place in &self.places {
                if !self.if_failed.contains(place) {
                    self.if_failed.push(place.clone());
                }
            }
        }
        self.before = std::mem::replace(&mut self.places, places);
        if self.places.len() > MOST_PLACES {
            self.places.clear();
        }
    }

    /// What comes next runs also if a `cd` before it failed.
    pub(crate) fn may_have_failed(&mut self) {
        if !self.places.is_empty() {
            for place in std::mem::take(&mut self.if_failed) {
                if !self.places.contains(&place) {
                    self.places.push(place);
                }
            }
        }
        self.if_failed.clear();
        if self.places.len() > MOST_PLACES {
            self.places.clear();
        }
    }

    /// Whoever failed to get there has left the shell.
    pub(crate) fn has_not_failed(&mut self) {
        self.if_failed.clear();
    }

    /// From here on the variable has this value.
    pub(crate) fn set(&mut self, name: &str, value: Word) {
        if let Some((array, _)) = name.split_once('[') {
            // The first element is what the array's name alone stands for.
            return self.forget(array);
        }
        if name == "IFS" {
            self.splits_at_blanks = false;
        }
        let is_certain = !is_the_shells_own(name) && !self.fixed.iter().any(|fixed| fixed == name);
        let value = if is_certain { value } else { Word::unknown(Unknown::Variable(name.to_owned())) };
        match self.variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.variables.push((name.to_owned(), value)),
        }
    }

    /// Gives variables values for one command, as `NAME=VALUE COMMAND` does. What comes back is for [`Scope::take_back`].
    pub(crate) fn lend(&mut self, settings: &[(String, Word)]) -> Lent {
        let names = settings.iter().map(|(name, _)| name.clone());
        let before = names.map(|name| (self.set_value(&name).cloned(), name)).collect::<Vec<_>>();
        let splits_at_blanks = self.splits_at_blanks;
        settings.iter().for_each(|(name, value)| self.set(name, value.clone()));
        let lent = before.into_iter().map(|(before, name)| (self.set_value(&name).cloned(), before, name)).collect();
        Lent { variables: lent, splits_at_blanks }
    }

    /// After that command the variables are what they were, unless it has set them itself, or `may_stay`: in some shells
    /// some commands leave them.
    pub(crate) fn take_back(&mut self, lent: Lent, may_stay: bool) {
        for (during, before, name) in lent.variables {
            if may_stay || self.set_value(&name) != during.as_ref() {
                self.forget(&name);
                continue;
            }
            // Each keeps its place, so that nothing is taken for changed.
            match (self.variables.iter().position(|(known, _)| *known == name), before) {
                (Some(at), Some(before)) => self.variables[at].1 = before,
                (Some(at), None) => drop(self.variables.remove(at)),
                (None, _) => {}
            }
        }
        if !may_stay {
            self.splits_at_blanks = lent.splits_at_blanks;
        }
    }

    /// What the line has set the variable to.
    fn set_value(&self, name: &str) -> Option<&Word> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// From here on the variable keeps its value, and nothing that is set later counts.
    pub(crate) fn fix(&mut self, name: &str) {
        self.fixed.push(name.to_owned());
        self.forget(name);
    }

    /// From here on nothing is known of the variable.
    pub(crate) fn forget(&mut self, name: &str) {
        self.set(name, Word::unknown(Unknown::Variable(name.to_owned())));
    }

    /// From here on nothing is known of any variable the line has set.
    pub(crate) fn forget_all(&mut self) {
        for (name, value) in &mut self.variables {
            *value = Word::unknown(Unknown::Variable(name.clone()));
        }
        // What is not set by the line and known by itself.
        for name in ["HOME", "PWD"] {
            self.forget(name);
        }
    }

    /// Nothing is known of variables whose names stand in `text`.
    pub(crate) fn forget_those_in(&mut self, text: &str) {
        for (name, value) in &mut self.variables {
            if text.contains(name.as_str()) {
                *value = Word::unknown(Unknown::Variable(name.clone()));
            }
        }
    }

    pub(crate) fn define(&mut self, name: &str, body: Rc<ast::FunctionBody>) {
        self.functions.push((name.to_owned(), body));
    }

    /// Every body the function may have.
    pub(crate) fn function(&self, name: &str) -> Vec<Rc<ast::FunctionBody>> {
        self.functions.iter().filter(|(known, _)| known == name).map(|(_, body)| Rc::clone(body)).collect()
    }

    /// The state after something that may or may not have happened, where `other` is the state if it has.
    pub(crate) fn merge(&mut self, mut other: Self) {
        other.may_have_failed();
        for (name, value) in other.variables {
            match self.variables.iter().find(|(known, _)| *known == name) {
                Some((_, mine)) if *mine == value => {}
                _ => self.forget(&name),
            }
        }
        if self.places.is_empty() || other.places.is_empty() {
            self.places.clear();
        } else {
            for place in other.places {
                if !self.places.contains(&place) {
                    self.places.push(place);
                }
            }
        }
        if self.places.len() > MOST_PLACES {
            self.places.clear();
        }
        for (name, body) in other.functions {
            if !self.functions.iter().any(|(known, mine)| *known == name && Rc::ptr_eq(mine, &body)) {
                self.functions.push((name, body));
            }
        }
        for name in other.fixed {
            if !self.fixed.contains(&name) {
                self.fix(&name);
            }
        }
        self.splits_at_blanks &= other.splits_at_blanks;
        self.has_moved_things |= other.has_moved_things;
    }

    /// The new file or directory that a plain `mktemp` prints, where temporary files lie as usual.
    fn temporary(&self, line: &str) -> Option<Word> {
        let mut words = line.split_ascii_whitespace();
        let is_command = words.next() == Some("mktemp");
        let are_known = words.all(|word| matches!(word, "-d" | "-q" | "-dq" | "--directory" | "--quiet"));
        let is_moved = self.variables.iter().any(|(name, _)| matches!(name.as_str(), "TMPDIR" | "PATH"));
        (is_command && are_known && !is_moved && cfg!(unix)).then(|| Word::plain("/tmp/tmp.XXXXXXXXXX"))
    }

    /// Whether both know the same of variables and directories.
    pub(crate) fn knows_the_same(&self, other: &Self) -> bool {
        self.places == other.places && self.variables == other.variables
    }
}

impl Values for Scope {
    fn variable(&self, name: &str) -> Word {
        if let Some((_, value)) = self.variables.iter().find(|(known, _)| known == name) {
            return value.clone();
        }
        if let (Some(arguments), Ok(number @ 1..)) = (&self.arguments, name.parse::<usize>()) {
            return arguments.get(number - 1).cloned().unwrap_or_default();
        }
        let known = match (name, self.places.as_slice()) {
            ("HOME", _) => self.home.clone(),
            ("PWD", [place]) => place.to_str().map(str::to_owned),
            // What every shell begins with.
            ("IFS", _) if self.splits_at_blanks => Some(" \t\n".to_owned()),
            _ => None,
        };
        known.map_or_else(|| Word::unknown(Unknown::Variable(name.to_owned())), Word::plain)
    }

    fn arguments(&self) -> Option<&[Word]> {
        self.arguments.as_deref()
    }

    fn output(&self, source: &str) -> Option<Word> {
        match (source.trim(), self.places.as_slice()) {
            ("pwd" | "pwd -P", [place]) if self.function("pwd").is_empty() => place.to_str().map(Word::plain),
            (line, _) if line.starts_with("mktemp") && self.function("mktemp").is_empty() => self.temporary(line),
            _ => None,
        }
    }

    fn home(&self) -> Option<&str> {
        if self.variables.iter().any(|(name, _)| name == "HOME") { None } else { self.home.as_deref() }
    }

    fn splits_at_blanks(&self) -> bool {
        self.splits_at_blanks
    }

    fn spend(&self, bytes: usize) -> Result<(), Unreadable> {
        let left = self.left.get().checked_sub(bytes.max(LEAST_SPENT)).ok_or(Unreadable::TooMuch)?;
        self.left.set(left);
        Ok(())
    }
}
