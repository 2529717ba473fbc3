//! Asking the Claude CLI who is logged in.

use crate::locate::{LocateError, ask};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Where the CLI keeps its settings and its login when not in the home directory.
const CONFIG_DIR: &str = "CLAUDE_CONFIG_DIR";
/// What it remembers of itself, beside its settings or in the home directory.
const MEMORY: &str = ".claude.json";

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
    /// Where an API key comes from, such as `ANTHROPIC_API_KEY`; it would be used before any subscription.
    pub api_key_source: Option<String>,
}

/// Asks `claude auth status --json`, and leaves no trace where the CLI has none: a person who only looks gets no files of
/// another program.
///
/// Fails with [`LocateError::NotRunnable`] when it gives no answer that can be read.
pub async fn login_state(cli: &Path, env: &BTreeMap<OsString, OsString>) -> Result<LoginState, LocateError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Status {
        logged_in: bool,
        auth_method: Option<String>,
        api_provider: Option<String>,
        email: Option<String>,
        subscription_type: Option<String>,
        api_key_source: Option<String>,
    }
    let mut env = env.clone();
    // Asked for the first time, the CLI sets itself up for its person. Who never used it gets that in a place that goes.
    let stand_in = if was_used(&env) { None } else { stand_in(cli)?.into() };
    if let Some(place) = &stand_in {
        env.insert(CONFIG_DIR.into(), place.path().into());
    }
    // It exits with 1 when nobody is logged in; the answer says the same in words for programs.
    let answer = ask(cli, &["auth", "status", "--json"], &env).await?;
    let status: Status = serde_json::from_str(&answer.stdout).map_err(|error| LocateError::NotRunnable {
        path: cli.to_owned(),
        detail: format!("asked who is logged in it {} without a readable answer: {error}", answer.how),
    })?;
    Ok(LoginState {
        is_logged_in: status.logged_in,
        method: status.auth_method.unwrap_or_else(|| "unknown".to_owned()),
        provider: status.api_provider,
        email: status.email,
        subscription: status.subscription_type,
        api_key_source: status.api_key_source,
    })
}

/// Whether the CLI that gets this environment has been there before.
fn was_used(env: &BTreeMap<OsString, OsString>) -> bool {
    let place = |name: &str| env.get(OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = place(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    let (settings, memory) = match (place(CONFIG_DIR), home) {
        (Some(config), _) => (config.clone(), config.join(MEMORY)),
        (None, Some(home)) => (home.join(".claude"), home.join(MEMORY)),
        // It asks the system then, and so nothing is known of where it looks.
        (None, None) => return true,
    };
    let has_settings = std::fs::read_dir(settings).is_ok_and(|mut entries| entries.next().is_some());
    has_settings || memory.exists()
}

fn stand_in(cli: &Path) -> Result<TempDir, LocateError> {
    let mut directory = tempfile::Builder::new();
    #[cfg(unix)]
    directory.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    directory.prefix("harness-login-").tempdir().map_err(|error| LocateError::NotRunnable {
        path: cli.to_owned(),
        detail: format!("it needs a place for its settings, and the temporary directory has none: {error}"),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_cli_was_used_where_its_settings_or_its_memory_are() {
        let place = tempfile::tempdir().unwrap();
        let home = place.path();
        let at = |name: &str, path: &Path| BTreeMap::from([(OsString::from(name), path.into())]);
        assert!(!was_used(&at("HOME", home)), "an empty home");
        std::fs::create_dir(home.join(".claude")).unwrap();
        assert!(!was_used(&at("HOME", home)), "an empty directory holds no login");
        std::fs::write(home.join(MEMORY), "{}").unwrap();
        assert!(was_used(&at("HOME", home)), "its memory names the account");
        assert!(!was_used(&at(CONFIG_DIR, &home.join("other"))), "another place was not used for that");
        std::fs::write(home.join(".claude/settings.json"), "{}").unwrap();
        assert!(was_used(&at(CONFIG_DIR, &home.join(".claude"))), "settings may name a helper that gives keys");
    }
}
