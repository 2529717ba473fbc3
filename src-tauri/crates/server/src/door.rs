//! Opening and shutting the door: listeners, connections, and the end of both.

use crate::{auth::Auth, config::ServeConfig, peer::Peer, rest, state::State};
use axum::Router;
use harness_api::Api;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

/// How long a client may take to say what it wants.
const HEADER_PATIENCE: Duration = Duration::from_secs(15);

/// Why the door does not open.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// What is kept of accounts cannot be used.
    #[error("{0}")]
    Accounts(String),
}

/// The open door. [`Door::stop`] shuts it in order; dropping it only lets go of it.
#[derive(Debug)]
pub struct Door {
    addresses: Vec<SocketAddr>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Door {
    /// Where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Accepts nobody any more, lets requests finish and closes sockets. Returns when all are gone.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Opens the door to `api`.
///
/// Must be called within a tokio runtime. Fails with `Bind` when the address cannot be had.
pub async fn serve(api: Api, config: ServeConfig) -> Result<Door, ServeError> {
    let auth = Arc::new(Auth::open(&api, &config)?);
    let failed = |source| ServeError::Bind { address: config.bind, source };
    let listener = TcpListener::bind(config.bind).await.map_err(failed)?;
    let addresses = vec![listener.local_addr().map_err(failed)?];
    let state = State { api, config: Arc::new(config), auth };
    let router = rest::routes().with_state(state);
    let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
    tasks.spawn(accept(listener, router, stopping.clone(), tasks.clone()));
    Ok(Door { addresses, stopping, tasks })
}

async fn accept(listener: TcpListener, router: Router, stopping: CancellationToken, tasks: TaskTracker) {
    while let Some(accepted) = stopping.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, address)) => {
                tasks.spawn(attend(stream, address, router.clone(), stopping.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Out of file descriptors, most likely: some will be given back.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn attend(stream: TcpStream, address: SocketAddr, router: Router, stopping: CancellationToken) {
    let service = router.map_request(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer { address: address.ip().to_canonical(), is_tls: false });
        request.map(axum::body::Body::new)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
