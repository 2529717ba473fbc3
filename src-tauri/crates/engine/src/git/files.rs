//! Files on disk: what they are, whether they changed, and their content in git's object store.

use super::{
    GitError,
    error::Doing,
    looker::{Body, Found, Looker},
    path::RepoPath,
    repository::Project,
    stage::SEARCHED_BYTES,
};
use git2::{AttrCheckFlags, ErrorClass, IndexEntry, IndexTime, ObjectType, Oid, Tree};
use std::{
    collections::{BTreeMap, HashMap},
    fs::{File, Metadata},
    io::{Seek, SeekFrom, Write},
};

/// What git stores for a file.
pub(super) const REGULAR: i32 = 0o100_644;
/// What git stores for a file that may be executed.
pub(super) const EXECUTABLE: i32 = 0o100_755;
/// What git stores for a symbolic link.
pub(super) const LINK: i32 = 0o120_000;
/// What git stores for a repository inside a repository.
pub(super) const GITLINK: i32 = 0o160_000;

/// A file's content and kind, as git stores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    /// The blob.
    pub(super) oid: Oid,
    /// One of the modes above.
    pub(super) mode: i32,
}

/// A file whose content is now in the object store.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// As commits have it: line ends normalized where the repository asks for that.
    pub(super) content: Content,
    /// The name of the exact bytes; another one than the content's when line ends were normalized.
    pub(super) raw: Oid,
    /// What it looked like on disk before it was read.
    pub(super) meta: Metadata,
}

/// Whether two looks at a file saw the same, as far as the file system tells.
pub(super) fn is_unchanged(before: &Metadata, now: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let stamp = |meta: &Metadata| {
            (meta.ino(), meta.mode(), meta.size(), meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec())
        };
        stamp(before) == stamp(now)
    }
    #[cfg(not(unix))]
    {
        let stamp = |meta: &Metadata| (meta.file_type(), meta.len(), meta.modified().ok());
        stamp(before) == stamp(now)
    }
}

/// Puts files into the object store.
pub(super) struct Storer<'a> {
    project: &'a Project,
    index: git2::Index,
    /// Whether the file system knows executable files.
    has_modes: bool,
    /// Whether the file system knows symbolic links.
    has_links: bool,
    filters: HashMap<String, bool>,
    pub(super) looker: Looker<'a>,
}

impl<'a> Storer<'a> {
    /// Ready to store files of `project`.
    pub(super) fn new(project: &'a Project) -> Result<Self, GitError> {
        let index = project.repo.index().doing("read the index")?;
        let config = project.repo.config().doing("read the git settings")?;
        let is_on = |key| config.get_bool(key).unwrap_or(true);
        Ok(Self {
            project,
            index,
            has_modes: is_on("core.filemode"),
            has_links: is_on("core.symlinks"),
            filters: HashMap::new(),
            looker: Looker::new(&project.dir),
        })
    }

    /// What stands at `path`, for [`keep`](Self::keep): what is decided on is what is stored.
    pub(super) fn find(&self, path: &RepoPath) -> Result<Option<Found>, GitError> {
        self.looker.find(path)
    }

    /// Stores one file or link as it is now; `None` when there is neither at `path`.
    ///
    /// Fails with `Unsavable` when it cannot be read.
    pub(super) fn store(&self, path: &RepoPath) -> Result<Option<Stored>, GitError> {
        self.find(path)?.map_or(Ok(None), |found| self.keep(path, found))
    }

