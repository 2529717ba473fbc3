//! Keys for scripts.

use super::{SecretHash, role};
use crate::{
    app::AppStore,
    database::Step,
    error::{Result, StoreError},
    row::{all, execute, first, new_id},
};
use harness_domain::{
    account::{ApiToken, UserRole},
    id::{ProjectId, TokenId, UserId},
};
use rusqlite::{Connection, Row};

/// A token to be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The hash of the token.
    pub hash: SecretHash,
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub role: UserRole,
    /// Who makes it.
    pub user: Option<UserId>,
    /// The projects it may touch; none means all.
    pub projects: Option<Vec<ProjectId>>,
    /// When it stops working. UTC, in milliseconds since 1970.
    pub expires_at_ms: Option<i64>,
}

const SELECT: &str = "SELECT api_token.*, user.name AS user_name, user.role AS user_role FROM api_token \
                      LEFT JOIN user ON user.id = api_token.user";

impl AppStore {
    /// Adds a token. Fails with `NoSuchUser` and `NoSuchProject`.
    pub fn token_add(&self, new: NewToken, at_ms: i64) -> Result<ApiToken> {
        const SQL: &str = "INSERT INTO api_token (hash, name, role, user, is_scoped, created_at_ms, expires_at_ms) \
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        const SCOPE: &str = "INSERT OR IGNORE INTO api_token_project (token, project) VALUES (?1, ?2)";
        self.db.write(move |tx| {
            if let Some(user) = new.user {
                super::user::load(tx, user)?;
            }
            let (user, is_scoped) = (new.user.map(|user| user.0), new.projects.is_some());
            let role = new.role.as_str();
            execute(tx, SQL, (&new.hash[..], &new.name, role, user, is_scoped, at_ms, new.expires_at_ms))?;
            let id = TokenId(new_id(tx));
            for project in new.projects.iter().flatten() {
                let known = first(tx, "SELECT 1 FROM project WHERE id = ?1", [project.0], |_| Ok(()))?;
                known.ok_or(StoreError::NoSuchProject(*project))?;
                execute(tx, SCOPE, (id.0, project.0))?;
            }
            let token = first(tx, &format!("{SELECT} WHERE api_token.id = ?1"), [id.0], from_row)?;
            with_projects(tx, token.ok_or(StoreError::NoSuchToken(id))?)
        })
    }

    /// Every token that has not ended, newest first.
    pub fn token_list(&self, now_ms: i64) -> Result<Vec<ApiToken>> {
        let sql = format!(
            "{SELECT} WHERE api_token.expires_at_ms IS NULL OR api_token.expires_at_ms > ?1 ORDER BY api_token.id DESC"
        );
        self.db.read(|connection| {
            let tokens = all(connection, &sql, [now_ms], from_row)?;
            tokens.into_iter().map(|token| with_projects(connection, token)).collect()
        })
    }

    /// The token of that hash, while it works.
    pub fn token_by_hash(&self, hash: SecretHash, now_ms: i64) -> Result<Option<ApiToken>> {
        const SQL: &str = "SELECT api_token.*, user.name AS user_name, user.role AS user_role FROM api_token \
                           LEFT JOIN user ON user.id = api_token.user WHERE api_token.hash = ?1 \
                           AND (api_token.expires_at_ms IS NULL OR api_token.expires_at_ms > ?2)";
        self.db.read(|connection| {
            let found = first(connection, SQL, (&hash[..], now_ms), from_row)?;
            found.map(|token| with_projects(connection, token)).transpose()
        })
    }

    /// The token of that number, while it works.
    pub fn token(&self, id: TokenId, now_ms: i64) -> Result<Option<ApiToken>> {
        const SQL: &str = "SELECT api_token.*, user.name AS user_name, user.role AS user_role FROM api_token \
                           LEFT JOIN user ON user.id = api_token.user WHERE api_token.id = ?1 \
                           AND (api_token.expires_at_ms IS NULL OR api_token.expires_at_ms > ?2)";
        self.db.read(|connection| {
            let found = first(connection, SQL, (id.0, now_ms), from_row)?;
            found.map(|token| with_projects(connection, token)).transpose()
        })
    }

    /// Notes that a token was used. Changes nothing when it was noted since `unless_since_ms`.
    pub fn token_used(&self, id: TokenId, at_ms: i64, unless_since_ms: i64) -> Result<()> {
        const SQL: &str = "UPDATE api_token SET used_at_ms = ?2 WHERE id = ?1 AND ifnull(used_at_ms, 0) < ?3";
        self.db.write(move |tx| {
            execute(tx, SQL, (id.0, at_ms, unless_since_ms))?;
            Ok(())
        })
    }

    /// Ends a token, and forgets those whose time is over. Fails with `NoSuchToken`.
    pub fn token_remove(&self, id: TokenId, now_ms: i64) -> Result<()> {
        self.db.write(move |tx| {
            execute(tx, "DELETE FROM api_token WHERE expires_at_ms <= ?1 AND id <> ?2", (now_ms, id.0))?;
            match execute(tx, "DELETE FROM api_token WHERE id = ?1", [id.0])? {
                0 => Err(StoreError::NoSuchToken(id).into()),
                _ => Ok(()),
            }
        })
    }
}

/// The projects of a token that is scoped; of one that is not, none are looked for.
fn with_projects(connection: &Connection, token: ApiToken) -> Step<ApiToken> {
    const SQL: &str = "SELECT project FROM api_token_project WHERE token = ?1 ORDER BY project";
    if token.projects.is_none() {
        return Ok(token);
    }
    let projects = all(connection, SQL, [token.id.0], |row| Ok(ProjectId(row.get(0)?)))?;
    Ok(ApiToken { projects: Some(projects), ..token })
}

fn from_row(row: &Row<'_>) -> Step<ApiToken> {
    let user: Option<u32> = row.get("user")?;
    let most = role(row, "role")?;
    Ok(ApiToken {
        id: TokenId(row.get("id")?),
        name: row.get("name")?,
        role: match user {
            Some(_) => most.min(role(row, "user_role")?),
            None => most,
        },
        projects: row.get::<_, bool>("is_scoped")?.then(Vec::new),
        made_by: row.get("user_name")?,
        created_at_ms: row.get("created_at_ms")?,
        expires_at_ms: row.get("expires_at_ms")?,
        used_at_ms: row.get("used_at_ms")?,
    })
}
