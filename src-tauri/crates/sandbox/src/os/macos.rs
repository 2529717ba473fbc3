//! macOS: a Seatbelt profile, held by the kernel for the process and everything it starts.

use super::{Probe, WallKind, chosen, seatbelt};
use crate::Wall;
use harness_domain::evidence::SandboxLevel;
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
};

const PROGRAM: &str = "/usr/bin/sandbox-exec";

/// Starts a process in a small profile, once, and remembers whether it held.
pub fn probe() -> Probe {
    static SEEN: OnceLock<Probe> = OnceLock::new();
    SEEN.get_or_init(look).clone()
}

fn look() -> Probe {
    let none = |why: String| Probe { level: SandboxLevel::PolicyOnly, kind: WallKind::None, missing: vec![why] };
    if chosen().is_some_and(|kind| kind != WallKind::Seatbelt) {
        return none("the walls were chosen to be of a kind that macOS does not have (--wall)".into());
    }
    let profile = "(version 1)(allow default)(deny file-read* (literal \"/etc/hosts\"))";
    let tried = |program: &str, argument: &str| {
        #[expect(
            clippy::disallowed_methods,
            reason = "the probe owns this child: it is short-lived and waited for here"
        )]
        let mut command = std::process::Command::new(PROGRAM);
        command.args(["-p", profile, program, argument]).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    // One that starts and is not held would be no wall.
    if !tried("/bin/cat", "/etc/shells") || tried("/bin/cat", "/etc/hosts") {
        return none(format!("{PROGRAM} puts up no walls here, so only the rules for commands and paths protect"));
    }
    Probe {
        level: SandboxLevel::Partial,
        kind: WallKind::Seatbelt,
        missing: vec![
            "macOS lets no wall be put up inside another one: commands that agents run are kept from the Claude CLI's \
             memory, and not from its directory with the login"
                .into(),
            "the names of all programs on this machine are in sight of agents".into(),
            "servers that agents start are reached from within on ports named with --allow-port alone, and those that \
             checks start not at all"
                .into(),
        ],
    }
}

/// Whether the walls can keep connections to named ports while the network stays the machine's.
pub fn judges_ports() -> bool {
    probe().kind == WallKind::Seatbelt
}

/// There is no network of the child's own that a forwarder could serve in.
pub fn forwarder() -> Option<PathBuf> {
    None
}

/// The kernel needs no guard here.
pub fn stand_guard() {}

pub(crate) fn wrap(wall: &Wall, real_home: Option<&Path>, search_path: Option<&OsString>) -> Vec<OsString> {
    if probe().kind != WallKind::Seatbelt {
        return Vec::new();
    }
    // Without it programs have no place for temporary files, which they say themselves.
    let _ = fs::create_dir_all(wall.home.join(Wall::TEMPORARY));
    let wall = resolved(wall);
    let real_home = real_home.map(real);
    let tools = real_home.as_deref().map(|home| Wall::tools_in(home, search_path)).unwrap_or_default();
    let tools: Vec<PathBuf> = tools.iter().map(|path| real(path)).collect();
    seatbelt::words(seatbelt::profile(&wall, real_home.as_deref(), &tools), &wall)
}

/// No profile can be put up inside another one.
pub(crate) fn inner_shell(_masked: &[PathBuf], _shown: &[PathBuf], _unset: &[&str]) -> Option<Vec<OsString>> {
    None
}

/// The same wall with every link resolved, as the kernel sees paths. What is missing keeps its name below what exists.
fn resolved(wall: &Wall) -> Wall {
    let all = |paths: &[PathBuf]| paths.iter().map(|path| real(path)).collect::<Vec<_>>();
    let pairs = |pairs: &[(PathBuf, PathBuf)]| {
        pairs.iter().map(|(outside, inside)| (real(outside), inside.clone())).collect::<Vec<_>>()
    };
    Wall {
        project: real(&wall.project),
        is_project_held: wall.is_project_held,
        home: real(&wall.home),
        writable: all(&wall.writable),
        lent: pairs(&wall.lent),
        readable: all(&wall.readable),
        protected: all(&wall.protected),
        shown: pairs(&wall.shown),
        hidden: all(&wall.hidden),
        network: wall.network,
        ports: wall.ports.clone(),
    }
}

fn real(path: &Path) -> PathBuf {
    let existing = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let Some((above, real)) = existing else { return path.to_owned() };
    // Joined with nothing, a path would end in a slash.
    match path.strip_prefix(above) {
        Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
        _ => real,
    }
}
