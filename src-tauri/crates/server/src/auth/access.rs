//! Access tokens: who a cookie speaks for, for a quarter of an hour.

use super::keys::{Keys, random_hex};
use harness_domain::{account::Device, id::DeviceId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use std::io;

/// How long an access token works, in seconds.
pub(super) const ACCESS_SECONDS: i64 = 15 * 60;
const ISSUER: &str = "auto-agent-harness";
const AUDIENCE: &str = "auto-agent-harness/api";
/// Longer ones are none of ours.
const LONGEST: usize = 2048;

/// What a token says. What its bearer may do is not in it: that is asked anew each time.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The device.
    sub: String,
    /// When that was signed in: a number that another database gave to another device is not taken for it.
    since: i64,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Of which device a token speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bearer {
    pub device: DeviceId,
    pub since_ms: i64,
    pub expires_at_ms: i64,
}

/// A token for a device, and when it ends in milliseconds.
pub(super) fn issue(keys: &Keys, device: &Device, now_ms: i64) -> io::Result<(String, i64)> {
    let key = keys.signing(now_ms)?;
    let now = now_ms / 1000;
    let claims = Claims {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: device.id.to_string(),
        since: device.created_at_ms,
        jti: random_hex(16)?,
        iat: now,
        nbf: now,
        exp: now + ACCESS_SECONDS,
    };
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
    let token = encode(&header, &claims, &EncodingKey::from_secret(key.bytes())).map_err(io::Error::other)?;
    Ok((token, claims.exp * 1000))
}

/// Of which device a token speaks, if it is one of ours and its time is not over.
pub(super) fn read(keys: &Keys, token: &str, now_ms: i64) -> Option<Bearer> {
    if token.len() > LONGEST {
        return None;
    }
    let header = decode_header(token).ok().filter(|header| header.alg == Algorithm::HS256)?;
    let key = keys.known(&header.kid?, now_ms)?;
    let mut rules = Validation::new(Algorithm::HS256);
    rules.leeway = 0;
    rules.validate_nbf = true;
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    let Claims { sub, since, exp, .. } =
        decode::<Claims>(token, &DecodingKey::from_secret(key.bytes()), &rules).ok()?.claims;
    Some(Bearer { device: DeviceId(sub.parse().ok()?), since_ms: since, expires_at_ms: exp * 1000 })
}
