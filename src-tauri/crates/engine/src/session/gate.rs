//! The one way from a walled-in session to the network: a proxy on the host that knows which hosts may be reached.
//!
//! A session has a network of its own, with a loopback and nothing else: servers that its commands start answer one
//! another, and the host's services are out of reach. What must be reached outside goes through sockets that the host
//! listens on; within, a forwarder gives each a port. Tools find the proxy by the usual variables.

mod leftover;
mod upstream;
mod wanted;

use crate::{EngineError, OpenProject};
use harness_agent::process;
use harness_sandbox::{AllowedHosts, Reach};
use std::{
    collections::HashSet,
    future::Future,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};
use upstream::Upstream;
use wanted::Wanted;

/// Where the sockets lie inside the walls.
pub(super) const INSIDE: &str = "/run/harness/net";
/// The port of the proxy inside the walls.
pub(super) const PROXY_PORT: u16 = 3128;
/// The name of the proxy's socket; a forwarded port's is its number.
const PROXY: &str = "proxy";
/// A request's head is longer than this only when somebody means harm.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// How long a client may take to say what it wants, and a host to be reached.
const PATIENCE: Duration = Duration::from_secs(30);
/// Connections at once; a session that needs more waits.
const MOST_CONNECTIONS: usize = 256;

/// Finds the addresses of a host.
pub(super) type Resolve =
    Arc<dyn Fn(String, u16, Reach) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> + Send + Sync>;

/// Where one session reaches the network. Dropping it cuts every connection.
pub(crate) struct Gate {
    door: Door,
    _serving: JoinSet<()>,
}

/// Where a gate is knocked at.
enum Door {
    /// Sockets in a directory, to be shown at [`INSIDE`].
    Sockets(TempDir),
    /// A port of the machine's own loopback, where everybody on it could knock: who does must say the password.
    Port { number: u16, address: String },
}

/// What a gate lets through.
#[derive(Clone)]
pub(crate) struct Passage {
    /// The hosts that may be reached.
    pub hosts: AllowedHosts,
    /// What has to be gone through on this person's network.
    pub upstream: Upstream,
    /// Finds addresses; only those that it gives are connected to.
    pub resolve: Resolve,
    /// Hears of every host that was refused, once.
    pub on_refused: Arc<dyn Fn(&str) + Send + Sync>,
    /// What clients have to say first, as the header carries it; none where only the session can knock.
    pub credentials: Option<String>,
}

impl Passage {
    /// To the usual hosts and `hosts`, over this machine's network; refusals are told to the person.
    pub fn to(hosts: AllowedHosts, project: &OpenProject) -> Self {
        let told = Mutex::new(HashSet::new());
        let project = project.clone();
        let on_refused = move |host: &str| {
            if told.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned()) {
                project.notice(
                    "network",
                    format!("An agent wanted to reach {host}, which is not on the list; `network.allow` of the policy adds it."),
                );
            }
        };
        Self {
            hosts,
            upstream: Upstream::of_this_machine(),
            resolve: Arc::new(addresses),
            on_refused: Arc::new(on_refused),
            credentials: None,
        }
    }
}

impl Gate {
    /// Opens the sockets: the proxy's, and one for each port of the host's loopback in `ports`.
    ///
    /// Fails with `EngineError::File` when there is no place for a socket.
    pub fn open(passage: Passage, ports: &[u16]) -> Result<Self, EngineError> {
        let failed = |path: &Path, source| EngineError::File { path: path.into(), action: "listened on", source };
        let dir = short_dir().map_err(|source| failed(&std::env::temp_dir(), source))?;
        let mut serving = JoinSet::new();
        let listen = |name: &str| {
            let path = dir.path().join(name);
            UnixListener::bind(&path).map_err(|source| failed(&path, source))
        };
        let proxy = listen(PROXY)?;
        serving.spawn(serve(proxy, move |client| {
            let passage = passage.clone();
            async move { pass(client, &passage).await }
        }));
        for port in ports.iter().copied() {
            serving.spawn(serve(listen(&port.to_string())?, move |mut client| async move {
                let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
                copy_bidirectional(&mut client, &mut server).await.map(drop)
            }));
        }
        Ok(Self { door: Door::Sockets(dir), _serving: serving })
    }

