//! The registry of projects.

use crate::{app::AppStore, database::unbuilt, error::Result};
use harness_domain::{id::ProjectId, project::Project};
use std::path::Path;

impl AppStore {
    /// Registers a directory. `path` is stored as given: the caller makes it absolute and resolves symlinks.
    ///
    /// Fails with `NameTaken`, `PathTaken`, or `PathNotText` for a path that is not Unicode.
    pub fn project_add(&self, name: &str, path: &Path, at_ms: i64) -> Result<Project> {
        let _ = (name, path, at_ms);
        unbuilt()
    }
    /// Every project, most recently opened first.
    pub fn project_list(&self) -> Result<Vec<Project>> {
        unbuilt()
    }
    /// One project. Fails with `NoSuchProject`.
    pub fn project(&self, id: ProjectId) -> Result<Project> {
        let _ = id;
        unbuilt()
    }
    /// The project registered for exactly this path, if any.
    pub fn project_by_path(&self, path: &Path) -> Result<Option<Project>> {
        let _ = path;
        unbuilt()
    }
    /// The project of that name, if any.
    pub fn project_by_name(&self, name: &str) -> Result<Option<Project>> {
        let _ = name;
        unbuilt()
    }
    /// Notes that the project was opened. Fails with `NoSuchProject`.
    pub fn project_touch(&self, id: ProjectId, at_ms: i64) -> Result<()> {
        let _ = (id, at_ms);
        unbuilt()
    }
    /// Gives it another name. Fails with `NoSuchProject` or `NameTaken`.
    pub fn project_rename(&self, id: ProjectId, name: &str) -> Result<()> {
        let _ = (id, name);
        unbuilt()
    }
    /// Forgets the project and its settings; its directory and its own database stay. Fails with `NoSuchProject`.
    pub fn project_remove(&self, id: ProjectId) -> Result<()> {
        let _ = id;
        unbuilt()
    }
}
