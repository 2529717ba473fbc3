//! Decides which changed files a commit takes, and puts those into the object store.

use super::{
    GitError, LeftOut, WhyLeftOut,
    error::Doing,
    files::{Content, Edits, GITLINK, Stored, Storer, in_index, in_tree, index_entry},
    looker::{Found, Looker},
    path::RepoPath,
    repository::Project,
    secret,
    status::{Change, Changes},
    tree,
};
use git2::{Index, Oid, Tree};
use std::{collections::BTreeMap, fs::Metadata};

/// How much of a file is searched for credentials.
pub(super) const SEARCHED_BYTES: u64 = 16_000_000;

/// What a commit is going to contain, next to what HEAD has.
#[derive(Default)]
pub(super) struct Staged {
    /// Changed files as stored; `None` for those that are gone.
    pub(super) edits: BTreeMap<RepoPath, Option<Stored>>,
    /// Submodules that somebody staged, with their entry in `.gitmodules`.
    links: BTreeMap<RepoPath, Content>,
    /// What is not taken, and why.
    pub(super) left_out: Vec<LeftOut>,
    /// Files that are not taken and must not linger in the index either.
    unstage: Vec<RepoPath>,
}

/// Looks through `found` for what may be committed. Untracked files above `max_bytes` may not.
pub(super) fn stage(
    project: &Project,
    found: &Changes,
    is_wanted: impl Fn(&RepoPath) -> bool,
    max_bytes: u64,
) -> Result<Staged, GitError> {
    let head = project.head_tree()?;
    let mut storer = Storer::new(project)?;
    let mut staged = Staged::default();
    for change in found.files.iter().filter(|change| is_wanted(&change.path)) {
        let path = &change.path;
        let mut found = storer.find(path)?;
        let why = match why_left_out(project, &mut storer, change, head.as_ref(), max_bytes, found.as_mut())? {
            None => match found.map_or(Ok(None), |found| storer.keep(path, found)) {
                Ok(stored) => {
                    staged.edits.insert(path.clone(), stored);
                    continue;
                }
                Err(GitError::Unsavable { detail, .. }) => WhyLeftOut::Unstorable { detail },
                Err(error) => return Err(error),
            },
            Some(why) => why,
        };
        staged.left_out.push(LeftOut { path: path.to_string(), why });
        staged.unstage.push(path.clone());
    }
    let leave = |path: &RepoPath, why| LeftOut { path: path.to_string(), why };
    staged.left_out.extend(
        found.nested.iter().filter(|path| is_wanted(path)).map(|path| leave(path, WhyLeftOut::NestedRepository)),
    );
    staged.left_out.extend(
        found
            .unreadable
            .iter()
            .filter(|path| is_wanted(path))
            .map(|path| leave(path, WhyLeftOut::Unstorable { detail: "it cannot be read".into() })),
    );
    stage_links(project, &mut staged, head.as_ref(), is_wanted)?;
    Ok(staged)
}

/// Why a commit must not take a changed file, which was found as `found`; `None` when it may. What is searched for
/// credentials is what is stored of it then.
pub(super) fn why_left_out(
    project: &Project,
    storer: &mut Storer<'_>,
    change: &Change,
    head: Option<&Tree<'_>>,
    max_bytes: u64,
    found: Option<&mut Found>,
) -> Result<Option<WhyLeftOut>, GitError> {
    let path = &change.path;
    let Some(found) = found else { return Ok(None) };
    if !is_storable_name(path) {
        return Ok(Some(WhyLeftOut::Unstorable { detail: "git does not accept this name".into() }));
    }
    if change.is_new() {
        if let Some(kind) = secret::by_name(path) {
            return Ok(Some(WhyLeftOut::Secret { kind }));
        }
        if found.meta.is_file() && found.meta.len() > max_bytes {
            return Ok(Some(WhyLeftOut::Oversized { bytes: found.meta.len() }));
        }
    }
    if storer.needs_filter(path) {
        return Ok(Some(WhyLeftOut::NeedsFilter));
    }
    let Some(text) = found.start() else { return Ok(None) };
    let before = || {
        let content = in_tree(head, path)?;
        Some(project.repo.find_blob(content.oid).ok()?.content().to_vec())
    };
    Ok(secret::by_content(text, before).map(|kind| WhyLeftOut::Secret { kind }))
}