    /// As [`store`](Self::store), of what was found at `path`.
    pub(super) fn keep(&self, path: &RepoPath, mut found: Found) -> Result<Option<Stored>, GitError> {
        // Reads it.
        let raw = found.raw();
        let Found { meta, body } = found;
        let known = || self.index.get_path(&path.to_path(), 0).map(|entry| entry.mode.cast_signed());
        let mode = match known() {
            _ if matches!(body, Body::Link(_)) => LINK,
            Some(LINK) if !self.has_links => LINK,
            Some(known @ (REGULAR | EXECUTABLE)) if !self.has_modes => known,
            _ if self.has_modes && is_executable(&meta) => EXECUTABLE,
            _ => REGULAR,
        };
        let changed = || GitError::ChangedMeanwhile { path: path.to_string() };
        let oid = match body {
            Body::Link(target) => self.project.repo.blob(&target).doing("store a symbolic link")?,
            Body::Read { start, rest } => self.keep_file(path, &start, rest)?,
            Body::Unreadable(error) => return Err(unsavable(path, &error)),
            Body::File(_) | Body::Other => return Ok(None),
        };
        Ok(Some(Stored { content: Content { oid, mode }, raw: raw.ok_or_else(changed)?, meta }))
    }

    /// Stores a file that was read, with the line ends that commits have.
    fn keep_file(&self, path: &RepoPath, start: &[u8], rest: Option<File>) -> Result<Oid, GitError> {
        if rest.is_none() && !may_be_filtered(start) {
            return self.project.repo.blob(start).doing("store a file");
        }
        let failed = |source: git2::Error| match source.class() {
            ErrorClass::Filter => GitError::Unsavable { path: path.to_string(), detail: source.message().to_owned() },
            _ => GitError::Git { doing: "store a file", source },
        };
        let mut writer = self.project.repo.blob_writer(Some(&path.to_path())).map_err(failed)?;
        let written = writer.write_all(start).and_then(|()| match &rest {
            Some(file) => {
                let mut file: &File = file;
                file.seek(SeekFrom::Start(start.len() as u64))?;
                std::io::copy(&mut file, &mut writer).map(drop)
            }
            None => Ok(()),
        });
        written.map_err(|error| unsavable(path, &error))?;
        let oid = writer.commit().map_err(failed)?;
        // The writer keeps the bytes in a file of the repository meanwhile, where an agent's process could change them.
        if rest.is_none() {
            let stored = self.project.repo.find_blob(oid).doing("read what was stored")?;
            if unfiltered(stored.content()) != unfiltered(start) {
                return Err(GitError::ChangedMeanwhile { path: path.to_string() });
            }
        }
        Ok(oid)
    }

    /// Content and kind of a file as it is on disk, without storing anything; `None` when there is none to read.
    pub(super) fn fingerprint(&self, path: &RepoPath) -> Result<Option<Content>, GitError> {
        let Some(mut found) = self.find(path)? else { return Ok(None) };
        let mode = match found.body {
            Body::Link(_) => LINK,
            _ if self.has_modes && is_executable(&found.meta) => EXECUTABLE,
            _ => REGULAR,
        };
        Ok(found.raw().map(|oid| Content { oid, mode }))
    }

    /// The exact bytes of a file as a blob, when `stored` holds something else because line ends were normalized.
    pub(super) fn exact(&self, path: &RepoPath, stored: &Stored) -> Result<Option<Oid>, GitError> {
        if !stored.meta.is_file() || stored.raw == stored.content.oid {
            return Ok(None);
        }
        let changed = || GitError::ChangedMeanwhile { path: path.to_string() };
        let bytes = self.find(path)?.and_then(|found| found.whole(EXACT_BYTES)).ok_or_else(changed)?;
        let raw = self.project.repo.blob(&bytes).doing("store a file")?;
        if raw == stored.raw { Ok(Some(raw)) } else { Err(changed()) }
    }

    /// Whether a filter program would have to turn the file into what git stores.
    pub(super) fn needs_filter(&mut self, path: &RepoPath) -> bool {
        let ask = |name| self.project.repo.get_attr(&path.to_path(), name, AttrCheckFlags::FILE_THEN_INDEX);
        let named = |value: Result<Option<&str>, git2::Error>| {
            value.ok().flatten().filter(|value| !matches!(*value, "true" | "false")).map(str::to_owned)
        };
        // libgit2 does not know this attribute and would store UTF-16 where git stores UTF-8.
        if named(ask("working-tree-encoding")).is_some() {
            return true;
        }
        let Some(driver) = named(ask("filter")) else { return false };
        let repo = &self.project.repo;
        *self.filters.entry(driver).or_insert_with_key(|driver| {
            // A driver without a program does nothing, in git as well.
            repo.config().is_ok_and(|config| {
                ["clean", "smudge", "process"].iter().any(|kind| {
                    config.get_string(&format!("filter.{driver}.{kind}")).is_ok_and(|value| !value.is_empty())
                })
            })
        })
    }
}

