//! The project's files as a git tree, exactly as they are on disk, read again only where something changed.
//!
//! What was read before is remembered in a file of the vault's own, outside the project: an agent can write the
//! project's index and with it hide a change from git (`git update-index --assume-unchanged`), but not from this.
//! Content is stored byte for byte, without the conversions that attributes ask for, so that it comes back as it was.

use super::{
    Vault,
    known::{Known, Memory, Next, Record},
    pack::has,
    read::{Job, Outcome, Reading, unreadable},
    trees,
};
use crate::git::{
    GitError, LeftOut, WhyLeftOut,
    error::{Doing, io_at},
    files::{Content, GITLINK, in_index, in_tree},
    handle::{Directory, Kind, Stamp},
    path::RepoPath,
    repository::Project,
    secret,
    stage::is_storable_name,
};
use git2::{Index, ObjectType, Odb, Oid, Repository, Tree};
use std::{collections::BTreeSet, sync::Arc};

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

struct Scan<'a> {
    vault: &'a Vault,
    project: &'a Project,
    odb: Odb<'a>,
    head: Option<Tree<'a>>,
    /// Files of this tree are taken as if they were tracked.
    also: Option<&'a Tree<'a>>,
    staged: Option<Option<Index>>,
    known: Known,
    /// The first known file that is not before the one being looked at: both come in the same order.
    at: usize,
    /// Every file found, in the order of the paths but for submodules.
    slots: Vec<Slot>,
    reading: Reading,
    forced: BTreeSet<RepoPath>,
    ignore_rules: Vec<u8>,
    ignore_mark: String,
    /// Slots of files that were taken because they were taken before, without asking whether they are ignored.
    unasked: Vec<usize>,
    left_out: Vec<LeftOut>,
    remarks: Vec<String>,
}

/// A file that was found.
enum Slot {
    /// As it is known.
    Same(usize),
    New(Record),
    /// It is being read.
    Waiting,
    /// It is not taken.
    Gone,
}

/// Saves every file of the project that is not ignored, and tells what is left out.
///
/// Left out are secrets (by name when untracked, by content unless HEAD has the same credential), untracked files above
/// 100 MB, repositories inside the project, and what git cannot store. Files of `also` count as tracked.
pub(super) fn scan(vault: &Vault, project: &Project, also: Option<&Tree<'_>>) -> Result<Scanned, GitError> {
    let root = Directory::open(&project.dir).map_err(io_at(&project.dir))?;
    let mut scan = Scan::new(vault, project, also)?;
    scan.directory(&Arc::new(root), &mut Vec::new(), 0)?;
    let rest = scan.reading.wait();
    scan.settle(rest)?;
    scan.ask_again()?;
    scan.finish()
}

impl<'a> Scan<'a> {
    fn new(vault: &'a Vault, project: &'a Project, also: Option<&'a Tree<'a>>) -> Result<Self, GitError> {
        let known = Known::read(&vault.known_path());
        Ok(Self {
            vault,
            project,
            odb: vault.repo.odb().doing("open the object store of checkpoints")?,
            // A repository whose HEAD cannot be read is saved all the same: that is when it is needed most.
            head: project.head_tree().unwrap_or_default(),
            also,
            staged: None,
            slots: Vec::with_capacity(known.len()),
            known,
            at: 0,
            reading: Reading::new(vault, now_less_lag()),
            forced: BTreeSet::new(),
            ignore_rules: Vec::new(),
            ignore_mark: String::new(),
            unasked: Vec::new(),
            left_out: Vec::new(),
            remarks: Vec::new(),
        })
    }

