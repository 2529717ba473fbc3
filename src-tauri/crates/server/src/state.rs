//! What every request can reach.

use crate::{answers::Answers, assets::Assets, auth::Auth, config::ServeConfig, metrics::Metrics};
use harness_api::{Api, Caller};
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What every request can reach. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct State {
    /// The product.
    pub api: Api,
    /// What the operator chose.
    pub config: Arc<ServeConfig>,
    /// Accounts, keys and throttles.
    pub auth: Arc<Auth>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) assets: Arc<Assets>,
    /// Names of this machine, in small letters and without a port.
    pub(crate) names: Arc<[String]>,
    /// Whether browsers trust the certificate without being told to.
    pub(crate) is_tls_vouched_for: bool,
    /// Cancelled when the door is shut.
    pub(crate) stopping: CancellationToken,
    /// What goes on beside requests: sockets.
    pub(crate) tasks: TaskTracker,
}

/// Who sent a request, and until when they may stay.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// As the API knows them.
    pub caller: Caller,
    /// Cancelled when the session, the token or the account is revoked: what is open is closed then.
    pub revoked: CancellationToken,
}
