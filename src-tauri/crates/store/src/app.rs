//! The database of the whole data directory: the registry of projects, and the settings.

use crate::{
    database::{Database, Options},
    error::Result,
    migrate,
};
use harness_domain::{id::ProjectId, project::ProjectSettings};
use std::path::Path;

/// The registry of projects and the settings, in `app.db` of the data directory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppStore {
    pub(crate) db: Database,
}

impl AppStore {
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
        let _ = key;
        crate::database::unbuilt()
    }

    /// Stores JSON text under `key`; none removes it. Fails with `NotJson` when `json` is not JSON.
    pub fn set_setting(&self, key: &str, json: Option<&str>) -> Result<()> {
        let _ = (key, json);
        crate::database::unbuilt()
    }

    /// What a person chose for one project; the defaults when nothing was. Fails with `NoSuchProject`.
    pub fn project_settings(&self, project: ProjectId) -> Result<ProjectSettings> {
        let _ = project;
        crate::database::unbuilt()
    }

    /// Replaces what a person chose for one project. Fails with `NoSuchProject`.
    pub fn set_project_settings(&self, project: ProjectId, settings: &ProjectSettings) -> Result<()> {
        let _ = (project, settings);
        crate::database::unbuilt()
    }
}
