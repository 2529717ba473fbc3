//! Finding the Claude CLI.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use thiserror::Error;

/// How the packages name the CLI they ship, so that it never stands in for the person's own `claude`.
const BUNDLED_NAME: &str = "auto-agent-harness-claude";

/// How long the CLI may take for a short answer. It takes 0.1 s; a cold disk and a virus scanner take their time.
const PATIENCE: Duration = Duration::from_secs(20);

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
    #[error("the Claude CLI at {} does not run: {detail}. Install it again, or set another path in the settings.", .path.display())]
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

/// Finds the CLI: the setting, else the bundled one, else `claude` on `PATH`. The first place that holds one decides.
///
/// A setting that does not work is an error and never falls through to the next place: a person who named a path means
/// it. `env` is the environment the CLI will be started with; `PATH` is taken from it. Takes about 0.1 s.
pub async fn locate(setting: Option<&Path>, env: &BTreeMap<OsString, OsString>) -> Result<Cli, LocateError> {
    locate_from(setting, std::env::current_exe().ok().as_deref(), env).await
}

async fn locate_from(
    setting: Option<&Path>,
    program: Option<&Path>,
    env: &BTreeMap<OsString, OsString>,
) -> Result<Cli, LocateError> {
    let places: Vec<(PathBuf, Origin)> = match setting {
        Some(setting) => vec![(setting.to_owned(), Origin::Setting)],
        None => {
            let bundled = program.map(bundled_places).unwrap_or_default().into_iter().map(|p| (p, Origin::Bundled));
            bundled.chain(path_places(env).into_iter().map(|p| (p, Origin::Path))).collect()
        }
    };
    match places.iter().find(|(path, origin)| is_there(path, *origin)) {
        Some((path, origin)) => checked(path, *origin, env).await,
        None => Err(LocateError::NotFound { searched: places.into_iter().map(|(path, _)| path).collect() }),
    }
}

/// Next to this program, as the packages install it; then where the build puts it, seen from the build's output.
fn bundled_places(program: &Path) -> Vec<PathBuf> {
    let suffix = std::env::consts::EXE_SUFFIX;
    let installed = program.parent().map(|dir| dir.join(format!("{BUNDLED_NAME}{suffix}")));
    let built = format!("src-tauri/binaries/{BUNDLED_NAME}-{}{suffix}", target_triple());
    installed.into_iter().chain(program.ancestors().skip(1).map(|dir| dir.join(&built))).collect()
}

/// `PATH`, its relative entries left out: they would be looked up inside the project.
fn path_places(env: &BTreeMap<OsString, OsString>) -> Vec<PathBuf> {
    let name = format!("claude{}", std::env::consts::EXE_SUFFIX);
    let path = env.iter().find(|(name, _)| name.eq_ignore_ascii_case("PATH")).map(|(_, value)| value);
    let dirs = path.into_iter().flat_map(std::env::split_paths);
    dirs.filter(|dir| dir.is_absolute()).map(|dir| dir.join(&name)).collect()
}

/// A file that a person named counts in whatever state it is; elsewhere a file that cannot be executed is no program.
fn is_there(path: &Path, origin: Origin) -> bool {
    match path.metadata() {
        Ok(_) if origin == Origin::Setting => true,
        Ok(metadata) => metadata.is_file() && is_executable(&metadata),
        Err(_) => false,
    }
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}

async fn checked(path: &Path, origin: Origin, env: &BTreeMap<OsString, OsString>) -> Result<Cli, LocateError> {
    let answer = ask(path, &["--version"], env).await?;
    let Some(version) = Version::parse(&answer.stdout) else {
        let said: String = answer.stdout.chars().take(200).collect();
        let detail = format!("asked for its version it {} and said {said:?}", answer.how);
        return Err(LocateError::NotRunnable { path: path.to_owned(), detail });
    };
    if version < MINIMUM_VERSION {
        return Err(LocateError::TooOld { found: version, minimum: MINIMUM_VERSION, path: path.to_owned() });
    }
    Ok(Cli { path: path.to_owned(), version, origin })
}

impl Version {
    /// Reads `2.1.197 (Claude Code)`; what follows the numbers does not matter.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split_whitespace().next()?.splitn(3, '.').map(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).map_or(part, |end| &part[..end]);
            digits.parse::<u32>().ok()
        });
        Some(Self { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? })
    }
}

/// As the build names the platform, so that a copied binary of another one is never taken.
fn target_triple() -> String {
    let system = match (std::env::consts::OS, cfg!(target_env = "musl")) {
        ("linux", true) => "unknown-linux-musl",
        ("linux", false) => "unknown-linux-gnu",
        ("macos", _) => "apple-darwin",
        ("windows", _) => "pc-windows-msvc",
        (other, _) => other,
    };
    format!("{}-{system}", std::env::consts::ARCH)
}

pub(crate) struct Answer {
    pub(crate) stdout: String,
    pub(crate) how: String,
}

/// Runs the CLI for a short answer.
pub(crate) async fn ask(
    cli: &Path,
    arguments: &[&str],
    env: &BTreeMap<OsString, OsString>,
) -> Result<Answer, LocateError> {
    let broken = |detail: String| LocateError::NotRunnable { path: cli.to_owned(), detail };
    #[expect(clippy::disallowed_methods, reason = "this module is the owner of the CLI's short-lived processes")]
    let mut command = tokio::process::Command::new(cli);
    command.args(arguments).env_clear().envs(env).stdin(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(broken(error.to_string())),
        Err(_) => return Err(broken(format!("no answer within {} s", PATIENCE.as_secs()))),
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last_words = stderr.trim().chars().take(300).collect::<String>();
    let how = match (output.status.code(), last_words.is_empty()) {
        (Some(code), true) => format!("exited with code {code}"),
        (Some(code), false) => format!("exited with code {code} ({last_words})"),
        (None, _) => "was killed".to_owned(),
    };
    Ok(Answer { stdout: String::from_utf8_lossy(&output.stdout).into_owned(), how })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_the_cli_prints() {
        let version = |major, minor, patch| Some(Version { major, minor, patch });
        assert_eq!(Version::parse("2.1.197 (Claude Code)\n"), version(2, 1, 197), "as printed today");
        assert_eq!(Version::parse("3.0.0-beta.2"), version(3, 0, 0), "a pre-release counts as its release");
        for nonsense in ["", "claude", "2.1", "two.one.three", "-1.2.3"] {
            assert_eq!(Version::parse(nonsense), None, "{nonsense:?} is no version");
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(Version::parse("2.1.99").unwrap() < MINIMUM_VERSION, "99 comes before 100");
        assert!(Version::parse("2.2.0").unwrap() > MINIMUM_VERSION, "the second number weighs more than the third");
    }

    #[test]
    fn the_bundled_one_is_looked_for_beside_the_program_and_in_the_build() {
        let places = bundled_places(Path::new("/opt/app/target/debug/harness"));
        let suffix = std::env::consts::EXE_SUFFIX;
        assert_eq!(places[0], Path::new(&format!("/opt/app/target/debug/{BUNDLED_NAME}{suffix}")), "installed");
        let built = format!("/opt/app/src-tauri/binaries/{BUNDLED_NAME}-{}{suffix}", target_triple());
        assert!(places.contains(&PathBuf::from(built)), "a build that was never installed: {places:?}");
    }

    #[test]
    fn a_relative_entry_of_path_is_not_searched() {
        let env = BTreeMap::from([("PATH".into(), std::env::join_paths([".", "bin", "/usr/bin"]).unwrap())]);
        assert_eq!(path_places(&env).len(), 1, "`.` would be the project, which the agent writes");
    }
}
