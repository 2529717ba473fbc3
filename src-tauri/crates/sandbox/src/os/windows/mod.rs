//! Windows: no walls, but fewer rights. What a session may do to files and the network is the person's own; what it may do
//! to the system is less.

mod launcher;

use super::{Probe, WallKind};
use crate::Wall;
use harness_domain::evidence::SandboxLevel;
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The word that makes this program the launcher of a session.
const WORD: &str = "fewer-rights";

/// This program, once it is known that it can be started as a launcher.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says that only the policy layer protects, and what else there is.
pub fn probe() -> Probe {
    let why = "there are no walls around files and the network on Windows: only the rules for commands and paths protect. A job \
               ends everything that a session started together with it, and keeps it from the clipboard, other windows and \
               logging off; it runs without administrator rights and privileges, also when this program has them. For whole \
               walls run the product inside WSL 2";
    Probe { level: SandboxLevel::PolicyOnly, kind: WallKind::None, missing: vec![why.into()] }
}

/// A token is nothing that stands in front of a command, so this program does, and starts it with another one.
pub(crate) fn wrap(_wall: &Wall, _real_home: Option<&Path>, _search_path: Option<&OsString>) -> Vec<OsString> {
    PROGRAM.get().map(|program| vec![program.into(), WORD.into()]).unwrap_or_default()
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

/// Makes this program the launcher of a session when its arguments ask for that, and then does not return; otherwise only
/// remembers that it can be started as one. Call it first in `main`: without it sessions keep every right.
pub fn stand_guard() {
    let mut words = std::env::args_os().skip(1);
    if words.next().as_deref() == Some(OsStr::new(WORD)) {
        std::process::exit(launcher::serve(&words.collect::<Vec<_>>()));
    }
    if let Ok(program) = std::env::current_exe() {
        // A second call remembers the same.
        let _ = PROGRAM.set(program);
    }
}
