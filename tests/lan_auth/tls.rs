//! The door over TLS, as a browser that knows the certificate's fingerprint has it.

use crate::{
    browser::{PASSWORD, Reply, Served, parse},
    support::{Machine, PATIENCE, door, finish},
};
use serde_json::json;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::Stdio,
    sync::Arc,
};
use tokio_rustls::rustls::{
    self, ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring as provider},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

/// Trusts the one certificate with this fingerprint, as somebody does who compared it by eye.
#[derive(Debug)]
struct Pinned {
    fingerprint: String,
    provider: CryptoProvider,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
        let found: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        match found.join(":") == self.fingerprint {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(rustls::Error::General("another certificate".into())),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What is answered to a request over TLS, to whoever trusts `fingerprint`.
fn ask(served: &Served, fingerprint: &str, head: &str, body: &str) -> Result<Reply, std::io::Error> {
    let provider = provider::default_provider();
    let verifier = Pinned { fingerprint: fingerprint.into(), provider: provider.clone() };
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    let name = ServerName::from(served.address.ip());
    let session = ClientConnection::new(Arc::new(config), name).expect("a session");
    let socket = TcpStream::connect(served.address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut stream = StreamOwned::new(session, socket);
    let length = body.len();
    let host = served.address;
    let request = format!("{head}host: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(parse(&answer)),
    }
}

fn fingerprint(served: &mut Served) -> String {
    let line = served.printed("SHA-256");
    line.rsplit_once(": ").map(|(_, fingerprint)| fingerprint.trim().to_owned()).expect("a fingerprint")
}

#[test]
fn over_tls_the_printed_fingerprint_is_the_certificates_and_cookies_never_leave_it() {
    let mut served = Served::with(&[("HTTPS_ENABLED", "true")]);
    let own = fingerprint(&mut served);
    let login = format!(
        "POST /api/auth/login HTTP/1.1\r\norigin: https://{}\r\ncontent-type: application/json\r\n",
        served.address
    );
    let body = json!({ "name": "ada", "password": PASSWORD }).to_string();
    let reply = ask(&served, &own, &login, &body).expect("the certificate is the one whose fingerprint was printed");
    assert_eq!((reply.status, &reply.body["is_tls"]), (200, &json!(true)), "{reply:?}");
    let cookies: Vec<&str> =
        reply.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, cookie)| cookie.as_str()).collect();
    assert_eq!(cookies.len(), 2, "an access and a refresh token: {cookies:?}");
    for cookie in &cookies {
        for word in ["; Secure", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(word), "{word} in {cookie}");
        }
    }
    assert!(cookies.iter().any(|cookie| cookie.starts_with("__Host-") && cookie.contains("; Path=/;")), "{cookies:?}");
    assert!(cookies.iter().all(|cookie| cookie.starts_with("__")), "names that only TLS may set: {cookies:?}");
    assert_eq!(reply.header("strict-transport-security"), None, "nobody vouches for this certificate");
    let other = ask(&served, &own.replace('A', "B"), "GET /api/health HTTP/1.1\r\n", "");
    assert!(other.is_err(), "another fingerprint is another certificate: {other:?}");
    let foreign = login.replace("https://", "http://");
    let refused = ask(&served, &own, &foreign, &body).expect("an answer");
    assert_eq!(refused.status, 403, "a page that came without TLS is another origin");
    let mut plain = TcpStream::connect(served.address).expect("a connection");
    plain.set_read_timeout(Some(PATIENCE)).expect("a bound");
    plain.write_all(b"GET /api/health HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("it is sent");
    let mut answer = Vec::new();
    // It may be reset, or closed with an alert.
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/"), "without TLS nothing is answered: {answer:?}");
}

#[test]
fn with_a_certificate_that_others_vouch_for_browsers_are_told_to_stay_with_tls() {
    // Whoever signed it: given files count as real, since the server cannot know whom browsers trust.
    let mut first = Served::with(&[("HTTPS_ENABLED", "true")]);
    let own = fingerprint(&mut first);
    let keys = first.machine.path("data").join("keys");
    let (certificate, key) = (keys.join("door.crt"), keys.join("door.key"));
    let path = |path: &std::path::Path| path.to_str().expect("a plain path").to_owned();
    let (certificate, key) = (path(&certificate), path(&key));
    let mut served = Served::with(&[("HTTPS_ENABLED", "true"), ("SSL_CERTFILE", &certificate), ("SSL_KEYFILE", &key)]);
    assert_eq!(fingerprint(&mut served), own, "the given certificate is the one that is used");
    let reply = ask(&served, &own, "GET /api/health HTTP/1.1\r\n", "").expect("an answer");
    assert!(reply.header("strict-transport-security").is_some_and(|words| words.contains("max-age")), "{reply:?}");
}

#[test]
fn a_certificate_whose_making_broke_off_is_made_again() {
    let https = [("HTTPS_ENABLED", "true")];
    let mut served = door::Served::start(Machine::new(), &[], &https);
    assert_eq!(served.end(), Some(0), "it ends in order");
    let (certificate, aside) = ["data/keys/door.crt", "data/keys/aside"].map(|name| served.machine.path(name)).into();
    fs::rename(&certificate, &aside).expect("it is there");
    fs::create_dir(&certificate).expect("a directory, over which no file can be written");
    let mut command = served.machine.command(&["serve", "--bind", "127.0.0.1:0", "--allowed-host", "board.test"]);
    let command = command.current_dir(served.machine.path("home")).envs(https);
    let ended = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts"));
    assert!(ended.code == Some(1) && ended.stderr.contains("door.crt"), "one for another name is not made: {ended:?}");

    fs::remove_dir(&certificate).expect("it is empty");
    fs::rename(&aside, &certificate).expect("the old one");
    served.start_again_in(&[], &https);
    assert_eq!(served.end(), Some(0), "it served, with a key that fits");
}
