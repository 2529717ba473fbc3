//! Who calls, and what they may do.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What a caller may do. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CallerRole {
    /// Look.
    Viewer,
    /// Change cards, start and stop runs, answer what waits.
    Operator,
    /// Change projects, policies and settings.
    Admin,
    /// Sit at this machine: keys, and whatever only a desktop can do. Never given to anyone over the network.
    Desktop,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// For the log and the audit trail, such as `desktop`.
    pub name: String,
    /// What they may do.
    pub role: CallerRole,
}

impl Caller {
    /// The person at this machine.
    pub fn desktop() -> Self {
        Self { name: "desktop".into(), role: CallerRole::Desktop }
    }
}

impl CallerRole {
    /// As people and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            CallerRole::Viewer => "viewer",
            CallerRole::Operator => "operator",
            CallerRole::Admin => "admin",
            CallerRole::Desktop => "desktop",
        }
    }
}