    /// Listens on a free port of loopback, for walls without a network of their own.
    ///
    /// Fails with `EngineError::File` when no port can be had.
    pub fn on_loopback(mut passage: Passage) -> Result<Self, EngineError> {
        let failed = |source| EngineError::File { path: "127.0.0.1".into(), action: "listened on", source };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let number = listener.local_addr().map_err(failed)?.port();
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        let address = format!("http://session:{}@127.0.0.1:{number}", uuid::Uuid::new_v4().simple());
        let credentials = upstream::credentials(&address);
        passage.credentials = Some(credentials.ok_or_else(|| failed(io::Error::other("no password could be made")))?);
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, move |client| {
            let passage = passage.clone();
            async move { pass(client, &passage).await }
        }));
        Ok(Self { door: Door::Port { number, address }, _serving: serving })
    }

    /// The directory with the sockets, to be shown at [`INSIDE`]; none for a gate on a port.
    pub fn dir(&self) -> Option<&Path> {
        match &self.door {
            Door::Sockets(dir) => Some(dir.path()),
            Door::Port { .. } => None,
        }
    }

    /// The port on the machine's own loopback; none for a gate of sockets.
    pub fn port(&self) -> Option<u16> {
        match &self.door {
            Door::Sockets(_) => None,
            Door::Port { number, .. } => Some(*number),
        }
    }

    /// The proxy's address as the session's tools are told it.
    pub fn proxy(&self) -> String {
        match &self.door {
            Door::Sockets(_) => format!("http://127.0.0.1:{PROXY_PORT}"),
            Door::Port { address, .. } => address.clone(),
        }
    }
}

/// The shell line that gives each socket its port inside the walls and then becomes the command that follows.
pub(super) fn forwarders(forwarder: &Path, ports: &[u16]) -> String {
    let proxy = (PROXY_PORT, PROXY.to_owned());
    let all = std::iter::once(proxy).chain(ports.iter().map(|port| (*port, port.to_string())));
    let forwarder = forwarder.display();
    let each: String = all
        .map(|(port, name)| {
            format!(
                "{forwarder} -t 600 TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:{INSIDE}/{name} </dev/null >/dev/null 2>&1 & "
            )
        })
        .collect();
    format!("{each}exec \"$@\"")
}

/// What makes Java's tools use the proxy; they look at no variable of the others' by themselves.
pub(super) fn java_options() -> String {
    let host = |scheme: &str| format!("-D{scheme}.proxyHost=127.0.0.1 -D{scheme}.proxyPort={PROXY_PORT}");
    format!("{} {} -Dhttp.nonProxyHosts=localhost|127.*|[::1]", host("http"), host("https"))
}

/// A new directory that names its owner. Its path leaves room for a socket's name: the system takes about a hundred bytes.
fn short_dir() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(&leftover::prefix(process::own())).tempdir_in(place())
}

/// Where the directories of gates lie.
fn place() -> PathBuf {
    let usual = std::env::temp_dir();
    if usual.as_os_str().len() <= 50 { usual } else { PathBuf::from("/tmp") }
}

/// Removes the directories of gates whose process is gone. Call it on a thread that may block.
pub(super) fn sweep() {
    leftover::sweep(&place());
}

/// Something that clients connect to.
trait Listen: Send + 'static {
    type Client: AsyncRead + AsyncWrite + Unpin + Send;

    fn accept(&self) -> impl Future<Output = io::Result<Self::Client>> + Send;
}

impl Listen for UnixListener {
    type Client = UnixStream;

    async fn accept(&self) -> io::Result<UnixStream> {
        Ok(UnixListener::accept(self).await?.0)
    }
}

impl Listen for TcpListener {
    type Client = TcpStream;

    async fn accept(&self) -> io::Result<TcpStream> {
        Ok(TcpListener::accept(self).await?.0)
    }
}

