//! Pipes where git expects files: opening one waits until somebody opens its other end, which may be never.
//!
//! An agent can make one of any file of its repository, and of the files that git reads beside the others. They are
//! looked for before git reads them, by the kind that a directory lists, without opening anything.

use super::{
    GitError,
    error::io_at,
    repository::{self, Project},
};
use std::{
    fs::{DirEntry, FileType},
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// What git reads of the working tree by itself.
const READ_BY_GIT: [&str; 3] = [".gitattributes", ".gitignore", ".gitmodules"];

/// Where a repository keeps what is read as soon as it is opened, with how deep it is looked into.
const READ_AT_ONCE: [(&str, usize); 6] =
    [("", 0), ("info", 0), ("refs", usize::MAX), ("objects/info", 0), ("objects/pack", 0), ("worktrees", 1)];

/// Refuses a project whose repository could not even be opened. Quick: looks at no file of the history.
pub(super) fn refuse_at_opening(dir: &Path) -> Result<(), GitError> {
    let own = dir.join(".git");
    let Ok(meta) = std::fs::symlink_metadata(&own) else { return Ok(()) };
    refuse(&own, meta.file_type())?;
    for name in READ_BY_GIT {
        let path = dir.join(name);
        if let Ok(meta) = std::fs::symlink_metadata(&path) {
            refuse(&path, meta.file_type())?;
        }
    }
    if meta.is_dir() {
        READ_AT_ONCE.iter().try_for_each(|(name, depth)| refuse_below(&own.join(name), *depth, false))
    } else {
        Ok(())
    }
}

/// Refuses pipes among the files of the history, and links among their directories.
pub(super) fn refuse_in_history(objects: &Path) -> Result<(), GitError> {
    if std::fs::symlink_metadata(objects).is_ok_and(|meta| meta.is_symlink()) {
        return Err(GitError::Linked { path: objects.to_path_buf() });
    }
    refuse_below(objects, 1, true)
}

/// Looks for pipes where git would wait for the other end, as every look of the host at a working tree begins.
///
/// Fails with `Pipe`, and as opening the repository does.
pub fn refuse_pipes(dir: &Path) -> Result<(), GitError> {
    refuse_in_tree(&repository::open(dir)?)
}

/// Refuses pipes among the files that git reads of the working tree, ignored directories aside: git does not go there.
pub(super) fn refuse_in_tree(project: &Project) -> Result<(), GitError> {
    let mut waiting = vec![PathBuf::new()];
    while let Some(directory) = waiting.pop() {
        for entry in entries(&project.dir.join(&directory))? {
            let (name, kind) = (entry.file_name(), kind_of(&entry)?);
            let inside = directory.join(&name);
            if READ_BY_GIT.iter().any(|read| name == *read) {
                refuse(&entry.path(), kind)?;
            }
            // What its parents ignore was looked at before.
            if kind.is_dir() && name != ".git" && !project.repo.is_path_ignored(inside.join("")).unwrap_or(false) {
                waiting.push(inside);
            }
        }
    }
    Ok(())
}

fn refuse_below(directory: &Path, depth: usize, refuses_links: bool) -> Result<(), GitError> {
    for entry in entries(directory)? {
        let kind = kind_of(&entry)?;
        refuse(&entry.path(), kind)?;
        if refuses_links && kind.is_symlink() {
            return Err(GitError::Linked { path: entry.path() });
        }
        if kind.is_dir() && depth > 0 {
            refuse_below(&entry.path(), depth - 1, refuses_links)?;
        }
    }
    Ok(())
}

/// What is in a directory; nothing when it is none, or may not be looked into: git cannot either.
fn entries(directory: &Path) -> Result<Vec<DirEntry>, GitError> {
    match std::fs::read_dir(directory) {
        Ok(entries) => entries.collect::<Result<_, _>>().map_err(io_at(directory)),
        Err(error)
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied) =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(io_at(directory)(error)),
    }
}

fn kind_of(entry: &DirEntry) -> Result<FileType, GitError> {
    entry.file_type().map_err(io_at(entry.path()))
}

/// Refuses what waits when it is opened. A socket does not: opening it fails at once.
pub(super) fn refuse(path: &Path, kind: FileType) -> Result<(), GitError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() || kind.is_char_device() || kind.is_block_device() {
            return Err(GitError::Pipe { path: path.to_path_buf() });
        }
    }
    #[cfg(not(unix))]
    let _ = (path, kind);
    Ok(())
}
