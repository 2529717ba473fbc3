//! Databases as files, for whoever moves them as a whole: copying one that is in use, and judging one that came from
//! elsewhere. Nothing here changes a schema.

use crate::{
    database::{Options, Step, copy, explain, is_busy, open_for_reading},
    error::{Result, StoreError},
    migrate::{self, Migrations},
    row::first,
};
use std::{path::Path, time::Duration};

/// Which of the two kinds of database a file is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The registry of projects and the settings.
    App,
    /// One project's cards, runs and transcripts.
    Project,
}

impl Content {
    fn migrations(self) -> &'static Migrations {
        match self {
            Self::App => &migrate::APP,
            Self::Project => &migrate::PROJECT,
        }
    }
}

/// Copies the database in `from`, as of one moment, to the new file `to`. Other processes may go on writing meanwhile;
/// their later writes are not in the copy.
///
/// Fails as [`crate::ProjectStore::backup_to`] does. What a failed copy leaves in `to` is of no use.
pub fn copy_database(from: &Path, to: &Path) -> Result<()> {
    let options = Options::default();
    open_for_reading(from, options)
        .map_err(|abort| explain(abort, from))
        .and_then(|connection| copy(&connection, from, to).map_err(|abort| explain(abort, to)))
}

/// Whether another connection, of this process or another, has the database in `file` open.
///
/// Fails as opening does. What is answered is true of the moment only.
pub fn is_open_elsewhere(file: &Path) -> Result<bool> {
    let ask = || -> Step<bool> {
        let connection = open_for_reading(file, Options { busy_timeout: Duration::ZERO, max_bytes: None })?;
        connection.pragma_update(None, "query_only", false)?;
        // Leaving the log needs the file alone, and every open connection holds a lock on it.
        match connection.pragma_update(None, "journal_mode", "delete") {
            Ok(()) => {
                connection.pragma_update(None, "journal_mode", "wal")?;
                Ok(false)
            }
            Err(error) if is_busy(&error) => Ok(true),
            Err(error) => Err(error.into()),
        }
    };
    ask().map_err(|abort| explain(abort, file))
}

/// Refuses a file that this version could not open: with `Corrupt` what is damaged or no database, with `NewerDatabase`
/// what a newer version wrote. Reads all of it.
pub fn check_database(file: &Path, content: Content) -> Result<()> {
    let check = || -> Step<()> {
        let connection = open_for_reading(file, Options::default())?;
        let verdict = first(&connection, "PRAGMA quick_check(1)", (), |row| Ok(row.get::<_, String>(0)?))?;
        if verdict.as_deref() != Some("ok") {
            let detail = verdict.unwrap_or_default();
            return Err(StoreError::Corrupt { file: file.to_owned(), detail }.into());
        }
        content.migrations().check(&connection, file)
    };
    check().map_err(|abort| explain(abort, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppStore, ProjectStore};

    #[test]
    fn a_database_is_copied_while_it_is_written_and_the_copy_is_sound() {
        let dir = tempfile::tempdir().unwrap();
        let store = AppStore::open(dir.path()).unwrap();
        let copy = dir.path().join("copy.db");
        std::thread::scope(|scope| {
            let writer = store.clone();
            scope.spawn(move || {
                for number in 0..500 {
                    writer.set_setting("pair", Some(&format!("[{number},{number}]"))).unwrap();
                }
            });
            copy_database(&dir.path().join("app.db"), &copy).unwrap();
        });
        check_database(&copy, Content::App).unwrap();
        let there = dir.path().join("there");
        std::fs::create_dir(&there).unwrap();
        std::fs::rename(&copy, there.join("app.db")).unwrap();
        let copied = AppStore::open(&there).unwrap().setting("pair").unwrap();
        let pair: Vec<u32> = copied.map_or(vec![0, 0], |json| serde_json::from_str(&json).unwrap());
        assert_eq!(pair[0], pair[1], "it is of one moment");
    }

    #[test]
    fn who_has_it_open_is_noticed_and_who_closed_it_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.db");
        let store = AppStore::open(dir.path()).unwrap();
        assert!(is_open_elsewhere(&file).unwrap(), "a handle that only waits counts too");
        drop(store);
        assert!(!is_open_elsewhere(&file).unwrap(), "nobody is left");
        AppStore::open(dir.path()).unwrap().set_setting("a", Some("1")).expect("it works as before");
    }

    #[test]
    fn what_is_damaged_newer_or_of_another_kind_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("project.db");
        drop(ProjectStore::open(&file).unwrap());
        check_database(&file, Content::Project).unwrap();
        rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 9_999).unwrap();
        let newer = check_database(&file, Content::Project).unwrap_err();
        assert!(matches!(newer, StoreError::NewerDatabase { found: 9_999, .. }), "{newer:?}");
        std::fs::write(
            &file,
            "not a database, but as long as one has to be to have a header of a hundred bytes".repeat(9),
        )
        .unwrap();
        let damaged = check_database(&file, Content::Project).unwrap_err();
        assert!(matches!(damaged, StoreError::Corrupt { .. }), "{damaged:?}");
        assert!(check_database(&dir.path().join("missing.db"), Content::App).is_err(), "nor is one made");
        assert!(!dir.path().join("missing.db").exists(), "asking makes nothing");
    }
}
