//! The tools on standard input and output, for any MCP client.

use crate::{handler::Handler, sieve::sieved};
use harness_engine::{EngineError, toolbox::Toolbox};
use rmcp::{
    ServiceExt,
    service::ServerInitializeError,
    transport::{async_rw::AsyncRwTransport, stdio_pipes},
};
use std::{pin::pin, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, interval_at},
};
use tokio_util::sync::CancellationToken;

/// How often a connected client's claim is renewed; a small part of what a claim lasts.
const RENEWAL: Duration = Duration::from_secs(5 * 60);
/// How long calls under way may take to end after the client is gone.
const END_LIMIT: Duration = Duration::from_secs(10);

/// Why serving a client ended other than by the client's leaving.
#[derive(Debug, thiserror::Error)]
pub enum StdioError {
    /// The client did not begin as the protocol says.
    #[error("the client did not begin with an MCP handshake: {0}")]
    Handshake(#[source] Box<ServerInitializeError>),
    /// The conversation's task died.
    #[error("the conversation broke off: {0}")]
    Broken(#[from] tokio::task::JoinError),
    /// The client's claim could not be given back; it ends by itself when its lease does.
    #[error("the feature this client held could not be given back: {0}")]
    Release(#[source] EngineError),
}

/// Serves one client on standard input and output until it leaves, or until this process is told to end.
///
/// Writes nothing but protocol to standard output; a line that is no JSON is answered with the error that JSON-RPC has for
/// it, and passed over. When the client is gone, calls under way get a few seconds, then
/// their checks are killed; what the client held goes back into the queue. Fails with [`StdioError`]; a client that
/// leaves before it said anything is no failure.
///
/// Reads standard input on a thread that cannot be interrupted when it is not a pipe, so a program that goes on after
/// a signal should leave with `std::process::exit`.
pub async fn serve_stdio(toolbox: Toolbox) -> Result<(), StdioError> {
    let (reader, writer) = stdio_pipes();
    serve(toolbox, reader, writer, told_to_end()).await
}

/// As [`serve_stdio`], on any two streams and with any reason to stop.
pub async fn serve<R, W>(
    toolbox: Toolbox,
    reader: R,
    writer: W,
    stop: impl Future<Output = ()>,
) -> Result<(), StdioError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let ending = CancellationToken::new();
    let handler = Handler::new(toolbox.clone(), ending.clone());
    let running = handler.running().clone();
    let mut conversation = pin!(sieved(reader, writer, |reader, writer| {
        converse(handler, AsyncRwTransport::new_server(reader, writer), ending.clone())
    }));
    let mut stop = pin!(stop);
    let mut renewal = interval_at(Instant::now() + RENEWAL, RENEWAL);
    let outcome = loop {
        tokio::select! {
            outcome = &mut conversation => break outcome,
            () = &mut stop, if !ending.is_cancelled() => ending.cancel(),
            _ = renewal.tick() => renew(&toolbox).await,
        }
    };
    running.close();
    if tokio::time::timeout(END_LIMIT, running.wait()).await.is_err() {
        tracing::warn!("calls were still under way when the client's time was up");
    }
    let released = give_back(toolbox).await;
    outcome.and(released)
}

async fn converse<R, W>(
    handler: Handler,
    transport: AsyncRwTransport<rmcp::RoleServer, R, W>,
    ending: CancellationToken,
) -> Result<(), StdioError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    match handler.serve_with_ct(transport, ending).await {
        Ok(service) => {
            service.waiting().await?;
            Ok(())
        }
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => Ok(()),
        Err(error) => Err(StdioError::Handshake(Box::new(error))),
    }
}

/// Keeps the claim of a client that works for long without calling anything.
async fn renew(toolbox: &Toolbox) {
    let toolbox = toolbox.clone();
    match tokio::task::spawn_blocking(move || toolbox.renew_lease()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the client's claim could not be renewed"),
        Err(error) => tracing::warn!(%error, "the client's claim could not be renewed"),
    }
}

async fn give_back(toolbox: Toolbox) -> Result<(), StdioError> {
    let released = tokio::task::spawn_blocking(move || match toolbox.claimed()? {
        Some(held) => toolbox.clear_in_progress(held.id).map(drop),
        None => Ok(()),
    });
    released.await?.map_err(StdioError::Release)
}

/// Ends when the operating system asks the process to.
async fn told_to_end() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a way to be told, only the client can end this.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else { return interrupted.await };
        tokio::select! {
            () = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
