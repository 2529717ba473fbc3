//! One connection: its bounds in number and time, TLS, and HTTP on it.

use crate::{config::ServeConfig, peer::Wire, state::State};
use axum::{Router, body::Body};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// How long a client may take to agree on TLS.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a client may take to say what it wants, and a connection may stay without a request.
const HEADER_PATIENCE: Duration = Duration::from_secs(20);
/// How long a client may take to read what it asked for, a piece at a time.
const WRITE_PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing at all may come: longer than any answer takes, and than the pause between two pings.
const READ_PATIENCE: Duration = Duration::from_secs(180);
/// The most headers of a request.
const MOST_HEADERS: usize = 64;
/// The most bytes of a request's head.
const MOST_HEAD_BYTES: usize = 32 * 1024;
/// One in so many places is kept for programs on this machine: strangers can take all the others.
const KEPT_FOR_HERE: usize = 16;

/// How many connections there are, in all and from each address. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub(crate) struct Counts {
    inner: Arc<Inner>,
}

struct Inner {
    most: usize,
    /// For those who come from elsewhere.
    most_from_elsewhere: usize,
    most_per_address: usize,
    /// They speak for many.
    proxies: Vec<IpNet>,
    open: Mutex<(usize, HashMap<IpAddr, usize>)>,
}

/// A connection's place among them, given back when dropped.
pub(crate) struct Place {
    counts: Counts,
    address: IpAddr,
}

impl Counts {
    /// As many as were chosen, and no more than leave this process half of the files that it may have open: databases and
    /// agents need some, and strangers can hold connections.
    pub fn new(config: &ServeConfig) -> Self {
        let most = config.max_connections.min(most_bearable());
        if most < config.max_connections {
            tracing::info!(most, chosen = config.max_connections, "fewer connections: this process may open few files");
        }
        Self {
            inner: Arc::new(Inner {
                most,
                most_from_elsewhere: most - most / KEPT_FOR_HERE,
                most_per_address: config.max_connections_per_address,
                proxies: config.trusted_proxies.clone(),
                open: Mutex::default(),
            }),
        }
    }

    /// A place for one more from `address`; none when there are too many.
    pub fn place(&self, address: IpAddr) -> Option<Place> {
        let is_proxy = self.inner.proxies.iter().any(|net| net.contains(&address));
        let most_here = if is_proxy { self.inner.most } else { self.inner.most_per_address };
        // A proxy on this machine speaks for strangers.
        let is_from_here = address.is_loopback() && !is_proxy;
        let most = if is_from_here { self.inner.most } else { self.inner.most_from_elsewhere };
        let mut open = self.open();
        let here = open.1.get(&address).copied().unwrap_or(0);
        if open.0 >= most || here >= most_here {
            return None;
        }
        open.0 += 1;
        open.1.insert(address, here + 1);
        Some(Place { counts: self.clone(), address })
    }

    fn open(&self) -> std::sync::MutexGuard<'_, (usize, HashMap<IpAddr, usize>)> {
        // Two numbers; at worst one of them is off by the connection that was being counted.
        self.inner.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Half of the files that this process may have open at once.
#[cfg(unix)]
fn most_bearable() -> usize {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    files.and_then(|files| usize::try_from(files / 2).ok()).unwrap_or(usize::MAX)
}

/// There is no such bound on Windows.
#[cfg(not(unix))]
fn most_bearable() -> usize {
    usize::MAX
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.counts.open();
        open.0 = open.0.saturating_sub(1);
        if let Some(here) = open.1.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                open.1.remove(&self.address);
            }
        }
    }
}

/// Serves one connection to its end.
pub(crate) async fn attend(
    stream: TcpStream,
    address: IpAddr,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    state: State,
    place: Place,
) {
    let open = state.metrics.connected();
    // Answers are written whole; waiting for more to send would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection is not told to send at once");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(READ_PATIENCE));
    stream.set_write_timeout(Some(WRITE_PATIENCE));
    let stream = Box::pin(stream);
    match acceptor {
        None => speak(stream, Wire { address, is_tls: false }, router, &state).await,
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE_PATIENCE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => speak(stream, Wire { address, is_tls: true }, router, &state).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS with a client"),
            Err(_) => tracing::debug!("a client never agreed on TLS"),
        },
    }
    drop((open, place));
}

async fn speak<S>(stream: S, wire: Wire, router: Router, state: &State)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = router.map_request(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(wire);
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .max_headers(MOST_HEADERS)
        .max_buf_size(MOST_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = state.stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_place_and_a_place_is_given_back() {
        let net = "10.0.0.1/32".parse().expect("a network");
        let config = ServeConfig {
            max_connections: 5,
            max_connections_per_address: 2,
            trusted_proxies: vec![net],
            ..ServeConfig::default()
        };
        let counts = Counts::new(&config);
        let (one, other, proxy) = ([192, 168, 0, 1].into(), [192, 168, 0, 2].into(), [10, 0, 0, 1].into());
        let held: Vec<_> = (0..3).map(|_| counts.place(one)).collect();
        assert!(held[1].is_some() && held[2].is_none(), "two from one address");
        assert!(counts.place(other).is_some(), "others still get in");
        let all: Vec<_> = (0..4).map(|_| counts.place(proxy)).collect();
        assert!(all[2].is_some() && all[3].is_none(), "a proxy has all that are left, and no more");
        drop((held, all));
        assert_eq!(counts.open().0, 0, "all are given back");
        assert!(counts.open().1.is_empty(), "and nothing is remembered of who came");
    }

    #[test]
    fn strangers_cannot_take_the_places_of_this_machine() {
        let counts = Counts::new(&ServeConfig { max_connections: 32, ..ServeConfig::default() });
        let strangers: Vec<_> = (1..=40).map(|last| counts.place([192, 168, 0, last].into())).collect();
        assert_eq!(strangers.iter().flatten().count(), 30, "however many they are");
        let here: Vec<_> = (0..3).map(|_| counts.place([127, 0, 0, 1].into())).collect();
        assert_eq!(here.iter().flatten().count(), 2, "whoever sits here gets in, and all have a bound");
        let trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        let counts = Counts::new(&ServeConfig { max_connections: 32, trusted_proxies, ..ServeConfig::default() });
        let proxied: Vec<_> = (0..40).map(|_| counts.place([127, 0, 0, 1].into())).collect();
        assert_eq!(proxied.iter().flatten().count(), 30, "a proxy that sits here brings strangers");
    }
}
