//! The files beside a scenario: embedded for built-in ones, on disk for others.

use include_dir::{Dir, include_dir};
use std::{
    cell::RefCell,
    collections::HashMap,
    fs,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// Every built-in scenario: `name.yaml` alone, or `name/scenario.yaml` with files beside it.
static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// Where a scenario's files are looked up. Each is read once, however often the scenario names it.
pub(crate) struct Files {
    place: Place,
    seen: RefCell<HashMap<String, Arc<str>>>,
}

enum Place {
    Embedded(PathBuf),
    Disk(PathBuf),
}

impl Files {
    /// Files beside a built-in scenario.
    fn embedded(directory: &Path) -> Self {
        Self { place: Place::Embedded(directory.to_owned()), seen: RefCell::default() }
    }

    /// Files in a directory.
    pub fn in_directory(directory: &Path) -> Self {
        Self { place: Place::Disk(directory.to_owned()), seen: RefCell::default() }
    }

    /// The text of a file. Fails with the reason when the path leaves the directory, also over a symbolic link,
    /// and when there is no such text.
    pub fn read(&self, name: &str) -> Result<Arc<str>, String> {
        if let Some(text) = self.seen.borrow().get(name) {
            return Ok(Arc::clone(text));
        }
        let path = Path::new(name);
        if name.is_empty() || !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err("write a path below the scenario's own directory, without `..`".into());
        }
        let text: Arc<str> = match &self.place {
            Place::Embedded(directory) => BUILTIN
                .get_file(directory.join(path))
                .and_then(|file| file.contents_utf8())
                .ok_or("there is no such text file in the built-in scenario")?
                .into(),
            Place::Disk(directory) => read_below(directory, path)?.into(),
        };
        self.seen.borrow_mut().insert(name.to_owned(), Arc::clone(&text));
        Ok(text)
    }
}

fn read_below(directory: &Path, path: &Path) -> Result<String, String> {
    let words = |error: std::io::Error| error.to_string();
    let root = directory.canonicalize().map_err(words)?;
    let file = root.join(path).canonicalize().map_err(words)?;
    if !file.starts_with(&root) {
        return Err("it leads out of the scenario's directory".into());
    }
    String::from_utf8(fs::read(file).map_err(words)?).map_err(|_| "it is not UTF-8 text".into())
}

/// The names of the built-in scenarios, sorted.
pub(crate) fn builtin_names() -> Vec<&'static str> {
    let named = |path: &'static Path| path.file_stem()?.to_str();
    let alone = BUILTIN.files().map(|file| file.path()).filter(|path| path.extension().is_some_and(|e| e == "yaml"));
    let with_files = BUILTIN.dirs().map(|dir| dir.path());
    let mut names: Vec<_> = alone.chain(with_files).filter_map(named).collect();
    names.sort_unstable();
    names
}

/// The text of a built-in scenario, and its files.
pub(crate) fn builtin(name: &str) -> Option<(&'static str, Files)> {
    if !builtin_names().contains(&name) {
        return None;
    }
    let alone = BUILTIN.get_file(format!("{name}.yaml"));
    let file = alone.or_else(|| BUILTIN.get_file(format!("{name}/scenario.yaml")))?;
    Some((file.contents_utf8()?, Files::embedded(file.path().parent()?)))
}
