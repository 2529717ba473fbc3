//! Who sends a request: sessions in cookies, tokens for scripts, tickets for sockets; and the ways to sign in.
//!
//! What a cookie or a token may do is never in it: each request asks the database, so whoever is signed out, demoted or
//! removed is so from the next request on, and what they hold open is closed.

mod access;
mod cookies;
mod hmac;
mod keys;
mod routes;
mod throttle;
mod tickets;
mod watch;

pub use routes::routes;

use crate::{Peer, Visitor, config::ServeConfig, door::ServeError, state::State, stream::is_of_socket};
use axum::http::{HeaderMap, Method, header, request::Parts};
use cookies::Cookie;
use harness_api::{Api, ApiError, Caller, ErrorCode};
use harness_domain::account::{ApiToken, Device};
use harness_engine::{EngineError, accounts::Accounts};
use keys::Keys;
use std::sync::Arc;
use throttle::Throttle;
use tickets::Tickets;
use watch::{Through, Watch};

/// The header in which a change brings back what only a page of this origin can have read.
const CSRF: &str = "x-csrf-token";

/// Accounts, keys and throttles of one door.
pub struct Auth {
    keys: Keys,
    throttle: Throttle,
    tickets: Tickets,
    watch: Watch,
    /// Derives a refresh token's successor, so that two tabs that ask at once get the same one.
    refresh_key: [u8; 32],
    csrf_key: [u8; 32],
    /// Names of accounts are counted under their tags: no list of them is kept.
    name_key: [u8; 32],
}

/// A device that sends a request by its cookie.
#[derive(Debug, Clone)]
struct Session {
    device: Device,
    /// When its access token ends.
    expires_at_ms: i64,
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auth")
    }
}

impl Auth {
    /// Reads the keys, or makes them, and begins to look after whoever comes in. Blocks; must be called within a tokio
    /// runtime. Fails when the keys cannot be used; the door stays shut then.
    pub fn open(api: &Api, config: &ServeConfig) -> Result<Self, ServeError> {
        hmac::prepare();
        let app = api.app();
        let keys = Keys::open(app.home.root(), config.jwt_secret.as_ref(), app.clock.now_ms()).map_err(|error| {
            let file = app.home.root().join("keys");
            ServeError::Accounts(format!("the keys that sign sessions, in {}, cannot be used: {error}", file.display()))
        })?;
        Ok(Self {
            throttle: Throttle::default(),
            tickets: Tickets::default(),
            watch: Watch::start(api.accounts().clone(), &app.bus),
            refresh_key: keys.of_purpose("refresh tokens"),
            csrf_key: keys.of_purpose("cross-site requests"),
            name_key: keys.of_purpose("names in the throttle"),
            keys,
        })
    }

    /// The secret part of a link that makes the first user, once, within half an hour; none when there is a user. The one
    /// before it ends.
    pub fn setup_token(&self, api: &Api) -> Result<Option<String>, ServeError> {
        let link = api.accounts().setup_link().map_err(|error| ServeError::Accounts(error.to_string()))?;
        Ok(link.map(|issued| issued.reveal().to_owned()))
    }

    /// What a device has to bring along with every change. The same for as long as it is signed in.
    fn csrf(&self, device: &Device) -> String {
        keys::hex(&hmac::tag(&self.csrf_key, &csrf_words(device)))
    }

    fn is_csrf(&self, device: &Device, claimed: &str) -> bool {
        let bytes: Option<Vec<u8>> = (claimed.len() == 64 && claimed.is_ascii())
            .then(|| (0..32).map(|at| u8::from_str_radix(&claimed[at * 2..at * 2 + 2], 16).ok()).collect())
            .flatten();
        bytes.is_some_and(|bytes| hmac::is_tag(&self.csrf_key, &csrf_words(device), &bytes))
    }
}

fn csrf_words(device: &Device) -> Vec<u8> {
    format!("{} {}", device.id, device.created_at_ms).into_bytes()
}

/// Who sends this request. [`Peer`] is in its extensions.
///
/// Fails with `Unauthorized` when nobody is signed in, and with `Forbidden` when a change does not bring along what only
/// our own page knows.
pub async fn authenticate(state: &State, parts: &Parts) -> Result<Visitor, ApiError> {
    if let Some(authorization) = parts.headers.get(header::AUTHORIZATION) {
        // Whoever brings a token is judged by it alone; a cookie beside it changes nothing.
        let brought = authorization.to_str().ok().and_then(bearer).ok_or_else(not_a_token)?;
        return by_token(state, brought.to_owned()).await;
    }
    if let Some(ticket) = ticket(parts) {
        let spent = state.auth.tickets.spend(ticket, now_ms(state));
        let device = spent.ok_or_else(|| unauthorized("this ticket does not work: it works once, for 30 seconds"))?;
        let device = asked(state, move |accounts| accounts.session(device)).await?.ok_or_else(signed_out)?;
        return Ok(visitor(state, &device));
    }
    let Session { device, .. } = session(state, parts).await?.ok_or_else(signed_out)?;
    refuse_without_csrf(state, &parts.method, &parts.headers, &device)?;
    Ok(visitor(state, &device))
}

