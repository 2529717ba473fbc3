//! Landlock: the child gives up its rights over files, ports and other processes, where namespaces are forbidden.
//!
//! A right that is granted to a directory holds for everything below it, and nothing below can be taken out again. So
//! what is hidden is hidden by granting its neighbours one by one; and what is protected inside the project is *not*
//! held, since an agent has to be able to make files beside it: [`WallKind::holds_places`](crate::WallKind) says so, and
//! the host has to look after those places itself.

use super::{
    bubblewrap::{PRIVATE, RESOLVER_STATE},
    guard::{OLDEST, Orders, PORTS, SIGNALS, WORD},
};
use crate::{Network, Wall};
use landlock::ABI;
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
};

/// Other people's homes, and devices: never granted as a whole.
const NEVER: [&str; 3] = ["/home", "/root", "/dev"];
/// The devices that everyday programs write to.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Which Landlock there is; the default is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Version(i32);

impl Version {
    fn abi(self) -> ABI {
        ABI::from(self.0)
    }

    pub fn judges_ports(self) -> bool {
        self.abi() >= PORTS
    }
}

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Remembers that this program can be started as a guard.
pub(super) fn remember_program() {
    if let Ok(program) = std::env::current_exe() {
        let _ = PROGRAM.set(program);
    }
}