/// Git refuses names that another operating system would take for its own directory.
pub(super) fn is_storable_name(path: &RepoPath) -> bool {
    path.bytes().split(|byte| *byte == b'/').all(|part| {
        let part = String::from_utf8_lossy(part).to_lowercase();
        let stem = part.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']);
        stem != ".git" && stem != "git~1"
    })
}

/// Keeps submodules as they were staged; a repository that was merely added is not committed.
fn stage_links(
    project: &Project,
    staged: &mut Staged,
    head: Option<&Tree<'_>>,
    is_wanted: impl Fn(&RepoPath) -> bool,
) -> Result<(), GitError> {
    let index = project.repo.index().doing("read the index")?;
    let modules = Looker::new(&project.dir).find(&RepoPath::from_git(b".gitmodules"))?;
    let modules = modules.and_then(|found| found.whole(SEARCHED_BYTES)).unwrap_or_default();
    let modules = String::from_utf8_lossy(&modules);
    for entry in index.iter().filter(|entry| entry.mode.cast_signed() == GITLINK) {
        let path = RepoPath::from_git(&entry.path);
        let content = Content { oid: entry.id, mode: GITLINK };
        let before = in_tree(head, &path);
        if before == Some(content) || !is_wanted(&path) {
            continue;
        }
        let is_declared = modules.lines().any(|line| {
            line.split_once('=')
                .is_some_and(|(key, value)| key.trim() == "path" && value.trim().as_bytes() == path.bytes())
        });
        if before.is_some() || is_declared {
            staged.links.insert(path, content);
        } else {
            staged.left_out.push(LeftOut { path: path.to_string(), why: WhyLeftOut::NestedRepository });
            staged.unstage.push(path);
        }
    }
    Ok(())
}

impl Staged {
    /// Whether there is nothing to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.links.is_empty() && self.edits.values().all(Option::is_none)
    }

    /// The tree of HEAD with these changes.
    pub(super) fn tree(&self, project: &Project, head: Option<&Tree<'_>>) -> Result<Oid, GitError> {
        let files =
            self.edits.iter().map(|(path, stored)| (path.clone(), stored.as_ref().map(|stored| stored.content)));
        let links = self.links.iter().map(|(path, content)| (path.clone(), Some(*content)));
        tree::edited(project, head, &files.chain(links).collect::<Edits>())
    }

    /// Makes the index agree with that tree for these files. Returns whether it had to change.
    pub(super) fn apply_to(&self, index: &mut Index, head: Option<&Tree<'_>>) -> Result<bool, GitError> {
        let mut has_changed = false;
        for (path, stored) in &self.edits {
            let content = stored.as_ref().map(|stored| stored.content);
            let is_same = in_index(index, path) == content;
            has_changed |= !is_same || content.is_some();
            set(index, path, content, stored.as_ref().map(|stored| &stored.meta))?;
        }
        for path in &self.unstage {
            let before = in_tree(head, path);
            if in_index(index, path) != before {
                has_changed = true;
                set(index, path, before, None)?;
            }
        }
        Ok(has_changed)
    }
}

/// Puts one entry into the index, or takes it out.
pub(super) fn set(
    index: &mut Index,
    path: &RepoPath,
    content: Option<Content>,
    meta: Option<&Metadata>,
) -> Result<(), GitError> {
    match content {
        Some(content) => index.add(&index_entry(path, content, meta)).doing("change the index"),
        None if index.get_path(&path.to_path(), 0).is_some() => {
            index.remove(&path.to_path(), 0).doing("change the index")
        }
        None => Ok(()),
    }
}
