//! Signing in and out: a device is a session, kept alive by refresh tokens that are spent at each use.

use super::{AccountError, Accounts, Issued, Result, hashing::Expected, ms, secret, users::name_key};
use harness_domain::{
    account::{Device, User, UserRole, shown_name},
    id::{DeviceId, UserId},
};
use harness_store::account::{NewDevice, RefreshTerms, Rotation, Scheme, SecretHash};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// How long a device stays signed in without being heard.
pub const SESSION_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long at most, however often it is heard.
const LONGEST_SESSION: Duration = Duration::from_secs(90 * 24 * 3600);
/// Two tabs may spend the same token: the second gets the first one's successor for so long. Whoever else comes with a
/// spent token has stolen it, or was stolen from; nobody can tell which, so the session ends.
const GRACE: Duration = Duration::from_secs(10);
/// How exactly it is kept when a device was heard.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// Who comes in, by their own words.
#[derive(Debug, Clone)]
pub struct Comer {
    /// What the device calls itself.
    pub device_name: String,
    /// From where it comes.
    pub address: String,
}

/// A device that was just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The device.
    pub device: Device,
    /// Whose it is, if anybody's.
    pub user: Option<User>,
    /// Its refresh token.
    pub refresh: Issued,
}

/// What came of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewed {
    /// The device goes on with the successor.
    Goes(Device),
    /// Somebody used a spent token: the device is signed out, whoever it was.
    Revoked,
    /// It is no token of a device that is signed in.
    Unknown,
}

impl Accounts {
    /// Signs a device in by name and password. Takes the same work whether or not there is such a user.
    ///
    /// Fails with `WrongLogin`, and with `TooManySignIns` when too many do it at once.
    pub async fn sign_in(&self, name: &str, password: SecretString, comer: Comer) -> Result<SignedIn> {
        let known = self.store.user_by_name(&name_key(name))?;
        let has_imported = self.store.has_imported_passwords()?;
        let expected = Expected { password: known.as_ref().map(|(_, hash)| hash.clone()), has_imported };
        let is_right = self.is_right(password.clone(), expected).await?;
        let Some((user, kept)) = known.filter(|_| is_right) else { return Err(AccountError::WrongLogin.into()) };
        if kept.scheme != Scheme::Argon2id {
            let better = self.hashing.hash(password).await?;
            self.store.user_rehash(user.id, &kept, &better)?;
        }
        let refresh = Issued::link();
        let new = self.new_device(Some(user.id), UserRole::Admin, comer, &refresh);
        let device = self.store.device_add(new, self.now_ms())?;
        tracing::info!(user = user.name, device = device.id.0, address = device.address, "signed in");
        self.changed();
        Ok(SignedIn { device, user: Some(user), refresh })
    }

    /// The device while it is signed in, with what it may do now. One look into the database by its key: a revocation
    /// counts from the next question on, whichever process made it.
    pub fn session(&self, device: DeviceId) -> Result<Option<Device>> {
        Ok(self.store.device(device, self.now_ms())?)
    }

    /// Notes, to the minute, that a device was heard. Writes nothing when it was noted already.
    pub fn heard(&self, device: &Device, address: &str) -> Result<()> {
        let now = self.now_ms();
        let since = now - ms(SEEN_EVERY);
        if device.seen_at_ms < since {
            self.store.device_seen(device.id, address, now, since)?;
        }
        Ok(())
    }

    /// Spends a refresh token for its successor, which the caller derives from it: whoever asks twice within ten seconds
    /// gets the same one.
    pub fn renew(&self, old: &SecretString, successor: &SecretString) -> Result<Renewed> {
        let now = self.now_ms();
        let hash = |token: &SecretString| -> SecretHash { secret::hash(token.expose_secret()) };
        let terms = RefreshTerms { life_ms: ms(SESSION_LIFE), longest_ms: ms(LONGEST_SESSION), grace_ms: ms(GRACE) };
        Ok(match self.store.refresh_rotate(hash(old), hash(successor), now, terms)? {
            Rotation::Rotated(device) | Rotation::Again(device) => Renewed::Goes(device),
            Rotation::Reused(device) => {
                tracing::warn!(device = device.0, "a spent refresh token was used again: the device is signed out");
                self.changed();
                Renewed::Revoked
            }
            Rotation::Unknown => Renewed::Unknown,
        })
    }

    /// Signs a device out. Returns whether it was signed in.
    pub fn sign_out(&self, device: DeviceId) -> Result<bool> {
        let was_there = self.store.device_remove(device, self.now_ms())?;
        if was_there {
            tracing::info!(device = device.0, "signed out");
            self.changed();
        }
        Ok(was_there)
    }

    /// Devices that are signed in, the one heard last first; only those of `user` when one is given.
    pub fn devices(&self, user: Option<UserId>) -> Result<Vec<Device>> {
        Ok(self.store.device_list(user, self.now_ms())?)
    }

    pub(super) fn new_device(&self, user: Option<UserId>, role: UserRole, comer: Comer, refresh: &Issued) -> NewDevice {
        NewDevice {
            user,
            role,
            name: shown_name(&comer.device_name, "a device"),
            address: shown_name(&comer.address, "unknown"),
            refresh: secret::hash(refresh.reveal()),
            expires_at_ms: self.now_ms() + ms(SESSION_LIFE),
        }
    }
}
