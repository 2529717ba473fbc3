//! One layer of choices: the command line, the environment or the file. Layers are laid over one another.

use super::{ConfigError, SHORTEST_SECRET, ServeConfig, TlsChoice};
use harness_api::LONGEST_RETRY;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

/// What one place says. What it does not say is left to the next one: command line, environment, `.env`, file, default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// The address to listen on.
    pub host: Option<IpAddr>,
    /// The port to listen on.
    pub port: Option<u16>,
    /// Whether to speak TLS: true with `certificate` and `key`, or with a certificate of the product's own.
    pub https: Option<bool>,
    /// A certificate in PEM, with the chain below it.
    pub certificate: Option<PathBuf>,
    /// Its key in PEM.
    pub key: Option<PathBuf>,
    /// Names under which browsers may ask for this machine.
    pub allowed_hosts: Option<Vec<String>>,
    /// Origins of other pages that may use the API.
    pub cors_origins: Option<Vec<String>>,
    /// Addresses or networks of proxies whose word counts.
    pub trusted_proxies: Option<Vec<String>>,
    /// Whether only clients on this machine are served.
    pub require_localhost: Option<bool>,
    /// The address that people are given.
    pub public_url: Option<String>,
    /// `true`: cookies are `Secure` wherever there is TLS, which they are anyway.
    pub cookie_secure: Option<bool>,
    /// `strict`, which they are anyway.
    pub cookie_samesite: Option<String>,
    /// The secret that signs sessions. Not in the file: files are copied.
    #[serde(skip)]
    pub jwt_secret: Option<SecretString>,
    /// Whether runs that the end of the server cut off go on when it starts.
    pub resume_runs: Option<bool>,
    /// Seconds until one of them that could not go on is tried again for the first time.
    pub resume_retry_seconds: Option<u64>,
    /// The most bytes of a request.
    pub max_body_bytes: Option<usize>,
    /// The most connections at once.
    pub max_connections: Option<usize>,
    /// The most connections at once from one address.
    pub max_connections_per_address: Option<usize>,
}

impl Choices {
    /// What a file of TOML says.
    ///
    /// Fails when it cannot be read, has a key that is not known, or a value of another type.
    pub fn of_file(path: &Path) -> Result<Self, ConfigError> {
        let named = || path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::new(named(), error.to_string()))?;
        toml::from_str(&text).map_err(|error| ConfigError::new(named(), error.to_string().trim_end().to_owned()))
    }

    /// This layer over `below`: what this one says counts.
    pub fn over(self, below: Self) -> Self {
        // A certificate and its key belong together: one from here and one from there would not fit.
        let (certificate, key) = match (&self.certificate, &self.key) {
            (None, None) => (below.certificate, below.key),
            _ => (self.certificate, self.key),
        };
        Self {
            host: self.host.or(below.host),
            port: self.port.or(below.port),
            https: self.https.or(below.https),
            certificate,
            key,
            allowed_hosts: self.allowed_hosts.or(below.allowed_hosts),
            cors_origins: self.cors_origins.or(below.cors_origins),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            require_localhost: self.require_localhost.or(below.require_localhost),
            public_url: self.public_url.or(below.public_url),
            cookie_secure: self.cookie_secure.or(below.cookie_secure),
            cookie_samesite: self.cookie_samesite.or(below.cookie_samesite),
            jwt_secret: self.jwt_secret.or(below.jwt_secret),
            resume_runs: self.resume_runs.or(below.resume_runs),
            resume_retry_seconds: self.resume_retry_seconds.or(below.resume_retry_seconds),
            max_body_bytes: self.max_body_bytes.or(below.max_body_bytes),
            max_connections: self.max_connections.or(below.max_connections),
            max_connections_per_address: self.max_connections_per_address.or(below.max_connections_per_address),
        }
    }

    /// The configuration that these choices are.
    ///
    /// Fails with what is wrong and what to do about it.
    pub fn settle(self) -> Result<ServeConfig, ConfigError> {
        let usual = ServeConfig::default();
        check_same_site(self.cookie_samesite.as_deref())?;
        let tls = match (self.https, self.certificate, self.key) {
            (Some(false), ..) => TlsChoice::Off,
            (_, Some(certificate), Some(key)) => TlsChoice::Files { certificate, key },
            (_, Some(_), None) => return Err(ConfigError::new("certificate", "its key is missing: give both files")),
            (_, None, Some(_)) => return Err(ConfigError::new("key", "its certificate is missing: give both files")),
            (Some(true), None, None) => TlsChoice::Own,
            (None, None, None) => TlsChoice::Automatic,
        };
        let bind = SocketAddr::new(self.host.unwrap_or(usual.bind.ip()), self.port.unwrap_or(usual.bind.port()));
        let config = ServeConfig {
            bind,
            tls,
            allowed_hosts: each(self.allowed_hosts, "allowed_hosts", host)?,
            origins: each(self.cors_origins, "cors_origins", origin)?,
            trusted_proxies: each(self.trusted_proxies, "trusted_proxies", network)?,
            require_localhost: self.require_localhost,
            public_url: self.public_url.map(|url| address(&url)).transpose()?,
            jwt_secret: self.jwt_secret.map(strong).transpose()?,
            resume_runs: self.resume_runs.unwrap_or(usual.resume_runs),
            resume_retry: self.resume_retry_seconds.map(retry).transpose()?.unwrap_or(usual.resume_retry),
            max_body_bytes: self.max_body_bytes.unwrap_or(usual.max_body_bytes),
            max_connections: self.max_connections.unwrap_or(usual.max_connections).max(1),
            max_connections_per_address: self
                .max_connections_per_address
                .unwrap_or(usual.max_connections_per_address)
                .max(1),
        };
        if self.cookie_secure == Some(false) && config.has_tls() {
            let why = "cookies of a session by TLS are always secure: leave COOKIE_SECURE out, or set HTTPS_ENABLED=false too";
            return Err(ConfigError::new("COOKIE_SECURE", why));
        }
        Ok(config)
    }
}

