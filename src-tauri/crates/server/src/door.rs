//! Opening and shutting the door: listeners, connections, and the end of both.

use crate::{
    answers::Answers,
    assets::Assets,
    auth::Auth,
    config::{ConfigError, ServeConfig},
    connection::{Counts, attend},
    guard::guard,
    input,
    metrics::Metrics,
    names,
    reply::failure,
    rest,
    state::State,
    tls::{self, Tls},
};
use axum::{Router, middleware};
use harness_api::{Api, ApiError, ErrorCode};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::catch_panic::CatchPanicLayer;

/// How long requests and sockets may take to end when the door is shut.
const PARTING: Duration = Duration::from_secs(10);

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
    /// What was chosen cannot be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What is kept of accounts cannot be used.
    #[error("{0}")]
    Accounts(String),
    /// A certificate or a key cannot be used.
    #[error("TLS: {}: {detail}", file.display())]
    Tls {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Nobody could sign in, and anybody could try to be the first.
    #[error(
        "{address} can be reached from the network, and there is no account yet: add one first with \
         `harness user add NAME --role admin --password-stdin`, or serve on 127.0.0.1 and follow the link that is printed"
    )]
    NobodyYet {
        /// The address.
        address: SocketAddr,
    },
}

/// The open door. [`Door::stop`] shuts it in order; dropping it lets go of it without a word.
#[derive(Debug)]
pub struct Door {
    addresses: Vec<SocketAddr>,
    urls: Vec<String>,
    fingerprint: Option<String>,
    setup_link: Option<String>,
    stopping: CancellationToken,
    cutting: CancellationToken,
    tasks: TaskTracker,
}

impl Door {
    /// Where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What people type into a browser, the best first.
    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    /// SHA-256 of the certificate, as browsers show it; none without TLS.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Where the first account is made, while there is none. It opens the door once: for the person at this machine only.
    pub fn setup_link(&self) -> Option<&str> {
        self.setup_link.as_deref()
    }

    /// Accepts nobody any more, lets requests finish and tells sockets that it goes away. Returns when all are gone, at
    /// most ten seconds later.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        if tokio::time::timeout(PARTING, self.tasks.wait()).await.is_err() {
            tracing::warn!(open = self.tasks.len(), "connections that did not end are cut");
            self.cutting.cancel();
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// Opens the door to `api`.
///
/// Must be called within a tokio runtime. Fails with `Bind` when the address cannot be had, with `NobodyYet` when it can be
/// reached from the network while there is no account, and with `Tls` or `Accounts` when what is kept cannot be used.
pub async fn serve(api: Api, config: ServeConfig) -> Result<Door, ServeError> {
    let names = names::names(&config);
    let (opening, chosen, known) = (api.clone(), config.clone(), names.clone());
    let opened = tokio::task::spawn_blocking(move || open(&opening, &chosen, &known));
    let Opened { auth, setup_token, tls, assets } =
        opened.await.unwrap_or_else(|_| Err(ServeError::Accounts("the door could not be opened".into())))?;
    let failed = |source| ServeError::Bind { address: config.bind, source };
    let listener = TcpListener::bind(config.bind).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let urls = urls(&config, address, tls.is_some());
    let (stopping, cutting, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let state = State {
        is_tls_vouched_for: tls.as_ref().is_none_or(|tls| tls.is_vouched_for),
        api,
        config: Arc::new(config),
        auth: Arc::new(auth),
        metrics: Arc::new(Metrics::default()),
        answers: Arc::new(Answers::default()),
        assets: Arc::new(assets),
        names: names.into(),
        stopping: stopping.clone(),
        tasks: tasks.clone(),
    };
    // In the fragment, which no browser sends anywhere.
    let setup_link = setup_token.zip(urls.first()).map(|(token, url)| format!("{url}/setup#token={token}"));
    let fingerprint = tls.as_ref().map(|tls| tls.fingerprint.clone());
    let acceptor = tls.map(|tls| tls.acceptor);
    let router = router(state.clone());
    let accepting = accept(listener, acceptor, router, state, cutting.clone());
    tasks.spawn(accepting);
    Ok(Door { addresses: vec![address], urls, fingerprint, setup_link, stopping, cutting, tasks })
}

/// What is read from disk before the door is opened.
struct Opened {
    auth: Auth,
    /// Makes the first account, while there is none.
    setup_token: Option<String>,
    tls: Option<Tls>,
    assets: Assets,
}

fn open(api: &Api, config: &ServeConfig, names: &[String]) -> Result<Opened, ServeError> {
    let addresses: Vec<IpAddr> = names::addresses(config.bind.ip());
    input::prepare();
    let has_users = api.accounts().has_users().map_err(|error| ServeError::Accounts(error.to_string()))?;
    if !config.is_loopback() && !has_users {
        return Err(ServeError::NobodyYet { address: config.bind });
    }
    let auth = Auth::open(api, config)?;
    let setup_token = auth.setup_token(api)?;
    let tls = tls::prepare(api, config, names, &addresses)?;
    Ok(Opened { auth, setup_token, tls, assets: Assets::built() })
}

/// The routes behind the guards.
fn router(state: State) -> Router {
    let fault = |_: Box<dyn std::any::Any + Send>| {
        // The panic itself is told where it happened.
        failure(ApiError::new(ErrorCode::Internal, "this is a fault of the product; nothing that was recorded is lost"))
    };
    rest::routes()
        .layer(CatchPanicLayer::custom(fault))
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .with_state(state)
}

fn urls(config: &ServeConfig, address: SocketAddr, is_tls: bool) -> Vec<String> {
    let scheme = if is_tls { "https" } else { "http" };
    let of = |ip: IpAddr| format!("{scheme}://{}", SocketAddr::new(ip, address.port()));
    let own = match address.ip() {
        ip if ip.is_unspecified() => {
            names::outward().into_iter().chain([IpAddr::from([127, 0, 0, 1])]).map(of).collect()
        }
        ip => vec![of(ip)],
    };
    config.public_url.iter().cloned().chain(own).collect()
}

async fn accept(
    listener: TcpListener,
    acceptor: Option<tokio_rustls::TlsAcceptor>,
    router: Router,
    state: State,
    cutting: CancellationToken,
) {
    let counts = Counts::new(&state.config);
    let stopping = state.stopping.clone();
    while let Some(accepted) = stopping.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, address)) => {
                let address = address.ip().to_canonical();
                let Some(place) = counts.place(address) else {
                    state.metrics.turned_away();
                    continue;
                };
                let attended = attend(stream, address, acceptor.clone(), router.clone(), state.clone(), place);
                let cutting = cutting.clone();
                state.tasks.spawn(async move { cutting.run_until_cancelled(attended).await });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Out of file descriptors, most likely: some will be given back.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
