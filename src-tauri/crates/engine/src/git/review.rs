//! What changed, for a person to look at: which files, and each before and after.
//!
//! Changes are steps, one after another: from a commit (or nothing) to a commit (or the files on disk). A card's commits
//! need not follow one another, so a file is shown from before the first step that touched it to after the last.

use super::{
    CommitLine, GitError,
    diff::{READ_BYTES, against_files, is_for, line, path_of},
    error::{Doing, io_at},
    repository::{self, Project},
};
use git2::{Commit, Delta, Diff, DiffFile, DiffFindOptions, DiffOptions, Patch, Sort};
use harness_domain::id::{FeatureId, RunId};
use harness_sandbox::Directory;
use std::{collections::BTreeMap, path::Path, time::UNIX_EPOCH};

/// Files of one list.
const MOST_FILES: usize = 3_000;
/// How far back commits are looked for.
const SEARCHED: usize = 20_000;
/// Text beyond this is not shown whole.
const WHOLE_BYTES: usize = 1024 * 1024;
/// Lines of a difference that is not shown whole.
const MOST_LINES: usize = 5_000;
/// Renames are looked for among so many files; more would take long.
const RENAMES: usize = 200;

/// From one state of the files to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// A commit; none for no files at all.
    pub from: Option<String>,
    /// A commit; none for the files on disk.
    pub to: Option<String>,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Deleted,
    /// It says something else.
    Modified,
    /// It has another name.
    Renamed,
    /// It became a link, or stopped being one.
    TypeChanged,
}

/// One file that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Relative to the project.
    pub path: String,
    /// What it was called before, when it was renamed.
    pub old_path: Option<String>,
    /// What happened to it.
    pub change: Change,
    /// Lines that are new.
    pub added: u32,
    /// Lines that are gone.
    pub removed: u32,
    /// Whether it is no text.
    pub is_binary: bool,
    /// What it said before; two files of the same bytes have the same.
    pub before: Content,
    /// What it says now.
    pub after: Content,
}

/// What stands for the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// There is no such file.
    Absent,
    /// Their digest, as git makes it.
    Digest(String),
    /// Too large to be read: its bytes, and when it was written last, in nanoseconds since 1970 where that is known.
    Unread(u64, Option<u128>),
}

/// One file before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    /// What it said; none when it is new, no text or too large.
    pub old: Option<String>,
    /// What it says; none when it is gone, no text or too large.
    pub new: Option<String>,
    /// Whether it is no text.
    pub is_binary: bool,
    /// Whether it is too large to be shown whole.
    pub is_too_large: bool,
    /// The lines that differ.
    pub hunks: Vec<Hunk>,
}

/// Lines that differ, with three lines around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The first line before, from 1.
    pub old_start: u32,
    /// The first line after, from 1.
    pub new_start: u32,
    /// The lines: `+`, `-` or a blank, and the text without its line end.
    pub lines: Vec<(char, String)>,
}

/// The steps of all commits for a card, oldest first, with the commits.
pub fn of_feature(dir: &Path, feature: FeatureId) -> Result<(Vec<Step>, Vec<CommitLine>), GitError> {
    steps(dir, |commit| is_for(commit, feature))
}

/// The steps of all commits of a run between two times (UTC, in milliseconds since 1970), oldest first.
pub fn of_time(dir: &Path, run: RunId, from_ms: i64, until_ms: i64) -> Result<(Vec<Step>, Vec<CommitLine>), GitError> {
    let trailer = format!("Run: {run}");
    steps(dir, |commit| {
        // Commits know whole seconds only.
        let at_s = commit.time().seconds();
        (from_ms / 1000..=until_ms / 1000 + 1).contains(&at_s)
            && commit.message_bytes().split(|byte| *byte == b'\n').any(|line| line == trailer.as_bytes())
    })
}

/// The step of one commit. Fails with `UnknownCommit`.
pub fn of_commit(dir: &Path, commit: &str) -> Result<(Step, CommitLine), GitError> {
    let project = repository::open(dir)?;
    let commit = project.commit(commit)?;
    Ok((step(&commit), line(&commit)))
}

