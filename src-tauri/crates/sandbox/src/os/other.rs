//! Operating systems whose walls are not built in: said plainly, never hidden.

use super::{Probe, WallKind};
use crate::Wall;
use harness_domain::evidence::SandboxLevel;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Says that only the policy layer protects, and what else there is.
pub fn probe() -> Probe {
    let why = "this operating system's walls are not supported: only the rules for commands and paths protect";
    Probe { level: SandboxLevel::PolicyOnly, kind: WallKind::None, missing: vec![why.into()] }
}

pub(crate) fn wrap(_wall: &Wall, _real_home: Option<&Path>, _search_path: Option<&OsString>) -> Vec<OsString> {
    Vec::new()
}

pub(crate) fn inner_shell(_masked: &[PathBuf], _shown: &[PathBuf], _unset: &[&str]) -> Option<Vec<OsString>> {
    None
}

/// There is no wall that a forwarder could serve in.
pub fn forwarder() -> Option<PathBuf> {
    None
}

/// There are no walls that could.
pub fn judges_ports() -> bool {
    false
}

/// There is nothing to guard.
pub fn stand_guard() {}
