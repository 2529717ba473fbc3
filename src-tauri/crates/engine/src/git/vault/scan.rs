//! The project's files as a git tree, exactly as they are on disk, read again only where something changed.
//!
//! What was read before is remembered in an index of the vault's own, outside the project: an agent can write the
//! project's index and with it hide a change from git (`git update-index --assume-unchanged`), but not from this.
//! Content is stored byte for byte, without the conversions that attributes ask for, so that it comes back as it was.

use super::{
    Vault,
    handle::{Directory, Kind, Stamp},
};
use crate::git::{
    GitError, LeftOut, WhyLeftOut,
    error::{Doing, io_at},
    files::{Content, GITLINK, in_index, in_tree, index_entry},
    path::RepoPath,
    repository::Project,
    secret,
    stage::{SEARCHED_BYTES, is_storable_name},
};
use git2::{Index, IndexEntry, ObjectType, Odb, OdbLookupFlags, Oid, Repository, Tree};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs::File,
    io::{Read, Write},
    path::Path,
};

/// Untracked files above this are left out.
const MAX_BYTES: u64 = 100_000_000;
/// Directories inside one another; each level keeps one open.
const MAX_DEPTH: usize = 200;
/// How far the stamps of files may lag behind the clock, in nanoseconds: the kernel updates its own coarse clock every
/// ten milliseconds at worst.
const CLOCK_LAG_NS: i128 = 20_000_000;

/// What a look at all files found.
#[derive(Debug)]
pub(in crate::git) struct Scanned {
    /// The files, in the vault.
    pub tree: Oid,
    /// How many.
    pub files: u64,
    /// What is not in the tree and why, sorted.
    pub left_out: Vec<LeftOut>,
    /// What is in the tree but not whole: submodules with changes of their own.
    pub remarks: Vec<String>,
}

/// What is remembered besides the files themselves.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    /// Changes when any rule about ignored files may have changed.
    ignore_mark: String,
    /// Files that are taken although a rule ignores them, because they are tracked.
    forced: BTreeSet<RepoPath>,
}

struct Scan<'a> {
    project: &'a Project,
    odb: Odb<'a>,
    head: Option<Tree<'a>>,
    /// Files of this tree are taken as if they were tracked.
    also: Option<&'a Tree<'a>>,
    staged: Option<Option<Index>>,
    cache: Index,
    known: HashMap<Vec<u8>, Known>,
    known_directories: HashSet<Vec<u8>>,
    memory: Memory,
    forced: BTreeSet<RepoPath>,
    ignore_rules: Vec<u8>,
    /// Files that were taken because they were taken before, without asking whether they are ignored.
    unasked: Vec<Vec<u8>>,
    fresh_since: (i64, u32),
    has_changed: bool,
    files: u64,
    left_out: Vec<LeftOut>,
    remarks: Vec<String>,
}

struct Known {
    entry: IndexEntry,
    is_seen: bool,
}

/// Saves every file of the project that is not ignored, and tells what is left out.
///
/// Left out are secrets (by name when untracked, by content unless HEAD has the same credential), untracked files above
/// 100 MB, repositories inside the project, and what git cannot store. Files of `also` count as tracked.
pub(super) fn scan(vault: &Vault, project: &Project, also: Option<&Tree<'_>>) -> Result<Scanned, GitError> {
    let root = Directory::open(&project.dir).map_err(io_at(&project.dir))?;
    let mut scan = Scan::new(vault, project, also)?;
    scan.directory(&root, &mut Vec::new(), 0)?;
    scan.ask_again()?;
    scan.finish(vault)
}