/// Files with line ends of their own that are bigger than this come back with those of the repository.
const EXACT_BYTES: u64 = SEARCHED_BYTES;

/// Whether a file is one that line ends or `$Id$` could be changed in on its way into a commit.
fn may_be_filtered(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\r\n") || bytes.windows(3).any(|part| part == b"$Id")
}

/// Content without what storing it may have changed: line ends, and what stands for an `$Id$`.
fn unfiltered(bytes: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
    let first = text.windows(3).position(|part| part == b"$Id").map(|at| at + 3);
    let last = text.iter().rposition(|byte| *byte == b'$');
    if let (Some(first), Some(last)) = (first, last)
        && first < last
    {
        text.drain(first..last);
    }
    text
}

fn unsavable(path: &RepoPath, error: &std::io::Error) -> GitError {
    GitError::Unsavable { path: path.to_string(), detail: error.to_string() }
}

/// Whether a file is on disk as the index has it, whatever its stamp says.
pub(super) fn is_as_in_index(project: &Project, path: &RepoPath) -> Result<bool, GitError> {
    let storer = Storer::new(project)?;
    let stored = storer.store(path)?.map(|stored| stored.content);
    Ok(stored == in_index(&storer.index, path))
}

/// What the index has at a path; an entry of `git add -N` has no content yet and counts as none.
pub(super) fn in_index(index: &git2::Index, path: &RepoPath) -> Option<Content> {
    index
        .get_path(&path.to_path(), 0)
        .filter(|entry| !git2::IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_intent_to_add())
        .map(|entry| Content { oid: entry.id, mode: entry.mode.cast_signed() })
}

/// What a tree has at a path: a file, a link or a submodule, but not a directory.
pub(super) fn in_tree(tree: Option<&Tree<'_>>, path: &RepoPath) -> Option<Content> {
    let entry = tree?.get_path(&path.to_path()).ok()?;
    (entry.kind() != Some(ObjectType::Tree)).then(|| Content { oid: entry.id(), mode: entry.filemode() })
}

/// An index entry; with `meta`, later comparisons can trust the file's stamp instead of reading it.
pub(super) fn index_entry(path: &RepoPath, content: Content, meta: Option<&Metadata>) -> IndexEntry {
    let mut entry = IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: content.mode.cast_unsigned(),
        uid: 0,
        gid: 0,
        file_size: 0,
        id: content.oid,
        flags: 0,
        flags_extended: 0,
        path: path.bytes().to_vec(),
    };
    #[cfg(unix)]
    if let Some(meta) = meta {
        use std::os::unix::fs::MetadataExt;
        // The index has 32 bits for each of these; git cuts them off in the same way.
        let low = |value: u64| (value & u64::from(u32::MAX)) as u32;
        let time = |seconds: i64, nanos: i64| {
            IndexTime::new(low(seconds.cast_unsigned()).cast_signed(), low(nanos.cast_unsigned()))
        };
        entry.ctime = time(meta.ctime(), meta.ctime_nsec());
        entry.mtime = time(meta.mtime(), meta.mtime_nsec());
        entry.dev = low(meta.dev());
        entry.ino = low(meta.ino());
        entry.uid = meta.uid();
        entry.gid = meta.gid();
        entry.file_size = low(meta.size());
    }
    #[cfg(not(unix))]
    let _ = meta;
    entry
}

fn is_executable(meta: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        meta.permissions().mode() & 0o100 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = meta;
        false
    }
}

/// What shall stand at each path; `None` means nothing.
pub(super) type Edits = BTreeMap<RepoPath, Option<Content>>;
