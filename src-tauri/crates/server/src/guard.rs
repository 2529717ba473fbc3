//! What a request has to pass before anything is done for it, and what every answer says.

use crate::{
    peer::{Peer, Wire},
    reply::{failure, failure_with},
    state::State,
};
use axum::{
    extract::{self, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use harness_api::{ApiError, ErrorCode};
use std::{
    net::IpAddr,
    time::{Duration, Instant},
};
use url::Url;

/// How long an answer may take. What was begun goes on: nothing is undone by a client that has to ask again.
const PATIENCE: Duration = Duration::from_secs(120);
/// The longest address that is looked at.
const LONGEST_ADDRESS: usize = 8 * 1024;

/// The most characters of an address that the log repeats: what strangers send is to fill no disk.
const MOST_LOGGED: usize = 256;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Nothing but our own files runs, and nothing is sent anywhere else.
///
/// The two hashes are the only style sheets that a library of the interface adds to a page while it runs: what keeps the page
/// still behind a dialog, and how a list of choices scrolls. The window's policy names the same ones.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' \
    'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo=' 'sha256-441zG27rExd4/il+NvIqyL8zFx5XmyNQtE381kSkUJk='; \
    img-src 'self' data: blob:; font-src 'self'; media-src 'self' data:; worker-src 'self' blob:; manifest-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// Passes a request on when it may come in, and finishes every answer: number, headers, log and figures.
pub(crate) async fn guard(extract::State(state): extract::State<State>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let number = uuid::Uuid::new_v4().simple().to_string();
    let wire = request.extensions().get::<Wire>().copied();
    let (method, path) = (request.method().clone(), logged(request.uri().path()).to_owned());
    let peer = wire.map(|wire| Peer::of(wire, request.headers(), &state.config));
    let origin = foreign_origin(&request, &state);
    let mut response = match peer {
        None => failure(ApiError::new(ErrorCode::Internal, "the connection is not known")),
        Some(peer) => {
            request.extensions_mut().insert(peer);
            match admit(&request, peer, &state) {
                Err(refusal) => *refusal,
                Ok(()) => match preflight(&request, origin.as_ref()) {
                    Some(answer) => answer,
                    None => match tokio::time::timeout(PATIENCE, next.run(request)).await {
                        Ok(response) => response,
                        Err(_) => late(),
                    },
                },
            }
        }
    };
    let took = began.elapsed();
    state.metrics.answered(response.status(), took);
    let is_tls = peer.is_some_and(|peer| peer.is_tls);
    finish(response.headers_mut(), &state, &number, is_tls, origin);
    let (status, ms) = (response.status().as_u16(), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    // Without the query: a ticket may stand there.
    let client = peer.map(|peer| peer.address.to_string());
    tracing::info!(request = number, %method, path, status, ms, client, "answered");
    response
}

/// The beginning of a path.
fn logged(path: &str) -> &str {
    path.char_indices().nth(MOST_LOGGED).and_then(|(end, _)| path.get(..end)).unwrap_or(path)
}

fn late() -> Response {
    let error = ApiError::new(ErrorCode::Unavailable, "this takes too long; it goes on, so look again in a while");
    failure_with(StatusCode::GATEWAY_TIMEOUT, error)
}

fn admit(request: &Request, peer: Peer, state: &State) -> Result<(), Box<Response>> {
    let forbidden = |words: String, hint: &str| {
        let mut error = ApiError::new(ErrorCode::Forbidden, words);
        error.hint = Some(hint.to_owned());
        Box::new(failure(error))
    };
    let bad = |words: &str| Box::new(failure(ApiError::new(ErrorCode::BadInput, words)));
    if state.config.is_localhost_only() && !peer.is_here() {
        let hint = "It is opened to others by listening on another address, or with REQUIRE_LOCALHOST=false.";
        return Err(forbidden("this door is for the machine that it is on".into(), hint));
    }
    if request.uri().path_and_query().is_some_and(|whole| whole.as_str().len() > LONGEST_ADDRESS) {
        let error = ApiError::new(ErrorCode::BadInput, "this address is too long");
        return Err(Box::new(failure_with(StatusCode::URI_TOO_LONG, error)));
    }
    let host = host_of(request).map_err(bad)?;
    if !is_our_name(name_of(&host), state) {
        let hint = "Use the machine's address in digits, or add the name to ALLOWED_HOSTS.";
        let words = format!("{} is not a name of this server", name_of(&host));
        let error = ApiError { hint: Some(hint.into()), ..ApiError::new(ErrorCode::Forbidden, words) };
        return Err(Box::new(failure_with(StatusCode::MISDIRECTED_REQUEST, error)));
    }
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        if !is_our_origin(origin, &host, peer.is_tls) && !is_known_origin(origin, state) {
            let hint = "Pages of other origins are named in CORS_ORIGINS; behind a proxy that speaks TLS, TRUSTED_PROXIES \
                        has to name it.";
            return Err(forbidden("pages of another origin may not ask for this".into(), hint));
        }
    } else if is_from_another_site(request) {
        return Err(forbidden("pages of another site may not ask for this".into(), "Open it by itself."));
    }
    Ok(())
}

/// Whether a browser says that another site's page asks, other than by leading the person here.
fn is_from_another_site(request: &Request) -> bool {
    let text = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_other = matches!(text(&FETCH_SITE), Some("cross-site" | "same-site"));
    let is_page = request.method() == Method::GET && !is_of_program(request.uri().path());
    is_other && !(is_page && text(&FETCH_MODE) == Some("navigate"))
}

/// Whether an address is for programs, not a page.
pub(crate) fn is_of_program(path: &str) -> bool {
    let is_below = |root: &str| path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    is_below("/api") || is_below("/ws") || path == "/metrics" || path == "/health"
}

/// The host that a request is for. Fails when it says none, several, or two that differ.
fn host_of(request: &Request) -> Result<String, &'static str> {
    let mut named = request.headers().get_all(header::HOST).iter();
    let (first, second) = (named.next(), named.next());
    if second.is_some() {
        return Err("the request names several hosts");
    }
    let written = first.map(|host| host.to_str().map_err(|_| "the host is no text")).transpose()?;
    let of_target = request.uri().authority().map(|authority| authority.as_str());
    match (written, of_target) {
        (Some(written), Some(target)) if !written.eq_ignore_ascii_case(target) => {
            Err("the request names two different hosts")
        }
        (Some(host), _) | (None, Some(host)) if !host.is_empty() => Ok(host.to_ascii_lowercase()),
        _ => Err("the request names no host"),
    }
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, _)) => inner,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

