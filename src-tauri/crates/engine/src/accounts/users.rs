//! Adding, changing and removing users.

use super::{
    AccountError, Accounts, Result,
    hashing::{self, Expected},
};
use harness_domain::{
    account::{LONGEST_PASSWORD, User, UserRole, refuse_password, refuse_user_name},
    id::{DeviceId, UserId},
};
use harness_store::account::{NewUser, Password, UserEdit};
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

/// The estimator looks at so many characters; its time grows with them.
const ESTIMATED_CHARS: usize = 64;

impl Accounts {
    /// Whether there is any user.
    pub fn has_users(&self) -> Result<bool> {
        Ok(self.store.has_users()?)
    }

    /// Every user, by name.
    pub fn users(&self) -> Result<Vec<User>> {
        Ok(self.store.user_list()?)
    }

    /// The user of that name, whatever its case.
    pub fn user_named(&self, name: &str) -> Result<Option<User>> {
        Ok(self.store.user_by_name(&name_key(name))?.map(|(user, _)| user))
    }

    /// Adds a user.
    ///
    /// Fails with `BadName`, `WeakPassword`, and with `UserTaken` of the store.
    pub async fn add_user(&self, name: &str, role: UserRole, password: SecretString) -> Result<User> {
        let new = self.new_user(name, role, password).await?;
        let user = self.store.user_add(new, self.now_ms())?;
        tracing::info!(user = user.name, role = role.as_str(), "a user was added");
        self.changed();
        Ok(user)
    }

    /// Adds a user of the older system with the bcrypt hash of their password. At their next sign-in it is hashed anew.
    ///
    /// Fails with `BadName`, `NotImportable`, and with `UserTaken` of the store.
    pub fn import_user(&self, name: &str, role: UserRole, bcrypt_hash: &str) -> Result<User> {
        let name = good_name(name)?;
        let password = hashing::imported(bcrypt_hash);
        let password = password.ok_or_else(|| AccountError::NotImportable { name: name.clone() })?;
        let new = NewUser { name_key: name_key(&name), name, role, password };
        let user = self.store.user_add(new, self.now_ms())?;
        self.changed();
        Ok(user)
    }

    /// Gives a user another role, another password, or both. With a password all their devices are signed out; a role
    /// counts at once.
    ///
    /// Fails with `WeakPassword`, and with `NoSuchUser` and `LastAdmin` of the store.
    pub async fn edit_user(&self, id: UserId, role: Option<UserRole>, password: Option<SecretString>) -> Result<User> {
        let user = self.store.user(id)?;
        let password = match password {
            Some(new) => Some(self.good_password(&user.name, new).await?),
            None => None,
        };
        let user = self.store.user_edit(id, UserEdit { role, password, keep: None })?;
        tracing::info!(user = user.name, role = user.role.as_str(), "a user was changed");
        self.changed();
        Ok(user)
    }

    /// A user's own new password. All their devices but `keep` are signed out.
    ///
    /// Fails with `WrongPassword` when `current` is not the present one, and with `WeakPassword`.
    pub async fn change_password(
        &self,
        id: UserId,
        current: SecretString,
        new: SecretString,
        keep: Option<DeviceId>,
    ) -> Result<()> {
        let user = self.store.user(id)?;
        let expected = Expected { password: Some(self.store.user_password(id)?), has_imported: false };
        if !self.is_right(current, expected).await? {
            return Err(AccountError::WrongPassword.into());
        }
        let password = Some(self.good_password(&user.name, new).await?);
        self.store.user_edit(id, UserEdit { role: None, password, keep })?;
        tracing::info!(user = user.name, "a password was changed");
        self.changed();
        Ok(())
    }

    /// Removes a user with their devices and tokens.
    ///
    /// Fails with `Yourself` when it is `by`, and with `NoSuchUser` and `LastAdmin` of the store.
    pub fn remove_user(&self, id: UserId, by: Option<UserId>) -> Result<()> {
        if by == Some(id) {
            return Err(AccountError::Yourself.into());
        }
        self.store.user_remove(id)?;
        tracing::info!(user = id.0, "a user was removed");
        self.changed();
        Ok(())
    }

    pub(super) async fn new_user(&self, name: &str, role: UserRole, password: SecretString) -> Result<NewUser> {
        let name = good_name(name)?;
        let password = self.good_password(&name, password).await?;
        Ok(NewUser { name_key: name_key(&name), name, role, password })
    }

    /// Whether it is that password, with the work that anyone's takes.
    pub(super) async fn is_right(&self, password: SecretString, expected: Expected) -> Result<bool> {
        if password.expose_secret().len() > LONGEST_PASSWORD {
            // Nobody has such a one; an empty one costs the same.
            self.hashing.verify(SecretString::default(), expected).await?;
            return Ok(false);
        }
        Ok(self.hashing.verify(password, expected).await?)
    }

    async fn good_password(&self, name: &str, password: SecretString) -> Result<Password> {
        if let Some(why) = refuse_password(name, password.expose_secret()) {
            return Err(AccountError::WeakPassword(why.into()).into());
        }
        let start: String = password.expose_secret().chars().take(ESTIMATED_CHARS).collect();
        if zxcvbn::zxcvbn(&start, &[name]).score() < zxcvbn::Score::Three {
            return Err(AccountError::WeakPassword("this password would be guessed too soon".into()).into());
        }
        Ok(self.hashing.hash(password).await?)
    }
}

/// A name as it is compared: what looks alike to the eye and differs in case or in how it is composed is one.
pub fn name_key(name: &str) -> String {
    name.trim().nfkc().collect::<String>().to_lowercase()
}

fn good_name(name: &str) -> Result<String> {
    let name: String = name.trim().nfc().collect();
    match refuse_user_name(&name) {
        Some(why) => Err(AccountError::BadName(why).into()),
        None => Ok(name),
    }
}
