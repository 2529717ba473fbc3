//! Opening files of a project that an agent may change at this very moment.

use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions},
};
use std::{
    io::{self, Read as _, Write as _},
    path::Path,
};

/// A directory by its handle. What is opened through it lies below it, whatever happens to the names meanwhile: a link that
/// leads out, or takes a directory's place between two steps, is not followed.
///
/// A link inside that gives its target from the file system's top counts as one that leads out.
#[derive(Debug)]
pub struct Directory {
    dir: Dir,
}

impl Directory {
    /// The directory at `path`, which must be one. The way there is walked like any other: judge it before.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { dir: Dir::open_ambient_dir(path, ambient_authority())? })
    }

    /// The whole file `relative`; none when there is none.
    ///
    /// Fails for what lies outside, for what is no ordinary file (a pipe would keep the host waiting for ever), and for more
    /// than `most_bytes`.
    pub fn read(&self, relative: &Path, most_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let is_ordinary = match self.dir.metadata(relative) {
            Ok(found) => found.is_file(),
            // A link to nothing is something.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.dir.symlink_metadata(relative).is_err() => {
                return Ok(None);
            }
            Err(error) => return Err(told(error)),
        };
        let file = match is_ordinary {
            // Another file may lie there by now: the handle is asked again.
            true => self.dir.open_with(relative, &unhurried()).map_err(told)?,
            false => return Err(no_ordinary_file()),
        };
        if !file.metadata()?.is_file() {
            return Err(no_ordinary_file());
        }
        let mut bytes = Vec::new();
        file.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most_bytes {
            return Err(io::Error::other(format!("it is larger than {most_bytes} bytes")));
        }
        Ok(Some(bytes))
    }

    /// Makes the new file `relative`, with the directories that lead to it.
    ///
    /// Fails when anything is there already, even a link to nothing, and when a directory on the way leads out.
    pub fn make(&self, relative: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Some(parent) = relative.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            // The name may be taken by a link: whether it leads out is for the handle to say.
            let taken = |error| told(self.dir.open_dir(parent).err().unwrap_or(error));
            self.dir.create_dir_all(parent).map_err(taken)?;
        }
        let mut file = self.dir.open_with(relative, OpenOptions::new().write(true).create_new(true)).map_err(told)?;
        file.write_all(bytes)
    }
}

/// For reading, without waiting for whoever is at the other end of what is no file.
fn unhurried() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    options
}

fn no_ordinary_file() -> io::Error {
    io::Error::other("it is not an ordinary file")
}

/// The refusal of the handle itself in words; it has no number of the system's.
fn told(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none() {
        return io::Error::new(io::ErrorKind::PermissionDenied, "it is, or lies behind, a link out of the project");
    }
    error
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{
        fs,
        os::unix::fs::symlink,
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    /// Enough for the swaps to fall between any two steps of an open, many times over.
    const TRIES: usize = 4_000;

    #[test]
    fn a_directory_that_is_swapped_for_a_link_out_at_any_moment_gains_nothing() {
        let place = tempfile::tempdir().expect("a directory");
        let (project, outside) = (place.path().join("project"), place.path().join("outside"));
        for dir in [&project, &outside, &project.join("real")] {
            fs::create_dir(dir).expect("a directory");
        }
        fs::write(project.join("real/file"), "inside").expect("a file");
        fs::write(outside.join("file"), "s3cret").expect("a file");
        symlink(&outside, project.join("link")).expect("a link");
        let directory = Directory::open(&project).expect("it is there");
        let is_over = AtomicBool::new(false);
        let (mut read, mut refused, mut made) = (0, 0, 0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let (way, real, link) = (project.join("way"), project.join("real"), project.join("link"));
                while !is_over.load(Ordering::Relaxed) {
                    for target in [&real, &link] {
                        // The host may have made a directory where it found none.
                        if fs::rename(target, &way).is_err() {
                            let _ = fs::remove_dir_all(&way);
                            continue;
                        }
                        thread::yield_now();
                        fs::rename(&way, target).expect("the name is free");
                    }
                }
            });
            for number in 0..TRIES {
                match directory.read(Path::new("way/file"), 100) {
                    Ok(Some(bytes)) => {
                        assert_eq!(bytes, b"inside", "what lies outside must never be read");
                        read += 1;
                    }
                    Ok(None) => {}
                    Err(_) => refused += 1,
                }
                made += usize::from(directory.make(Path::new(&format!("way/{number}")), b"x").is_ok());
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let strangers = fs::read_dir(&outside).expect("it is there").count();
        assert_eq!(strangers, 1, "nothing may be made outside");
        assert!(read > 0 && refused > 0 && made > 0, "both were met: {read} read, {refused} refused, {made} made");
    }

    #[test]
    fn a_pipe_keeps_nobody_waiting() {
        let place = tempfile::tempdir().expect("a directory");
        let pipe = place.path().join("pipe");
        #[expect(clippy::disallowed_methods, reason = "the test owns this child and waits for it")]
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
        assert!(made.success(), "there is a pipe");
        let directory = Directory::open(place.path()).expect("it is there");
        let why = directory.read(Path::new("pipe"), 10).expect_err("it is no file").to_string();
        assert!(why.contains("not an ordinary file"), "{why}");
    }

    #[test]
    fn no_path_climbs_out_by_itself() {
        let place = tempfile::tempdir().expect("a directory");
        let project = place.path().join("project");
        fs::create_dir(&project).expect("a directory");
        fs::write(place.path().join("secret"), "s3cret").expect("a file");
        let directory = Directory::open(&project).expect("it is there");
        for path in ["../secret", "a/../../secret", "/etc/passwd"] {
            assert!(!matches!(directory.read(Path::new(path), 10_000), Ok(Some(_))), "{path} is outside");
            assert!(directory.make(Path::new(path), b"x").is_err(), "{path} is outside");
        }
    }
}
