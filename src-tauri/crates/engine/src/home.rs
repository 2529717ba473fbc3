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
        Self::at(chosen_root()?)
    }

    /// As [`Home::locate`], and makes nothing: for whoever only looks.
    ///
    /// Fails with `EngineError::Home` when no home directory is known.
    pub fn look() -> Result<Self, EngineError> {
        Ok(Self::look_at(chosen_root()?))
    }

    /// As [`Home::at`], and makes nothing.
    pub fn look_at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self { root: root.canonicalize().unwrap_or(root) }
    }

    /// Whether anything was ever kept there.
    pub fn is_in_use(&self) -> bool {
        self.root.join("app.db").is_file()
    }

    /// Whether this process may write there, or make the directory where there is none.
    #[cfg(unix)]
    pub fn may_be_written(&self) -> bool {
        use rustix::fs::{Access, access};
        let there = self.root.ancestors().find(|above| above.exists());
        there.is_some_and(|there| there.is_dir() && access(there, Access::WRITE_OK | Access::EXEC_OK).is_ok())
    }

    /// Whether this process may write there; elsewhere only the attempt says it.
    #[cfg(not(unix))]
    pub fn may_be_written(&self) -> bool {
        self.root.ancestors().find(|above| above.exists()).is_some_and(Path::is_dir)
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

fn chosen_root() -> Result<PathBuf, EngineError> {
    match std::env::var_os("HARNESS_HOME").filter(|value| !value.is_empty()) {
        Some(chosen) => std::path::absolute(&chosen)
            .map_err(|source| EngineError::Home { path: chosen.into(), detail: source.to_string() }),
        None => default_root().ok_or_else(|| EngineError::Home {
            path: PathBuf::new(),
            detail: "no home directory is known; set HARNESS_HOME to a directory for the product's data".into(),
        }),
    }
}

fn default_root() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::base_strategy::choose_native_strategy().ok()?;
    Some(strategy.data_dir().join("auto-agent-harness"))
}
