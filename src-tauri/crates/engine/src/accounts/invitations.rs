//! Doors that open once: the first user's link, and pairing codes.

use super::{AccountError, Accounts, Comer, Issued, Result, SignedIn, ms, secret};
use harness_domain::{account::UserRole, id::UserId};
use harness_store::account::{Invitation, Opened, Purpose};
use secrecy::SecretString;
use std::time::Duration;

/// How long the first user's link works.
pub const SETUP_LIFE: Duration = Duration::from_secs(30 * 60);
/// How long a pairing code works.
pub const PAIRING_LIFE: Duration = Duration::from_secs(5 * 60);

impl Accounts {
    /// The secret part of a link that lets the first user be made, once. An earlier link ends. None when there is a user.
    pub fn setup_link(&self) -> Result<Option<Issued>> {
        if self.store.has_users()? {
            return Ok(None);
        }
        let (issued, now) = (Issued::link(), self.now_ms());
        let invitation = Invitation {
            hash: secret::hash(issued.reveal()),
            purpose: Purpose::Setup,
            role: UserRole::Admin,
            user: None,
            expires_at_ms: now + ms(SETUP_LIFE),
        };
        self.store.invite(invitation, now)?;
        Ok(Some(issued))
    }

    /// Makes the first user, an admin, and signs their device in.
    ///
    /// Fails with `AlreadySetUp`, `DeadLink`, `BadName` and `WeakPassword`; only success spends the link.
    pub async fn set_up(&self, link: &str, name: &str, password: SecretString, comer: Comer) -> Result<SignedIn> {
        if self.store.has_users()? {
            return Err(AccountError::AlreadySetUp.into());
        }
        let hash = secret::hash(link);
        // Before any hashing: whoever has no link causes no work.
        if !self.store.is_invited(hash, Purpose::Setup, self.now_ms())? {
            return Err(AccountError::DeadLink.into());
        }
        let user = self.new_user(name, UserRole::Admin, password).await?;
        let refresh = Issued::link();
        let device = self.new_device(None, UserRole::Admin, comer, &refresh);
        let opened = self.store.accept_setup(hash, user, device, self.now_ms())?;
        let signed_in = self.opened(opened.ok_or(AccountError::DeadLink)?, refresh);
        Ok(signed_in)
    }

    /// A code that signs one device in, for five minutes, with at most that role. An earlier code of the same person
    /// ends. The device belongs to `by`; to nobody when it was asked for at this machine.
    pub fn start_pairing(&self, role: UserRole, by: Option<UserId>) -> Result<(Issued, i64)> {
        let (issued, now) = (Issued::code(), self.now_ms());
        let expires_at_ms = now + ms(PAIRING_LIFE);
        let hash = secret::hash(issued.reveal());
        self.store.invite(Invitation { hash, purpose: Purpose::Pairing, role, user: by, expires_at_ms }, now)?;
        Ok((issued, expires_at_ms))
    }

    /// Takes that person's code back.
    pub fn stop_pairing(&self, by: Option<UserId>) -> Result<()> {
        Ok(self.store.uninvite(Purpose::Pairing, by, self.now_ms())?)
    }

    /// Signs a device in by a pairing code, which is spent. Fails with `DeadCode`.
    pub fn pair(&self, code: &str, comer: Comer) -> Result<SignedIn> {
        let refresh = Issued::link();
        let device = self.new_device(None, UserRole::Viewer, comer, &refresh);
        let hash = secret::hash(&secret::typed_code(code));
        let opened = self.store.accept_pairing(hash, device, self.now_ms())?;
        Ok(self.opened(opened.ok_or(AccountError::DeadCode)?, refresh))
    }

    fn opened(&self, Opened { device, user }: Opened, refresh: Issued) -> SignedIn {
        tracing::info!(device = device.id.0, name = device.name, address = device.address, "signed in");
        self.changed();
        SignedIn { device, user, refresh }
    }
}