    fn directory(&mut self, here: &Arc<Directory>, path: &mut Vec<u8>, depth: usize) -> Result<(), GitError> {
        let mut names = match here.names() {
            Ok(names) => names,
            Err(error) => return self.leave_unreadable(path, &error),
        };
        // As git sorts: a directory as if its name ended with a slash.
        let end = |kind: &Kind| if *kind == Kind::Directory { &b"/"[..] } else { b"" };
        names.sort_unstable_by(|(a, of_a), (b, of_b)| a.iter().chain(end(of_a)).cmp(b.iter().chain(end(of_b))));
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
                Kind::File | Kind::Link => self.file(here, name, path)?,
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

    fn inner(&mut self, here: &Arc<Directory>, name: &[u8], path: &mut Vec<u8>, depth: usize) -> Result<(), GitError> {
        let is_known = self.is_known_below(path);
        if !is_known && self.is_ignored_directory(path)? && !self.has_tracked_below(path)? {
            return Ok(());
        }
        if depth >= MAX_DEPTH {
            return self
                .leave(path, WhyLeftOut::Unstorable { detail: "too many directories inside one another".into() });
        }
        let inner = match here.child(name) {
            Ok(inner) => Arc::new(inner),
            Err(error) => return self.leave_unreadable(path, &error),
        };
        if inner.look(b".git").is_ok() {
            return self.repository_inside(path);
        }
        let found = self.slots.len();
        self.directory(&inner, path, depth + 1)?;
        if self.slots.len() == found && !is_known {
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
        let record = Record { path: path.bytes().to_vec(), mode: GITLINK, oid: at, stamp: None };
        let known = self.known.find(path.bytes()).filter(|index| self.known.is_same(*index, &record));
        self.slots.push(known.map_or(Slot::New(record), Slot::Same));
        Ok(())
    }

    /// Where the file is known, when every one before it was looked for already.
    fn known_at(&mut self, path: &[u8]) -> Option<usize> {
        while self.at < self.known.len() && self.known.path(self.at) < path {
            self.at += 1;
        }
        (self.at < self.known.len() && self.known.path(self.at) == path).then_some(self.at)
    }

    /// Whether files are known in a directory, when every one before it was looked for already.
    fn is_known_below(&mut self, path: &mut Vec<u8>) -> bool {
        path.push(b'/');
        self.known_at(path);
        let is_known = self.at < self.known.len() && self.known.path(self.at).starts_with(path);
        path.pop();
        is_known
    }

    fn file(&mut self, here: &Arc<Directory>, name: Vec<u8>, path: &[u8]) -> Result<(), GitError> {
        let stamp = match here.look(&name) {
            Ok(stamp) => stamp,
            // Gone since the directory was read.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return self.leave_unreadable(path, &error),
        };
        let known = self.known_at(path);
        let slot = self.slots.len();
        if let Some(index) = known.filter(|index| self.known.is_stamped(*index, &stamp)) {
            self.unasked.push(slot);
            self.slots.push(Slot::Same(index));
            return Ok(());
        }
        let here_path = RepoPath::from_git(path);
        if known.is_none() && name != b".gitignore" && self.is_ignored(path)? {
            if self.tracked(&here_path)?.is_none() {
                return Ok(());
            }
            self.forced.insert(here_path.clone());
        }
        if let Some(why) = self.why_left_out(&here_path, &stamp, known.is_some())? {
            return self.leave(path, why);
        }
        if known.is_some() {
            self.unasked.push(slot);
        }
        self.slots.push(Slot::Waiting);
        let job = Job { slot, here: Arc::clone(here), name, path: here_path, stamp };
        let outcomes = self.reading.read(job, &self.odb);
        self.settle(outcomes)
    }

    /// Puts what was read into its place.
    fn settle(&mut self, outcomes: Vec<Outcome>) -> Result<(), GitError> {
        for outcome in outcomes {
            let outcome = match outcome {
                Outcome::Suspect(job) => {
                    let path = job.path.clone();
                    let head = || {
                        let content = in_tree(self.head.as_ref(), &path)?;
                        Some(self.project.repo.find_blob(content.oid).ok()?.content().to_vec())
                    };
                    self.reading.read_suspect(*job, &self.odb, head)
                }
                other => other,
            };
            match outcome {
                Outcome::Stored(slot, record) => {
                    let known = self.known.find(&record.path).filter(|index| self.known.is_same(*index, &record));
                    self.slots[slot] = known.map_or(Slot::New(record), Slot::Same);
                }
                Outcome::LeftOut(slot, path, why) => {
                    self.slots[slot] = Slot::Gone;
                    self.leave(path.bytes(), why)?;
                }
                Outcome::Failed(error) => return Err(error),
                // Nobody is a suspect twice.
                Outcome::Suspect(_) => {}
            }
        }
        Ok(())
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
        self.leave(path, unreadable(error))
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
        let is_same = mark == self.known.memory.ignore_mark;
        self.ignore_mark = mark;
        if is_same && self.known.memory.forced.is_empty() {
            return Ok(());
        }
        for slot in unasked {
            let path = match &self.slots[slot] {
                Slot::Same(index) => self.known.path(*index),
                Slot::New(record) => &record.path,
                Slot::Waiting | Slot::Gone => continue,
            };
            let here = RepoPath::from_git(path);
            // Tracked in spite of a rule, and perhaps not tracked any more.
            let was_forced = self.known.memory.forced.contains(&here);
            // The rules themselves are always taken: one that ignores itself must not outlive a restore.
            if here.file_name() == b".gitignore" || is_same && !was_forced || !self.is_ignored(here.bytes())? {
                continue;
            }
            if self.tracked(&here)?.is_some() {
                self.forced.insert(here);
            } else {
                self.slots[slot] = Slot::Gone;
            }
        }
        Ok(())
    }

    /// Stores what was read and its trees, and remembers it only after that.
    fn finish(self) -> Result<Scanned, GitError> {
        let Self { vault, known, odb, reading, .. } = self;
        let mut slots = self.slots;
        slots.retain(|slot| !matches!(slot, Slot::Gone));
        if slots.iter().any(|slot| matches!(slot, Slot::Waiting)) {
            return Err(GitError::Unsavable {
                path: self.project.dir.display().to_string(),
                detail: "reading its files ended early".into(),
            });
        }
        // Submodules stand where their directory did, which is not where git has them.
        slots.sort_by(|a, b| path(&known, a).cmp(path(&known, b)));
        let is_same = |(index, slot): (usize, &Slot)| matches!(slot, Slot::Same(known) if *known == index);
        let is_as_before = slots.len() == known.len() && slots.iter().enumerate().all(is_same);
        let tree_before = Oid::from_str(&known.memory.tree).ok().filter(|tree| is_as_before && has(&odb, *tree));
        let mut pack = reading.take_pack(vault);
        let tree = match tree_before {
            Some(tree) => tree,
            None => trees::write(&slots.iter().map(|slot| leaf(&known, slot)).collect::<Vec<_>>(), &odb, &mut pack)?,
        };
        pack.store(&vault.repo)?;
        let memory = Memory { ignore_mark: self.ignore_mark, forced: self.forced, tree: tree.to_string() };
        if !is_as_before || memory != known.memory {
            remember(vault, &known, &slots, &memory)?;
        }
        let mut left_out = self.left_out;
        left_out.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(Scanned { tree, files: slots.len() as u64, left_out, remarks: self.remarks })
    }
}

fn path<'a>(known: &'a Known, slot: &'a Slot) -> &'a [u8] {
    match slot {
        Slot::Same(index) => known.path(*index),
        Slot::New(record) => &record.path,
        Slot::Waiting | Slot::Gone => b"",
    }
}

fn leaf<'a>(known: &'a Known, slot: &'a Slot) -> trees::Leaf<'a> {
    match slot {
        Slot::Same(index) => (known.path(*index), known.mode(*index), known.oid(*index)),
        Slot::New(record) => (&record.path, record.mode, record.oid),
        Slot::Waiting | Slot::Gone => (b"", 0, Oid::ZERO_SHA1),
    }
}

fn remember(vault: &Vault, known: &Known, slots: &[Slot], memory: &Memory) -> Result<(), GitError> {
    let path = vault.known_path();
    let mut next = Next::new(memory, slots.len() * 128).map_err(|error| io_at(&path)(error.into()))?;
    for slot in slots {
        match slot {
            Slot::Same(index) => known.keep(*index, &mut next),
            Slot::New(record) => next.add(record),
            Slot::Waiting | Slot::Gone => {}
        }
    }
    next.write(&path)
}

#[expect(clippy::disallowed_methods, reason = "compared with the stamps of files, which the same clock makes")]
fn now_less_lag() -> (i64, u32) {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let nanos = i128::try_from(since.as_nanos()).unwrap_or(i128::MAX) - CLOCK_LAG_NS;
    let seconds = nanos.div_euclid(1_000_000_000);
    (i64::try_from(seconds).unwrap_or(i64::MAX), u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or_default())
}
