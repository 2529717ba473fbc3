//! The door to the network, as far as the API opens, shuts and describes it. The host that has one hands it in.

use crate::{
    error::{ApiError, ErrorCode},
    shape::account::{LanStatus, StartLan},
};

/// A host's door to the network. Calls may block for as long as a socket takes.
pub trait Lan: Send + Sync + 'static {
    /// Whether it is open, and where.
    fn status(&self) -> LanStatus;

    /// Opens it, or says why not. An open one is shut first.
    fn start(&self, wish: StartLan) -> Result<(), ApiError>;

    /// Shuts it: whoever is connected through it is cut off.
    fn stop(&self) -> Result<(), ApiError>;
}

/// A host that has none.
pub(crate) struct NoLan;

impl Lan for NoLan {
    fn status(&self) -> LanStatus {
        LanStatus {
            is_on: false,
            address: None,
            urls: Vec::new(),
            fingerprint: None,
            is_tls: false,
            can_switch: false,
            problem: Some("This program has no door to the network; `harness serve` opens one.".into()),
        }
    }

    fn start(&self, _: StartLan) -> Result<(), ApiError> {
        Err(cannot_switch())
    }

    fn stop(&self) -> Result<(), ApiError> {
        Err(cannot_switch())
    }
}

/// What a host answers whose door is not switched from within.
pub(crate) fn cannot_switch() -> ApiError {
    ApiError::new(ErrorCode::NotPossibleNow, "the door to the network is not switched here")
        .hint("It belongs to whoever started this program: stop it, or start `harness serve` with another --bind.")
}

/// The door of a host that lives behind it, such as `harness serve`: open as long as the host runs, and not switched
/// from within.
#[derive(Debug, Clone)]
pub struct ServedLan {
    /// Where it listens, as `address:port`.
    pub address: String,
    /// Under which addresses a browser reaches it, the best one first.
    pub urls: Vec<String>,
    /// The SHA-256 of its own certificate, where it has one.
    pub fingerprint: Option<String>,
    /// Whether it speaks TLS itself.
    pub is_tls: bool,
}

impl Lan for ServedLan {
    fn status(&self) -> LanStatus {
        LanStatus {
            is_on: true,
            address: Some(self.address.clone()),
            urls: self.urls.clone(),
            fingerprint: self.fingerprint.clone(),
            is_tls: self.is_tls,
            can_switch: false,
            problem: None,
        }
    }

    fn start(&self, _: StartLan) -> Result<(), ApiError> {
        Err(cannot_switch())
    }

    fn stop(&self) -> Result<(), ApiError> {
        Err(cannot_switch())
    }
}
