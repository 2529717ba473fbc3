//! What changed, in numbers.

use super::{
    GitError,
    error::Doing,
    path::RepoPath,
    repository::{self, Project},
    status,
};
use git2::{Commit, Delta, Diff, DiffDelta, DiffOptions, Patch, Sort};
use harness_domain::id::FeatureId;
use std::path::Path;

/// One commit in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitLine {
    /// Its id.
    pub oid: String,
    /// The first line of its message.
    pub subject: String,
    /// Its author's name.
    pub author: String,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// How much changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffSummary {
    /// Files added, changed or deleted.
    pub files: usize,
    /// Lines added; binaries and files above 2 MB count none.
    pub insertions: usize,
    /// Lines removed; likewise.
    pub deletions: usize,
    /// A line per file such as `M src/app.js +10 -2`, at most 60 lines, the last one saying how many more there are.
    pub text: String,
}

/// The commits that HEAD has and `since` has not, newest first; all of them when `since` is none.
///
/// Fails with `UnknownCommit` when `since` does not exist.
pub fn commits_since(dir: &Path, since: Option<&str>) -> Result<Vec<CommitLine>, GitError> {
    let project = repository::open(dir)?;
    let since = since.map(|oid| project.commit(oid)).transpose()?;
    let Some(head) = project.head_commit()? else { return Ok(Vec::new()) };
    let read = || -> Result<Vec<CommitLine>, git2::Error> {
        let mut walk = project.repo.revwalk()?;
        // Children before parents, also where clocks were wrong.
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
        walk.push(head.id())?;
        if let Some(since) = &since {
            walk.hide(since.id())?;
        }
        walk.map(|oid| project.repo.find_commit(oid?).map(|commit| line(&commit))).collect()
    };
    read().doing("read the history")
}

/// How far back the commits of a card are looked for.
const SEARCHED: usize = 20_000;

/// The newest commits of the host for a card, newest first: those whose trailer names it.
pub fn commits_for(dir: &Path, feature: FeatureId, most: usize) -> Result<Vec<CommitLine>, GitError> {
    let project = repository::open(dir)?;
    let Some(head) = project.head_commit()? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut read = || -> Result<(), git2::Error> {
        let mut walk = project.repo.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
        walk.push(head.id())?;
        for oid in walk.take(SEARCHED) {
            let commit = project.repo.find_commit(oid?)?;
            if is_for(&commit, feature) {
                found.push(line(&commit));
                if found.len() == most {
                    break;
                }
            }
        }
        Ok(())
    };
    read().doing("read the history")?;
    Ok(found)
}

/// Whether a trailer says `Feature: #12 …`.
pub(super) fn is_for(commit: &Commit<'_>, feature: FeatureId) -> bool {
    let message = commit.message_bytes();
    let mut lines = message.rsplit(|byte| *byte == b'\n').take_while(|line| line.len() < 4_096);
    let number = format!("{feature}");
    lines.any(|line| {
        let Some(value) = line.strip_prefix(b"Feature: ") else { return false };
        let value = value.strip_prefix(b"#").unwrap_or(value);
        let rest = value.strip_prefix(number.as_bytes());
        rest.is_some_and(|rest| rest.first().is_none_or(|next| !next.is_ascii_digit()))
    })
}

pub(super) fn line(commit: &Commit<'_>) -> CommitLine {
    CommitLine {
        oid: commit.id().to_string(),
        subject: String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default()).into_owned(),
        author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
        at_ms: commit.time().seconds().saturating_mul(1000),
    }
}

/// Files above this many bytes are not read for a comparison.
pub(super) const READ_BYTES: i64 = 2_000_000;

/// How many files a summary names.
const NAMED: usize = 60;

/// The working tree, new files included, against the commit `from`; against nothing when `from` is none.
///
/// A renamed file counts as one removed and one added. Fails with `UnknownCommit` when `from` does not exist.
pub fn diff_summary(dir: &Path, from: Option<&str>) -> Result<DiffSummary, GitError> {
    let project = repository::open(dir)?;
    let diff = against_files(&project, from)?;
    let deltas: Vec<usize> = changed(&project, &diff)?;
    let mut summary = DiffSummary { files: deltas.len(), ..DiffSummary::default() };
    for (row, position) in deltas.into_iter().enumerate() {
        let patch = Patch::from_diff(&diff, position).doing("compare a file")?;
        let (_, insertions, deletions) = match &patch {
            Some(patch) => patch.line_stats().doing("compare a file")?,
            None => (0, 0, 0),
        };
        summary.insertions += insertions;
        summary.deletions += deletions;
        if row < NAMED {
            let Some(delta) = diff.get_delta(position) else { continue };
            let (mark, path) = (mark(delta.status()), path_of(&delta));
            summary.text.push_str(&format!("{mark} {path} +{insertions} -{deletions}\n"));
        }
    }
    if summary.files > NAMED {
        summary.text.push_str(&format!("… and {} more files\n", summary.files - NAMED));
    }
    Ok(summary)
}

/// Compares a commit with the files on disk.
pub(super) fn against_files<'a>(project: &'a Project, from: Option<&str>) -> Result<Diff<'a>, GitError> {
    let tree = from.map(|oid| project.commit(oid)?.tree().doing("read the files of a commit")).transpose()?;
    let mut options = DiffOptions::new();
    options
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .show_untracked_content(true)
        .ignore_submodules(true)
        .context_lines(0)
        .max_size(READ_BYTES);
    project
        .repo
        .diff_tree_to_workdir_with_index(tree.as_ref(), Some(&mut options))
        .doing("compare with the files on disk")
}

/// The positions of the files that really changed.
pub(super) fn changed(project: &Project, diff: &Diff<'_>) -> Result<Vec<usize>, GitError> {
    let index = project.repo.index().doing("read the index")?;
    let is_real = |delta: &DiffDelta<'_>| match delta.status() {
        Delta::Unmodified | Delta::Ignored | Delta::Unreadable => false,
        Delta::Deleted => !status::is_left_out_of_checkout(&index, &path_of(delta)),
        // A directory that is a repository of its own.
        _ => !path_of(delta).bytes().ends_with(b"/"),
    };
    Ok(diff.deltas().enumerate().filter(|(_, delta)| is_real(delta)).map(|(position, _)| position).collect())
}

/// The file a delta is about.
pub(super) fn path_of(delta: &DiffDelta<'_>) -> RepoPath {
    RepoPath::from_git(delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes()).unwrap_or_default())
}

fn mark(status: Delta) -> char {
    match status {
        Delta::Added | Delta::Untracked | Delta::Copied => 'A',
        Delta::Deleted => 'D',
        Delta::Typechange => 'T',
        Delta::Renamed => 'R',
        _ => 'M',
    }
}