async fn serve<L, F, A>(listener: L, answer: F)
where
    L: Listen,
    F: Fn(L::Client) -> A + Send + 'static,
    A: Future<Output = io::Result<()>> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut answering = JoinSet::new();
    loop {
        let Ok(place) = room.clone().acquire_owned().await else { return };
        let Ok(client) = listener.accept().await else {
            // Out of descriptors: somebody else may close one.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let answered = answer(client);
        answering.spawn(async move {
            if let Err(error) = answered.await {
                tracing::debug!(%error, "a connection of a session ended");
            }
            drop(place);
        });
        while answering.try_join_next().is_some() {}
    }
}

/// Reads what one client wants and lets it through, or says why not.
async fn pass(mut client: impl AsyncRead + AsyncWrite + Unpin, passage: &Passage) -> io::Result<()> {
    let Ok(head) = timeout(PATIENCE, head(&mut client)).await else { return Ok(()) };
    let (head, rest) = head?;
    let Some(wanted) = Wanted::parse(&head) else {
        return refuse(&mut client, "400 Bad Request", "This proxy takes CONNECT and plain http requests only.").await;
    };
    if passage.credentials.is_some() && wanted.credentials != passage.credentials {
        let why = "This proxy serves one session, which knows its password.";
        return refuse(&mut client, "407 Proxy Authentication Required", why).await;
    }
    let Some(reach) = passage.hosts.reach(&wanted.host, wanted.port) else {
        (passage.on_refused)(&wanted.host);
        let why = format!(
            "{}:{} is not on the list of hosts that this project's agents may reach [network.host]. If the project needs it, \
             ask the person to add it to network.allow of the policy.",
            wanted.host, wanted.port
        );
        return refuse(&mut client, "403 Forbidden", &why).await;
    };
    let (mut server, first_words) = match timeout(PATIENCE, open(passage, &wanted, reach)).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => return refuse(&mut client, "502 Bad Gateway", &error.to_string()).await,
        Err(_) => return refuse(&mut client, "504 Gateway Timeout", "The host does not answer.").await,
    };
    if wanted.is_tunnel {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        client.write_all(&first_words).await?;
    }
    server.write_all(&rest).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// A connection on which the host itself listens, and what it said first. A plain request is already made on it.
async fn open(passage: &Passage, wanted: &Wanted, reach: Reach) -> io::Result<(TcpStream, Vec<u8>)> {
    if let Some(proxy) = passage.upstream.on_the_way_to(wanted)? {
        return proxy.open(wanted).await;
    }
    let addresses = (passage.resolve)(wanted.host.clone(), wanted.port, reach).await?;
    let mut server = TcpStream::connect(addresses.as_slice()).await?;
    if !wanted.is_tunnel {
        server.write_all(&wanted.origin_form()).await?;
    }
    Ok((server, Vec::new()))
}

async fn refuse(client: &mut (impl AsyncWrite + Unpin), status: &str, why: &str) -> io::Result<()> {
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{why}\n",
        why.len() + 1
    );
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await
}

/// The head of a request or an answer, its empty line included, and what came after it.
async fn head(client: &mut (impl AsyncRead + Unpin)) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let count = client.read(&mut piece).await?;
        // The end may straddle two pieces.
        let from = read.len().saturating_sub(3);
        read.extend(&piece[..count]);
        if let Some(at) = read[from..].windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = read.split_off(from + at + 4);
            return Ok((read, rest));
        }
        if count == 0 || read.len() > MOST_HEAD_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

/// The addresses of a host that lie within its reach; none that lead to this machine.
fn addresses(
    host: String,
    port: u16,
    reach: Reach,
) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
    Box::pin(async move {
        let found = tokio::net::lookup_host((host.as_str(), port)).await?;
        let within: Vec<SocketAddr> = found.filter(|address| reach.includes(address.ip())).collect();
        if within.is_empty() {
            return Err(io::Error::other(format!(
                "{host} leads to no public address. If it is a host of your own network, name it under network.allow of the policy"
            )));
        }
        Ok(within)
    })
}

#[cfg(test)]
mod tests;
