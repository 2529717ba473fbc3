//! Whose account pays for a run: a key or the person's own login.

use super::{ApiKey, SecretsError, is_key_stored, stored_key};
use crate::{App, redact};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

/// The variable that a key is looked for in, and in which the CLI gets it.
const KEY_VARIABLE: &str = "ANTHROPIC_API_KEY";
/// A login as a token, for machines without a browser; it is the subscription's.
const LOGIN_VARIABLE: &str = "CLAUDE_CODE_OAUTH_TOKEN";
/// The setting that holds the choice.
const PAYER: &str = "payer";

/// What a person chose to pay runs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The key in the keychain when one was stored, else the one in the environment, else the subscription.
    ///
    /// The keychain goes first because a key is put there for this program on purpose, whereas a variable may be left over
    /// from another and would be billed by surprise.
    #[default]
    Auto,
    /// The key in the keychain.
    Keychain,
    /// The key in `ANTHROPIC_API_KEY`.
    Environment,
    /// The login of the Claude CLI; no key reaches it.
    Subscription,
}

/// Where a key came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// The operating system's keychain.
    Keychain,
    /// `ANTHROPIC_API_KEY` of this process.
    Environment,
}

impl KeySource {
    /// As in `billed to the API key in …`.
    pub fn words(self) -> &'static str {
        match self {
            KeySource::Keychain => "the keychain",
            KeySource::Environment => "ANTHROPIC_API_KEY",
        }
    }
}

/// What a run's sessions log in with.
#[derive(Debug, Clone)]
pub enum Account {
    /// A key.
    Key {
        /// Where it came from.
        source: KeySource,
        /// The key.
        key: ApiKey,
    },
    /// The CLI's own login.
    Login {
        /// The token of a login without a browser, if there is one.
        token: Option<ApiKey>,
    },
}

impl Account {
    /// Puts what the CLI needs into its environment, and takes out what belongs to another account.
    pub(crate) fn give_to(&self, env: &mut BTreeMap<OsString, OsString>) {
        for name in [KEY_VARIABLE, LOGIN_VARIABLE, "ANTHROPIC_AUTH_TOKEN"] {
            env.remove(OsStr::new(name));
        }
        match self {
            Account::Key { key, .. } => env.insert(KEY_VARIABLE.into(), key.reveal().into()),
            Account::Login { token: Some(token) } => env.insert(LOGIN_VARIABLE.into(), token.reveal().into()),
            Account::Login { token: None } => None,
        };
    }
}

/// What the person chose.
pub fn payer(app: &App) -> Result<Payer, SecretsError> {
    // A choice that cannot be read was made by a newer version; what it says, no guess must replace by spending money.
    let chosen = app.store.setting(PAYER)?.map(|json| serde_json::from_str(&json).unwrap_or(Payer::Subscription));
    Ok(chosen.unwrap_or_default())
}

/// Remembers what the person chose.
pub fn set_payer(app: &App, payer: Payer) -> Result<(), SecretsError> {
    let json = serde_json::to_string(&payer).unwrap_or_default();
    Ok(app.store.set_setting(PAYER, Some(&json))?)
}

/// The account that runs use now. May ask the keychain, and wait for it: not for async threads.
///
/// Never falls back from the keychain to another account: the person would pay with what they did not choose.
pub fn account(app: &App) -> Result<Account, SecretsError> {
    let keychain = || match stored_key(&app.home)? {
        Some(key) => Ok(Account::Key { source: KeySource::Keychain, key }),
        None => Err(SecretsError::Gone),
    };
    match payer(app)? {
        Payer::Keychain => keychain(),
        Payer::Environment => environment().ok_or(SecretsError::NotInEnvironment),
        Payer::Subscription => Ok(login()),
        // Who never stored a key is never asked to unlock a keychain.
        Payer::Auto if is_key_stored(app)? => keychain(),
        Payer::Auto => Ok(default_account()),
    }
}

/// The account of who chose none and stored no key.
pub fn default_account() -> Account {
    environment().unwrap_or_else(login)
}

fn environment() -> Option<Account> {
    from_environment(KEY_VARIABLE).map(|key| Account::Key { source: KeySource::Environment, key })
}

fn login() -> Account {
    Account::Login { token: from_environment(LOGIN_VARIABLE) }
}

/// Whether the environment has a key.
pub fn is_key_in_environment() -> bool {
    from_environment(KEY_VARIABLE).is_some()
}

fn from_environment(name: &str) -> Option<ApiKey> {
    let value = std::env::var_os(name)?.into_string().ok()?;
    let key = ApiKey::parse(&value).ok()?;
    redact::keep_to_ourselves("API key", key.reveal());
    Some(key)
}