fn steps(dir: &Path, is_wanted: impl Fn(&Commit<'_>) -> bool) -> Result<(Vec<Step>, Vec<CommitLine>), GitError> {
    let project = repository::open(dir)?;
    let (mut steps, mut lines) = (Vec::new(), Vec::new());
    let Some(head) = project.head_commit()? else { return Ok((steps, lines)) };
    let mut read = || -> Result<(), git2::Error> {
        let mut walk = project.repo.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
        walk.push(head.id())?;
        for oid in walk.take(SEARCHED) {
            let commit = project.repo.find_commit(oid?)?;
            if is_wanted(&commit) {
                steps.push(step(&commit));
                lines.push(line(&commit));
            }
        }
        Ok(())
    };
    read().doing("read the history")?;
    steps.reverse();
    lines.reverse();
    Ok((steps, lines))
}

fn step(commit: &Commit<'_>) -> Step {
    Step { from: commit.parent_id(0).ok().map(|oid| oid.to_string()), to: Some(commit.id().to_string()) }
}

/// The files that changed, by path, and whether there are more than are listed.
pub fn list(dir: &Path, steps: &[Step]) -> Result<(Vec<Changed>, bool), GitError> {
    let project = repository::open(dir)?;
    let mut found: BTreeMap<String, Changed> = BTreeMap::new();
    let mut is_cut = false;
    for step in steps {
        let diff = diff_of(&project, step)?;
        for position in 0..diff.deltas().len() {
            let Some(change) = diff.get_delta(position).and_then(|delta| kind(delta.status())) else { continue };
            if found.len() >= MOST_FILES {
                is_cut = true;
                break;
            }
            let files = step.to.is_none().then_some(project.dir.as_path());
            if let Some(changed) = changed(&diff, position, change, files)? {
                merge(&mut found, changed);
            }
        }
    }
    Ok((found.into_values().collect(), is_cut))
}

fn kind(status: Delta) -> Option<Change> {
    match status {
        Delta::Added | Delta::Untracked | Delta::Copied => Some(Change::Added),
        Delta::Deleted => Some(Change::Deleted),
        Delta::Modified | Delta::Conflicted => Some(Change::Modified),
        Delta::Renamed => Some(Change::Renamed),
        Delta::Typechange => Some(Change::TypeChanged),
        Delta::Unmodified | Delta::Ignored | Delta::Unreadable => None,
    }
}

fn changed(
    diff: &Diff<'_>,
    position: usize,
    change: Change,
    files: Option<&Path>,
) -> Result<Option<Changed>, GitError> {
    // Reading the contents is what tells text from other bytes.
    let patch = Patch::from_diff(diff, position).doing("compare a file")?;
    let (_, added, removed) = match &patch {
        Some(patch) => patch.line_stats().doing("compare a file")?,
        None => (0, 0, 0),
    };
    let delta = match &patch {
        Some(patch) => patch.delta(),
        None => match diff.get_delta(position) {
            Some(delta) => delta,
            None => return Ok(None),
        },
    };
    let old_path = delta.old_file().path_bytes().map(|path| String::from_utf8_lossy(path).into_owned());
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(Some(Changed {
        path: path_of(&delta).to_string(),
        old_path: old_path.filter(|_| change == Change::Renamed),
        change,
        added: count(added),
        removed: count(removed),
        is_binary: delta.flags().is_binary(),
        before: content(&delta.old_file(), None),
        after: content(&delta.new_file(), files),
    }))
}

/// What stands for the bytes of one side; `files` is where they lie, when they are not in a commit.
fn content(file: &DiffFile<'_>, files: Option<&Path>) -> Content {
    if !file.exists() {
        return Content::Absent;
    }
    if !file.id().is_zero() {
        return Content::Digest(file.id().to_string());
    }
    let meta = files.zip(file.path()).and_then(|(dir, path)| std::fs::symlink_metadata(dir.join(path)).ok());
    let written = meta.as_ref().and_then(|meta| meta.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    Content::Unread(meta.map_or(file.size(), |meta| meta.len()), written.map(|since| since.as_nanos()))
}

/// A file that several steps touched is told once.
fn merge(found: &mut BTreeMap<String, Changed>, later: Changed) {
    let Some(earlier) = found.remove(&later.path) else {
        found.insert(later.path.clone(), later);
        return;
    };
    let change = match (earlier.change, later.change) {
        (Change::Added, Change::Deleted) => return,
        (Change::Added, _) => Change::Added,
        (Change::Deleted, Change::Added) => Change::Modified,
        (Change::Renamed, Change::Modified) => Change::Renamed,
        (_, change) => change,
    };
    let merged = Changed {
        change,
        old_path: earlier.old_path.or(later.old_path),
        added: earlier.added.saturating_add(later.added),
        removed: earlier.removed.saturating_add(later.removed),
        is_binary: earlier.is_binary || later.is_binary,
        before: earlier.before,
        after: later.after,
        path: later.path,
    };
    found.insert(merged.path.clone(), merged);
}

fn diff_of<'a>(project: &'a Project, step: &Step) -> Result<Diff<'a>, GitError> {
    let Some(to) = &step.to else { return against_files(project, step.from.as_deref()) };
    let tree = |oid: &str| project.commit(oid)?.tree().doing("read the files of a commit");
    let (from, to) = (step.from.as_deref().map(tree).transpose()?, tree(to)?);
    let mut options = DiffOptions::new();
    options.max_size(READ_BYTES).include_typechange(true);
    let mut diff =
        project.repo.diff_tree_to_tree(from.as_ref(), Some(&to), Some(&mut options)).doing("compare two commits")?;
    let mut finding = DiffFindOptions::new();
    finding.renames(true).rename_limit(RENAMES);
    diff.find_similar(Some(&mut finding)).doing("look for renamed files")?;
    Ok(diff)
}

