//! Reads files into the vault, on every core: their content is searched for credentials, named and compressed.

use super::{
    Vault,
    known::Record,
    pack::{Pack, Packed, has},
};
use crate::git::{
    GitError, WhyLeftOut,
    error::Doing,
    handle::{Directory, Kind, Stamp},
    path::RepoPath,
    secret,
    stage::SEARCHED_BYTES,
};
use git2::{ObjectType, Odb, Oid, Repository};
use std::{
    fs::File,
    io::{self, Read, Write},
    num::NonZero,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::JoinHandle,
};

/// Threads at most; more than these wait for the disk.
const MOST_THREADS: usize = 8;
/// Files that wait for a thread. Each may hold a directory open.
const QUEUE: usize = 64;
/// Files that are read at once, before it is worth to start threads.
const ALONE: usize = 8;

/// A file to read.
pub(super) struct Job {
    /// Where its record goes.
    pub slot: usize,
    pub here: Arc<Directory>,
    pub name: Vec<u8>,
    pub path: RepoPath,
    pub stamp: Stamp,
}

/// What became of a file.
pub(super) enum Outcome {
    /// It is in the pack, or in the vault already.
    Stored(usize, Record),
    /// It looks like a credential; whether it is left out depends on what HEAD has.
    Suspect(Box<Job>),
    LeftOut(usize, RepoPath, WhyLeftOut),
    Failed(GitError),
}

/// What every thread has in common.
struct Common {
    vault: PathBuf,
    pack: Mutex<Pack>,
    /// A stamp from then on may be left by a later change too.
    fresh_since: (i64, u32),
}

/// Files on their way into the vault.
pub(super) struct Reading {
    common: Arc<Common>,
    alone: usize,
    queue: Option<SyncSender<Job>>,
    done: (Sender<Outcome>, Receiver<Outcome>),
    threads: Vec<JoinHandle<()>>,
}

impl Reading {
    pub fn new(vault: &Vault, fresh_since: (i64, u32)) -> Self {
        let pack = Mutex::new(Pack::new(&vault.repo));
        let common = Arc::new(Common { vault: vault.dir.clone(), pack, fresh_since });
        Self { common, alone: 0, queue: None, done: channel(), threads: Vec::new() }
    }

    /// Has a file read; what became of others meanwhile is handed out. `odb` is the vault's.
    pub fn read(&mut self, job: Job, odb: &Odb<'_>) -> Vec<Outcome> {
        if self.alone < ALONE {
            self.alone += 1;
            return vec![self.common.read(job, odb, None)];
        }
        let queue = match &self.queue {
            Some(queue) => queue,
            None => self.queue.insert(start(&self.common, &self.done.0, &mut self.threads)),
        };
        if let Err(refused) = queue.send(job) {
            // No thread is left to read it.
            return vec![self.common.read(refused.0, odb, None)];
        }
        self.done.1.try_iter().collect()
    }

    /// Reads a suspect again, whose credential `before` may know.
    pub fn read_suspect(&self, job: Job, odb: &Odb<'_>, before: impl Fn() -> Option<Vec<u8>>) -> Outcome {
        self.common.read(job, odb, Some(&before))
    }

    /// Waits for every file.
    pub fn wait(&mut self) -> Vec<Outcome> {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // What a thread did not read is missed by the caller.
            let _ = thread.join();
        }
        self.done.1.try_iter().collect()
    }

    /// Takes the objects that the vault does not have yet.
    pub fn take_pack(&self, vault: &Vault) -> Pack {
        let mut pack = self.common.pack.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *pack, Pack::new(&vault.repo))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.wait();
    }
}

/// What HEAD has of a file, when somebody has to know.
type Before<'a> = &'a dyn Fn() -> Option<Vec<u8>>;

/// What a file turned out to be.
enum Found {
    Content(Record),
    Suspect,
    Left(WhyLeftOut),
}

/// Starts the threads that read, which end when the queue is dropped.
fn start(common: &Arc<Common>, done: &Sender<Outcome>, threads: &mut Vec<JoinHandle<()>>) -> SyncSender<Job> {
    let (queue, jobs) = sync_channel::<Job>(QUEUE);
    let jobs = Arc::new(Mutex::new(jobs));
    let count = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    for _ in 0..count {
        let (common, jobs, done) = (Arc::clone(common), Arc::clone(&jobs), done.clone());
        threads.push(std::thread::spawn(move || common.read_all(&jobs, &done)));
    }
    queue
}

