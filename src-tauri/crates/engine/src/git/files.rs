//! Files on disk: what they are, whether they changed, and their content in git's object store.

use super::{
    GitError,
    error::{Doing, io_at},
    path::RepoPath,
    repository::Project,
};
use git2::{AttrCheckFlags, IndexEntry, IndexTime, ObjectType, Oid, Tree};
use std::{
    collections::{BTreeMap, HashMap},
    fs::Metadata,
    io::ErrorKind,
    path::Path,
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
    /// What it looked like on disk before it was read.
    pub(super) meta: Metadata,
}

/// Looks at files without ever following a symbolic link, in the last component or above it.
#[derive(Debug)]
pub(super) struct Looker<'a> {
    root: &'a Path,
    /// Whether a directory is reached through real directories only. Files come sorted, so it is asked for again at once.
    real_directories: HashMap<RepoPath, bool>,
}

impl<'a> Looker<'a> {
    /// Looks below `root`.
    pub(super) fn new(root: &'a Path) -> Self {
        Self { root, real_directories: HashMap::new() }
    }

    /// What stands at `path`: a file, a link or a directory; `None` when nothing does, or when a link leads there.
    pub(super) fn look(&mut self, path: &RepoPath) -> Result<Option<Metadata>, GitError> {
        let parents: Vec<RepoPath> = path.parents().collect();
        let known = parents.iter().rposition(|parent| self.real_directories.contains_key(parent));
        if known.is_some_and(|at| !self.real_directories[&parents[at]]) {
            return Ok(None);
        }
        for parent in &parents[known.map_or(0, |at| at + 1)..] {
            let is_real = self.look_at(parent)?.is_some_and(|meta| meta.is_dir());
            self.real_directories.insert(parent.clone(), is_real);
            if !is_real {
                return Ok(None);
            }
        }
        self.look_at(path)
    }

    fn look_at(&self, path: &RepoPath) -> Result<Option<Metadata>, GitError> {
        let full = self.root.join(path.to_path());
        match std::fs::symlink_metadata(&full) {
            Ok(meta) => Ok(Some(meta)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(io_at(full)(error)),
        }
    }
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

    /// Stores one file or link as it is now; `None` when there is neither at `path`.
    ///
    /// Fails with `Unsavable` when it cannot be read.
    pub(super) fn store(&mut self, path: &RepoPath) -> Result<Option<Stored>, GitError> {
        let Some(meta) = self.looker.look(path)? else { return Ok(None) };
        let full = self.project.dir.join(path.to_path());
        let known = || self.index.get_path(&path.to_path(), 0).map(|entry| entry.mode.cast_signed());
        let content = if meta.is_symlink() {
            let target = std::fs::read_link(&full).map_err(|error| unsavable(path, &error))?;
            let oid = self.project.repo.blob(&link_bytes(&target)).doing("store a symbolic link")?;
            Content { oid, mode: LINK }
        } else if meta.is_file() {
            let mode = match known() {
                Some(LINK) if !self.has_links => LINK,
                Some(known @ (REGULAR | EXECUTABLE)) if !self.has_modes => known,
                _ if self.has_modes && is_executable(&meta) => EXECUTABLE,
                _ => REGULAR,
            };
            Content { oid: self.store_bytes(path, &full)?, mode }
        } else {
            return Ok(None);
        };
        Ok(Some(Stored { content, meta }))
    }

    /// Content and kind of a file as it is on disk, without storing anything; `None` when there is none to read.
    pub(super) fn fingerprint(&mut self, path: &RepoPath) -> Result<Option<Content>, GitError> {
        let Some(meta) = self.looker.look(path)? else { return Ok(None) };
        let full = self.project.dir.join(path.to_path());
        if meta.is_symlink() {
            let target = std::fs::read_link(&full).ok().map(|target| link_bytes(&target));
            let oid = target.and_then(|target| Oid::hash_object(ObjectType::Blob, &target).ok());
            return Ok(oid.map(|oid| Content { oid, mode: LINK }));
        }
        let mode = if self.has_modes && is_executable(&meta) { EXECUTABLE } else { REGULAR };
        let oid = if meta.is_file() { Oid::hash_file(ObjectType::Blob, &full).ok() } else { None };
        Ok(oid.map(|oid| Content { oid, mode }))
    }

    fn store_bytes(&self, path: &RepoPath, full: &Path) -> Result<Oid, GitError> {
        match self.project.repo.blob_path(full) {
            Ok(oid) => Ok(oid),
            Err(source) => match std::fs::File::open(full) {
                // Readable, so the object store is what fails: a full disk, for instance.
                Ok(_) if source.class() != git2::ErrorClass::Filter => {
                    Err(GitError::Git { doing: "store a file", source })
                }
                Ok(_) => Err(GitError::Unsavable { path: path.to_string(), detail: source.message().to_owned() }),
                Err(error) => Err(unsavable(path, &error)),
            },
        }
    }

    /// The exact bytes of a file as a blob, when `stored` holds something else because line ends were normalized.
    pub(super) fn exact(&self, path: &RepoPath, stored: &Stored) -> Result<Option<Oid>, GitError> {
        if !stored.meta.is_file() {
            return Ok(None);
        }
        let full = self.project.dir.join(path.to_path());
        let raw = Oid::hash_file(ObjectType::Blob, &full).doing("read a file")?;
        if raw == stored.content.oid {
            return Ok(None);
        }
        let bytes = std::fs::read(&full).map_err(|error| unsavable(path, &error))?;
        self.project.repo.blob(&bytes).doing("store a file").map(Some)
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

fn unsavable(path: &RepoPath, error: &std::io::Error) -> GitError {
    GitError::Unsavable { path: path.to_string(), detail: error.to_string() }
}

/// Whether a file is on disk as the index has it, whatever its stamp says.
pub(super) fn is_as_in_index(project: &Project, path: &RepoPath) -> Result<bool, GitError> {
    let mut storer = Storer::new(project)?;
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

fn link_bytes(target: &Path) -> Vec<u8> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        target.as_os_str().as_bytes().to_vec()
    }
    #[cfg(not(unix))]
    {
        target.to_string_lossy().replace('\\', "/").into_bytes()
    }
}

/// What shall stand at each path; `None` means nothing.
pub(super) type Edits = BTreeMap<RepoPath, Option<Content>>;
