//! Keys for scripts.

use super::{AccountError, Accounts, Issued, Result, secret};
use harness_domain::{
    account::{ApiToken, UserRole, shown_name},
    id::{ProjectId, TokenId, UserId},
};
use harness_store::account::NewToken;

/// The longest that a token which ends may work.
const MOST_DAYS: u32 = 3650;
const DAY_MS: i64 = 24 * 3600 * 1000;
const MINUTE_MS: i64 = 60 * 1000;

/// A token as somebody wants it.
#[derive(Debug, Clone)]
pub struct TokenWish {
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub role: UserRole,
    /// For how many days; none for no end.
    pub days: Option<u32>,
    /// The projects it may touch; none for all.
    pub projects: Option<Vec<ProjectId>>,
}

impl Accounts {
    /// Makes a token. It is told this once, and only its hash is kept.
    ///
    /// Fails with `BadDays`, with `ScopedAdmin` (whoever may change settings gets at other projects too), and with `NoSuchProject` of the store.
    pub fn create_token(&self, wish: TokenWish, by: Option<UserId>) -> Result<(Issued, ApiToken)> {
        if wish.days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            return Err(AccountError::BadDays.into());
        }
        if wish.projects.is_some() && wish.role == UserRole::Admin {
            return Err(AccountError::ScopedAdmin.into());
        }
        let (now, issued) = (self.now_ms(), Issued::token());
        let new = NewToken {
            hash: secret::hash(issued.reveal()),
            name: shown_name(&wish.name, "a token"),
            role: wish.role,
            user: by,
            projects: wish.projects,
            expires_at_ms: wish.days.map(|days| now + i64::from(days) * DAY_MS),
        };
        let token = self.store.token_add(new, now)?;
        tracing::info!(token = token.id.0, name = token.name, role = token.role.as_str(), "a token was made");
        self.changed();
        Ok((issued, token))
    }

    /// Every token that works, newest first.
    pub fn tokens(&self) -> Result<Vec<ApiToken>> {
        Ok(self.store.token_list(self.now_ms())?)
    }

    /// What a token that somebody brings may do, while it works. One look into the database by its hash.
    pub fn token(&self, brought: &str) -> Result<Option<ApiToken>> {
        if !brought.starts_with(secret::TOKEN_BEGINNING) {
            return Ok(None);
        }
        Ok(self.store.token_by_hash(secret::hash(brought), self.now_ms())?)
    }

    /// The token of that number, while it works.
    pub fn token_by_id(&self, id: TokenId) -> Result<Option<ApiToken>> {
        Ok(self.store.token(id, self.now_ms())?)
    }

    /// Notes, to the minute, that a token was used. Writes nothing when it was noted already.
    pub fn token_used(&self, token: &ApiToken) -> Result<()> {
        let now = self.now_ms();
        if token.used_at_ms.is_none_or(|used| used < now - MINUTE_MS) {
            self.store.token_used(token.id, now, now - MINUTE_MS)?;
        }
        Ok(())
    }

    /// Ends a token. Fails with `NoSuchToken` of the store.
    pub fn revoke_token(&self, token: TokenId) -> Result<()> {
        self.store.token_remove(token, self.now_ms())?;
        tracing::info!(token = token.0, "a token was revoked");
        self.changed();
        Ok(())
    }
}
