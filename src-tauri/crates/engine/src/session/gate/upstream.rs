//! The proxy that a network such as a company's demands on the way out.
//!
//! It is asked on the host's side, so a password for it never gets inside the walls.

use super::{head, wanted::Wanted};
use hyper_util::client::proxy::matcher::Matcher;
use std::{io, sync::Arc};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// Which hosts are reached through which proxy.
#[derive(Clone)]
pub(crate) struct Upstream(Arc<Matcher>);

/// A proxy on the way to one host.
pub(super) struct Proxy {
    host: String,
    port: u16,
    /// The header line that proves who asks, with its end; empty where nobody wants to know.
    authorization: String,
}

impl Upstream {
    /// As this process's environment has it: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, also in small letters.
    pub fn of_this_machine() -> Self {
        Self(Arc::new(Matcher::from_env()))
    }

    /// The proxy to ask for this host; none when the host is to be reached directly.
    ///
    /// Fails when the proxy is of a kind that is not spoken here, such as SOCKS: going around it is not for us to decide.
    pub(super) fn on_the_way_to(&self, wanted: &Wanted) -> io::Result<Option<Proxy>> {
        let scheme = if wanted.is_tunnel { "https" } else { "http" };
        let address = format!("{scheme}://{}:{}/", wanted.host, wanted.port);
        let Some(found) = self.0.intercept(&address.parse().map_err(io::Error::other)?) else { return Ok(None) };
        let uri = found.uri();
        if uri.scheme_str() != Some("http") {
            return Err(io::Error::other(format!(
                "This network's proxy is named by an address that begins with {}://, and only http:// proxies are spoken \
                 here. Set HTTPS_PROXY to its http:// address, or name the host in NO_PROXY.",
                uri.scheme_str().unwrap_or_default()
            )));
        }
        let authorization = found.basic_auth().and_then(|basic| basic.to_str().ok());
        Ok(Some(Proxy {
            host: uri.host().unwrap_or_default().to_owned(),
            port: uri.port_u16().unwrap_or(80),
            authorization: authorization.map(|basic| format!("Proxy-Authorization: {basic}\r\n")).unwrap_or_default(),
        }))
    }
}

impl Proxy {
    /// A connection that leads to the host itself, and what it said first.
    ///
    /// Fails with the proxy's own words when it does not let the request through: the client must never get to talk to
    /// the proxy itself, which would lead it anywhere.
    pub async fn open(&self, wanted: &Wanted) -> io::Result<(TcpStream, Vec<u8>)> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let mut server = TcpStream::connect((host, self.port)).await.map_err(|error| {
            io::Error::other(format!("This network's proxy, {}:{}, cannot be reached: {error}", self.host, self.port))
        })?;
        if !wanted.is_tunnel {
            server.write_all(&wanted.absolute_form(&self.authorization)).await?;
            return Ok((server, Vec::new()));
        }
        let authority = format!("{}:{}", wanted.host, wanted.port);
        let connect = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{}\r\n", self.authorization);
        server.write_all(connect.as_bytes()).await?;
        let (answer, rest) = head(&mut server).await?;
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.lines().next().unwrap_or_default();
        if !status.split(' ').nth(1).is_some_and(|code| code.len() == 3 && code.starts_with('2')) {
            return Err(io::Error::other(format!("This network's proxy does not lead to {authority}: {status}")));
        }
        Ok((server, rest))
    }
}

/// What the header says of a client that was told this address of a proxy, with a name and a password in it.
pub(super) fn credentials(address: &str) -> Option<String> {
    let found = Matcher::builder().all(address.to_owned()).build().intercept(&"http://any.test/".parse().ok()?)?;
    Some(found.basic_auth()?.to_str().ok()?.to_owned())
}

#[cfg(test)]
impl Upstream {
    /// Everything through this address but the hosts in `no`; directly when it is empty.
    pub fn through(address: &str, no: &str) -> Self {
        Self(Arc::new(Matcher::builder().all(address.to_owned()).no(no.to_owned()).build()))
    }
}
