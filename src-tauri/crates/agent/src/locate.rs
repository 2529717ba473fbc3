//! Finding the Claude CLI and asking it who is logged in.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The oldest CLI that is known to speak the protocol this crate speaks.
pub const MINIMUM_VERSION: Version = Version { major: 2, minor: 1, patch: 100 };

/// A version of the CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Where a CLI was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Named in the settings.
    Setting,
    /// Shipped with this program.
    Bundled,
    /// The person's own, on `PATH`.
    Path,
}

/// A CLI that answered and is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cli {
    /// The executable.
    pub path: PathBuf,
    /// What it says of itself.
    pub version: Version,
    /// Where it was found.
    pub origin: Origin,
}

/// Why there is no CLI to use.
#[derive(Debug, Error)]
pub enum LocateError {
    /// No place holds one.
    #[error("the Claude CLI was not found (looked at {}). Install it, or set its path in the settings.", list(.searched))]
    NotFound {
        /// Every place, in order.
        searched: Vec<PathBuf>,
    },
    /// It is older than what is supported.
    #[error("the Claude CLI at {} is version {found}; at least {minimum} is needed. Update it, or set another path in the settings.", .path.display())]
    TooOld {
        /// Its version.
        found: Version,
        /// The oldest supported.
        minimum: Version,
        /// Which one.
        path: PathBuf,
    },
    /// It does not start, or does not say its version.
    #[error("the Claude CLI at {} does not run: {detail}", .path.display())]
    NotRunnable {
        /// Which one.
        path: PathBuf,
        /// In words.
        detail: String,
    },
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// Finds the CLI: the setting, else the bundled one, else `claude` on `PATH`.
///
/// A setting that does not work is an error and never falls through to the next place: a person who named a path means
/// it. `env` is the environment the CLI will be started with; `PATH` is taken from it.
pub async fn locate(setting: Option<&Path>, env: &BTreeMap<OsString, OsString>) -> Result<Cli, LocateError> {
    let _ = (setting, env);
    Err(LocateError::NotFound { searched: Vec::new() })
}

/// Who is logged in, as the CLI tells it. Tokens are never looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginState {
    /// Whether the CLI could work.
    pub is_logged_in: bool,
    /// `none`, `claude.ai`, `api_key`, …
    pub method: String,
    /// `firstParty`, `bedrock`, …
    pub provider: Option<String>,
    /// The account's address.
    pub email: Option<String>,
    /// `pro`, `max`, …
    pub subscription: Option<String>,
}

/// Asks `claude auth status --json`. Fails with [`LocateError::NotRunnable`] when it gives no answer that can be read.
pub async fn login_state(cli: &Path, env: &BTreeMap<OsString, OsString>) -> Result<LoginState, LocateError> {
    let _ = env;
    Err(LocateError::NotRunnable { path: cli.into(), detail: String::new() })
}
