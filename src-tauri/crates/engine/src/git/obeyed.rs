//! Where in a repository lies what git obeys, so that walls can be put around it.

use super::{GitError, repository};
use git2::ConfigLevel;
use std::path::{Component, Path, PathBuf};

/// The places of one project's repository that decide what git does for whoever uses it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Obeyed {
    /// Git directories, each with hooks and settings of its own: the project's, the one it is linked to, and those of
    /// its submodules. Absolute, without symbolic links.
    pub git_directories: Vec<PathBuf>,
    /// Files in the working tree that say where a git directory is: the project's own `.git` when it is a file, and
    /// those of its submodules. Absolute.
    pub pointers: Vec<PathBuf>,
    /// The directories of hooks that the repository's settings name inside the project. Absolute; may be missing.
    pub hooks: Vec<PathBuf>,
    /// The files inside the project that the repository's settings include. Absolute; may be missing.
    pub included: Vec<PathBuf>,
}

/// Reads where the repository of `dir` keeps what git obeys. Empty when there is no repository yet.
///
/// Does not look for nested repositories that nobody declared. Fails as opening the repository does.
pub fn obeyed(dir: &Path) -> Result<Obeyed, GitError> {
    let Some(project) = repository::find(dir)? else { return Ok(Obeyed::default()) };
    let (repo, dir) = (&project.repo, &project.dir);
    let mut found = Obeyed::default();
    for path in [repo.path(), repo.commondir()] {
        found.git_directories.push(real(path));
    }
    let own = dir.join(".git");
    if own.is_file() {
        found.pointers.push(own);
    }
    // A repository whose list of submodules cannot be read has none that could be protected.
    for submodule in repo.submodules().unwrap_or_default() {
        let pointer = dir.join(submodule.path()).join(".git");
        if let Ok(inner) = submodule.open() {
            found.git_directories.push(real(inner.path()));
        }
        if pointer.symlink_metadata().is_ok() {
            found.pointers.push(pointer);
        }
    }
    found.git_directories.sort();
    found.git_directories.dedup();
    name_what_settings_name(repo, dir, &mut found);
    Ok(found)
}

fn name_what_settings_name(repo: &git2::Repository, dir: &Path, found: &mut Obeyed) {
    let Ok(config) = repo.config().and_then(|config| config.open_level(ConfigLevel::Local)) else { return };
    let Ok(mut entries) = config.entries(None) else { return };
    while let Some(Ok(entry)) = entries.next() {
        // A name without a value means "true", names no path, and has no value that could be asked for.
        if !entry.has_value() {
            continue;
        }
        let (Ok(name), Ok(value)) = (entry.name(), entry.value()) else { continue };
        // Both lie outside the project.
        if value.starts_with('~') || value.starts_with("%(prefix)") {
            continue;
        }
        let is_include = name == "include.path" || (name.starts_with("includeif.") && name.ends_with(".path"));
        let (from, paths) = match name {
            "core.hookspath" => (dir, &mut found.hooks),
            _ if is_include => (repo.path(), &mut found.included),
            _ => continue,
        };
        let path = normal(&from.join(value));
        if path.starts_with(dir) && path != dir {
            paths.push(path);
        }
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// Without `.` and `..`, by the names alone.
fn normal(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}
