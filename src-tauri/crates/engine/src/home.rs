//! Where the product keeps its own state: outside every project, out of an agent's reach.

use crate::error::EngineError;
use harness_domain::id::ProjectId;
use std::path::{Path, PathBuf};

/// The data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

impl Home {
    /// `HARNESS_HOME` when set, otherwise what the operating system's convention says.
    ///
    /// Fails with `EngineError::Home` when neither is known or the directory cannot be made.
    pub fn locate() -> Result<Self, EngineError> {
        let root = match std::env::var_os("HARNESS_HOME").filter(|value| !value.is_empty()) {
            Some(chosen) => std::path::absolute(&chosen)
                .map_err(|source| EngineError::Home { path: chosen.into(), detail: source.to_string() })?,
            None => default_root().ok_or_else(|| EngineError::Home {
                path: PathBuf::new(),
                detail: "no home directory is known; set HARNESS_HOME to a directory for the product's data".into(),
            })?,
        };
        Self::at(root)
    }

    /// A data directory at a known place, made if need be, readable by its owner only.
    pub fn at(root: impl Into<PathBuf>) -> Result<Self, EngineError> {
        let root = root.into();
        let failed = |source: std::io::Error| EngineError::Home { path: root.clone(), detail: source.to_string() };
        std::fs::create_dir_all(&root).map_err(failed)?;
        let root = root.canonicalize().map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Transcripts and settings are nobody else's business on a shared machine.
            std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
        }
        Ok(Self { root })
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What belongs to one project: its database, its private home, its snapshots.
    pub fn project(&self, project: ProjectId) -> PathBuf {
        self.root.join("projects").join(project.to_string())
    }

    /// The person's policy for all projects on this machine.
    pub fn policy(&self) -> PathBuf {
        self.root.join("policy.yaml")
    }

    /// One project's policy.
    pub fn project_policy(&self, project: ProjectId) -> PathBuf {
        self.project(project).join("policy.yaml")
    }

    /// One project's database.
    pub fn project_database(&self, project: ProjectId) -> PathBuf {
        self.project(project).join("project.db")
    }

    /// What a walled-in process of one project sees as the person's home directory.
    pub fn private_home(&self, project: ProjectId) -> PathBuf {
        self.project(project).join("home")
    }

    /// What the CLI itself has for a home directory in sessions of one project, out of reach of what it runs.
    pub fn cli_home(&self, project: ProjectId) -> PathBuf {
        self.project(project).join("cli")
    }
}

fn default_root() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::base_strategy::choose_native_strategy().ok()?;
    Some(strategy.data_dir().join("auto-agent-harness"))
}
