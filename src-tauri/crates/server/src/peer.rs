//! Who is at the other end of a connection, as far as the network tells.

use std::net::IpAddr;

/// The other end of a request. In the extensions of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The client's address: behind a trusted proxy the one that the proxy names.
    pub address: IpAddr,
    /// Whether the browser spoke TLS, to us or to a trusted proxy.
    pub is_tls: bool,
}
