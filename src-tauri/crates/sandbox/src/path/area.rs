//! Which parts of the file system a session has, and where the host finds them.

use std::path::{Path, PathBuf};

/// What may be done below a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing: it is not the session's.
    None,
    /// Nothing, and it is said whose it is.
    Hidden,
    /// It may be read.
    Read,
    /// It may be read even where nothing else may.
    Own,
    /// It may be read and written.
    Write,
}

/// Where the host finds what the session sees.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Lies {
    Here,
    At(PathBuf),
    OutOfSight,
}

#[derive(Debug, Clone)]
struct Area {
    at: PathBuf,
    access: Access,
    lies: Lies,
}

/// What the system itself holds: programs, libraries and their settings.
#[cfg(target_os = "linux")]
const SYSTEM: [&str; 22] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc",
    "/opt",
    "/nix/store",
    "/gnu/store",
    "/run/current-system",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager/resolv.conf",
    "/snap",
    "/var/lib/dpkg",
    "/var/lib/apt",
    "/var/lib/snapd/snap",
    "/var/lib/flatpak",
    "/home/linuxbrew/.linuxbrew",
    "/mnt/wslg",
];
#[cfg(target_os = "macos")]
const SYSTEM: [&str; 12] = [
    "/usr",
    "/bin",
    "/sbin",
    "/opt",
    "/etc",
    "/private/etc",
    "/System",
    "/Library/Developer",
    "/Library/Frameworks",
    "/Library/Java",
    "/Applications/Xcode.app",
    "/nix/store",
];
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const SYSTEM: [&str; 4] = [r"C:\Windows\System32", r"C:\Program Files", r"C:\Program Files (x86)", r"C:\tools"];

/// The parts, the innermost of which decides.
#[derive(Debug, Clone)]
pub(crate) struct Areas {
    root: PathBuf,
    /// The deepest first.
    areas: Vec<Area>,
}

impl Areas {
    /// The project, the system, and the tools in the home directory.
    pub fn around(root: PathBuf, home: Option<&Path>) -> Self {
        let mut areas = Self { root: root.clone(), areas: Vec::new() };
        for path in SYSTEM {
            areas.add(path.into(), Access::Read);
        }
        if let Some(home) = home.filter(|home| home.parent().is_some()) {
            for tool in crate::wall::TOOLCHAINS {
                areas.add(home.join(tool), Access::Read);
            }
        }
        areas.add(root, Access::Write);
        areas
    }

    /// Adds a part at its own path. What is not absolute is no part of anything and left out.
    pub fn add(&mut self, at: PathBuf, access: Access) {
        // A grant over a link is also one for where it leads, since that is what paths are resolved to.
        if let Ok(real) = at.canonicalize() {
            self.insert(Area { at: real, access, lies: Lies::Here });
        }
        self.insert(Area { at, access, lies: Lies::Here });
    }

    /// Adds a part that the session sees at `seen`, and the host at `lies_at` or not at all.
    pub fn add_private(&mut self, seen: PathBuf, lies_at: Option<PathBuf>) {
        let lies = lies_at.map_or(Lies::OutOfSight, Lies::At);
        let real = seen.canonicalize().unwrap_or_else(|_| seen.clone());
        // What lies around the project is the person's also where the session would see something of its own instead.
        let between =
            self.root.strip_prefix(&real).ok().and_then(|rest| rest.components().next()).map(|first| real.join(first));
        if let Some(at) = between.filter(|between| *between != self.root) {
            self.insert(Area { at, access: Access::None, lies: Lies::Here });
        }
        self.insert(Area { at: real, access: Access::Write, lies: lies.clone() });
        self.insert(Area { at: seen, access: Access::Write, lies });
    }

    fn insert(&mut self, area: Area) {
        // The file system's root as a part would be every path there is.
        if !area.at.is_absolute() || area.at.parent().is_none() {
            return;
        }
        let depth = |area: &Area| area.at.components().count();
        self.areas.retain(|known| known.at != area.at);
        let place = self.areas.partition_point(|known| depth(known) >= depth(&area));
        self.areas.insert(place, area);
    }

    /// The project's directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What may be done with a resolved path.
    pub fn access(&self, real: &Path) -> Access {
        self.innermost(real).map_or(Access::None, |area| area.access)
    }

    /// Where the host finds a path of the session; none where it cannot look.
    pub fn on_host(&self, seen: &Path) -> Option<PathBuf> {
        match self.innermost(seen) {
            Some(Area { at, lies: Lies::At(place), .. }) => {
                Some(seen.strip_prefix(at).map_or_else(|_| place.clone(), |rest| place.join(rest)))
            }
            Some(Area { lies: Lies::OutOfSight, .. }) => None,
            _ => Some(seen.to_owned()),
        }
    }

    /// Whether some part that may be read lies below `real`, so that its name is no secret.
    pub fn is_above_something(&self, real: &Path) -> bool {
        let is_readable = |area: &Area| matches!(area.access, Access::Read | Access::Write);
        self.areas.iter().any(|area| is_readable(area) && area.at != real && area.at.starts_with(real))
    }

    fn innermost(&self, real: &Path) -> Option<&Area> {
        self.areas.iter().find(|area| match area.access {
            Access::Hidden => is_below_in_any_case(real, &area.at),
            _ => real.starts_with(&area.at),
        })
    }
}

/// Whether `path` is `above` or below it, on a file system that does not tell upper from lower case.
pub(crate) fn is_below_in_any_case(path: &Path, above: &Path) -> bool {
    let mut parts = path.components();
    above.components().all(|wanted| {
        parts.next().is_some_and(|found| {
            found == wanted
                || match (found.as_os_str().to_str(), wanted.as_os_str().to_str()) {
                    (Some(found), Some(wanted)) => super::name::folded(found) == super::name::folded(wanted),
                    _ => false,
                }
        })
    })
}
