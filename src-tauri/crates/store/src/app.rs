//! The database of the whole data directory: the registry of projects, and the settings.

use crate::{
    database::{Database, Options},
    error::{Result, StoreError},
    migrate,
    row::{check_json, execute, first, json, to_json},
};
use harness_domain::{id::ProjectId, project::ProjectSettings};
use std::path::Path;

/// The registry of projects and the settings, in `app.db` of the data directory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppStore {
    pub(crate) db: Database,
}

impl AppStore {
    /// A number that changes with every commit of another process, and with none of this one.
    pub fn foreign_mark(&self) -> Result<i64> {
        self.db.foreign_mark()
    }

    /// Opens or creates `home/app.db`; `home` must exist. Fails as [`crate::ProjectStore::open`] does.
    pub fn open(home: &Path) -> Result<Self> {
        Self::open_with(home, Options::default())
    }

    /// As [`AppStore::open`], with limits other than the default ones.
    pub fn open_with(home: &Path, options: Options) -> Result<Self> {
        Ok(Self { db: Database::open(&home.join("app.db"), options, &migrate::APP)? })
    }

    /// The JSON text stored under `key`, if any.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        self.db.read(|connection| {
            first(connection, "SELECT json FROM setting WHERE key = ?1", [key], |row| Ok(row.get(0)?))
        })
    }

    /// Stores JSON text under `key`; none removes it. Fails with `NotJson` when `json` is not JSON.
    pub fn set_setting(&self, key: &str, json: Option<&str>) -> Result<()> {
        const SQL: &str = "INSERT INTO setting (key, json) VALUES (?1, ?2) \
                           ON CONFLICT (key) DO UPDATE SET json = excluded.json";
        let (key, json) = (key.to_owned(), json.map(str::to_owned));
        self.db.write(move |tx| {
            match json {
                Some(json) => {
                    check_json(&json, "the setting")?;
                    execute(tx, SQL, (&key, &json))?
                }
                None => execute(tx, "DELETE FROM setting WHERE key = ?1", [&key])?,
            };
            Ok(())
        })
    }

    /// What a person chose for one project; the defaults when nothing was. Fails with `NoSuchProject`.
    pub fn project_settings(&self, project: ProjectId) -> Result<ProjectSettings> {
        self.db.read(|connection| {
            let found = first(connection, "SELECT settings FROM project WHERE id = ?1", [project.0], |row| {
                json(row, "settings", "settings of a project")
            })?;
            found.ok_or_else(|| StoreError::NoSuchProject(project).into())
        })
    }

    /// Replaces what a person chose for one project. Fails with `NoSuchProject`.
    pub fn set_project_settings(&self, project: ProjectId, settings: &ProjectSettings) -> Result<()> {
        let settings = settings.clone();
        self.db.write(move |tx| {
            let settings = to_json(&settings, "the settings")?;
            match execute(tx, "UPDATE project SET settings = ?2 WHERE id = ?1", (project.0, settings))? {
                0 => Err(StoreError::NoSuchProject(project).into()),
                _ => Ok(()),
            }
        })
    }
}
