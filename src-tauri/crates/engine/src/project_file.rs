//! Reading and making files that a repository, or an agent in it, may have replaced by something else.

use crate::EngineError;
use harness_sandbox::Directory;
use std::{io, path::Path, time::UNIX_EPOCH};

/// The whole file `relative` of the project in `dir`; none when there is none.
///
/// A link is followed inside the project only: one that leads out could make any file of the person part of a
/// conversation. Fails with [`EngineError::File`] for such a link, for what is no ordinary file (a pipe would keep the
/// host waiting for ever), and for more than `most_bytes`.
pub(crate) fn read(dir: &Path, relative: &Path, most_bytes: u64) -> Result<Option<Vec<u8>>, EngineError> {
    let found = Directory::open(dir).and_then(|directory| directory.read(relative, most_bytes));
    found.map_err(|source| failed(dir, relative, "read", source))
}

/// Makes the new file `relative` of the project in `dir`, with the directories that lead to it.
///
/// Fails with [`EngineError::File`] when anything is there already, even a link to nothing, and when a directory on the
/// way leads out of the project.
pub(crate) fn make(dir: &Path, relative: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let made = Directory::open(dir).and_then(|directory| directory.make(relative, bytes));
    made.map_err(|source| failed(dir, relative, "written", source))
}

/// Puts `bytes` in the place of the file `relative` of the project in `dir`, or makes it. Readers see the old or the new.
///
/// Fails with [`EngineError::File`] when it, or a directory on the way, is a link, and when it is no ordinary file.
pub(crate) fn replace(dir: &Path, relative: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let replaced = Directory::open(dir).and_then(|directory| directory.replace(relative, bytes));
    replaced.map_err(|source| failed(dir, relative, "written", source))
}

/// Removes the file `relative` of the project in `dir`; nothing there is no failure.
///
/// Fails with [`EngineError::File`] when a directory on the way is a link, and for a directory.
pub(crate) fn remove(dir: &Path, relative: &Path) -> Result<(), EngineError> {
    let removed = Directory::open(dir).and_then(|directory| directory.remove(relative));
    removed.map_err(|source| failed(dir, relative, "removed", source))
}

/// When the file `relative` of the project in `dir` last changed; UTC, in milliseconds since 1970. None when nobody knows.
pub(crate) fn changed_at_ms(dir: &Path, relative: &Path) -> Option<i64> {
    let changed = Directory::open(dir).ok()?.changed_at(relative)?;
    i64::try_from(changed.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

fn failed(dir: &Path, relative: &Path, action: &'static str, source: io::Error) -> EngineError {
    EngineError::File { path: dir.join(relative), action, source }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::symlink};

    const MOST: u64 = 100;

    fn why(result: Result<impl std::fmt::Debug, EngineError>) -> String {
        result.expect_err("it must be refused").to_string()
    }

    #[test]
    fn a_file_is_read_and_what_is_not_there_is_none() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("file"), "text").expect("a file");
        symlink("file", dir.path().join("link")).expect("a link");
        let read = |name: &str| read(dir.path(), Path::new(name), MOST).expect("it can be read");
        assert_eq!(read("file").as_deref(), Some(b"text".as_slice()));
        assert_eq!(read("link").as_deref(), Some(b"text".as_slice()), "a link inside the project does no harm");
        assert_eq!(read("none"), None);
        assert_eq!(read("none/deeper"), None, "nor is there a directory");
    }

    #[test]
    fn a_link_out_of_the_project_is_not_followed_wherever_it_stands_on_the_way() {
        let (dir, outside) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        fs::write(outside.path().join("secret"), "s3cret").expect("a file");
        symlink(outside.path().join("secret"), dir.path().join("file")).expect("a link");
        symlink(outside.path(), dir.path().join("directory")).expect("a link");
        for name in ["file", "directory/secret"] {
            let why = why(read(dir.path(), Path::new(name), MOST));
            assert!(why.contains("out of the project"), "{name} is told as what it is: {why}");
        }
        let why = why(make(dir.path(), Path::new("directory/new"), b"x"));
        assert!(why.contains("out of the project"), "nor written through: {why}");
        assert!(!outside.path().join("new").exists(), "nothing was made there");
    }

    #[test]
    fn what_is_no_ordinary_file_keeps_nobody_waiting_and_a_huge_one_fills_no_memory() {
        let dir = tempfile::tempdir().expect("a directory");
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).expect("a socket");
        assert!(why(read(dir.path(), Path::new("socket"), MOST)).contains("not an ordinary file"));
        fs::write(dir.path().join("huge"), vec![b'x'; 101]).expect("a file");
        assert!(why(read(dir.path(), Path::new("huge"), MOST)).contains("larger than 100 bytes"));
    }

    #[test]
    fn a_new_file_takes_nothings_place() {
        let (dir, outside) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        make(dir.path(), Path::new("a/b"), b"new").expect("it is made");
        assert_eq!(fs::read(dir.path().join("a/b")).expect("a file"), b"new");
        why(make(dir.path(), Path::new("a/b"), b"newer"));
        symlink(outside.path().join("planted"), dir.path().join("dangling")).expect("a link");
        why(make(dir.path(), Path::new("dangling"), b"x"));
        assert!(!outside.path().join("planted").exists(), "a link to nothing is not filled");
    }
}
