//! TLS: the operator's certificate, or one that the product makes for itself.

use crate::{
    config::{ServeConfig, TlsChoice},
    door::ServeError,
};
use harness_api::Api;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    io::Write,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// How long a certificate of our own is good for: browsers take none that are good for longer.
const GOOD_FOR: Duration = Duration::from_secs(397 * 24 * 60 * 60);
/// It is replaced at a start within this time of its end.
const RENEW_BEFORE_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Clocks of phones are not all right.
const LATE_CLOCKS: Duration = Duration::from_secs(24 * 60 * 60);

/// What browsers are shown.
pub(crate) struct Tls {
    pub acceptor: TlsAcceptor,
    /// SHA-256 of the certificate, as browsers show it.
    pub fingerprint: String,
    /// Whether somebody else vouches for it.
    pub is_vouched_for: bool,
}

/// What our own certificate was made for.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
struct Made {
    names: Vec<String>,
    expires_at_ms: i64,
}

/// The TLS that was chosen, if any. Blocks.
///
/// Fails with `Tls` when a file cannot be read or used.
pub(crate) fn prepare(
    api: &Api,
    config: &ServeConfig,
    names: &[String],
    addresses: &[IpAddr],
) -> Result<Option<Tls>, ServeError> {
    if !config.has_tls() {
        return Ok(None);
    }
    let (certificate, key, is_vouched_for) = match &config.tls {
        TlsChoice::Files { certificate, key } => (certificate.clone(), key.clone(), true),
        _ => {
            let (certificate, key) = own(api, names, addresses)?;
            (certificate, key, false)
        }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(&certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(&key).map_err(|error| unusable(&key, &error))?;
    let first = chain.first().ok_or_else(|| unusable(&certificate, &"there is no certificate in it"))?;
    let fingerprint = Sha256::digest(first).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
    // With our own nobody vouches for it, given as a file or not: then the browser must be let past it.
    let mut server = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain.clone(), key))
        .map_err(|error| unusable(&certificate, &error))?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(Tls { acceptor: TlsAcceptor::from(Arc::new(server)), fingerprint, is_vouched_for }))
}

fn unusable(file: &Path, error: &dyn std::fmt::Display) -> ServeError {
    ServeError::Tls { file: file.to_owned(), detail: error.to_string() }
}

/// Our own certificate and its key, made anew when there is none, when it ends soon, or when a name is missing.
fn own(api: &Api, names: &[String], addresses: &[IpAddr]) -> Result<(PathBuf, PathBuf), ServeError> {
    let dir = api.app().home.root().join("keys");
    let (certificate, key, words) = (dir.join("door.crt"), dir.join("door.key"), dir.join("door.json"));
    let now_ms = api.app().clock.now_ms();
    let wanted: Vec<String> = names.iter().cloned().chain(addresses.iter().map(ToString::to_string)).collect();
    let made: Option<Made> = std::fs::read(&words).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let is_good = made.is_some_and(|made| {
        made.expires_at_ms - RENEW_BEFORE_MS > now_ms && wanted.iter().all(|name| made.names.contains(name))
    });
    if is_good && certificate.is_file() && key.is_file() {
        return Ok((certificate, key));
    }
    make_private(&dir).map_err(|error| unusable(&dir, &error))?;
    let failed = |error: rcgen::Error| unusable(&certificate, &error);
    let mut params = CertificateParams::new(names.to_vec()).map_err(failed)?;
    params.subject_alt_names.extend(addresses.iter().map(|address| SanType::IpAddress(*address)));
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Auto Agent Harness on this machine");
    let now = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_millis(u64::try_from(now_ms).unwrap_or(0));
    params.not_before = now - LATE_CLOCKS;
    params.not_after = now + GOOD_FOR;
    let pair = KeyPair::generate().map_err(failed)?;
    let signed = params.self_signed(&pair).map_err(failed)?;
    let good_for_ms = i64::try_from(GOOD_FOR.as_millis()).unwrap_or(i64::MAX);
    let made = Made { names: wanted, expires_at_ms: now_ms.saturating_add(good_for_ms) };
    // The words go first and come last: what is made half only is made again, whatever it is wanted for then.
    match std::fs::remove_file(&words) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unusable(&words, &error)),
        _ => {}
    }
    for (file, text) in [
        (&key, pair.serialize_pem()),
        (&certificate, signed.pem()),
        (&words, serde_json::to_string(&made).unwrap_or_default()),
    ] {
        write_private(&dir, file, &text).map_err(|error| unusable(file, &error))?;
    }
    Ok((certificate, key))
}

fn make_private(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Writes a file that its owner alone can read, whole or not at all.
fn write_private(dir: &Path, file: &Path, text: &str) -> std::io::Result<()> {
    let mut partial = tempfile::NamedTempFile::new_in(dir)?;
    partial.write_all(text.as_bytes())?;
    partial.as_file().sync_all()?;
    partial.persist(file).map_err(|error| error.error)?;
    Ok(())
}
