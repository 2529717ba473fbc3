//! What one client of the proxy asks for.

/// Where one request wants to go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub host: String,
    pub port: u16,
    pub is_tunnel: bool,
    method: String,
    path: String,
    version: String,
    /// What the client said to be let in, as the header carries it.
    pub credentials: Option<String>,
    /// Header lines that are meant for the host, each with its end.
    headers: String,
}

impl Wanted {
    /// Reads the head of a request; none when it is not one that this proxy takes.
    ///
    /// Whatever another proxy could read in another way is none: after a line that ends in an unusual way, it might see
    /// a request for a host that was never looked at here.
    pub fn parse(head: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(head).ok()?;
        let mut lines = text.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        let is_plain = |line: &str| !line.contains(|c: char| c.is_control() && c != '\t');
        if words.next().is_some() || !text.split("\r\n").all(is_plain) {
            return None;
        }
        let mut headers = String::new();
        let mut credentials = None;
        for line in lines.take_while(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                return None; // goes on with the line before, says one reader; is a line of its own, says another
            }
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let name = name.trim().to_ascii_lowercase();
            if name == "proxy-authorization" {
                credentials = Some(value.trim().to_owned());
            }
            // One request a connection, to the host of its first line.
            let is_for_proxies = matches!(
                name.as_str(),
                "connection" | "proxy-connection" | "proxy-authorization" | "keep-alive" | "upgrade" | "host"
            );
            if !is_for_proxies {
                headers.push_str(line);
                headers.push_str("\r\n");
            }
        }
        let (method, version) = (method.to_owned(), version.to_owned());
        if method == "CONNECT" {
            let (host, port) = split_port(target)?;
            return Some(Self {
                host,
                port: port?,
                is_tunnel: true,
                method,
                path: String::new(),
                version,
                credentials,
                headers,
            });
        }
        let rest = target.strip_prefix("http://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        // `http://listed.example@elsewhere/` names elsewhere.
        let (host, port) = split_port(authority.rsplit('@').next()?)?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Self { host, port: port.unwrap_or(80), is_tunnel: false, method, path, version, credentials, headers })
    }

    /// A plain request as the host itself is told it.
    pub fn origin_form(&self) -> Vec<u8> {
        self.request(&self.path, "")
    }

    /// A plain request as a proxy is told it, with further header lines for the proxy.
    pub fn absolute_form(&self, for_proxy: &str) -> Vec<u8> {
        self.request(&format!("http://{}:{}{}", self.host, self.port, self.path), for_proxy)
    }

    fn request(&self, target: &str, more: &str) -> Vec<u8> {
        let Self { method, version, headers, host, .. } = self;
        let port = if self.port == 80 { String::new() } else { format!(":{}", self.port) };
        format!("{method} {target} {version}\r\nHost: {host}{port}\r\n{headers}{more}Connection: close\r\n\r\n")
            .into_bytes()
    }
}

/// `host:port` or `[address]:port`; none when neither a host nor a number is there.
fn split_port(authority: &str) -> Option<(String, Option<u16>)> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => Some((host.to_owned(), Some(port.parse().ok()?))),
        _ => Some((authority.to_owned(), None)),
    }
}
