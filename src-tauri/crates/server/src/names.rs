//! What this machine is called, and where it is.

use crate::config::ServeConfig;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use url::Url;

/// Names under which browsers may ask for this machine: its own, and those that were named.
pub(crate) fn names(config: &ServeConfig) -> Vec<String> {
    let mut names = vec!["localhost".to_owned()];
    if let Some(own) = own_name() {
        let own = own.to_ascii_lowercase();
        let short = own.split('.').next().unwrap_or(&own).to_owned();
        names.extend([format!("{short}.local"), short, own]);
    }
    let public = config.public_url.as_deref().and_then(|url| Url::parse(url).ok());
    names.extend(public.and_then(|url| url.host_str().map(str::to_ascii_lowercase)));
    names.extend(config.allowed_hosts.iter().cloned());
    names.sort();
    names.dedup();
    names
}

/// Addresses under which the door can be reached.
pub(crate) fn addresses(bound: IpAddr) -> Vec<IpAddr> {
    let mut addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    if bound.is_unspecified() {
        addresses.extend(outward());
    } else {
        addresses.push(bound);
    }
    addresses.sort();
    addresses.dedup();
    addresses
}

/// The address under which others in the network see this machine. Nothing is sent to find out.
pub(crate) fn outward() -> Option<IpAddr> {
    // An address that is set aside for documentation: which of ours would lead there is all that is asked.
    let socket = UdpSocket::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}

#[cfg(unix)]
fn own_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    (!name.is_empty() && name.bytes().all(is_plain)).then_some(name)
}

#[cfg(not(unix))]
fn own_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok().filter(|name| !name.is_empty())
}
