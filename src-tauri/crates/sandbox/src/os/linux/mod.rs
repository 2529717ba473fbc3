//! Linux: namespaces by bubblewrap, or Landlock where those are forbidden.

mod bubblewrap;
mod filter;
mod guard;
mod landlock;

use super::{Probe, WallKind, chosen};
use crate::Wall;
use harness_domain::evidence::SandboxLevel;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// What was seen to work here.
struct Seen {
    probe: Probe,
    /// Whether a smaller wall can be put up inside a wall.
    is_nestable: bool,
    /// Which Landlock there is.
    landlock: landlock::Version,
}

/// Puts up small walls of each kind, the strongest first, and remembers which held.
pub fn probe() -> Probe {
    seen().probe.clone()
}

fn seen() -> &'static Seen {
    static SEEN: OnceLock<Seen> = OnceLock::new();
    SEEN.get_or_init(look)
}

fn look() -> Seen {
    let mut missing = Vec::new();
    let is_wanted = |kind: WallKind| chosen().is_none_or(|chosen| chosen == kind);
    let nothing = landlock::Version::default();
    if is_wanted(WallKind::Bubblewrap) {
        match bubblewrap::look() {
            Ok(bubblewrap::Seen { missing, is_nestable }) => {
                let level = if missing.is_empty() { SandboxLevel::Full } else { SandboxLevel::Partial };
                return Seen {
                    probe: Probe { level, kind: WallKind::Bubblewrap, missing },
                    is_nestable,
                    landlock: nothing,
                };
            }
            Err(why) => missing.push(why),
        }
    }
    if is_wanted(WallKind::Landlock) {
        match landlock::look() {
            Ok(version) => {
                missing.extend(landlock::gaps(version));
                let probe = Probe { level: SandboxLevel::Partial, kind: WallKind::Landlock, missing };
                return Seen { probe, is_nestable: true, landlock: version };
            }
            Err(why) => missing.push(why),
        }
    }
    if let Some(kind) = chosen() {
        missing.push(format!("the walls were chosen to be `{kind}` (--wall)"));
    }
    missing.push("only the rules for commands and paths protect".into());
    Seen {
        probe: Probe { level: SandboxLevel::PolicyOnly, kind: WallKind::None, missing },
        is_nestable: false,
        landlock: nothing,
    }
}

/// The program that gives sockets their ports inside a wall with a network of its own.
pub fn forwarder() -> Option<PathBuf> {
    bubblewrap::forwarder().filter(|_| probe().kind == WallKind::Bubblewrap)
}

/// Whether the walls can keep connections to named ports while the network stays the machine's.
pub fn judges_ports() -> bool {
    seen().landlock.judges_ports()
}

/// Makes this program the guard of a wall when its arguments ask for that, and then does not return; otherwise only
/// remembers that it can be started as one. Call it first in `main`: without it there are no walls by Landlock.
pub fn stand_guard() {
    guard::serve();
    landlock::remember_program();
}

pub(crate) fn wrap(wall: &Wall, real_home: Option<&Path>, search_path: Option<&OsString>) -> Vec<OsString> {
    match probe().kind {
        WallKind::Bubblewrap => bubblewrap::wrap(wall, real_home, search_path),
        WallKind::Landlock => landlock::wrap(wall, real_home, search_path),
        WallKind::Seatbelt | WallKind::None => Vec::new(),
    }
}

pub(crate) fn inner_shell(masked: &[PathBuf], shown: &[PathBuf], unset: &[&str]) -> Option<Vec<OsString>> {
    match probe().kind {
        WallKind::Bubblewrap if seen().is_nestable => bubblewrap::inner_shell(masked, shown, unset),
        WallKind::Landlock => landlock::inner_shell(masked, shown, unset),
        _ => None,
    }
}