impl<'a> Scan<'a> {
    fn new(vault: &'a Vault, project: &'a Project, also: Option<&'a Tree<'a>>) -> Result<Self, GitError> {
        let cache = open_cache(&vault.cache_path())?;
        let memory: Memory = std::fs::read(vault.memory_path())
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        let mut known = HashMap::with_capacity(cache.len());
        let mut known_directories: HashSet<Vec<u8>> = HashSet::new();
        for entry in cache.iter() {
            let mut end = entry.path.len();
            while let Some(slash) = entry.path[..end].iter().rposition(|byte| *byte == b'/') {
                // Sorted, so a directory that is known has known directories above it.
                if !known_directories.insert(entry.path[..slash].to_vec()) {
                    break;
                }
                end = slash;
            }
            known.insert(entry.path.clone(), Known { entry, is_seen: false });
        }
        Ok(Self {
            project,
            odb: vault.repo.odb().doing("open the object store of checkpoints")?,
            // A repository whose HEAD cannot be read is saved all the same: that is when it is needed most.
            head: project.head_tree().unwrap_or_default(),
            also,
            staged: None,
            cache,
            known,
            known_directories,
            memory,
            forced: BTreeSet::new(),
            ignore_rules: Vec::new(),
            unasked: Vec::new(),
            fresh_since: now_less_lag(),
            has_changed: false,
            files: 0,
            left_out: Vec::new(),
            remarks: Vec::new(),
        })
    }

