//! What the operator chose for the door.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The port that the documentation names.
const PORT: u16 = 8888;

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Where to listen.
    pub bind: SocketAddr,
    /// What signs sessions instead of keys of our own.
    pub jwt_secret: Option<secrecy::SecretString>,
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self { bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT), jwt_secret: None }
    }
}
