//! A directory that may hold a project of its own, and careful looks at its files.

use crate::project_file;
use std::path::{Path, PathBuf};

/// Files that say how a project is checked are small; a larger one is something else.
const FILE_LIMIT: u64 = 1024 * 1024;

/// Entries looked at per directory.
const ENTRY_LIMIT: usize = 2_000;

/// Directories below the project's that are looked into.
const PLACE_LIMIT: usize = 24;

/// Directories whose children are packages.
const CONTAINERS: [&str; 6] = ["apps", "crates", "libs", "modules", "packages", "services"];

/// Directories that hold other people's code, results, or projects that are only examples.
const NOT_PROJECTS: [&str; 22] = [
    "__pycache__",
    "build",
    "coverage",
    "demo",
    "demos",
    "dist",
    "docs",
    "env",
    "example",
    "examples",
    "fixtures",
    "node_modules",
    "out",
    "target",
    "test",
    "testdata",
    "tests",
    "third_party",
    "tmp",
    "vendor",
    "venv",
    "bin",
];

/// The project's directory or one below it.
pub(super) struct Place {
    /// The project's directory.
    root: PathBuf,
    dir: PathBuf,
    /// From the project's directory, empty for itself, otherwise with a slash at its end.
    label: String,
    /// What to type first to get here from the project's directory.
    pub(super) step_in: String,
    /// From here to the project's directory.
    pub(super) way_up: String,
}

impl Place {
    pub(super) fn root(dir: &Path) -> Self {
        Self { root: dir.into(), dir: dir.into(), label: String::new(), step_in: String::new(), way_up: String::new() }
    }

    fn below(dir: &Path, name: &str) -> Self {
        // The shell would take such a name for an option.
        let safe = if name.starts_with('-') { format!("./{name}") } else { name.to_owned() };
        Self {
            root: dir.into(),
            dir: dir.join(name),
            label: format!("{name}/"),
            step_in: format!("cd {} && ", shell_words::quote(&safe)),
            way_up: "../".repeat(name.split('/').count()),
        }
    }

    pub(super) fn is_root(&self) -> bool {
        self.label.is_empty()
    }

    /// How `file` is called from the project's directory.
    pub(super) fn name_of(&self, file: &str) -> String {
        format!("{}{file}", self.label)
    }

    /// The last part of its path.
    pub(super) fn own_name(&self) -> &str {
        self.label.trim_end_matches('/').rsplit('/').next().unwrap_or("")
    }

    pub(super) fn has_file(&self, name: &str) -> bool {
        self.dir.join(name).is_file()
    }

    pub(super) fn has_any_file(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has_file(name))
    }

    pub(super) fn has_dir(&self, name: &str) -> bool {
        self.dir.join(name).is_dir()
    }

    /// The text of a file; none when there is no such file in the project, or a very large one. A link out of the project
    /// is not followed. Bytes that are no text are replaced.
    pub(super) fn read(&self, name: &str) -> Option<String> {
        let bytes = project_file::read(&self.root, Path::new(&self.name_of(name)), FILE_LIMIT).ok()??;
        Some(String::from_utf8_lossy(&bytes).trim_start_matches('\u{FEFF}').to_owned())
    }

    /// The text of all these files that are there.
    pub(super) fn read_all(&self, names: &[&str]) -> String {
        names.iter().filter_map(|name| self.read(name)).collect::<Vec<_>>().join("\n")
    }

    /// Whether `dir` here has a file whose name fits.
    pub(super) fn has_file_like(&self, dir: &str, fits: impl Fn(&str) -> bool) -> bool {
        entries(&self.dir.join(dir)).any(|(name, is_dir)| !is_dir && fits(&name))
    }

    /// The names of directories in `dir` here.
    pub(super) fn directories_in(&self, dir: &str) -> Vec<String> {
        directories(&self.dir.join(dir))
    }
}

/// The directories below the project's that may hold projects of their own, in a stable order.
pub(super) fn sub_directories(dir: &Path) -> Vec<Place> {
    let mut places = Vec::new();
    for name in directories(dir) {
        if NOT_PROJECTS.contains(&name.as_str()) {
            continue;
        }
        if CONTAINERS.contains(&name.as_str()) {
            let children = directories(&dir.join(&name));
            places.extend(children.iter().map(|child| Place::below(dir, &format!("{name}/{child}"))));
        }
        places.push(Place::below(dir, &name));
    }
    places.truncate(PLACE_LIMIT);
    places
}

/// Sorted; without hidden ones, symbolic links and names that are no text.
fn directories(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        entries(dir).filter(|(name, is_dir)| *is_dir && !name.starts_with('.')).map(|(name, _)| name).collect();
    names.sort();
    names
}

/// Names in `dir`, with whether each is a directory.
fn entries(dir: &Path) -> impl Iterator<Item = (String, bool)> {
    std::fs::read_dir(dir).into_iter().flatten().take(ENTRY_LIMIT).flatten().filter_map(|entry| {
        let is_dir = entry.file_type().ok()?.is_dir();
        Some((entry.file_name().into_string().ok()?, is_dir))
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::symlink};

    #[test]
    fn a_file_is_read_wherever_it_lies_in_the_project_and_nowhere_else() {
        let (dir, outside) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        fs::write(outside.path().join("package.json"), "the person's own").expect("a file");
        fs::create_dir_all(dir.path().join("packages/app")).expect("directories");
        fs::write(dir.path().join("shared.json"), "shared").expect("a file");
        symlink("../../shared.json", dir.path().join("packages/app/tsconfig.json")).expect("a link");
        symlink(outside.path().join("package.json"), dir.path().join("packages/app/package.json")).expect("a link");
        let place = Place::below(dir.path(), "packages/app");
        assert_eq!(place.read("tsconfig.json").as_deref(), Some("shared"), "a link within the project is followed");
        assert_eq!(place.read("package.json"), None, "what is outside steers no check and is told to nobody");
        assert_eq!(Place::root(dir.path()).read("shared.json").as_deref(), Some("shared"));
    }
}
