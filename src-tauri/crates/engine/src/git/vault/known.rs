//! What was read of the project's files before: one file of the vault's own, out of every agent's reach.
//!
//! It is read in one go and compared in place, since a look at a big project is mostly this comparison. A file that is
//! torn or of another version counts as none: then everything is read once more.

use crate::git::handle::{STAMP_BYTES, Stamp};
use crate::git::{GitError, error::io_at, path::RepoPath};
use git2::Oid;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, path::Path};

/// What the file begins with; another number for every other form.
const MAGIC: &[u8; 8] = b"harness\x01";
const SUM_BYTES: usize = 32;
/// A record before its path: stamp, mode, object and the length of the path.
const HEAD_BYTES: usize = STAMP_BYTES + 4 + OID_BYTES + 4;
const OID_BYTES: usize = 20;

/// What is remembered besides the files themselves.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Changes when any rule about ignored files may have changed.
    pub ignore_mark: String,
    /// Files that are taken although a rule ignores them, because they are tracked.
    pub forced: BTreeSet<RepoPath>,
    /// The tree of all files.
    pub tree: String,
}

/// A file as it was read.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub path: Vec<u8>,
    pub mode: i32,
    pub oid: Oid,
    /// None when a later change could leave the same one.
    pub stamp: Option<Stamp>,
}

/// The remembered files, sorted by path.
#[derive(Default)]
pub(super) struct Known {
    bytes: Vec<u8>,
    /// Where each record starts.
    starts: Vec<usize>,
    pub memory: Memory,
}

impl Known {
    /// What was written last, or nothing.
    pub fn read(path: &Path) -> Self {
        std::fs::read(path).ok().and_then(Self::parse).unwrap_or_default()
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let body = bytes.strip_prefix(MAGIC)?.split_at_checked(SUM_BYTES)?;
        if Sha256::digest(body.1)[..] != *body.0 {
            return None;
        }
        let mut at = MAGIC.len() + SUM_BYTES;
        let length = number(&bytes, at)?;
        at += 4;
        let memory = serde_json::from_slice(bytes.get(at..at + length)?).ok()?;
        at += length;
        let mut starts = Vec::with_capacity((bytes.len() - at) / (HEAD_BYTES + 32));
        while at < bytes.len() {
            starts.push(at);
            at += HEAD_BYTES + number(&bytes, at + HEAD_BYTES - 4)?;
        }
        (at == bytes.len()).then_some(Self { bytes, starts, memory })
    }

    pub fn len(&self) -> usize {
        self.starts.len()
    }

    fn record(&self, index: usize) -> &[u8] {
        let end = self.starts.get(index + 1).copied().unwrap_or(self.bytes.len());
        &self.bytes[self.starts[index]..end]
    }

    pub fn path(&self, index: usize) -> &[u8] {
        &self.record(index)[HEAD_BYTES..]
    }

    pub fn mode(&self, index: usize) -> i32 {
        let mode = self.record(index)[STAMP_BYTES..].first_chunk().copied().unwrap_or_default();
        i32::from_le_bytes(mode)
    }

    pub fn oid(&self, index: usize) -> Oid {
        let oid = &self.record(index)[STAMP_BYTES + 4..][..OID_BYTES];
        // Twenty bytes are always one.
        Oid::from_bytes(oid).unwrap_or(Oid::ZERO_SHA1)
    }

    /// Whether the file was read with this very stamp.
    pub fn is_stamped(&self, index: usize, stamp: &Stamp) -> bool {
        stamp.is_certain() && self.record(index)[..STAMP_BYTES] == stamp.bytes()
    }