/// Starts a guard that puts up a whole wall around itself; fails with why there are no walls of this kind.
pub(super) fn look() -> Result<Version, String> {
    let program = PROGRAM.get().ok_or("this program cannot put up walls by Landlock")?;
    let orders = Orders { read: vec!["/usr".into()], ..Orders::default() };
    #[expect(clippy::disallowed_methods, reason = "the probe owns this child: it is short-lived and waited for here")]
    let output = std::process::Command::new(program).arg(WORD).args(orders.words()).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("the guard of Landlock's walls could not be started: {error}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().parse().ok().map(Version);
    version.filter(|version| output.status.success() && version.abi() >= OLDEST).ok_or_else(|| {
        format!(
            "walls by Landlock cannot be put up either (they take Linux 6.2 or later with Landlock switched on): {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )
    })
}

/// What a wall of this kind does not hold, in words for a person.
pub(super) fn gaps(version: Version) -> Vec<String> {
    let mut gaps = vec![
        "walls by Landlock stand instead, which hold less: what git, the Claude CLI and editors obey later inside the \
         project (.git/hooks, .git/config, .claude, .mcp.json and the like) can be changed by programs that agents \
         start; it is looked at twice a second, put back, and the run is ended"
            .to_owned(),
        "the names and arguments of all programs on this machine are in sight of agents".into(),
        "programs of agents have no sockets with a file, no pseudo-terminals and no shared memory in /dev/shm".into(),
    ];
    gaps.push(if version.judges_ports() {
        "connections are judged by their port only: the proxy's is reached on every host; servers that agents start \
         are reached from within on ports named with --allow-port alone, and those that checks start not at all"
            .into()
    } else {
        "sessions reach every host of the network (Linux 6.7 and later can hold that)".to_owned()
    });
    if version.abi() < SIGNALS {
        gaps.push("agents can end other programs of yours (Linux 6.12 and later can hold that)".into());
    }
    gaps
}

pub(super) fn wrap(wall: &Wall, real_home: Option<&Path>, search_path: Option<&OsString>) -> Vec<OsString> {
    let Some(program) = PROGRAM.get() else { return Vec::new() };
    let mut read = carved(Path::new("/"), &out_of_sight(wall, real_home));
    read.extend(RESOLVER_STATE.map(PathBuf::from));
    read.extend(real_home.into_iter().flat_map(|home| Wall::tools_in(home, search_path)));
    read.extend(wall.readable.iter().chain(wall.shown.iter().map(|(outside, _)| outside)).cloned());
    read.push(program.clone());
    let mut write = vec![wall.home.clone()];
    if wall.is_project_held { &mut read } else { &mut write }.push(wall.project.clone());
    write.extend(wall.writable.iter().chain(wall.lent.iter().map(|(outside, _)| outside)).cloned());
    let temporary = wall.home.join(Wall::TEMPORARY);
    // Without it programs have no place for temporary files, which they say themselves.
    let _ = fs::create_dir_all(&temporary);
    let set = ["TMPDIR", "TMP", "TEMP"].map(|name| (name.to_owned(), temporary.clone())).to_vec();
    let is_judged = wall.network == Network::Isolated && super::judges_ports();
    let orders = Orders {
        read,
        write,
        devices: DEVICES.map(PathBuf::from).to_vec(),
        connect: is_judged.then(|| wall.ports.clone()),
        set,
        dir: Some(wall.project.clone()),
        ..Orders::default()
    };
    words(program, &orders)
}

/// As [`crate::inner_shell`]: a wall within the wall, so that the kernel refuses what is inside the memory and the
/// environment of what started it.
pub(super) fn inner_shell(masked: &[PathBuf], shown: &[PathBuf], unset: &[&str]) -> Option<Vec<OsString>> {
    let real = masked.iter().map(|path| path.canonicalize().unwrap_or_else(|_| path.clone())).collect::<Vec<_>>();
    let orders = Orders {
        read: shown.to_vec(),
        write: carved(Path::new("/"), &real),
        is_inner: true,
        unset: unset.iter().map(OsString::from).collect(),
        ..Orders::default()
    };
    Some(words(PROGRAM.get()?, &orders))
}

fn words(program: &Path, orders: &Orders) -> Vec<OsString> {
    [program.into(), WORD.into()].into_iter().chain(orders.words()).collect()
}

/// What nobody inside may see unless it is granted by its own name.
fn out_of_sight(wall: &Wall, real_home: Option<&Path>) -> Vec<PathBuf> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let fixed = PRIVATE.iter().chain(&NEVER).map(Path::new);
    fixed.chain(real_home).chain(wall.hidden.iter().map(PathBuf::as_path)).map(real).collect()
}

/// The fewest paths that hold everything below `place` but what is `excluded`. Links are left out: what they lead to is
/// there by its own name, or is not to be.
fn carved(place: &Path, excluded: &[PathBuf]) -> Vec<PathBuf> {
    if excluded.iter().any(|path| place.starts_with(path)) {
        return Vec::new();
    }
    if !excluded.iter().any(|path| path.starts_with(place)) {
        return vec![place.to_owned()];
    }
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let real = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
    real.flat_map(|entry| carved(&entry.path(), excluded)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_what_is_excluded_is_granted_and_no_link_leads_back_to_it() {
        let root = tempfile::tempdir().expect("a directory");
        let at = |name: &str| root.path().join(name);
        for dir in ["home/me/.ssh", "home/me/app", "home/you", "usr/bin"] {
            fs::create_dir_all(at(dir)).expect("a directory");
        }
        std::os::unix::fs::symlink(at("home/me/.ssh"), at("usr-keys")).expect("a link");
        let mut granted = carved(root.path(), &[at("home/me")]);
        granted.sort();
        assert_eq!(granted, [at("home/you"), at("usr")], "neither the home nor what leads into it");
        assert_eq!(carved(root.path(), &[at("elsewhere/x")]).len(), 2, "what does not exist hides nothing");
        assert!(carved(&at("home/me/app"), &[at("home/me")]).is_empty(), "below what is excluded there is nothing");
    }

    #[test]
    fn what_an_older_kernel_cannot_hold_is_said() {
        let newest = gaps(Version(7)).join("\n");
        assert!(newest.contains(".git/hooks") && newest.contains("every host"), "the gaps of every version: {newest}");
        let oldest = gaps(Version(3)).join("\n");
        assert!(oldest.contains("end other programs") && oldest.contains("6.7"), "and those of an old one: {oldest}");
    }
}
