//! Signing in and out, below `/api/auth`.

use super::{
    Auth, Session, access, access::ACCESS_SECONDS, asked, cookies::Cookie, hmac, keys, now_ms, peer,
    refuse_without_csrf, session, signed_out, throttle::Attempt, unauthorized,
};
use crate::{
    Peer,
    body::whole,
    reply::{failure, failure_with},
    state::State,
};
use axum::{
    Json, Router,
    extract::{self, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use harness_api::{
    ApiError, ErrorCode,
    shape::{
        Ms,
        account::{AuthDevice, AuthState, AuthUser},
    },
};
use harness_domain::{account::Device, id::DeviceId};
use harness_engine::{
    EngineError,
    accounts::{self, AccountError, Comer, Renewed, SESSION_LIFE, SignedIn},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use std::time::Instant;

/// Nothing that is sent here is longer, in bytes.
const LONGEST_BODY: usize = 16 * 1024;

/// What is below `/api/auth`.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/state", get(answer_state))
        .route("/me", get(me))
        .route("/setup", post(set_up))
        .route("/login", post(sign_in))
        .route("/pair", post(pair))
        .route("/refresh", post(refresh))
        .route("/logout", post(sign_out))
        .route("/password", post(change_password))
        .route("/change-password", post(change_password))
        .route("/ticket", post(ticket))
}

#[derive(Deserialize)]
struct SetUp {
    token: SecretString,
    name: String,
    password: SecretString,
    device_name: Option<String>,
}

#[derive(Deserialize)]
struct SignIn {
    #[serde(alias = "username")]
    name: String,
    password: SecretString,
    device_name: Option<String>,
}

#[derive(Deserialize)]
struct Pair {
    code: SecretString,
    device_name: Option<String>,
}

#[derive(Deserialize)]
struct ChangePassword {
    #[serde(alias = "current_password")]
    current: SecretString,
    #[serde(alias = "new_password")]
    new: SecretString,
}

/// Why somebody was not served, as a whole answer.
struct Refusal(Box<Response>);

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        failure(error).into()
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Account(AccountError::TooManySignIns) => too_many(1),
            other => ApiError::from(other).into(),
        }
    }
}

type Answer = Result<Response, Refusal>;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        private(*self.0)
    }
}

async fn answer_state(state: extract::State<State>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let known = session(&state, &parts).await?;
    let auth = auth_state(&state, peer(&parts)?, known.as_ref()).await?;
    Ok(private(Json(auth).into_response()))
}

/// As the documentation of the older system has it.
async fn me(state: extract::State<State>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let Session { device, .. } = session(&state, &parts).await?.ok_or_else(signed_out)?;
    let name = device.user_name.unwrap_or(device.name);
    Ok(private(Json(json!({ "username": name, "role": device.role, "is_active": true })).into_response()))
}

async fn set_up(state: extract::State<State>, request: Request) -> Answer {
    let (parts, given) = read::<SetUp>(request).await?;
    let peer = peer(&parts)?;
    let attempt = attempt(&state, peer, Some("the first user's link"))?;
    let comer = comer(peer, given.device_name);
    let accounts = state.api.accounts();
    let signed_in = accounts.set_up(given.token.expose_secret(), &given.name, given.password, comer).await?;
    entered(&state, &parts, &attempt, signed_in).await
}

async fn sign_in(state: extract::State<State>, request: Request) -> Answer {
    let (parts, given) = read::<SignIn>(request).await?;
    let peer = peer(&parts)?;
    let attempt = attempt(&state, peer, Some(&given.name))?;
    let comer = comer(peer, given.device_name);
    let signed_in = state.api.accounts().sign_in(&given.name, given.password, comer).await?;
    entered(&state, &parts, &attempt, signed_in).await
}

async fn pair(state: extract::State<State>, request: Request) -> Answer {
    let (parts, given) = read::<Pair>(request).await?;
    let peer = peer(&parts)?;
    let attempt = attempt(&state, peer, Some("a pairing code"))?;
    let comer = comer(peer, given.device_name);
    let signed_in = asked(&state, move |accounts| accounts.pair(given.code.expose_secret(), comer)).await?;
    entered(&state, &parts, &attempt, signed_in).await
}

async fn refresh(state: extract::State<State>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let peer = peer(&parts)?;
    let Some(old) = Cookie::Refresh.get(&parts.headers, peer.is_tls) else { return Err(signed_out().into()) };
    let next = SecretString::from(keys::hex(&hmac::tag(&state.auth.refresh_key, old.as_bytes())));
    let (spent, successor) = (SecretString::from(old), next.clone());
    match asked(&state, move |accounts| accounts.renew(&spent, &successor)).await? {
        Renewed::Goes(device) => answer_session(&state, peer, device, &next).await,
        Renewed::Revoked => Ok(gone("this session was used from two places at once, so it was ended: sign in again")),
        Renewed::Unknown => Ok(gone("you are signed out: sign in again")),
    }
}

async fn sign_out(state: extract::State<State>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let Session { device, .. } = of_cookie(&state, &parts).await?;
    asked(&state, move |accounts| accounts.sign_out(device.id)).await?;
    let mut response = Json(json!({})).into_response();
    forget(response.headers_mut());
    Ok(private(response))
}

