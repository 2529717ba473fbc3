//! Notices when tests were deleted, skipped or thinned out instead of made to pass.

use super::{
    GitError, diff,
    error::Doing,
    files::in_tree,
    looker::Looker,
    path::RepoPath,
    pipes,
    repository::{self, Project},
    test_marks,
};
use git2::{Delta, Tree};
use std::{collections::HashMap, path::Path};

/// What happened to the tests of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestChanges {
    /// Test files that are gone, or were renamed so that no test runner finds them.
    pub deleted_test_files: Vec<String>,
    /// Lines that were added and switch a test off.
    pub newly_skipped: Vec<NewlySkipped>,
    /// Test files that lost more assertions than they gained.
    pub weakened: Vec<WeakenedTest>,
}

/// A line that switches a test off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewlySkipped {
    /// The file.
    pub file: String,
    /// The line, trimmed, at most 200 characters.
    pub line: String,
}

/// A test file that lost assertions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeakenedTest {
    /// The file.
    pub file: String,
    /// Lines with an assertion that were removed.
    pub removed: usize,
    /// Lines with an assertion that were added.
    pub added: usize,
}

impl TestChanges {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.deleted_test_files.is_empty() && self.newly_skipped.is_empty() && self.weakened.is_empty()
    }
}

/// Compares the tests of the commit `from` with those of the working tree, new files included.
///
/// It goes by file names and by the marks that common test runners know. A test that was switched off before `from` is
/// not reported, nor is a line that only moved within its file, nor a test file that only moved to another directory or
/// name where a test runner finds it. It does not notice a test that was emptied without deleting a line that looks like an
/// assertion. Fails with `UnknownCommit` when `from` does not exist.
pub fn test_changes(dir: &Path, from: &str) -> Result<TestChanges, GitError> {
    let project = repository::open(dir)?;
    // Sees to it that git looks at every file.
    let _turn = project.take_turn()?;
    let before = project.commit(from)?.tree().doing("read the files of a commit")?;
    pipes::refuse_in_tree(&project)?;
    let diff = diff::against_files(&project, Some(from))?;
    let (mut deleted, mut added, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for position in diff::changed(&project, &diff)? {
        let Some(delta) = diff.get_delta(position) else { continue };
        let path = diff::path_of(&delta);
        match delta.status() {
            Delta::Deleted => deleted.push(path),
            Delta::Added | Delta::Untracked => added.push(path),
            _ => changed.push(path),
        }
    }
    let mut reader = Reader { project: &project, before, looker: Looker::new(&project.dir) };
    let mut found = TestChanges::default();
    let deleted: Vec<RepoPath> = deleted.into_iter().filter(test_marks::is_test_file).collect();
    let moved = reader.moved(deleted, &added, &mut found.deleted_test_files)?;
    for path in &changed {
        if test_marks::language(path).is_some() {
            let (old, new) = (reader.old(path), reader.new_text(path)?);
            found.compare(path, old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
        }
    }
    for path in &added {
        if test_marks::language(path).is_some() {
            let old = moved.get(path).and_then(|old| reader.old(old));
            let new = reader.new_text(path)?;
            found.compare(path, old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
        }
    }
    found.deleted_test_files.sort_unstable();
    Ok(found)
}

impl TestChanges {
    /// Adds what happened to one file.
    fn compare(&mut self, path: &RepoPath, old: &str, new: &str) {
        let (removed, added) = line_changes(old, new);
        let skips = added.iter().filter(|line| test_marks::switches_off(path, line));
        self.newly_skipped.extend(
            skips.map(|line| NewlySkipped { file: path.to_string(), line: line.chars().take(LINE_CHARS).collect() }),
        );
        if !test_marks::is_test_file(path) {
            return;
        }
        let count = |lines: &[&str]| lines.iter().filter(|line| test_marks::asserts(line)).count();
        let (removed, added) = (count(&removed), count(&added));
        if removed > added {
            self.weakened.push(WeakenedTest { file: path.to_string(), removed, added });
        }
    }
}

/// How much of a line is shown.
const LINE_CHARS: usize = 200;

/// The trimmed lines that only the old and only the new text has, whatever their place; a line counts as often as it occurs.
fn line_changes<'a>(old: &'a str, new: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let lines = |text: &'a str| text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut balance: HashMap<&str, i64> = HashMap::new();
    lines(old).for_each(|line| *balance.entry(line).or_default() -= 1);
    lines(new).for_each(|line| *balance.entry(line).or_default() += 1);
    let mut take = |text: &'a str, sign: i64| -> Vec<&'a str> {
        lines(text)
            .filter(|line| {
                let is_left = balance.get(line).is_some_and(|count| count * sign > 0);
                if is_left && let Some(count) = balance.get_mut(line) {
                    *count -= sign;
                }
                is_left
            })
            .collect()
    };
    (take(old, -1), take(new, 1))
}

struct Reader<'a> {
    project: &'a Project,
    before: Tree<'a>,
    looker: Looker<'a>,
}

/// More files than this are compared by name only, to find where a deleted test went.
const COMPARED: usize = 200;

impl Reader<'_> {
    fn old(&self, path: &RepoPath) -> Option<String> {
        let content = in_tree(Some(&self.before), path)?;
        let blob = self.project.repo.find_blob(content.oid).ok()?;
        (i64::try_from(blob.size()).ok()? <= diff::READ_BYTES)
            .then(|| String::from_utf8_lossy(blob.content()).into_owned())
    }

    /// A file as it is on disk; `None` when it is no file, is too big or cannot be read.
    fn new_text(&self, path: &RepoPath) -> Result<Option<String>, GitError> {
        let bytes = self.looker.find(path)?.and_then(|found| found.whole(diff::READ_BYTES.unsigned_abs()));
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Finds where deleted test files went: new path to old path. The others are added to `gone`.
    fn moved(
        &mut self,
        deleted: Vec<RepoPath>,
        added: &[RepoPath],
        gone: &mut Vec<String>,
    ) -> Result<HashMap<RepoPath, RepoPath>, GitError> {
        let mut moved = HashMap::new();
        let mut by_name: HashMap<&[u8], Vec<&RepoPath>> = HashMap::new();
        for path in added.iter().filter(|path| test_marks::is_test_file(path)) {
            by_name.entry(path.file_name()).or_default().push(path);
        }
        let mut unnamed = Vec::new();
        for old in deleted {
            // The same name elsewhere: first come, first served.
            match by_name.get_mut(old.file_name()).and_then(Vec::pop) {
                Some(new) => drop(moved.insert(new.clone(), old)),
                None => unnamed.push(old),
            }
        }
        let mut candidates = Vec::new();
        if !unnamed.is_empty() {
            for path in by_name.into_values().flatten().take(COMPARED) {
                candidates.extend(self.new_text(path)?.map(|text| (path, text)));
            }
        }
        for (position, old) in unnamed.into_iter().enumerate() {
            let text = if position < COMPARED { self.old(&old) } else { None };
            let place = text.and_then(|text| candidates.iter().position(|(_, new)| is_mostly_in(&text, new)));
            match place {
                Some(place) => drop(moved.insert(candidates.swap_remove(place).0.clone(), old)),
                None => gone.push(old.to_string()),
            }
        }
        Ok(moved)
    }
}

/// Whether at least half of the old lines are still there.
fn is_mostly_in(old: &str, new: &str) -> bool {
    let (removed, _) = line_changes(old, new);
    let lines = old.lines().filter(|line| !line.trim().is_empty()).count();
    lines > 0 && removed.len() * 2 <= lines
}
