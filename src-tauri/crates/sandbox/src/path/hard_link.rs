//! Files that have several names.

use super::secret;
use std::{
    collections::HashMap,
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, PoisonError},
};

/// How many files of a person's stores are known by their number; browser profiles have more, of which few hold secrets.
const MOST_FILES: usize = 20_000;
/// How deep stores are looked into.
const MOST_LEVELS: u32 = 4;

type Numbers = HashMap<(u64, u64), PathBuf>;

/// Whether an ordinary file at `real` has names besides this one.
pub(crate) fn has_other_names(real: &Path) -> bool {
    fs::symlink_metadata(real).is_ok_and(|found| has_several(&found))
}

/// The store of secrets below `home` in which the file at `real` has another name.
pub(crate) fn into_a_store(real: &Path, home: &Path) -> Option<PathBuf> {
    static KNOWN: LazyLock<Mutex<HashMap<PathBuf, Numbers>>> = LazyLock::new(Mutex::default);
    let found = fs::symlink_metadata(real).ok().filter(has_several)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    // Gathered once a process: a name made later lies inside the walls, which no link crosses.
    let numbers = known.entry(home.to_owned()).or_insert_with(|| numbers_in(home));
    numbers.get(&(found.dev(), found.ino())).cloned()
}

fn has_several(found: &Metadata) -> bool {
    found.is_file() && found.nlink() > 1
}

/// The files with several names in the stores below `home`.
fn numbers_in(home: &Path) -> Numbers {
    let mut numbers = Numbers::new();
    let mut ahead: Vec<(PathBuf, PathBuf, u32)> =
        secret::stores_in(home).map(|store| (store.clone(), store, 0)).collect();
    let mut looked_at = 0;
    while let Some((path, store, level)) = ahead.pop() {
        looked_at += 1;
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        if has_several(&found) {
            numbers.insert((found.dev(), found.ino()), store);
        } else if found.is_dir() && level < MOST_LEVELS && looked_at < MOST_FILES {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            ahead.extend(entries.map(|entry| (entry.path(), store.clone(), level + 1)));
        }
    }
    numbers
}
