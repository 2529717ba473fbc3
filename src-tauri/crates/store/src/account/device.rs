//! Signed-in devices: each is a session with one family of refresh tokens.

use super::{SecretHash, role};
use crate::{
    app::AppStore,
    database::Step,
    error::{Result, StoreError},
    row::{all, execute, first, new_id},
};
use harness_domain::{
    account::{Device, User, UserRole},
    id::{DeviceId, UserId},
};
use rusqlite::{Connection, Row};

/// A device about to be signed in.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Whose.
    pub user: Option<UserId>,
    /// The most it may do.
    pub role: UserRole,
    /// What it calls itself.
    pub name: String,
    /// From where it came.
    pub address: String,
    /// The hash of its first refresh token.
    pub refresh: SecretHash,
    /// When that ends. UTC, in milliseconds since 1970.
    pub expires_at_ms: i64,
}

/// How long refresh tokens count, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshTerms {
    /// For so long the next one works.
    pub life_ms: i64,
    /// A device is signed out so long after it was signed in, however often it is heard.
    pub longest_ms: i64,
    /// For so long a token that was just spent gives the same successor again.
    pub grace_ms: i64,
}

/// What came of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// It was the present one, and its successor is now.
    Rotated(Device),
    /// It was spent a moment ago, for the same successor: two tabs asked at once.
    Again(Device),
    /// It was spent long ago, so somebody has a copy: the device is signed out.
    Reused(DeviceId),
    /// It is none, or of a session that has ended.
    Unknown,
}

/// A device that was signed in together with what made it possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The device.
    pub device: Device,
    /// Whose it is, if anybody's.
    pub user: Option<User>,
}

const SELECT: &str = "SELECT device.*, user.name AS user_name, user.role AS user_role FROM device \
                      LEFT JOIN user ON user.id = device.user";

impl AppStore {
    /// Signs a device in. Fails with `NoSuchUser`.
    pub fn device_add(&self, new: NewDevice, at_ms: i64) -> Result<Device> {
        self.db.write(move |tx| add(tx, &new, at_ms))
    }

    /// Devices that are signed in, the one heard last first; only those of `user` when one is given.
    pub fn device_list(&self, user: Option<UserId>, now_ms: i64) -> Result<Vec<Device>> {
        let order = "ORDER BY device.seen_at_ms DESC, device.id DESC";
        let (all_of, of_one) = (
            format!("{SELECT} WHERE device.expires_at_ms > ?1 {order}"),
            format!("{SELECT} WHERE device.user = ?2 AND device.expires_at_ms > ?1 {order}"),
        );
        self.db.read(|connection| match user {
            Some(user) => all(connection, &of_one, (now_ms, user.0), from_row),
            None => all(connection, &all_of, [now_ms], from_row),
        })
    }

    /// The device, while it is signed in.
    pub fn device(&self, id: DeviceId, now_ms: i64) -> Result<Option<Device>> {
        self.db.read(|connection| load(connection, id, now_ms))
    }

    /// Notes that a device was heard. Changes nothing when it was noted since `unless_since_ms`.
    pub fn device_seen(&self, id: DeviceId, address: &str, at_ms: i64, unless_since_ms: i64) -> Result<()> {
        const SQL: &str = "UPDATE device SET seen_at_ms = ?3, address = ?2 WHERE id = ?1 AND seen_at_ms < ?4";
        let address = address.to_owned();
        self.db.write(move |tx| {
            execute(tx, SQL, (id.0, &address, at_ms, unless_since_ms))?;
            Ok(())
        })
    }

    /// Signs a device out, and forgets those whose time is over. Returns whether it was there.
    pub fn device_remove(&self, id: DeviceId, now_ms: i64) -> Result<bool> {
        self.db.write(move |tx| {
            execute(tx, "DELETE FROM device WHERE expires_at_ms <= ?1", [now_ms])?;
            Ok(execute(tx, "DELETE FROM device WHERE id = ?1", [id.0])? > 0)
        })
    }

