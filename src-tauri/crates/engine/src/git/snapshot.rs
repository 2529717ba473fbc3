//! Saves a dirty working tree on a private ref, before anything could discard it.

use super::{
    GitError, MAX_FILE_BYTES, WhyLeftOut,
    error::Doing,
    files::{Edits, Storer, in_index, in_tree},
    message,
    path::shown,
    repository::{self, Project},
    stage, status,
    swap::{self, Goal, Goals},
    tree,
};
use git2::{ErrorCode, Oid};
use std::{path::Path, time::Duration};

/// A saved working tree. Only `snapshot` makes one: it is the proof that `discard_to_head` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit; its parent is the HEAD of that time.
    pub oid: String,
    /// The ref that keeps it, such as `refs/harness/run-3/rescue-1`.
    pub ref_name: String,
    /// The files that differ from HEAD, sorted.
    pub files: Vec<String>,
    /// Files that were left out because of their size or because they look like secrets; `discard_to_head` leaves them.
    pub left_out: Vec<String>,
}

/// What discarding did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discarded {
    /// The files that are as in HEAD again, or gone because HEAD does not have them.
    pub files: Vec<String>,
    /// The files that were left because the snapshot does not have them as they are now.
    pub kept: Vec<String>,
}

/// Saves every file that differs from HEAD as a commit on `refs/harness/<ref_name>`; `None` when nothing differs.
///
/// Branch, index and working tree are not touched. Left out are ignored files, nested repositories, untracked files that
/// look like secrets, untracked files above 100 MB and files that need a filter program. An existing ref of that name is
/// not overwritten: a number is added. Characters that a ref cannot have become dashes.
pub fn snapshot(dir: &Path, ref_name: &str, message: &str, at_ms: i64) -> Result<Option<Snapshot>, GitError> {
    let project = repository::open(dir)?;
    let _turn = project.take_turn()?;
    let found = status::changes(&project)?;
    let head = project.head_commit()?;
    let base = project.head_tree()?;
    let mut storer = Storer::new(&project)?;
    let (mut edits, mut left_out) = (Edits::new(), Vec::new());
    left_out.extend(found.unreadable.iter().map(ToString::to_string));
    for change in &found.files {
        let path = &change.path;
        let mut found = storer.find(path)?;
        let why = stage::why_left_out(&project, &mut storer, change, base.as_ref(), MAX_BYTES, found.as_mut())?;
        // A tracked file is saved whatever was written into it: the ref is as private as the file.
        let is_saved = why.is_none_or(|why| {
            matches!(why, WhyLeftOut::Secret { .. } | WhyLeftOut::Oversized { .. }) && !change.is_untracked()
        });
        let stored = match found {
            Some(found) if is_saved => storer.keep(path, found),
            _ => Ok(None),
        };
        match stored {
            Ok(stored) if is_saved => {
                let content = stored.map(|stored| stored.content);
                if content != in_tree(base.as_ref(), path) {
                    edits.insert(path.clone(), content);
                }
            }
            Ok(_) | Err(GitError::Unsavable { .. }) => left_out.push(path.to_string()),
            Err(error) => return Err(error),
        }
    }
    if edits.is_empty() {
        return Ok(None);
    }
    let tree = tree::edited(&project, base.as_ref(), &edits)?;
    let tree = project.repo.find_tree(tree).doing("read a tree")?;
    let who = project.signature(None, at_ms)?;
    let parents: Vec<_> = head.iter().collect();
    let message = message::compose(message, "", &[]);
    let oid = project.repo.commit(None, &who, &who, &message, &tree, &parents).doing("save the working tree")?;
    let ref_name = free_ref(&project, ref_name, oid)?;
    left_out.sort_unstable();
    Ok(Some(Snapshot { oid: oid.to_string(), ref_name, files: shown(edits.keys()), left_out }))
}

/// Untracked files above this are not saved, and not discarded either.
const MAX_BYTES: u64 = 100_000_000;

fn free_ref(project: &Project, wanted: &str, oid: Oid) -> Result<String, GitError> {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "-_/".contains(c) { c } else { '-' };
    let wanted: String = wanted.chars().map(allowed).collect();
    let parts: Vec<&str> = wanted.split('/').filter(|part| !part.is_empty()).collect();
    let wanted = if parts.is_empty() { "snapshot".into() } else { parts.join("/") };
    let mut last = None;
    for number in 1..10_000_u32 {
        let name =
            if number == 1 { format!("refs/harness/{wanted}") } else { format!("refs/harness/{wanted}-{number}") };
        match project.repo.reference(&name, oid, false, "saved working tree") {
            Ok(_) => return Ok(name),
            Err(error) if error.code() == ErrorCode::Exists => last = Some(error),
            Err(source) => return Err(GitError::Git { doing: "write a private ref", source }),
        }
    }
    let source = last.unwrap_or_else(|| git2::Error::from_str("no free name"));
    Err(GitError::Git { doing: "write a private ref", source })
}

/// Makes the working tree and the index as in HEAD, for the files that `saved` holds exactly as they are now.
///
/// Whatever was changed after the snapshot, or was left out of it, stays. So do untracked files that are too big to be
/// set aside or committed: they may have been the person's before any agent came. Fails with `UnknownCommit` when the snapshot is
/// gone, with `OperationInProgress`, and with `IndexLocked`; nothing is discarded then.
pub fn discard_to_head(dir: &Path, saved: &Snapshot) -> Result<Discarded, GitError> {
    let project = repository::open(dir)?;
    let _turn = project.take_turn()?;
    project.refuse_unfinished()?;
    project.wait_for_index(LOCK_WAIT)?;
    let proof = project.commit(&saved.oid)?.tree().doing("read the snapshot")?;
    let head = project.head_tree()?;
    let mut index = project.repo.index().doing("read the index")?;
    let mut storer = Storer::new(&project)?;
    let (mut goals, mut discarded, mut kept) = (Goals::new(), Vec::new(), Vec::new());
    for change in status::changes(&project)?.files {
        let is_untracked = change.is_untracked();
        let path = change.path;
        let now = if storer.needs_filter(&path) { None } else { storer.store(&path)? };
        let content = now.as_ref().map(|now| now.content);
        let before = in_tree(head.as_ref(), &path);
        let is_saved =
            content == in_tree(Some(&proof), &path) && !(content.is_none() && storer.looker.look(&path)?.is_some());
        let is_saved = is_saved && !(is_untracked && now.as_ref().is_some_and(|now| now.meta.len() > MAX_FILE_BYTES));
        if !is_saved {
            kept.push(path);
            continue;
        }
        if in_index(&index, &path) != before || before.is_none() {
            stage::set(&mut index, &path, before, None)?;
        }
        if content != before {
            goals.insert(path.clone(), Goal { content: before, exact: None, expected: now.map(|now| now.meta) });
        }
        discarded.push(path);
    }
    let swapped = swap::swap(&project, &goals, None)?;
    match project.write_index(&mut index, LOCK_WAIT) {
        Ok(()) => swapped.keep(),
        Err(error) => return Err(swapped.take_back_after(error)),
    }
    Ok(Discarded { files: shown(&discarded), kept: shown(&kept) })
}

/// How long to wait for another git command that holds the index.
const LOCK_WAIT: Duration = Duration::from_secs(10);
