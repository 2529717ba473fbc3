//! What a walled-in process may see, told without naming an operating system.

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
    /// The project's directory: writable, and where the process starts.
    pub project: PathBuf,
    /// What the process sees as the person's home directory. Writable, kept between processes.
    pub home: PathBuf,
    /// Further directories that may be changed, at their own paths.
    pub writable: Vec<PathBuf>,
    /// Further paths that may be read although the home hides them, at their own paths.
    pub readable: Vec<PathBuf>,
    /// Paths inside what may be changed that must not be changed all the same.
    pub protected: Vec<PathBuf>,
    /// Directories whose content must not be seen, such as the host's own data directory.
    pub hidden: Vec<PathBuf>,
    /// What it may reach.
    pub network: Network,
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
    /// A wall around `project` with a private `home`, and no way to the network.
    pub fn around(project: impl Into<PathBuf>, home: impl Into<PathBuf>) -> Self {
        Self {
            project: project.into(),
            home: home.into(),
            writable: Vec::new(),
            readable: Vec::new(),
            protected: Vec::new(),
            hidden: Vec::new(),
            network: Network::Isolated,
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

    /// Existing paths below `real_home` that tools need to run.
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
