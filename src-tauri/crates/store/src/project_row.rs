//! The registry of projects.

use crate::{
    app::AppStore,
    database::Step,
    error::{Result, StoreError},
    row::{all, execute, first, new_id, path_text},
};
use harness_domain::{id::ProjectId, project::Project};
use rusqlite::{Connection, Row};
use std::path::{Path, PathBuf};

impl AppStore {
    /// Registers a directory. `path` is stored as given: the caller makes it absolute and resolves symlinks.
    ///
    /// Fails with `NameTaken`, `PathTaken`, `NoProjectName`, or `PathNotText` for a path that is not Unicode.
    pub fn project_add(&self, name: &str, path: &Path, at_ms: i64) -> Result<Project> {
        const SQL: &str = "INSERT INTO project (name, path, created_at_ms, opened_at_ms) VALUES (?1, ?2, ?3, ?3)";
        let (name, path) = (name.to_owned(), path.to_owned());
        self.db.write(move |tx| {
            let text = path_text(&path)?;
            refuse_taken_name(tx, &name, None)?;
            if let Some(project) = first(tx, "SELECT * FROM project WHERE path = ?1", [text], from_row)? {
                return Err(StoreError::PathTaken { path, name: project.name }.into());
            }
            execute(tx, SQL, (&name, text, at_ms))?;
            load(tx, ProjectId(new_id(tx)))
        })
    }

    /// Every project, most recently opened first.
    pub fn project_list(&self) -> Result<Vec<Project>> {
        const SQL: &str = "SELECT * FROM project ORDER BY opened_at_ms DESC, id DESC";
        self.db.read(|connection| all(connection, SQL, (), from_row))
    }

    /// One project. Fails with `NoSuchProject`.
    pub fn project(&self, id: ProjectId) -> Result<Project> {
        self.db.read(|connection| load(connection, id))
    }

    /// The project registered for exactly this path, if any.
    pub fn project_by_path(&self, path: &Path) -> Result<Option<Project>> {
        // What cannot be stored cannot have been registered.
        let Some(text) = path.to_str() else { return Ok(None) };
        self.db.read(|connection| first(connection, "SELECT * FROM project WHERE path = ?1", [text], from_row))
    }

    /// The project of that name, if any.
    pub fn project_by_name(&self, name: &str) -> Result<Option<Project>> {
        self.db.read(|connection| first(connection, "SELECT * FROM project WHERE name = ?1", [name], from_row))
    }

    /// Notes that the project was opened. Fails with `NoSuchProject`.
    pub fn project_touch(&self, id: ProjectId, at_ms: i64) -> Result<()> {
        self.db.write(move |tx| {
            load(tx, id)?;
            execute(tx, "UPDATE project SET opened_at_ms = ?2 WHERE id = ?1", (id.0, at_ms))?;
            Ok(())
        })
    }

    /// Gives it another name. Fails with `NoSuchProject`, `NoProjectName` or `NameTaken`.
    pub fn project_rename(&self, id: ProjectId, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.db.write(move |tx| {
            load(tx, id)?;
            refuse_taken_name(tx, &name, Some(id))?;
            execute(tx, "UPDATE project SET name = ?2 WHERE id = ?1", (id.0, &name))?;
            Ok(())
        })
    }

    /// Forgets the project and its settings; its directory and its own database stay. Its number is not used again.
    /// Fails with `NoSuchProject`.
    pub fn project_remove(&self, id: ProjectId) -> Result<()> {
        self.db.write(move |tx| {
            load(tx, id)?;
            execute(tx, "DELETE FROM project WHERE id = ?1", [id.0])?;
            Ok(())
        })
    }
}

fn refuse_taken_name(tx: &Connection, name: &str, own: Option<ProjectId>) -> Step<()> {
    if name.trim().is_empty() {
        return Err(StoreError::NoProjectName.into());
    }
    match first(tx, "SELECT id FROM project WHERE name = ?1", [name], |row| Ok(ProjectId(row.get(0)?)))? {
        Some(other) if Some(other) != own => Err(StoreError::NameTaken { name: name.to_owned() }.into()),
        _ => Ok(()),
    }
}

fn load(connection: &Connection, id: ProjectId) -> Step<Project> {
    let found = first(connection, "SELECT * FROM project WHERE id = ?1", [id.0], from_row)?;
    found.ok_or_else(|| StoreError::NoSuchProject(id).into())
}

fn from_row(row: &Row<'_>) -> Step<Project> {
    Ok(Project {
        id: ProjectId(row.get("id")?),
        name: row.get("name")?,
        path: PathBuf::from(row.get::<_, String>("path")?),
        created_at_ms: row.get("created_at_ms")?,
        opened_at_ms: row.get("opened_at_ms")?,
    })
}
