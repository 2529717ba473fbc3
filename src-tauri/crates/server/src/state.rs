//! What every request can reach.

use crate::{auth::Auth, config::ServeConfig};
use harness_api::{Api, Caller};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What every request can reach. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct State {
    /// The product.
    pub api: Api,
    /// What the operator chose.
    pub config: Arc<ServeConfig>,
    /// Accounts, keys and throttles.
    pub auth: Arc<Auth>,
}

/// Who sent a request, and until when they may stay.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// As the API knows them.
    pub caller: Caller,
    /// Cancelled when the session, the token or the account is revoked: what is open is closed then.
    pub revoked: CancellationToken,
}
