//! Which files differ from HEAD.

use super::{GitError, error::Doing, looker::Looker, path::RepoPath, pipes, repository::Project};
use git2::{IndexEntryExtendedFlag, Status, StatusOptions};

/// One file that differs from HEAD, in the index or on disk.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// The file.
    pub(super) path: RepoPath,
    /// How it differs.
    status: Status,
}

/// What differs from HEAD.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Files, sorted by path. Submodules and other repositories inside the project are not among them.
    pub(super) files: Vec<Change>,
    /// Untracked directories that are repositories of their own; without the final slash.
    pub(super) nested: Vec<RepoPath>,
    /// Files git may not read.
    pub(super) unreadable: Vec<RepoPath>,
}

impl Change {
    /// Neither HEAD nor the index has it.
    pub(super) fn is_untracked(&self) -> bool {
        self.status == Status::WT_NEW
    }

    /// The index says something else than HEAD, or the only news is that the file is new.
    pub(super) fn is_new(&self) -> bool {
        self.status.intersects(Status::WT_NEW | Status::INDEX_NEW) && !self.status.contains(Status::INDEX_DELETED)
    }

    /// Only its stamp on disk may have changed; git compares the content when it has to.
    pub(super) fn may_be_only_touched(&self) -> bool {
        self.status == Status::WT_MODIFIED
    }
}

/// Everything that differs from HEAD and is not ignored.
///
/// Fails with `Pipe` where git would wait for ever.
pub(super) fn changes(project: &Project) -> Result<Changes, GitError> {
    pipes::refuse_in_tree(project)?;
    let mut options = StatusOptions::new();
    options
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .include_unreadable(true)
        // Other repositories inside the project stay as they are, so there is no need to open them.
        .exclude_submodules(true);
    let index = project.repo.index().doing("read the index")?;
    let statuses = project.repo.statuses(Some(&mut options)).doing("compare the files with HEAD")?;
    let mut found = Changes::default();
    for entry in statuses.iter() {
        let (path, status) = (RepoPath::from_git(entry.path_bytes()), entry.status());
        if path.bytes().ends_with(b"/") {
            found.nested.push(RepoPath::from_git(path.bytes().strip_suffix(b"/").unwrap_or_default()));
        } else if status.contains(Status::WT_UNREADABLE) {
            found.unreadable.push(path);
        } else if status == Status::WT_DELETED && is_left_out_of_checkout(&index, &path) {
            // A sparse checkout: the file is absent on purpose.
        } else if !status.is_ignored() && !status.is_empty() {
            found.files.push(Change { path, status });
        }
    }
    found.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Has git look again at files that it was told to look at no more, and returns them.
///
/// Two marks in the index do that, `assume-unchanged` and `skip-worktree`. A person sets them to be left alone by a file; an
/// agent could hide with them what it did to a test. A sparse checkout marks files that are absent on purpose: those stay.
/// The index is changed in memory only; none means that there is nothing to write.
pub(super) fn unhide(project: &Project, index: &mut git2::Index) -> Result<Vec<RepoPath>, GitError> {
    let is_sparse = project.repo.config().is_ok_and(|config| config.get_bool("core.sparseCheckout").unwrap_or(false));
    let looker = Looker::new(&project.dir);
    let mut hidden = Vec::new();
    for mut entry in index.iter() {
        let is_assumed = entry.flags & ASSUME_UNCHANGED != 0;
        let is_skipped = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_skip_worktree();
        if !is_assumed && !is_skipped {
            continue;
        }
        let path = RepoPath::from_git(&entry.path);
        if is_skipped && is_sparse && looker.look(&path)?.is_none() {
            continue;
        }
        entry.flags &= !ASSUME_UNCHANGED;
        entry.flags_extended &= !IndexEntryExtendedFlag::SKIP_WORKTREE.bits();
        // Without its stamp the file is read, whatever the stamp would have git believe.
        entry.mtime = git2::IndexTime::new(0, 0);
        entry.file_size = 0;
        hidden.push((path, entry));
    }
    for (_, entry) in &hidden {
        index.add(entry).doing("have git look at a file again")?;
    }
    Ok(hidden.into_iter().map(|(path, _)| path).collect())
}

/// `GIT_INDEX_ENTRY_VALID`: git takes the file for unchanged.
const ASSUME_UNCHANGED: u16 = 0x8000;

/// Whether a sparse checkout leaves a file out on purpose.
pub(super) fn is_left_out_of_checkout(index: &git2::Index, path: &RepoPath) -> bool {
    index
        .get_path(&path.to_path(), 0)
        .is_some_and(|entry| IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_skip_worktree())
}