fn each<T>(given: Option<Vec<String>>, what: &str, read: fn(&str) -> Result<T, String>) -> Result<Vec<T>, ConfigError> {
    let given = given.unwrap_or_default();
    let words = given.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
    words.map(|word| read(word).map_err(|why| ConfigError::new(what, why))).collect()
}

fn host(name: &str) -> Result<String, String> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if name == "*" {
        return Err("any host would let pages of other sites in (DNS rebinding): name the hosts".into());
    }
    if is_plain { Ok(name.to_ascii_lowercase()) } else { Err(format!("{name:?} is no host name (and needs no port)")) }
}

fn origin(text: &str) -> Result<String, String> {
    if text == "*" {
        return Err("any origin would let every page act for whoever is signed in: name the origins".into());
    }
    let url = Url::parse(text).map_err(|error| format!("{text:?} is no origin: {error}"))?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !is_bare || url.username() != "" || url.password().is_some() {
        return Err(format!("{text:?} is no origin: give scheme, host and port, as in https://board.example.org"));
    }
    Ok(url.origin().ascii_serialization())
}

fn network(text: &str) -> Result<IpNet, String> {
    let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let net = net.map_err(|_| format!("{text:?} is neither an address nor a network such as 10.0.0.0/8"))?;
    if net.prefix_len() == 0 {
        return Err(format!("{text} would let anybody choose their own address: name the proxies"));
    }
    Ok(net)
}

fn address(text: &str) -> Result<String, ConfigError> {
    let wrong = |why: String| ConfigError::new("public_url", why);
    let url = Url::parse(text).map_err(|error| wrong(format!("{text:?} is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong(format!("{text:?} is no address of a server: write https://HOST[:PORT]")));
    }
    Ok(url.origin().ascii_serialization())
}

fn retry(seconds: u64) -> Result<Duration, ConfigError> {
    let most = LONGEST_RETRY.as_secs();
    if (1..=most).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    Err(ConfigError::new("resume_retry_seconds", format!("{seconds} is not from 1 to {most}")))
}

fn check_same_site(word: Option<&str>) -> Result<(), ConfigError> {
    let wrong = |why: String| Err(ConfigError::new("COOKIE_SAMESITE", why));
    match word.map(str::to_ascii_lowercase).as_deref() {
        // Strict does all that lax is meant for.
        None | Some("strict" | "lax") => Ok(()),
        Some("none") => wrong("with none every site could act for you: leave it out, cookies are strict".into()),
        Some(other) => wrong(format!("{other:?} is neither strict nor lax: leave it out, cookies are strict")),
    }
}

fn strong(secret: SecretString) -> Result<SecretString, ConfigError> {
    let words = secret.expose_secret();
    let kinds = words.bytes().collect::<std::collections::BTreeSet<_>>().len();
    let placeholder = ["change", "secret", "your-", "your_", "example", "placeholder", "password"];
    let is_known = placeholder.iter().any(|word| words.to_ascii_lowercase().contains(word));
    if words.len() < SHORTEST_SECRET || kinds < 10 || is_known {
        let why = "is too weak to sign sessions with: leave it out, and the product makes and keeps a key of its own; \
                   or give at least 32 random characters, as of `openssl rand -hex 32`";
        return Err(ConfigError::new("JWT_SECRET_KEY", why));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(toml: &str) -> Result<ServeConfig, ConfigError> {
        let choices: Choices = toml::from_str(toml).map_err(|error| ConfigError::new("file", error.to_string()))?;
        choices.settle()
    }

    #[test]
    fn a_choice_that_would_open_the_door_to_everybody_is_refused() {
        for toml in [
            r#"cors_origins = ["*"]"#,
            r#"allowed_hosts = ["*"]"#,
            r#"trusted_proxies = ["0.0.0.0/0"]"#,
            r#"cookie_samesite = "none""#,
            "https = true\ncookie_secure = false",
            r#"certificate = "a.pem""#,
            r#"public_url = "board.example.org""#,
            "jwt_secret = 'a'",
            "resume_retry_seconds = 0",
            "resume_retry_seconds = 901",
            "no_such_key = 1",
        ] {
            assert!(of(toml).is_err(), "{toml}");
        }
    }

    #[test]
    fn a_secret_that_can_be_guessed_signs_nothing() {
        let given = |secret: &str| {
            let choices = Choices { jwt_secret: Some(SecretString::from(secret)), ..Choices::default() };
            choices.settle().is_ok()
        };
        for weak in [
            "",
            "x",
            &"a".repeat(64),
            "change-this-to-a-random-secret-key-1234567890",
            "0123456789012345678901234567890",
        ] {
            assert!(!given(weak), "{weak:?} is weak");
        }
        assert!(given("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), "random ones do");
    }

    #[test]
    fn what_is_said_nearer_counts() {
        let file: Choices = toml::from_str("port = 1\nhost = \"::1\"\ncertificate = \"a\"\nkey = \"b\"").expect("TOML");
        let near = Choices { port: Some(2), certificate: Some("c".into()), ..Choices::default() };
        let both = near.over(file.clone());
        assert_eq!((both.port, both.host), (Some(2), Some("::1".parse().expect("an address"))));
        assert_eq!(both.key, None, "a key of one layer is not used with the certificate of another");
        assert_eq!(Choices::default().over(file).key, Some("b".into()));
    }
}
