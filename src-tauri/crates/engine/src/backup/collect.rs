//! Takes a picture of a data directory that is in use.

use super::{BackupError, manifest::is_plain};
use crate::{checkpoint, home::Home};
use harness_store::copy_database;
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// How pictures that are being taken are called.
const PREFIX: &str = ".backup-";
/// Held while one is.
const LOCK: &str = "backup.lock";

/// A data directory as of a moment, in a directory beside the original that goes with it.
pub(super) struct Picture {
    directory: TempDir,
    /// Every file in it, from it on, with `/` between the parts.
    pub files: Vec<String>,
    /// What stayed out although it is no lock and nothing that is made anew: links, sockets, names that no tar holds.
    pub left_out: Vec<String>,
    _lock: File,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Made anew by whoever needs it, or true of this moment only.
    Passing,
    /// Somebody may be writing to it.
    Database,
    /// Only ever replaced as a whole.
    Frozen,
    Plain,
}

impl Picture {
    /// Fails with `NothingThere`, with `BackupUnderWay`, and as copying does.
    pub fn take(home: &Home, with_secrets: bool) -> Result<Self, BackupError> {
        let root = home.root();
        if !home.is_in_use() {
            return Err(BackupError::NothingThere(root.into()));
        }
        let lock = lock(root)?;
        sweep(root)?;
        let directory =
            tempfile::Builder::new().prefix(PREFIX).tempdir_in(root).map_err(BackupError::file(root, "written"))?;
        let mut picture = Self { directory, files: Vec::new(), left_out: Vec::new(), _lock: lock };
        // A project that is registered from here on is in the next one.
        picture.add(root, "app.db", Part::Database)?;
        for (name, path) in listed(root)? {
            match name.as_str() {
                "app.db" => {}
                "keys" if !with_secrets => {}
                "projects" => {
                    for (project, dir) in listed(&path)? {
                        picture.add_project(root, &format!("projects/{project}"), &dir)?;
                    }
                }
                _ => picture.walk(root, &name, &path, part)?,
            }
        }
        Ok(picture)
    }

    /// Where the file of that name is now.
    pub fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }

    /// A project's database and its checkpoints, as of the same moment.
    fn add_project(&mut self, root: &Path, name: &str, dir: &Path) -> Result<(), BackupError> {
        if !dir.is_dir() || dir.is_symlink() {
            return Ok(());
        }
        let _held = checkpoint::hold_still(dir)?;
        for (below, path) in listed(dir)? {
            let rule = match below.as_str() {
                // Each session sets these up again.
                "home" | "cli" | "walls" => continue,
                "checkpoints" | "checkpoints.git" => frozen,
                _ => part,
            };
            self.walk(root, &format!("{name}/{below}"), &path, rule)?;
        }
        Ok(())
    }

    fn walk(&mut self, root: &Path, name: &str, path: &Path, rule: fn(&str) -> Part) -> Result<(), BackupError> {
        let mut waiting = vec![(name.to_owned(), path.to_owned())];
        while let Some((name, path)) = waiting.pop() {
            let file_name = name.rsplit('/').next().unwrap_or_default();
            if file_name.starts_with(PREFIX) || rule(file_name) == Part::Passing {
                continue;
            }
            let kind = match path.symlink_metadata() {
                Ok(metadata) => metadata.file_type(),
                // It was there a moment ago.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(BackupError::file(&path, "read")(error)),
            };
            if kind.is_dir() {
                waiting.extend(listed(&path)?.into_iter().map(|(below, path)| (format!("{name}/{below}"), path)));
            } else if kind.is_file() && is_plain(&name) {
                self.add(root, &name, rule(file_name))?;
            } else {
                self.left_out.push(name);
            }
        }
        Ok(())
    }

    fn add(&mut self, root: &Path, name: &str, part: Part) -> Result<(), BackupError> {
        let (from, to) = (root.join(name), self.directory.path().join(name));
        if let Some(dir) = to.parent() {
            fs::create_dir_all(dir).map_err(BackupError::file(dir, "made"))?;
        }
        match part {
            Part::Passing => return Ok(()),
            Part::Database => copy_database(&from, &to)?,
            // A link takes no time and no room, and what it names is never written again.
            Part::Frozen if fs::hard_link(&from, &to).is_ok() => {}
            Part::Frozen | Part::Plain => {
                fs::copy(&from, &to).map_err(BackupError::file(&from, "copied"))?;
            }
        }
        self.files.push(name.to_owned());
        Ok(())
    }
}

fn part(name: &str) -> Part {
    let is_passing = name == "instance.json"
        || [".lock", ".partial", "-wal", "-shm", "-journal"].iter().any(|end| name.ends_with(end));
    match is_passing {
        true => Part::Passing,
        false if name.ends_with(".db") => Part::Database,
        false => Part::Plain,
    }
}

/// Below the checkpoints there are databases too, which nobody writes to.
fn frozen(name: &str) -> Part {
    if name.ends_with(".lock") { Part::Passing } else { Part::Frozen }
}

fn listed(dir: &Path) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let entries = fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(BackupError::file(dir, "read"))?;
    let mut named: Vec<_> =
        entries.iter().map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect();
    named.sort();
    Ok(named)
}

fn lock(root: &Path) -> Result<File, BackupError> {
    let path = root.join(LOCK);
    let failed = BackupError::file(&path, "locked");
    let opened = File::options().create(true).truncate(false).write(true).open(&path);
    let file = match opened {
        Ok(file) => file,
        Err(error) => return Err(failed(error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::BackupUnderWay(root.into())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Removes what a backup that was killed left. The caller has the lock, so nobody works in it.
fn sweep(root: &Path) -> Result<(), BackupError> {
    for (name, path) in listed(root)? {
        if name.starts_with(PREFIX) && path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(&path).map_err(BackupError::file(&path, "removed"))?;
        }
    }
    Ok(())
}
