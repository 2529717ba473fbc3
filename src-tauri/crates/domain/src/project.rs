//! Projects and their settings.

use crate::{
    evidence::{Check, SandboxLevel},
    id::ProjectId,
    run::Role,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::path::PathBuf;

/// A directory the product builds software in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Project {
    /// Its number in this data directory.
    pub id: ProjectId,
    /// Unique; the directory's name unless a person chose another.
    pub name: String,
    /// Absolute, with symlinks resolved.
    pub path: PathBuf,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub created_at_ms: i64,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub opened_at_ms: i64,
}

/// What a person chose for one project. Absent means the default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct ProjectSettings {
    /// Replaces the detected checks when not empty.
    pub checks: Vec<Check>,
    /// The model for sessions without one of their own.
    pub model: Option<String>,
    /// The models of single stages; they go before `model`.
    pub stage_models: StageModels,
    /// Money a run may spend at most unless it was started with another amount, in US dollars.
    #[specta(type = Option<f64>)]
    pub budget_usd: Option<f64>,
    /// Failed attempts before a feature is parked. Default 3.
    pub max_attempts: Option<u32>,
    /// Seconds one check may take. Default 600.
    pub check_timeout_s: Option<u32>,
    /// How strong the walls must be for a run to start. Default: full.
    pub required_sandbox: Option<SandboxLevel>,
    /// Directories and files outside the project that sessions may read besides: absolute, or beginning with `~/`.
    pub readable: Vec<String>,
    /// Hosts that sessions may reach besides the usual registries, such as `*.example.org`.
    pub hosts: Vec<String>,
}

/// A model for each stage of the work. Absent means the project's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct StageModels {
    /// Turns specifications and existing code into features.
    pub planning: Option<String>,
    /// Works on features, fixes and bugs.
    pub building: Option<String>,
    /// Tests passing features again.
    pub testing: Option<String>,
}

impl ProjectSettings {
    /// The model of a session of this role, as far as the project says.
    pub fn model_of(&self, role: Role) -> Option<&str> {
        let stage = match role {
            Role::Initializer | Role::Analyst => &self.stage_models.planning,
            Role::Coding => &self.stage_models.building,
            Role::Tester => &self.stage_models.testing,
        };
        stage.as_deref().or(self.model.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_has_its_own_model_or_else_the_projects() {
        let stage_models = StageModels { planning: Some("opus".into()), ..StageModels::default() };
        let settings = ProjectSettings { model: Some("sonnet".into()), stage_models, ..ProjectSettings::default() };
        assert_eq!(settings.model_of(Role::Initializer), Some("opus"), "planning has one of its own");
        assert_eq!(settings.model_of(Role::Analyst), Some("opus"), "describing existing code is planning too");
        assert_eq!(settings.model_of(Role::Coding), Some("sonnet"), "building has none: the project's");
        assert_eq!(ProjectSettings::default().model_of(Role::Tester), None, "nothing is said: the CLI chooses");
    }
}
