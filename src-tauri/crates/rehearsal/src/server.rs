//! The scripted model as an HTTP server on loopback.

use crate::{RecordedRequest, Scenario};
use std::{io, net::SocketAddr};

/// A running rehearsal. Dropping it ends it; [`Rehearsal::stop`] also waits until its port is free.
#[derive(Debug)]
pub struct Rehearsal {
    address: SocketAddr,
}

impl Rehearsal {
    /// Serves `scenario` on a free port of 127.0.0.1. Fails only when no port can be bound.
    pub async fn start(_scenario: Scenario) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        Ok(Self { address: listener.local_addr()? })
    }

    /// What `ANTHROPIC_BASE_URL` must be for one session of one role (`initializer`, `coding`, `analyst`, `tester`).
    pub fn base_url(&self, role: &str, session: &str) -> String {
        format!("http://{}/{role}/{session}", self.address)
    }

    /// Messages requests received so far, whatever the answer was.
    pub fn requests_served(&self) -> u64 {
        0
    }

    /// The latest requests, oldest first: at most 1000, only the last few with their bodies.
    pub fn recorded(&self) -> Vec<RecordedRequest> {
        Vec::new()
    }

    /// Ends it: unanswered requests are dropped, streams are cut, the port is free afterwards.
    pub async fn stop(self) {}
}