impl Common {
    fn read_all(&self, jobs: &Mutex<Receiver<Job>>, done: &Sender<Outcome>) {
        // Each thread has the vault open for itself.
        let vault = Repository::open_bare(&self.vault);
        let odb = vault.as_ref().map_err(|error| git2::Error::from_str(error.message())).and_then(Repository::odb);
        loop {
            let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { return };
            let outcome = match &odb {
                Ok(odb) => self.read(job, odb, None),
                Err(error) => Outcome::Failed(GitError::Git {
                    doing: "open the object store of checkpoints",
                    source: git2::Error::from_str(error.message()),
                }),
            };
            if done.send(outcome).is_err() {
                return;
            }
        }
    }

    fn read(&self, job: Job, odb: &Odb<'_>, before: Option<Before<'_>>) -> Outcome {
        match self.find(&job, odb, before) {
            Ok(Found::Content(record)) => Outcome::Stored(job.slot, record),
            Ok(Found::Suspect) => Outcome::Suspect(Box::new(job)),
            Ok(Found::Left(why)) => Outcome::LeftOut(job.slot, job.path, why),
            Err(error) => Outcome::Failed(error),
        }
    }

    /// Reads one file or link and stores it, unless its content is a secret.
    fn find(&self, job: &Job, odb: &Odb<'_>, before: Option<Before<'_>>) -> Result<Found, GitError> {
        let read = match job.stamp.kind {
            Kind::Link => job.here.target(&job.name).map(|target| (target, job.stamp)),
            _ => job.here.file(&job.name).and_then(beginning),
        };
        let (text, stamp) = match read {
            Ok(read) => read,
            Err(error) => return Ok(Found::Left(unreadable(&error))),
        };
        if stamp.kind == Kind::File {
            let found = secret::by_content(&text, || before.and_then(|before| before()));
            match (found, before) {
                (Some(_), None) => return Ok(Found::Suspect),
                (Some(kind), Some(_)) => return Ok(Found::Left(WhyLeftOut::Secret { kind })),
                (None, _) => {}
            }
        }
        let is_big = stamp.kind == Kind::File && stamp.bytes > SEARCHED_BYTES;
        let oid = if is_big {
            match store_big(odb, job, &text, stamp.bytes) {
                Ok(oid) => oid,
                Err(error) => return Ok(Found::Left(unreadable(&error))),
            }
        } else {
            self.store(odb, &text)?
        };
        let has_grown = stamp.kind == Kind::File && !is_big && stamp.bytes != text.len() as u64;
        let is_settled = !has_grown && !stamp.is_too_fresh(self.fresh_since);
        Ok(Found::Content(Record {
            path: job.path.bytes().to_vec(),
            mode: stamp.mode(),
            oid,
            stamp: is_settled.then_some(stamp),
        }))
    }

    fn store(&self, odb: &Odb<'_>, text: &[u8]) -> Result<Oid, GitError> {
        let oid = Oid::hash_object(ObjectType::Blob, text).doing("store a file")?;
        if has(odb, oid) {
            return Ok(oid);
        }
        let failed = |error: io::Error| GitError::Io { path: self.vault.clone(), source: error };
        let packed = Packed::new(oid, ObjectType::Blob, text).map_err(failed)?;
        self.pack.lock().unwrap_or_else(PoisonError::into_inner).add(&packed).map_err(failed)?;
        Ok(oid)
    }
}

/// Stores a file that is too big to be held in memory; `start` is what was read of it already.
fn store_big(odb: &Odb<'_>, job: &Job, start: &[u8], bytes: u64) -> io::Result<Oid> {
    let size = usize::try_from(bytes).map_err(io::Error::other)?;
    let mut file = job.here.file(&job.name)?;
    io::copy(&mut (&mut file).take(start.len() as u64), &mut io::sink())?;
    let mut writer = odb.writer(size, ObjectType::Blob).map_err(io::Error::other)?;
    writer.write_all(start)?;
    let rest = bytes - start.len() as u64;
    if io::copy(&mut file.take(rest), &mut writer)? != rest {
        return Err(io::Error::other("it changed while it was read"));
    }
    writer.finalize().map_err(io::Error::other)
}

/// The beginning of a file, and its stamp before that was read.
fn beginning(file: File) -> io::Result<(Vec<u8>, Stamp)> {
    let stamp = Directory::stamp(&file)?;
    let room = stamp.bytes.min(SEARCHED_BYTES);
    let mut text = Vec::with_capacity(usize::try_from(room).unwrap_or_default());
    file.take(room).read_to_end(&mut text)?;
    Ok((text, stamp))
}

/// Why a file that cannot be read is left out.
pub(super) fn unreadable(error: &io::Error) -> WhyLeftOut {
    WhyLeftOut::Unstorable { detail: format!("it cannot be read: {error}") }
}