    fn directory(&mut self, here: &Directory, path: &mut Vec<u8>, depth: usize) -> Result<(), GitError> {
        let mut names = match here.names() {
            Ok(names) => names,
            Err(error) => return self.leave_unreadable(path, &error),
        };
        names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let before = path.len();
        if let Some((name, kind)) = names.iter().find(|(name, _)| name == b".gitignore") {
            if *kind != Kind::File && *kind != Kind::Link {
                // Reading a pipe would wait for ever.
                return self.leave(path, WhyLeftOut::Unstorable { detail: "its .gitignore is no file".into() });
            }
            if let Ok(stamp) = here.look(name) {
                self.ignore_rules.extend_from_slice(format!("{stamp:?}").as_bytes());
                self.ignore_rules.extend_from_slice(path);
            }
        }
        for (name, kind) in names {
            if name.eq_ignore_ascii_case(b".git") {
                continue;
            }
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&name);
            match kind {
                Kind::Directory => self.inner(here, &name, path, depth)?,
                Kind::File | Kind::Link => self.file(here, &name, path)?,
                Kind::Other => {
                    if !self.is_ignored(path)? {
                        self.leave(path, WhyLeftOut::Unstorable { detail: "it is no file".into() })?;
                    }
                }
            }
            path.truncate(before);
        }
        Ok(())
    }

    fn inner(&mut self, here: &Directory, name: &[u8], path: &mut Vec<u8>, depth: usize) -> Result<(), GitError> {
        let is_known = self.known_directories.contains(path.as_slice());
        if !is_known && self.is_ignored_directory(path)? && !self.has_tracked_below(path)? {
            return Ok(());
        }
        if depth >= MAX_DEPTH {
            return self
                .leave(path, WhyLeftOut::Unstorable { detail: "too many directories inside one another".into() });
        }
        let inner = match here.child(name) {
            Ok(inner) => inner,
            Err(error) => return self.leave_unreadable(path, &error),
        };
        if inner.look(b".git").is_ok() {
            return self.repository_inside(path);
        }
        let found = self.files;
        self.directory(&inner, path, depth + 1)?;
        if self.files == found && !is_known {
            self.empty_submodule(path)?;
        }
        Ok(())
    }

    /// A submodule is recorded as the commit it is at; any other repository is none of this project's business.
    fn repository_inside(&mut self, path: &[u8]) -> Result<(), GitError> {
        let here = RepoPath::from_git(path);
        let recorded = self.tracked(&here)?.filter(|content| content.mode == GITLINK);
        let Some(recorded) = recorded else {
            return if self.is_ignored_directory(path)? {
                Ok(())
            } else {
                self.leave(path, WhyLeftOut::NestedRepository)
            };
        };
        let inside = Repository::open(self.project.dir.join(here.to_path()));
        let at = inside.as_ref().ok().and_then(|inside| inside.head().ok()?.target()).unwrap_or(recorded.oid);
        let mut options = git2::StatusOptions::new();
        options.include_untracked(true).exclude_submodules(true);
        let is_dirty =
            inside.is_ok_and(|inside| inside.statuses(Some(&mut options)).is_ok_and(|found| !found.is_empty()));
        if is_dirty {
            self.remarks
                .push(format!("{here} is a submodule: its commit is saved, its own uncommitted changes are not"));
        }
        self.take_link(&here, at)
    }

    fn empty_submodule(&mut self, path: &[u8]) -> Result<(), GitError> {
        let here = RepoPath::from_git(path);
        match self.tracked(&here)? {
            Some(content) if content.mode == GITLINK => self.take_link(&here, content.oid),
            _ => Ok(()),
        }
    }

    fn take_link(&mut self, path: &RepoPath, at: Oid) -> Result<(), GitError> {
        let content = Content { oid: at, mode: GITLINK };
        let is_same = self.known.get_mut(path.bytes()).is_some_and(|known| {
            known.is_seen = true;
            known.entry.id == at && known.entry.mode.cast_signed() == GITLINK
        });
        self.files += 1;
        if is_same { Ok(()) } else { self.put(index_entry(path, content, None)) }
    }

    fn file(&mut self, here: &Directory, name: &[u8], path: &[u8]) -> Result<(), GitError> {
        let stamp = match here.look(name) {
            Ok(stamp) => stamp,
            // Gone since the directory was read.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return self.leave_unreadable(path, &error),
        };
        let is_known = match self.known.get_mut(path) {
            Some(known) if stamp.is_of(&known.entry) => {
                known.is_seen = true;
                self.files += 1;
                self.unasked.push(path.to_vec());
                return Ok(());
            }
            known => known.is_some(),
        };
        let here_path = RepoPath::from_git(path);
        if is_known {
            self.unasked.push(path.to_vec());
        } else if name != b".gitignore" && self.is_ignored(path)? {
            if self.tracked(&here_path)?.is_none() {
                return Ok(());
            }
            self.forced.insert(here_path.clone());
        }
        match self.why_left_out(&here_path, &stamp, is_known)? {
            Some(why) => self.leave(path, why),
            None => self.take(here, name, here_path, stamp),
        }
    }

    fn why_left_out(&mut self, path: &RepoPath, stamp: &Stamp, is_known: bool) -> Result<Option<WhyLeftOut>, GitError> {
        if !is_known && !is_storable_name(path) {
            return Ok(Some(WhyLeftOut::Unstorable { detail: "git does not accept this name".into() }));
        }
        let by_name = if is_known { None } else { secret::by_name(path) };
        let is_big = stamp.kind == Kind::File && stamp.bytes > MAX_BYTES;
        if (by_name.is_some() || is_big) && self.tracked(path)?.is_none() {
            return Ok(Some(match by_name {
                Some(kind) => WhyLeftOut::Secret { kind },
                None => WhyLeftOut::Oversized { bytes: stamp.bytes },
            }));
        }
        Ok(None)
    }

    /// Stores a file or link, unless its content is a secret.
    fn take(&mut self, here: &Directory, name: &[u8], path: RepoPath, stamp: Stamp) -> Result<(), GitError> {
        let read = match stamp.kind {
            Kind::Link => here.target(name).map(|target| (target, stamp)),
            _ => here.file(name).and_then(|file| beginning(file, stamp)),
        };
        let (text, stamp) = match read {
            Ok(read) => read,
            Err(error) => return self.leave_unreadable(path.bytes(), &error),
        };
        if stamp.kind == Kind::File {
            let head = || {
                let content = in_tree(self.head.as_ref(), &path)?;
                Some(self.project.repo.find_blob(content.oid).ok()?.content().to_vec())
            };
            if let Some(kind) = secret::by_content(&text, head) {
                return self.leave(path.bytes(), WhyLeftOut::Secret { kind });
            }
        }
        let oid = if stamp.kind == Kind::File && stamp.bytes > SEARCHED_BYTES {
            match self.store_big(here, name, &text, stamp.bytes) {
                Ok(oid) => oid,
                Err(error) => return self.leave_unreadable(path.bytes(), &error),
            }
        } else {
            self.store(&text)?
        };
        let mut entry = index_entry(&path, Content { oid, mode: stamp.mode() }, None);
        let has_grown = stamp.kind == Kind::File && stamp.bytes <= SEARCHED_BYTES && stamp.bytes != text.len() as u64;
        if !has_grown && !stamp.is_too_fresh(self.fresh_since) {
            stamp.put_on(&mut entry);
        }
        let is_same = self.known.get_mut(path.bytes()).is_some_and(|known| {
            known.is_seen = true;
            let is_same = known.entry.id == oid && known.entry.mode == entry.mode;
            is_same && known.entry.ctime == entry.ctime && known.entry.mtime == entry.mtime
        });
        self.files += 1;
        if is_same { Ok(()) } else { self.put(entry) }
    }

    fn store(&self, text: &[u8]) -> Result<Oid, GitError> {
        let oid = Oid::hash_object(ObjectType::Blob, text).doing("store a file")?;
        if self.odb.exists_ext(oid, OdbLookupFlags::NO_REFRESH) {
            return Ok(oid);
        }
        self.odb.write(ObjectType::Blob, text).doing("store a file")
    }

    /// Stores a file that is too big to be held in memory; `start` is what was read of it already.
    fn store_big(&self, here: &Directory, name: &[u8], start: &[u8], bytes: u64) -> std::io::Result<Oid> {
        let size = usize::try_from(bytes).map_err(std::io::Error::other)?;
        let mut file = here.file(name)?;
        std::io::copy(&mut (&mut file).take(start.len() as u64), &mut std::io::sink())?;
        let mut writer = self.odb.writer(size, ObjectType::Blob).map_err(std::io::Error::other)?;
        writer.write_all(start)?;
        let rest = bytes - start.len() as u64;
        if std::io::copy(&mut file.take(rest), &mut writer)? != rest {
            return Err(std::io::Error::other("it changed while it was read"));
        }
        writer.finalize().map_err(std::io::Error::other)
    }

    fn put(&mut self, entry: IndexEntry) -> Result<(), GitError> {
        self.has_changed = true;
        self.cache.add(&entry).doing("remember a file")
    }

    fn leave(&mut self, path: &[u8], why: WhyLeftOut) -> Result<(), GitError> {
        self.left_out.push(LeftOut { path: RepoPath::from_git(path).to_string(), why });
        Ok(())
    }

    fn leave_unreadable(&mut self, path: &[u8], error: &std::io::Error) -> Result<(), GitError> {
        if path.is_empty() {
            return Err(GitError::Unsavable {
                path: self.project.dir.display().to_string(),
                detail: error.to_string(),
            });
        }
        self.leave(path, WhyLeftOut::Unstorable { detail: format!("it cannot be read: {error}") })
    }

    fn is_ignored(&self, path: &[u8]) -> Result<bool, GitError> {
        let path = RepoPath::from_git(path);
        self.project.repo.is_path_ignored(path.to_path()).doing("ask whether a file is ignored")
    }

    fn is_ignored_directory(&self, path: &[u8]) -> Result<bool, GitError> {
        self.is_ignored(&[path, b"/"].concat())
    }

    /// What the index, HEAD or the other tree has there.
    fn tracked(&mut self, path: &RepoPath) -> Result<Option<Content>, GitError> {
        if let Some(content) = in_tree(self.head.as_ref(), path).or_else(|| in_tree(self.also, path)) {
            return Ok(Some(content));
        }
        Ok(self.staged().and_then(|staged| in_index(staged, path)))
    }

    fn has_tracked_below(&mut self, path: &[u8]) -> Result<bool, GitError> {
        let here = RepoPath::from_git(path);
        let is_there = |tree: Option<&Tree<'_>>| tree.is_some_and(|tree| tree.get_path(&here.to_path()).is_ok());
        if is_there(self.head.as_ref()) || is_there(self.also) {
            return Ok(true);
        }
        let prefix = [path, b"/"].concat();
        Ok(self.staged().is_some_and(|staged| staged.find_prefix(prefix).is_ok()))
    }

    /// The project's own index, read when it is first needed; none when it cannot be read.
    fn staged(&mut self) -> Option<&Index> {
        let repo = &self.project.repo;
        self.staged.get_or_insert_with(|| repo.index().ok()).as_ref()
    }

    /// Asks again about every file that was merely known, when the rules have changed.
    fn ask_again(&mut self) -> Result<(), GitError> {
        for file in [self.project.repo.commondir().join("info/exclude"), self.project.repo.commondir().join("config")] {
            let stamp = std::fs::symlink_metadata(&file).ok().map(|meta| (meta.len(), meta.modified().ok()));
            self.ignore_rules.extend_from_slice(format!("{stamp:?}").as_bytes());
        }
        let excludes = self.project.repo.config().and_then(|config| config.get_path("core.excludesFile")).ok();
        let stamp =
            excludes.and_then(|path| std::fs::metadata(path).ok()).map(|meta| (meta.len(), meta.modified().ok()));
        self.ignore_rules.extend_from_slice(format!("{stamp:?}").as_bytes());
        let mark = Oid::hash_object(ObjectType::Blob, &self.ignore_rules).doing("compare rules")?.to_string();
        let unasked = std::mem::take(&mut self.unasked);
        let is_same = mark == self.memory.ignore_mark;
        for path in unasked {
            let here = RepoPath::from_git(&path);
            // Tracked in spite of a rule, and perhaps not tracked any more.
            let was_forced = self.memory.forced.contains(&here);
            // The rules themselves are always taken: one that ignores itself must not outlive a restore.
            if here.file_name() == b".gitignore" || is_same && !was_forced || !self.is_ignored(&path)? {
                continue;
            }
            if self.tracked(&here)?.is_some() {
                self.forced.insert(here);
            } else if let Some(known) = self.known.get_mut(&path) {
                known.is_seen = false;
                self.files -= 1;
            }
        }
        self.has_changed |= !is_same || self.forced != self.memory.forced;
        self.memory = Memory { ignore_mark: mark, forced: std::mem::take(&mut self.forced) };
        Ok(())
    }

    fn finish(mut self, vault: &Vault) -> Result<Scanned, GitError> {
        for (path, _) in self.known.iter().filter(|(_, known)| !known.is_seen) {
            let path = RepoPath::from_git(path).to_path();
            if self.cache.get_path(&path, 0).is_some() {
                self.cache.remove(&path, 0).doing("forget a file")?;
            }
            self.has_changed = true;
        }
        let tree = self.cache.write_tree_to(&vault.repo).doing("store the directories")?;
        if self.has_changed {
            self.cache.write().doing("remember the files")?;
            let memory = serde_json::to_vec(&self.memory).map_err(|error| io_at(vault.memory_path())(error.into()))?;
            super::write_whole(&vault.memory_path(), &memory)?;
        }
        self.left_out.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(Scanned { tree, files: self.files, left_out: self.left_out, remarks: self.remarks })
    }
}