/// One file before the first step that touched it and after the last.
///
/// Fails with `UnknownCommit` when a commit does not exist. A file that no step touched has nothing to show.
pub fn file(dir: &Path, steps: &[Step], path: &str) -> Result<Sides, GitError> {
    let project = repository::open(dir)?;
    let mut span: Option<(Option<String>, String, Option<String>)> = None;
    for step in steps {
        let diff = diff_of(&project, step)?;
        let touched = diff.deltas().find(|delta| path_of(delta).to_string() == path && kind(delta.status()).is_some());
        let Some(delta) = touched else { continue };
        let old_path = delta.old_file().path_bytes().map(|path| String::from_utf8_lossy(path).into_owned());
        match &mut span {
            None => span = Some((step.from.clone(), old_path.unwrap_or_else(|| path.into()), step.to.clone())),
            Some((_, _, to)) => *to = step.to.clone(),
        }
    }
    let Some((from, old_path, to)) = span else { return Ok(Sides::default()) };
    let old = match from {
        None => Side::Absent,
        Some(commit) => at_commit(&project, &commit, &old_path)?,
    };
    let new = match to {
        Some(commit) => at_commit(&project, &commit, path)?,
        None => on_disk(&project, path)?,
    };
    sides(path, old, new)
}

/// A file at one moment.
enum Side {
    Absent,
    Bytes(Vec<u8>),
    /// More than is read.
    Huge,
}

fn at_commit(project: &Project, commit: &str, path: &str) -> Result<Side, GitError> {
    let tree = project.commit(commit)?.tree().doing("read the files of a commit")?;
    let Ok(entry) = tree.get_path(Path::new(path)) else { return Ok(Side::Absent) };
    let object = entry.to_object(&project.repo).doing("read a file of a commit")?;
    Ok(match object.as_blob() {
        // A repository within the repository is a commit, which has no text.
        None => Side::Absent,
        Some(blob) if blob.size() as i64 > READ_BYTES => Side::Huge,
        Some(blob) => Side::Bytes(blob.content().to_vec()),
    })
}

fn on_disk(project: &Project, path: &str) -> Result<Side, GitError> {
    let whole = project.dir.join(path);
    match std::fs::symlink_metadata(&whole) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Side::Absent),
        Err(error) => return Err(io_at(&whole)(error)),
        Ok(meta) if meta.is_symlink() => {
            let target = std::fs::read_link(&whole).map_err(io_at(&whole))?;
            return Ok(Side::Bytes(target.into_os_string().into_encoded_bytes()));
        }
        Ok(meta) if !meta.is_file() => return Ok(Side::Absent),
        Ok(meta) if i64::try_from(meta.len()).unwrap_or(i64::MAX) > READ_BYTES => return Ok(Side::Huge),
        Ok(_) => {}
    }
    // By handle: an agent may change the names meanwhile.
    let read = Directory::open(&project.dir).and_then(|dir| dir.read(Path::new(path), READ_BYTES.unsigned_abs()));
    Ok(read.map_err(io_at(&whole))?.map_or(Side::Absent, Side::Bytes))
}

fn sides(path: &str, old: Side, new: Side) -> Result<Sides, GitError> {
    if matches!(old, Side::Huge) || matches!(new, Side::Huge) {
        return Ok(Sides { is_too_large: true, ..Sides::default() });
    }
    let bytes = |side: &Side| match side {
        Side::Bytes(bytes) => bytes.clone(),
        Side::Absent | Side::Huge => Vec::new(),
    };
    let (before, after) = (bytes(&old), bytes(&new));
    if is_binary(&before) || is_binary(&after) {
        return Ok(Sides { is_binary: true, ..Sides::default() });
    }
    let hunks = hunks(path, &before, &after)?;
    let is_too_large = before.len().max(after.len()) > WHOLE_BYTES;
    let text = |side: Side, bytes: Vec<u8>| match side {
        Side::Bytes(_) if !is_too_large => Some(String::from_utf8_lossy(&bytes).into_owned()),
        _ => None,
    };
    Ok(Sides { old: text(old, before), new: text(new, after), is_binary: false, is_too_large, hunks })
}

/// As git tells: a zero byte among the first 8,000.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(8_000).any(|byte| *byte == 0)
}

fn hunks(path: &str, before: &[u8], after: &[u8]) -> Result<Vec<Hunk>, GitError> {
    const DOING: &str = "compare a file";
    let name = Some(Path::new(path));
    let patch = Patch::from_buffers(before, name, after, name, None).doing(DOING)?;
    let (mut hunks, mut lines) = (Vec::new(), 0);
    for at in 0..patch.num_hunks() {
        let (hunk, length) = patch.hunk(at).doing(DOING)?;
        let mut found = Hunk { old_start: hunk.old_start(), new_start: hunk.new_start(), lines: Vec::new() };
        for line in 0..length {
            let line = patch.line_in_hunk(at, line).doing(DOING)?;
            if !matches!(line.origin(), '+' | '-' | ' ') {
                continue;
            }
            lines += 1;
            let text = String::from_utf8_lossy(line.content());
            found.lines.push((line.origin(), text.trim_end_matches(['\n', '\r']).to_owned()));
        }
        hunks.push(found);
        if lines > MOST_LINES {
            break;
        }
    }
    Ok(hunks)
}
