//! What a line has put into the project before it names it: links, and whatever may hold some.
//!
//! What does not exist yet is judged by its name. That is right as long as nothing comes to be a link by then, so what
//! the line itself links, moves, copies or unpacks is remembered here, in the order it is judged in. It is the court's and
//! not a scope's: a file that a subshell makes is there for everybody.

use crate::{
    Workspace,
    path::resolve::{absolute, without_dots},
};
use std::path::{Component, Path, PathBuf};

/// How many are remembered; a line that brings more has everything counted as brought.
const MOST: usize = 200;
/// How many steps back one file is traced.
const MOST_STEPS: u32 = 500;

/// Where something comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is a link, or nobody knows what it is.
    Unknown,
    /// It lay here before, and links in it are those that lie here.
    Place(PathBuf),
    /// It comes out of an archive, which can hold links. What was there before stays what it is, unless the line had moved
    /// things by then.
    Archive { had_moved_things: bool },
}

/// Everything the line has brought so far.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    all: Vec<(PathBuf, Origin)>,
}

impl Brought {
    /// Takes note that at `at`, an absolute path, lies what comes from there.
    pub(super) fn add(&mut self, at: PathBuf, from: Origin) {
        let at = without_dots(&at).unwrap_or(at);
        let entry = match self.all.len() {
            ..MOST => (at, from),
            _ => (PathBuf::from("/"), Origin::Unknown),
        };
        if !self.all.contains(&entry) {
            self.all.push(entry);
        }
    }

    /// How much it is: it only ever grows.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Whether `path`, from `place`, may lead elsewhere than its name says, because of what the line has brought. With
    /// `is_pattern` its components may be wildcards; with `is_removed` a link at its very end is what is meant.
    pub(super) fn may_redirect(
        &self,
        workspace: &Workspace,
        path: &Path,
        place: &Path,
        (is_pattern, is_removed): (bool, bool),
    ) -> bool {
        if self.all.is_empty() {
            return false;
        }
        let named = absolute(path, place);
        // `link/` and `link/.` are what the link leads to, and so is `.` in it.
        let text = path.as_os_str().as_encoded_bytes();
        let is_dot = text.ends_with(b"/.") || named == place;
        let enters = is_dot || text.ends_with(b"/");
        let mut trace = Trace { workspace, is_pattern, is_removed, is_dot, enters, steps: 0 };
        let plain = without_dots(&named);
        trace.redirects(&self.all, &named) || plain.is_some_and(|plain| trace.redirects(&self.all, &plain))
    }
}

struct Trace<'a> {
    workspace: &'a Workspace,
    is_pattern: bool,
    is_removed: bool,
    is_dot: bool,
    enters: bool,
    steps: u32,
}

impl Trace<'_> {
    /// Whether one of these, or one before it that it was made of, redirects `path`.
    fn redirects(&mut self, brought: &[(PathBuf, Origin)], path: &Path) -> bool {
        for (index, (at, from)) in brought.iter().enumerate() {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return true;
            }
            let Some(rest) = self.below(path, at) else { continue };
            let is_redirected = match from {
                Origin::Unknown => true,
                Origin::Place(from) => {
                    self.has_links(from, &rest) || self.redirects(&brought[..index], &from.join(&rest))
                }
                Origin::Archive { had_moved_things } => {
                    // Nothing removes a link by a name that ends in a stroke, nor what it leads to.
                    let above = path.parent().filter(|_| !self.is_dot).unwrap_or(path);
                    let is_old = !had_moved_things && above.symlink_metadata().is_ok();
                    self.is_removed && above != at && !is_old
                }
            };
            if is_redirected {
                return true;
            }
        }
        false
    }

    /// What is left of `path` below `at`, when it goes into it.
    fn below(&self, path: &Path, at: &Path) -> Option<PathBuf> {
        let mut parts = path.components();
        for wanted in at.components() {
            let (found, wanted) = (parts.next()?.as_os_str(), wanted.as_os_str());
            let is_same = found == wanted
                || match (found.to_str(), wanted.to_str()) {
                    (Some(found), Some(wanted)) if self.is_pattern => super::targets::may_match(found, wanted),
                    (Some(found), Some(wanted)) => found.eq_ignore_ascii_case(wanted),
                    _ => false,
                };
            if !is_same {
                return None;
            }
        }
        let rest = parts.as_path().to_owned();
        (self.enters || !rest.as_os_str().is_empty()).then_some(rest)
    }

    /// Whether `rest` goes over a link of those that lie in `from`.
    fn has_links(&self, from: &Path, rest: &Path) -> bool {
        let is_plain = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
        let is_wide = |part: &Path| part.to_str().is_none_or(|text| text.contains(['*', '?', '[']));
        let (above, last) = (rest.parent().unwrap_or(rest), rest.file_name());
        // Which of the directories a wildcard stands for is a link, it does not say.
        if !is_plain(rest) || self.is_pattern && is_wide(above) {
            return true;
        }
        let is_name_alone =
            self.is_removed && !self.enters || self.is_pattern && last.is_some_and(|l| is_wide(l.as_ref()));
        let rest = if is_name_alone { above } else { rest };
        let real = |path: &Path| self.workspace.resolve(path, self.workspace.root()).ok();
        let expected = match (from.parent().and_then(real), from.file_name()) {
            (Some(above), Some(name)) => Some(above.join(name).join(rest)),
            _ => None,
        };
        expected.is_none_or(|expected| real(&from.join(rest)).is_none_or(|real| real != expected))
    }
}