/// What was remembered, or nothing when that cannot be read.
fn open_cache(path: &Path) -> Result<Index, GitError> {
    // The caller has the vault to itself, so a lock is what a process left that was killed.
    let _ = std::fs::remove_file(path.with_extension("index.lock"));
    let opened = Index::open(path).or_else(|_| {
        let _ = std::fs::remove_file(path);
        Index::open(path)
    });
    opened.doing("remember the files")
}

/// The beginning of a file, and its stamp before that was read.
fn beginning(file: File, looked_at: Stamp) -> std::io::Result<(Vec<u8>, Stamp)> {
    let stamp = Directory::stamp(&file)?;
    let room = usize::try_from(stamp.bytes.min(SEARCHED_BYTES)).unwrap_or_default();
    let mut text = Vec::with_capacity(room);
    file.take(stamp.bytes.min(SEARCHED_BYTES)).read_to_end(&mut text)?;
    debug_assert!(looked_at.kind == Kind::File, "only files are read");
    Ok((text, stamp))
}

#[expect(clippy::disallowed_methods, reason = "compared with the stamps of files, which the same clock makes")]
fn now_less_lag() -> (i64, u32) {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let nanos = i128::try_from(since.as_nanos()).unwrap_or(i128::MAX) - CLOCK_LAG_NS;
    let seconds = nanos.div_euclid(1_000_000_000);
    (i64::try_from(seconds).unwrap_or(i64::MAX), u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or_default())
}
