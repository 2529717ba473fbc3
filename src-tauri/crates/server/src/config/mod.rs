//! What the operator chose for the door, and what a choice has to satisfy.

mod environment;
mod file;

pub use environment::{VARIABLES, Variable};
pub use file::Choices;

use ipnet::IpNet;
use secrecy::SecretString;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// The port that the documentation names.
pub const PORT: u16 = 8888;
/// The shortest secret that may sign sessions, in bytes: as long as the hash it is used with.
const SHORTEST_SECRET: usize = 32;

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Where to listen.
    pub bind: SocketAddr,
    /// How browsers get TLS.
    pub tls: TlsChoice,
    /// Names besides this machine's own under which browsers may ask for it, without a port.
    pub allowed_hosts: Vec<String>,
    /// Origins of other pages that may use the API from a browser, such as `https://board.example.org`.
    pub origins: Vec<String>,
    /// Proxies whose word about a client's address and scheme counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether only clients on this machine are served. None: as the address to listen on says.
    pub require_localhost: Option<bool>,
    /// The address that people are given, when it is not what the door listens on: behind a proxy or in a container.
    pub public_url: Option<String>,
    /// The secret that signs sessions. None: one that the product makes and keeps.
    pub jwt_secret: Option<SecretString>,
    /// Whether runs that the end of the server cut off go on when it starts. For the host: the door starts no runs.
    pub resume_runs: bool,
    /// How long until one of them that could not go on is tried again for the first time; doubled each time.
    pub resume_retry: Duration,
    /// The most bytes that a request may have. Images may be larger.
    pub max_body_bytes: usize,
    /// The most connections at once; fewer where this process may open few files.
    pub max_connections: usize,
    /// The most connections at once from one address; a trusted proxy may have all.
    pub max_connections_per_address: usize,
}

/// How browsers get TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsChoice {
    /// As the address says: without on this machine's own addresses or behind a trusted proxy, with otherwise.
    Automatic,
    /// Not from us.
    Off,
    /// With a certificate that the product makes for itself and keeps.
    Own,
    /// With these files, in PEM.
    Files {
        /// The certificate with the chain below it.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// Why what was chosen cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct ConfigError {
    /// The variable, the option or the file's key.
    pub what: String,
    /// What is wrong with it, and what to do.
    pub why: String,
}

impl ConfigError {
    pub(crate) fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT),
            tls: TlsChoice::Automatic,
            allowed_hosts: Vec::new(),
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            require_localhost: None,
            public_url: None,
            jwt_secret: None,
            resume_runs: true,
            resume_retry: Duration::from_secs(30),
            max_body_bytes: 1024 * 1024,
            max_connections: 1024,
            max_connections_per_address: 128,
        }
    }
}

impl ServeConfig {
    /// Whether the door is for this machine only, as far as its address tells.
    pub fn is_loopback(&self) -> bool {
        self.bind.ip().to_canonical().is_loopback()
    }

    /// Whether clients elsewhere are turned away.
    pub fn is_localhost_only(&self) -> bool {
        self.require_localhost.unwrap_or(self.is_loopback() && self.trusted_proxies.is_empty())
    }

    /// Whether the door itself speaks TLS.
    pub fn has_tls(&self) -> bool {
        match self.tls {
            TlsChoice::Off => false,
            TlsChoice::Automatic => !self.is_loopback() && self.trusted_proxies.is_empty(),
            TlsChoice::Own | TlsChoice::Files { .. } => true,
        }
    }

    /// Whether `address` is a proxy whose word counts.
    pub fn is_trusted_proxy(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|net| net.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_to_the_network_has_tls_and_one_on_this_machine_needs_none() {
        let here = ServeConfig::default();
        assert!(!here.has_tls() && here.is_localhost_only(), "nobody listens in between");
        let everywhere = ServeConfig { bind: SocketAddr::from(([0, 0, 0, 0], PORT)), ..ServeConfig::default() };
        assert!(
            everywhere.has_tls() && !everywhere.is_localhost_only(),
            "passwords do not go over the air in the clear"
        );
        let net = "127.0.0.1/32".parse().expect("a network");
        let behind = ServeConfig { trusted_proxies: vec![net], ..ServeConfig::default() };
        assert!(!behind.has_tls() && !behind.is_localhost_only(), "the proxy has the certificate and the clients");
        let mapped =
            ServeConfig { bind: "[::ffff:127.0.0.1]:1".parse().expect("an address"), ..ServeConfig::default() };
        assert!(mapped.is_loopback(), "the same address in another dress");
    }
}
