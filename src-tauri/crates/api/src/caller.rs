//! Who calls, and what they may do.

use harness_domain::{
    account::UserRole,
    id::{DeviceId, ProjectId, TokenId, UserId},
};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::{collections::BTreeSet, sync::Arc};

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
    /// Who they are, where somebody signed in.
    pub user: Option<UserId>,
    /// The device they signed in with.
    pub device: Option<DeviceId>,
    /// The token they bring instead.
    pub token: Option<TokenId>,
    /// The only projects they may touch; none means all.
    pub projects: Option<Arc<BTreeSet<ProjectId>>>,
}

impl Caller {
    /// The person at this machine.
    pub fn desktop() -> Self {
        Self::new("desktop", CallerRole::Desktop)
    }

    /// Somebody who may touch every project with that role.
    pub fn new(name: impl Into<String>, role: CallerRole) -> Self {
        Self { name: name.into(), role, user: None, device: None, token: None, projects: None }
    }

    /// Whether what concerns a project is their business. What concerns no single one ([`ProjectId::ALL`]) is told only
    /// to those who may touch all.
    pub fn may_see(&self, project: ProjectId) -> bool {
        self.projects.as_ref().is_none_or(|own| own.contains(&project))
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

impl From<UserRole> for CallerRole {
    fn from(role: UserRole) -> Self {
        match role {
            UserRole::Viewer => CallerRole::Viewer,
            UserRole::Operator => CallerRole::Operator,
            UserRole::Admin => CallerRole::Admin,
        }
    }
}