async fn change_password(state: extract::State<State>, request: Request) -> Answer {
    let (parts, given) = read::<ChangePassword>(request).await?;
    let Session { device, .. } = of_cookie(&state, &parts).await?;
    let Some(user) = device.user else {
        let words = "this device belongs to nobody, so there is no password to change";
        return Err(ApiError::new(ErrorCode::NotPossibleNow, words).into());
    };
    let attempt = attempt(&state, peer(&parts)?, device.user_name.as_deref())?;
    state.api.accounts().change_password(user, given.current, given.new, Some(device.id)).await?;
    state.auth.throttle.forgive(&attempt);
    Ok(private(Json(json!({})).into_response()))
}

async fn ticket(state: extract::State<State>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let Session { device, .. } = of_cookie(&state, &parts).await?;
    let issued = state.auth.tickets.issue(device.id, now_ms(&state));
    let (ticket, expires_at_ms) = issued.map_err(|error| ApiError::new(ErrorCode::Unavailable, error.to_string()))?;
    Ok(private(Json(json!({ "ticket": ticket, "expires_at_ms": expires_at_ms })).into_response()))
}

/// The session of a change that a cookie makes.
async fn of_cookie(state: &State, parts: &Parts) -> Result<Session, ApiError> {
    let known = session(state, parts).await?.ok_or_else(signed_out)?;
    refuse_without_csrf(state, &parts.method, &parts.headers, &known.device)?;
    Ok(known)
}

/// Whoever was let in gets cookies. What the browser brought is not gone on with: that session ends.
async fn entered(state: &State, parts: &Parts, attempt: &Attempt, signed_in: SignedIn) -> Answer {
    state.auth.throttle.forgive(attempt);
    if let Some(Session { device: before, .. }) = session(state, parts).await? {
        asked(state, move |accounts| accounts.sign_out(before.id)).await?;
    }
    let refresh = SecretString::from(signed_in.refresh.reveal());
    answer_session(state, peer(parts)?, signed_in.device, &refresh).await
}

async fn answer_session(state: &State, peer: Peer, device: Device, refresh: &SecretString) -> Answer {
    let issued = access::issue(&state.auth.keys, &device, now_ms(state));
    let (token, expires_at_ms) = issued.map_err(|error| {
        ApiError::new(ErrorCode::Unavailable, format!("the key that signs sessions cannot be used: {error}"))
    })?;
    let session = Session { device, expires_at_ms };
    let mut response = Json(auth_state(state, peer, Some(&session)).await?).into_response();
    let week = i64::try_from(SESSION_LIFE.as_secs()).unwrap_or(i64::MAX);
    let cookies = [
        Cookie::Access.set(&token, ACCESS_SECONDS, peer.is_tls),
        Cookie::Refresh.set(refresh.expose_secret(), week, peer.is_tls),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(private(response))
}

async fn auth_state(state: &State, peer: Peer, session: Option<&Session>) -> Result<AuthState, ApiError> {
    let needs_setup = !asked(state, |accounts| accounts.has_users()).await?;
    let of = |device: &Device| AuthUser {
        id: device.user,
        name: device.user_name.clone().unwrap_or_else(|| device.name.clone()),
        role: device.role,
    };
    Ok(AuthState {
        needs_setup,
        version: env!("CARGO_PKG_VERSION").into(),
        is_tls: peer.is_tls,
        user: session.map(|session| of(&session.device)),
        device: session.map(|Session { device: Device { id: DeviceId(id), name, .. }, .. }| AuthDevice {
            id: DeviceId(*id),
            name: name.clone(),
        }),
        csrf: session.map(|session| state.auth.csrf(&session.device)),
        access_expires_at_ms: session.map(|session| Ms(session.expires_at_ms)),
    })
}

/// Counts an attempt before any work is done for it.
fn attempt(state: &State, peer: Peer, account: Option<&str>) -> Result<Attempt, Refusal> {
    let Auth { throttle, name_key, .. } = &*state.auth;
    // As names are compared, so that another way to write one is no other account.
    let account = account.map(|name| hmac::tag(name_key, accounts::name_key(name).as_bytes()));
    throttle.attempt(peer.address, account, Instant::now()).map_err(|seconds| {
        tracing::warn!(address = %peer.address, "too many attempts to sign in");
        too_many(seconds)
    })
}

fn too_many(seconds: u64) -> Refusal {
    let words = format!("too many attempts: try again in {seconds} seconds");
    let mut response = failure_with(StatusCode::TOO_MANY_REQUESTS, ApiError::new(ErrorCode::Busy, words));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response.into()
}

fn comer(peer: Peer, device_name: Option<String>) -> Comer {
    Comer { device_name: device_name.unwrap_or_default(), address: peer.address.to_string() }
}

/// The body as JSON and as nothing else: a form of another site can send no JSON.
async fn read<T: DeserializeOwned>(request: Request) -> Result<(Parts, T), Refusal> {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        let words = "send JSON, with the header content-type: application/json";
        return Err(ApiError::new(ErrorCode::BadInput, words).into());
    }
    let bytes = whole(&parts.headers, body, LONGEST_BODY).await?;
    // What was sent is not told: it may be a password.
    let given = serde_json::from_slice(&bytes);
    let given = given.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        ApiError::new(ErrorCode::BadInput, format!("line {line}, column {column}: this is not what is expected here"))
    })?;
    Ok((parts, given))
}

/// Nobody is signed in any more; the browser forgets its cookies.
fn gone(words: &str) -> Response {
    let mut response = failure(unauthorized(words));
    forget(response.headers_mut());
    private(response)
}

fn forget(headers: &mut HeaderMap) {
    for is_tls in [false, true] {
        for cookie in [Cookie::Access, Cookie::Refresh].into_iter().filter_map(|cookie| cookie.set("", 0, is_tls)) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
}

/// No cache keeps it.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