    /// Whether the record says the same.
    pub fn is_same(&self, index: usize, record: &Record) -> bool {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + record.path.len());
        append(&mut bytes, record);
        self.record(index) == bytes
    }

    /// Where a path stands.
    pub fn find(&self, path: &[u8]) -> Option<usize> {
        let at = self.starts.partition_point(|start| {
            let length = number(&self.bytes, start + HEAD_BYTES - 4).unwrap_or_default();
            &self.bytes[start + HEAD_BYTES..][..length] < path
        });
        (at < self.len() && self.path(at) == path).then_some(at)
    }

    /// Adds a record as it is to what is going to be written.
    pub fn keep(&self, index: usize, next: &mut Next) {
        next.bytes.extend_from_slice(self.record(index));
    }
}

/// What is going to be remembered.
pub(super) struct Next {
    bytes: Vec<u8>,
}

impl Next {
    pub fn new(memory: &Memory, capacity: usize) -> Result<Self, serde_json::Error> {
        let memory = serde_json::to_vec(memory)?;
        let mut bytes = Vec::with_capacity(MAGIC.len() + SUM_BYTES + 4 + memory.len() + capacity);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[0; SUM_BYTES]);
        length(&mut bytes, memory.len());
        bytes.extend_from_slice(&memory);
        Ok(Self { bytes })
    }

    pub fn add(&mut self, record: &Record) {
        append(&mut self.bytes, record);
    }

    /// Writes it in the place of what was there. Its checksum makes up for not waiting for the disk: what is lost with the
    /// power is only read again.
    pub fn write(mut self, path: &Path) -> Result<(), GitError> {
        let start = MAGIC.len();
        let sum = Sha256::digest(&self.bytes[start + SUM_BYTES..]);
        self.bytes[start..start + SUM_BYTES].copy_from_slice(&sum);
        let partial = path.with_extension("partial");
        std::fs::write(&partial, &self.bytes).and_then(|()| std::fs::rename(&partial, path)).map_err(io_at(path))
    }
}

fn append(bytes: &mut Vec<u8>, record: &Record) {
    match &record.stamp {
        Some(stamp) => bytes.extend_from_slice(&stamp.bytes()),
        None => bytes.extend_from_slice(&[0; STAMP_BYTES]),
    }
    bytes.extend_from_slice(&record.mode.to_le_bytes());
    bytes.extend_from_slice(record.oid.as_bytes());
    length(bytes, record.path.len());
    bytes.extend_from_slice(&record.path);
}

/// A length, which no path and no list of a project's rules makes larger than four bytes hold.
fn length(bytes: &mut Vec<u8>, length: usize) {
    bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let number = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(dir: &Path, paths: &[&str]) -> std::path::PathBuf {
        let memory = Memory { ignore_mark: "mark".into(), ..Memory::default() };
        let mut next = Next::new(&memory, 0).expect("it is plain");
        for path in paths {
            next.add(&Record { path: path.as_bytes().to_vec(), mode: 0o100_644, oid: Oid::ZERO_SHA1, stamp: None });
        }
        let file = dir.join("files");
        next.write(&file).expect("it is written");
        file
    }

    #[test]
    fn what_is_written_is_read_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let paths = ["a", "a/b", "ü"];
        let known = Known::read(&written(dir.path(), &paths));
        assert_eq!((known.len(), known.memory.ignore_mark.as_str()), (3, "mark"));
        for (index, path) in paths.iter().enumerate() {
            assert_eq!((known.path(index), known.mode(index)), (path.as_bytes(), 0o100_644));
            assert_eq!(known.find(path.as_bytes()), Some(index), "{path} is found");
        }
        assert_eq!(known.find(b"a/a"), None);
        assert_eq!(Known::read(&written(dir.path(), &[])).len(), 0, "an empty project is one too");
    }

    #[test]
    fn a_torn_or_changed_file_counts_as_none() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = written(dir.path(), &["a", "b/c"]);
        let whole = std::fs::read(&file).expect("it is there");
        for end in 0..whole.len() {
            std::fs::write(&file, &whole[..end]).expect("it is written");
            assert_eq!(Known::read(&file).len(), 0, "torn after {end} bytes");
        }
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 1;
            std::fs::write(&file, &other).expect("it is written");
            assert_eq!(Known::read(&file).len(), 0, "byte {at} is another");
        }
    }
}