/// Whether a browser may know this server by that name. An address in digits cannot be turned round by a name server;
/// every other name must be one that was named.
fn is_our_name(name: &str, state: &State) -> bool {
    let name = name.trim_end_matches('.');
    name.parse::<IpAddr>().is_ok()
        || name == "localhost"
        || name.ends_with(".localhost")
        || state.names.iter().any(|own| own == name)
}

/// Whether a page of that origin came from this very server.
fn is_our_origin(origin: &HeaderValue, host: &str, is_tls: bool) -> bool {
    let scheme = if is_tls { "https" } else { "http" };
    let here = Url::parse(&format!("{scheme}://{host}")).map(|url| url.origin().ascii_serialization());
    let there = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
    matches!((here, there), (Ok(here), Some(there)) if there.origin().ascii_serialization() == here)
}

fn is_known_origin(origin: &HeaderValue, state: &State) -> bool {
    origin.to_str().is_ok_and(|origin| state.config.origins.iter().any(|known| known == origin))
}

/// The origin of a page elsewhere that may use the API, when it is one.
fn foreign_origin(request: &Request, state: &State) -> Option<HeaderValue> {
    request.headers().get(header::ORIGIN).filter(|origin| is_known_origin(origin, state)).cloned()
}

/// The answer to a browser that asks before it asks.
fn preflight(request: &Request, origin: Option<&HeaderValue>) -> Option<Response> {
    let is_preflight = request.method() == Method::OPTIONS
        && origin.is_some()
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    is_preflight.then(|| {
        let methods = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
        let headers = HeaderValue::from_static("authorization, content-type, if-none-match, x-csrf-token");
        let mut response = StatusCode::NO_CONTENT.into_response();
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, headers);
        response.headers_mut().insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        response
    })
}

fn finish(headers: &mut HeaderMap, state: &State, number: &str, is_tls: bool, origin: Option<HeaderValue>) {
    let mut say = |name: HeaderName, words: &'static str| {
        headers.insert(name, HeaderValue::from_static(words));
    };
    say(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::X_FRAME_OPTIONS, "DENY");
    say(header::REFERRER_POLICY, "no-referrer");
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    say(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    );
    let resource = if origin.is_some() { "cross-origin" } else { "same-origin" };
    say(HeaderName::from_static("cross-origin-resource-policy"), resource);
    // Only with a certificate that others vouch for: a browser that was told so lets nobody past one of our own.
    if is_tls && state.is_tls_vouched_for {
        say(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(number) = HeaderValue::from_str(number) {
        headers.insert(REQUEST_ID.clone(), number);
    }
    if !state.config.origins.is_empty() {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        let exposed = HeaderValue::from_static("etag, link, retry-after, x-request-id, x-total-count");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn a_host_is_one_host_in_every_way_of_writing_it() {
        assert_eq!(name_of("board.local:8888"), "board.local");
        assert_eq!(name_of("[::1]:8888"), "::1");
        assert_eq!(name_of("[::1]"), "::1");
        let request = |lines: &[(&str, &str)], target: &str| {
            let mut request = Request::builder().uri(target);
            for (name, value) in lines {
                request = request.header(*name, *value);
            }
            request.body(Body::empty()).expect("a request")
        };
        assert_eq!(host_of(&request(&[("host", "A:1")], "/x")).as_deref(), Ok("a:1"));
        assert!(host_of(&request(&[], "/x")).is_err(), "no host");
        assert!(host_of(&request(&[("host", "a"), ("host", "b")], "/x")).is_err(), "two hosts");
        assert!(host_of(&request(&[("host", "a")], "http://b/x")).is_err(), "one here, another there");
    }

    #[test]
    fn the_log_repeats_the_beginning_of_an_address_and_no_more() {
        assert_eq!(logged("/api/projects"), "/api/projects");
        let long = "/ü".repeat(20_000);
        assert_eq!(logged(&long).chars().count(), MOST_LOGGED, "a stranger's requests fill no disk");
    }

    #[test]
    fn an_origin_is_ours_only_with_the_scheme_the_name_and_the_port_of_the_request() {
        let ours = |origin: &str, host: &str, is_tls: bool| {
            is_our_origin(&HeaderValue::from_str(origin).expect("a header"), host, is_tls)
        };
        assert!(ours("http://localhost:8888", "localhost:8888", false));
        assert!(ours("https://board.example.org", "board.example.org:443", true), "the usual port need not be said");
        for (origin, host, is_tls) in [
            ("http://localhost:3000", "localhost:8888", false),
            ("http://board.example.org", "board.example.org", true),
            ("http://board.example.org.evil.example", "board.example.org", false),
            ("null", "localhost:8888", false),
            ("file://", "localhost:8888", false),
        ] {
            assert!(!ours(origin, host, is_tls), "{origin} is not {host}");
        }
    }
}
