//! The people who can sign in.

use super::role;
use crate::{
    app::AppStore,
    database::Step,
    error::{Result, StoreError},
    row::{all, execute, first, new_id, word},
};
use harness_domain::{
    account::{User, UserRole},
    id::{DeviceId, UserId},
};
use rusqlite::{Connection, Row};

/// How a password was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// As new ones are.
    Argon2id,
    /// As the older system did; replaced at the next sign-in.
    Bcrypt,
}

/// The hash of a password, with its parameters and salt in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    /// How it was made.
    pub scheme: Scheme,
    /// In the usual notation, beginning with `$`.
    pub hash: String,
}

/// A user to be.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// As they wrote it.
    pub name: String,
    /// As it is compared with others.
    pub name_key: String,
    /// What they may do.
    pub role: UserRole,
    /// Its hash.
    pub password: Password,
}

/// What is to be different about a user.
#[derive(Debug, Clone, Default)]
pub struct UserEdit {
    /// What they may do from now on.
    pub role: Option<UserRole>,
    /// The hash of their new password.
    pub password: Option<Password>,
    /// With a new password every device of theirs is signed out, except this one.
    pub keep: Option<DeviceId>,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Password").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Scheme::Argon2id => "argon2id",
            Scheme::Bcrypt => "bcrypt",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Scheme::Argon2id, Scheme::Bcrypt].into_iter().find(|scheme| scheme.as_str() == word)
    }
}

impl AppStore {
    /// Adds a user. Fails with `UserTaken`.
    pub fn user_add(&self, new: NewUser, at_ms: i64) -> Result<User> {
        self.db.write(move |tx| add(tx, &new, at_ms))
    }

    /// Every user, by name.
    pub fn user_list(&self) -> Result<Vec<User>> {
        self.db.read(|connection| all(connection, "SELECT * FROM user ORDER BY name_key", (), from_row))
    }

    /// Whether there is any user.
    pub fn has_users(&self) -> Result<bool> {
        self.db.read(has_any)
    }

    /// Whether a password is still as the older system hashed it.
    pub fn has_imported_passwords(&self) -> Result<bool> {
        const SQL: &str = "SELECT 1 FROM user WHERE scheme = 'bcrypt' LIMIT 1";
        self.db.read(|connection| Ok(first(connection, SQL, (), |_| Ok(()))?.is_some()))
    }

    /// One user. Fails with `NoSuchUser`.
    pub fn user(&self, id: UserId) -> Result<User> {
        self.db.read(|connection| load(connection, id))
    }

    /// The user whose name compares equal, with the hash of their password.
    pub fn user_by_name(&self, name_key: &str) -> Result<Option<(User, Password)>> {
        const SQL: &str = "SELECT * FROM user WHERE name_key = ?1";
        self.db.read(|connection| first(connection, SQL, [name_key], |row| Ok((from_row(row)?, password(row)?))))
    }

    /// The hash of a user's password. Fails with `NoSuchUser`.
    pub fn user_password(&self, id: UserId) -> Result<Password> {
        const SQL: &str = "SELECT * FROM user WHERE id = ?1";
        self.db.read(|connection| first(connection, SQL, [id.0], password)?.ok_or(StoreError::NoSuchUser(id).into()))
    }

    /// Changes a user. With a new password, every device of theirs but `keep` is signed out.
    ///
    /// Fails with `NoSuchUser`, and with `LastAdmin` when no admin would be left.
    pub fn user_edit(&self, id: UserId, edit: UserEdit) -> Result<User> {
        self.db.write(move |tx| {
            let user = load(tx, id)?;
            if let Some(role) = edit.role {
                execute(tx, "UPDATE user SET role = ?2 WHERE id = ?1", (id.0, role.as_str()))?;
                refuse_no_admin(tx, user.role)?;
            }
            if let Some(new) = &edit.password {
                set_password(tx, id, new)?;
                let keep = edit.keep.map(|device| device.0);
                execute(tx, "DELETE FROM device WHERE user = ?1 AND id IS NOT ?2", (id.0, keep))?;
            }
            load(tx, id)
        })
    }

    /// Replaces the hash of an unchanged password by a better one, unless the password was changed meanwhile.
    pub fn user_rehash(&self, id: UserId, from: &Password, to: &Password) -> Result<()> {
        let (from, to) = (from.clone(), to.clone());
        self.db.write(move |tx| {
            const SQL: &str = "UPDATE user SET scheme = ?2, password = ?3 WHERE id = ?1 AND password = ?4";
            execute(tx, SQL, (id.0, to.scheme.as_str(), &to.hash, &from.hash))?;
            Ok(())
        })
    }

    /// Removes a user with their devices and tokens. Fails with `NoSuchUser` and `LastAdmin`.
    pub fn user_remove(&self, id: UserId) -> Result<()> {
        self.db.write(move |tx| {
            let user = load(tx, id)?;
            execute(tx, "DELETE FROM user WHERE id = ?1", [id.0])?;
            refuse_no_admin(tx, user.role)
        })
    }
}

pub(super) fn add(tx: &Connection, new: &NewUser, at_ms: i64) -> Step<User> {
    const SQL: &str = "INSERT INTO user (name, name_key, role, scheme, password, created_at_ms) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let taken = first(tx, "SELECT 1 FROM user WHERE name_key = ?1", [&new.name_key], |_| Ok(()))?;
    if taken.is_some() {
        return Err(StoreError::UserTaken { name: new.name.clone() }.into());
    }
    let (scheme, hash) = (new.password.scheme.as_str(), &new.password.hash);
    execute(tx, SQL, (&new.name, &new.name_key, new.role.as_str(), scheme, hash, at_ms))?;
    load(tx, UserId(new_id(tx)))
}

pub(super) fn has_any(connection: &Connection) -> Step<bool> {
    Ok(first(connection, "SELECT 1 FROM user LIMIT 1", (), |_| Ok(()))?.is_some())
}

pub(super) fn load(connection: &Connection, id: UserId) -> Step<User> {
    let found = first(connection, "SELECT * FROM user WHERE id = ?1", [id.0], from_row)?;
    found.ok_or_else(|| StoreError::NoSuchUser(id).into())
}

fn set_password(tx: &Connection, id: UserId, new: &Password) -> Step<()> {
    const SQL: &str = "UPDATE user SET scheme = ?2, password = ?3 WHERE id = ?1";
    execute(tx, SQL, (id.0, new.scheme.as_str(), &new.hash))?;
    Ok(())
}

/// After a change of somebody who was `before`: whoever is left must be able to let others in.
fn refuse_no_admin(tx: &Connection, before: UserRole) -> Step<()> {
    let is_left = first(tx, "SELECT 1 FROM user WHERE role = 'admin' LIMIT 1", (), |_| Ok(()))?.is_some();
    if before == UserRole::Admin && !is_left { Err(StoreError::LastAdmin.into()) } else { Ok(()) }
}

fn from_row(row: &Row<'_>) -> Step<User> {
    Ok(User {
        id: UserId(row.get("id")?),
        name: row.get("name")?,
        role: role(row, "role")?,
        created_at_ms: row.get("created_at_ms")?,
    })
}

fn password(row: &Row<'_>) -> Step<Password> {
    Ok(Password { scheme: word(row, "scheme", "a scheme of hashing", Scheme::parse)?, hash: row.get("password")? })
}