/// The device whose cookie this request brings, while it is signed in.
async fn session(state: &State, parts: &Parts) -> Result<Option<Session>, ApiError> {
    let peer = peer(parts)?;
    let now_ms = now_ms(state);
    let cookie = Cookie::Access.get(&parts.headers, peer.is_tls);
    let Some(bearer) = cookie.and_then(|token| access::read(&state.auth.keys, token, now_ms)) else { return Ok(None) };
    let address = peer.address.to_string();
    asked(state, move |accounts| {
        let device = accounts.session(bearer.device)?.filter(|device| device.created_at_ms == bearer.since_ms);
        let Some(device) = device else { return Ok(None) };
        accounts.heard(&device, &address)?;
        Ok(Some(Session { device, expires_at_ms: bearer.expires_at_ms }))
    })
    .await
}

async fn by_token(state: &State, brought: String) -> Result<Visitor, ApiError> {
    let token = asked(state, move |accounts| {
        let token = accounts.token(&brought)?;
        if let Some(token) = &token {
            accounts.token_used(token)?;
        }
        Ok(token)
    });
    let ApiToken { id, name, role, projects, .. } = token.await?.ok_or_else(not_a_token)?;
    let caller = Caller {
        token: Some(id),
        projects: projects.map(|projects| Arc::new(projects.into_iter().collect())),
        ..Caller::new(format!("token {name}"), role.into())
    };
    Ok(Visitor { caller, revoked: state.auth.watch.on(Through::Token(id)) })
}

fn visitor(state: &State, device: &Device) -> Visitor {
    let name = device.user_name.clone().unwrap_or_else(|| device.name.clone());
    let caller = Caller { user: device.user, device: Some(device.id), ..Caller::new(name, device.role.into()) };
    Visitor { caller, revoked: state.auth.watch.on(Through::Device(device.id)) }
}

/// Every change that a cookie makes needs what only a page of this origin could read.
fn refuse_without_csrf(state: &State, method: &Method, headers: &HeaderMap, device: &Device) -> Result<(), ApiError> {
    if method.is_safe() {
        return Ok(());
    }
    let claimed = headers.get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if state.auth.is_csrf(device, claimed) {
        return Ok(());
    }
    let mut error = ApiError::new(ErrorCode::Forbidden, "this change was not sent by this page");
    error.hint = Some(format!("Send the header {CSRF} with what GET /api/auth/state says, or use a token."));
    Err(error)
}

/// Asks the accounts on a thread that may wait for the disk.
async fn asked<T: Send + 'static>(
    state: &State,
    question: impl FnOnce(&Accounts) -> Result<T, EngineError> + Send + 'static,
) -> Result<T, ApiError> {
    let accounts = state.api.accounts().clone();
    let answer = tokio::task::spawn_blocking(move || question(&accounts)).await;
    Ok(answer.map_err(|_| ApiError::new(ErrorCode::Internal, "the accounts could not be asked"))??)
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The ticket of a request that opens a socket; of any other it counts for nothing, whatever its headers say: a ticket
/// stands in an address, which is written down in more places than a cookie.
fn ticket(parts: &Parts) -> Option<&str> {
    let upgrade = parts.headers.get(header::UPGRADE)?.to_str().ok()?;
    if !upgrade.eq_ignore_ascii_case("websocket") || !is_of_socket(parts.uri.path()) {
        return None;
    }
    parts.uri.query()?.split('&').find_map(|pair| pair.strip_prefix("ticket="))
}

fn peer(parts: &Parts) -> Result<Peer, ApiError> {
    let missing = || ApiError::new(ErrorCode::Internal, "it is not known from where this request comes");
    parts.extensions.get::<Peer>().copied().ok_or_else(missing)
}

fn now_ms(state: &State) -> i64 {
    state.api.app().clock.now_ms()
}

fn unauthorized(words: &str) -> ApiError {
    ApiError::new(ErrorCode::Unauthorized, words)
}

fn signed_out() -> ApiError {
    unauthorized("sign in first")
}

fn not_a_token() -> ApiError {
    unauthorized("this token does not work: it is none of ours, or it has ended")
}
