//! Opening files of a project that an agent may change at this very moment.

use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions},
};
use std::{
    ffi::OsStr,
    io::{self, Read as _, Write as _},
    path::{Component, Path},
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
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

    /// Puts `bytes` in the place of the file `relative`, or makes it, with the directories that lead to it.
    ///
    /// Whoever reads it meanwhile, or after a loss of power, finds the old whole or the new whole; its permissions stay, and
    /// another name of the old file keeps the old. No link is followed: fails for one on the way or in its place, and for
    /// what is no ordinary file.
    pub fn replace(&self, relative: &Path, bytes: &[u8]) -> io::Result<()> {
        let (dir, name) = self.without_links(relative, true)?;
        let permissions = match dir.symlink_metadata(name) {
            Ok(found) if found.is_symlink() => return Err(no_link(relative)),
            Ok(found) if found.is_file() => Some(found.permissions()),
            Ok(_) => return Err(no_ordinary_file()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(told(error)),
        };
        let number = REPLACED.fetch_add(1, Ordering::Relaxed);
        let beside = format!(".{}.{}.{number}.new", name.to_string_lossy(), std::process::id());
        let written = || {
            let mut file = dir.open_with(&beside, OpenOptions::new().write(true).create_new(true)).map_err(told)?;
            file.write_all(bytes)?;
            if let Some(permissions) = permissions {
                file.set_permissions(permissions)?;
            }
            file.sync_all()?;
            drop(file);
            dir.rename(&beside, &dir, name)
        };
        written().inspect_err(|_| {
            // There is nothing more to do about a file that cannot even be removed.
            let _ = dir.remove_file(&beside);
        })
    }

    /// Removes the file `relative`; a link in its place goes, and what it leads to stays. Nothing there is no failure.
    ///
    /// Fails for a link on the way, and for a directory.
    pub fn remove(&self, relative: &Path) -> io::Result<()> {
        let removed = self.without_links(relative, false).and_then(|(dir, name)| dir.remove_file(name).map_err(told));
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// When the file `relative` last changed; none when there is none, or nobody knows.
    pub fn changed_at(&self, relative: &Path) -> Option<SystemTime> {
        let found = self.dir.metadata(relative).ok()?;
        Some(found.modified().ok()?.into_std())
    }

    /// The directory that `relative` lies in, with its last name; every directory on the way is one and no link.
    fn without_links<'a>(&self, relative: &'a Path, may_make: bool) -> io::Result<(Dir, &'a OsStr)> {
        let outside = || io::Error::new(io::ErrorKind::PermissionDenied, "it lies outside of the project");
        let mut dir = self.dir.try_clone()?;
        let mut parts = relative.components().peekable();
        while let Some(part) = parts.next() {
            let Component::Normal(name) = part else { return Err(outside()) };
            if parts.peek().is_none() {
                return Ok((dir, name));
            }
            match dir.symlink_metadata(name) {
                Ok(found) if found.is_symlink() => return Err(no_link(relative)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && may_make => match dir.create_dir(name) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(told(error)),
                    _ => {}
                },
                Err(error) => return Err(told(error)),
            }
            // A link that takes its place now is held below this very directory.
            dir = dir.open_dir(name).map_err(told)?;
        }
        Err(outside())
    }
}

/// Numbers the files that are written beside those they replace.
static REPLACED: AtomicU64 = AtomicU64::new(0);

fn no_link(relative: &Path) -> io::Error {
    let message = format!("{} is, or lies behind, a link; put an ordinary file there", relative.display());
    io::Error::new(io::ErrorKind::PermissionDenied, message)
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
    use std::{fs, os::unix::fs::symlink, sync::atomic::AtomicBool, thread};

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
    fn a_file_is_replaced_whole_and_keeps_who_may_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::tempdir().expect("a directory");
        let directory = Directory::open(place.path()).expect("it is there");
        let file = Path::new("a/b/file");
        let read = || fs::read(place.path().join(file)).expect("a file");
        directory.replace(file, b"first").expect("it is made, with its directories");
        fs::set_permissions(place.path().join(file), fs::Permissions::from_mode(0o600)).expect("it is private");
        fs::hard_link(place.path().join(file), place.path().join("other")).expect("another name");
        directory.replace(file, b"second").expect("it is replaced");
        assert_eq!(read(), b"second");
        let mode = fs::metadata(place.path().join(file)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "what was private stays private");
        assert_eq!(fs::read(place.path().join("other")).expect("a file"), b"first", "another name keeps the old");
        assert_eq!(
            fs::read_dir(place.path().join("a/b")).expect("it is there").count(),
            1,
            "nothing is left beside it"
        );
        assert!(directory.changed_at(file).is_some(), "it is known when it changed");
        directory.remove(file).expect("it is removed");
        directory.remove(file).expect("nothing there is no failure");
        directory.remove(Path::new("no/such/file")).expect("nor is no directory");
        assert!(!place.path().join(file).exists());
    }

    #[test]
    fn nothing_is_written_or_removed_through_a_link_wherever_it_leads() {
        let place = tempfile::tempdir().expect("a directory");
        let project = place.path().join("project");
        for dir in ["project/real", "outside"] {
            fs::create_dir_all(place.path().join(dir)).expect("a directory");
            fs::write(place.path().join(dir).join("file"), "kept").expect("a file");
        }
        symlink("real", project.join("inside")).expect("a link");
        symlink(place.path().join("outside"), project.join("out")).expect("a link");
        symlink("real/file", project.join("link")).expect("a link");
        symlink("nothing", project.join("dangling")).expect("a link");
        let directory = Directory::open(&project).expect("it is there");
        for path in ["inside/file", "out/file", "out/new/file", "link", "dangling", "../outside/file", "/tmp/x", "real"]
        {
            assert!(directory.replace(Path::new(path), b"x").is_err(), "{path} may not be written");
        }
        for path in ["inside/file", "out/file", "../outside/file", "real"] {
            assert!(directory.remove(Path::new(path)).is_err(), "{path} may not be removed");
        }
        directory.remove(Path::new("link")).expect("the link itself may go");
        for file in ["project/real/file", "outside/file"] {
            assert_eq!(fs::read_to_string(place.path().join(file)).expect("a file"), "kept", "{file} is untouched");
        }
        assert!(!project.join("nothing").exists(), "a link to nothing is not filled");
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
