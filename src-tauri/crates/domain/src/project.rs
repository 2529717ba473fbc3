//! Projects and their settings.

use crate::{
    evidence::{Check, SandboxLevel},
    id::ProjectId,
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
