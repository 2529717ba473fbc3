//! Secrets that open the door once: the first user's link, and pairing codes.

use super::{NewDevice, NewUser, Opened, SecretHash, device, role, user};
use crate::{
    app::AppStore,
    database::Step,
    error::Result,
    row::{execute, first},
};
use harness_domain::{account::UserRole, id::UserId};
use rusqlite::Connection;

/// What a secret opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The first user is made.
    Setup,
    /// A device is signed in.
    Pairing,
}

/// A secret that opens the door once.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its hash.
    pub hash: SecretHash,
    /// What it opens.
    pub purpose: Purpose,
    /// What whoever comes in may do.
    pub role: UserRole,
    /// Whose device it will be.
    pub user: Option<UserId>,
    /// When it stops working. UTC, in milliseconds since 1970.
    pub expires_at_ms: i64,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Purpose::Setup => "setup",
            Purpose::Pairing => "pairing",
        }
    }
}

impl AppStore {
    /// Opens the door once more. The earlier invitation of the same purpose and user ends.
    pub fn invite(&self, new: Invitation, now_ms: i64) -> Result<()> {
        const SQL: &str =
            "INSERT INTO invitation (hash, purpose, role, user, expires_at_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.db.write(move |tx| {
            withdraw(tx, new.purpose, new.user, now_ms)?;
            let (purpose, user) = (new.purpose.as_str(), new.user.map(|user| user.0));
            execute(tx, SQL, (&new.hash[..], purpose, new.role.as_str(), user, new.expires_at_ms))?;
            Ok(())
        })
    }

    /// Takes back what is open of that purpose and user.
    pub fn uninvite(&self, purpose: Purpose, by: Option<UserId>, now_ms: i64) -> Result<()> {
        self.db.write(move |tx| withdraw(tx, purpose, by, now_ms))
    }

    /// Whether such a secret would open the door now. Spends nothing.
    pub fn is_invited(&self, hash: SecretHash, purpose: Purpose, now_ms: i64) -> Result<bool> {
        self.db.read(|connection| Ok(find(connection, hash, purpose, now_ms)?.is_some()))
    }

    /// Makes the first user and signs their device in; the secret is spent. None when it does not open the door, or
    /// when there is a user already.
    pub fn accept_setup(
        &self,
        hash: SecretHash,
        new: NewUser,
        first_device: NewDevice,
        now_ms: i64,
    ) -> Result<Option<Opened>> {
        self.db.write(move |tx| {
            if find(tx, hash, Purpose::Setup, now_ms)?.is_none() || user::has_any(tx)? {
                return Ok(None);
            }
            // Every link, not only this one: there is a user now.
            execute(tx, "DELETE FROM invitation WHERE purpose = 'setup'", ())?;
            let user = user::add(tx, &new, now_ms)?;
            let device = device::add(tx, &NewDevice { user: Some(user.id), ..first_device }, now_ms)?;
            Ok(Some(Opened { device, user: Some(user) }))
        })
    }

    /// Signs in a device with a pairing code, which is spent. None when it does not open the door.
    pub fn accept_pairing(&self, hash: SecretHash, new: NewDevice, now_ms: i64) -> Result<Option<Opened>> {
        self.db.write(move |tx| {
            let Some((role, by)) = find(tx, hash, Purpose::Pairing, now_ms)? else { return Ok(None) };
            execute(tx, "DELETE FROM invitation WHERE hash = ?1", [&hash[..]])?;
            let device = device::add(tx, &NewDevice { user: by, role, ..new }, now_ms)?;
            let user = by.map(|by| user::load(tx, by)).transpose()?;
            Ok(Some(Opened { device, user }))
        })
    }
}

fn find(
    connection: &Connection,
    hash: SecretHash,
    purpose: Purpose,
    now_ms: i64,
) -> Step<Option<(UserRole, Option<UserId>)>> {
    const SQL: &str = "SELECT role, user FROM invitation WHERE hash = ?1 AND purpose = ?2 AND expires_at_ms > ?3";
    first(connection, SQL, (&hash[..], purpose.as_str(), now_ms), |row| {
        Ok((role(row, "role")?, row.get::<_, Option<u32>>("user")?.map(UserId)))
    })
}

fn withdraw(tx: &Connection, purpose: Purpose, by: Option<UserId>, now_ms: i64) -> Step<()> {
    execute(tx, "DELETE FROM invitation WHERE expires_at_ms <= ?1", [now_ms])?;
    let by = by.map(|by| by.0);
    execute(tx, "DELETE FROM invitation WHERE user IS ?2 AND purpose = ?1", (purpose.as_str(), by))?;
    Ok(())
}