    /// Spends a refresh token for its successor `new`.
    ///
    /// A token that was spent longer ago than the grace, or whose successor is spent too, signs the device out.
    pub fn refresh_rotate(
        &self,
        old: SecretHash,
        new: SecretHash,
        now_ms: i64,
        terms: RefreshTerms,
    ) -> Result<Rotation> {
        const FIND: &str = "SELECT device, spent_at_ms FROM refresh_token WHERE hash = ?1";
        const UNSPENT: &str = "SELECT 1 FROM refresh_token WHERE hash = ?1 AND spent_at_ms IS NULL";
        const FORGET: &str = "DELETE FROM refresh_token WHERE device = ?1 AND spent_at_ms < ?2";
        self.db.write(move |tx| {
            let found = first(tx, FIND, [&old[..]], |row| Ok((DeviceId(row.get(0)?), row.get::<_, Option<i64>>(1)?)))?;
            let Some((id, spent)) = found else { return Ok(Rotation::Unknown) };
            let Some(device) = load(tx, id, now_ms)? else { return Ok(Rotation::Unknown) };
            let Some(spent_at_ms) = spent else {
                execute(tx, "UPDATE refresh_token SET spent_at_ms = ?2 WHERE hash = ?1", (&old[..], now_ms))?;
                execute(tx, "INSERT INTO refresh_token (hash, device) VALUES (?1, ?2)", (&new[..], id.0))?;
                // Those would have ended by themselves.
                execute(tx, FORGET, (id.0, now_ms - terms.life_ms))?;
                let until_ms = (now_ms + terms.life_ms).min(device.created_at_ms + terms.longest_ms);
                execute(tx, "UPDATE device SET expires_at_ms = ?2 WHERE id = ?1", (id.0, until_ms))?;
                return Ok(Rotation::Rotated(Device { expires_at_ms: until_ms, ..device }));
            };
            let is_next_unspent = first(tx, UNSPENT, [&new[..]], |_| Ok(()))?.is_some();
            if now_ms.saturating_sub(spent_at_ms) <= terms.grace_ms && is_next_unspent {
                return Ok(Rotation::Again(device));
            }
            execute(tx, "DELETE FROM device WHERE id = ?1", [id.0])?;
            Ok(Rotation::Reused(id))
        })
    }
}

pub(super) fn add(tx: &Connection, new: &NewDevice, at_ms: i64) -> Step<Device> {
    const SQL: &str = "INSERT INTO device (user, role, name, address, created_at_ms, seen_at_ms, expires_at_ms) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)";
    // Whoever signs in cleans up: sessions whose time is over are nobody's.
    execute(tx, "DELETE FROM device WHERE expires_at_ms <= ?1", [at_ms])?;
    if let Some(user) = new.user {
        super::user::load(tx, user)?;
    }
    let user = new.user.map(|user| user.0);
    execute(tx, SQL, (user, new.role.as_str(), &new.name, &new.address, at_ms, new.expires_at_ms))?;
    let id = DeviceId(new_id(tx));
    execute(tx, "INSERT INTO refresh_token (hash, device) VALUES (?1, ?2)", (&new.refresh[..], id.0))?;
    // Where its time is over at once, it is as if it had been signed out.
    load(tx, id, at_ms)?.ok_or_else(|| StoreError::NoSuchDevice(id).into())
}

/// What every request asks: by the primary key, and only while the session's time is not over.
fn load(connection: &Connection, id: DeviceId, now_ms: i64) -> Step<Option<Device>> {
    const SQL: &str = "SELECT device.*, user.name AS user_name, user.role AS user_role FROM device \
                       LEFT JOIN user ON user.id = device.user WHERE device.id = ?1 AND device.expires_at_ms > ?2";
    first(connection, SQL, (id.0, now_ms), from_row)
}

fn from_row(row: &Row<'_>) -> Step<Device> {
    let user: Option<u32> = row.get("user")?;
    let most = role(row, "role")?;
    Ok(Device {
        id: DeviceId(row.get("id")?),
        user: user.map(UserId),
        user_name: row.get("user_name")?,
        name: row.get("name")?,
        role: match user {
            Some(_) => most.min(role(row, "user_role")?),
            None => most,
        },
        address: row.get("address")?,
        created_at_ms: row.get("created_at_ms")?,
        seen_at_ms: row.get("seen_at_ms")?,
        expires_at_ms: row.get("expires_at_ms")?,
    })
}
