//! The API key in the operating system's keychain, and whose account pays for a run.

mod account;

pub use account::{Account, KeySource, Payer, account, default_account, is_key_in_environment, payer, set_payer};

use crate::{App, home::Home, redact};
use secrecy::{ExposeSecret, SecretString};
use std::{sync::mpsc, thread, time::Duration};
use thiserror::Error;

/// Under which name the keychain shows the key.
const SERVICE: &str = "auto-agent-harness";
/// The setting that says that this data directory has a key in the keychain.
const STORED: &str = "api_key_stored";
/// A keychain that asks its person for a password gets so long to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// No key is longer.
const LONGEST_KEY: usize = 4096;

/// Why the keychain could not be used, with what to do.
#[derive(Debug, Error)]
pub enum SecretsError {
    /// No keychain can be reached.
    #[error(
        "this machine offers no keychain here ({detail}). On a desktop, run this in the session you are logged in to (GNOME \
         Keyring, KWallet or another Secret Service has to run); on a server, set ANTHROPIC_API_KEY for the harness instead, \
         for example in the unit file of its service"
    )]
    NoKeychain {
        /// In the operating system's words.
        detail: String,
    },
    /// The keychain stays closed.
    #[error(
        "the keychain is locked and was not opened ({detail}). Unlock it (log in to your desktop, or open it with its own \
         program), or choose another account for runs: `harness key use subscription`, or `harness key use environment` \
         with ANTHROPIC_API_KEY set"
    )]
    Locked {
        /// In the operating system's words.
        detail: String,
    },
    /// It did not answer.
    #[error(
        "the keychain did not answer within {} s: is it waiting for its password? Unlock it, then try again",
        PATIENCE.as_secs()
    )]
    Silent,
    /// Anything else that went wrong in it.
    #[error("the keychain failed: {detail}")]
    Failed {
        /// In the operating system's words.
        detail: String,
    },
    /// A key was stored from this data directory, and is not there any more.
    #[error(
        "the API key that was stored is not in the keychain any more: store it again with `harness key set`, or forget it with \
         `harness key remove`"
    )]
    Gone,
    /// The environment has no key although it was chosen as the account.
    #[error(
        "runs are to use the key in ANTHROPIC_API_KEY, and it is not set: set it, or choose another account with `harness key use`"
    )]
    NotInEnvironment,
    /// What was given cannot be a key.
    #[error("this is no API key: {why}")]
    NotAKey {
        /// In a few words.
        why: &'static str,
    },
    /// The choice could not be read or written.
    #[error(transparent)]
    Store(#[from] harness_store::StoreError),
}

/// An API key. Never shown: it has no `Display` and no `Serialize`, its `Debug` says nothing, and its memory is wiped when
/// it is dropped. What it is passed to makes copies of its own.
#[derive(Debug, Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Reads a key as a person pastes it, without the blanks around it.
    ///
    /// Fails with `NotAKey` for what no service could accept. Whether this is a key of Anthropic is for
    /// [`ApiKey::has_known_form`] to say; a gateway may have keys of its own.
    pub fn parse(text: &str) -> Result<Self, SecretsError> {
        let text = text.trim();
        let why = match text {
            "" => "it is empty",
            _ if text.len() > LONGEST_KEY => "it is too long",
            _ if text.len() < 8 => "it is too short",
            _ if text.contains(char::is_whitespace) => "there are blanks or several lines in it",
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => "there are characters in it that no key has",
            _ => return Ok(Self(SecretString::from(text))),
        };
        Err(SecretsError::NotAKey { why })
    }

    /// Whether it begins as Anthropic's keys do.
    pub fn has_known_form(&self) -> bool {
        self.reveal().starts_with("sk-ant-")
    }

    /// The key itself, for the environment of the CLI and for nothing else.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Puts `key` into the keychain, over one that is there. Waits for a person who has to unlock it, up to a minute.
