//! What a check sees of the machine: its directory, its walls and a short list of variables.

use harness_domain::evidence::SandboxLevel;
use harness_sandbox::{Wall, probe};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Called with pieces of a check's output as they arrive, cut between characters.
///
/// It is called on the task that reads the output: a slow callback slows the check down, and one that
/// blocks stops it.
pub type OutputCallback = Arc<dyn Fn(&str) + Send + Sync>;

/// How long one check may take unless the project says otherwise.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// Variables a check may inherit: where toolchains are, and how text is written.
///
/// Everything else stays outside, since a developer's environment is full of keys and tokens.
const INHERITED: [&str; 31] = [
    "ASDF_DATA_DIR",
    "BUN_INSTALL",
    "CARGO_HOME",
    "DENO_INSTALL",
    "DOTNET_ROOT",
    "FNM_DIR",
    "GEM_HOME",
    "GEM_PATH",
    "GOFLAGS",
    "GOMODCACHE",
    "GOPATH",
    "GOROOT",
    "JAVA_HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "MAVEN_HOME",
    "MISE_DATA_DIR",
    "NIX_LD",
    "NIX_LD_LIBRARY_PATH",
    "NODE_PATH",
    "NVM_DIR",
    "PKG_CONFIG_PATH",
    "PNPM_HOME",
    "PYENV_ROOT",
    "RBENV_ROOT",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "TZ",
    "VOLTA_HOME",
];

/// Variables Windows programs do not start without.
const INHERITED_ON_WINDOWS: [&str; 9] =
    ["APPDATA", "COMSPEC", "LOCALAPPDATA", "PATHEXT", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE"];

/// What every check is told: nobody is watching, there is no network, and no colours.
const IMPOSED: [(&str, &str); 25] = [
    ("CI", "true"),
    ("NO_COLOR", "1"),
    ("TERM", "dumb"),
    ("DO_NOT_TRACK", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("npm_config_offline", "true"),
    ("npm_config_update_notifier", "false"),
    ("npm_config_fund", "false"),
    ("npm_config_audit", "false"),
    ("npm_config_yes", "false"),
    ("COREPACK_ENABLE_NETWORK", "0"),
    ("YARN_ENABLE_TELEMETRY", "0"),
    ("NEXT_TELEMETRY_DISABLED", "1"),
    ("ASTRO_TELEMETRY_DISABLED", "1"),
    ("CARGO_NET_OFFLINE", "true"),
    ("CARGO_TERM_COLOR", "never"),
    ("GOPROXY", "off"),
    ("GOTOOLCHAIN", "local"),
    ("PIP_NO_INDEX", "1"),
    ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
    ("UV_OFFLINE", "1"),
    // Compiled Python files would show up as changes of the project.
    ("PYTHONDONTWRITEBYTECODE", "1"),
    // Otherwise Python's errors overtake its output, and the tail tells the story backwards.
    ("PYTHONUNBUFFERED", "1"),
    ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
    ("DOTNET_NOLOGO", "1"),
];

/// Where and how checks are run.
#[derive(Clone)]
pub struct CheckEnvironment {
    /// The directory the command runs in: absolute, with symlinks resolved.
    pub dir: PathBuf,
    /// The walls around it. `None` runs without any, which the caller must have decided knowingly.
    pub wall: Option<Wall>,
    /// The person's home directory, hidden by the wall; also where the check believes its home to be.
    pub real_home: Option<PathBuf>,
    /// The `PATH`, inside and outside.
    pub path: OsString,
    /// Further variables, see [`allowed_variables`]. `PATH`, `HOME` and what checks are always told win over it.
    pub env: BTreeMap<OsString, OsString>,
    /// How long one check may take.
    pub timeout: Duration,
    /// Sees the output while it is written.
    pub on_output: Option<OutputCallback>,
}

impl fmt::Debug for CheckEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckEnvironment")
            .field("dir", &self.dir)
            .field("wall", &self.wall)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl CheckEnvironment {
    /// This machine's tools, a wall with `private_home` where the machine has one to offer, ten minutes a check.
    ///
    /// Where it has none, [`CheckEnvironment::wall`] is `None`: [`harness_sandbox::probe`] says why, and the
    /// evidence must say so.
    pub fn of_this_machine(dir: impl Into<PathBuf>, private_home: impl Into<PathBuf>) -> Self {
        let dir = dir.into();
        let wall = (probe().level != SandboxLevel::PolicyOnly).then(|| Wall::around(&dir, private_home));
        Self {
            dir,
            wall,
            real_home: std::env::home_dir().filter(|home| home.is_absolute()),
            path: std::env::var_os("PATH").unwrap_or_default(),
            env: allowed_variables(std::env::vars_os()),
            timeout: TIME_LIMIT,
            on_output: None,
        }
    }

    /// Every variable the check gets, and no other.
    pub(super) fn variables(&self) -> BTreeMap<OsString, OsString> {
        let mut all = self.env.clone();
        all.remove(OsStr::new("FORCE_COLOR"));
        all.entry("LANG".into()).or_insert_with(|| "C.UTF-8".into());
        for (name, value) in IMPOSED {
            all.insert(name.into(), value.into());
        }
        all.insert("PATH".into(), self.path.clone());
        // A wall that lays the private home in the place of the real one leaves its path the same.
        let home = match &self.wall {
            Some(wall) if !probe().kind.replaces_home() => &wall.home,
            _ => self.real_home.as_deref().unwrap_or(Path::new("/tmp")),
        };
        all.insert("HOME".into(), home.into());
        all
    }
}

/// Those of `variables` that a check may inherit.
pub fn allowed_variables(variables: impl IntoIterator<Item = (OsString, OsString)>) -> BTreeMap<OsString, OsString> {
    variables.into_iter().filter(|(name, _)| is_allowed(name)).collect()
}

fn is_allowed(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    // Windows does not tell upper from lower case in these names.
    INHERITED.contains(&name) || (cfg!(windows) && INHERITED_ON_WINDOWS.contains(&name.to_ascii_uppercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(env: &[(&str, &str)]) -> CheckEnvironment {
        CheckEnvironment {
            dir: "/project".into(),
            wall: None,
            real_home: Some("/home/person".into()),
            path: "/usr/bin".into(),
            env: env.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            timeout: TIME_LIMIT,
            on_output: None,
        }
    }

    #[test]
    fn keys_and_tokens_of_the_person_are_not_inherited() {
        let seen = allowed_variables(
            ["ANTHROPIC_API_KEY", "GITHUB_TOKEN", "SSH_AUTH_SOCK", "NODE_OPTIONS", "LD_PRELOAD", "LANG"]
                .map(|name| (name.into(), "x".into())),
        );
        assert_eq!(seen.keys().collect::<Vec<_>>(), ["LANG"], "only named variables pass");
    }

    #[test]
    fn what_a_check_is_always_told_wins_over_what_was_configured() {
        let seen = environment(&[("CI", "false"), ("HOME", "/elsewhere"), ("FORCE_COLOR", "1"), ("EXTRA", "kept")])
            .variables();
        let value = |name: &str| seen.get(OsStr::new(name)).and_then(|value| value.to_str());
        assert_eq!(value("CI"), Some("true"), "watch modes key on it");
        assert_eq!(value("HOME"), Some("/home/person"), "the home the wall replaces");
        assert_eq!(value("FORCE_COLOR"), None, "colours would end up in the evidence");
        assert_eq!(value("EXTRA"), Some("kept"), "a configured variable arrives");
        assert_eq!(value("LANG"), Some("C.UTF-8"), "without a language, tools fall back to ASCII");
    }
}
