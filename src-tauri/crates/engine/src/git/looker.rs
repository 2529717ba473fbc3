//! Files of the working tree by handle: what was looked at is what is read, and nothing outside is ever reached.

use super::{GitError, error::io_at, handle::Directory, path::RepoPath, stage::SEARCHED_BYTES};
use git2::{ObjectType, Oid};
use std::{
    fs::{File, Metadata},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

/// Looks at files without ever following a symbolic link, in the last component or above it.
#[derive(Debug)]
pub(super) struct Looker<'a> {
    root: &'a Path,
}

/// What stands at a path, held so that nobody can put something else there.
#[derive(Debug)]
pub(super) struct Found {
    /// Of what is held.
    pub(super) meta: Metadata,
    pub(super) body: Body,
}

/// The content of what stands at a path.
#[derive(Debug)]
pub(super) enum Body {
    /// What a link says.
    Link(Vec<u8>),
    /// A file that is not read yet.
    File(File),
    /// A file that was read from its beginning: all of it, or its first [`SEARCHED_BYTES`] and the rest to come.
    Read { start: Vec<u8>, rest: Option<File> },
    /// It cannot be read.
    Unreadable(io::Error),
    /// A directory, or what git does not handle.
    Other,
}

impl<'a> Looker<'a> {
    /// Looks below `root`.
    pub(super) fn new(root: &'a Path) -> Self {
        Self { root }
    }

    /// What stands at `path`: a file, a link or a directory; `None` when nothing does, or when a link leads there.
    pub(super) fn look(&self, path: &RepoPath) -> Result<Option<Metadata>, GitError> {
        self.ask(path, |parent, name| parent.metadata(name))
    }

    /// What stands at `path`, held open; `None` as for [`look`](Self::look). Never waits for the other end of a pipe.
    pub(super) fn find(&self, path: &RepoPath) -> Result<Option<Found>, GitError> {
        self.ask(path, |parent, name| {
            let meta = parent.metadata(name)?;
            let kind = meta.file_type();
            if kind.is_symlink() {
                let body = parent.target(name).map_or_else(Body::Unreadable, Body::Link);
                return Ok(Found { meta, body });
            }
            if !kind.is_file() {
                return Ok(Found { meta, body: Body::Other });
            }
            let opened = parent.file(name).and_then(|file| Ok((file.metadata()?, file)));
            Ok(match opened {
                Ok((meta, file)) => Found { meta, body: Body::File(file) },
                Err(error) => Found { meta, body: Body::Unreadable(error) },
            })
        })
    }

    /// Asks something about a name in the directory that holds it.
    fn ask<T>(
        &self,
        path: &RepoPath,
        question: impl FnOnce(&Directory, &[u8]) -> io::Result<T>,
    ) -> Result<Option<T>, GitError> {
        let answer = || {
            let mut here = Directory::open(self.root)?;
            let mut names = path.bytes().split(|byte| *byte == b'/').peekable();
            while let Some(name) = names.next() {
                // An index may have been written by anybody.
                if matches!(name, b"" | b"." | b"..") || name.contains(&0) {
                    return Err(ErrorKind::NotFound.into());
                }
                if names.peek().is_none() {
                    return question(&here, name);
                }
                here = here.way(name)?;
            }
            Err(ErrorKind::NotFound.into())
        };
        match answer() {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(io_at(self.root.join(path.to_path()))(error)),
        }
    }
}

impl Found {
    /// The beginning of a file, up to [`SEARCHED_BYTES`], read once; `None` for what is no file or cannot be read.
    pub(super) fn start(&mut self) -> Option<&[u8]> {
        if let Body::File(_) = self.body
            && let Body::File(file) = std::mem::replace(&mut self.body, Body::Other)
        {
            self.body = read_start(file, self.meta.len()).unwrap_or_else(Body::Unreadable);
        }
        match &self.body {
            Body::Read { start, .. } => Some(start),
            _ => None,
        }
    }

    /// The whole content, when it is a file of at most `most_bytes`.
    pub(super) fn whole(mut self, most_bytes: u64) -> Option<Vec<u8>> {
        if self.meta.len() > most_bytes.min(SEARCHED_BYTES) {
            return None;
        }
        self.start()?;
        match self.body {
            Body::Read { start, rest: None } => Some(start),
            _ => None,
        }
    }

    /// The name that git has for the exact content, without storing anything; `None` for what has none or cannot be read.
    pub(super) fn raw(&mut self) -> Option<Oid> {
        let name = |bytes: &[u8]| Oid::hash_object(ObjectType::Blob, bytes).ok();
        if let Body::Link(target) = &self.body {
            return name(target);
        }
        self.start()?;
        match &self.body {
            Body::Read { start, rest: None } => name(start),
            Body::Read { rest: Some(file), .. } => hash_of(file),
            _ => None,
        }
    }
}

fn read_start(mut file: File, bytes: u64) -> io::Result<Body> {
    let mut start = Vec::with_capacity(usize::try_from(bytes.min(SEARCHED_BYTES)).unwrap_or_default());
    (&mut file).take(SEARCHED_BYTES).read_to_end(&mut start)?;
    let is_all = (start.len() as u64) < SEARCHED_BYTES;
    Ok(Body::Read { start, rest: (!is_all).then_some(file) })
}

/// The name of the content of an open file that is too big to be held in memory.
#[cfg(unix)]
fn hash_of(mut file: &File) -> Option<Oid> {
    use std::os::fd::AsRawFd;
    // Both systems open this very file anew, whatever its path leads to now; one of them at the place it was read to.
    file.seek(SeekFrom::Start(0)).ok()?;
    let directory = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    Oid::hash_file(ObjectType::Blob, Path::new(directory).join(file.as_raw_fd().to_string())).ok()
}

#[cfg(not(unix))]
fn hash_of(mut file: &File) -> Option<Oid> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes)).ok()?;
    Oid::hash_object(ObjectType::Blob, &bytes).ok()
}