pub fn store_key(app: &App, key: &ApiKey) -> Result<(), SecretsError> {
    redact::keep_to_ourselves("API key", key.reveal());
    let (user, key) = (user(&app.home), key.clone());
    ask_keychain(move || keyring::Entry::new(SERVICE, &user)?.set_password(key.reveal()))?;
    Ok(app.store.set_setting(STORED, Some("true"))?)
}

/// The key in the keychain, if there is one. Waits as [`store_key`] does.
pub fn stored_key(home: &Home) -> Result<Option<ApiKey>, SecretsError> {
    let user = user(home);
    let found = ask_keychain(move || match keyring::Entry::new(SERVICE, &user)?.get_password() {
        Ok(text) => Ok(Some(SecretString::from(text))),
        Err(keyring::Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    })?;
    let Some(found) = found else { return Ok(None) };
    let key = ApiKey::parse(found.expose_secret())?;
    redact::keep_to_ourselves("API key", key.reveal());
    Ok(Some(key))
}

/// Takes the key out of the keychain. Returns whether there was one.
pub fn remove_key(app: &App) -> Result<bool, SecretsError> {
    let user = user(&app.home);
    let was_there = ask_keychain(move || match keyring::Entry::new(SERVICE, &user)?.delete_credential() {
        Ok(()) => Ok(true),
        Err(keyring::Error::NoEntry) => Ok(false),
        Err(error) => Err(error),
    })?;
    app.store.set_setting(STORED, None)?;
    Ok(was_there)
}

/// Whether a key was stored from this data directory. Does not ask the keychain.
pub fn is_key_stored(app: &App) -> Result<bool, SecretsError> {
    Ok(app.store.setting(STORED)?.is_some())
}

/// Each data directory has a key of its own: one for trying things out must not take the other's away.
fn user(home: &Home) -> String {
    format!("anthropic-api-key of {}", home.root().display())
}

/// Asks the keychain on a thread of its own: it may wait for a person, and brings an executor that must not run inside
/// ours.
fn ask_keychain<T: Send + 'static>(
    question: impl FnOnce() -> keyring::Result<T> + Send + 'static,
) -> Result<T, SecretsError> {
    let (tell, hear) = mpsc::channel();
    let asking = move || {
        // Nobody listens any more when it took too long.
        let _ = tell.send(question());
    };
    let started = thread::Builder::new().name("keychain".into()).spawn(asking);
    started.map_err(|error| SecretsError::Failed { detail: error.to_string() })?;
    let answer = hear.recv_timeout(PATIENCE).map_err(|_| SecretsError::Silent)?;
    answer.map_err(|error| match error {
        keyring::Error::NoDefaultStore => {
            let cause = keyring::Entry::store_status().as_ref().err();
            SecretsError::NoKeychain { detail: cause.map_or_else(|| error.to_string(), ToString::to_string) }
        }
        keyring::Error::NoStorageAccess(cause) => SecretsError::Locked { detail: cause.to_string() },
        other => SecretsError::Failed { detail: other.to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_by_nothing() {
        let text = ["sk-ant-", "api03-", "something that nobody may see"].concat().replace(' ', "-");
        let key = ApiKey::parse(&format!("  {text}\n")).expect("it is one");
        assert_eq!(key.reveal(), text, "without what a paste brings along");
        let shown = format!("{key:?} {:?}", Account::Key { source: KeySource::Keychain, key: key.clone() });
        assert!(!shown.contains("nobody-may-see"), "a log that prints everything prints this: {shown}");
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_with_the_reason() {
        let long = "x".repeat(5000);
        for (text, word) in [
            ("", "empty"),
            (" \n", "empty"),
            ("two words here", "blanks"),
            ("a\nbbbbbbbbb", "blanks"),
            ("schlüssel-ä", "characters"),
            ("short", "short"),
            (&long, "long"),
        ] {
            let error = ApiKey::parse(text).expect_err("it is none").to_string();
            assert!(error.contains(word), "{text:?} is refused with its reason: {error}");
        }
        assert!(!ApiKey::parse("gateway-key-1").expect("it may be one").has_known_form(), "another's key is accepted");
    }
}
