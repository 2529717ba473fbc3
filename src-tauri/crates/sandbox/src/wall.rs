//! What a walled-in process may see, told without naming an operating system.

#[cfg(target_os = "linux")]
use std::collections::BTreeSet;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// What a walled-in process may reach over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// A loopback of its own and nothing else.
    Isolated,
    /// The host's network.
    Host,
}

/// The walls around one child process and everything it starts.
///
/// The system is readable and not writable; the person's home is replaced by [`Wall::home`];
/// temporary files are private; only [`Wall::writable`] can be changed.
#[derive(Debug, Clone)]
pub struct Wall {
    /// The project's directory: where the process starts, and writable unless [`Wall::is_project_held`].
    pub project: PathBuf,
    /// Whether nothing of the project may be changed.
    pub is_project_held: bool,
    /// What the process sees as the person's home directory. Writable, kept between processes.
    pub home: PathBuf,
    /// Further directories that may be changed, at their own paths.
    pub writable: Vec<PathBuf>,
    /// Directories outside that may be changed elsewhere inside: (outside, inside).
    pub lent: Vec<(PathBuf, PathBuf)>,
    /// Further paths that may be read although the home hides them, at their own paths.
    pub readable: Vec<PathBuf>,
    /// Paths inside what may be changed that must not be changed all the same.
    pub protected: Vec<PathBuf>,
    /// Paths outside that are shown elsewhere inside, not to be changed: (outside, inside).
    pub shown: Vec<(PathBuf, PathBuf)>,
    /// Directories whose content must not be seen, such as the host's own data directory.
    pub hidden: Vec<PathBuf>,
    /// What it may reach.
    pub network: Network,
    /// The ports of this machine that may be reached all the same, where the walls cannot make a network of their own.
    pub ports: Vec<u16>,
}

/// Where developers' tools live inside a home directory; readable, never writable.
pub(crate) const TOOLCHAINS: [&str; 19] = [
    ".cargo/bin",
    ".rustup",
    ".nvm",
    ".fnm",
    ".volta",
    ".bun/bin",
    ".deno/bin",
    ".pyenv",
    ".local/bin",
    ".local/lib",
    ".local/share/mise",
    ".local/share/uv",
    ".local/share/pnpm",
    ".asdf",
    ".rbenv",
    ".sdkman/candidates",
    "go/bin",
    ".dotnet",
    ".gitconfig",
];

impl Wall {
    /// Where temporary files lie below [`Wall::home`], where the walls lay nothing over the system's.
    pub const TEMPORARY: &str = ".tmp";

    /// A wall around `project` with a private `home`, and no way to the network.
    pub fn around(project: impl Into<PathBuf>, home: impl Into<PathBuf>) -> Self {
        Self {
            project: project.into(),
            is_project_held: false,
            home: home.into(),
            writable: Vec::new(),
            lent: Vec::new(),
            readable: Vec::new(),
            protected: Vec::new(),
            shown: Vec::new(),
            hidden: Vec::new(),
            network: Network::Isolated,
            ports: Vec::new(),
        }
    }

    /// The words to put in front of a command line so that it runs inside this wall.
    ///
    /// `real_home` is the home directory to hide and `search_path` the `PATH` whose directories must stay
    /// readable. Empty when this machine has no wall to offer: [`probe`] says so, and the caller decides
    /// whether to go on without.
    pub fn wrap(&self, real_home: Option<&Path>, search_path: Option<&OsString>) -> Vec<OsString> {
        crate::os::wrap(self, real_home, search_path)
    }

    /// The directories between a writable one and what is protected in it, from the top.
    ///
    /// A protected place holds its own name, not those above it: without holding those too, a process could rename the
    /// directory above and put another in its place.
    #[cfg(target_os = "linux")]
    pub(crate) fn pinned(&self) -> Vec<PathBuf> {
        let roots: Vec<&Path> = self.writable.iter().chain([&self.project]).map(PathBuf::as_path).collect();
        let mut pinned = BTreeSet::new();
        for path in self.protected.iter().filter(|path| path.exists()) {
            let Some(root) = roots.iter().find(|root| path.starts_with(root)) else { continue };
            pinned.extend(path.ancestors().skip(1).take_while(|above| above != root).map(Path::to_owned));
        }
        // A path sorts before what lies below it, so nothing is laid over what came before. What is itself protected
        // must not become writable again.
        pinned.into_iter().filter(|path| !self.protected.iter().any(|held| path.starts_with(held))).collect()
    }

    /// Existing paths below `real_home` that tools need to run.
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    pub(crate) fn tools_in(real_home: &Path, search_path: Option<&OsString>) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = TOOLCHAINS.iter().map(|name| real_home.join(name)).collect();
        if let Some(search_path) = search_path {
            paths.extend(std::env::split_paths(search_path).filter(|dir| dir.starts_with(real_home)));
        }
        // The home itself on the PATH would undo the hiding.
        paths.retain(|path| path.exists() && path != real_home);
        paths.sort();
        paths.dedup();
        paths
    }
}

/// The words that put a shell of a session into a smaller wall within, where the CLI's keys and login are out of sight.
///
/// `masked` directories are empty inside but for the `shown` paths in them; the variables `unset` are gone, and the
/// memory and environment of what started the shell cannot be read. None where no wall can be put up inside another one.
pub fn inner_shell(masked: &[PathBuf], shown: &[PathBuf], unset: &[&str]) -> Option<Vec<OsString>> {
    crate::os::inner_shell(masked, shown, unset)
}
