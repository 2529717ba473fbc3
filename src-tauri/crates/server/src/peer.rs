//! Who is at the other end of a connection, as far as the network and trusted proxies tell.

use crate::config::ServeConfig;
use axum::http::{HeaderMap, header::HeaderName};
use std::net::IpAddr;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// What a proxy adds, one way or another.
const FORWARDED: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host"];

/// The other end of a request. In the extensions of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The client's address: behind a trusted proxy the one that the proxy names.
    pub address: IpAddr,
    /// Whether the browser spoke TLS, to us or to a trusted proxy.
    pub is_tls: bool,
    /// Whether a proxy stands in between, trusted or not, as far as the request tells.
    pub is_forwarded: bool,
}

/// The other end of one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wire {
    pub address: IpAddr,
    pub is_tls: bool,
}

impl Peer {
    /// Who sent a request with these headers over this connection. Only trusted proxies are believed.
    pub(crate) fn of(wire: Wire, headers: &HeaderMap, config: &ServeConfig) -> Self {
        let is_forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
        if !config.is_trusted_proxy(wire.address) {
            return Self { address: wire.address, is_tls: wire.is_tls, is_forwarded };
        }
        let said = headers.get_all(&FORWARDED_PROTO).iter().next_back().and_then(|value| value.to_str().ok());
        // The nearest proxy's word comes last.
        let is_tls = said.and_then(|said| said.rsplit(',').next()).is_some_and(|proto| proto.trim() == "https");
        Self { address: client(wire.address, headers, config), is_tls: wire.is_tls || is_tls, is_forwarded: true }
    }

    /// Whether it is a program on this machine.
    pub fn is_here(&self) -> bool {
        // Whoever wrote the header stands in between, and may speak for anybody.
        self.address.is_loopback() && !self.is_forwarded
    }
}

/// The last address of the chain that no trusted proxy has; what stands before it anybody could have written.
fn client(nearest: IpAddr, headers: &HeaderMap, config: &ServeConfig) -> IpAddr {
    let values = headers.get_all(&FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut address = nearest;
    for said in chain.iter().rev() {
        let Ok(said) = said.trim_matches(['[', ']']).parse::<IpAddr>() else { break };
        address = said.to_canonical();
        if !config.is_trusted_proxy(address) {
            break;
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn seen(from: [u8; 4], chain: &str, proto: &str) -> Peer {
        let net = "10.0.0.0/8".parse().expect("a network");
        let config = ServeConfig { trusted_proxies: vec![net], ..ServeConfig::default() };
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-forwarded-for", chain), ("x-forwarded-proto", proto)] {
            if !value.is_empty() {
                headers.insert(name, HeaderValue::from_str(value).expect("a header"));
            }
        }
        Peer::of(Wire { address: from.into(), is_tls: false }, &headers, &config)
    }

    #[test]
    fn a_stranger_cannot_say_that_they_are_somebody_else() {
        let stranger = seen([192, 168, 0, 9], "127.0.0.1", "https");
        assert_eq!(stranger.address, IpAddr::from([192, 168, 0, 9]), "only trusted proxies are believed");
        assert!(!stranger.is_tls && !stranger.is_here());
        let behind = seen([10, 0, 0, 1], "127.0.0.1, 203.0.113.7", "https");
        assert_eq!(behind.address, IpAddr::from([203, 0, 113, 7]), "the client's own words stand before the proxy's");
        assert!(behind.is_tls);
        let two = seen([10, 0, 0, 1], "203.0.113.7, 10.0.0.2", "http, https");
        assert_eq!(two.address, IpAddr::from([203, 0, 113, 7]), "a trusted proxy behind a trusted proxy");
        let nonsense = seen([10, 0, 0, 1], "203.0.113.7, unknown", "");
        assert_eq!(nonsense.address, IpAddr::from([10, 0, 0, 1]), "what cannot be read is nobody");
    }

    #[test]
    fn a_proxy_on_this_machine_makes_nobody_local() {
        let here = seen([127, 0, 0, 1], "", "");
        assert!(here.is_here());
        assert!(!seen([127, 0, 0, 1], "203.0.113.7", "").is_here(), "somebody stands in between");
    }
}
