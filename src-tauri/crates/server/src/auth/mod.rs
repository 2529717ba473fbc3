//! Who sends a request.

use crate::{Visitor, config::ServeConfig, door::ServeError, state::State};
use axum::{Router, http::request::Parts};
use harness_api::{Api, ApiError, ErrorCode};

/// Accounts, keys and throttles of one door.
#[derive(Debug)]
pub struct Auth {}

impl Auth {
    /// Reads what is kept of accounts. Blocks. Fails when it cannot be used; the door stays shut then.
    pub fn open(_api: &Api, _config: &ServeConfig) -> Result<Self, ServeError> {
        Ok(Self {})
    }
}

/// Who sends this request. [`crate::Peer`] is in its extensions.
///
/// Fails with `Unauthorized` when nobody is signed in.
pub async fn authenticate(_state: &State, _parts: &Parts) -> Result<Visitor, ApiError> {
    Err(ApiError::new(ErrorCode::Unauthorized, "sign in first"))
}

/// What is below `/api/auth`.
pub fn routes() -> Router<State> {
    Router::new()
}
